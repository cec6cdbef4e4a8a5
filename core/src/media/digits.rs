//! Digits: those waiting to be sent, and the events that the peer sends (RFC 4733).

use super::tones::{self, Generator};
use crate::base::limits;
use crate::base::time::{Duration, Instant};
use crate::wire::dtmf::{self, Event};

#[cfg(test)]
mod tests;

/// The length of a digit that was given none.
const USUAL_MS: u16 = 160;
/// ITU-T Q.24: shorter may not be heard.
const SHORTEST_MS: u16 = 40;
/// The longest that an entry of the queue can tell: 20 s.
const LONGEST: u16 = 0x7ff;
/// Silence behind a digit, in quanta, so that the next is not taken for the same.
const GAP: u16 = 5;
/// rfc4733#2.5.1.4: the last packet is sent three times in all.
const REPEATS: u8 = 2;
/// A pause in the queue; above all events.
const PAUSE: u16 = 31;
/// Volume told with events, in -dBm0.
const VOLUME: u8 = 10;
/// rfc4733#2.5.2.2: an event of which nothing more comes lasts no longer than three packet times.
const LAST_PACKETS: u64 = 3;
/// Packet times that this is reckoned with, in milliseconds: below, a network's usual jitter would cut a digit short;
/// above (rfc4733#2.5.1.2 recommends 50 ms) packets were lost between the two that tell it.
const PACKET_MS: (u64, u64) = (20, 60);

/// What the sending side does in this quantum.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The voice goes.
    Voice,
    /// Silence goes.
    Silence,
    /// This key's tone goes, as voice.
    Tone,
    /// An event is on, and nothing is due.
    Wait,
    /// An event packet goes.
    Send {
        /// Its payload.
        event: Event,
        /// Its timestamp.
        timestamp: u32,
        /// It is the first of its event.
        marker: bool,
    },
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Gap {
        left: u16,
    },
    /// Asked for between digits: the voice goes on meanwhile.
    Pause {
        left: u16,
    },
    Tone {
        generator: Generator,
        left: u16,
    },
    Event {
        code: u8,
        left: u16,
        timestamp: u32,
        lasted: u16,
        since: u8,
        first: bool,
    },
    End {
        code: u8,
        timestamp: u32,
        lasted: u16,
        since: u8,
        repeats: u8,
    },
}

/// Digits waiting to be sent, and the one being sent.
#[derive(Clone, Copy, Debug)]
pub struct DigitQueue {
    /// Five bits of event, eleven of length in 10 ms.
    entries: [u16; limits::DIGITS],
    /// A bit an entry: it is the last of its command.
    lasts: u32,
    head: u8,
    len: u8,
    /// What is being sent is the last of its command.
    last: bool,
    /// Commands sent to their ends, and not told yet.
    sent: u8,
    state: State,
}

const _: () = assert!(limits::DIGITS <= u32::BITS as usize);

impl DigitQueue {
    /// Nothing to send.
    pub const EMPTY: Self =
        Self { entries: [0; limits::DIGITS], lasts: 0, head: 0, len: 0, last: false, sent: 0, state: State::Idle };

    /// All is sent.
    #[must_use]
    pub const fn idle(&self) -> bool {
        self.len == 0 && matches!(self.state, State::Idle)
    }

    /// How many more it takes.
    #[must_use]
    pub const fn room(&self) -> usize {
        limits::DIGITS - self.len as usize
    }

    /// Queues a digit; false when it is none, or when the queue is full. 0 ms is the usual length.
    pub fn digit(&mut self, digit: u8, ms: u16) -> bool {
        let Some(code) = dtmf::event_of(digit) else { return false };
        let ms = if ms == 0 { USUAL_MS } else { ms.max(SHORTEST_MS) };
        self.push(u16::from(code), ms)
    }

    /// Queues a pause; false when the queue is full.
    pub fn pause(&mut self, ms: u16) -> bool {
        self.push(PAUSE, ms)
    }

    /// What was queued last ends a command.
    pub const fn end_command(&mut self) {
        if self.len > 0 {
            self.lasts |= 1 << ((self.head + self.len - 1) as usize % limits::DIGITS);
        }
    }

