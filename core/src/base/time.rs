//! Time is an argument. An [`Instant`] counts microseconds from any start the driver likes, as long as it never runs
//! backwards.

use super::divide::divide;
use core::ops::{Add, AddAssign, Sub};

/// A point in time, in microseconds from a start of the driver's choice.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// The start.
    pub const ZERO: Self = Self(0);
    /// Later than every deadline: "no deadline".
    pub const NEVER: Self = Self(u64::MAX);

    /// From microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// In microseconds.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// In whole milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        divide(self.0, 1000).0
    }

    /// The latest time up to this one whose milliseconds have these low 32 bits: a time kept in this form is valid for
    /// 49 days.
    #[must_use]
    pub const fn back_to(self, millis: u32) -> Self {
        let back = (self.millis() as u32).wrapping_sub(millis);
        Self::from_millis(self.millis().saturating_sub(back as u64))
    }

    /// In half the room, in whole milliseconds: for [`Instant::back_to`].
    #[must_use]
    pub const fn stamp(self) -> u32 {
        self.millis() as u32
    }

    /// The time from `earlier` to this; zero if this is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    // 64 bits that saturate are a dozen instructions on a machine of 32: they stand in one place there
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, by: Duration) {
        *self = *self + by;
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by.0))
    }
}

/// A length of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Duration(u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// From seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// In microseconds.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// In whole milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        divide(self.0, 1000).0
    }

    /// In whole seconds.
    #[must_use]
    pub const fn secs(self) -> u64 {
        divide(self.0, 1_000_000).0
    }

    /// `n` times as long.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// The `n`th part of it.
    #[must_use]
    pub const fn over(self, n: u64) -> Self {
        Self(match self.0.checked_div(n) {
            Some(part) => part,
            None => self.0,
        })
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, by: Self) -> Self {
        Self(self.0.saturating_add(by.0))
    }
}
