//! Lengths of digits.

use super::settings::USUAL_MS;

/// ITU-T Q.24: shorter may not be heard.
pub(super) const SHORTEST_MS: u16 = 40;
/// The bits of a length in an entry of the queue, which as a whole stand for a key that is held.
pub(super) const HELD: u16 = 0x7ff;
/// The longest digit that an entry can hold: 20 s.
const LONGEST: u16 = HELD - 1;
/// Quanta after which a key that nobody lets go is let go: ten minutes.
#[cfg(feature = "info")]
pub(super) const LONGEST_HELD: u16 = 60_000;

/// The length of a digit in quanta; 0 ms is the usual one.
pub(super) fn quanta(ms: u16) -> u16 {
    in_quanta(if ms == 0 { USUAL_MS } else { ms.max(SHORTEST_MS) })
}

/// Milliseconds in quanta.
pub(super) fn in_quanta(ms: u16) -> u16 {
    ms.div_ceil(10).min(LONGEST)
}
