//! Lines, one a call: ports, descriptions, streams and rings; the buses, and conferences.

pub(super) mod bus;
pub(super) mod conference;
pub(super) mod description;
pub(super) mod desired;
pub(super) mod digits;
#[cfg(feature = "tones")]
pub(super) mod laid;
pub(super) mod line;
mod memory;
pub(super) mod news;
mod parameters;
mod path;
pub(super) mod ports;
pub(super) mod running;
#[cfg_attr(not(feature = "tones"), path = "tones/none.rs")]
pub(super) mod tones;

#[cfg(feature = "reoffer")]
use super::bus::Music;
use super::capacity::Capacity;
use super::lender::Lender;
use crate::base::blocks::Blocks;
use crate::base::due::Owed;
use crate::base::features;
use crate::media::Stream;
use crate::media::phase::Phase;
use conference::Conferences;
use description::Agreement;
use line::Line;
use memory::Memory;
use tones::Tones;

/// Lines, one a call: ports, descriptions, streams and rings; and the buses.
pub(super) struct Media<'a> {
    /// By call slot, as streams and their memory are.
    lines: &'a mut [Line],
    /// By dialog slot: its last agreement.
    agreed: &'a mut [Option<Agreement>],
    /// By dialog slot: what its far end's last description says of formats.
    parameters: Blocks<'a>,
    streams: &'a mut [Stream],
    memory: Memory<'a>,
    /// Streams with a packet to send.
    voices: Owed<'a>,
    /// Calls whose media runs.
    running: &'a mut [u32],
    running_count: u32,
    /// By call slot: the generation whose media ports are to be closed.
    closing_ports: &'a mut [u32],
    /// By call slot: the generation whose wish for media ports is not answered yet. Its slot may have another call by
    /// then, whose wish waits.
    opening_ports: &'a mut [u32],
    conferences: Conferences<'a>,
    /// Quanta of PCM: of a line's far end, or of all that are in a conference, and of the sound that is sent.
    pcm: &'a mut [i16],
    /// The index in that list at which a quantum of the own buses goes on, if it is left.
    tick_from: u32,
    /// A quantum of the own buses has begun, and lines are left.
    tick_left: bool,
    /// Numbers of the quanta of the device's bus, and of the own ones: 1 to 255, and again.
    quanta: [u8; 2],
    device_calls: u32,
    own_calls: u32,
    /// Of the device's bus, and of the own ones.
    phases: [Phase; 2],
    /// Tones for the person at this phone.
    tones: Tones,
    device_on: bool,
    /// The sound of lines to come while their far ends are on hold.
    #[cfg(feature = "reoffer")]
    music: Music,
    muted: bool,
    volume_in: u16,
    volume_out: u16,
}

impl<'a> Media<'a> {
    /// The room, with as many lines as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let calls = capacity.calls as usize;
        Self {
            lines: lender.lend(calls, Line::EMPTY),
            agreed: lender.lend(capacity.dialogs as usize, None),
            parameters: parameters::lent(capacity, lender),
            streams: lender.lend(calls, Stream::EMPTY),
            memory: Memory::lent(capacity, lender),
            voices: Owed::new(lender.zeroed(calls)),
            running: lender.zeroed(calls),
            running_count: 0,
            closing_ports: lender.zeroed(calls),
            opening_ports: lender.zeroed(calls),
            conferences: Conferences::lent(capacity, lender),
            pcm: lender.zeroed(capacity.quanta() * capacity.quantum as usize),
            tick_from: 0,
            tick_left: false,
            quanta: [0; 2],
            device_calls: 0,
            own_calls: 0,
            phases: [Phase::EMPTY; 2],
            tones: Tones::new(),
            device_on: false,
            #[cfg(feature = "reoffer")]
            music: Music::Source,
            muted: false,
            volume_in: 100,
            volume_out: 100,
        }
    }

    /// Stands in the ids of conferences.
    pub(super) fn mark(&mut self, mark: u8) {
        if features::CONFERENCE {
            self.conferences.mark(mark);
        }
    }

    /// So many samples a second go in and out.
    pub(super) fn set_rate(&mut self, rate: u32) {
        self.tones.set_rate(rate);
    }
}
