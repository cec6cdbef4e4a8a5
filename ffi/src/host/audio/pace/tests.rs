use super::{CATCH_UP, LATE, Pacer};
use microsip_core::base::time::{Duration, Instant};

fn at(micros: u64) -> Instant {
    Instant::from_micros(micros)
}

/// Quanta run and skipped by the timer.
fn timed(pacer: &mut Pacer, now: Instant) -> (u32, u32) {
    let due = pacer.due(now, false, 0, 0);
    (due.run, due.skip)
}

#[test]
fn the_timer_is_a_real_clock_of_ten_milliseconds() {
    let mut pacer = Pacer::new(at(5_000));
    let (mut quanta, mut now) = (0, at(5_000));
    // A second of a scheduler that wakes late by up to 7 ms.
    while now < at(1_005_000) {
        quanta += timed(&mut pacer, now).0;
        assert!(pacer.next() > now);
        now = pacer.next() + Duration::from_micros((now.micros() * 7_919) % 7_000);
    }
    assert_eq!(quanta, 100);
    let early = at(pacer.next().micros() - 1);
    assert_eq!(timed(&mut pacer, early), (0, 0));
}

#[test]
fn a_stall_is_made_up_for_and_a_long_one_is_skipped_but_for_its_end() {
    let mut pacer = Pacer::new(at(0));
    assert_eq!(timed(&mut pacer, at(0)), (1, 0));
    assert_eq!(timed(&mut pacer, at(45_000)), (4, 0));
    assert_eq!(timed(&mut pacer, at(245_000)), (20, 0));
    assert_eq!(timed(&mut pacer, at(10_000_000)), (21, 955));
    assert_eq!(pacer.next(), at(10_010_000));
}

#[test]
fn the_timer_can_be_moved() {
    let mut pacer = Pacer::new(at(0));
    assert_eq!(timed(&mut pacer, at(0)), (1, 0));
    pacer.move_to(at(14_000));
    assert_eq!(timed(&mut pacer, at(13_999)), (0, 0));
    assert_eq!(timed(&mut pacer, at(14_000)), (1, 0));
    assert_eq!(pacer.next(), at(24_000));
}

#[test]
fn the_microphone_drives_and_the_timer_stands_in_when_it_is_late() {
    let mut pacer = Pacer::new(at(0));
    let mut clocked = |now, ready| {
        let due = pacer.due(now, true, ready, 0);
        (due.run, due.skip, pacer.next())
    };
    assert_eq!(clocked(at(1_000), 1), (1, 0, at(1_000) + LATE));
    assert_eq!(clocked(at(20_000), 0).0, 0);
    assert_eq!(clocked(at(21_000), 2).0, 2);
    assert_eq!(clocked(at(22_000), 50).0, CATCH_UP);
    // Nothing for 60 ms: the timer, every 10 ms.
    assert_eq!(clocked(at(22_000) + LATE, 0).0, 1);
    assert_eq!(clocked(at(23_000) + LATE, 0).0, 0);
    assert_eq!(clocked(at(32_000) + LATE, 0).0, 1);
    // It is back.
    assert_eq!(clocked(at(33_000) + LATE, 1).0, 1);
    assert_eq!(clocked(at(60_000) + LATE, 0).0, 0);
}

#[test]
fn what_the_microphone_had_to_drop_is_time_that_passes() {
    let mut pacer = Pacer::new(at(0));
    let due = pacer.due(at(500_000), true, 20, 30);
    assert_eq!((due.run, due.skip), (20, 30));
}
