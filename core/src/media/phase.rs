//! The best phase of a timer's tick within its 10 ms: the middle between two arrivals of the far end.
//!
//! A packet that comes just after a tick waits a whole quantum, one that comes just before the next is late with the
//! least jitter; and two phones that began together tick just when packets come, so that chance decides about 10 ms of
//! delay. Half a quantum away from the tick, a packet may come 5 ms early or late and nothing changes. With both ends
//! on timers, one moves: the end with the smaller SSRC, and the other only after a while.

use crate::base::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// A quantum in microseconds.
const QUANTUM: u64 = 10_000;
/// Nearer to a tick than this (microseconds), a packet arrives at a bad time.
const NEAR: u64 = 1500;
/// Packets looked at before it is judged.
const WINDOW: u8 = 8;
/// So many of them at a bad time make a bad window.
const BAD: u8 = 6;
/// Bad windows that the other end waits for.
const PATIENCE: u8 = 4;

/// The phase of one bus.
#[derive(Clone, Copy, Debug)]
pub struct Phase {
    ticked: Instant,
    seen: u8,
    near: u8,
    bad_windows: u8,
    better: Option<Instant>,
}

impl Phase {
    /// Nothing came yet.
    pub const EMPTY: Self = Self { ticked: Instant::ZERO, seen: 0, near: 0, bad_windows: 0, better: None };

    /// The bus begins, now that the far end has answered: its own ticks began a moment ago, so ours come between them.
    pub fn begin(&mut self, now: Instant) {
        *self = Self { better: Some(middle(now)), ..Self::EMPTY };
    }

    /// A tick.
    pub const fn tick(&mut self, now: Instant) {
        self.ticked = now;
    }

    /// A packet came for the bus's only stream. `first`: of the two ends, we are to move.
    pub fn arrived(&mut self, now: Instant, first: bool) {
        let since = now.since(self.ticked).micros();
        // a bus that does not tick has no phase
        if since >= 2 * QUANTUM {
            return;
        }
        self.seen += 1;
        self.near += u8::from(!(NEAR..QUANTUM - NEAR).contains(&since));
        if self.seen < WINDOW {
            return;
        }
        let bad = self.near >= BAD;
        (self.seen, self.near) = (0, 0);
        self.bad_windows = if bad { self.bad_windows + 1 } else { 0 };
        if bad && (first || self.bad_windows > PATIENCE) {
            self.bad_windows = 0;
            self.better = Some(middle(now));
        }
    }

    /// The better time of the next tick; returned once.
    pub const fn better(&mut self) -> Option<Instant> {
        self.better.take()
    }
}

fn middle(now: Instant) -> Instant {
    now + Duration::from_micros(QUANTUM / 2)
}
