use super::*;

fn rng() -> Rng {
    Rng::new(&[7; 32])
}

const START: Instant = Instant::from_millis(10_000);

fn seconds(count: u64) -> Instant {
    START + Duration::from_secs(count)
}

/// The PUBLISH that follows at this time leaves.
fn ask(publication: &mut Publication, at: Instant, asking: Asking) -> u32 {
    assert_eq!(publication.step(at, false), Step::Ask(asking), "{publication:?}");
    let expires = publication.ask(at, asking);
    assert_eq!(publication.step(at, false), Step::Nothing, "rfc3903#4: one at a time");
    assert_eq!(publication.deadline(false), Instant::NEVER);
    expires
}

fn active(wanted: u32, granted: Option<u32>) -> Publication {
    let mut publication = Publication::new(wanted);
    assert_eq!(ask(&mut publication, START, Asking::Document), wanted);
    publication.accepted(START, granted, true, &mut rng());
    assert_eq!(publication.stage(), Stage::Active);
    publication
}

fn refusal(status: u16) -> Refusal {
    Refusal { status, ..Refusal::default() }
}

// rfc3903#4.3
#[test]
fn it_is_refreshed_before_its_end() {
    let mut publication = active(3600, Some(600));
    assert_eq!((publication.ends(), publication.deadline(false)), (seconds(600), seconds(540)));
    assert_eq!(publication.step(seconds(539), false), Step::Nothing);
    assert_eq!(ask(&mut publication, seconds(540), Asking::Refresh), 3600);
    publication.accepted(seconds(540), None, true, &mut rng());
    assert_eq!(publication.ends(), seconds(540 + 3600), "no Expires: what was asked for");
    // rfc3903#4.2: never extended
    assert_eq!(active(300, Some(7200)).ends(), seconds(300));
    // a second of a server's is ten of ours
    let brief = active(300, Some(1));
    assert_eq!((brief.ends(), brief.deadline(false)), (seconds(10), seconds(5)));
    // no time at all is a refusal
    let mut none = Publication::new(300);
    ask(&mut none, START, Asking::Document);
    assert!(!none.accepted(START, Some(0), true, &mut rng()));
    assert_eq!((none.stage(), none.is_named()), (Stage::Resting, false));
}

// rfc3903#4.4; rfc3856#6.10 has the five seconds
#[test]
fn changes_follow_each_other_slowly_and_as_one() {
    let mut publication = active(3600, None);
    publication.change(seconds(1));
    publication.change(seconds(2));
    assert_eq!(publication.deadline(false), seconds(PUBLISH_LEAST_S));
    assert_eq!(publication.step(seconds(4), false), Step::Nothing);
    ask(&mut publication, seconds(5), Asking::Document);
    // what changes while one is under way is the next one
    publication.change(seconds(6));
    publication.accepted(seconds(7), None, true, &mut rng());
    assert_eq!(publication.deadline(false), seconds(10));
    ask(&mut publication, seconds(10), Asking::Document);
    publication.accepted(seconds(10), None, true, &mut rng());
    assert_eq!(publication.deadline(false), seconds(10 + 3540), "nothing else is owed");
    // after a while a change leaves at once
    publication.change(seconds(60));
    ask(&mut publication, seconds(60), Asking::Document);
}

// rfc3903#5
#[test]
fn what_the_server_does_not_know_is_published_anew_at_once() {
    let mut publication = active(3600, None);
    publication.change(seconds(1));
    ask(&mut publication, seconds(5), Asking::Document);
    publication.refused(seconds(5), refusal(412), &mut rng());
    assert!(!publication.is_named());
    ask(&mut publication, seconds(5), Asking::Document);
    // one without a name cannot fail for its name
    publication.refused(seconds(5), refusal(412), &mut rng());
    assert_eq!(publication.stage(), Stage::Resting);
    assert!(publication.deadline(false) >= seconds(20), "no other try at once");
    // a refresh finds it out as well
    let mut publication = active(3600, Some(600));
    ask(&mut publication, seconds(540), Asking::Refresh);
    publication.refused(seconds(540), refusal(412), &mut rng());
    ask(&mut publication, seconds(540), Asking::Document);
}

