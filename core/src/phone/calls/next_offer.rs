//! The next offer of ours in a call that is up: the time of its try, and the tries and waits before it.

use crate::base::limits::{REOFFER_TRIES, REOFFER_TURNS};
use crate::base::time::Instant;

/// The next offer of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct NextOffer {
    at: Instant,
    /// Tries that failed.
    tries: u8,
    /// Times that it found another offer, or the answer to one, under way.
    turns: u8,
}

impl NextOffer {
    /// There is none.
    pub(super) const EMPTY: Self = Self { at: Instant::NEVER, tries: 0, turns: 0 };

    /// The time of its try; never: there is none to come.
    pub(super) const fn at(&self) -> Instant {
        self.at
    }

    /// A try is to come.
    pub(super) fn waits(&self) -> bool {
        self.at != Instant::NEVER
    }

    /// It waits for the end of another offer.
    pub(super) fn waits_for_turn(&self) -> bool {
        self.waits() && self.turns > 0
    }

    /// It is tried then.
    pub(super) const fn wait(&mut self, until: Instant) {
        self.at = until;
    }

    /// No try is to come.
    pub(super) const fn rest(&mut self) {
        self.at = Instant::NEVER;
    }

    /// Its first try is to come.
    pub(super) const fn begin(&mut self) {
        (self.tries, self.turns) = (0, 0);
    }

    /// It leaves, maybe before its time: another offer was over, or a change overtook it.
    pub(super) const fn leaves(&mut self) {
        (self.at, self.turns) = (Instant::NEVER, 0);
    }

    /// Tries that failed.
    pub(super) const fn tries(&self) -> u8 {
        self.tries
    }

    /// A try failed. True: another one is made.
    pub(super) const fn fails(&mut self) -> bool {
        self.tries = self.tries.saturating_add(1);
        self.tries < REOFFER_TRIES
    }

    /// Another offer is in its way. True: it waits for its turn once more.
    pub(super) const fn misses_turn(&mut self) -> bool {
        self.turns = self.turns.saturating_add(1);
        self.turns < REOFFER_TURNS
    }
}
