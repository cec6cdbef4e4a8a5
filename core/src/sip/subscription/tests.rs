use super::*;
use std::vec::Vec;

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
        (Reason::Probation, Some(0), Step::Rest),
        (Reason::GiveUp, None, Step::Rest),
        (Reason::Other, None, Step::Rest),
    ] {
        let mut subscription = active(600, 600);
        let said = Said::Terminated(reason, after);
        assert_eq!(subscription.notified(seconds(5), said, &mut rng()), step, "{reason:?}");
        match (step, after) {
            (Step::Rest, Some(2)) => assert_eq!(subscription.deadline(), seconds(7)),
            (Step::Rest, _) => assert!(subscription.deadline() >= seconds(20)),
            (Step::Anew, _) => assert_eq!(subscription.deadline(), seconds(5)),
            _ => assert_eq!(subscription.deadline(), Instant::NEVER),
        }
    }
}

const GONE: Said = Said::Terminated(Reason::Deactivated, None);

/// It is accepted, and told as active.
fn accept(subscription: &mut Subscription, now: Instant) {
    subscription.ask(now);
    subscription.accepted(now, None);
    assert_eq!(subscription.notified(now, Said::Active(None), &mut rng()), Step::Nothing);
}

#[test]
fn again_and_again_at_once_is_a_storm() {
    let mut subscription = active(600, 600);
    assert_eq!(subscription.notified(seconds(5), GONE, &mut rng()), Step::Anew);
    let (mut now, mut waits) = (seconds(5), Vec::new());
    for _ in 0..6 {
        accept(&mut subscription, now);
        now += Duration::from_secs(59);
        assert_eq!(subscription.notified(now, GONE, &mut rng()), Step::Rest, "it stood for no minute");
        waits.push(subscription.deadline().since(now).secs());
        now = subscription.deadline();
        assert_eq!(subscription.due(now, &mut rng()), Step::Anew);
    }
    assert!(waits.windows(2).all(|two| two[0] < two[1]), "{waits:?}");
    accept(&mut subscription, now);
    now += Duration::from_secs(60);
    assert_eq!(subscription.notified(now, GONE, &mut rng()), Step::Anew, "it stood for a minute");
    // silence for as long as timer N is no standing
    let mut subscription = Subscription::new(600);
    let (mut now, mut waits) = (START, Vec::new());
    for _ in 0..4 {
        subscription.ask(now);
        subscription.accepted(now, None);
        now = subscription.deadline();
        assert_eq!(subscription.due(now, &mut rng()), Step::Rest);
        waits.push(subscription.deadline().since(now).secs());
        now = subscription.deadline();
        assert_eq!(subscription.due(now, &mut rng()), Step::Anew);
    }
    assert!(waits.windows(2).all(|two| two[0] < two[1]), "{waits:?}");
}

// rfc3261#20.33
#[test]
fn a_short_retry_after_is_kept_to_once() {
    let mut subscription = Subscription::new(60);
    let mut now = START;
    for wait in [1, 5, 5] {
        subscription.ask(now);
        let refusal = Refusal { status: 503, after: Some(1), ..Refusal::default() };
        assert_eq!(subscription.refused(now, refusal, &mut rng()), Step::Rest);
        assert_eq!(subscription.deadline(), now + Duration::from_secs(wait));
        now = subscription.deadline();
        assert_eq!(subscription.due(now, &mut rng()), Step::Anew);
    }
}

fn refusal(status: u16, after: Option<u32>, within: bool) -> Refusal {
    Refusal { status, after, within, hopeless: false }
}

// rfc6665#4.1.2.2, rfc5057#5.1
#[test]
fn refusals_end_what_they_end() {
    for status in [403, 404, 405, 406, 410, 416, 484, 485, 489, 501, 603, 604] {
        let mut subscription = Subscription::new(60);
        subscription.ask(START);
        assert_eq!(subscription.refused(START, refusal(status, None, false), &mut rng()), Step::End, "{status}");
    }
    for status in [401, 408, 480, 500, 503] {
        let mut subscription = Subscription::new(60);
        subscription.ask(START);
        assert_eq!(subscription.refused(START, refusal(status, Some(7), false), &mut rng()), Step::Rest, "{status}");
        assert_eq!(subscription.deadline(), seconds(7));
    }
    for (status, step) in [(404, Step::End), (480, Step::Rest), (481, Step::Anew), (482, Step::Rest), (489, Step::End)]
    {
        let mut subscription = active(600, 600);
        assert_eq!(subscription.refused(seconds(540), refusal(status, None, true), &mut rng()), step, "{status}");
    }
    // what was granted lasts
    for status in [403, 406, 500, 603] {
        let mut subscription = active(600, 600);
        assert_eq!(subscription.refused(seconds(540), refusal(status, Some(20), true), &mut rng()), Step::Nothing);
        assert_eq!((subscription.deadline(), subscription.stage()), (seconds(560), Stage::Active));
        assert_eq!(subscription.due(seconds(560), &mut rng()), Step::Refresh);
        subscription.ask(seconds(560));
        assert_eq!(subscription.refused(seconds(560), refusal(status, None, true), &mut rng()), Step::Nothing);
        assert_eq!(subscription.due(seconds(600), &mut rng()), Step::Rest, "its time is over");
    }
}

