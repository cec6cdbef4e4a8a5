#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

const TOLD: Event = Event { code: 2, end: false, volume: 10, duration: 400 };

fn handle(receiver: &mut EventReceiver, timestamp: u32, marker: bool, event: Event) {
    receiver.handle(Instant::ZERO, timestamp, marker, 8000, &event.bytes());
}

#[test]
fn packets_overtaken_do_not_shorten_or_repeat() {
    let mut receiver = EventReceiver::EMPTY;
    handle(&mut receiver, 100, true, Event { duration: 800, ..TOLD });
    handle(&mut receiver, 100, true, TOLD);
    handle(&mut receiver, 100, false, Event { duration: 1200, end: true, ..TOLD });
    assert_eq!(receiver.poll(), Some((b'2', 150)));
    handle(&mut receiver, 100, false, Event { duration: 900, ..TOLD });
    handle(&mut receiver, 50, true, Event { end: true, ..TOLD });
    assert_eq!((receiver.poll(), receiver.next_timeout()), (None, Instant::NEVER));
}

#[test]
fn the_same_key_twice_is_two_digits() {
    let mut receiver = EventReceiver::EMPTY;
    for timestamp in [0, 2000] {
        handle(&mut receiver, timestamp, true, Event { end: true, ..TOLD });
    }
    assert_eq!((receiver.poll(), receiver.poll(), receiver.poll()), (Some((b'2', 50)), Some((b'2', 50)), None));
}

#[test]
fn timestamps_wrap() {
    let mut receiver = EventReceiver::EMPTY;
    handle(&mut receiver, u32::MAX - 10, true, Event { end: true, ..TOLD });
    handle(&mut receiver, 900, true, Event { end: true, ..TOLD });
    assert!(receiver.poll().is_some() && receiver.poll().is_some());
}

#[test]
fn a_new_source_begins_anew() {
    let mut receiver = EventReceiver::EMPTY;
    handle(&mut receiver, 50_000, true, TOLD);
    receiver.restart(Instant::ZERO);
    handle(&mut receiver, 100, true, Event { code: 3, end: true, ..TOLD });
    assert_eq!((receiver.poll(), receiver.poll()), (Some((b'2', 50)), Some((b'3', 50))));
}

#[test]
fn events_that_are_no_digits_are_not_told() {
    let mut receiver = EventReceiver::EMPTY;
    handle(&mut receiver, 0, true, Event { code: 36, end: true, ..TOLD });
    receiver.handle(Instant::ZERO, 9000, true, 8000, &[1, 2, 3]);
    // rfc4733#2.5.2.1: nor is what we did not say we take: a flash
    handle(&mut receiver, 20_000, true, Event { code: 16, end: true, ..TOLD });
    assert_eq!(receiver.poll(), None);
}

#[test]
fn digits_that_nobody_fetches_push_out_the_oldest() {
    let mut receiver = EventReceiver::EMPTY;
    for code in 0..10u8 {
        handle(&mut receiver, u32::from(code) * 5000, true, Event { code, end: true, ..TOLD });
    }
    let told: std::vec::Vec<u8> = core::iter::from_fn(|| receiver.poll()).map(|digit| digit.0).collect();
    assert_eq!(told, b"23456789");
}

#[test]
fn a_pause_waits_and_lengths_have_bounds() {
    let mut queue = DigitQueue::EMPTY;
    assert!(queue.pause(50) && queue.digit(b'1', 1) && queue.digit(b'2', 0) && queue.digit(b'3', u16::MAX));
    let mut steps = std::vec::Vec::new();
    for quantum in 0..3000u32 {
        steps.push(queue.step(quantum * 80, 80, 2, true, true, 8000));
        if queue.idle() {
            break;
        }
    }
    assert!(queue.idle());
    assert!(steps[..5].iter().all(|step| *step == Step::Voice), "the voice goes on in a pause");
    let durations: std::vec::Vec<u16> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Send { event, marker: false, .. } if event.end => Some(event.duration),
            _ => None,
        })
        .collect();
    // 40 ms at least, 160 usually, and 20470 in three segments
    assert_eq!(durations, [320, 320, 320, 1280, 1280, 1280, 32_690, 32_690, 32_690]);
}
