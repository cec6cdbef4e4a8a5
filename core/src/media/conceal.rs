//! Sound for packets that did not come, after the idea of G.711 Appendix I.
//!
//! The last periods of the voice are repeated: the pitch is found by correlation, the repeated stretch is joined to
//! itself over a quarter period, more periods are taken in as the gap grows (one period repeated sounds like a buzzer),
//! the level falls after 10 ms and is nothing after 60. The first samples that come again are blended with the
//! repetition. Unlike the appendix, nothing is delayed: the step between the last sample that came and the first
//! repeated one is levelled out instead.

use crate::base::limits::HISTORY;

#[cfg(test)]
mod tests;

/// Shortest period looked for (200 Hz at 8 kHz).
const SHORTEST: usize = 40;
/// Longest period looked for (66 Hz at 8 kHz).
const LONGEST: usize = 120;
/// Samples that are compared with those a period before.
const COMPARED: usize = 160;
/// Pieces of 10 ms after which nothing is left.
const SILENT_AFTER: usize = 6;
/// One, for gains.
const UNITY: i32 = 1 << 15;

/// What was heard last, and where the repetition stands.
#[derive(Clone, Copy, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    /// Something has been heard at all.
    heard: bool,
    /// The repetition has begun; if not, what is missing was invented by the codec.
    repeats: bool,
    /// Samples invented since the last that came.
    erased: u32,
    /// The period.
    pitch: u8,
    /// How many periods are repeated.
    periods: u8,
    /// Where in them.
    position: u16,
    /// From the last sample that came to where the repetition expects it.
    step: i32,
}

impl Concealer {
    /// Nothing heard.
    pub const EMPTY: Self = Self {
        history: [0; HISTORY],
        heard: false,
        repeats: false,
        erased: 0,
        pitch: SHORTEST as u8,
        periods: 1,
        position: 0,
        step: 0,
    };

    /// Nothing heard any more.
    pub fn reset(&mut self) {
        *self = Self::EMPTY;
    }

    /// Something has been heard since the beginning.
    #[must_use]
    pub const fn has_heard(&self) -> bool {
        self.heard
    }

    /// Something was heard so lately that what is invented is not yet silence. `piece` is 10 ms in samples.
    #[must_use]
    pub const fn sounds(&self, piece: usize) -> bool {
        self.heard && (self.erased as usize) < SILENT_AFTER * piece
    }

    /// Invents the next samples. `piece` is 10 ms in samples.
    pub fn conceal(&mut self, out: &mut [i16], piece: usize) {
        let piece = piece.max(1);
        if !self.heard {
            return out.fill(0);
        }
        if !core::mem::replace(&mut self.repeats, true) {
            self.begin();
        }
        let mut out = out;
        while !out.is_empty() {
            let done = self.erased as usize;
            if done >= SILENT_AFTER * piece {
                out.fill(0);
                self.erased = self.erased.saturating_add(out.len() as u32);
                return;
            }
            let count = (piece - done % piece).min(out.len());
            let Some((now, later)) = core::mem::take(&mut out).split_at_mut_checked(count) else { return };
            out = later;
            self.stretch(now, done, piece);
            self.erased = self.erased.saturating_add(count as u32);
        }
    }

    /// Samples that came: blended with what was invented before them, and remembered.
    pub fn heard(&mut self, samples: &mut [i16], piece: usize) {
        if samples.is_empty() {
            return;
        }
        if core::mem::take(&mut self.repeats) {
            self.remember_invented(piece.max(1));
            self.blend(samples, piece.max(1));
        }
        self.erased = 0;
        self.heard = true;
        self.push(samples);
    }

    /// Samples that the codec invented: remembered as if they had come, but still nothing was heard.
    pub fn carried(&mut self, samples: &[i16]) {
        if !samples.is_empty() {
            self.repeats = false;
            self.erased = self.erased.saturating_add(samples.len() as u32);
            self.push(samples);
        }
    }

    /// The samples heard last were played otherwise.
    pub fn replaced(&mut self, samples: &[i16]) {
        let samples = samples.get(samples.len().saturating_sub(HISTORY)..).unwrap_or_default();
        if let Some(room) = self.history.get_mut(HISTORY - samples.len()..) {
            room.copy_from_slice(samples);
        }
    }

    fn push(&mut self, samples: &[i16]) {
        let samples = samples.get(samples.len().saturating_sub(HISTORY)..).unwrap_or_default();
        let keep = HISTORY - samples.len();
        self.history.copy_within(samples.len().., 0);
        if let Some(room) = self.history.get_mut(keep..) {
            room.copy_from_slice(samples);
        }
    }

    fn begin(&mut self) {
        self.pitch = self.find_pitch() as u8;
        self.periods = 1;
        self.position = 0;
        let at = |back: usize| self.history.get(HISTORY - back).copied().map_or(0, i32::from);
        self.step = at(1) - at(usize::from(self.pitch) + 1);
    }

    /// The lag at which the last 20 ms look most like what was before them.
    fn find_pitch(&self) -> usize {
        // every second lag on every second sample, then the neighbours of the best in full
        let mut best = (LONGEST, 0.0f32);
        for lag in (SHORTEST..=LONGEST).step_by(2) {
            let likeness = self.likeness(lag, 2);
            if likeness > best.1 {
                best = (lag, likeness);
            }
        }
        let coarse = best.0;
        best.1 = 0.0;
        for lag in coarse.saturating_sub(1).max(SHORTEST)..=(coarse + 1).min(LONGEST) {
            let likeness = self.likeness(lag, 1);
            if likeness > best.1 {
                best = (lag, likeness);
            }
        }
        best.0
    }

