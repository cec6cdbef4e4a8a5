//! A PUBLISH that is challenged, refused or lost, and what follows.

use super::server::Mode;
use super::{ACTIVE, AWAY, BUSY, ENDED, RETRYING, done, finish, info, office, publish, states, take_back};
use crate::server::{pass, until};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountChange, AccountId, AccountState, Cause, CommandError, PublicationState};
use microsip_tests::Lab;

fn reason(lab: &Lab, account: AccountId) -> Result<String, CommandError> {
    let mut room = [0; 128];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.publication_reason(account, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

// rfc3903#5: without a name, and at once
#[test]
fn a_server_that_has_forgotten_it_gets_it_anew() {
    let (mut lab, account, mut server) = office(Mode::default());
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 1);
    server.state.borrow_mut().kept.clear();
    publish(&mut lab, account, &AWAY, 600, 2);
    pass(&mut lab, &mut server.server, 10);
    let all = server.server.all("PUBLISH");
    assert_eq!(all.len(), 3);
    assert_eq!(all[1].header("SIP-If-Match"), Some("tag-1"));
    assert_eq!(all[2].header("SIP-If-Match"), None, "{}", all[2].text);
    assert!(all[2].text.contains("<rpid:away/>") && all[2].at.since(all[1].at).millis() < 500);
    assert_eq!(done(&lab), [(1, 200, Cause::Normal), (2, 200, Cause::Normal)]);
    assert_eq!(states(&lab), [(ACTIVE, 200, Cause::Normal)], "nobody has to know");
    // a refresh finds it out, too
    server.state.borrow_mut().kept.clear();
    pass(&mut lab, &mut server.server, 600);
    let all = server.server.all("PUBLISH");
    assert_eq!((all.len(), server.kept()), (5, 1));
    assert!(all[3].header("Content-Length") == Some("0") && all[4].text.contains("<rpid:away/>"));
    // a last one finds that there is nothing left to remove
    server.state.borrow_mut().kept.clear();
    take_back(&mut lab, account, 3);
    pass(&mut lab, &mut server.server, 5);
    assert_eq!(done(&lab).last(), Some(&(3, 412, Cause::Normal)));
    finish(lab, account, server);
}

// rfc3261#22.2
#[test]
fn a_challenge_keeps_the_document() {
    let (mut lab, account, mut server) = office(Mode { challenges: true, ..Mode::default() });
    publish(&mut lab, account, &BUSY, 600, 1);
    until(&mut lab, &mut server.server, "published", |lab, _| !done(lab).is_empty());
    let all = server.server.all("PUBLISH");
    let body = |at: usize| all[at].text.split("\r\n\r\n").nth(1).unwrap();
    assert!(all.len() == 2 && body(0) == body(1) && !body(1).is_empty());
    assert!(all[1].header("Authorization").is_some() && all[1].number() == all[0].number() + 1);
    // it is taken back with the account, whose credentials are there until then
    finish(lab, account, server);
}

#[test]
fn a_wrong_password_rests_until_there_is_another() {
    let (mut lab, account, mut server) = office(Mode { challenges: true, ..Mode::default() });
    let now = lab.now;
    let change = |password| AccountChange { password: Some(password), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change("wrong")).unwrap();
    pass(&mut lab, &mut server.server, 1);
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!(done(&lab), [(1, 401, Cause::Auth)]);
    assert_eq!(states(&lab), [(ENDED, 401, Cause::Auth)]);
    let count = server.server.all("PUBLISH").len();
    pass(&mut lab, &mut server.server, 200);
    assert_eq!(server.server.all("PUBLISH").len(), count, "a guesser of passwords would go on");
    let now = lab.now;
    lab.ends[0].phone.account_update(now, account, &change(crate::server::PASSWORD)).unwrap();
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((info(&lab, account).unwrap().state, server.kept()), (PublicationState::Active, 1));
    finish(lab, account, server);
}

// rfc3903#5: 423
#[test]
fn too_brief_an_interval_is_lengthened() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.refuse(423, "Min-Expires: 900\r\n");
    publish(&mut lab, account, &BUSY, 60, 1);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!(server.server.last("PUBLISH").header("Expires"), Some("900"));
    assert_eq!((done(&lab), states(&lab)), (vec![(1, 200, Cause::Normal)], vec![(ACTIVE, 200, Cause::Normal)]));
    finish(lab, account, server);
}

// rfc3903#6: 489; rfc3261#21.4.6, #21.5.2
#[test]
fn a_server_that_takes_none_is_left_alone() {
    for (status, result) in [(489, Cause::Unsupported), (405, Cause::Refused), (501, Cause::Refused)] {
        let (mut lab, account, mut server) = office(Mode::default());
        server.refuse(status, "");
        publish(&mut lab, account, &BUSY, 60, 1);
        pass(&mut lab, &mut server.server, 4000);
        assert_eq!(server.server.all("PUBLISH").len(), 1);
        assert_eq!((done(&lab), states(&lab)), (vec![(1, status, result)], vec![(ENDED, status, result)]));
        let told = info(&lab, account).unwrap();
        assert_eq!((told.state, told.sip_code, told.retry), (PublicationState::Ended, status, Instant::NEVER));
        assert_eq!(reason(&lab, account).as_deref(), Ok("Because"));
        // who publishes anew is not refused for ever
        publish(&mut lab, account, &AWAY, 60, 2);
        pass(&mut lab, &mut server.server, 1);
        assert_eq!(
            (done(&lab).last(), reason(&lab, account)),
            (Some(&(2, 200, Cause::Normal)), Err(CommandError::Nothing))
        );
        finish(lab, account, server);
    }
}

