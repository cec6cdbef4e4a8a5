//! Sound for packets that did not come, after the idea of G.711 Appendix I.
//!
//! The last periods of the voice are repeated: the pitch is found by correlation, the repeated stretch is joined to
//! itself over a quarter period, more periods are taken in as the gap grows (one period repeated sounds like a buzzer),
//! the level falls after 10 ms and is nothing after 60. The first samples that come again are blended with the
//! repetition. Unlike the appendix, nothing is delayed: the step between the last sample that came and the first
//! repeated one is levelled out instead.
//!
//! The samples heard last lie in lent memory, [`history_of`] a quantum; numbers of samples below are for 8 kHz, and
//! grow with the rate.

use crate::base::limits::HISTORY;

#[cfg(all(test, feature = "conceal"))]
mod tests;

/// Samples of 10 ms at 8 kHz.
const QUANTUM: usize = 80;
/// Shortest period looked for (200 Hz).
const SHORTEST: usize = 40;
/// Longest period looked for (66 Hz).
const LONGEST: usize = 120;
/// Samples that are compared with those a period before.
const COMPARED: usize = 160;
/// Pieces of 10 ms after which nothing is left.
const SILENT_AFTER: usize = 6;
/// One, for gains.
const UNITY: i32 = 1 << 15;

/// Sound is invented; without the feature there is silence for it, and nothing is remembered.
const IS_MADE: bool = cfg!(feature = "conceal");

/// Samples to remember for a rate of so many in 10 ms.
#[must_use]
pub const fn history_of(quantum: usize) -> usize {
    if IS_MADE { quantum / QUANTUM * HISTORY } else { 0 }
}

/// The state of the repetition.
#[derive(Clone, Copy, Debug)]
pub struct Concealer {
    /// Something has been heard at all.
    heard: bool,
    /// The repetition has begun; if not, the codec invented the missing samples.
    repeats: bool,
    /// The number of periods that are repeated.
    periods: u8,
    /// Samples invented since the last that came.
    erased: u32,
    /// The period.
    pitch: u16,
    /// The position in them.
    position: u16,
    /// The step from the last sample that came to the repetition's value for it.
    step: i32,
}

impl Concealer {
    /// Nothing heard.
    pub const EMPTY: Self =
        Self { heard: false, repeats: false, periods: 1, erased: 0, pitch: SHORTEST as u16, position: 0, step: 0 };

    /// Nothing heard any more.
    pub const fn reset(&mut self) {
        *self = Self::EMPTY;
    }

    /// Something has been heard since the beginning.
    #[must_use]
    pub const fn has_heard(&self) -> bool {
        self.heard
    }

    /// The last sound is so recent that invented samples are not yet silence. `piece` is 10 ms in samples.
    #[must_use]
    pub const fn sounds(&self, piece: usize) -> bool {
        self.heard && (self.erased as usize) < SILENT_AFTER * piece
    }

    /// Invents the next samples. `history`, here and below: the lent memory, as long as [`history_of`] says.
    pub fn conceal(&mut self, history: &[i16], out: &mut [i16]) {
        let piece = piece_of(history);
        if !IS_MADE {
            self.erased = self.erased.saturating_add(out.len() as u32);
            return out.fill(0);
        }
        if !self.heard || piece == 0 {
            return out.fill(0);
        }
        if !core::mem::replace(&mut self.repeats, true) {
            self.begin(history);
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
            self.stretch(history, now, done, piece);
            self.erased = self.erased.saturating_add(count as u32);
        }
    }

    /// Samples that came: blended with the invented ones before them, and remembered.
    pub fn heard(&mut self, history: &mut [i16], samples: &mut [i16]) {
        if !IS_MADE && !samples.is_empty() {
            (self.heard, self.erased) = (true, 0);
        }
        if !IS_MADE || samples.is_empty() || history.is_empty() {
            return;
        }
        if !core::mem::replace(&mut self.heard, true) {
            history.fill(0);
        }
        if core::mem::take(&mut self.repeats) {
            self.remember_invented(history);
            self.blend(history, samples);
        }
        self.erased = 0;
        push(history, samples);
    }

    /// Samples that the codec invented: remembered as if they had come, but still nothing was heard.
    pub fn carried(&mut self, history: &mut [i16], samples: &[i16]) {
        if !samples.is_empty() {
            self.repeats = false;
            self.erased = self.erased.saturating_add(samples.len() as u32);
            if IS_MADE {
                push(history, samples);
            }
        }
    }

    /// The samples heard last were played otherwise.
    pub fn replaced(&mut self, history: &mut [i16], samples: &[i16]) {
        if !IS_MADE {
            return;
        }
        let samples = samples.get(samples.len().saturating_sub(history.len())..).unwrap_or_default();
        let keep = history.len() - samples.len();
        if let Some(room) = history.get_mut(keep..) {
            room.copy_from_slice(samples);
        }
    }

    fn begin(&mut self, history: &[i16]) {
        self.pitch = find_pitch(history) as u16;
        self.periods = 1;
        self.position = 0;
        let at = |back: usize| nth(history, history.len().wrapping_sub(back));
        self.step = at(1) - at(usize::from(self.pitch) + 1);
    }

    /// A quarter of a period: over this long pieces are joined.
    const fn quarter(&self) -> usize {
        self.pitch as usize / 4
    }

