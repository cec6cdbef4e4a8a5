//! Hold and resume, and media that the application offers anew, against a peer and between two phones.

mod crossing;
mod music;
mod turns;

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::offer::Direction;
use microsip_core::phone::trace::What;
use microsip_core::phone::{
    CallId, CallState, CallText, Cause, CommandError, EndCause, EndedBy, MEDIA_HELD, MEDIA_HOLDING, MEDIA_RECEIVING,
    MEDIA_SENDING, Op, Reoffer,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, ladder, sdp};

const BOTH: u32 = MEDIA_SENDING + MEDIA_RECEIVING;

fn connected(ours: bool) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    if ours {
        peer.be_called(&mut lab, 0);
    } else {
        peer.call(&mut lab, 0);
    }
    lab.run_for(Duration::from_millis(200));
    (lab, peer)
}

fn hold(lab: &mut Lab, on: bool, token: u64) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hold(now, call, on, token).unwrap();
    lab.drain();
}

fn reoffer(lab: &mut Lab, changes: Reoffer, token: u64) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.reoffer(now, call, &changes, token).unwrap();
    lab.drain();
}

fn way(sip: &Sip) -> String {
    let body = sip.body();
    let ways = ["sendrecv", "sendonly", "recvonly", "inactive"];
    ways.iter().find(|way| body.contains(&format!("a={way}\r\n"))).unwrap_or(&"").to_string()
}

/// The peer accepts an offer of ours with this direction.
fn accept(lab: &mut Lab, peer: &mut Peer, offer: &Sip, answer: &str) {
    peer.respond(lab, offer, 200, &sdp("10.0.0.9", 40_000, answer));
    if offer.text().starts_with("INVITE") {
        assert_eq!(peer.wait(lab, "ACK").number(), offer.number());
    }
    lab.run_for(Duration::from_millis(10));
}

/// Holds or resumes, and the peer agrees.
fn held(lab: &mut Lab, peer: &mut Peer, on: bool, offered: &str, answer: &str) -> Sip {
    hold(lab, on, 0);
    let offer = peer.wait(lab, "INVITE");
    assert_eq!(way(&offer), offered);
    accept(lab, peer, &offer, answer);
    offer
}

fn their_offer(lab: &mut Lab, peer: &mut Peer, way: &str) -> Sip {
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, way));
    peer.send(lab, &text);
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    ok
}

fn media(lab: &Lab) -> u32 {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value
}

fn media_events(lab: &Lab) -> usize {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Media).count()
}

/// The ends of commands that were told: token, result, status.
fn done(lab: &Lab) -> Vec<(u64, Cause, u16)> {
    let done = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    done.map(|event| (event.token, event.result, event.sip_code)).collect()
}

fn sent_to(lab: &Lab, to: &str) -> u64 {
    lab.media_sent.get(&to.parse().unwrap()).copied().unwrap_or_default()
}

fn edition(sip: &Sip) -> u64 {
    sip.body().lines().find_map(|line| line.strip_prefix("o=")).unwrap().split(' ').nth(2).unwrap().parse().unwrap()
}

