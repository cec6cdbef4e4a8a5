use super::*;

fn rng() -> Rng {
    Rng::new(&[7; 32])
}

const START: Instant = Instant::from_millis(10_000);

fn seconds(count: u64) -> Instant {
    START + Duration::from_secs(count)
}

fn active(wanted: u32, granted: u32) -> Subscription {
    let mut subscription = Subscription::new(wanted);
    assert_eq!(subscription.ask(START), wanted);
    subscription.accepted(START, Some(granted));
    assert_eq!(subscription.notified(START, Said::Active(None), &mut rng()), Step::Nothing);
    assert_eq!(subscription.stage(), Stage::Active);
    subscription
}

// rfc6665#8.2.3
#[test]
fn states_are_read() {
    for (value, said) in [
        ("active;expires=3600", Some(Said::Active(Some(3600)))),
        (" Active ", Some(Said::Active(None))),
        ("pending ; expires=9", Some(Said::Pending(Some(9)))),
        ("terminated;reason=probation;retry-after=2", Some(Said::Terminated(Reason::Probation, Some(2)))),
        ("TERMINATED;Reason=NoResource", Some(Said::Terminated(Reason::NoResource, None))),
        ("terminated;reason=whatever", Some(Said::Terminated(Reason::Other, None))),
        ("terminated", Some(Said::Terminated(Reason::Other, None))),
        ("active;expires=99999999999", Some(Said::Active(None))),
        ("waiting;expires=5", Some(Said::Active(Some(5)))),
        ("", None),
        (";expires=5", None),
    ] {
        assert_eq!(Said::parse(value.as_bytes()), said, "{value}");
    }
}

// rfc6665#4.1.2.2
#[test]
fn it_is_refreshed_before_its_end() {
    let mut subscription = active(3600, 600);
    assert_eq!(subscription.ends(), seconds(600));
    assert_eq!(subscription.due(seconds(539), &mut rng()), Step::Nothing);
    assert_eq!(subscription.due(seconds(540), &mut rng()), Step::Refresh);
    assert_eq!(subscription.ask(seconds(540)), 3600);
    subscription.accepted(seconds(540), None);
    assert_eq!(subscription.ends(), seconds(540 + 3600), "no Expires: what was asked for");
    subscription.accepted(seconds(540), Some(7200));
    assert_eq!(subscription.ends(), seconds(540 + 3600), "never longer than that");
    // a notification says how long it lasts
    assert_eq!(subscription.notified(seconds(541), Said::Active(Some(60)), &mut rng()), Step::Nothing);
    assert_eq!(subscription.ends(), seconds(601));
}

// rfc6665#4.1.2.4: timer N
#[test]
fn without_a_notification_the_far_end_is_not_there() {
    let mut subscription = Subscription::new(60);
    subscription.ask(START);
    subscription.accepted(START, Some(60));
    assert_eq!(subscription.due(seconds(31), &mut rng()), Step::Nothing);
    assert_eq!(subscription.due(seconds(32), &mut rng()), Step::Rest);
    assert_eq!(subscription.stage(), Stage::Resting);
    let wait = subscription.deadline().since(seconds(32)).millis();
    assert!((15_000..=30_000).contains(&wait), "{wait}");
    assert_eq!(subscription.due(subscription.deadline(), &mut rng()), Step::Anew);
}

