//! Digits to be sent, one after another.

#[cfg(feature = "info")]
use super::asking::{Asking, Out, Ways};
#[cfg(feature = "info")]
use super::lengths::LONGEST_HELD;
use super::lengths::{self, HELD, quanta};
use super::settings::Manner;
#[cfg(feature = "info")]
use super::{DigitMethod, DigitSettings};
use crate::base::limits;
use crate::media::tones::{self, Generator};
use crate::wire::dtmf::{self, Event};

/// rfc4733#2.5.1.4: the last packet is sent three times in all.
const REPEATS: u8 = 2;
/// A pause in the queue; above all events.
const PAUSE: u16 = 31;

/// The sending side's task in this quantum.
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
pub(super) enum State {
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
    /// It goes as an INFO: the voice goes on.
    #[cfg(feature = "info")]
    Info(Asking),
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
    /// The digit under way is the last of its command.
    last: bool,
    /// Commands sent to their ends, and not reported yet.
    sent: u8,
    pub(super) state: State,
    /// The digit under way lasts until its key is let go.
    #[cfg(feature = "info")]
    pub(super) held: bool,
    /// The length of the key that is held, if it is let go before its turn.
    #[cfg(feature = "info")]
    pub(super) held_ms: u16,
    /// The methods and manners of entries, and of the one that is under way.
    #[cfg(feature = "info")]
    ways: Ways,
}

const _: () = assert!(limits::DIGITS <= u32::BITS as usize);

impl DigitQueue {
    /// Nothing to send.
    pub const EMPTY: Self = Self {
        entries: [0; limits::DIGITS],
        lasts: 0,
        head: 0,
        len: 0,
        last: false,
        sent: 0,
        state: State::Idle,
        #[cfg(feature = "info")]
        held: false,
        #[cfg(feature = "info")]
        held_ms: 0,
        #[cfg(feature = "info")]
        ways: Ways::EMPTY,
    };

    /// All is sent.
    #[must_use]
    pub const fn idle(&self) -> bool {
        self.len == 0 && matches!(self.state, State::Idle)
    }

    /// The number of entries that are free.
    #[must_use]
    pub const fn room(&self) -> usize {
        limits::DIGITS - self.len as usize
    }

    /// Queues a digit; false when it is none, or when the queue is full. 0 ms is the usual length.
    pub fn digit(&mut self, digit: u8, ms: u16) -> bool {
        let Some(code) = dtmf::event_of(digit) else { return false };
        self.push(u16::from(code), quanta(ms))
    }

    /// Queues a pause; false when the queue is full.
    pub fn pause(&mut self, ms: u16) -> bool {
        self.push(PAUSE, lengths::in_quanta(ms))
    }

    /// The digit queued last ends a command.
    pub const fn end_command(&mut self) {
        if self.len > 0 {
            self.lasts |= 1 << ((self.head + self.len - 1) as usize % limits::DIGITS);
        }
    }

    /// The digit queued next belongs to the command that ended last, unless that has been sent to its end.
    pub const fn join_command(&mut self) {
        if self.len > 0 {
            self.lasts &= !(1 << ((self.head + self.len - 1) as usize % limits::DIGITS));
        } else {
            self.last = false;
        }
    }

    /// The number of commands sent to their ends since the last call.
    pub const fn take_sent(&mut self) -> u8 {
        core::mem::replace(&mut self.sent, 0)
    }

    /// No digit is under way.
    fn rest(&mut self) {
        self.state = State::Idle;
        #[cfg(feature = "info")]
        (self.held = false);
        #[cfg(feature = "info")]
        self.ways.rest();
        self.sent = self.sent.saturating_add(u8::from(core::mem::take(&mut self.last)));
    }

