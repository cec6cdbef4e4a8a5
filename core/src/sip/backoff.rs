//! The wait of a failed registration before its next try.

use crate::base::limits::{REFRESH_LEAST_MS, REPAIR_FIRST, REPAIR_LONGEST, RETRY_FIRST, RETRY_LONGEST};
use crate::base::rng::Rng;
use crate::base::time::Duration;

/// The wait after `failures` failures in a row (1 is the first).
///
/// rfc5626#4.5: it doubles from a base to a ceiling, and lies at random between half of that and the whole, so that
/// phones do not come back together after an outage.
#[must_use]
pub fn wait(failures: u32, rng: &mut Rng) -> Duration {
    let whole = RETRY_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(RETRY_LONGEST);
    let half = whole * 500;
    Duration::from_millis(half + u64::from(rng.below(half as u32 + 1)))
}

/// The wait after `refusals` refusals in a row that only a person at the registrar can lift: it doubles, and is up to a
/// tenth longer at random.
#[must_use]
pub fn repair(refusals: u8, rng: &mut Rng) -> Duration {
    let whole = REPAIR_FIRST.saturating_mul(1 << refusals.saturating_sub(1).min(16)).min(REPAIR_LONGEST);
    let tenth = whole * 100;
    Duration::from_millis((whole * 1000 + u64::from(rng.below(tenth as u32 + 1))).min(REPAIR_LONGEST * 1000))
}

/// The time until the refresh of a registration that lasts `expires` seconds: a tenth (at least 5 s, at most a minute)
/// before its end, or half of a very short one, but not sooner than [`REFRESH_LEAST_MS`].
#[must_use]
pub fn refresh_after(expires: u32) -> Duration {
    let expires = u64::from(expires);
    let lead = (expires / 10).clamp(5, 60);
    let after = if expires > 2 * lead { (expires - lead) * 1000 } else { expires * 500 };
    Duration::from_millis(after.max(REFRESH_LEAST_MS))
}
