//! Sound.

use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Playing: instead of the sound that plays.
pub const MICROSIP_PLAY_NOW: u32 = 0;
/// Playing: not at all; only check whether it could be played. A pipe is left alone, for it can be read only once.
pub const MICROSIP_PLAY_CHECK: u32 = 2;

/// Sources of the sound that the peer hears: the microphone.
pub const MICROSIP_SRC_DEVICE: u32 = 0;
/// Sources: the application's PCM.
pub const MICROSIP_SRC_PCM: u32 = 1;
/// Sources: the peer itself, as an echo.
pub const MICROSIP_SRC_ECHO: u32 = 2;
/// Sources: silence.
pub const MICROSIP_SRC_SILENCE: u32 = 3;

/// Music for a far end on hold: none of its own, the call's source goes on; of a microphone it hears nothing.
pub const MICROSIP_MUSIC_SOURCE: u32 = 0;
/// Music on hold: nothing is heard.
pub const MICROSIP_MUSIC_NONE: u32 = 1;
/// Music on hold: the application's PCM, by microsip_pcm_write, or of an engine by microsip_engine_audio.
pub const MICROSIP_MUSIC_PCM: u32 = 2;
/// Music on hold: a WAV file, over and over, from its beginning for each hold. An engine has no files.
pub const MICROSIP_MUSIC_FILE: u32 = 3;

/// Methods of digits: RFC 4733 events where the far end takes them; else what the account's member dtmf says, if that
/// names INFO; else tones.
pub const MICROSIP_DTMF_AUTO: u32 = 1;
/// Methods of digits: RFC 4733 events. With MICROSIP_HAS_INFO, as those behind it.
pub const MICROSIP_DTMF_RTP: u32 = 2;
/// Methods of digits: SIP INFO, application/dtmf-relay.
pub const MICROSIP_DTMF_INFO: u32 = 3;
/// Methods of digits: SIP INFO, application/dtmf.
pub const MICROSIP_DTMF_INFO_PLAIN: u32 = 4;
/// Methods of digits: tones in the voice.
pub const MICROSIP_DTMF_INBAND: u32 = 5;
/// Methods of digits: RFC 4733 events where the far end takes them, else SIP INFO, application/dtmf-relay.
pub const MICROSIP_DTMF_AUTO_INFO: u32 = 6;

/// The microphone's side.
pub const MICROSIP_DEV_INPUT: u32 = 1;
/// The loudspeaker's side.
pub const MICROSIP_DEV_OUTPUT: u32 = 2;
/// The ring device's side: a loudspeaker of its own for the ring. Of MICROSIP_SELF in microsip_volume_set.
pub const MICROSIP_DEV_RING: u32 = 3;
/// Added to one of them for microsip_device_scan: also names that are no device of their own.
pub const MICROSIP_DEV_ALL: u32 = 256;

/// Recordings: both sides mixed, one channel.
pub const MICROSIP_SIDES_MIXED: u32 = 0;
/// Recordings: our sound left, the peer's right.
pub const MICROSIP_SIDES_STEREO: u32 = 1;
/// Recordings: our sound.
pub const MICROSIP_SIDES_SAID: u32 = 2;
/// Recordings: the peer's sound.
pub const MICROSIP_SIDES_HEARD: u32 = 3;

/// Tones that a phone plays by itself, a set: ringback, while a far end rings and sends no media.
pub const MICROSIP_TONES_RINGBACK: u32 = 1;
/// Tones, a set: busy or congestion, after a far end has refused.
pub const MICROSIP_TONES_REFUSAL: u32 = 2;
/// Tones, a set: call waiting, into a call while another comes in.
pub const MICROSIP_TONES_WAITING: u32 = 4;
/// Tones, a set: the ring, on the ring device, while a call comes in and none is up.
pub const MICROSIP_TONES_RING: u32 = 8;

/// Tones of a country, for microsip_tone_start: dial tone.
pub const MICROSIP_TONE_DIAL: u32 = 1;
/// Tones: the far end rings.
pub const MICROSIP_TONE_RINGBACK: u32 = 2;
/// Tones: the far end is busy.
pub const MICROSIP_TONE_BUSY: u32 = 3;
/// Tones: there is no way to the far end.
pub const MICROSIP_TONE_CONGESTION: u32 = 4;
/// Tones: another call waits.
pub const MICROSIP_TONE_WAITING: u32 = 5;
/// Tones: the ring, on the ring device.
pub const MICROSIP_TONE_RING: u32 = 6;
/// Tones: two short beeps that confirm, once.
pub const MICROSIP_TONE_BEEP: u32 = 7;

/// Settings of the digits of one command.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_digit_options {
    /// sizeof(microsip_digit_options).
    pub size: u32,
    /// MICROSIP_DTMF_*, their method; 0: the call's. With MICROSIP_HAS_INFO, as the next three.
    pub dtmf: u32,
    /// The length of each, in milliseconds: see `dtmf_ms` of microsip_config; 0: the call's. Of a key that is held: its
    /// length, if it is let go before its turn.
    pub dtmf_ms: u32,
    /// The silence behind each, in milliseconds: see `dtmf_gap_ms` of microsip_config; 0: the call's.
    pub dtmf_gap_ms: u32,
    /// The power of each, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config; 0: the call's.
    pub dtmf_level_db: u32,
    /// 0.
    pub reserved: u32,
}

/// The tones that a phone plays by itself for the person at it. They are never sent, and media of a far end beats them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_tones {
    /// sizeof(microsip_tones).
    pub size: u32,
    /// A set of MICROSIP_TONES_*; 0: as it is, MICROSIP_NONE: none. By default all; of an engine all but
    /// MICROSIP_TONES_RING.
    pub play: u32,
    /// Milliseconds for which busy or congestion sounds, at most 60000; 0: as it is. By default 5000.
    pub refusal_ms: u32,
    /// 0.
    pub reserved: u32,
    /// The country whose tones they are, by its two letters of ISO 3166: "DE"; "": those that ITU-T E.180 recommends,
    /// the default. NULL: as it is. MICROSIP_TXT_COUNTRY lists those that there are.
    pub country: *const c_char,
    /// A WAV file in place of the usual ring; "": the usual one again. NULL: as it is. Host only: see
    /// microsip_engine_audio.
    pub ring_path: *const c_char,
}

/// A sound to play. It is mixed with the call's source, which goes on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_sound {
    /// sizeof(microsip_sound).
    pub size: u32,
    /// The number of times; 0: once; MICROSIP_FOREVER: until it is stopped.
    pub loops: u32,
    /// MICROSIP_PLAY_*.
    pub mode: u32,
    /// 0.
    pub reserved: u32,
    /// A WAV file: 8 to 32 bits, float or G.711, any rate, any channels.
    pub path: *const c_char,
}

sized!(
    microsip_digit_options up to reserved,
    microsip_tones up to ring_path,
    microsip_sound up to path,
);
