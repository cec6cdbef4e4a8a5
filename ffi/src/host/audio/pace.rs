//! The ticks of the device bus: by the microphone's clock while it delivers, by the timer otherwise.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::catch_up::{CATCH_UP, Due, Timer};

#[cfg(test)]
mod tests;

/// A microphone that is this late has lost the clock to the timer until it delivers again.
pub const LATE: Duration = Duration::from_millis(60);
/// Of the quanta of one go so many are played, the last ones: sound that a loudspeaker gets at once stays as its delay
/// until its clock is steered (by at most 0.3 %), so that it gets 80 ms at most.
pub(crate) const PLAYED: u32 = 8;

/// The clock of one bus.
pub struct Pacer {
    timer: Timer,
}

impl Pacer {
    /// Starts now: the first quantum is due at once.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { timer: Timer::new(now) }
    }

    /// Quanta to run now. `clocked`: the device's capture drives; `ready`: whole quanta it has waiting; `dropped`:
    /// quanta it had to drop, because the engine was late.
    pub fn due(&mut self, now: Instant, clocked: bool, ready: usize, dropped: u32) -> Due {
        if clocked && ready > 0 {
            self.timer.move_to(now + LATE);
            return Due { skip: dropped, run: u32::try_from(ready).unwrap_or(CATCH_UP).min(CATCH_UP) };
        }
        self.timer.due(now)
    }

    /// The time of the timer's next quantum.
    pub fn move_to(&mut self, at: Instant) {
        self.timer.move_to(at);
    }

    /// The latest time of the next look; a capture that delivers wakes the engine by itself before.
    #[must_use]
    pub fn next(&self) -> Instant {
        self.timer.next()
    }
}