// rfc3903#4.5
#[test]
fn it_is_removed_where_the_server_has_it() {
    let mut publication = active(3600, None);
    publication.leave(seconds(1));
    assert_eq!(ask(&mut publication, seconds(1), Asking::Remove), 0);
    publication.accepted(seconds(1), Some(0), true, &mut rng());
    assert_eq!((publication.step(seconds(1), false), publication.stage()), (Step::Gone, Stage::Over));
    for outcome in [412, 403, 500, 0] {
        let mut publication = active(3600, None);
        publication.leave(seconds(1));
        ask(&mut publication, seconds(1), Asking::Remove);
        match outcome {
            0 => publication.silent(seconds(1), &mut rng()),
            status => publication.refused(seconds(1), refusal(status), &mut rng()),
        }
        assert_eq!(publication.step(seconds(1), false), Step::Gone, "{outcome}");
    }
    // one that is under way is waited for, for only its response has the name
    let mut publication = Publication::new(60);
    ask(&mut publication, START, Asking::Document);
    publication.leave(START);
    assert_eq!(publication.step(START, false), Step::Nothing);
    publication.accepted(START, None, true, &mut rng());
    ask(&mut publication, START, Asking::Remove);
    // one that never came to the server is gone at once, and so is one whose server is not reached
    let mut publication = Publication::new(60);
    publication.leave(START);
    assert_eq!(publication.step(START, false), Step::Gone);
    let mut publication = active(60, None);
    publication.leave(START);
    assert_eq!(publication.step(START, true), Step::Gone);
    // another document that comes meanwhile is the first one of a new publication
    let mut publication = active(60, None);
    publication.leave(seconds(9));
    ask(&mut publication, seconds(9), Asking::Remove);
    publication.want(seconds(9), 90);
    publication.accepted(seconds(9), Some(0), false, &mut rng());
    assert_eq!(ask(&mut publication, seconds(9), Asking::Document), 90);
    assert!(!publication.is_named());
}

// rfc3903#5: 423
#[test]
fn too_brief_an_interval_is_lengthened() {
    let mut publication = Publication::new(60);
    ask(&mut publication, START, Asking::Document);
    assert!(!publication.lengthen(START, 60) && !publication.lengthen(START, SUBSCRIPTION_LONGEST + 1));
    for least in [120, 180, 240] {
        assert!(publication.lengthen(START, least));
        assert_eq!(ask(&mut publication, START, Asking::Document), least);
    }
    assert!(!publication.lengthen(START, 300), "it is not followed for ever");
}

#[test]
fn a_refusal_decides_when_it_is_tried_again() {
    let wait = |status, after, hopeless| {
        let mut publication = Publication::new(60);
        ask(&mut publication, START, Asking::Document);
        publication.refused(START, Refusal { status, after, hopeless }, &mut rng());
        (publication.stage(), publication.retry().since(START).secs(), publication.deadline(false))
    };
    for status in [405, 415, 416, 489, 501, 604] {
        assert_eq!(wait(status, Some(1), false), (Stage::Over, Instant::NEVER.since(START).secs(), Instant::NEVER));
    }
    assert_eq!(wait(401, None, true).0, Stage::Over);
    for status in [403, 404] {
        let (stage, seconds, _) = wait(status, None, false);
        assert!(stage == Stage::Resting && (300..=330).contains(&seconds), "{status}: {seconds}");
    }
    for status in [408, 480, 500, 503, 600] {
        let (stage, seconds, _) = wait(status, None, false);
        assert!(stage == Stage::Resting && (15..=30).contains(&seconds), "{status}: {seconds}");
    }
    assert_eq!(wait(503, Some(7), false).1, 7);
    assert_eq!(wait(503, Some(u32::MAX), false).1, u64::from(RETRY_AFTER_LONGEST));
    // failures of a row take ever longer
    let mut publication = Publication::new(60);
    let mut waits = [0; 8];
    for wait in &mut waits {
        let at = publication.deadline(false).max(START);
        ask(&mut publication, at, Asking::Document);
        publication.silent(at, &mut rng());
        *wait = publication.deadline(false).since(at).secs();
    }
    assert!(waits.is_sorted() && waits[0] <= 30 && waits[7] >= 900, "{waits:?}");
}

