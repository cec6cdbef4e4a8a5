//! A key that is held: its digit lasts until it is let go.

use super::lengths::{HELD, LONGEST_HELD, SHORTEST_MS};
use super::queue::{DigitQueue, State};
use crate::wire::dtmf;

impl DigitQueue {
    /// Queues a digit that lasts until [`DigitQueue::let_go`], ten minutes at most; false when it is none, or the queue
    /// is full. One key is held at a time. `ms`: its length, if it is let go before its turn; 0 is the usual one.
    pub fn hold(&mut self, digit: u8, ms: u16) -> bool {
        match dtmf::event_of(digit) {
            Some(code) if !self.holds() && self.push(code.into(), HELD) => {
                self.held_ms = ms;
                true
            }
            _ => false,
        }
    }

    /// A key is held.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.held || self.waiting().any(|place| self.is_held_at(place))
    }

    /// The key that is held is let go: its digit ends, after 40 ms at the earliest; one whose turn has not come has the
    /// length that it was pressed with. False: none is held.
    pub fn let_go(&mut self) -> bool {
        if let Some(place) = self.waiting().find(|place| self.is_held_at(*place)) {
            self.set_length(place, self.held_ms);
            return true;
        }
        let shortest = SHORTEST_MS / 10;
        match &mut self.state {
            _ if !self.held => return false,
            State::Event { left, .. } | State::Tone { left, .. } => {
                *left = shortest.saturating_sub(LONGEST_HELD - *left);
            }
            State::Info(asking) => asking.let_go(),
            _ => {}
        }
        self.held = false;
        true
    }
}
