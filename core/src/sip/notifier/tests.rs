use super::*;

const START: Instant = Instant::from_millis(10_000);
const GAP: Duration = Duration::from_secs(1);

fn at(millis: u64) -> Instant {
    START + Duration::from_millis(millis)
}

fn active() -> Notifier {
    let mut one = Notifier::new(START, 600, true, GAP);
    assert_eq!(one.due(START), Step::Notify, "rfc6665#4.2.1.2: at once");
    assert!(one.is_whole());
    assert_eq!(one.notify(START), Said::Active(600));
    assert_eq!(one.responded(at(100), 200, None), Step::Nothing);
    one
}

// rfc6665#4.2.2, rfc4235#3.10
#[test]
fn changes_are_told_one_after_the_other_and_not_too_often() {
    let mut one = active();
    assert_eq!(one.deadline(), at(600_000));
    one.changed();
    assert_eq!((one.due(at(999)), one.deadline()), (Step::Nothing, at(1000)));
    assert_eq!(one.due(at(1000)), Step::Notify);
    assert!(!one.is_whole());
    assert_eq!(one.notify(at(1000)), Said::Active(599));
    one.changed();
    assert_eq!(one.due(at(5000)), Step::Nothing, "one is under way");
    assert_eq!(one.deadline(), at(600_000));
    assert_eq!(one.responded(at(5000), 200, None), Step::Notify, "what changed meanwhile");
    assert_eq!(one.notify(at(5000)), Said::Active(595));
    assert_eq!(one.responded(at(5001), 200, None), Step::Nothing);
    assert_eq!(one.due(at(9000)), Step::Nothing, "nothing changed");
}

// rfc6665#4.2.1.4
#[test]
fn a_refresh_is_told_at_once_and_its_end_too() {
    let mut one = active();
    one.refresh(at(200), 60);
    assert_eq!((one.ends(), one.due(at(200))), (at(60_200), Step::Notify));
    assert!(one.is_whole());
    assert_eq!(one.notify(at(200)), Said::Active(60));
    // while that is under way it is taken back
    one.refresh(at(300), 0);
    assert_eq!((one.due(at(300)), one.deadline()), (Step::Nothing, Instant::NEVER));
    assert_eq!(one.responded(at(400), 200, None), Step::Notify);
    assert!(one.is_told(), "it may hear how it is once more");
    assert_eq!(one.notify(at(400)), Said::Terminated(Ending::Timeout));
    assert_eq!((one.responded(at(500), 200, None), one.stage()), (Step::End, Stage::Over));
    assert_eq!((one.due(at(600)), one.deadline()), (Step::Nothing, Instant::NEVER));
}

#[test]
fn without_a_refresh_it_ends() {
    let mut one = active();
    assert_eq!(one.due(at(599_999)), Step::Nothing);
    assert_eq!(one.due(at(600_000)), Step::Notify);
    assert_eq!(one.notify(at(600_000)), Said::Terminated(Ending::Timeout));
    assert_eq!((one.lost(), one.stage()), (Step::End, Stage::Over));
}

// rfc6665#4.4.3
#[test]
fn one_that_fetches_is_told_once() {
    let mut one = Notifier::new(START, 0, true, GAP);
    assert_eq!(one.due(START), Step::Notify);
    assert!(one.is_told() && one.is_ending());
    assert_eq!(one.notify(START), Said::Terminated(Ending::Timeout));
    assert_eq!(one.responded(at(1), 500, Some(3)), Step::End, "there is no second time");
}

#[test]
fn one_that_waits_is_told_nothing_until_it_is_allowed() {
    let mut one = Notifier::new(START, 600, false, GAP);
    assert_eq!((one.due(START), one.notify(START)), (Step::Notify, Said::Pending(600)));
    assert!(!one.is_told());
    assert_eq!(one.responded(at(1), 200, None), Step::Nothing);
    one.changed();
    assert_eq!(one.due(at(5000)), Step::Nothing);
    assert!(one.allow(at(5000)) && one.is_told() && !one.allow(at(5000)));
    assert_eq!((one.due(at(5000)), one.notify(at(5000))), (Step::Notify, Said::Active(595)));
    // or it is rejected
    let mut one = Notifier::new(START, 600, false, GAP);
    assert_eq!((one.due(START), one.notify(START)), (Step::Notify, Said::Pending(600)));
    one.end(Ending::Rejected);
    one.end(Ending::Deactivated);
    assert!(!one.allow(at(1)));
    assert_eq!(one.responded(at(1), 200, None), Step::Notify);
    assert_eq!(one.notify(at(1)), Said::Terminated(Ending::Rejected));
    assert!(!one.is_told());
}

// rfc6665#4.2.2, rfc5057#5.1
#[test]
fn the_response_decides() {
    for status in [404, 405, 408, 410, 416, 480, 481, 483, 485, 489, 501, 604] {
        let mut one = Notifier::new(START, 600, true, GAP);
        let _ = one.notify(START);
        assert_eq!(one.responded(at(1), status, None), Step::End, "{status}");
    }
    for (status, after, waits) in
        [(500, None, 32), (503, Some(60), 60), (401, None, 32), (302, Some(1), 32), (600, Some(86_400), 3600)]
    {
        let mut one = Notifier::new(START, 600_000, true, GAP);
        let _ = one.notify(START);
        assert_eq!(one.responded(START, status, after), Step::Nothing, "{status}");
        assert_eq!(one.deadline(), START + Duration::from_secs(waits), "{status}");
        assert!(one.is_whole(), "it was not told");
        assert_eq!(one.due(one.deadline()), Step::Notify);
    }
}

#[test]
fn it_follows_the_host_and_waits_for_a_slot() {
    let mut one = active();
    one.later(at(1500));
    one.changed();
    assert_eq!((one.due(at(1400)), one.due(at(1500))), (Step::Nothing, Step::Notify));
    let _ = one.notify(at(1500));
    one.moved(at(1600));
    assert_eq!(one.due(at(1600)), Step::Notify, "the one under way left from an address that is gone");
    assert!(one.is_whole());
    // its last word is said again, too
    let _ = one.notify(at(1600));
    let _ = one.responded(at(1601), 200, None);
    one.end(Ending::NoResource);
    assert_eq!((one.due(at(1700)), one.notify(at(1700))), (Step::Notify, Said::Terminated(Ending::NoResource)));
    one.moved(at(1800));
    assert_eq!((one.due(at(1800)), one.notify(at(1800))), (Step::Notify, Said::Terminated(Ending::NoResource)));
}
