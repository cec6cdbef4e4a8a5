//! A core without the feature `reoffer` makes no offers in a call that is up.

use crate::base::time::Instant;

/// No offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct NextOffer;

impl NextOffer {
    pub(super) const EMPTY: Self = Self;

    pub(super) const fn at(&self) -> Instant {
        Instant::NEVER
    }

    pub(super) const fn wait(&mut self, _: Instant) {}

    pub(super) const fn rest(&mut self) {}

    pub(super) const fn begin(&mut self) {}

    pub(super) const fn leaves(&mut self) {}

    pub(super) const fn tries(&self) -> u8 {
        0
    }

    pub(super) const fn fails(&mut self) -> bool {
        false
    }

    pub(super) const fn misses_turn(&mut self) -> bool {
        false
    }
}