#[test]
fn a_refusal_that_a_person_can_lift_comes_back_rarely() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.refuse(403, "");
    publish(&mut lab, account, &BUSY, 60, 1);
    pass(&mut lab, &mut server.server, 290);
    assert_eq!((server.server.all("PUBLISH").len(), states(&lab)), (1, vec![(RETRYING, 403, Cause::Refused)]));
    assert!(info(&lab, account).unwrap().retry > lab.now);
    pass(&mut lab, &mut server.server, 50);
    assert_eq!(states(&lab).last(), Some(&(ACTIVE, 200, Cause::Normal)));
    finish(lab, account, server);
}

// rfc3903#9: Retry-After
#[test]
fn a_busy_server_says_for_how_long() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.refuse(503, "Retry-After: 60\r\n");
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 30);
    assert_eq!((done(&lab), states(&lab)), (vec![(1, 503, Cause::Refused)], vec![(RETRYING, 503, Cause::Refused)]));
    // nor does the application get there sooner
    publish(&mut lab, account, &AWAY, 600, 2);
    pass(&mut lab, &mut server.server, 29);
    assert_eq!(server.server.all("PUBLISH").len(), 1);
    pass(&mut lab, &mut server.server, 3);
    assert_eq!(done(&lab).last(), Some(&(2, 200, Cause::Normal)));
    assert!(server.server.last("PUBLISH").text.contains("<rpid:away/>"));
    finish(lab, account, server);
}

#[test]
fn a_silent_server_is_asked_ever_less_often() {
    let (mut lab, account, mut server) = office(Mode::default());
    publish(&mut lab, account, &BUSY, 3600, 1);
    pass(&mut lab, &mut server.server, 1);
    // its registration stands for 300 s, of which 240 are over before it is refreshed
    server.state.borrow_mut().is_dead = true;
    publish(&mut lab, account, &AWAY, 3600, 2);
    pass(&mut lab, &mut server.server, 60);
    assert_eq!(done(&lab).last(), Some(&(2, 0, Cause::Timeout)));
    assert_eq!(states(&lab).last(), Some(&(RETRYING, 0, Cause::Timeout)));
    server.state.borrow_mut().is_dead = false;
    pass(&mut lab, &mut server.server, 120);
    assert_eq!((states(&lab).last(), server.kept()), (Some(&(ACTIVE, 200, Cause::Normal)), 1));
    finish(lab, account, server);
}

// rfc3903#4.1: what is kept for no time is not published
#[test]
fn a_grant_of_no_time_is_a_refusal() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.refuse(200, "Expires: 0\r\nSIP-ETag: x\r\n");
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!((done(&lab), states(&lab)), (vec![(1, 200, Cause::Refused)], vec![(RETRYING, 200, Cause::Refused)]));
    until(&mut lab, &mut server.server, "published", |lab, _| states(lab).last().is_some_and(|told| told.0 == ACTIVE));
    assert_eq!(server.kept(), 1);
    finish(lab, account, server);
}

// rfc3903#8.2: a name is opaque; a server that gives none has no refresh and no removal
#[test]
fn a_server_without_names_gets_a_document_each_time() {
    let (mut lab, account, mut server) = office(Mode { nameless: true, grants: 60, ..Mode::default() });
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 120);
    let all = server.server.all("PUBLISH");
    assert!(all.len() >= 2 && all.iter().all(|seen| seen.header("SIP-If-Match").is_none()));
    assert!(all.iter().all(|seen| seen.text.contains("<rpid:busy/>")));
    let count = all.len();
    take_back(&mut lab, account, 2);
    assert_eq!((done(&lab).last(), server.server.all("PUBLISH").len()), (Some(&(2, 200, Cause::Normal)), count));
    pass(&mut lab, &mut server.server, 61);
    server.state.borrow_mut().kept.clear();
    finish(lab, account, server);
}

// rfc3261#12.2.1.1: the time of a name that no server of ours would give
#[test]
fn no_name_of_a_server_breaks_a_message() {
    for name in ["a b", "", "x\ty", &"n".repeat(200)] {
        let (mut lab, account, mut server) = office(Mode::default());
        server.refuse(200, &format!("Expires: 60\r\nSIP-ETag: {name}\r\n"));
        publish(&mut lab, account, &BUSY, 600, 1);
        pass(&mut lab, &mut server.server, 58);
        let all = server.server.all("PUBLISH");
        assert!(all.len() == 2 && all[1].header("SIP-If-Match").is_none(), "{name:?}: {}", all[1].text);
        finish(lab, account, server);
    }
}

