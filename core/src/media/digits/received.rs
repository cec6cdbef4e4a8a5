//! The events that the peer sends: which packets are one press of a key.
//!
//! RFC 4733 tells presses apart by their timestamps alone. Gateways and telephones move the timestamp with each packet
//! of a press, or keep one for all presses; so the event, its duration, its end and the marker are compared too.

use super::{DigitMethod, HeardDigits};
use crate::base::divide::divide;
use crate::base::time::{Duration, Instant};
use crate::wire::dtmf::{self, Event};

/// rfc4733#2.5.2.2: an event without further packets lasts no longer than three packet times.
const LAST_PACKETS: u64 = 3;
/// Packet times that this is reckoned with, in milliseconds: below, a network's usual jitter would cut a digit short;
/// above (rfc4733#2.5.1.2 recommends 50 ms) packets were lost between the two that show it.
const PACKET_MS: (u64, u64) = (20, 60);
/// ITU-T Q.24: no press is shorter, in milliseconds, so no two of a key begin closer together.
const SHORTEST_MS: u32 = 40;
/// The milliseconds by which a moved timestamp and a grown duration may differ: a packet time.
const STEP_MS: u32 = 20;
/// rfc4733#2.5.1.3: the longest duration of a segment; the next one begins where it ends.
const SEGMENT: u16 = 0xffff;
/// A duration that falls from above the first to below the second has run over, where a segment should have begun.
const RAN_OVER: (u16, u16) = (0xf000, 0x1000);

/// A packet with an event.
#[derive(Clone, Copy, Debug)]
pub struct EventPacket {
    /// Its sequence number, with cycles above.
    pub sequence: u32,
    /// Its timestamp.
    pub timestamp: u32,
    /// Its marker.
    pub marker: bool,
    /// The clock of its timestamp and duration.
    pub clock: u32,
    /// Its payload.
    pub event: Event,
}

/// A packet, beside the press that is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// Of the same press.
    Same,
    /// The next segment of the same press.
    Segment,
    /// Of another press.
    Another,
}

/// The press that is on, or was last.
#[derive(Clone, Copy, Debug)]
pub struct EventReceiver {
    sequence: u32,
    /// Timestamp of the packet that came last.
    timestamp: u32,
    /// Ticks before those of the duration: of segments, or of packets that have a timestamp each.
    before: u32,
    /// Ticks of the segment, as far as reported.
    lasted: u16,
    /// The least by which it grew from a packet to the next: the packet time.
    step: u16,
    code: u8,
    /// An event is on.
    on: bool,
    /// The event is over, and its end came.
    ended: bool,
    /// An event is known (it is on, or was last).
    known: bool,
    clock: u32,
    heard_at: Instant,
}

impl EventReceiver {
    /// None came.
    pub const EMPTY: Self = Self {
        sequence: 0,
        timestamp: 0,
        before: 0,
        lasted: 0,
        step: 0,
        code: 0,
        on: false,
        ended: false,
        known: false,
        clock: 1000,
        heard_at: Instant::ZERO,
    };

    /// The source began anew: an event that is on is over, and old timestamps mean nothing any more.
    pub fn restart(&mut self, now: Instant, heard: &mut HeardDigits) {
        self.finish(now, heard);
        self.known = false;
    }

    /// The far end has sent an event.
    #[must_use]
    pub const fn known(&self) -> bool {
        self.known
    }

