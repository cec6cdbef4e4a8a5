//! When the device bus has to be ticked: by the microphone's clock while it delivers, by the timer otherwise.

#[cfg(test)]
mod tests;

/// One quantum of audio, in microseconds.
pub const QUANTUM_US: u64 = 10_000;
/// A microphone that is this late has lost the clock to the timer until it delivers again.
pub const LATE_US: u64 = 60_000;
/// At most this many quanta in one go; a thread that slept longer than that skips ahead instead of racing through the past.
pub const BURST: u32 = 8;

/// The clock of one bus. Times are microseconds of any monotonic clock.
pub struct Pacer {
    next: u64,
}

impl Pacer {
    /// Starts now: the first quantum is due at once.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { next: now }
    }

    /// How many quanta to run now. `clocked`: the device's capture drives; `ready`: whole quanta it has waiting.
    pub fn due(&mut self, now: u64, clocked: bool, ready: usize) -> u32 {
        if clocked && ready > 0 {
            self.next = now + LATE_US;
            return u32::try_from(ready).unwrap_or(BURST).min(BURST);
        }
        if now < self.next {
            return 0;
        }
        let behind = (now - self.next) / QUANTUM_US + 1;
        if behind > u64::from(BURST) {
            self.next = now + QUANTUM_US;
            return 1;
        }
        self.next += behind * QUANTUM_US;
        u32::try_from(behind).unwrap_or(1)
    }

    /// The timer's next quantum comes then.
    pub fn move_to(&mut self, at: u64) {
        self.next = at;
    }

    /// When to look again at the latest; a capture that delivers wakes the engine by itself before.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.next
    }
}