#[test]
fn it_waits_for_its_registration() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.state.borrow_mut().is_dead = true;
    pass(&mut lab, &mut server.server, 400);
    assert!(!lab.ends[0].phone.account_info(account).is_ok_and(|info| info.state as u32 == 2), "it is not registered");
    publish(&mut lab, account, &BUSY, 600, 1);
    let seen = server.server.all("PUBLISH").len();
    until(&mut lab, &mut server.server, "told", |lab, _| !done(lab).is_empty());
    assert!(done(&lab)[0].2 != Cause::Normal && states(&lab).last().is_some_and(|told| told.0 == RETRYING));
    assert_eq!(server.server.all("PUBLISH").len(), seen, "nobody would hear it");
    server.state.borrow_mut().is_dead = false;
    until(&mut lab, &mut server.server, "published", |lab, _| states(lab).last().is_some_and(|told| told.0 == ACTIVE));
    assert_eq!(server.kept(), 1);
    finish(lab, account, server);
}

#[test]
fn a_registration_that_has_failed_is_told_at_once() {
    let (mut lab, account, mut server) = office(Mode::default());
    server.state.borrow_mut().is_locked = true;
    until(&mut lab, &mut server.server, "failed", |lab, _| {
        lab.ends[0].phone.account_info(account).is_ok_and(|info| info.state == AccountState::Failed)
    });
    let (at, count) = (lab.now, server.server.all("REGISTER").len());
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!(done(&lab), [(1, 403, Cause::Refused)], "the next REGISTER is minutes away");
    assert_eq!((states(&lab), server.asked().len()), (vec![(RETRYING, 403, Cause::Refused)], 0));
    // it waits for its registration all the same
    server.state.borrow_mut().is_locked = false;
    until(&mut lab, &mut server.server, "published", |lab, _| states(lab).last().is_some_and(|told| told.0 == ACTIVE));
    assert!(lab.now.since(at).secs() > 60 && server.server.all("REGISTER").len() > count);
    assert_eq!((done(&lab).len(), server.kept()), (1, 1));
    finish(lab, account, server);
}

/// A change that waits for its turn when all is taken back: no server ever had it.
#[test]
fn what_never_left_was_not_published() {
    for how in 0..3 {
        let (mut lab, account, mut server) = office(Mode::default());
        publish(&mut lab, account, &BUSY, 600, 1);
        pass(&mut lab, &mut server.server, 1);
        publish(&mut lab, account, &AWAY, 600, 2);
        let now = lab.now;
        match how {
            0 => take_back(&mut lab, account, 3),
            1 => lab.ends[0].phone.account_remove(now, account).unwrap(),
            _ => lab.ends[0].phone.shutdown(now),
        }
        lab.drain();
        pass(&mut lab, &mut server.server, 10);
        let mut wanted = vec![(1, 200, Cause::Normal), (2, 0, Cause::Cancelled)];
        wanted.extend((how == 0).then_some((3, 200, Cause::Normal)));
        assert_eq!((done(&lab), server.kept(), server.asked().len()), (wanted, 0, 2), "{how}");
        if how == 0 {
            finish(lab, account, server);
        } else {
            lab.assert_settled();
        }
    }
}

#[test]
fn what_the_server_keeps_was_not_taken_back() {
    let (mut lab, account, mut server) = office(Mode::default());
    publish(&mut lab, account, &BUSY, 3600, 1);
    pass(&mut lab, &mut server.server, 1);
    server.state.borrow_mut().is_locked = true;
    until(&mut lab, &mut server.server, "failed", |lab, _| {
        lab.ends[0].phone.account_info(account).is_ok_and(|info| info.state == AccountState::Failed)
    });
    take_back(&mut lab, account, 2);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!(done(&lab).last(), Some(&(2, 403, Cause::Refused)), "it shows that for an hour");
    assert_eq!((states(&lab).last(), server.kept()), (Some(&(ENDED, 403, Cause::Refused)), 1));
    // nothing of ours is left, and what is there runs out
    server.state.borrow_mut().is_locked = false;
    server.state.borrow_mut().kept.clear();
    finish(lab, account, server);
}

#[test]
fn another_network_loses_no_change() {
    let (mut lab, account, mut server) = office(Mode { seconds: 3, ..Mode::default() });
    publish(&mut lab, account, &BUSY, 600, 1);
    pass(&mut lab, &mut server.server, 1);
    assert!(done(&lab).is_empty(), "it is under way");
    let (now, place) = (lab.now, "10.0.0.77:5060".parse().unwrap());
    lab.ends[0].move_to(now, Some((0, place)));
    lab.drain();
    until(&mut lab, &mut server.server, "published", |lab, _| !done(lab).is_empty());
    assert_eq!(server.server.last("PUBLISH").from, place);
    assert_eq!(done(&lab), [(1, 200, Cause::Normal)]);
    pass(&mut lab, &mut server.server, 20);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    assert!(!lab.ends[0].phone.is_idle(), "its removal is waited for");
    crate::server::run(&mut lab, &mut [&mut server.server], Duration::from_secs(10));
    assert_eq!(server.kept(), 0);
    lab.assert_settled();
}
