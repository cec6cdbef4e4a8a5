//! Limits of streams, each with its reason.

use core::time::Duration as Time;
use microsip_core::base::time::Duration;

/// A message that has begun is whole after so long, and an accepted connection has sent its first one: the end of a
/// transaction (64 T1, RFC 3261 §17), behind which its sender has given it up.
pub(super) const WHOLE: Duration = Duration::from_secs(32);

/// A connection is there, and one that takes no bytes takes some again, after so long: as above.
pub(super) const STUCK: Duration = Duration::from_secs(32);

/// A stream over which nothing comes is closed after this. A registration's pings come every two minutes at most
/// (RFC 5626 §4.4.1), a call may go on in silence for as long as people talk.
pub(super) const IDLE: Duration = Duration::from_secs(4 * 3600);

/// When all slots are taken, the accepted stream that was silent for longest gives way, if it was for so long.
pub(super) const QUIET: Duration = Duration::from_secs(32);

/// The room for what goes out, in messages of the longest kind: a far end that reads may be late by a second's worth of
/// a call, one that does not is not waited for.
pub(super) const OUT_MESSAGES: usize = 4;

/// Streams at most: with buffers of 4096 bytes 20 MB of addresses, of which only those in use take memory.
pub(super) const STREAMS: usize = 1024;

/// Accepted streams from one host (of IPv6: one /64) at most, and no more than half of all: a proxy opens one or a few.
pub(super) const PER_SOURCE: usize = 16;

/// The system asks a silent far end after this, and then every so often, whether it is there (half-open connections).
pub(super) const KEEP_AFTER: Time = Time::from_secs(60);
/// See [`KEEP_AFTER`].
pub(super) const KEEP_EACH: Time = Time::from_secs(10);

/// Bytes that the far end's system has not acknowledged for so long end a connection: what a ping finds (RFC 5626
/// §4.4.1 waits for 10 s), and twice as long as a phone's change of cell takes.
pub(super) const UNACKNOWLEDGED: Time = Time::from_secs(20);

/// Without a descriptor no connection is accepted for so long: the listening socket would wake the thread at once.
pub(crate) const DEAF: Duration = Duration::from_secs(1);
