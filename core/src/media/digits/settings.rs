//! Settings of digits that are sent. The phone, an account, a call and a command give a part of them each; what one does
//! not give comes from the next outer one, and at last from [`DigitSettings::USUAL`].

use super::DigitMethod;
use core::ops::RangeInclusive;

/// Lengths that may be asked for, in milliseconds. ITU-T Q.24: a shorter digit may not be heard; an entry of the queue
/// holds no longer one.
pub const LENGTHS_MS: RangeInclusive<u16> = 40..=20_000;
/// Gaps that may be asked for, in milliseconds. ITU-T Q.24: a shorter one may not be heard; an entry's byte holds no
/// longer one in units of 10 ms.
pub const GAPS_MS: RangeInclusive<u16> = 40..=2500;

/// Lengths and gaps are counted in quanta: other milliseconds would be rounded without a word.
pub const STEP_MS: u16 = 10;
/// rfc4733#2.3.4: the least power that an event can name, in dB below 0 dBm0.
pub const QUIETEST: u8 = 63;

/// A part of the settings of digits. Without the feature `info` there are none to give, and this takes no memory.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DigitSettings {
    /// The way that they take; `None`: not given.
    #[cfg(feature = "info")]
    pub method: Option<DigitMethod>,
    /// The length of each, in milliseconds, of [`LENGTHS_MS`], in steps of 10; 0: not given.
    #[cfg(feature = "info")]
    pub ms: u16,
    /// The silence behind each, of [`GAPS_MS`], in steps of 10; 0: not given. As an event, up to a packet longer, for it
    /// begins with a packet.
    #[cfg(feature = "info")]
    pub gap_ms: u16,
    /// The power of each frequency in dB below 0 dBm0, at most [`QUIETEST`]: the volume that an event names, and the
    /// amplitude of tones, which have no room for more than -3 dBm0. INFO has none. `None`: not given.
    #[cfg(feature = "info")]
    pub level: Option<u8>,
}

/// The length of a digit for which nobody gave another.
pub(super) const USUAL_MS: u16 = 160;

impl DigitSettings {
    /// Nothing is given.
    pub const NONE: Self = Self::new(None, 0, 0, None);

    /// These.
    #[must_use]
    pub const fn new(method: Option<DigitMethod>, ms: u16, gap_ms: u16, level: Option<u8>) -> Self {
        #[cfg(feature = "info")]
        return Self { method, ms, gap_ms, level };
        #[cfg(not(feature = "info"))]
        {
            let _ = (method, ms, gap_ms, level);
            Self {}
        }
    }
}

#[cfg(feature = "info")]
impl DigitSettings {
    /// The values of digits for which nobody gave others.
    pub const USUAL: Self = Self {
        method: Some(DigitMethod::Auto),
        ms: USUAL_MS,
        gap_ms: Manner::USUAL.gap as u16 * 10,
        level: Some(Manner::USUAL.level),
    };

    /// These, and of an outer one what they do not give.
    #[must_use]
    pub const fn or(self, outer: Self) -> Self {
        Self {
            method: if self.method.is_some() { self.method } else { outer.method },
            ms: if self.ms == 0 { outer.ms } else { self.ms },
            gap_ms: if self.gap_ms == 0 { outer.gap_ms } else { self.gap_ms },
            level: if self.level.is_some() { self.level } else { outer.level },
        }
    }

    /// Each value that is given is within its range.
    #[must_use]
    pub fn are_possible(&self) -> bool {
        let steps = |ms: u16| ms.is_multiple_of(STEP_MS);
        (self.ms == 0 || LENGTHS_MS.contains(&self.ms) && steps(self.ms))
            && (self.gap_ms == 0 || GAPS_MS.contains(&self.gap_ms) && steps(self.gap_ms))
            && self.level.is_none_or(|level| level <= QUIETEST)
    }
}

impl From<DigitMethod> for DigitSettings {
    fn from(method: DigitMethod) -> Self {
        Self::new(Some(method), 0, 0, None)
    }
}

/// The silence behind a digit and its loudness, as a queue keeps them of each entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// In quanta.
    pub(super) gap: u8,
    /// In dB below 0 dBm0.
    pub(super) level: u8,
}

impl Manner {
    /// 50 ms, and -10 dBm0.
    pub(super) const USUAL: Self = Self { gap: 5, level: 10 };

    /// The manner of these settings; a value that they do not give is as usual.
    #[cfg(feature = "info")]
    pub(super) const fn of(settings: &DigitSettings) -> Self {
        let DigitSettings { gap_ms, level, .. } = settings.or(DigitSettings::USUAL);
        let gap = gap_ms.div_ceil(10);
        Self {
            gap: if gap > u8::MAX as u16 { u8::MAX } else { gap as u8 },
            level: match level {
                Some(level) if level <= QUIETEST => level,
                _ => QUIETEST,
            },
        }
    }
}
