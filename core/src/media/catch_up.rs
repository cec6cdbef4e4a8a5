//! The quanta that a late timer makes up for.
//!
//! A machine that stalls (a busy scheduler, a page from the disk) owes the far end the sound of that time. It is sent
//! late rather than not at all, and at once: a packet is of more use the earlier it comes, and any jitter buffer holds
//! ten of 20 ms. Of a longer stall only the end is made up: the clock goes on (RTP's timestamps too), and no source is
//! read, so no file and no PCM of the application is left out.

use crate::base::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// Quanta that are made up for at most, beside the one that is due now: 200 ms. A loaded host stalls a thread for so
/// long now and then, and far ends adapt their delay up to about that (ours to 200 ms); they drop later packets.
pub const CATCH_UP: u32 = 20;
/// A quantum in microseconds.
const QUANTUM_US: u64 = 10_000;

/// The quanta that are due.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Due {
    /// Quanta that pass without sound, before the others ([`crate::phone::Phone::skip`]).
    pub skip: u32,
    /// Quanta to tick now, one after the other; the packets of each leave before the next.
    pub run: u32,
}

/// The timer of one bus: a quantum each 10 ms.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    next: Instant,
}

impl Timer {
    /// The first quantum is due then.
    #[must_use]
    pub const fn new(at: Instant) -> Self {
        Self { next: at }
    }

    /// The quanta due by now; they are taken as done.
    pub fn due(&mut self, now: Instant) -> Due {
        if now < self.next {
            return Due::default();
        }
        let behind = now.since(self.next).micros() / QUANTUM_US + 1;
        self.next += Duration::from_micros(behind * QUANTUM_US);
        let run = behind.min(u64::from(CATCH_UP) + 1);
        Due { skip: u32::try_from(behind - run).unwrap_or(u32::MAX), run: run as u32 }
    }

    /// The time of the next quantum.
    pub const fn move_to(&mut self, at: Instant) {
        self.next = at;
    }

    /// The time of the next quantum.
    #[must_use]
    pub const fn next(&self) -> Instant {
        self.next
    }
}