// rfc6665#4.1.3
#[test]
fn the_reason_of_its_end_decides() {
    for (reason, after, step) in [
        (Reason::Rejected, None, Step::End),
        (Reason::NoResource, Some(5), Step::End),
        (Reason::Invariant, None, Step::End),
        (Reason::Deactivated, None, Step::Anew),
        (Reason::Timeout, Some(9), Step::Anew),
        (Reason::Probation, Some(2), Step::Rest),
        (Reason::GiveUp, None, Step::Rest),
        (Reason::Other, None, Step::Rest),
    ] {
        let mut subscription = active(600, 600);
        let said = Said::Terminated(reason, after);
        assert_eq!(subscription.notified(seconds(5), said, &mut rng()), step, "{reason:?}");
        match (step, after) {
            (Step::Rest, Some(after)) => assert_eq!(subscription.deadline(), seconds(5 + u64::from(after))),
            (Step::Rest, None) => assert!(subscription.deadline() >= seconds(20)),
            (Step::Anew, _) => assert_eq!(subscription.deadline(), seconds(5)),
            _ => assert_eq!(subscription.deadline(), Instant::NEVER),
        }
    }
    // again and again at once is a storm
    let mut subscription = active(600, 600);
    let gone = Said::Terminated(Reason::Deactivated, None);
    assert_eq!(subscription.notified(seconds(5), gone, &mut rng()), Step::Anew);
    subscription.ask(seconds(5));
    assert_eq!(subscription.notified(seconds(5), gone, &mut rng()), Step::Rest);
}

// rfc6665#4.1.2.2, rfc5057#5.1
#[test]
fn refusals_end_what_they_end() {
    for status in [403, 404, 405, 410, 416, 484, 485, 489, 501, 603, 604] {
        let mut subscription = Subscription::new(60);
        subscription.ask(START);
        assert_eq!(subscription.refused(START, status, None, false, &mut rng()), Step::End, "{status}");
    }
    for status in [408, 480, 500, 503] {
        let mut subscription = Subscription::new(60);
        subscription.ask(START);
        assert_eq!(subscription.refused(START, status, Some(7), false, &mut rng()), Step::Rest, "{status}");
        assert_eq!(subscription.deadline(), seconds(7));
    }
    let mut subscription = active(600, 600);
    assert_eq!(subscription.refused(seconds(540), 481, None, true, &mut rng()), Step::Anew);
    // what was granted lasts
    let mut subscription = active(600, 600);
    assert_eq!(subscription.refused(seconds(540), 500, Some(20), true, &mut rng()), Step::Nothing);
    assert_eq!((subscription.deadline(), subscription.stage()), (seconds(560), Stage::Active));
    assert_eq!(subscription.due(seconds(560), &mut rng()), Step::Refresh);
    subscription.ask(seconds(560));
    assert_eq!(subscription.refused(seconds(560), 500, None, true, &mut rng()), Step::Nothing);
    assert_eq!(subscription.due(seconds(600), &mut rng()), Step::Rest, "its time is over");
}

#[test]
fn a_fetch_ends_with_what_it_wanted() {
    let mut subscription = Subscription::new(0);
    assert_eq!(subscription.ask(START), 0);
    subscription.accepted(START, Some(0));
    assert_eq!(subscription.notified(START, Said::Terminated(Reason::Timeout, None), &mut rng()), Step::End);
    let mut subscription = Subscription::new(0);
    subscription.ask(START);
    assert_eq!(subscription.silent(START, &mut rng()), Step::End);
}

// rfc6665#4.1.2.3
#[test]
fn it_is_taken_back() {
    let mut subscription = active(600, 600);
    assert_eq!(subscription.leave(), Step::Refresh);
    assert_eq!(subscription.leave(), Step::Nothing, "once");
    assert_eq!(subscription.ask(seconds(5)), 0);
    subscription.accepted(seconds(5), Some(0));
    assert_eq!(subscription.due(seconds(36), &mut rng()), Step::Nothing);
    assert_eq!(subscription.due(seconds(37), &mut rng()), Step::End, "its last notification did not come");
    let mut resting = Subscription::new(60);
    resting.ask(START);
    assert_eq!(resting.leave(), Step::End, "nothing was accepted");
}

#[test]
fn a_least_interval_is_followed_once() {
    let mut subscription = Subscription::new(60);
    assert!(subscription.lengthen(300));
    assert_eq!(subscription.ask(START), 300);
    assert!(!subscription.lengthen(300) && !subscription.lengthen(60));
    assert!(!Subscription::new(0).lengthen(300));
}