fn since(at: Instant, sip: &Sip) -> u64 {
    sip.at.millis() - at.millis()
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_far_end_is_held_and_resumed() {
    // rfc3264#8.4
    for ours in [true, false] {
        let (mut lab, mut peer) = connected(ours);
        let first = peer.all(&lab, if ours { "INVITE" } else { "SIP/2.0 200" }).remove(0);
        let call = lab.ends[0].last_call();
        hold(&mut lab, true, 7);
        assert!(done(&lab).is_empty(), "not before the far end agrees");
        let offer = peer.wait(&mut lab, "INVITE");
        assert_eq!((way(&offer).as_str(), edition(&offer)), ("sendonly", edition(&first) + 1));
        accept(&mut lab, &mut peer, &offer, "recvonly");
        assert_eq!((media(&lab), done(&lab)), (MEDIA_SENDING + MEDIA_HOLDING, vec![(7, Cause::Normal, 0)]));
        let info = lab.ends[0].phone.call_info(call).unwrap();
        assert_eq!((info.holding, info.held, info.ways), (true, false, MEDIA_SENDING + MEDIA_HOLDING));
        // the source goes on: here it is silence
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.run_for(Duration::from_secs(1));
        assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
        hold(&mut lab, false, 8);
        let back = peer.wait(&mut lab, "INVITE");
        assert_eq!((way(&back).as_str(), edition(&back)), ("sendrecv", edition(&offer) + 1));
        accept(&mut lab, &mut peer, &back, "sendrecv");
        assert_eq!((media(&lab), done(&lab).last().copied()), (BOTH, Some((8, Cause::Normal, 0))));
        finish(lab, peer);
    }
}

#[test]
fn both_may_hold() {
    let (mut lab, mut peer) = connected(true);
    // the peer first: our hold is inactive, and its answer does not say that it resumes
    assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendonly")), "recvonly");
    assert_eq!(media(&lab), MEDIA_RECEIVING + MEDIA_HELD);
    held(&mut lab, &mut peer, true, "inactive", "inactive");
    assert_eq!(media(&lab), MEDIA_HELD + MEDIA_HOLDING);
    // the peer resumes first: we still hold
    assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendrecv")), "sendonly");
    assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_HOLDING);
    // and holds again; we resume first, with all that we want (rfc6337#5.3)
    assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendonly")), "inactive");
    assert_eq!(media(&lab), MEDIA_HELD + MEDIA_HOLDING);
    held(&mut lab, &mut peer, false, "sendrecv", "sendonly");
    assert_eq!(media(&lab), MEDIA_RECEIVING + MEDIA_HELD);
    assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendrecv")), "sendrecv");
    assert_eq!(media(&lab), BOTH);
    finish(lab, peer);
}

#[test]
fn ways_in_which_peers_hold_while_we_do() {
    for (address, port, theirs, expected) in [
        ("10.0.0.9", 40_000, "inactive", MEDIA_HELD + MEDIA_HOLDING),
        ("10.0.0.9", 40_000, "recvonly", MEDIA_SENDING + MEDIA_HOLDING),
        ("0.0.0.0", 40_000, "", MEDIA_HELD + MEDIA_HOLDING),
        ("10.0.0.9", 0, "", MEDIA_HOLDING),
    ] {
        let (mut lab, mut peer) = connected(false);
        held(&mut lab, &mut peer, true, "sendonly", "recvonly");
        let text = peer.request("INVITE", "", &sdp(address, port, theirs));
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        peer.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(media(&lab), expected, "{address} {port} {theirs}");
        assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendrecv")), "sendonly");
        assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_HOLDING);
        finish(lab, peer);
    }
}

#[test]
fn a_refused_hold_leaves_everything_as_it_was() {
    // rfc3261#14.1
    for status in [488, 403, 606, 500] {
        let (mut lab, mut peer) = connected(true);
        let first = peer.all(&lab, "INVITE").remove(0);
        let (events, call) = (media_events(&lab), lab.ends[0].last_call());
        hold(&mut lab, true, 9);
        let offer = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &offer, status, "");
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        assert_eq!(done(&lab), [(9, Cause::Refused, status)]);
        assert_eq!(media_events(&lab), events);
        let info = lab.ends[0].phone.call_info(call).unwrap();
        assert_eq!((info.ways, info.holding), (BOTH, false));
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.run_for(Duration::from_secs(1));
        assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
        // the edition goes on from what was agreed on
        assert_eq!(their_offer(&mut lab, &mut peer, "").body(), first.body());
        let offer = held(&mut lab, &mut peer, true, "sendonly", "recvonly");
        assert_eq!(edition(&offer), edition(&first) + 1);
        finish(lab, peer);
    }
}

