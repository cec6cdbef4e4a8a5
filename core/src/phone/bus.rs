//! Buses: the clock that ticks, the source of each call's sound, and the members of conferences.

use super::id::{CallId, ConferenceId};

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

/// The sound that a far end hears while it is on hold.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Music {
    /// The call's source goes on; the person at the device is silent.
    #[default]
    Source = 0,
    /// Nothing.
    Silence = 1,
    /// Music of the driver's: [`Patch::hold`] fills it.
    Application = 2,
}

/// The clock that ticks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bus {
    /// The device's: its calls are heard in one output and share one input, and so is the conference that the person
    /// is in.
    Device,
    /// A timer's: all other calls.
    Own,
}

/// A member of a conference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Member {
    /// The person at the device: microphone and loudspeaker.
    Person,
    /// A call.
    Call(CallId),
}

impl Member {
    /// The call, if it is one.
    #[must_use]
    pub const fn call(self) -> Option<CallId> {
        if let Self::Call(call) = self { Some(call) } else { None }
    }
}

/// A change of a member's part; `None` leaves a value as it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MemberChange {
    /// The others do not hear it.
    pub silent: Option<bool>,
    /// It does not hear the others.
    pub deaf: Option<bool>,
    /// Its loudness for the others, 0 to 400 percent.
    pub gain_percent: Option<u16>,
}

/// A member's part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MemberInfo {
    /// The others do not hear it.
    pub silent: bool,
    /// It does not hear the others.
    pub deaf: bool,
    /// Its loudness for the others, in percent.
    pub gain_percent: u16,
    /// The peak of its sound in the last 100 ms, 0 to 32767, whatever the others hear of it.
    pub level: u16,
    /// It is loud enough for a voice, and not silent.
    pub talking: bool,
}

/// The driver's hands inside a tick: files, the application's PCM, recordings. They are used only while
/// [`super::Phone::audio`] runs.
pub trait Patch {
    /// `pcm` (10 ms at the phone's rate) holds the sound of the call's source: the device, an echo, or zeros. A playing
    /// file is laid over it; [`Source::Application`] is filled here.
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        let _ = (call, source, pcm);
    }

    /// `pcm` (10 ms of zeros) is filled with the music of a far end that is on hold ([`Music::Application`]), in place
    /// of [`Patch::say`]. The call's mute and volume are not for it.
    fn hold(&mut self, call: CallId, pcm: &mut [i16]) {
        let _ = (call, pcm);
    }

    /// Both directions of the same quantum: the sound that went, and the sound that came.
    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        let _ = (call, said, heard);
    }

    /// `pcm` (10 ms of zeros) is filled with a sound that all members of a conference hear.
    fn say_all(&mut self, conference: ConferenceId, pcm: &mut [i16]) {
        let _ = (conference, pcm);
    }

    /// The same quantum of a conference: the sound of [`Patch::say_all`], and that of all members together.
    fn tap_all(&mut self, conference: ConferenceId, said: &[i16], heard: &[i16]) {
        let _ = (conference, said, heard);
    }
}

impl Patch for () {}
