//! An account that publishes by itself: while it is registered, with its calls, and without a word of the application's.

use super::server::{Compositor, Mode};
use super::{ACTIVE, AWAY, ENDED, Presence, done, finish, info, publish, read, states, take_back};
use crate::server::{pass, unregister, until};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountChange, AccountId, CommandError, DialOptions, Source};
use microsip_core::wire::body::pidf::Activity;
use microsip_tests::{Lab, Peer};

fn alone() -> (Lab, AccountId, Compositor) {
    let (mut lab, account, mut server) = Compositor::registered(Mode::default(), true);
    until(&mut lab, &mut server.server, "published", |lab, _| states(lab).last().is_some_and(|told| told.0 == ACTIVE));
    (lab, account, server)
}

/// The activity that the server was told last.
fn told(server: &Compositor) -> Activity {
    let seen = server.server.all("PUBLISH").into_iter().rev().find(|seen| seen.text.contains("<presence"));
    read(seen.unwrap().text.split("\r\n\r\n").nth(1).unwrap()).1
}

/// The account calls a peer, which answers.
fn talk(lab: &mut Lab, account: AccountId) -> Peer {
    let mut peer = Peer::new(lab, "10.0.0.5:5060", 0);
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    lab.ends[0].phone.dial(now, account, "sip:bob@10.0.0.5:5060", &options).unwrap();
    lab.drain();
    let invite = peer.wait(lab, "INVITE");
    let sdp = peer.sdp();
    peer.respond(lab, &invite, 200, &sdp);
    peer.wait(lab, "ACK");
    peer
}

fn hangup(lab: &mut Lab, peer: &mut Peer) {
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.drain();
    let bye = peer.wait(lab, "BYE");
    peer.respond(lab, &bye, 200, "");
}

// rfc4480#3.2
#[test]
fn its_calls_are_told_while_they_last() {
    let (mut lab, account, mut server) = alone();
    let first = server.server.last("PUBLISH").clone();
    assert_eq!((told(&server), first.header("Expires")), (Activity::None, Some("3600")));
    pass(&mut lab, &mut server.server, 30);
    let mut peer = talk(&mut lab, account);
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((told(&server), server.server.all("PUBLISH").len()), (Activity::Phone, 2));
    pass(&mut lab, &mut server.server, 30);
    hangup(&mut lab, &mut peer);
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((told(&server), server.server.all("PUBLISH").len(), server.kept()), (Activity::None, 3, 1));
    assert_eq!(states(&lab).len(), 1, "one state all the time");
    finish(lab, account, server);
}

#[test]
fn a_call_of_a_moment_is_told_when_the_rate_allows_it() {
    let (mut lab, account, mut server) = alone();
    pass(&mut lab, &mut server.server, 30);
    let mut peer = talk(&mut lab, account);
    pass(&mut lab, &mut server.server, 1);
    hangup(&mut lab, &mut peer);
    pass(&mut lab, &mut server.server, 2);
    assert_eq!(server.server.all("PUBLISH").len(), 2);
    pass(&mut lab, &mut server.server, 5);
    let all = server.server.all("PUBLISH");
    assert_eq!((all.len(), told(&server)), (3, Activity::None));
    assert!(all[2].at.since(all[1].at) >= Duration::from_secs(5));
    finish(lab, account, server);
}

#[test]
fn a_word_of_the_application_goes_before() {
    let (mut lab, account, mut server) = alone();
    publish(&mut lab, account, &AWAY, 600, 1);
    pass(&mut lab, &mut server.server, 10);
    assert_eq!((told(&server), done(&lab).len()), (Activity::Away, 1));
    let mut peer = talk(&mut lab, account);
    pass(&mut lab, &mut server.server, 6);
    assert_eq!(told(&server), Activity::Away, "it did not ask for calls to be told");
    publish(&mut lab, account, &Presence { on_phone: true, ..AWAY }, 600, 2);
    pass(&mut lab, &mut server.server, 6);
    assert_eq!(told(&server), Activity::Phone);
    hangup(&mut lab, &mut peer);
    pass(&mut lab, &mut server.server, 6);
    assert_eq!(told(&server), Activity::Away);
    // without one, the account has its own again
    take_back(&mut lab, account, 3);
    pass(&mut lab, &mut server.server, 6);
    assert_eq!((told(&server), server.kept(), done(&lab).len()), (Activity::None, 1, 3));
    finish(lab, account, server);
}

#[test]
fn it_ends_with_the_registration_and_by_the_switch() {
    let (mut lab, account, mut server) = alone();
    unregister(&mut lab, account);
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((server.kept(), states(&lab).last().map(|told| told.0)), (0, Some(ENDED)));
    crate::server::register(&mut lab, account);
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((server.kept(), states(&lab).last().map(|told| told.0)), (1, Some(ACTIVE)));
    let now = lab.now;
    let off = AccountChange { publish: Some(false), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &off).unwrap();
    pass(&mut lab, &mut server.server, 2);
    assert_eq!((server.kept(), info(&lab, account).err()), (0, Some(CommandError::Nothing)));
    finish(lab, account, server);
}

#[test]
fn another_party_has_a_publication_of_its_own() {
    let (mut lab, account, mut server) = alone();
    let now = lab.now;
    let other = AccountChange { uri: Some("sip:bert@example.org"), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &other).unwrap();
    pass(&mut lab, &mut server.server, 10);
    let last = server.server.last("PUBLISH");
    assert_eq!((last.uri(), last.header("SIP-If-Match")), ("sip:bert@example.org", None));
    assert!(last.text.contains("entity=\"sip:bert@example.org\""));
    // what is left of the other one runs out
    server.state.borrow_mut().kept.remove(0);
    finish(lab, account, server);
}
