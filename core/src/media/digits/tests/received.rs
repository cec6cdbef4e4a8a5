//! Events that come: of peers that keep RFC 4733, and of those that do not.

use super::*;
use crate::base::time::Instant;
use std::vec::Vec;

const TOLD: Event = Event { code: 2, end: false, volume: 10, duration: 400 };

/// A receiver, and the packets that it is given in sequence.
struct Ear {
    receiver: EventReceiver,
    heard: HeardDigits,
    sequence: u32,
    now: Instant,
}

impl Ear {
    fn new() -> Self {
        let (receiver, heard) = (EventReceiver::EMPTY, HeardDigits::EMPTY);
        Self { receiver, heard, sequence: 100, now: Instant::ZERO }
    }

    fn packet(&mut self, sequence: u32, timestamp: u32, marker: bool, event: Event) {
        let packet = EventPacket { sequence, timestamp, marker, clock: 8000, event };
        self.receiver.handle(self.now, &packet, &mut self.heard);
    }

    fn next(&mut self, timestamp: u32, marker: bool, event: Event) {
        self.sequence += 1;
        self.packet(self.sequence, timestamp, marker, event);
    }

    fn pass(&mut self, ms: u64) {
        self.now = Instant::from_millis(self.now.millis() + ms);
        self.receiver.handle_timeout(self.now, &mut self.heard);
    }

    fn poll(&mut self) -> Option<(u8, u16)> {
        self.heard.poll(self.now).map(|(digit, _)| (digit.digit, digit.ms))
    }

    fn told(&mut self) -> Vec<(u8, u16)> {
        core::iter::from_fn(|| self.poll()).collect()
    }
}

/// A peer's habits; those of RFC 4733 by default.
#[derive(Clone, Copy, Default)]
struct Habit {
    /// Its timestamp moves with each packet of a press.
    moves: bool,
    /// Its timestamp moves with the end's repetitions too.
    end_moves: bool,
    /// It has one timestamp for all presses.
    one_timestamp: bool,
    /// The marker: at the beginning (`None`), never, always.
    marker: Option<bool>,
    /// All durations are a packet's.
    pieces: bool,
    /// The first packet says that the event has lasted for nothing.
    from_zero: bool,
    /// Packet time in milliseconds.
    packet_ms: u32,
    /// Each so-manieth packet is lost, from the given one on; 0: none.
    loses: (u32, u32),
    /// No end ever comes.
    no_end: bool,
}

/// Presses of 160 ms, 60 ms apart, as a peer of such habits sends them.
fn press(ear: &mut Ear, habit: Habit, keys: &[u8], start: u32) {
    let step = habit.packet_ms * 8;
    let (mut clock, mut count) = (start, 0);
    for key in keys {
        let began = clock;
        let packets = 1280 / step;
        for nth in 0..packets + 3 {
            let ends = nth >= packets;
            let whole = if habit.from_zero { nth * step } else { (nth + 1) * step };
            let duration = if habit.pieces { step } else { whole.min(packets * step) };
            let moved = if ends && !habit.end_moves { packets * step } else { nth * step };
            let timestamp = match habit {
                Habit { one_timestamp: true, .. } => start,
                Habit { moves: true, .. } => began.wrapping_add(moved),
                _ => began,
            };
            let event = Event { code: *key, end: ends, volume: 10, duration: duration as u16 };
            count += 1;
            ear.sequence += 1;
            let lost = habit.loses.0 > 0 && count % habit.loses.0 == habit.loses.1;
            if !(lost || ends && habit.no_end) {
                let marker = habit.marker.unwrap_or(nth == 0);
                ear.packet(ear.sequence, timestamp, marker, event);
            }
            ear.pass(if ends { 0 } else { habit.packet_ms.into() });
        }
        ear.pass(60);
        clock = clock.wrapping_add(1280 + 480);
    }
    ear.pass(1000);
}

const KEYS: [u8; 6] = [5, 5, 5, 11, 0, 0];
const ONCE_EACH: &[u8] = b"555#00";

fn heard_of(habit: Habit) -> Vec<(u8, u16)> {
    let mut ear = Ear::new();
    press(&mut ear, habit, &KEYS, u32::MAX - 3000);
    ear.told()
}