// rfc6665#4.1.2.1: nothing was accepted, though a notification came before
#[test]
fn a_refusal_behind_the_first_notification_leaves_nothing() {
    for (status, hopeless, step) in [(401, true, Step::End), (500, false, Step::Rest), (403, false, Step::End)] {
        let mut subscription = Subscription::new(600);
        subscription.ask(START);
        assert_eq!(subscription.notified(START, Said::Active(None), &mut rng()), Step::Nothing);
        let refusal = Refusal { status, hopeless, within: true, after: None };
        assert_eq!(subscription.refused(START, refusal, &mut rng()), step, "{status}");
    }
}

#[test]
fn a_retry_after_goes_beyond_its_end() {
    let mut subscription = active(600, 600);
    subscription.ask(seconds(540));
    assert_eq!(subscription.refused(seconds(540), refusal(503, Some(900), true), &mut rng()), Step::Nothing);
    assert_eq!(subscription.notified(seconds(550), Said::Active(Some(40)), &mut rng()), Step::Nothing);
    assert_eq!((subscription.deadline(), subscription.ends()), (seconds(590), seconds(590)));
    assert_eq!(subscription.due(seconds(590), &mut rng()), Step::Rest);
    assert_eq!(subscription.deadline(), seconds(540 + 900));
}

// only the application can help: no try before its end, and one then
#[test]
fn without_credentials_it_is_not_tried_again_and_again() {
    let hopeless = Refusal { status: 401, hopeless: true, ..Refusal::default() };
    let mut subscription = Subscription::new(60);
    subscription.ask(START);
    assert_eq!(subscription.refused(START, hopeless, &mut rng()), Step::End);
    let mut subscription = active(600, 600);
    subscription.ask(seconds(545));
    let refresh = Refusal { within: true, ..hopeless };
    assert_eq!(subscription.refused(seconds(545), refresh, &mut rng()), Step::Nothing);
    assert_eq!(subscription.deadline(), seconds(600));
    assert_eq!(subscription.due(seconds(600), &mut rng()), Step::Rest);
}

// rfc6665#4.2.1.1
#[test]
fn no_far_end_lengthens_it() {
    let mut subscription = active(600, 300);
    for (left, ends) in [(u32::MAX, 300), (400, 300), (200, 200), (300, 200), (1, 10)] {
        assert_eq!(subscription.notified(START, Said::Active(Some(left)), &mut rng()), Step::Nothing);
        assert_eq!(subscription.ends(), seconds(ends), "{left}");
    }
    // a notification before the 2xx of a refresh counts for that
    let mut subscription = active(600, 300);
    subscription.ask(seconds(270));
    assert_eq!(subscription.notified(seconds(270), Said::Active(Some(500)), &mut rng()), Step::Nothing);
    assert_eq!(subscription.ends(), seconds(770));
    subscription.accepted(seconds(271), Some(600));
    assert_eq!(subscription.ends(), seconds(770));
    // nor does an application have one for ever
    assert_eq!(active(u32::MAX, u32::MAX).ends(), seconds(86_400));
}

