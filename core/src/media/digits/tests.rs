use super::*;
use crate::base::time::Instant;
use crate::wire::dtmf::Event;

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
    // rfc4733#2.5.2.1: an event that we did not declare is not taken: a flash
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

#[test]
fn an_event_without_an_end_is_over_three_packet_times_after_its_last_packet() {
    // rfc4733#2.5.2.2
    let at = |ms| Instant::from_millis(ms);
    for (packet_ms, waits) in [(10, 60), (20, 60), (30, 90), (50, 150), (100, 180)] {
        let mut receiver = EventReceiver::EMPTY;
        for nth in 1..=5u16 {
            let event = Event { duration: nth * packet_ms * 8, ..TOLD };
            receiver.handle(at(u64::from(nth * packet_ms)), 100, nth == 1, 8000, &event.bytes());
        }
        let last = u64::from(5 * packet_ms);
        assert_eq!(receiver.next_timeout(), at(last + waits), "{packet_ms}");
        receiver.handle_timeout(at(last + waits - 1));
        assert_eq!(receiver.poll(), None);
        receiver.handle_timeout(at(last + waits));
        assert_eq!(receiver.poll(), Some((b'2', 5 * packet_ms)));
        // its end comes late, three times
        for _ in 0..3 {
            receiver.handle(
                at(last + 500),
                100,
                false,
                8000,
                &Event { duration: 6 * packet_ms * 8, end: true, ..TOLD }.bytes(),
            );
        }
        assert_eq!((receiver.poll(), receiver.next_timeout()), (None, Instant::NEVER));
    }
}

#[test]
fn a_lost_packet_does_not_make_the_packet_time_longer() {
    let mut receiver = EventReceiver::EMPTY;
    for (ms, duration) in [(20, 160), (40, 320), (100, 800)] {
        receiver.handle(Instant::from_millis(ms), 100, false, 8000, &Event { duration, ..TOLD }.bytes());
    }
    assert_eq!(receiver.next_timeout(), Instant::from_millis(160));
}

#[test]
fn a_segment_of_an_event_that_was_given_up_does_not_tell_it_again() {
    // rfc4733#2.5.2.3
    let mut receiver = EventReceiver::EMPTY;
    receiver.handle(Instant::ZERO, 100, true, 8000, &Event { duration: 0xffff, ..TOLD }.bytes());
    receiver.handle_timeout(Instant::from_millis(180));
    assert_eq!(receiver.poll(), Some((b'2', 8191)));
    for (timestamp, end) in [(100 + 0xffff, false), (100 + 0xffff, true), (100 + 2 * 0xffff, true)] {
        receiver.handle(Instant::from_millis(200), timestamp, false, 8000, &Event { end, ..TOLD }.bytes());
        assert_eq!(receiver.poll(), None);
    }
    // the next press is another digit
    receiver.handle(Instant::from_millis(900), 200_000, true, 8000, &Event { end: true, ..TOLD }.bytes());
    assert_eq!(receiver.poll(), Some((b'2', 50)));
}