#[test]
fn the_refusal_of_a_hold_says_who_and_why() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    hold(&mut lab, true, 9);
    let offer = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &offer, 488, "Warning: 399 pbx.example \"Nobody holds me\"\r\n", "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    let call = lab.ends[0].last_call();
    let text = |which| {
        let mut room = [0; 64];
        let mut out = Cursor::new(&mut room);
        lab.ends[0].phone.call_text(call, which, &mut out).unwrap();
        String::from_utf8(out.written().to_vec()).unwrap()
    };
    assert_eq!((text(CallText::Reason).as_str(), text(CallText::Warning).as_str()), ("As Scripted", "Nobody holds me"));
    assert_eq!(done(&lab), [(9, Cause::Refused, 488)]);
    assert_eq!(
        (EndedBy::of_failure(Cause::Refused, 488), EndCause::of(Cause::Refused, 488)),
        (EndedBy::Remote, EndCause::Media)
    );
    assert_eq!(EndedBy::of_failure(Cause::Full, 0), EndedBy::Library);
    let failed = What::OfferFailed { result: Cause::Refused, sip_code: 488 };
    let traces = std::iter::from_fn(|| lab.ends[0].phone.poll_trace());
    assert!(traces.map(|trace| trace.what).any(|what| what == failed));
}

#[test]
fn a_success_without_a_usable_answer_leaves_everything_as_it_was() {
    for body in ["", "v=0\r\n"] {
        let (mut lab, mut peer) = connected(true);
        let events = media_events(&lab);
        hold(&mut lab, true, 9);
        let offer = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &offer, 200, body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        assert_eq!((done(&lab), media_events(&lab)), (vec![(9, Cause::Protocol, 200)], events));
        held(&mut lab, &mut peer, true, "sendonly", "recvonly");
        finish(lab, peer);
    }
}

#[test]
fn what_is_so_already_needs_no_offer() {
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, false, 1);
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    held(&mut lab, &mut peer, true, "sendonly", "recvonly");
    hold(&mut lab, true, 2);
    assert_eq!(done(&lab).last(), Some(&(2, Cause::Normal, 0)));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    finish(lab, peer);
}

/// The sides by which commands failed.
fn sides(lab: &Lab) -> Vec<EndedBy> {
    let done = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    done.map(|event| event.ended_by).collect()
}

#[test]
fn a_far_end_that_hangs_up_has_ended_the_commands() {
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, true, 1);
    peer.wait(&mut lab, "INVITE");
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    assert_eq!((done(&lab), sides(&lab)), (vec![(1, Cause::Cancelled, 0)], vec![EndedBy::Remote]));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn commands_wait_their_turn_and_the_last_one_counts() {
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, true, 1);
    let offer = peer.wait(&mut lab, "INVITE");
    hold(&mut lab, false, 2);
    hold(&mut lab, true, 3); // instead of the second
    hold(&mut lab, false, 4); // instead of the third
    assert_eq!(done(&lab), [(2, Cause::Cancelled, 0), (3, Cause::Cancelled, 0)]);
    assert_eq!(sides(&lab), [EndedBy::Application; 2], "another command overtook each");
    accept(&mut lab, &mut peer, &offer, "recvonly");
    assert_eq!(done(&lab).last(), Some(&(1, Cause::Normal, 0)));
    let back = peer.wait(&mut lab, "INVITE");
    assert_eq!(way(&back), "sendrecv");
    accept(&mut lab, &mut peer, &back, "sendrecv");
    assert_eq!(done(&lab).last(), Some(&(4, Cause::Normal, 0)));
    assert_eq!(media(&lab), BOTH);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    finish(lab, peer);
}