// rfc6665#4.2.1.1, #4.2.2: nothing was granted, and yet it is called active
#[test]
fn one_without_any_time_has_an_end() {
    for (granted, left) in [(Some(0), None), (None, Some(0)), (Some(0), Some(0))] {
        let mut subscription = Subscription::new(600);
        subscription.ask(START);
        subscription.accepted(START, granted);
        assert_eq!(subscription.notified(START, Said::Active(left), &mut rng()), Step::Nothing);
        let at = subscription.deadline();
        assert_eq!(at, seconds(32), "{granted:?}, {left:?}");
        assert_eq!(subscription.due(at, &mut rng()), Step::Anew);
    }
    // a second is too short to be kept to
    let mut subscription = active(600, 1);
    assert_eq!((subscription.deadline(), subscription.ends()), (seconds(5), seconds(10)));
    for at in 1..=4 {
        assert_eq!(subscription.notified(seconds(at), Said::Active(Some(1)), &mut rng()), Step::Nothing);
    }
    assert_eq!(subscription.deadline(), seconds(5), "notifications do not put the refresh off");
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
    // rfc6665#4.4.3: somebody is asked first, and nothing follows
    let mut subscription = Subscription::new(0);
    subscription.ask(START);
    subscription.accepted(START, Some(0));
    assert_eq!(subscription.notified(START, Said::Pending(None), &mut rng()), Step::Nothing);
    assert_eq!(subscription.deadline(), seconds(32));
    assert_eq!(subscription.due(seconds(32), &mut rng()), Step::End);
}

// rfc6665#4.1.2.3
#[test]
fn it_is_taken_back() {
    let mut subscription = active(600, 600);
    assert_eq!(subscription.leave(), Step::Refresh);
    assert_eq!(subscription.leave(), Step::Nothing, "once");
    assert_eq!(subscription.ask(seconds(5)), 0);
    assert_eq!(subscription.notified(seconds(5), Said::Active(None), &mut rng()), Step::Nothing, "it crossed that");
    subscription.accepted(seconds(5), Some(0));
    assert_eq!(subscription.due(seconds(36), &mut rng()), Step::Nothing);
    assert_eq!(subscription.due(seconds(37), &mut rng()), Step::End, "its last notification did not come");
    let mut resting = Subscription::new(60);
    resting.ask(START);
    assert_eq!(resting.leave(), Step::End, "nothing was accepted");
    // its time is over meanwhile: it does not begin anew
    let mut subscription = active(600, 600);
    assert_eq!(subscription.leave(), Step::Refresh);
    assert_eq!(subscription.ask(seconds(590)), 0);
    assert_eq!(subscription.due(seconds(600), &mut rng()), Step::End);
    // no slot was free: it waits for one in its dialog
    let mut subscription = Subscription::new(600);
    subscription.ask(START);
    subscription.accepted(START, None);
    assert_eq!(subscription.leave(), Step::Refresh);
    subscription.ask_at(seconds(1));
    assert_eq!(subscription.due(seconds(1), &mut rng()), Step::Refresh);
}

#[test]
fn a_least_interval_is_followed_a_few_times() {
    let mut subscription = Subscription::new(60);
    assert!(subscription.lengthen(300));
    assert_eq!(subscription.ask(START), 300);
    assert!(!subscription.lengthen(300) && !subscription.lengthen(60));
    assert!(!Subscription::new(0).lengthen(300));
    assert!(subscription.lengthen(301) && subscription.lengthen(302) && !subscription.lengthen(303));
    assert!(!Subscription::new(60).lengthen(86_401) && Subscription::new(60).lengthen(86_400));
}

// rfc4235#4.3
#[test]
fn the_whole_is_asked_for_at_once_and_then_seldom() {
    let mut subscription = active(3600, 3600);
    assert_eq!(subscription.incomplete(seconds(60)), Step::Refresh);
    let (mut now, mut waits) = (seconds(60), Vec::new());
    for _ in 0..5 {
        subscription.ask(now);
        subscription.accepted(now, None);
        assert_eq!(subscription.notified(now, Said::Active(None), &mut rng()), Step::Nothing);
        assert_eq!(subscription.incomplete(now), Step::Nothing);
        assert_eq!(subscription.incomplete(now), Step::Nothing);
        waits.push(subscription.deadline().since(now).secs());
        now = subscription.deadline();
        assert_eq!(subscription.due(now, &mut rng()), Step::Refresh);
    }
    assert_eq!(waits, [5, 10, 20, 40, 80]);
    subscription.ask(now);
    subscription.accepted(now, None);
    assert_eq!(subscription.notified(now, Said::Active(None), &mut rng()), Step::Nothing);
    assert_eq!(subscription.incomplete(now), Step::Nothing);
    subscription.complete();
    assert!(subscription.deadline().since(now).secs() > 3000);
    assert_eq!(subscription.incomplete(now + Duration::from_secs(5)), Step::Refresh, "they are counted anew");
}