    /// What is queued next belongs to the command that ended last, unless that has been sent to its end.
    pub const fn join_command(&mut self) {
        if self.len > 0 {
            self.lasts &= !(1 << ((self.head + self.len - 1) as usize % limits::DIGITS));
        } else {
            self.last = false;
        }
    }

    /// How many commands were sent to their ends since this was asked last.
    pub const fn take_sent(&mut self) -> u8 {
        core::mem::replace(&mut self.sent, 0)
    }

    /// Nothing of what was begun is left to do.
    fn rest(&mut self) {
        self.state = State::Idle;
        self.sent = self.sent.saturating_add(u8::from(core::mem::take(&mut self.last)));
    }

    fn push(&mut self, code: u16, ms: u16) -> bool {
        if usize::from(self.len) >= limits::DIGITS {
            return false;
        }
        let place = (usize::from(self.head) + usize::from(self.len)) % limits::DIGITS;
        self.lasts &= !(1 << place);
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = (code << 11) | ms.div_ceil(10).min(LONGEST);
        }
        self.len += 1;
        true
    }

    fn pop(&mut self) -> Option<(u16, u16)> {
        if self.len == 0 {
            return None;
        }
        let entry = *self.entries.get(usize::from(self.head))?;
        self.last = self.lasts >> self.head & 1 != 0;
        self.head = ((usize::from(self.head) + 1) % limits::DIGITS) as u8;
        self.len -= 1;
        Some((entry >> 11, entry & LONGEST))
    }

    /// One quantum. `timestamp` is its first sample's, `ticks` its length; `interval` is ptime in quanta; `boundary`:
    /// no voice packet is half full; `events`: the peer takes events.
    pub fn step(&mut self, timestamp: u32, ticks: u16, interval: u8, boundary: bool, events: bool, rate: u32) -> Step {
        if let State::Idle = self.state
            && boundary
        {
            self.begin(timestamp, events, rate);
        }
        match &mut self.state {
            State::Idle => Step::Voice,
            State::Gap { left } => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.rest();
                }
                Step::Silence
            }
            State::Pause { left } => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.rest();
                }
                Step::Voice
            }
            State::Tone { left, .. } => {
                if *left == 0 {
                    self.state = State::Gap { left: GAP };
                    return Step::Silence;
                }
                *left -= 1;
                Step::Tone
            }
            State::Event { code, left, timestamp, lasted, since, first } => {
                *left = left.saturating_sub(1);
                *since += 1;
                if u32::from(*lasted) + u32::from(ticks) > 0xffff {
                    // rfc4733#2.5.1.3: the duration is full; a new segment begins where this one ends, without marker
                    let (event, began) =
                        (Event { code: *code, end: false, volume: VOLUME, duration: 0xffff }, *timestamp);
                    *timestamp = timestamp.wrapping_add(0xffff);
                    *lasted = (u32::from(*lasted) + u32::from(ticks) - 0xffff) as u16;
                    *since = 0;
                    return Step::Send { event, timestamp: began, marker: false };
                }
                *lasted += ticks;
                let end = *left == 0;
                if !end && *since < interval {
                    return Step::Wait;
                }
                // rfc4733#2.2.2: the marker is for the beginning of an event
                let marker = core::mem::take(first);
                *since = 0;
                let event = Event { code: *code, end, volume: VOLUME, duration: *lasted };
                let began = *timestamp;
                if end {
                    self.state = State::End {
                        code: event.code,
                        timestamp: began,
                        lasted: event.duration,
                        since: 0,
                        repeats: REPEATS,
                    };
                }
                Step::Send { event, timestamp: began, marker }
            }
            State::End { code, timestamp, lasted, since, repeats } => {
                *since += 1;
                if *since < interval {
                    return Step::Wait;
                }
                *since = 0;
                *repeats = repeats.saturating_sub(1);
                let event = Event { code: *code, end: true, volume: VOLUME, duration: *lasted };
                let began = *timestamp;
                if *repeats == 0 {
                    self.state =
                        State::Gap { left: GAP.saturating_sub(u16::from(interval) * u16::from(REPEATS)).max(1) };
                }
                Step::Send { event, timestamp: began, marker: false }
            }
        }
    }

    fn begin(&mut self, timestamp: u32, events: bool, rate: u32) {
        let Some((code, quanta)) = self.pop() else { return };
        self.state = if code == PAUSE {
            State::Pause { left: quanta }
        } else if events {
            State::Event { code: code as u8, left: quanta, timestamp, lasted: 0, since: 0, first: true }
        } else {
            match dtmf::digit_of(code as u8).and_then(tones::key) {
                Some(tone) => State::Tone { generator: Generator::new(tone, rate), left: quanta },
                None => State::Gap { left: quanta },
            }
        };
    }

    /// After [`Step::Tone`]: the tone's next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        if let State::Tone { generator, .. } = &mut self.state {
            generator.fill(out);
        }
    }
}

