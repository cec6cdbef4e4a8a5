//! Keys in the voice (ITU-T Q.23, Q.24): digits of a far end that sends no events, told from speech and music.
//!
//! Each 5 ms every frequency of the key pad is correlated with the sound, whose last four pieces are one window of
//! 20 ms. A window is a key's when one row and one column have most of its energy, within the twist, both through the
//! whole window, and turn no further from its first half to its second than their tolerance lets them. So many windows
//! in a row are a digit: 40 ms are heard for certain, 23 ms never.

use crate::media::sine::{cosine, sine};
use crate::media::tones::{COLUMNS, KEYS, ROWS};

#[cfg(test)]
mod tests;

/// Pieces of a second.
const PIECES: u32 = 200;
/// Pieces of a window; its halves are two each.
const WINDOW: usize = 4;
/// Milliseconds of a piece.
const PIECE_MS: u16 = 5;
/// Windows of one key that make a digit. A tone of 40 ms fills five at least, one of 23 ms three at most.
const ACCEPTED: u8 = 5;
/// Windows without the key that end it. Q.24: a break of 10 ms spoils five, a pause of 40 ms ten.
const ENDED: u8 = 7;
/// Milliseconds of a tone's first and last windows that lie beyond the count of its windows.
const EDGES_MS: u16 = 10;
/// The least mean square of a window: two tones of -32 dBm0. Q.24: -25 dBm0 each is heard, -55 dBm0 is not.
const QUIET: f32 = 280_000.0;
/// The part of a window's energy that the two tones have at least.
const TONAL: f32 = 0.78;
/// Q.24: the column may be stronger than the row by 4 dB, or weaker by 8 dB; a dB more for what is measured.
const TWIST: (f32, f32) = (3.2, 8.5);
/// The least part of one half's energy in the other half: the tone fills both.
const STEADY: f32 = 0.25;
/// The part of the tone's energy that one of the pieces before it has at most: keys are pressed in a pause, and what
/// only passes by a key's frequencies within a word is no key.
const PAUSE: f32 = 0.25;
/// The deviation that is not accepted any more. Q.24: 1.5 % is heard, 3.5 % is not.
const TOLERANCE: f64 = 0.022;

/// A frequency of the key pad: what its correlation needs, at any rate of samples.
#[derive(Clone, Copy, Debug)]
struct Pitch {
    /// A piece's turn, and half a window's.
    piece: (f32, f32),
    half: (f32, f32),
    /// The cosine of the turn, within half a window, that the tolerance is.
    limit: f32,
}

const PITCHES: [Pitch; 8] = pitches();

#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn pitches() -> [Pitch; 8] {
    let mut all = [Pitch { piece: (0.0, 0.0), half: (0.0, 0.0), limit: 0.0 }; 8];
    let mut nth = 0;
    while nth < 8 {
        let frequency = if nth < 4 { ROWS[nth] } else { COLUMNS[nth - 4] } as f64;
        let turns = frequency / PIECES as f64;
        let turn = core::f64::consts::PI * 2.0;
        all[nth] = Pitch {
            piece: turned(turns),
            half: turned(turns * 2.0),
            limit: cosine(turn * frequency * TOLERANCE * 2.0 / PIECES as f64) as f32,
        };
        nth += 1;
    }
    all
}

/// Twice the cosine and the sine of a sample's turn, for each frequency, at a rate.
type Coefficients = [(f32, f32); 8];

/// Those of the rates that phones have.
const AT_8000: Coefficients = coefficients(8000);
const AT_16000: Coefficients = coefficients(16_000);
const AT_48000: Coefficients = coefficients(48_000);

#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn coefficients(rate: u32) -> Coefficients {
    let mut all = [(0.0, 0.0); 8];
    let mut nth = 0;
    while nth < 8 {
        let frequency = if nth < 4 { ROWS[nth] } else { COLUMNS[nth - 4] } as f64;
        let angle = 2.0 * core::f64::consts::PI * frequency / rate as f64;
        all[nth] = (2.0 * cosine(angle) as f32, sine(angle) as f32);
        nth += 1;
    }
    all
}