    pub(super) fn push(&mut self, code: u16, quanta: u16) -> bool {
        if usize::from(self.len) >= limits::DIGITS {
            return false;
        }
        let place = (usize::from(self.head) + usize::from(self.len)) % limits::DIGITS;
        self.lasts &= !(1 << place);
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = (code << 11) | quanta;
        }
        #[cfg(feature = "info")]
        self.ways.queue(place);
        self.len += 1;
        true
    }

    fn pop(&mut self) -> Option<(u16, u16)> {
        if self.len == 0 {
            return None;
        }
        let entry = *self.entries.get(usize::from(self.head))?;
        self.last = self.lasts >> self.head & 1 != 0;
        #[cfg(feature = "info")]
        self.ways.begin(self.head);
        self.head = ((usize::from(self.head) + 1) % limits::DIGITS) as u8;
        self.len -= 1;
        Some((entry >> 11, entry & HELD))
    }

    /// The manner of the digit under way.
    const fn manner(&self) -> Manner {
        #[cfg(feature = "info")]
        return self.ways.manner;
        #[cfg(not(feature = "info"))]
        Manner::USUAL
    }

    /// The silence behind the digit under way, in quanta, so that the next is not taken for the same.
    const fn gap(&self) -> u16 {
        self.manner().gap as u16
    }

    /// The entry whose turn is next goes as packets of its own.
    fn next_is_event(&self, events: bool) -> bool {
        #[cfg(feature = "info")]
        let events = events && self.ways.is_agreed_at(self.head);
        let code = self.entries.get(usize::from(self.head)).map(|entry| entry >> 11);
        events && self.len > 0 && code != Some(PAUSE)
    }

    /// One quantum. `timestamp` is its first sample's, `ticks` its length; `interval` is ptime in quanta; `boundary`:
    /// no voice packet is half full; `events`: the peer takes events.
    pub fn step(&mut self, timestamp: u32, ticks: u16, interval: u8, boundary: bool, events: bool, rate: u32) -> Step {
        if let State::Idle = self.state
            && (boundary || !self.next_is_event(events))
        {
            self.begin(timestamp, events, rate);
        }
        let Manner { gap, level: volume } = self.manner();
        let gap = u16::from(gap);
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
            #[cfg(feature = "info")]
            State::Info(asking) => {
                if asking.pass() {
                    self.rest();
                }
                Step::Voice
            }
            State::Tone { left, .. } => {
                if *left == 0 {
                    // this quantum is the first of the gap
                    self.state = State::Gap { left: gap.saturating_sub(1).max(1) };
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
                    let (event, began) = (Event { code: *code, end: false, volume, duration: 0xffff }, *timestamp);
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
                let event = Event { code: *code, end, volume, duration: *lasted };
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
                let event = Event { code: *code, end: true, volume, duration: *lasted };
                let began = *timestamp;
                if *repeats == 0 {
                    // the repetitions went in the gap
                    match gap.saturating_sub(u16::from(interval) * u16::from(REPEATS)) {
                        0 => self.rest(),
                        left => self.state = State::Gap { left },
                    }
                }
                Step::Send { event, timestamp: began, marker: false }
            }
        }
    }

    fn begin(&mut self, timestamp: u32, events: bool, rate: u32) {
        if let Some((code, quanta)) = self.pop() {
            self.enter(code, quanta, timestamp, events, rate);
        }
    }

    /// The clock is another, or the peer takes no events any more; `timestamp` is the next quantum's. An event of which
    /// nothing was sent begins anew. One that was sent in part is over, or the peer would take the rest for a digit of
    /// its own.
    pub fn renew(&mut self, timestamp: u32, events: bool, rate: u32) {
        match self.state {
            State::Event { code, left, since, first: true, .. } => {
                self.enter(code.into(), left + u16::from(since), timestamp, events, rate);
            }
            State::Event { .. } | State::End { .. } => self.state = State::Gap { left: self.gap() },
            State::Idle | State::Gap { .. } | State::Pause { .. } | State::Tone { .. } => {}
            #[cfg(feature = "info")]
            State::Info(_) => {}
        }
    }

    fn enter(&mut self, code: u16, quanta: u16, timestamp: u32, events: bool, rate: u32) {
        #[cfg(feature = "info")]
        let quanta = if quanta == HELD {
            self.held = true;
            LONGEST_HELD
        } else {
            quanta
        };
        #[cfg(feature = "info")]
        if code != PAUSE {
            let method = self.ways.send(code as u8, events);
            if method.is_info() {
                let held = self.held;
                self.state =
                    State::Info(Asking::new(code as u8, if held { None } else { Some(quanta) }, self.gap(), method));
                return;
            }
        }
        #[cfg(feature = "info")]
        let events = events && !self.ways.is_tone();
        let volume = self.manner().level;
        self.state = if code == PAUSE {
            State::Pause { left: quanta }
        } else if events {
            State::Event { code: code as u8, left: quanta, timestamp, lasted: 0, since: 0, first: true }
        } else {
            match dtmf::digit_of(code as u8).filter(|_| tones::ARE_HEARD).and_then(|digit| tones::key(digit, volume)) {
                Some(tone) => State::Tone { generator: Generator::new(tone, rate), left: quanta },
                None => State::Gap { left: quanta },
            }
        };
    }

    /// After [`Step::Tone`]: the tone's next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        if let State::Tone { generator, .. } = &mut self.state
            && tones::ARE_HEARD
        {
            generator.fill(out);
        }
    }
}

