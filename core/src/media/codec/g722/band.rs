//! One band of G.722: its quantizer's step follows the signal, and its predictor of two poles and six zeros too.

/// Decision levels of the low band's 60 intervals, for one sign (table 14).
const LEVELS: [i16; 29] = [
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
    1458, 1612, 1765, 1980, 2195, 2557, 2919,
];

/// Output values of the low band's codes of six bits (table 17).
const LOW_6: [i16; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576,
    -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040,
    -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];

/// The same of their upper four bits, from which both sides predict (table 17).
const LOW_4: [i16; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];

/// Logarithmic steps of the low band's scale by the same four bits (tables 15 and 16).
const LOW_STEPS: [i16; 16] = [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];

/// Output values and steps of the high band's codes of two bits (tables 18 to 20).
const HIGH_2: [i16; 4] = [-7408, -1616, 7408, 1616];
const HIGH_STEPS: [i16; 4] = [798, -214, 798, -214];

/// 2^11 times 2 to the power of each 32nd (table ILB of block SCALEL).
const POWERS: [i16; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025,
    3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

/// The largest logarithmic scale of each band.
const LOW_MOST: i16 = 18_432;
const HIGH_MOST: i16 = 22_528;

/// Zeros of the predictor.
const ZEROS: usize = 6;

/// The memory of one band.
#[derive(Clone, Copy, Debug)]
pub(super) struct Band {
    /// The logarithm of the quantizer's scale.
    scale: i16,
    /// The signal predicted, and the part of it that the zeros made.
    predicted: i16,
    by_zeros: i16,
    /// The last signal.
    signal: i16,
    /// Signs of the last two sums of difference and zeros' part, the newest first: negative or not.
    signs: [bool; 2],
    poles: [i16; 2],
    zeros: [i16; ZEROS],
    /// The last differences, the newest first.
    differences: [i16; ZEROS],
}

impl Band {
    pub(super) const EMPTY: Self = Self {
        scale: 0,
        predicted: 0,
        by_zeros: 0,
        signal: 0,
        signs: [false; 2],
        poles: [0; 2],
        zeros: [0; ZEROS],
        differences: [0; ZEROS],
    };

    /// Blocks SUBTRA, QUANTL and those that both sides have.
    pub(super) fn encode_low(&mut self, sample: i16) -> u8 {
        let step = self.step(8);
        let error = sample.saturating_sub(self.predicted);
        let magnitude = i32::from(if error < 0 { !error } else { error });
        let mut passed = 0usize;
        for stride in [16, 8, 4, 2, 1] {
            let next = LEVELS.get(passed + stride - 1);
            if next.is_some_and(|level| magnitude >= (i32::from(*level) * step) >> 12) {
                passed += stride;
            }
        }
        let code = match (error < 0, passed as u8) {
            (false, passed) => 61 - passed,
            (true, passed @ 0..2) => 63 - passed,
            (true, passed) => 33 - passed,
        };
        self.follow_low(code, step);
        code
    }

    /// Blocks INVQBL, RECONS and LIMIT, and those that both sides have.
    pub(super) fn decode_low(&mut self, code: u8) -> i16 {
        let step = self.step(8);
        let difference = scaled(LOW_6.get(usize::from(code & 63)), step);
        let signal = self.predicted.saturating_add(difference).clamp(-16_384, 16_383);
        self.follow_low(code, step);
        signal
    }

    /// Blocks SUBTRA, QUANTH and those that both sides have.
    pub(super) fn encode_high(&mut self, sample: i16) -> u8 {
        let step = self.step(10);
        let error = sample.saturating_sub(self.predicted);
        let magnitude = i32::from(if error < 0 { !error } else { error });
        let outer = magnitude >= (564 * step) >> 12;
        let code = u8::from(error >= 0) << 1 | u8::from(!outer);
        self.follow_high(code, step);
        code
    }

    /// Blocks INVQAH, RECONS and LIMIT, and those that both sides have.
    pub(super) fn decode_high(&mut self, code: u8) -> i16 {
        let step = self.step(10);
        self.follow_high(code, step).clamp(-16_384, 16_383)
    }

    /// Blocks INVQAL, LOGSCL.
    fn follow_low(&mut self, code: u8, step: i32) {
        let code = usize::from(code >> 2 & 15);
        self.rescale(LOW_STEPS.get(code), LOW_MOST);
        self.predict(scaled(LOW_4.get(code), step));
    }

    /// Blocks INVQAH, LOGSCH. The signal.
    fn follow_high(&mut self, code: u8, step: i32) -> i16 {
        let code = usize::from(code & 3);
        self.rescale(HIGH_STEPS.get(code), HIGH_MOST);
        self.predict(scaled(HIGH_2.get(code), step))
    }

    /// Blocks SCALEL, SCALEH: the quantizer's scale; `octaves` at a logarithm of 0 it is shifted down.
    fn step(&self, octaves: i16) -> i32 {
        let power = POWERS.get(usize::from(self.scale as u16 >> 6 & 31)).copied().unwrap_or(0);
        // one octave more than there are, at the very most
        ((i32::from(power) << 1) >> (octaves + 1 - (self.scale >> 11)).max(0)) << 2
    }

    fn rescale(&mut self, step: Option<&i16>, most: i16) {
        let leaked = (i32::from(self.scale) * 127) >> 7;
        self.scale = (leaked + i32::from(step.copied().unwrap_or(0))).clamp(0, most.into()) as i16;
    }

    /// The predictor adapts to a difference (block 4 of both bands: RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, FILTEP,
    /// FILTEZ, PREDIC). Returns the signal.
    fn predict(&mut self, difference: i16) -> i16 {
        let signal = self.predicted.saturating_add(difference);
        let sign = i32::from(self.by_zeros) + i32::from(difference) < 0;
        let [first, second] = self.poles.map(i32::from);
        let alike = self.signs.map(|before| before == sign);

        let [toward, as_before] = alike;
        let quadruple = (first << 2).clamp(i16::MIN.into(), i16::MAX.into());
        let turned = if toward { (-quadruple).min(i16::MAX.into()) } else { quadruple };
        let fixed = if as_before { 128 } else { -128 };
        let second = ((turned >> 7) + fixed + ((second * 32_512) >> 15)).clamp(-12_288, 12_288);
        let limit = 15_360 - second;
        let first = (if toward { 192 } else { -192 } + ((first * 32_640) >> 15)).clamp(-limit, limit);
        self.poles = [first as i16, second as i16];
        let [newest, _] = self.signs;
        self.signs = [sign, newest];

        let gain = if difference == 0 { 0 } else { 128 };
        for (zero, before) in self.zeros.iter_mut().zip(self.differences) {
            let way = if (before < 0) == (difference < 0) { gain } else { -gain };
            // at most 32,639 and 128: it stays within 16 bits
            *zero = (way + ((i32::from(*zero) * 32_640) >> 15)) as i16;
        }
        let [a, b, c, d, e, _] = self.differences;
        self.differences = [difference, a, b, c, d, e];

        let double = |value: i16| i32::from(value.saturating_add(value));
        let by_poles = ((first * double(signal)) >> 15) + ((second * double(self.signal)) >> 15);
        let by_zeros: i32 = self
            .zeros
            .iter()
            .zip(self.differences)
            .map(|(zero, before)| (i32::from(*zero) * double(before)) >> 15)
            .sum();
        self.by_zeros = narrow(by_zeros);
        self.predicted = narrow(by_poles).saturating_add(self.by_zeros);
        self.signal = signal;
        signal
    }
}

/// A quantizer's output at its scale.
fn scaled(value: Option<&i16>, step: i32) -> i16 {
    ((i32::from(value.copied().unwrap_or(0)) * step) >> 15) as i16
}

fn narrow(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