/// Cosine and sine of so many turns.
const fn turned(turns: f64) -> (f32, f32) {
    let mut part = turns - (turns as i32) as f64;
    if part > 0.5 {
        part -= 1.0;
    }
    let angle = part * 2.0 * core::f64::consts::PI;
    (cosine(if angle < 0.0 { -angle } else { angle }) as f32, sine(angle) as f32)
}

/// The next sound of a digit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// It has begun: it was heard for long enough.
    Begun(u8),
    /// It is over, and lasted so many milliseconds.
    Over(u8, u16),
}

/// Listens for keys. All-zero memory holds one that has no rate yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyDetector {
    /// Samples of a piece, and those that it has.
    piece: u16,
    filled: u16,
    /// Of each frequency: twice the cosine and the sine of a sample's turn, and the filter's two values.
    coefficients: Coefficients,
    filters: [(f32, f32); 8],
    energy: f32,
    /// Of the last pieces, the oldest first.
    pieces: [[(f32, f32); 8]; WINDOW],
    energies: [f32; WINDOW],
    /// Energies of the pieces before the window.
    older: [f32; 3],
    /// The key of the last windows, and their number; 0: none.
    key: u8,
    run: u8,
    misses: u8,
    on: bool,
    /// Pieces since the first window of the key.
    since: u16,
}

crate::base::zeroed::zeroed!(KeyDetector);