/// Entries, for keys that are held.
#[cfg(feature = "info")]
impl DigitQueue {
    /// The places of the entries that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = usize> + use<> {
        let (head, len) = (usize::from(self.head), usize::from(self.len));
        (0..len).map(move |nth| (head + nth) % limits::DIGITS)
    }

    pub(super) fn is_held_at(&self, place: usize) -> bool {
        self.entries.get(place).is_some_and(|entry| entry & HELD == HELD)
    }

    /// The length of the entry there; 0 ms is the usual one.
    pub(super) fn set_length(&mut self, place: usize, ms: u16) {
        if let Some(entry) = self.entries.get_mut(place) {
            *entry = *entry & !HELD | quanta(ms);
        }
    }
}

/// Digits that go as INFO, and what becomes of each digit.
#[cfg(feature = "info")]
impl DigitQueue {
    /// The method, the gap and the level of the entries queued from now on; what is not given is as usual.
    pub fn choose(&mut self, settings: &DigitSettings) {
        self.ways.chosen = (settings.method.unwrap_or_default(), Manner::of(settings));
    }

    /// That method.
    #[must_use]
    pub const fn chosen(&self) -> DigitMethod {
        self.ways.chosen.0
    }

    /// A digit is to leave as an INFO now.
    #[must_use]
    pub const fn owes_info(&self) -> bool {
        matches!(&self.state, State::Info(asking) if asking.is_owed())
    }

    /// That digit, with its length in milliseconds; its INFO is on its way then.
    pub fn take_info(&mut self) -> Option<(u8, u16, DigitMethod)> {
        let State::Info(asking) = &mut self.state else { return None };
        asking.take()
    }

    /// The INFO could not leave: it is owed again in a while. False: it was tried often enough.
    pub const fn put_back(&mut self) -> bool {
        match &mut self.state {
            State::Info(asking) => asking.put_back(),
            _ => true,
        }
    }

    /// The INFO on its way has been taken by the far end.
    pub const fn answered(&mut self) {
        if let State::Info(asking) = &mut self.state {
            asking.answer();
        }
    }

    /// The INFO on its way has failed: what is left of its command goes with it.
    pub fn refused(&mut self) {
        if !matches!(self.state, State::Info(_)) {
            return;
        }
        while !self.last && self.pop().is_some() {}
        self.last = false;
        self.ways.forget();
        self.state = State::Gap { left: self.gap() };
    }

    /// The present step, or the next one, needs no media that could be sent.
    #[must_use]
    pub const fn goes_beside_media(&self) -> bool {
        match self.state {
            State::Info(_) => true,
            State::Idle => self.len > 0 && self.ways.is_info_at(self.head),
            State::Gap { .. } | State::Pause { .. } => self.ways.is_info(),
            _ => false,
        }
    }

    /// A digit under way, or one that waits, goes as media.
    #[must_use]
    pub fn needs_media(&self) -> bool {
        let under_way = !matches!(self.state, State::Idle | State::Info(_)) && !self.ways.is_info();
        under_way || self.waiting().any(|place| !self.ways.is_info_at(place as u8))
    }

    /// A digit has left since the last call, or its end came: the latest, its method, and the number of entries behind
    /// it.
    pub const fn take_out(&mut self) -> Option<(Out, u8)> {
        match self.ways.take_out() {
            Some(out) => Some((out, self.len)),
            None => None,
        }
    }

    /// There is one.
    #[must_use]
    pub const fn has_out(&self) -> bool {
        self.ways.has_out()
    }
}
