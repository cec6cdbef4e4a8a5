//! From one sample rate to another, in real time and at any ratio.
//!
//! A linear-phase windowed-sinc filter (Kaiser, about 80 dB) in a table of phases between which is interpolated, so the
//! ratio can be trimmed by parts per million while it runs: that is how a loudspeaker's clock is followed. One sample
//! in, as many out as are due, or one sample out, as many in as it needs: the same filter serves capture (pushed) and
//! playback (pulled). All memory is taken in [`Resampler::new`]; the filter delays by 32 samples of the lower rate.

#[cfg(test)]
pub(crate) mod tests;

/// Zero crossings on both sides together, in samples of the lower rate: 64 put the stop band at the Nyquist frequency
/// with a pass band to 84 % of it (3.4 kHz of 4).
const SPAN: usize = 64;
/// Steps between two samples of the lower rate; interpolation between 256 of them errs by less than -100 dB.
const PHASES: usize = 256;
/// Kaiser's beta for 80 dB.
const BETA: f64 = 7.86;
const ONE: u64 = 1 << 32;

/// One direction of one channel.
pub struct Resampler {
    table: Box<[f32]>,
    taps: usize,
    phases: u64,
    nominal: u64,
    step: u64,
    /// Distance of the next output from the centre sample, in 1/2³² of an input sample; from ONE on it lies behind the
    /// next one.
    position: u64,
    history: Box<[f32]>,
    at: usize,
}

impl Resampler {
    /// From `from` Hz to `to` Hz; both are held within 1 kHz and 768 kHz.
    #[must_use]
    pub fn new(from: u32, to: u32) -> Self {
        let (from, to) = (from.clamp(1_000, 768_000), to.clamp(1_000, 768_000));
        let stretch = (f64::from(from) / f64::from(to)).max(1.0);
        let taps = ((SPAN as f64 * stretch / 2.0).ceil() as usize) * 2;
        let phases = ((PHASES as f64 / stretch) as usize).max(16);
        // The transition band ends at the Nyquist frequency of the lower rate.
        let cutoff = (1.0 - 2.0 * 0.039) / stretch;
        let centre = (taps / 2 - 1) as f64;
        let mut table = Vec::with_capacity(taps * (phases + 1));
        for phase in 0..=phases {
            let offset = phase as f64 / phases as f64;
            let row: Vec<f64> =
                (0..taps).map(|tap| kernel(tap as f64 - centre - offset, cutoff, taps as f64 / 2.0)).collect();
            let sum: f64 = row.iter().sum();
            table.extend(row.iter().map(|value| (value / sum) as f32));
        }
        let nominal = (u64::from(from) << 32) / u64::from(to);
        Self {
            table: table.into(),
            taps,
            phases: phases as u64,
            nominal,
            step: nominal,
            position: first(taps),
            history: vec![0.0; 2 * taps].into(),
            at: 0,
        }
    }

    /// Begins anew, as if nothing had been put in.
    pub fn reset(&mut self) {
        self.history.fill(0.0);
        (self.at, self.position) = (0, first(self.taps));
    }

    /// Consumes the input faster (positive) or slower by that many parts per million, at most 1 %.
    pub fn trim(&mut self, ppm: i32) {
        let part = (self.nominal / 1_000_000).saturating_mul(u64::from(ppm.unsigned_abs().min(10_000)));
        self.step = if ppm < 0 { self.nominal - part } else { self.nominal + part };
    }

    /// True: the next output needs another input sample first.
    #[must_use]
    pub fn is_hungry(&self) -> bool {
        self.position >= ONE
    }

    /// One sample in.
    pub fn feed(&mut self, sample: f32) {
        // Kept twice, a window's length apart, so that the window is always one piece.
        for place in [self.at, self.at + self.taps] {
            if let Some(slot) = self.history.get_mut(place) {
                *slot = sample;
            }
        }
        self.at = if self.at + 1 == self.taps { 0 } else { self.at + 1 };
        self.position = self.position.saturating_sub(ONE);
    }

    /// One sample out; only when not hungry.
    pub fn take(&mut self) -> f32 {
        let place = (self.position & (ONE - 1)) * self.phases;
        let row = (place >> 32) as usize * self.taps;
        let share = (place & (ONE - 1)) as f32 / ONE as f32;
        self.position += self.step;
        let window = self.history.get(self.at..self.at + self.taps).unwrap_or_default();
        let rows = self.table.get(row..row + 2 * self.taps).unwrap_or_default();
        let (near, far) = rows.split_at_checked(self.taps).unwrap_or_default();
        let near = dot(window, near);
        near + share * (dot(window, far) - near)
    }

    /// One sample in, all that are due out.
    pub fn push(&mut self, sample: f32, mut emit: impl FnMut(f32)) {
        self.feed(sample);
        while !self.is_hungry() {
            emit(self.take());
        }
    }

    /// One sample out, as many in as it needs.
    pub fn pull(&mut self, mut source: impl FnMut() -> f32) -> f32 {
        while self.is_hungry() {
            self.feed(source());
        }
        self.take()
    }
}

/// Position of the first output: half a window after the first sample in, so that it is that sample's.
const fn first(taps: usize) -> u64 {
    (taps as u64 / 2 + 1) << 32
}

/// Four sums side by side, which the compiler turns into vector code.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; 4];
    let (left, right) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left.zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(left).zip(right) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The sinc at `x` input samples from the centre under a Kaiser window of that half width.
fn kernel(x: f64, cutoff: f64, half: f64) -> f64 {
    let edge = x / half;
    if edge.abs() >= 1.0 {
        return 0.0;
    }
    let phase = core::f64::consts::PI * x * cutoff;
    let sinc = if phase.abs() < 1e-9 { 1.0 } else { phase.sin() / phase };
    sinc * bessel(BETA * (1.0 - edge * edge).sqrt()) / bessel(BETA)
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / (2.0 * n)) * (x / (2.0 * n));
        sum += term;
        n += 1.0;
    }
    sum
}
