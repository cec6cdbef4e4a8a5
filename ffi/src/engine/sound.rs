//! The tick: the microphone's 10 ms in, the loudspeaker's out.

use super::{command, microsip_engine, with};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::ops::{self, Done};
use core::ffi::c_char;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{Bus, CallId, CommandError, Patch};

/// Samples of a quantum at the highest rate.
const QUANTUM: usize = 480;

/// The music of a tick: 10 ms, or none.
struct Held<'m>(&'m [i16]);

impl Patch for Held<'_> {
    fn hold(&mut self, _: CallId, pcm: &mut [i16]) {
        pcm.iter_mut().zip(self.0).for_each(|(cell, sample)| *cell = *sample);
    }
}

impl microsip_engine {
    fn audio(&mut self, now: Instant, mic: &[i16], speaker: &mut [i16], samples: usize) -> Done {
        let quantum = self.whole(samples)?;
        let mut mic = mic.chunks(quantum);
        let mut speaker = speaker.chunks_mut(quantum);
        for _ in 0..samples / quantum {
            let input = mic.next().unwrap_or_default();
            match speaker.next() {
                Some(output) => self.tick(now, input, output),
                None => self.tick_unheard(now, input),
            }
        }
        Ok(())
    }

    /// The ring device's sound.
    fn ring(&mut self, own: &[i16], speaker: &mut [i16], samples: usize) -> Done {
        let quantum = self.whole(samples)?;
        let (mut own, mut rings) = (own.chunks(quantum), false);
        let mut speaker = speaker.chunks_mut(quantum);
        for _ in 0..samples / quantum {
            let own = own.next().unwrap_or_default();
            rings = match speaker.next() {
                Some(output) => self.phone.ring(own, output),
                None => self.ring_unheard(own),
            };
        }
        if rings { Ok(()) } else { Err(Fail::NOTHING) }
    }

    /// Samples of a quantum, of which so many are a whole number.
    fn whole(&self, samples: usize) -> Result<usize, Fail> {
        let quantum = usize::from(self.quantum);
        if samples == 0 || !samples.is_multiple_of(quantum) || samples / quantum > 16 {
            return Err(Fail::new(
                MICROSIP_E_ARG,
                "samples",
                Value::Number(samples as i64),
                "is no multiple of 10 ms (rate / 100), or above 160 ms",
            ));
        }
        Ok(quantum)
    }

    fn tick(&mut self, now: Instant, input: &[i16], output: &mut [i16]) {
        if features::REOFFER {
            let mut held = Held(if self.music_given { self.music } else { &[] });
            self.phone.audio(now, Bus::Device, &mut self.codecs, &mut held, input, output);
            while self.phone.audio(now, Bus::Own, &mut self.codecs, &mut held, &[], &mut []) {}
            self.music_given = false;
            return;
        }
        self.phone.audio(now, Bus::Device, &mut self.codecs, &mut (), input, output);
        while self.phone.audio(now, Bus::Own, &mut self.codecs, &mut (), &[], &mut []) {}
    }

    /// The music of the next tick for those on hold; an empty one is silence.
    fn hold(&mut self, music: &[i16], samples: usize) -> Done {
        if samples != self.music.len() {
            let fix = "is not rate / 100: music is given anew for each 10 ms";
            return Err(Fail::new(MICROSIP_E_ARG, "samples", Value::Number(samples as i64), fix));
        }
        self.music_given = !music.is_empty();
        if self.music_given {
            self.music.copy_from_slice(music);
        }
        Ok(())
    }

    /// Apart, so that a board with a loudspeaker needs no stack for sound that is dropped.
    #[inline(never)]
    fn tick_unheard(&mut self, now: Instant, input: &[i16]) {
        let mut unheard = [0i16; QUANTUM];
        self.tick(now, input, unheard.get_mut(..usize::from(self.quantum)).unwrap_or_default());
    }

    /// The same of the ring.
    #[inline(never)]
    fn ring_unheard(&mut self, own: &[i16]) -> bool {
        let mut unheard = [0i16; QUANTUM];
        self.phone.ring(own, unheard.get_mut(..usize::from(self.quantum)).unwrap_or_default())
    }
}

