//! The E-model itself (ITU-T G.107).

use crate::media::codec::Codec;

/// Packets that had their turn.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Heard {
    /// Those that were played.
    pub played: u32,
    /// Those that were not there.
    pub missed: u32,
    /// Times that one or several in a row were not there.
    pub holes: u32,
}

impl Heard {
    /// No packet had its turn.
    pub const NOTHING: Self = Self { played: 0, missed: 0, holes: 0 };

    /// No packet had its turn.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.played == 0 && self.missed == 0
    }

    /// The packets since an earlier count.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            played: self.played.saturating_sub(before.played),
            missed: self.missed.saturating_sub(before.missed),
            holes: self.holes.saturating_sub(before.holes),
        }
    }
}

/// The rating R of a connection without loss and delay, in hundredths: the defaults of G.107, table 2.
const BEST: u64 = 9321;
/// Milliseconds between two entries of [`DELAY`].
const DELAY_STEP_MS: u32 = 25;
/// Impairment by delay (G.107's Id) in hundredths of R, by one-way delay; a longer one than the last has that one's.
/// The formulas take roots and exponentials; the tests hold this table against them.
pub(super) const DELAY: [u16; 41] = [
    0, 82, 145, 202, 254, 304, 367, 498, 740, 1060, 1403, 1738, 2054, 2347, 2618, 2867, 3096, 3306, 3500, 3677, 3840,
    3990, 4128, 4255, 4372, 4480, 4580, 4671, 4756, 4835, 4908, 4976, 5038, 5097, 5152, 5203, 5250, 5295, 5337, 5376,
    5413,
];
/// Ie,eff of a codec when everything is lost.
const ALL_LOST: u64 = 9500;
/// A burst ratio of 1: losses come at random.
const AT_RANDOM: u64 = 256;

/// Impairment by delay, in hundredths of R.
pub(super) fn by_delay(ms: u32) -> u64 {
    let at = (ms / DELAY_STEP_MS) as usize;
    let last = DELAY.last().copied().unwrap_or(0);
    let from = u64::from(DELAY.get(at).copied().unwrap_or(last));
    let to = u64::from(DELAY.get(at + 1).copied().unwrap_or(last));
    from + (to - from) * u64::from(ms % DELAY_STEP_MS) / u64::from(DELAY_STEP_MS)
}

/// Impairment by codec and loss (G.107's Ie,eff), in hundredths of R.
pub(super) fn by_loss(codec: Codec, heard: Heard) -> u64 {
    let [played, missed, holes] = [heard.played, heard.missed, heard.holes].map(u64::from);
    let whole = (played + missed).max(1);
    let (own, robustness) = (u64::from(codec.impairment()) * 100, u64::from(codec.robustness()) * 10);
    // losses in hundredths of a percent
    let lost = missed * 10_000 / whole;
    // G.107's BurstR: the mean length of a hole, by that which losses at random would have
    let length = (missed * AT_RANDOM).checked_div(holes).unwrap_or(0);
    let burst = (length * (played * AT_RANDOM / whole) / AT_RANDOM).max(AT_RANDOM);
    own + ALL_LOST.saturating_sub(own) * lost / (lost * AT_RANDOM / burst + robustness).max(1)
}

/// MOS in hundredths, 100 to 450; 0: no packet had its turn.
#[must_use]
pub fn mos_x100(codec: Codec, heard: Heard, delay_ms: u32) -> u16 {
    if heard.is_nothing() {
        return 0;
    }
    of_rating(BEST.saturating_sub(by_delay(delay_ms)).saturating_sub(by_loss(codec, heard)))
}

/// For rounding: half of what the sum is divided by.
const HALF: i64 = 5_000_000_000;

/// G.107, annex B: MOS of a rating, both in hundredths.
pub(super) fn of_rating(rating: u64) -> u16 {
    let r = rating.min(10_000) as i64;
    // 1 + 0.035 R + R (R - 60) (100 - R) 7e-6; R is in hundredths, and so is the result
    let above_one = (r * 350_000_000 + r * (r - 6000) * (10_000 - r) * 7 + HALF) / (2 * HALF);
    (100 + above_one).clamp(100, 450) as u16
}
