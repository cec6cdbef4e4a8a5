//! Sound: files, PCM and devices.

use std::ffi::CStr;
use std::path::Path;
use std::time::Duration;

use super::texts::{check, pointer, read_text, text};
use super::{Failure, Handle, Id, c};

/// Directions of devices.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Input = c::MICROSIP_DEV_INPUT as isize,
    Output = c::MICROSIP_DEV_OUTPUT as isize,
    Ring = c::MICROSIP_DEV_RING as isize,
}

impl Handle {
    /// Its end is [`crate::event::Happened::Played`].
    pub(crate) fn play(self, call: Id, path: &Path) -> Result<(), Failure> {
        let path = text(&path.to_string_lossy())?;
        let sound = sound(&path, c::MICROSIP_PLAY_NOW);
        // SAFETY: `path` lives until the call has copied it.
        check(unsafe { c::microsip_sound_play(self.0, call, &raw const sound, 1) })
    }

    /// Checks that a file could be played.
    pub(crate) fn play_check(self, path: &Path) -> Result<(), Failure> {
        let path = text(&path.to_string_lossy())?;
        let sound = sound(&path, c::MICROSIP_PLAY_CHECK);
        // SAFETY: `path` lives until the call has read it.
        check(unsafe { c::microsip_sound_play(self.0, c::MICROSIP_SELF, &raw const sound, 0) })
    }

    /// Far ends on hold hear this file.
    pub(crate) fn hold_music(self, path: &Path) -> Result<(), Failure> {
        let path = text(&path.to_string_lossy())?;
        // SAFETY: `path` lives until the call has read it.
        check(unsafe { c::microsip_music_set(self.0, c::MICROSIP_SELF, c::MICROSIP_MUSIC_FILE, path.as_ptr()) })
    }

    /// Records the far end, or both sides: the near end left, the far end right.
    pub(crate) fn record(self, call: Id, path: &Path, both: bool) -> Result<(), Failure> {
        let sides = if both { c::MICROSIP_SIDES_STEREO } else { c::MICROSIP_SIDES_HEARD };
        let path = text(&path.to_string_lossy())?;
        // SAFETY: `path` lives until the call has copied it.
        check(unsafe { c::microsip_record_start(self.0, call, path.as_ptr(), sides, 0) })
    }

    /// Writes as much of `pcm` as fits, waiting at most `wait` for room for all of it.
    pub(crate) fn pcm_write(self, call: Id, pcm: &[i16], wait: Duration) -> Result<usize, Failure> {
        let (mut taken, wait) = (0, u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
        // SAFETY: pointer and length are of one slice.
        let code = unsafe { c::microsip_pcm_write(self.0, call, pcm.as_ptr(), pcm.len() as u32, wait, &raw mut taken) };
        if code == c::MICROSIP_NOTHING { Ok(0) } else { check(code).map(|()| taken as usize) }
    }

    /// Reads the sound heard, at most `pcm` full, waiting at most `wait` for all of it.
    pub(crate) fn pcm_read(self, call: Id, pcm: &mut [i16], wait: Duration) -> Result<usize, Failure> {
        let (mut got, wait) = (0, u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
        // SAFETY: pointer and length are of one slice.
        let code =
            unsafe { c::microsip_pcm_read(self.0, call, pcm.as_mut_ptr(), pcm.len() as u32, wait, &raw mut got) };
        if code == c::MICROSIP_NOTHING { Ok(0) } else { check(code).map(|()| got as usize) }
    }

    /// The tones that the phone plays by itself: of a country, or none; and the file that it rings with.
    pub(crate) fn tones(self, country: Option<&str>, ring: Option<&Path>) -> Result<(), Failure> {
        // SAFETY: all-zero is a valid microsip_tones: integers and null pointers.
        let mut tones: c::microsip_tones = unsafe { std::mem::zeroed() };
        tones.size = size_of::<c::microsip_tones>() as u32;
        tones.play = if country == Some("none") { c::MICROSIP_NONE } else { 0 };
        let country = country.filter(|country| *country != "none").map(text).transpose()?;
        let ring = ring.map(|path| text(&path.to_string_lossy())).transpose()?;
        tones.country = pointer(country.as_ref());
        tones.ring_path = pointer(ring.as_ref());
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_tones_set(self.0, &raw const tones) })
    }

    /// Plays a tone into a call until its end.
    /// `length`: none, until the call ends, but for the beep.
    pub(crate) fn tone_play(self, call: Id, tone: u32, length: Option<Duration>) -> Result<(), Failure> {
        let ms = length.map_or(0, |length| length.as_millis() as u32);
        check(c::microsip_tone_play(self.0, call, tone, ms, 0))
    }

    /// Plays a tone, MICROSIP_TONE_*, until [`Handle::tone_stop`].
    pub(crate) fn tone_start(self, tone: u32) -> Result<(), Failure> {
        check(c::microsip_tone_start(self.0, tone))
    }

    /// One that is over already is no failure.
    pub(crate) fn tone_stop(self) {
        c::microsip_tone_stop(self.0, c::MICROSIP_SELF);
    }

    /// The countries whose tones there are.
    pub(crate) fn countries(self) -> Vec<String> {
        let one = |nth| {
            // SAFETY: the library writes at most `cap` bytes to `buf`.
            read_text(|buf, cap, needed| unsafe {
                c::microsip_text_get(self.0, c::MICROSIP_SELF, c::MICROSIP_TXT_COUNTRY, nth, buf, cap, needed)
            })
        };
        (1..).map_while(|nth| one(nth).ok().filter(|code| !code.is_empty())).collect()
    }

    /// The device of one direction; calls open it.
    pub(crate) fn set_device(self, direction: Direction, id: &str) -> Result<(), Failure> {
        let id = text(id)?;
        // SAFETY: `id` lives until the call has copied it.
        check(unsafe { c::microsip_device_set(self.0, direction as u32, id.as_ptr()) })
    }

    /// Id and name of each device of one direction; all: of ALSA's plugins, too.
    pub(crate) fn devices(self, direction: Direction, all: bool) -> Result<Vec<(String, String)>, Failure> {
        let (mut count, plugins) = (0, if all { c::MICROSIP_DEV_ALL } else { 0 });
        // SAFETY: `count` is ours.
        check(unsafe { c::microsip_device_scan(self.0, direction as u32 | plugins, &raw mut count) })?;
        let one = |n: u32, which| {
            let index = (direction as u32) << 16 | n;
            // SAFETY: the library writes at most `cap` bytes to `buf`.
            read_text(|buf, cap, needed| unsafe {
                c::microsip_text_get(self.0, c::MICROSIP_SELF, which, index, buf, cap, needed)
            })
        };
        (0..count).map(|n| Ok((one(n, c::MICROSIP_TXT_DEVICE_ID)?, one(n, c::MICROSIP_TXT_DEVICE_NAME)?))).collect()
    }
}

fn sound(path: &CStr, mode: u32) -> c::microsip_sound {
    c::microsip_sound { size: size_of::<c::microsip_sound>() as u32, loops: 0, mode, reserved: 0, path: path.as_ptr() }
}
