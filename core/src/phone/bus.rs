//! Buses: the clock that ticks, the calls that hear each other, and the source of each call's sound.

use super::id::CallId;

/// The one source of the audio that a call sends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Source {
    /// The device bus.
    #[default]
    Device = 0,
    /// Audio of the driver's `Patch`.
    Application = 1,
    /// Its own received audio.
    Echo = 2,
    /// Silence.
    Silence = 3,
}

/// The clock that ticks.
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
    /// A call's own: no other call is there, and its source decides its clock.
    pub const ALONE: Self = Self(0);

    /// One that calls share. Their far ends hear each other; the device's clock takes the person at the device in, whom
    /// each call hears whose source is [`Source::Device`]. `None` for number 0 and above 32,767.
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
/// [`super::Phone::audio`] runs.
pub trait Patch {
    /// `pcm` (10 ms at the phone's rate) holds the sound of the call's source: the device, an echo, or zeros. A playing
    /// file is laid over it; [`Source::Application`] is filled here.
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        let _ = (call, source, pcm);
    }

    /// Both directions of the same quantum: the sound that went, and the sound that came.
    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        let _ = (call, said, heard);
    }
}

impl Patch for () {}
