//! A line: all that is media of a call, in a slot of the same index.

use super::Media;
use super::desired::Purpose;
#[cfg(feature = "reoffer")]
use super::desired::{Desired, Offered};
#[cfg(feature = "tones")]
use super::laid::Laid;
use super::ports::{Ports, Waiting};
use crate::base::slots::Handle;
use crate::media::gain::Gain;
use crate::media::{Codec, CodecOrder};
#[cfg(feature = "reoffer")]
use crate::offer::Agreed;
#[cfg(feature = "codecs")]
use crate::offer::Answering;
#[cfg(feature = "timers")]
use crate::offer::Direction;
use crate::phone::{Bus, Music, Side, Source};

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The use of the call's slot; 0: there is no call.
    pub(super) generation: u32,
    pub(super) ports: Ports,
    /// The use of the slot by which the driver knows its ports, where it took them over; 0: this one.
    #[cfg(feature = "refer")]
    pub(super) ports_of: u32,
    pub(super) waiting: Waiting,
    pub(super) source: Source,
    /// The choice of codecs of the call, or of its account; empty: the phone's.
    pub(super) codecs: CodecOrder,
    #[cfg(feature = "codecs")]
    pub(super) answering: Answering,
    /// The codec of the last agreement, for getters after its dialog is gone.
    pub(super) codec: Option<Codec>,
    /// The dialog whose agreement counts: the call's first, or the early dialog that is heard.
    pub(super) heard: Handle,
    /// Number of our descriptions, as `o=` has it.
    pub(super) session_id: u32,
    /// The state in which we want its media; the one that both sides agreed on; and the offer that is out.
    #[cfg(feature = "reoffer")]
    pub(super) desired: Desired,
    #[cfg(feature = "reoffer")]
    pub(super) settled: Desired,
    #[cfg(feature = "reoffer")]
    pub(super) offered: Offered,
    /// The state in the offer of its INVITE.
    #[cfg(feature = "reliable")]
    pub(super) invited: Desired,
    /// The sound that its far end hears on hold.
    #[cfg(feature = "reoffer")]
    pub(super) music: Music,
    /// The direction in the last description of ours that counts.
    #[cfg(feature = "timers")]
    pub(super) described: Direction,
    pub(super) gain_in: Gain,
    pub(super) gain_out: Gain,
    /// The stream runs.
    pub(super) media: bool,
    /// The bank of codecs has not heard yet what was agreed on.
    pub(super) formats_new: bool,
    /// The silence of its far end was reported, and nothing has come since.
    pub(super) lost: bool,
    /// The device bus plays ringback for it.
    #[cfg(feature = "tones")]
    pub(super) ringback: bool,
    /// It rings here.
    #[cfg(feature = "tones")]
    pub(super) rings: bool,
    /// The tone that its far end hears over its source.
    #[cfg(feature = "tones")]
    pub(super) laid: Laid,
    /// Its media is not authorised to be heard before the answer.
    #[cfg(all(feature = "reliable", feature = "tones"))]
    pub(super) unheard: bool,
    /// Index in the list of running streams + 1.
    pub(super) running: u32,
    /// The clock of the conference that it is in; `None`: it is alone.
    pub(super) joined: Option<Bus>,
    /// The number of the quantum of its clock that it was served in last; 0: none yet.
    pub(super) served: u8,
}

impl Line {
    pub(crate) const EMPTY: Self = Self {
        generation: 0,
        ports: Ports::Closed,
        #[cfg(feature = "refer")]
        ports_of: 0,
        waiting: Waiting::Nothing,
        source: Source::Device,
        codecs: CodecOrder::EMPTY,
        #[cfg(feature = "codecs")]
        answering: Answering::USUAL,
        codec: None,
        heard: Handle::NONE,
        session_id: 0,
        #[cfg(feature = "reoffer")]
        desired: Desired::EMPTY,
        #[cfg(feature = "reoffer")]
        settled: Desired::EMPTY,
        #[cfg(feature = "reoffer")]
        offered: Offered::EMPTY,
        #[cfg(feature = "reliable")]
        invited: Desired::EMPTY,
        #[cfg(feature = "reoffer")]
        music: Music::Source,
        #[cfg(feature = "timers")]
        described: Direction::SendReceive,
        gain_in: Gain::EMPTY,
        gain_out: Gain::EMPTY,
        media: false,
        formats_new: false,
        lost: false,
        #[cfg(feature = "tones")]
        ringback: false,
        #[cfg(feature = "tones")]
        rings: false,
        #[cfg(feature = "tones")]
        laid: Laid::EMPTY,
        #[cfg(all(feature = "reliable", feature = "tones"))]
        unheard: false,
        running: 0,
        joined: None,
        served: 0,
    };

