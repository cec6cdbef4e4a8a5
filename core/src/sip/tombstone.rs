//! What is left of a server transaction that has nothing to retransmit by itself: 32 bytes that absorb repetitions of the request (timers I, J, L).
//!
//! A set-associative table: a request's place follows from its keyed hash, the oldest of four neighbours gives way. So it needs no timer and is never full.

use super::timer::T1_64;
use crate::base::time::Instant;

/// Places that one hash may use.
const WAYS: usize = 4;

/// A server transaction that was answered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tombstone {
    key: u64,
    until: Instant,
    answer: Answered,
}

/// An answer, in what it is made from again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Answered {
    /// The To tag's secret.
    pub secret: u64,
    /// The status; 0: nothing is owed any more.
    pub status: u16,
    /// Which headers and words it had, as bits of its user.
    pub detail: u8,
    /// Its Retry-After, in seconds; 0: none.
    pub retry_after: u8,
}

/// What a repeated request is owed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owed {
    /// The same answer again.
    Answer(Answered),
    /// Nothing: it was acknowledged.
    Nothing,
}

/// The tombstones over lent storage.
#[derive(Debug)]
pub struct Tombstones<'a> {
    places: &'a mut [Tombstone],
}

impl<'a> Tombstones<'a> {
    /// Over zeroed storage.
    pub const fn new(places: &'a mut [Tombstone]) -> Self {
        Self { places }
    }

    fn set(&mut self, key: u64) -> &mut [Tombstone] {
        let sets = (self.places.len() / WAYS).max(1);
        let start = (key as usize % sets) * WAYS;
        let end = (start + WAYS).min(self.places.len());
        self.places.get_mut(start..end).unwrap_or_default()
    }

    /// Buries a transaction. Status 0: it was acknowledged, nothing is owed any more.
    pub fn bury(&mut self, now: Instant, key: u64, answer: Answered) {
        let oldest = self.set(key).iter_mut().min_by_key(|place| if place.key == key { Instant::ZERO } else { place.until });
        if let Some(place) = oldest {
            *place = Tombstone { key, until: now + T1_64, answer };
        }
    }

    /// What a request with this key is owed, if it is a repetition.
    pub fn find(&mut self, now: Instant, key: u64) -> Option<Owed> {
        let place = self.set(key).iter().find(|place| place.key == key && place.until > now)?;
        Some(if place.answer.status == 0 { Owed::Nothing } else { Owed::Answer(place.answer) })
    }
}

#[cfg(test)]
mod tests;