/// One or more quanta of 10 ms (s16, mono, the engine's rate): the microphone's in, the loudspeaker's out. NULL is silence,
/// or unheard; one memory cannot be both. Of MICROSIP_RING the ring device's out, or mic in place of the usual ring, where it
/// is not NULL; the result MICROSIP_NOTHING says that it is silence, and nothing more comes until MICROSIP_ASK_AUDIO_ON. Of
/// MICROSIP_HELD mic is the music of the next 10 ms for far ends on hold (microsip_music_set), rate / 100 samples, for one
/// call with MICROSIP_SELF of as many; without it they hear nothing. target: MICROSIP_SELF, the person's devices;
/// MICROSIP_RING, the ring device; or MICROSIP_HELD, whose speaker is NULL. MICROSIP_E_ARG: samples is no multiple of
/// rate / 100, or above 160 ms; mic and speaker overlap; speaker is not NULL with MICROSIP_HELD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_audio(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    mic: *const i16,
    speaker: *mut i16,
    samples: u32,
) -> i32 {
    with("microsip_engine_audio", e, |engine| {
        // SAFETY: by contract.
        let (mic, speaker) = unsafe {
            pointer::apart(mic, speaker.cast_const(), samples, "speaker")?;
            let mic: &[i16] = if mic.is_null() { &[] } else { pointer::slice(mic, samples, "mic")? };
            let speaker: &mut [i16] =
                if speaker.is_null() { &mut [] } else { pointer::slice_mut(speaker, samples, "speaker")? };
            (mic, speaker)
        };
        let now = engine.at(now_us);
        match target {
            MICROSIP_SELF => engine.audio(now, mic, speaker, samples as usize),
            MICROSIP_RING if features::TONES => engine.ring(mic, speaker, samples as usize),
            MICROSIP_HELD if features::REOFFER && !speaker.is_empty() => {
                Err(Fail::new(MICROSIP_E_ARG, "speaker", Value::None, "is not NULL: nothing is heard of MICROSIP_HELD"))
            }
            MICROSIP_HELD if features::REOFFER => engine.hold(mic, samples as usize),
            _ => Err(Fail::new(
                MICROSIP_E_ARG,
                "target",
                Value::Id(target),
                "is not MICROSIP_SELF nor, in a library with the features tones and reoffer, MICROSIP_RING or \
                 MICROSIP_HELD",
            )),
        }
    })
}

/// As microsip_source_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_source_set(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    source: u32,
) -> i32 {
    command("microsip_engine_source_set", e, now_us, |phone, _| ops::media::source(phone, target, source))
}

/// As microsip_music_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_music_set(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    music: u32,
    path: *const c_char,
) -> i32 {
    command("microsip_engine_music_set", e, now_us, |phone, _| {
        if !features::REOFFER {
            return Err(Fail::command(CommandError::Unsupported, "music", Value::None));
        }
        // SAFETY: by contract.
        ops::media::music(phone, target, music, unsafe { text::optional(path, "path")? })
    })
}

/// As microsip_mute_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_mute_set(e: *mut microsip_engine, now_us: u64, target: microsip_id, on: u32) -> i32 {
    command("microsip_engine_mute_set", e, now_us, |phone, _| ops::media::mute(phone, target, on))
}

/// As microsip_volume_set.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_volume_set(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    dev: u32,
    percent: u32,
) -> i32 {
    command("microsip_engine_volume_set", e, now_us, |phone, _| ops::media::volume(phone, target, dev, percent))
}

/// As microsip_tones_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_tones_set(
    e: *mut microsip_engine,
    now_us: u64,
    t: *const microsip_tones,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_tones_set", e, now_us, |phone, _| unsafe { ops::tones::set(phone, t) })
}

/// As microsip_tones_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_tones_get(
    e: *mut microsip_engine,
    now_us: u64,
    out: *mut microsip_tones,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_tones_get", e, now_us, |phone, _| unsafe { ops::tones::get(phone, out) })
}

/// As microsip_tone_start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_tone_start(e: *mut microsip_engine, now_us: u64, tone: u32) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_tone_start", e, now_us, |phone, now| ops::tones::start(phone, now, tone))
}

/// As microsip_tone_play.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_tone_play(
    e: *mut microsip_engine,
    now_us: u64,
    target: microsip_id,
    tone: u32,
    ms: u32,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_tone_play", e, now_us, |phone, now| ops::tones::play(phone, now, target, tone, ms, token))
}

/// As microsip_tone_stop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_tone_stop(e: *mut microsip_engine, now_us: u64, target: microsip_id) -> i32 {
    // SAFETY: by contract.
    command("microsip_engine_tone_stop", e, now_us, |phone, now| ops::tones::stop(phone, now, target))
}