    /// The repeated stretch of `periods`, at `position`; its end is led over to its beginning.
    fn repeated(&self, history: &[i16], periods: u8, position: usize) -> i32 {
        let length = usize::from(periods) * usize::from(self.pitch);
        let position = position % length.max(1);
        let index = history.len().wrapping_sub(length).wrapping_add(position);
        let sample = nth(history, index);
        let quarter = self.quarter();
        let left = length - position;
        if left > quarter {
            return sample;
        }
        let before = nth(history, index.wrapping_sub(length));
        let weight = (quarter - left + 1) as i32;
        (sample * (quarter as i32 + 1 - weight) + before * weight) / (quarter as i32 + 1)
    }

    /// At most the rest of one piece.
    fn stretch(&mut self, history: &[i16], out: &mut [i16], done: usize, piece: usize) {
        let periods = (1 + done / piece).min(3) as u8;
        let quarter = self.quarter();
        let mut old = None;
        if periods != self.periods {
            // the longer stretch is entered at the same phase, and led into
            old = Some((self.periods, usize::from(self.position)));
            self.position %= self.pitch;
            self.periods = periods;
        }
        let start = usize::from(self.position);
        // all through the first 10 ms at full level, then a fifth less every 10
        let slope = UNITY / 5 / piece as i32;
        let mut gain = if done < piece { UNITY } else { UNITY - (done - piece) as i32 * slope };
        let slope = if done < piece { 0 } else { slope };
        for (nth, sample) in out.iter_mut().enumerate() {
            let mut value = self.repeated(history, periods, start + nth);
            if let Some((periods, position)) = old
                && nth < quarter
            {
                let before = self.repeated(history, periods, position + nth);
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
    fn blend(&self, history: &[i16], samples: &mut [i16]) {
        let piece = piece_of(history).max(1);
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
        for (at, sample) in samples.iter_mut().take(length).enumerate() {
            let index = history.len().wrapping_sub(pitch).wrapping_add(at % pitch.max(1));
            let invented = (nth(history, index) * gain.max(0)) >> 15;
            let weight = (at + 1) as i32;
            let whole = length as i32 + 1;
            *sample = ((invented * (whole - weight) + i32::from(*sample) * weight) / whole) as i16;
        }
    }

    /// Invented sound becomes history (at full level), so that a gap soon after finds no break in the voice.
    #[inline(never)]
    fn remember_invented(&self, history: &mut [i16]) {
        let erased = self.erased as usize;
        if erased >= SILENT_AFTER * piece_of(history) {
            history.fill(0);
            return;
        }
        let length = usize::from(self.periods) * usize::from(self.pitch);
        let (all, count) = (history.len(), erased.min(history.len()));
        let position = usize::from(self.position) % length.max(1);
        let Some(first) = all.checked_sub(length) else { return };
        // first the stretch itself, as it is repeated: its end leads to its beginning
        for at in length.saturating_sub(self.quarter())..length {
            let value = self.repeated(history, self.periods, at) as i16;
            if let Some(sample) = history.get_mut(first + at) {
                *sample = value;
            }
        }
        if count <= first {
            // behind what came; counted back from where the repetition stands
            history.copy_within(count.., 0);
            let start = position + (count / length.max(1) + 1) * length - count;
            for at in 0..count {
                let value = nth(history, first - count + (start + at) % length.max(1)) as i16;
                if let Some(sample) = history.get_mut(all - count + at) {
                    *sample = value;
                }
            }
        } else {
            // there is no room for both: periods all the way back
            history.get_mut(first..).unwrap_or_default().rotate_left(position.min(length));
            for at in (0..first).rev() {
                let value = nth(history, at + length) as i16;
                if let Some(sample) = history.get_mut(at) {
                    *sample = value;
                }
            }
        }
    }
}

/// 10 ms in samples.
const fn piece_of(history: &[i16]) -> usize {
    history.len() / HISTORY * QUANTUM
}

fn nth(history: &[i16], index: usize) -> i32 {
    history.get(index).copied().map_or(0, i32::from)
}

fn push(history: &mut [i16], samples: &[i16]) {
    let samples = samples.get(samples.len().saturating_sub(history.len())..).unwrap_or_default();
    let keep = history.len() - samples.len();
    history.copy_within(samples.len().., 0);
    if let Some(room) = history.get_mut(keep..) {
        room.copy_from_slice(samples);
    }
}

/// The lag at which the last 20 ms look most like what was before them.
fn find_pitch(history: &[i16]) -> usize {
    let scale = (history.len() / HISTORY).max(1);
    let (shortest, longest) = (SHORTEST * scale, LONGEST * scale);
    // some of the lags on some of the samples, then the neighbours of the best more closely
    let mut best = (longest, 0.0f32);
    for lag in (shortest..=longest).step_by(2 * scale) {
        let likeness = likeness(history, lag, 2 * scale);
        if likeness > best.1 {
            best = (lag, likeness);
        }
    }
    let (coarse, near) = (best.0, 2 * scale - 1);
    best.1 = 0.0;
    for lag in coarse.saturating_sub(near).max(shortest)..=(coarse + near).min(longest) {
        let likeness = likeness(history, lag, scale);
        if likeness > best.1 {
            best = (lag, likeness);
        }
    }
    best.0
}

/// Squared correlation by energy; 0 when they run against each other.
fn likeness(history: &[i16], lag: usize, step: usize) -> f32 {
    let compared = history.len() / HISTORY * COMPARED;
    let now = history.get(history.len() - compared..).unwrap_or_default();
    let before = history.get(history.len() - compared - lag..history.len() - lag).unwrap_or_default();
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
