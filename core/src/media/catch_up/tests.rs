use super::*;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

#[test]
fn up_to_200_ms_are_made_up_for_and_beyond_time_passes() {
    for (stall_ms, skip, run) in [
        (0, 0, 1),
        (9, 0, 1),
        (10, 0, 2),
        (50, 0, 6),
        (150, 0, 16),
        (200, 0, 21),
        (209, 0, 21),
        (210, 1, 21),
        (500, 30, 21),
    ] {
        let mut timer = Timer::new(at(1000));
        assert_eq!(timer.due(at(999)), Due::default());
        assert_eq!(timer.due(at(1000 + stall_ms)), Due { skip, run }, "{stall_ms}");
        assert_eq!(timer.next(), at(1000 + (stall_ms / 10 + 1) * 10), "it keeps its phase");
        assert_eq!(timer.due(at(1000 + stall_ms)), Due::default(), "once");
    }
}

#[test]
fn a_clock_that_jumps_by_ages_ticks_no_more_than_that() {
    let mut timer = Timer::new(Instant::ZERO);
    assert_eq!(timer.due(at(u64::MAX / 2000)), Due { skip: u32::MAX, run: CATCH_UP + 1 });
}

#[test]
fn it_can_be_moved() {
    let mut timer = Timer::new(at(0));
    assert_eq!(timer.due(at(0)).run, 1);
    timer.move_to(at(14));
    assert_eq!((timer.due(at(13)).run, timer.due(at(14)).run, timer.next()), (0, 1, at(24)));
}