#[test]
fn commands_end_with_their_call() {
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, true, 1);
    peer.wait(&mut lab, "INVITE");
    hold(&mut lab, false, 2);
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(1, Cause::Cancelled, 0), (2, Cause::Cancelled, 0)]);
    assert_eq!(sides(&lab), [EndedBy::Application; 2], "who ended the call");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn in_another_state_it_is_refused() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.hold(now, CallId::NONE, true, 1), Err(CommandError::Stale));
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    assert_eq!(lab.ends[0].phone.hold(now, call, true, 1), Err(CommandError::State));
    assert_eq!(lab.ends[0].phone.reoffer(now, call, &Reoffer::default(), 1), Err(CommandError::State));
    assert!(lab.ends[0].events.iter().any(|event| event.call_is(CallState::Incoming)));
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn the_application_offers_a_direction() {
    let (mut lab, mut peer) = connected(false);
    for (nth, (direction, offered, answer, expected)) in [
        (Some(Direction::ReceiveOnly), "recvonly", "sendonly", MEDIA_RECEIVING),
        (Some(Direction::Inactive), "inactive", "inactive", 0),
        (Some(Direction::SendOnly), "sendonly", "recvonly", MEDIA_SENDING),
        (Some(Direction::SendReceive), "sendrecv", "sendrecv", BOTH),
        (None, "sendrecv", "sendrecv", BOTH), // as it is, once more
    ]
    .into_iter()
    .enumerate()
    {
        reoffer(&mut lab, Reoffer { direction, ..Reoffer::default() }, nth as u64 + 1);
        let offer = peer.wait(&mut lab, "INVITE");
        assert_eq!(way(&offer), offered);
        accept(&mut lab, &mut peer, &offer, answer);
        assert_eq!(media(&lab), expected, "{offered}");
        assert_eq!(done(&lab).last(), Some(&(nth as u64 + 1, Cause::Normal, 0)));
    }
    let last = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Done).unwrap();
    assert_eq!(last.op, Some(Op::Reoffer));
    finish(lab, peer);
}

#[test]
fn by_update_where_the_far_end_knows_it() {
    // rfc3311#5.1
    let (mut lab, mut peer) = connected(true);
    reoffer(&mut lab, Reoffer { by_update: Some(true), ..Reoffer::default() }, 1);
    let offer = peer.wait(&mut lab, "UPDATE");
    assert!(!offer.contact().is_empty() && offer.header("Allow").contains("UPDATE"));
    accept(&mut lab, &mut peer, &offer, "");
    peer.silence(&mut lab, "ACK", Duration::from_secs(1));
    hold(&mut lab, true, 2);
    let offer = peer.wait(&mut lab, "UPDATE");
    assert_eq!(way(&offer), "sendonly");
    accept(&mut lab, &mut peer, &offer, "recvonly");
    assert_eq!((media(&lab), done(&lab).len()), (MEDIA_SENDING + MEDIA_HOLDING, 2));
    // refused as any offer
    hold(&mut lab, false, 3);
    let offer = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &offer, 488, "");
    lab.run_for(Duration::from_millis(100));
    assert_eq!((media(&lab), done(&lab)[2]), (MEDIA_SENDING + MEDIA_HOLDING, (3, Cause::Refused, 488)));
    // a far end that does not know it gets a re-INVITE
    hold(&mut lab, false, 4);
    let offer = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &offer, 405, "");
    let offer = peer.wait(&mut lab, "INVITE");
    assert_eq!(way(&offer), "sendrecv");
    accept(&mut lab, &mut peer, &offer, "");
    assert_eq!((media(&lab), done(&lab)[3]), (BOTH, (4, Cause::Normal, 0)));
    finish(lab, peer);
}

#[test]
fn digits_follow_what_may_be_sent() {
    let (mut lab, mut peer) = connected(true);
    held(&mut lab, &mut peer, true, "sendonly", "recvonly");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.send_digits(now, call, "1", 5).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab), [(5, Cause::Normal, 0)], "we may send while we hold");
    their_offer(&mut lab, &mut peer, "sendonly");
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.send_digits(now, call, "1", 6), Err(CommandError::State));
    finish(lab, peer);
}

#[test]
fn no_slot_is_no_end_of_it() {
    // the offer leaves when a request's slot is free
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let now = lab.now;
    let busy = lab.dial(0, "sip:nobody@10.0.0.77:5060");
    let call = lab.ends[0].events.iter().find(|event| event.call_is(CallState::Connected)).unwrap().call;
    lab.ends[0].phone.hold(now, call, true, 3).unwrap();
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, busy).unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &offer, "recvonly");
    assert!(done(&lab).contains(&(3, Cause::Normal, 0)));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(60));
    lab.assert_settled();
}

#[test]
fn the_end_of_a_command_is_kept_or_it_is_not_taken() {
    let mut options = Options::default();
    options.capacity.commands = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    hold(&mut lab, true, 1);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    assert_eq!(lab.ends[0].phone.hold(now, call, false, 2), Err(CommandError::Full));
    let offer = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &offer, "recvonly");
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
}
