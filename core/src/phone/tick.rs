//! The tick: one 10 ms quantum of a bus. Each call hears its far end, and says what its source says.

use super::media::bus::Quantum;
use super::{CallId, Phone, Source};
use crate::base::time::Instant;
use crate::media::CodecBank;

/// Which clock ticks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bus {
    /// The device's: the calls on its buses are heard in one output and share one input.
    Device,
    /// A timer's: all other buses.
    Own,
}

/// The bus that a call is on, beside its source: a clock, and calls that hear each other. A call is on exactly one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BusId(u16);

impl BusId {
    /// A call's own: nobody else is there, and its source says which clock it has.
    pub const ALONE: Self = Self(0);

    /// One that calls share. Their far ends hear each other; the device's clock takes the person at the device in, who
    /// is heard by each call whose source is [`Source::Device`]. `None` for number 0 and above 32,767.
    #[must_use]
    pub const fn shared(clock: Bus, number: u16) -> Option<Self> {
        if number == 0 || number > u16::MAX >> 1 {
            return None;
        }
        Some(Self(number << 1 | matches!(clock, Bus::Device) as u16))
    }

    /// `None` for [`BusId::ALONE`].
    pub(super) const fn clock(self) -> Option<Bus> {
        match self.0 {
            0 => None,
            bus if bus & 1 == 1 => Some(Bus::Device),
            _ => Some(Bus::Own),
        }
    }
}

/// The driver's hands inside a tick: files, the application's PCM, recordings. They are used only while
/// [`Phone::audio`] runs.
pub trait Patch {
    /// `pcm` (10 ms at the phone's rate) holds what the call's source says: the device, an echo, or zeros. A playing
    /// file is laid over it;
    /// [`Source::Application`] is filled here.
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        let _ = (call, source, pcm);
    }

    /// Both directions of the same quantum: what went, and what came.
    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        let _ = (call, said, heard);
    }
}

impl Patch for () {}

impl Phone<'_> {
    /// One quantum of a bus. A complete packet is to be fetched before the next quantum, which may replace it.
    /// [`Bus::Device`] takes `input` and fills `output` (10 ms each). [`Bus::Own`] serves a bounded number of calls and
    /// says whether more are left: release your lock, and call again in the same quantum.
    pub fn audio(
        &mut self,
        now: Instant,
        bus: Bus,
        codecs: &mut dyn CodecBank,
        patch: &mut dyn Patch,
        input: &[i16],
        output: &mut [i16],
    ) -> bool {
        self.hear(now);
        let mut turn = self.lower.media.begin_quantum(now, bus, output);
        let mut lent = Quantum { codecs, patch, input, output };
        while let Some((line, news)) = self.lower.media.quantum(&mut self.lower.cx, now, &mut turn, &mut lent) {
            self.take_news(now, line, news);
        }
        self.lower.media.end_quantum(&turn)
    }

    /// Quanta of a bus pass without a tick, because the driver stalled for longer than it makes up for
    /// ([`crate::media::catch_up`]): the far ends see a gap, and no source goes on.
    pub fn skip(&mut self, bus: Bus, quanta: u32) {
        if quanta > 0 {
            self.lower.media.skip(bus, quanta);
        }
    }

    /// When the next tick of a bus had better come, for a driver whose timer ticks it; said once, and worth up to 10 ms
    /// of delay. A device's clock cannot be moved: such a driver need not ask.
    pub const fn poll_tick(&mut self, bus: Bus) -> Option<Instant> {
        self.lower.media.poll_tick(bus)
    }

    /// Calls with a bus of their own run: tick [`Bus::Own`] each 10 ms.
    #[must_use]
    pub const fn wants_tick(&self) -> bool {
        self.lower.media.wants_tick()
    }

    /// Calls on the device's bus run, or ring at the far end: tick [`Bus::Device`] by the device's clock.
    #[must_use]
    pub const fn device_wanted(&self) -> bool {
        self.lower.media.device_wanted()
    }
}