    /// A packet with an event.
    pub fn handle(&mut self, now: Instant, packet: &EventPacket, heard: &mut HeardDigits) {
        let (event, known) = (packet.event, core::mem::replace(&mut self.known, true));
        if known && packet.sequence.wrapping_sub(self.sequence) as i32 <= 0 {
            // it was overtaken: a later one has told more, but the press goes on
            self.heard_at = now;
            return;
        }
        self.clock = packet.clock.max(1000);
        match if known { self.standing(packet) } else { Standing::Another } {
            Standing::Same => {
                if event.duration == self.lasted && !event.end {
                    // a piece of the press, with a timestamp of its own
                    self.before = self.before.saturating_add(packet.timestamp.wrapping_sub(self.timestamp));
                }
            }
            Standing::Segment => {
                let moved = packet.timestamp.wrapping_sub(self.timestamp);
                self.before = self.before.saturating_add(if moved == 0 { SEGMENT.into() } else { moved });
                self.lasted = 0;
            }
            Standing::Another => {
                self.finish(now, heard);
                (self.before, self.lasted, self.step) = (0, 0, u16::MAX);
                (self.code, self.on, self.ended) = (event.code, true, false);
                if let Some(digit) = dtmf::digit_of(event.code).filter(|_| !event.end) {
                    heard.begin(now, digit, DigitMethod::Events);
                }
            }
        }
        (self.sequence, self.timestamp) = (packet.sequence, packet.timestamp);
        let grown = event.duration.saturating_sub(self.lasted);
        if grown > 0 {
            self.step = self.step.min(grown);
        }
        self.lasted = self.lasted.max(event.duration);
        if !self.on {
            return; // it was given up and told
        }
        self.heard_at = now;
        if event.end {
            self.finish(now, heard);
            // as its repetitions will say
            (self.ended, self.lasted) = (true, event.duration);
        }
    }

    /// A packet that was sent later than all before: its press.
    fn standing(&self, packet: &EventPacket) -> Standing {
        let event = packet.event;
        let begins = packet.marker && !event.end && !self.on;
        if event.code != self.code || begins {
            return Standing::Another;
        }
        let moved = packet.timestamp.wrapping_sub(self.timestamp);
        let ran_over = moved == 0 && self.lasted >= RAN_OVER.0 && event.duration < RAN_OVER.1;
        // some end a segment before its duration is full, with the packet that is the last to find room
        let ends_early = self.lasted >= RAN_OVER.0
            && moved <= SEGMENT.into()
            && moved >= self.lasted.into()
            && event.duration <= self.lasted;
        if !packet.marker && (moved == SEGMENT.into() || ran_over || ends_early && self.on) {
            return Standing::Segment;
        }
        // two presses of a key do not overlap, so a timestamp within a press is of that press
        let overlaps = moved <= u32::from(self.lasted).max(self.ticks(SHORTEST_MS));
        let its_end = self.on && event.end && !packet.marker;
        if event.duration < self.lasted {
            return if its_end && overlaps { Standing::Same } else { Standing::Another };
        }
        let in_step = moved.abs_diff(u32::from(event.duration - self.lasted)) <= self.ticks(STEP_MS);
        let repeats = event.end && event.duration == self.lasted;
        if moved == 0 || overlaps && (!packet.marker || repeats) || in_step && !self.ended {
            Standing::Same
        } else {
            Standing::Another
        }
    }

    const fn ticks(&self, ms: u32) -> u32 {
        self.clock / 1000 * ms
    }

    /// A voice packet: voice from behind an event ends it. `clock` is the codec's; timestamps of another clock cannot
    /// be compared.
    pub fn voice(&mut self, now: Instant, timestamp: u32, clock: u32, heard: &mut HeardDigits) {
        if self.on
            && clock == self.clock
            && timestamp.wrapping_sub(self.timestamp) < 1 << 31
            && timestamp.wrapping_sub(self.timestamp) >= u32::from(self.lasted).max(1)
        {
            self.finish(now, heard);
        }
    }

    /// The time at which the event is given up; [`Instant::NEVER`] if none is on.
    #[must_use]
    pub fn next_timeout(&self) -> Instant {
        let (least, most) = PACKET_MS;
        let packet_ms = divide(u64::from(self.step) * 1000, self.clock).0.clamp(least, most);
        if self.on { self.heard_at + Duration::from_millis(LAST_PACKETS * packet_ms) } else { Instant::NEVER }
    }

    /// Ends an event without further packets.
    pub fn handle_timeout(&mut self, now: Instant, heard: &mut HeardDigits) {
        if self.on && now >= self.next_timeout() {
            self.finish(now, heard);
        }
    }

    fn finish(&mut self, now: Instant, heard: &mut HeardDigits) {
        if !core::mem::take(&mut self.on) {
            return;
        }
        let Some(digit) = dtmf::digit_of(self.code) else { return };
        let ticks = u64::from(self.before) + u64::from(self.lasted);
        let ms = divide(ticks * 1000, self.clock).0.min(u64::from(u16::MAX)) as u16;
        heard.end(now, digit, ms, DigitMethod::Events);
    }
}
