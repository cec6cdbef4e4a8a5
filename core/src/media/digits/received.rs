//! The events that the peer sends.

use crate::base::limits;
use crate::base::time::{Duration, Instant};
use crate::wire::dtmf::{self, Event};

/// rfc4733#2.5.2.2: an event without further packets lasts no longer than three packet times.
const LAST_PACKETS: u64 = 3;
/// Packet times that this is reckoned with, in milliseconds: below, a network's usual jitter would cut a digit short;
/// above (rfc4733#2.5.1.2 recommends 50 ms) packets were lost between the two that show it.
const PACKET_MS: (u64, u64) = (20, 60);

/// The events that the peer sends: each digit is reported once.
#[derive(Clone, Copy, Debug)]
pub struct EventReceiver {
    /// Timestamp of the segment on.
    timestamp: u32,
    /// Ticks of the segments before it.
    before: u32,
    /// Ticks of the segment, as far as reported.
    lasted: u16,
    /// The least by which it grew from a packet to the next: the packet time.
    step: u16,
    code: u8,
    /// An event is on.
    on: bool,
    /// A timestamp is known (of what is on, or was last).
    known: bool,
    clock: u32,
    heard_at: Instant,
    digits: [u8; limits::DIGITS_RECEIVED],
    /// The milliseconds that each lasted.
    lengths: [u16; limits::DIGITS_RECEIVED],
    /// The end of each: the low bits of its milliseconds.
    over: [u32; limits::DIGITS_RECEIVED],
    head: u8,
    len: u8,
    /// Digits that gave way, not fetched in time, and were not reported yet.
    lost: u8,
}

impl EventReceiver {
    /// None came.
    pub const EMPTY: Self = Self {
        timestamp: 0,
        before: 0,
        lasted: 0,
        step: 0,
        code: 0,
        on: false,
        known: false,
        clock: 1000,
        heard_at: Instant::ZERO,
        digits: [0; limits::DIGITS_RECEIVED],
        lengths: [0; limits::DIGITS_RECEIVED],
        over: [0; limits::DIGITS_RECEIVED],
        head: 0,
        len: 0,
        lost: 0,
    };

    /// The source began anew: an event that is on is over, and old timestamps mean nothing any more.
    pub fn restart(&mut self, now: Instant) {
        self.finish(now);
        self.known = false;
    }

    /// A packet with an event.
    pub fn handle(&mut self, now: Instant, timestamp: u32, marker: bool, clock: u32, payload: &[u8]) {
        let Some(event) = Event::parse(payload) else { return };
        self.clock = clock.max(1000);
        if self.known {
            let ahead = timestamp.wrapping_sub(self.timestamp);
            if ahead as i32 != 0 && ahead >= 1 << 31 {
                return; // older than the known event: reported, or given up
            }
            if ahead == 0 && !self.on {
                return; // rfc4733#2.5.1.4: the last packet again, or one of an event that was given up and reported
            }
            // rfc4733#2.5.2.3: the same event, without marker, where a full segment ended, goes on
            let segment = event.code == self.code && !marker && ahead == 0xffff;
            if segment && !self.on {
                self.timestamp = timestamp; // it was given up and reported
                return;
            }
            if ahead > 0 && self.on {
                if segment {
                    self.before = self.before.saturating_add(0xffff);
                    self.lasted = 0;
                } else {
                    self.finish(now);
                    self.before = 0;
                }
            }
            if ahead > 0 && !self.on {
                self.before = 0;
            }
        }
        if !self.on {
            self.before = 0;
            self.lasted = 0;
            self.step = u16::MAX;
        }
        self.on = true;
        self.known = true;
        self.timestamp = timestamp;
        self.code = event.code;
        let grown = event.duration.saturating_sub(self.lasted);
        if grown > 0 {
            self.step = self.step.min(grown);
        }
        // a packet that was overtaken does not shorten the event
        self.lasted = self.lasted.max(event.duration);
        self.heard_at = now;
        if event.end {
            self.finish(now);
        }
    }

    /// A voice packet: voice from behind an event ends it. `clock` is the codec's; timestamps of another clock cannot
    /// be compared.
    pub fn voice(&mut self, now: Instant, timestamp: u32, clock: u32) {
        if self.on
            && clock == self.clock
            && timestamp.wrapping_sub(self.timestamp) < 1 << 31
            && timestamp.wrapping_sub(self.timestamp) >= u32::from(self.lasted).max(1)
        {
            self.finish(now);
        }
    }

    /// The time at which the event is given up; [`Instant::NEVER`] if none is on.
    #[must_use]
    pub fn next_timeout(&self) -> Instant {
        let (least, most) = PACKET_MS;
        let packet_ms = (u64::from(self.step) * 1000 / u64::from(self.clock)).clamp(least, most);
        if self.on { self.heard_at + Duration::from_millis(LAST_PACKETS * packet_ms) } else { Instant::NEVER }
    }

    /// Ends an event without further packets.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.on && now >= self.next_timeout() {
            self.finish(now);
        }
    }

    fn finish(&mut self, now: Instant) {
        if !core::mem::take(&mut self.on) {
            return;
        }
        let Some(digit) = dtmf::digit_of(self.code) else { return };
        let ticks = u64::from(self.before) + u64::from(self.lasted);
        let ms = (ticks * 1000 / u64::from(self.clock)).min(u64::from(u16::MAX)) as u16;
        let capacity = limits::DIGITS_RECEIVED;
        if usize::from(self.len) >= capacity {
            self.head = ((usize::from(self.head) + 1) % capacity) as u8;
            self.len -= 1;
            self.lost = self.lost.saturating_add(1);
        }
        let place = (usize::from(self.head) + usize::from(self.len)) % capacity;
        if let (Some(entry), Some(length), Some(over)) =
            (self.digits.get_mut(place), self.lengths.get_mut(place), self.over.get_mut(place))
        {
            (*entry, *length, *over) = (digit, ms, now.millis() as u32);
        }
        self.len += 1;
    }

    /// The number of digits that gave way since the last call.
    pub const fn take_lost(&mut self) -> u8 {
        core::mem::replace(&mut self.lost, 0)
    }

    /// A digit waits.
    #[must_use]
    pub const fn has_digit(&self) -> bool {
        self.len > 0
    }

    /// The end of the digit that waits longest; `now` is the latest time that is known.
    #[must_use]
    pub fn over_at(&self, now: Instant) -> Option<Instant> {
        self.over.get(usize::from(self.head)).filter(|_| self.has_digit()).map(|millis| now.back_to(*millis))
    }

    /// The next digit and its length in milliseconds.
    pub fn poll(&mut self) -> Option<(u8, u16)> {
        if self.len == 0 {
            return None;
        }
        let entry = (*self.digits.get(usize::from(self.head))?, *self.lengths.get(usize::from(self.head))?);
        self.head = ((usize::from(self.head) + 1) % limits::DIGITS_RECEIVED) as u8;
        self.len -= 1;
        Some(entry)
    }
}