    /// Squared correlation by energy; 0 when they run against each other.
    fn likeness(&self, lag: usize, step: usize) -> f32 {
        let now = self.history.get(HISTORY - COMPARED..).unwrap_or_default();
        let before = self.history.get(HISTORY - COMPARED - lag..HISTORY - lag).unwrap_or_default();
        let (mut product, mut energy) = (0i64, 1i64);
        for (now, before) in now.iter().zip(before).step_by(step) {
            let before = i64::from(*before);
            product += i64::from(*now) * before;
            energy += before * before;
        }
        if product <= 0 {
            return 0.0;
        }
        let product = product as f32;
        product * (product / energy as f32)
    }

    /// A quarter of a period: over this long pieces are joined.
    const fn quarter(&self) -> usize {
        self.pitch as usize / 4
    }

    /// The repeated stretch of `periods`, at `position`; its end is led over to its beginning.
    fn repeated(&self, periods: u8, position: usize) -> i32 {
        let length = usize::from(periods) * usize::from(self.pitch);
        let position = position % length.max(1);
        let index = HISTORY - length + position;
        let sample = self.history.get(index).copied().map_or(0, i32::from);
        let quarter = self.quarter();
        let left = length - position;
        if left > quarter {
            return sample;
        }
        let before = self.history.get(index - length).copied().map_or(0, i32::from);
        let weight = (quarter - left + 1) as i32;
        (sample * (quarter as i32 + 1 - weight) + before * weight) / (quarter as i32 + 1)
    }

    /// At most what is left of one piece.
    fn stretch(&mut self, out: &mut [i16], done: usize, piece: usize) {
        let periods = (1 + done / piece).min(3) as u8;
        let quarter = self.quarter();
        let mut old = None;
        if periods != self.periods {
            // the longer stretch is entered at the same phase, and led into
            old = Some((self.periods, usize::from(self.position)));
            self.position %= u16::from(self.pitch);
            self.periods = periods;
        }
        let start = usize::from(self.position);
        // all through the first 10 ms at full level, then a fifth less every 10
        let slope = UNITY / 5 / piece as i32;
        let mut gain = if done < piece { UNITY } else { UNITY - (done - piece) as i32 * slope };
        let slope = if done < piece { 0 } else { slope };
        for (nth, sample) in out.iter_mut().enumerate() {
            let mut value = self.repeated(periods, start + nth);
            if let Some((periods, position)) = old
                && nth < quarter
            {
                let before = self.repeated(periods, position + nth);
                value = (before * (quarter - nth) as i32 + value * nth as i32) / quarter as i32;
            }
            if done + nth < quarter {
                value += self.step * (quarter - done - nth) as i32 / (quarter as i32 + 1);
            }
            gain -= slope;
            let value = value.clamp(i32::from(i16::MIN), i32::from(i16::MAX));
            *sample = ((value * gain.max(0)) >> 15) as i16;
        }
        let length = usize::from(periods) * usize::from(self.pitch);
        self.position = ((start + out.len()) % length.max(1)) as u16;
    }

    /// The repetition goes on under the first samples, longer after a longer gap (4 ms for each 10, at most 10 ms).
    #[inline(never)]
    fn blend(&mut self, samples: &mut [i16], piece: usize) {
        let pieces = (self.erased as usize).div_ceil(piece);
        let length =
            (self.quarter() + pieces.saturating_sub(1).min(SILENT_AFTER) * piece * 2 / 5).min(piece).min(samples.len());
        // the history has the invented samples by now: the stretch that was repeated is found from its end
        let done = self.erased as usize;
        let gain = if done < piece {
            UNITY
        } else if done >= SILENT_AFTER * piece {
            0
        } else {
            UNITY - (done - piece) as i32 * (UNITY / 5 / piece as i32)
        };
        let pitch = usize::from(self.pitch);
        for (nth, sample) in samples.iter_mut().take(length).enumerate() {
            let index = HISTORY - pitch + nth % pitch.max(1);
            let invented = (self.history.get(index).copied().map_or(0, i32::from) * gain.max(0)) >> 15;
            let weight = (nth + 1) as i32;
            let whole = length as i32 + 1;
            *sample = ((invented * (whole - weight) + i32::from(*sample) * weight) / whole) as i16;
        }
    }

    /// What was invented becomes history (at full level), so that a gap soon after finds no break in the voice.
    #[inline(never)]
    fn remember_invented(&mut self, piece: usize) {
        let erased = self.erased as usize;
        if erased >= SILENT_AFTER * piece {
            self.history.fill(0);
            return;
        }
        let length = usize::from(self.periods) * usize::from(self.pitch);
        let count = erased.min(HISTORY);
        let mut rebuilt = [0i16; HISTORY];
        let keep = HISTORY - count;
        for (new, old) in rebuilt.iter_mut().zip(self.history.iter().skip(count)) {
            *new = *old;
        }
        // counted back from where the repetition stands
        let start = (usize::from(self.position) + length * (count / length.max(1) + 1) - count) % length.max(1);
        for (nth, new) in rebuilt.iter_mut().skip(keep).enumerate() {
            *new = self.repeated(self.periods, start + nth) as i16;
        }
        self.history = rebuilt;
    }
}
