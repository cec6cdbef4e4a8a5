#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::{BURST, LATE_US, Pacer, QUANTUM_US};

#[test]
fn the_timer_is_a_real_clock_of_ten_milliseconds() {
    let mut pacer = Pacer::new(5_000);
    let (mut quanta, mut now) = (0, 5_000);
    // A second of a scheduler that wakes late by up to 7 ms.
    while now < 1_005_000 {
        quanta += pacer.due(now, false, 0);
        assert!(pacer.next() > now);
        now = pacer.next() + (now * 7_919) % 7_000;
    }
    assert_eq!(quanta, 100);
    assert_eq!(pacer.due(pacer.next() - 1, false, 0), 0);
}

#[test]
fn a_long_sleep_is_skipped_not_caught_up() {
    let mut pacer = Pacer::new(0);
    assert_eq!(pacer.due(0, false, 0), 1);
    assert_eq!(pacer.due(45_000, false, 0), 4);
    assert_eq!(pacer.due(10_000_000, false, 0), 1);
    assert_eq!(pacer.next(), 10_000_000 + QUANTUM_US);
}

#[test]
fn the_timer_can_be_moved() {
    let mut pacer = Pacer::new(0);
    assert_eq!(pacer.due(0, false, 0), 1);
    pacer.move_to(14_000);
    assert_eq!(pacer.due(13_999, false, 0), 0);
    assert_eq!(pacer.due(14_000, false, 0), 1);
    assert_eq!(pacer.next(), 24_000);
}

#[test]
fn the_microphone_drives_and_the_timer_stands_in_when_it_is_late() {
    let mut pacer = Pacer::new(0);
    assert_eq!(pacer.due(1_000, true, 1), 1);
    assert_eq!(pacer.next(), 1_000 + LATE_US);
    assert_eq!(pacer.due(20_000, true, 0), 0);
    assert_eq!(pacer.due(21_000, true, 2), 2);
    assert_eq!(pacer.due(22_000, true, 50), BURST);
    // Nothing for 60 ms: the timer, every 10 ms.
    assert_eq!(pacer.due(22_000 + LATE_US, true, 0), 1);
    assert_eq!(pacer.due(23_000 + LATE_US, true, 0), 0);
    assert_eq!(pacer.due(32_000 + LATE_US, true, 0), 1);
    // It is back.
    assert_eq!(pacer.due(33_000 + LATE_US, true, 1), 1);
    assert_eq!(pacer.due(60_000 + LATE_US, true, 0), 0);
}
