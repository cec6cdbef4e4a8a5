//! Settings of the tones that a phone plays by itself, as an application gives them.

use super::id::{CallId, ConferenceId};

/// [`Tones::play`]: ringback, while a far end rings and sends no media.
pub const PLAY_RINGBACK: u32 = 1;
/// [`Tones::play`]: busy or congestion, after a far end has refused.
pub const PLAY_REFUSAL: u32 = 2;
/// [`Tones::play`]: call waiting, into a call while another comes in.
pub const PLAY_WAITING: u32 = 4;
/// [`Tones::play`]: the ring, on a device of its own, while a call comes in and none is up.
pub const PLAY_RING: u32 = 8;
/// All of [`Tones::play`].
pub const PLAY_ALL: u32 = PLAY_RINGBACK | PLAY_REFUSAL | PLAY_WAITING | PLAY_RING;

/// A tone to play: dial tone, until it is stopped.
pub const TONE_DIAL: u32 = 1;
/// A tone to play: the far end rings.
pub const TONE_RINGBACK: u32 = 2;
/// A tone to play: the far end is busy.
pub const TONE_BUSY: u32 = 3;
/// A tone to play: there is no way to the far end.
pub const TONE_CONGESTION: u32 = 4;
/// A tone to play: another call waits.
pub const TONE_WAITING: u32 = 5;
/// A tone to play: the ring, on the ring device.
pub const TONE_RING: u32 = 6;
/// A tone to play: a confirmation, once.
pub const TONE_BEEP: u32 = 7;

/// The place that a tone is played into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ToneTarget {
    /// Its far end hears it.
    Call(CallId),
    /// All of its members hear it.
    Conference(ConferenceId),
}

/// Changes of the tones that a phone plays by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tones<'t> {
    /// The country whose tones they are, by its two letters of ISO 3166; `""`: those that ITU-T E.180 recommends;
    /// `None`: as it is.
    pub country: Option<&'t str>,
    /// A set of `PLAY_*`; [`u32::MAX`]: none; 0: as it is. By default all but [`PLAY_RING`].
    pub play: u32,
    /// Milliseconds for which busy or congestion sounds, at most a minute; 0: as it is. By default five seconds.
    pub refusal_ms: u32,
    /// Volume of the ring in percent, at most 400; `None`: as it is. By default 100.
    pub ring_percent: Option<u32>,
}

/// The tones that a phone plays by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TonesInfo {
    /// The country; `""`: those that ITU-T E.180 recommends.
    pub country: &'static str,
    /// A set of `PLAY_*`.
    pub play: u32,
    /// Milliseconds for which busy or congestion sounds.
    pub refusal_ms: u32,
    /// Volume of the ring in percent.
    pub ring_percent: u32,
}

/// The ring that a call asks for, by the Alert-Info that the account's own server brought: the number of a ring in the
/// lowest four bits (0: the usual one), and a set of `ALERT_*`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Alert(pub u32);

/// [`Alert`]: the caller belongs to the same exchange (`urn:alert:source:internal`).
pub const ALERT_INTERNAL: u32 = 1 << 4;
/// [`Alert`]: the caller is outside (`source:external`).
pub const ALERT_EXTERNAL: u32 = 1 << 5;
/// [`Alert`]: the caller is a friend (`source:friend`).
pub const ALERT_FRIEND: u32 = 1 << 6;
/// [`Alert`]: the caller is of the family (`source:family`).
pub const ALERT_FAMILY: u32 = 1 << 7;
/// [`Alert`]: it may wait (`priority:low`).
pub const ALERT_LOW: u32 = 1 << 8;
/// [`Alert`]: it is urgent (`priority:high`).
pub const ALERT_HIGH: u32 = 1 << 9;
/// [`Alert`]: the ring shall be short (`duration:short`).
pub const ALERT_SHORT: u32 = 1 << 10;
/// [`Alert`]: the ring shall be long (`duration:long`).
pub const ALERT_LONG: u32 = 1 << 11;
/// [`Alert`]: the ring shall come late (`delay:yes`).
pub const ALERT_DELAYED: u32 = 1 << 12;
/// [`Alert`]: it was forwarded (`service:forward`).
pub const ALERT_FORWARDED: u32 = 1 << 13;
/// [`Alert`]: it waits beside another call there (`service:call-waiting`).
pub const ALERT_WAITING: u32 = 1 << 14;
/// [`Alert`]: a call back that was asked for (`service:recall:callback`).
pub const ALERT_CALLBACK: u32 = 1 << 15;
/// [`Alert`]: a call that was on hold for too long (`service:recall:hold`).
pub const ALERT_HELD: u32 = 1 << 16;
/// [`Alert`]: a transfer that failed (`service:recall:transfer`).
pub const ALERT_TRANSFERRED: u32 = 1 << 17;

impl Alert {
    /// The number of the ring: 1 to 8 are rhythms of their own, 0 is the usual one.
    #[must_use]
    pub const fn ring(self) -> u8 {
        (self.0 & 15) as u8
    }
}