    /// The call whose line it is.
    pub(super) const fn handle(&self, index: u32) -> Handle {
        Handle { index, generation: self.generation }
    }

    /// The name of its ports.
    pub(super) const fn ports_name(&self, index: u32) -> Handle {
        #[cfg(feature = "refer")]
        if self.ports_of != 0 {
            return Handle { index, generation: self.ports_of };
        }
        self.handle(index)
    }

    /// A description with this purpose repeats our last one.
    #[cfg(feature = "timers")]
    pub(super) fn repeats(&self, purpose: Purpose) -> bool {
        purpose == Purpose::Repeat || purpose == Purpose::Offered && self.offered.repeats
    }

    /// We want the far end to be on hold.
    pub(super) const fn is_to_hold(&self) -> bool {
        #[cfg(feature = "reoffer")]
        return self.desired.holding;
        #[cfg(not(feature = "reoffer"))]
        false
    }

    /// The sound that its far end hears instead of its source; `None`: it is not on hold, or its source goes on.
    pub(super) const fn music_now(&self) -> Option<Music> {
        #[cfg(feature = "reoffer")]
        if self.desired.holding && !matches!(self.music, Music::Source) {
            return Some(self.music);
        }
        None
    }

    /// The sound that its far end hears on hold.
    pub(in crate::phone) const fn music(&self) -> Music {
        #[cfg(feature = "reoffer")]
        return self.music;
        #[cfg(not(feature = "reoffer"))]
        Music::Source
    }

    /// Its media runs, and is not heard: the network has not authorised it.
    #[cfg(feature = "tones")]
    pub(super) const fn is_unheard(&self) -> bool {
        #[cfg(feature = "reliable")]
        return self.unheard;
        #[cfg(not(feature = "reliable"))]
        false
    }

    /// Both sides agreed, by a description of ours with this purpose. `was_held`: by the agreement from before.
    #[cfg(feature = "reoffer")]
    pub(super) fn settle(&mut self, mut agreed: Agreed, purpose: Purpose, was_held: bool) -> Agreed {
        let offered = match purpose {
            Purpose::Answer => None,
            #[cfg(feature = "reliable")]
            Purpose::Invited => Some(Offered::inviting(self.invited)),
            _ => Some(self.offered),
        };
        #[cfg(feature = "timers")]
        (self.described = match (offered, agreed.send, agreed.receive) {
            (Some(offered), ..) => offered.direction,
            (_, true, true) => Direction::SendReceive,
            (_, true, false) => Direction::SendOnly,
            (_, false, true) => Direction::ReceiveOnly,
            (_, false, false) => Direction::Inactive,
        });
        self.settled = offered.map_or(self.desired, |offered| offered.desired);
        // one that is not sent to cannot receive: its answer does not tell whether it holds us
        if offered.is_some_and(|offered| !offered.direction.sends()) {
            agreed.held = was_held || agreed.remote_rtp.ip().is_unspecified();
        }
        agreed
    }

    /// Where one codec is wanted, an agreement on several is narrowed by the next offer, and later ones have that one.
    /// A choice that no offer had yet has its turn first.
    #[cfg(all(feature = "reoffer", feature = "codecs"))]
    pub(super) fn narrow(&mut self, agreed: &Agreed) {
        if self.answering.is_single() && self.desired.codecs == self.settled.codecs {
            self.desired.one = true;
            self.settled.one = !agreed.several;
        }
    }

    /// The clock that ticks it: its conference's; alone, the device's where the device is its source.
    pub(super) const fn clock(&self) -> Bus {
        match (self.joined, self.source) {
            (Some(clock), _) => clock,
            (None, Source::Device) => Bus::Device,
            (None, _) => Bus::Own,
        }
    }

    pub(in crate::phone) const fn ports(&self) -> Ports {
        self.ports
    }

    pub(in crate::phone) const fn source(&self) -> Source {
        self.source
    }

    /// The dialog whose agreement counts.
    #[cfg(feature = "info")]
    pub(in crate::phone) const fn heard(&self) -> Handle {
        self.heard
    }

    /// Its stream runs.
    pub(in crate::phone) const fn is_running(&self) -> bool {
        self.media
    }

    /// The codec of the last agreement.
    pub(in crate::phone) const fn codec(&self) -> Option<Codec> {
        self.codec
    }

