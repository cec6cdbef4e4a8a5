//! Mixing many sounds in time that grows with their number: one sum of all for 10 ms, from which each is taken out
//! again for the one that it came from.

use super::gain::Ramp;

#[cfg(test)]
mod tests;

/// Sounds that one sum holds: each has 16 bits, a sum 32.
pub const MOST: u32 = u16::MAX as u32 - 1;

/// Adds a sound to the sum. Its last sample in it is returned: where the sound ends is a step of that height.
pub fn add(sum: &mut [i32], pcm: &[i16], gain: Ramp) -> i16 {
    let count = sum.len().min(pcm.len());
    if gain.is_silent() {
        return 0;
    }
    if gain.is_one() {
        sum.iter_mut().zip(pcm).for_each(|(sum, sample)| *sum += i32::from(*sample));
    } else {
        for (nth, (sum, sample)) in sum.iter_mut().zip(pcm).enumerate() {
            *sum += i32::from(gain.of(*sample, nth, count));
        }
    }
    pcm.get(count.wrapping_sub(1)).map_or(0, |last| gain.of(*last, count.wrapping_sub(1), count))
}

/// Leads the height of a step to zero over the quantum behind it, so that it is none.
pub fn smooth(sum: &mut [i32], height: i32) {
    if height == 0 {
        return;
    }
    let count = sum.len().max(1) as i64;
    for (nth, sum) in sum.iter_mut().enumerate() {
        *sum = sum.saturating_add((i64::from(height) * (count - 1 - nth as i64) / count) as i32);
    }
}

/// A sound, and its gain in the sum.
#[derive(Clone, Copy, Debug)]
pub struct Own<'p> {
    /// The sound.
    pub pcm: &'p [i16],
    /// Its gain.
    pub gain: Ramp,
}

/// Lays the sum without one's own sound over `said`; louder samples stay at full scale. Returned is the last sample of
/// what was laid over.
pub fn lay(said: &mut [i16], sum: &[i32], own: Own<'_>, gain: Ramp) -> i16 {
    let count = said.len();
    if gain.is_silent() {
        return 0;
    }
    let mut last = 0;
    let Own { pcm, gain: given } = own;
    if gain.is_one() && given.is_one() && pcm.len() >= count {
        for ((said, sum), own) in said.iter_mut().zip(sum).zip(pcm) {
            *said = narrow(i32::from(*said) + (sum - i32::from(*own)));
        }
        let at = count.wrapping_sub(1);
        if let (Some(sum), Some(own)) = (sum.get(at), pcm.get(at)) {
            last = narrow(sum - i32::from(*own));
        }
    } else {
        for (nth, (said, sum)) in said.iter_mut().zip(sum).enumerate() {
            let own = pcm.get(nth).map_or(0, |own| given.of(*own, nth, count));
            last = gain.of(narrow(sum - i32::from(own)), nth, count);
            *said = said.saturating_add(last);
        }
    }
    last
}

/// The sum as sound; louder samples stay at full scale.
pub fn whole(sum: &[i32], out: &mut [i16]) {
    out.iter_mut().zip(sum).for_each(|(out, sum)| *out = narrow(*sum));
}

fn narrow(sum: i32) -> i16 {
    sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
