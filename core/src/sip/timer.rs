//! The timers of RFC 3261, by their letters (table 4 of its appendix A).

use crate::base::time::Duration;

/// Estimate of the round trip.
pub const T1: Duration = Duration::from_millis(500);
/// Longest wait between retransmissions.
pub const T2: Duration = Duration::from_secs(4);
/// The time that a message may stay in the network.
pub const T4: Duration = Duration::from_secs(5);
/// B, F, H, J, L, M: how long a transaction goes on.
pub const T1_64: Duration = T1.times(64);
/// D: how long an INVITE client absorbs final responses on datagrams.
pub const D: Duration = Duration::from_secs(32);