#[test]
fn the_application_may_try_again_but_not_before_the_server_allows_it() {
    let mut publication = Publication::new(60);
    ask(&mut publication, START, Asking::Document);
    publication.refused(START, Refusal { status: 503, after: Some(30), hopeless: false }, &mut rng());
    publication.want(seconds(10), 60);
    assert_eq!(publication.step(seconds(29), false), Step::Nothing);
    ask(&mut publication, seconds(30), Asking::Document);
    publication.refused(seconds(30), refusal(489), &mut rng());
    assert_eq!(publication.step(seconds(4000), false), Step::Nothing);
    publication.want(seconds(4000), 60);
    ask(&mut publication, seconds(4000), Asking::Document);
    // a failed refresh leaves what the server has
    let mut publication = active(3600, Some(600));
    ask(&mut publication, seconds(540), Asking::Refresh);
    publication.silent(seconds(540), &mut rng());
    assert_eq!((publication.stage(), publication.ends(), publication.is_named()), (Stage::Resting, seconds(600), true));
    let at = publication.deadline(false);
    ask(&mut publication, at, Asking::Refresh);
}

#[test]
fn it_waits_while_its_server_is_not_reached() {
    let mut publication = active(3600, Some(600));
    assert_eq!(publication.deadline(true), seconds(600), "it runs out there meanwhile");
    assert_eq!(publication.step(seconds(560), true), Step::Nothing);
    assert_eq!((publication.step(seconds(600), true), publication.stage()), (Step::Nothing, Stage::Resting));
    publication.resume(seconds(700));
    ask(&mut publication, seconds(700), Asking::Document);
    // one that left from an address which is gone leaves again
    publication.again(seconds(701));
    ask(&mut publication, seconds(701), Asking::Document);
    publication.accepted(seconds(701), None, true, &mut rng());
    publication.again(seconds(702));
    assert_eq!(publication.deadline(false), seconds(701 + 3540), "nothing was under way");
}

/// A publication that was not refused for good has a next deadline, none before its time, whatever happens in whatever
/// order; and one that was taken back goes.
#[test]
fn no_order_of_things_stops_it() {
    let mut dice = Rng::new(&[9; 32]);
    for _ in 0..2000 {
        let (mut publication, mut now, mut rng) = (Publication::new(60), START, rng());
        for _ in 0..60 {
            match dice.below(14) {
                0 => publication.want(now, 60 + dice.below(600)),
                1 => publication.change(now),
                2 => publication.resume(now),
                3 => publication.forget(),
                4 => publication.again(now),
                5 => publication.lose(),
                6 if publication.is_asking() => publication.silent(now, &mut rng),
                7 if publication.is_asking() => {
                    let _ = publication.lengthen(now, dice.below(1000));
                }
                8 | 9 if publication.is_asking() => {
                    let granted = (dice.below(2) == 0).then(|| dice.below(100));
                    publication.accepted(now, granted, dice.below(4) > 0, &mut rng);
                }
                10 if publication.is_asking() => {
                    let status = [412, 403, 503, 489, 500][dice.below(5) as usize];
                    publication.refused(now, refusal(status), &mut rng);
                }
                _ => now += Duration::from_secs(dice.below(400).into()),
            }
            while let Step::Ask(asking) = publication.step(now, false) {
                publication.ask(now, asking);
            }
            let at = publication.deadline(false);
            if publication.is_asking() || publication.stage() == Stage::Over {
                continue;
            }
            assert!(at != Instant::NEVER && at > now, "{publication:?}");
        }
        publication.leave(now);
        for _ in 0..4 {
            match publication.step(now, false) {
                Step::Ask(asking) => {
                    publication.ask(now, asking);
                }
                Step::Gone => break,
                Step::Nothing => publication.silent(now, &mut rng),
            }
        }
        assert_eq!(publication.stage(), Stage::Over, "{publication:?}");
    }
}

/// A removal that finds no room for its texts finds none a moment later, either.
#[test]
fn a_removal_that_cannot_begin_ends() {
    let mut publication = active(3600, None);
    publication.leave(seconds(1));
    assert_eq!(publication.step(seconds(1), false), Step::Ask(Asking::Remove));
    publication.silent(seconds(1), &mut rng());
    assert_eq!(publication.step(seconds(1), false), Step::Gone, "{publication:?}");
    assert_eq!(publication.deadline(false), Instant::NEVER);
}