impl KeyDetector {
    /// At so many samples a second: 8000, 16000 or 48000.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self {
            piece: (rate.max(8000) / PIECES) as u16,
            filled: 0,
            coefficients: match rate {
                16_000 => AT_16000,
                48_000 => AT_48000,
                _ => AT_8000,
            },
            filters: [(0.0, 0.0); 8],
            energy: 0.0,
            pieces: [[(0.0, 0.0); 8]; WINDOW],
            energies: [0.0; WINDOW],
            older: [0.0; 3],
            key: 0,
            run: 0,
            misses: 0,
            on: false,
            since: 0,
        }
    }

    /// It was made for so many samples a second.
    #[must_use]
    pub const fn is_at(&self, rate: u32) -> bool {
        self.piece as u32 * PIECES == rate
    }

    /// Listens. Of 10 ms at most one digit begins or is over.
    pub fn feed(&mut self, pcm: &[i16]) -> Option<Key> {
        let (mut rest, mut told) = (pcm, None);
        while !rest.is_empty() {
            let room = usize::from(self.piece.saturating_sub(self.filled)).max(1);
            let (now, behind) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.hear(now);
            self.filled += now.len() as u16;
            rest = behind;
            if self.filled >= self.piece {
                self.filled = 0;
                self.close_piece();
                told = self.judge().or(told);
            }
        }
        told
    }

    fn over(&self) -> Key {
        let pieces = self.since.saturating_sub(self.misses.into());
        Key::Over(self.key, pieces.saturating_mul(PIECE_MS).saturating_add(EDGES_MS))
    }

    fn hear(&mut self, pcm: &[i16]) {
        // silence in a piece that was silent so far leaves the filters as they are, at zero
        if self.energy == 0.0 && pcm.iter().all(|sample| *sample == 0) {
            return;
        }
        self.energy += pcm.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum::<f32>();
        for (filter, coefficient) in self.filters.iter_mut().zip(&self.coefficients) {
            let (mut s1, mut s2) = *filter;
            for sample in pcm {
                let next = f32::from(*sample) + coefficient.0 * s1 - s2;
                s2 = s1;
                s1 = next;
            }
            *filter = (s1, s2);
        }
    }

    /// A piece is complete: its correlations, with the phase of its end.
    fn close_piece(&mut self) {
        self.older.rotate_left(1);
        if let (Some(older), Some(energy)) = (self.older.last_mut(), self.energies.first()) {
            *older = *energy;
        }
        self.pieces.rotate_left(1);
        self.energies.rotate_left(1);
        if let (Some(piece), Some(energy)) = (self.pieces.last_mut(), self.energies.last_mut()) {
            for ((value, filter), coefficient) in piece.iter_mut().zip(&self.filters).zip(&self.coefficients) {
                let (s1, s2) = *filter;
                *value = (s1 - s2 * coefficient.0 / 2.0, s2 * coefficient.1);
            }
            *energy = self.energy;
        }
        self.filters = [(0.0, 0.0); 8];
        self.energy = 0.0;
    }

    /// The key of the last window; 0: none.
    fn window(&self) -> u8 {
        let samples = f32::from(self.piece) * WINDOW as f32;
        let energy: f32 = self.energies.iter().sum();
        if energy < QUIET * samples {
            return 0;
        }
        let (row, low) = self.strongest(0);
        let (column, high) = self.strongest(4);
        // a pure tone has samples² / 4 · amplitude², and samples / 2 · amplitude² of energy
        let tonal = low.power + high.power > TONAL * energy * samples / 2.0;
        let twisted = high.power > low.power * TWIST.0 || low.power > high.power * TWIST.1;
        if !tonal || twisted || !low.keeps || !high.keeps {
            return 0;
        }
        KEYS.get(row * 4 + column - 4).copied().unwrap_or(0)
    }

    /// Of the four frequencies from this one on, that which has the most energy.
    fn strongest(&self, from: usize) -> (usize, Found) {
        let mut best = (from, Found { power: 0.0, keeps: false });
        for nth in from..from + 4 {
            let Some(found) = self.found(nth) else { continue };
            if found.power > best.1.power {
                best = (nth, found);
            }
        }
        best
    }

    /// A frequency in the last window.
    fn found(&self, nth: usize) -> Option<Found> {
        let pitch = PITCHES.get(nth)?;
        let [a, b, c, d] = self.pieces.map(|piece| piece.get(nth).copied().unwrap_or((0.0, 0.0)));
        // each piece has the phase of its own end: the earlier one of a half is turned on
        let (early, late) = (plus(times(a, pitch.piece), b), plus(times(c, pitch.piece), d));
        let (first, second) = (square(early), square(late));
        let steady = first > STEADY * second && second > STEADY * first;
        // the turn from one half to the other, beside the pitch's own
        let (real, imaginary) = times(times(late, (early.0, -early.1)), (pitch.half.0, -pitch.half.1));
        let length = real * real + imaginary * imaginary;
        let within = if pitch.limit >= 0.0 {
            real >= 0.0 && real * real >= pitch.limit * pitch.limit * length
        } else {
            real >= 0.0 || real * real <= pitch.limit * pitch.limit * length
        };
        // both halves are one tone: their sum has twice the amplitude
        Some(Found { power: 2.0 * (first + second), keeps: steady && within })
    }

    /// A pause was before the window.
    fn begins(&self) -> bool {
        let mean = self.energies.iter().sum::<f32>() / WINDOW as f32;
        self.older.iter().any(|energy| *energy < PAUSE * mean)
    }

    fn judge(&mut self) -> Option<Key> {
        let heard = self.window();
        self.since = self.since.saturating_add(1);
        if self.on {
            if heard == self.key {
                self.misses = 0;
                return None;
            }
            self.misses += 1;
            let other = if heard != 0 && self.misses > 1 { 3 } else { ENDED };
            if self.misses < other {
                return None;
            }
            let over = self.over();
            (self.on, self.key, self.run) = (false, heard, u8::from(heard != 0));
            self.since = 0;
            return Some(over);
        }
        if heard == 0 || heard != self.key {
            let begins = heard != 0 && self.begins();
            (self.key, self.run, self.since) = (if begins { heard } else { 0 }, u8::from(begins), 0);
            return None;
        }
        self.run += 1;
        if self.run < ACCEPTED {
            return None;
        }
        (self.on, self.misses) = (true, 0);
        Some(Key::Begun(self.key))
    }
}

/// A frequency in a window.
#[derive(Clone, Copy)]
struct Found {
    power: f32,
    /// It fills the window, and is within its tolerance.
    keeps: bool,
}

fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn plus(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 + b.0, a.1 + b.1)
}

fn square(a: (f32, f32)) -> f32 {
    a.0 * a.0 + a.1 * a.1
}
