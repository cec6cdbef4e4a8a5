//! Volume in percent, mute, and the level that a meter shows.

#[cfg(test)]
mod tests;

/// The loudest.
pub const MAX_PERCENT: u16 = 400;

/// A volume control that moves without a click: a change is led over one quantum.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Gain {
    percent: u16,
    muted: bool,
    /// The gain of the last sample, in 4096ths.
    now: i32,
}

impl Gain {
    /// As it is.
    pub const EMPTY: Self = Self { percent: 100, muted: false, now: ONE };
    /// As it is, faded in over the first quantum.
    pub const RISING: Self = Self { now: 0, ..Self::EMPTY };

    /// Sets the volume; more than [`MAX_PERCENT`] is that.
    pub fn set(&mut self, percent: u16) {
        self.percent = percent.min(MAX_PERCENT);
    }

    /// The next quantum fades in.
    pub const fn fade_in(&mut self) {
        self.now = 0;
    }

    /// The volume, muted or not.
    #[must_use]
    pub const fn percent(&self) -> u16 {
        self.percent
    }

    /// Mutes or unmutes.
    pub fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// It is muted.
    #[must_use]
    pub const fn muted(&self) -> bool {
        self.muted
    }

    /// Changes 10 ms of samples; louder ones stay at full scale.
    pub fn apply(&mut self, pcm: &mut [i16]) {
        self.step().apply(pcm);
    }

    /// The gain of the next quantum.
    pub const fn step(&mut self) -> Ramp {
        let to = if self.muted { 0 } else { self.percent as i32 * ONE / 100 };
        Ramp { from: core::mem::replace(&mut self.now, to), to }
    }
}

/// A gain of 1.
const ONE: i32 = 4096;

/// The gain of one quantum, led from one value to the next. In 4096ths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ramp {
    from: i32,
    to: i32,
}

impl Ramp {
    /// Samples stay as they are.
    pub const ONE: Self = Self { from: ONE, to: ONE };
    /// Silence.
    pub const SILENT: Self = Self { from: 0, to: 0 };

    /// Samples stay as they are.
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.from == ONE && self.to == ONE
    }

    /// All samples become zero.
    #[must_use]
    pub const fn is_silent(self) -> bool {
        self.from == 0 && self.to == 0
    }

    /// Changes 10 ms of samples; louder ones stay at full scale.
    pub fn apply(self, pcm: &mut [i16]) {
        if self.is_one() {
            return;
        }
        if self.is_silent() {
            return pcm.fill(0);
        }
        let count = pcm.len();
        pcm.iter_mut().enumerate().for_each(|(nth, sample)| *sample = self.of(*sample, nth, count));
    }

    /// The nth sample of so many.
    #[must_use]
    pub fn of(self, sample: i16, nth: usize, count: usize) -> i16 {
        let by = if self.from == self.to {
            self.to
        } else {
            self.from + (self.to - self.from) * (nth as i32 + 1) / count.max(1) as i32
        };
        scale(sample, by)
    }
}

fn scale(sample: i16, by: i32) -> i16 {
    ((i32::from(sample) * by) >> 12).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// The peak of the last 100 ms.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Level {
    rising: u16,
    last: u16,
    quanta: u8,
}

impl Level {
    /// Silence.
    pub const EMPTY: Self = Self { rising: 0, last: 0, quanta: 0 };

    /// Measures 10 ms.
    pub fn feed(&mut self, pcm: &[i16]) {
        // without a branch, so a compiler takes several samples at once
        let peak = pcm.iter().fold(0i16, |peak, sample| peak.max(*sample).max(0i16.saturating_sub(*sample)));
        self.rising = self.rising.max(peak.unsigned_abs());
        self.quanta += 1;
        if self.quanta >= 10 {
            self.last = self.rising;
            self.rising = 0;
            self.quanta = 0;
        }
    }

    /// 0 to 32767.
    #[must_use]
    pub const fn peak(&self) -> u16 {
        if self.rising > self.last { self.rising } else { self.last }
    }
}