#[test]
fn every_habit_has_each_press_once() {
    let mut tried = 0;
    for packet_ms in [10, 20, 40, 50] {
        for (moves, end_moves, one_timestamp) in
            [(false, false, false), (true, false, false), (true, true, false), (false, false, true)]
        {
            for (marker, from_zero, pieces) in [
                (None, false, false),
                (None, true, false),
                (None, false, true),
                (Some(false), false, false),
                (Some(false), true, false),
                (Some(true), false, false),
            ] {
                if pieces && one_timestamp {
                    continue; // nothing but the marker tells the presses apart: a test of its own
                }
                let habit =
                    Habit { moves, end_moves, one_timestamp, marker, from_zero, pieces, packet_ms, ..Habit::default() };
                let told = heard_of(habit);
                let digits: Vec<u8> = told.iter().map(|digit| digit.0).collect();
                let text =
                    std::format!("{packet_ms} {moves} {end_moves} {one_timestamp} {marker:?} {from_zero} {pieces}");
                assert_eq!(digits, ONCE_EACH, "{text}: {told:?}");
                if !pieces || moves {
                    assert!(told.iter().all(|digit| (100..=200).contains(&digit.1)), "{text}: {told:?}");
                }
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 92);
}

#[test]
fn every_habit_has_each_press_once_though_packets_are_lost() {
    for (moves, one_timestamp) in [(false, false), (true, false), (false, true)] {
        for every in [3, 4, 5, 7] {
            for from in 0..every {
                let loses = (every, from);
                let habit = Habit { moves, one_timestamp, packet_ms: 20, loses, ..Habit::default() };
                let told = heard_of(habit);
                let digits: Vec<u8> = told.iter().map(|digit| digit.0).collect();
                assert_eq!(digits, ONCE_EACH, "{moves} {one_timestamp} {loses:?}: {told:?}");
            }
        }
        let habit = Habit { moves, one_timestamp, packet_ms: 20, no_end: true, ..Habit::default() };
        assert!(heard_of(habit).iter().map(|digit| digit.0).eq(ONCE_EACH.iter().copied()), "{moves} {one_timestamp}");
    }
}

#[test]
fn one_timestamp_and_one_duration_are_told_apart_by_the_marker_behind_an_end() {
    let habit = Habit { one_timestamp: true, pieces: true, packet_ms: 20, ..Habit::default() };
    assert!(heard_of(habit).iter().map(|digit| digit.0).eq(ONCE_EACH.iter().copied()));
}

#[test]
fn packets_overtaken_do_not_shorten_or_repeat() {
    let mut ear = Ear::new();
    ear.packet(2, 100, true, Event { duration: 800, ..TOLD });
    ear.packet(1, 100, true, TOLD);
    ear.packet(4, 100, false, Event { duration: 1200, end: true, ..TOLD });
    assert_eq!(ear.poll(), Some((b'2', 150)));
    ear.packet(3, 100, false, Event { duration: 900, ..TOLD });
    ear.packet(0, 50, true, Event { end: true, ..TOLD });
    assert_eq!((ear.poll(), ear.receiver.next_timeout()), (None, Instant::NEVER));
}

#[test]
fn timestamps_and_sequences_wrap() {
    let mut ear = Ear::new();
    ear.packet(u32::MAX, u32::MAX - 10, true, Event { end: true, ..TOLD });
    ear.packet(0, 900, true, Event { end: true, ..TOLD });
    assert_eq!(ear.told().len(), 2);
}

#[test]
fn a_new_source_begins_anew() {
    let mut ear = Ear::new();
    ear.next(50_000, true, TOLD);
    ear.receiver.restart(Instant::ZERO, &mut ear.heard);
    ear.packet(3, 100, true, Event { code: 3, end: true, ..TOLD });
    assert_eq!(ear.told(), [(b'2', 50), (b'3', 50)]);
}

#[test]
fn events_that_are_no_digits_are_not_told() {
    let mut ear = Ear::new();
    ear.next(0, true, Event { code: 36, ..TOLD });
    assert!(ear.heard.poll_begun(Instant::ZERO).is_none());
    // rfc4733#2.5.2.1: an event that we did not declare is not taken: a flash
    ear.next(20_000, true, Event { code: 16, end: true, ..TOLD });
    assert_eq!(ear.poll(), None);
}

#[test]
fn a_held_key_is_told_as_begun_and_its_end_with_its_length() {
    let mut ear = Ear::new();
    ear.next(100, true, Event { duration: 160, ..TOLD });
    assert_eq!(ear.heard.poll_begun(ear.now), Some((b'2', DigitMethod::Events, Instant::ZERO)));
    // rfc4733#2.5.1.3, and a peer that lets its duration run over instead
    for segments in [true, false] {
        let mut ear = Ear::new();
        for nth in 1..=600u32 {
            let (whole, end) = (nth * 160, nth == 600);
            let (timestamp, duration) =
                if segments { (100 + whole / 0xffff * 0xffff, whole % 0xffff) } else { (100, whole & 0xffff) };
            ear.next(timestamp, nth == 1, Event { duration: duration as u16, end, ..TOLD });
            ear.pass(20);
        }
        let told = ear.told();
        assert!(matches!(told[..], [(b'2', 11_999..=12_000)]), "{told:?}");
    }
}

#[test]
fn a_segment_that_ends_before_its_duration_is_full_is_of_the_same_press() {
    // 409 packets of 160 make 65,440, and the next finds no room
    let mut ear = Ear::new();
    for nth in 1..=600u32 {
        let (whole, end) = (nth * 160, nth == 600);
        let segment = (whole - 1) / 65_440 * 65_440;
        ear.next(100 + segment, nth == 1, Event { duration: (whole - segment) as u16, end, ..TOLD });
        ear.pass(20);
    }
    assert_eq!(ear.told(), [(b'2', 12_000)]);
}

#[test]
fn an_end_that_says_less_is_an_end_all_the_same() {
    for duration in [0, 800] {
        let mut ear = Ear::new();
        for nth in 1..=8 {
            ear.next(100, nth == 1, Event { duration: nth * 160, ..TOLD });
        }
        for _ in 0..3 {
            ear.next(100, false, Event { duration, end: true, ..TOLD });
        }
        assert_eq!(ear.told(), [(b'2', 160)]);
    }
}

#[test]
fn an_event_without_an_end_is_over_three_packet_times_after_its_last_packet() {
    // rfc4733#2.5.2.2
    let at = |ms: u16| Instant::from_millis(ms.into());
    for (packet_ms, waits) in [(10, 60), (20, 60), (30, 90), (50, 150), (100, 180)] {
        let mut ear = Ear::new();
        for nth in 1..=5u16 {
            ear.now = at(nth * packet_ms);
            ear.next(100, nth == 1, Event { duration: nth * packet_ms * 8, ..TOLD });
        }
        let last = 5 * packet_ms;
        assert_eq!(ear.receiver.next_timeout(), at(last + waits), "{packet_ms}");
        ear.pass(u64::from(waits) - 1);
        assert_eq!(ear.poll(), None);
        ear.pass(1);
        assert_eq!(ear.poll(), Some((b'2', last)));
        // its end comes late, three times
        ear.pass(300);
        for _ in 0..3 {
            ear.next(100, false, Event { duration: 6 * packet_ms * 8, end: true, ..TOLD });
        }
        assert_eq!((ear.poll(), ear.receiver.next_timeout()), (None, Instant::NEVER));
    }
}

#[test]
fn a_lost_packet_does_not_make_the_packet_time_longer() {
    let mut ear = Ear::new();
    for (ms, duration) in [(20, 160), (40, 320), (100, 800)] {
        ear.now = Instant::from_millis(ms);
        ear.next(100, false, Event { duration, ..TOLD });
    }
    assert_eq!(ear.receiver.next_timeout(), Instant::from_millis(160));
}

#[test]
fn a_segment_of_an_event_that_was_given_up_does_not_tell_it_again() {
    // rfc4733#2.5.2.3
    let mut ear = Ear::new();
    ear.next(100, true, Event { duration: 0xffff, ..TOLD });
    ear.pass(180);
    assert_eq!(ear.poll(), Some((b'2', 8191)));
    for (timestamp, end) in [(100 + 0xffff, false), (100 + 0xffff, true), (100 + 2 * 0xffff, true)] {
        ear.next(timestamp, false, Event { end, ..TOLD });
        assert_eq!(ear.poll(), None);
    }
    // the next press is another digit
    ear.next(200_000, true, Event { end: true, ..TOLD });
    assert_eq!(ear.poll(), Some((b'2', 50)));
}
