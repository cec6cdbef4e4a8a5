//! The remains of a server transaction that has nothing to retransmit by itself: 32 bytes that absorb repetitions of
//! the request (timers I, J, L).
//!
//! A set-associative table: a request's slot follows from its keyed hash, the oldest of four neighbours gives way. So
//! it needs no timer and is never full. Those of direct requests give way first, and never push out those of an
//! account's caller.

use super::timer::{T1_64, T4};
use crate::base::time::Instant;

/// Slots that one hash may use.
const WAYS: usize = 4;

/// The hashes of a request, and whether it is direct.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Keys {
    /// A hash that an INVITE, its ACK and its CANCEL share; and all copies of a request, over any path.
    pub base: u64,
    /// A hash that the retransmissions of one request share.
    pub key: u64,
    /// It is no account's caller's.
    pub direct: bool,
}

/// [`Tombstone::detail`]: [`Keys::direct`].
const DIRECT: u8 = 0x80;

/// [`Tombstone::status`]: the number is [`Own::MinSe`]. Statuses have three digits.
const MIN_SE: u16 = 0x8000;

/// A server transaction that was completed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tombstone {
    key: u64,
    until: Instant,
    /// The number of its [`Own`]: in one field for both, as there is room for one in 32 bytes.
    number: u64,
    status: u16,
    detail: u8,
    retry_after: u8,
    /// The mark of the request, over any path: a part of the hash that chose its set.
    request: u32,
}

crate::base::zeroed::zeroed!(Tombstone);

/// The part of a response that neither its request nor its status says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Own {
    /// The secret of its To tag. A request within a dialog has a tag, and gets none.
    Tag(u64),
    /// The Min-SE of a 422 within a dialog (rfc4028#6), in seconds.
    MinSe(u32),
}

impl Default for Own {
    fn default() -> Self {
        Self::Tag(0)
    }
}

/// The parts from which a response is made again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Responded {
    /// Its own part.
    pub own: Own,
    /// The status; 0: nothing is owed any more.
    pub status: u16,
    /// Its headers and words, as bits of its user: the lower seven.
    pub detail: u8,
    /// Its Retry-After, in seconds; 0: none.
    pub retry_after: u8,
}

/// The debt to a repeated request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owed {
    /// The same response again.
    Response(Responded),
    /// Nothing: it was acknowledged.
    Nothing,
}

/// The tombstones over lent storage.
#[derive(Debug)]
pub struct Tombstones<'a> {
    slots: &'a mut [Tombstone],
}

impl<'a> Tombstones<'a> {
    /// Over zeroed storage.
    pub const fn new(slots: &'a mut [Tombstone]) -> Self {
        Self { slots }
    }

    fn set(&mut self, request: u64) -> &mut [Tombstone] {
        let sets = (self.slots.len() / WAYS).max(1);
        let start = (request as usize % sets) * WAYS;
        let end = (start + WAYS).min(self.slots.len());
        self.slots.get_mut(start..end).unwrap_or_default()
    }

    /// Buries a transaction. Status 0: it was acknowledged, nothing is owed any more. A direct one that finds only
    /// those of accounts is not kept: a retransmission of it is a new request then.
    pub fn bury(&mut self, now: Instant, keys: Keys, response: Responded) {
        let Keys { base, key, direct } = keys;
        let rank = |stone: &Tombstone| {
            let kind = if stone.key == key {
                0
            } else if stone.until <= now {
                1
            } else if stone.detail & DIRECT != 0 {
                2
            } else {
                3
            };
            (kind, stone.until)
        };
        let Some(stone) = self.set(base).iter_mut().min_by_key(|stone| rank(stone)) else { return };
        if direct && rank(stone).0 == 3 {
            return;
        }
        let Responded { own, status, detail, retry_after } = response;
        let detail = (detail & !DIRECT) | if direct { DIRECT } else { 0 };
        let (number, status) = match own {
            Own::Tag(secret) => (secret, status),
            Own::MinSe(seconds) => (u64::from(seconds), status | MIN_SE),
        };
        *stone = Tombstone { key, until: now + T1_64, number, status, detail, retry_after, request: mark(base) };
    }

    /// The debt to a request with this key, if it is a repetition.
    pub fn find(&mut self, now: Instant, request: u64, key: u64) -> Option<Owed> {
        let stone = self.set(request).iter().find(|stone| stone.key == key && stone.until > now)?;
        let Tombstone { number, status, detail, retry_after, .. } = *stone;
        let detail = detail & !DIRECT;
        let own = if status & MIN_SE == 0 { Own::Tag(number) } else { Own::MinSe(number as u32) };
        let status = status & !MIN_SE;
        Some(if status == 0 { Owed::Nothing } else { Owed::Response(Responded { own, status, detail, retry_after }) })
    }

    /// A copy of this request over any path got its response just now. 32 bits of a keyed hash show that, within four
    /// slots.
    ///
    /// As long as timer I only: a proxy that hunts (one telephone, another, the first again) comes back with the same
    /// request later, and means it.
    pub fn has(&mut self, now: Instant, request: u64) -> bool {
        let fresh = now + T1_64;
        self.set(request).iter().any(|stone| stone.request == mark(request) && stone.until + T4 > fresh)
    }
}

/// The bits that did not choose the set.
const fn mark(request: u64) -> u32 {
    (request >> 32) as u32
}

#[cfg(test)]
mod tests;
