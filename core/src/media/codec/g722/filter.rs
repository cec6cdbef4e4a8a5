//! The quadrature mirror filters of G.722: one signal in two bands of half its rate, and back.

use super::PIECE;

/// Taps of each of the filter's two phases.
const TAPS: usize = 12;
/// Samples of a phase that are remembered.
const KEPT: usize = TAPS - 1;

/// Every second coefficient of the 24 (the Recommendation's table 11, times 2^13). They are symmetric: the others are
/// these from behind.
const FORWARD: [i16; TAPS] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
const BACKWARD: [i16; TAPS] = [-11, 53, -156, 362, -805, 3876, 951, -210, 32, 12, -11, 3];

/// The samples before, the even ones apart from the odd ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    even: [i16; KEPT],
    odd: [i16; KEPT],
}

/// Samples of a phase: those before, and a piece's.
type Line = [i16; KEPT + PIECE / 2];

impl Filter {
    pub(super) const EMPTY: Self = Self { even: [0; KEPT], odd: [0; KEPT] };

    /// Transmit QMF (block TQMF): gives the two bands' samples of each pair, as 15 bits.
    pub(super) fn split(&mut self, pcm: &[i16], mut give: impl FnMut(usize, i16, i16)) {
        let (mut even, mut odd) = (line(&self.even), line(&self.odd));
        let mut pairs = 0;
        for ((pair, even), odd) in pcm.chunks_exact(2).zip(even.iter_mut().skip(KEPT)).zip(odd.iter_mut().skip(KEPT)) {
            let [first, second] = pair else { break };
            (*even, *odd) = (*first, *second);
            pairs += 1;
        }
        for nth in 0..pairs {
            let (Some(even), Some(odd)) = (window(&even, nth), window(&odd, nth)) else { break };
            let (even, odd) = (dot(&FORWARD, even), dot(&BACKWARD, odd));
            give(nth, ((odd + even) >> 14) as i16, ((odd - even) >> 14) as i16);
        }
        self.keep(&even, &odd, pairs);
    }

    /// Receive QMF (block RQMF): asks for the two bands' samples of each of so many pairs, low band first.
    pub(super) fn join(&mut self, pairs: usize, pcm: &mut [i16], mut ask: impl FnMut(usize) -> (i16, i16)) {
        let (mut even, mut odd) = (line(&self.even), line(&self.odd));
        let pairs = pairs.min(pcm.len() / 2).min(PIECE / 2);
        for (nth, (even, odd)) in even.iter_mut().zip(&mut odd).skip(KEPT).take(pairs).enumerate() {
            // both are of 15 bits
            let (low, high) = ask(nth);
            (*even, *odd) = (low.wrapping_add(high), low.wrapping_sub(high));
        }
        for (nth, pair) in pcm.chunks_exact_mut(2).take(pairs).enumerate() {
            let (Some(even), Some(odd)) = (window(&even, nth), window(&odd, nth)) else { break };
            if let [first, second] = pair {
                *first = saturate(dot(&BACKWARD, odd) >> 11);
                *second = saturate(dot(&FORWARD, even) >> 11);
            }
        }
        self.keep(&even, &odd, pairs);
    }

    fn keep(&mut self, even: &Line, odd: &Line, pairs: usize) {
        for (kept, line) in [(&mut self.even, even), (&mut self.odd, odd)] {
            if let Some(last) = line.get(pairs..).and_then(|rest| rest.first_chunk()) {
                *kept = *last;
            }
        }
    }
}

fn line(before: &[i16; KEPT]) -> Line {
    let mut line = [0; KEPT + PIECE / 2];
    if let Some(first) = line.first_chunk_mut::<KEPT>() {
        *first = *before;
    }
    line
}

fn window(line: &Line, from: usize) -> Option<&[i16; TAPS]> {
    line.get(from..)?.first_chunk()
}

/// The magnitudes of a phase's taps sum up to less than 2^13, so the sum is within 28 bits.
fn dot(taps: &[i16; TAPS], samples: &[i16; TAPS]) -> i32 {
    taps.iter().zip(samples).map(|(tap, sample)| i32::from(*tap) * i32::from(*sample)).sum()
}

fn saturate(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