/// The events that the peer sends: each digit is told once.
#[derive(Clone, Copy, Debug)]
pub struct EventReceiver {
    /// Timestamp of the segment on.
    timestamp: u32,
    /// Ticks of the segments before it.
    before: u32,
    /// Ticks of the segment, as far as told.
    lasted: u16,
    /// The least by which it grew from a packet to the next: the packet time.
    step: u16,
    code: u8,
    /// Something is on.
    on: bool,
    /// A timestamp is known (of what is on, or was last).
    known: bool,
    clock: u32,
    heard_at: Instant,
    digits: [u8; limits::DIGITS_RECEIVED],
    /// How many milliseconds each lasted.
    lengths: [u16; limits::DIGITS_RECEIVED],
    /// When each was over: the low bits of its milliseconds.
    over: [u32; limits::DIGITS_RECEIVED],
    head: u8,
    len: u8,
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
        clock: 8000,
        heard_at: Instant::ZERO,
        digits: [0; limits::DIGITS_RECEIVED],
        lengths: [0; limits::DIGITS_RECEIVED],
        over: [0; limits::DIGITS_RECEIVED],
        head: 0,
        len: 0,
    };

    /// The source began anew: what is on is over, timestamps mean nothing any more.
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
                return; // from before what is known: told, or given up
            }
            if ahead == 0 && !self.on {
                return; // rfc4733#2.5.1.4: the last packet again, or one that came when the event was given up and told
            }
            // rfc4733#2.5.2.3: the same event, without marker, where a full segment ended, goes on
            let segment = event.code == self.code && !marker && ahead == 0xffff;
            if segment && !self.on {
                self.timestamp = timestamp; // it was given up and told
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

    /// A voice packet: voice from behind an event ends it.
    pub fn voice(&mut self, now: Instant, timestamp: u32) {
        if self.on
            && timestamp.wrapping_sub(self.timestamp) < 1 << 31
            && timestamp.wrapping_sub(self.timestamp) >= u32::from(self.lasted).max(1)
        {
            self.finish(now);
        }
    }

    /// When the event is given up; [`Instant::NEVER`] if none is on.
    #[must_use]
    pub fn next_timeout(&self) -> Instant {
        let (least, most) = PACKET_MS;
        let packet_ms = (u64::from(self.step) * 1000 / u64::from(self.clock)).clamp(least, most);
        if self.on { self.heard_at + Duration::from_millis(LAST_PACKETS * packet_ms) } else { Instant::NEVER }
    }

    /// Ends an event of which nothing more came.
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
        }
        let place = (usize::from(self.head) + usize::from(self.len)) % capacity;
        if let (Some(entry), Some(length), Some(over)) =
            (self.digits.get_mut(place), self.lengths.get_mut(place), self.over.get_mut(place))
        {
            (*entry, *length, *over) = (digit, ms, now.millis() as u32);
        }
        self.len += 1;
    }

    /// A digit waits.
    #[must_use]
    pub const fn has_digit(&self) -> bool {
        self.len > 0
    }

    /// When the digit that waits longest was over; `now` is the latest time that is known.
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