    pub(in crate::phone) const fn muted(&self) -> bool {
        self.gain_in.muted()
    }

    pub(in crate::phone) const fn volume(&self, side: Side) -> u16 {
        match side {
            Side::Input => self.gain_in.percent(),
            Side::Output => self.gain_out.percent(),
        }
    }
}

impl Media<'_> {
    /// A call begins: its line has the phone's settings, and no host is vouched for.
    pub(in crate::phone) fn open_line(&mut self, call: Handle, session_id: u32) {
        #[cfg(feature = "tones")]
        self.tones.forget_refusal();
        let Some(line) = self.lines.get_mut(call.index as usize) else { return };
        *line = Line { generation: call.generation, session_id, ..Line::EMPTY };
        line.gain_in.mute(self.muted);
        line.gain_in.set(self.volume_in);
        line.gain_out.set(self.volume_out);
        #[cfg(feature = "reoffer")]
        (line.music = self.music);
        if let Some(stream) = self.streams.get_mut(call.index as usize) {
            stream.forget_vouched();
        }
    }

    /// The choice of codecs of a call.
    pub(in crate::phone) fn codecs(&self, call: Handle) -> CodecOrder {
        self.described_codecs(call, Purpose::Answer)
    }

    /// The choice of codecs that a call began with, or that was made before its answer.
    pub(in crate::phone) fn chosen(&self, call: Handle) -> CodecOrder {
        self.line(call).map_or(CodecOrder::EMPTY, |line| line.codecs)
    }

    pub(in crate::phone) fn set_codecs(&mut self, call: Handle, codecs: CodecOrder) {
        if let Some(line) = self.line_mut(call) {
            line.codecs = codecs;
        }
    }

    /// The codecs of a call's answers.
    #[cfg(feature = "codecs")]
    pub(in crate::phone) fn set_answering(&mut self, call: Handle, answering: Answering) {
        if let Some(line) = self.line_mut(call) {
            line.answering = answering;
        }
    }

    /// The call's slot is free.
    pub(in crate::phone) fn close_line(&mut self, call: Handle) {
        self.quiet(call);
        self.vacate(call);
        if let Some(line) = self.line_mut(call) {
            line.generation = 0;
        }
    }

    /// A call's line.
    pub(in crate::phone) fn line(&self, call: Handle) -> Option<&Line> {
        self.lines.get(call.index as usize).filter(|line| line.generation == call.generation && !call.is_none())
    }

    pub(super) fn line_mut(&mut self, call: Handle) -> Option<&mut Line> {
        self.lines.get_mut(call.index as usize).filter(|line| line.generation == call.generation && !call.is_none())
    }

    /// The line of the call that has this index, if there is one.
    pub(super) fn line_at(&self, index: u32) -> Option<&Line> {
        self.lines.get(index as usize).filter(|line| line.generation != 0)
    }

    /// Mutes a line's source; no call: all, and those to come. False: there is no such call.
    pub(in crate::phone) fn mute(&mut self, call: Handle, mute: bool) -> bool {
        if call.is_none() {
            self.muted = mute;
        }
        self.each(call, |line| line.gain_in.mute(mute))
    }

    /// Chooses the music of a line on hold; no call: of all, and those to come. False: there is no such call.
    #[cfg(feature = "reoffer")]
    pub(in crate::phone) fn set_music(&mut self, call: Handle, music: Music) -> bool {
        if call.is_none() {
            self.music = music;
        }
        self.each(call, |line| line.music = music)
    }

    /// Sets a volume in percent; no call: all, and those to come. False: there is no such call.
    pub(in crate::phone) fn set_volume(&mut self, call: Handle, side: Side, percent: u16) -> bool {
        if call.is_none() {
            match side {
                Side::Input => self.volume_in = percent,
                Side::Output => self.volume_out = percent,
            }
        }
        self.each(call, |line| match side {
            Side::Input => line.gain_in.set(percent),
            Side::Output => line.gain_out.set(percent),
        })
    }

    fn each(&mut self, call: Handle, change: impl FnMut(&mut Line)) -> bool {
        if call.is_none() {
            self.lines.iter_mut().for_each(change);
            return true;
        }
        self.line_mut(call).map(change).is_some()
    }

    /// Lines to come are muted.
    pub(in crate::phone) const fn muted(&self) -> bool {
        self.muted
    }

    /// The volume of lines to come.
    pub(in crate::phone) const fn volume(&self, side: Side) -> u16 {
        match side {
            Side::Input => self.volume_in,
            Side::Output => self.volume_out,
        }
    }
}
