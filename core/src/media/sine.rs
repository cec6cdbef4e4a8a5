//! A sine without a maths library: a series at compile time, a table with straight lines between at run time.

const HALF_TURN: f64 = core::f64::consts::PI;

/// Sine of an angle from -π to π (and a little beyond).
pub(super) const fn sine(angle: f64) -> f64 {
    // folded into -π/2..π/2, where eleven terms are exact to the last bits of an f32
    let angle = if angle > HALF_TURN / 2.0 {
        HALF_TURN - angle
    } else if angle < -HALF_TURN / 2.0 {
        -HALF_TURN - angle
    } else {
        angle
    };
    let square = angle * angle;
    let mut term = angle;
    let mut sum = angle;
    let mut n = 1;
    while n < 11 {
        term *= -square / ((2 * n) as f64 * (2 * n + 1) as f64);
        sum += term;
        n += 1;
    }
    sum
}

/// Cosine of an angle from 0 to π.
pub(super) const fn cosine(angle: f64) -> f64 {
    sine(HALF_TURN / 2.0 - angle)
}

/// One turn in 256 steps, and the first again.
const TURN: [i16; 257] = turn();

#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn turn() -> [i16; 257] {
    let mut table = [0; 257];
    let mut step = 0;
    while step < 257 {
        let angle = step as f64 / 128.0 * HALF_TURN;
        let value = sine(if angle > HALF_TURN { angle - 2.0 * HALF_TURN } else { angle }) * 32767.0;
        table[step] = if value < 0.0 { (value - 0.5) as i16 } else { (value + 0.5) as i16 };
        step += 1;
    }
    table
}

/// Sine of a phase where 2^32 is a turn; 32767 is one.
pub(super) fn wave(phase: u32) -> i32 {
    let step = (phase >> 24) as usize;
    let part = ((phase >> 9) & 0x7fff) as i32;
    let from = TURN.get(step).copied().map_or(0, i32::from);
    let to = TURN.get(step + 1).copied().map_or(0, i32::from);
    from + (((to - from) * part) >> 15)
}

/// A phase's gain with each sample.
pub(super) fn advance(frequency: u32, rate: u32) -> u32 {
    ((u64::from(frequency) << 32) / u64::from(rate.max(1))) as u32
}
