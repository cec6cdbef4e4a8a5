//! As the called side.

use super::{done, hold, media, new, not_yet, reoffer};
use crate::reliable::prack;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    CallId, CallState, Cause, CommandError, MEDIA_HOLDING, MEDIA_SENDING, NotYet, Reliable, Reoffer,
};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

const HELD: u32 = MEDIA_SENDING + MEDIA_HOLDING;
const ASKS: &str = "Supported: 100rel, from-change\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";

fn held() -> String {
    sdp("10.0.0.9", 40_000, "recvonly")
}

/// The peer calls with these lines and this body.
fn called(lab: &mut Lab, peer: &mut Peer, lines: &str, body: &str) -> (String, CallId) {
    let invite = peer.request("INVITE", lines, body);
    peer.send(lab, &invite);
    lab.run_for(Duration::from_millis(10));
    (invite, lab.ends[0].last_call())
}

fn answer(lab: &mut Lab, call: CallId, code: u16) {
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, code).unwrap();
    lab.drain();
}

fn acknowledge(lab: &mut Lab, peer: &mut Peer, response: &Sip, body: &str) {
    prack(lab, peer, response, body);
    peer.wait(lab, "SIP/2.0 200");
    lab.run_for(Duration::from_millis(10));
}

/// The UPDATE that came, perhaps before the last message that was waited for.
fn late(lab: &mut Lab, peer: &mut Peer) -> Sip {
    lab.run_until("UPDATE", |lab| !peer.all(lab, "UPDATE").is_empty());
    peer.all(lab, "UPDATE").remove(0)
}

/// A call that came in, and whose 183 has its PRACK.
fn early() -> (Lab, Peer, CallId, u32) {
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    let invite = peer.number;
    answer(&mut lab, call, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    acknowledge(&mut lab, &mut peer, &progress, "");
    (lab, peer, call, invite)
}

/// It is answered; `invite`: the number of its INVITE.
fn up(lab: &mut Lab, peer: &mut Peer, call: CallId, invite: u32) -> Sip {
    answer(lab, call, 200);
    let ok = peer.wait(lab, "SIP/2.0 200");
    assert_eq!(ok.number(), invite);
    let number = core::mem::replace(&mut peer.number, invite);
    peer.ack(lab, "");
    peer.number = number;
    lab.run_for(Duration::from_millis(10));
    ok
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_hold_leaves_behind_the_prack_of_our_answer() {
    // rfc3311#5.1
    let (mut lab, mut peer, call, invite) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.body().contains("a=sendonly"), "{}", update.text());
    assert_eq!((update.to_tag(), update.from_tag()), (peer.tag.clone(), peer.theirs.clone()));
    peer.respond(&mut lab, &update, 200, &held());
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
    let ok = up(&mut lab, &mut peer, call, invite);
    // rfc3311#5.1: the value that the UPDATE had
    assert_eq!((ok.body(), ok.contact()), (String::new(), update.contact()));
    assert_eq!(media(&lab), HELD);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    hang_up(lab, peer);
}

#[test]
fn what_is_not_legal_yet_is_refused_with_its_reason() {
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let refused = |lab: &mut Lab, call, why| {
        assert_eq!((not_yet(lab, call), hold(lab, call, true, 1)), (Some(why), Err(CommandError::State)), "{why:?}");
        assert_eq!(reoffer(lab, call, &Reoffer::default(), 1), Err(CommandError::State));
    };
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    // the 180 is not reliable, and an answer in a 183 waits for its PRACK
    refused(&mut lab, call, NotYet::Prack);
    answer(&mut lab, call, 183);
    assert_eq!(not_yet(&lab, call), None);
    // a caller that takes no UPDATE
    let (mut lab, mut peer) = new();
    let (_, call) = called(&mut lab, &mut peer, "Supported: 100rel\r\n", &body);
    answer(&mut lab, call, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    acknowledge(&mut lab, &mut peer, &progress, "");
    refused(&mut lab, call, NotYet::Update);
    // one that takes no reliable responses
    let (mut lab, mut peer) = new();
    let (_, call) = called(&mut lab, &mut peer, super::TAKES, &body);
    answer(&mut lab, call, 183);
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, call, NotYet::Prack);
    // its offer has no answer yet, though the 180 was reliable
    let mut lab = Lab::new(&[Options { reliable: Reliable::Required, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    refused(&mut lab, call, NotYet::Answer);
    acknowledge(&mut lab, &mut peer, &ringing, "");
    refused(&mut lab, call, NotYet::Answer);
    assert!(done(&lab).is_empty() && peer.all(&lab, "UPDATE").is_empty());
    let now = lab.now;
    lab.ends[0].phone.reject(now, call, 486).unwrap();
    assert_eq!(not_yet(&lab, call), Some(NotYet::Over));
    assert_eq!(hold(&mut lab, call, true, 1), Err(CommandError::State));
}

#[test]
fn it_waits_for_the_prack() {
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    let invite = peer.number;
    answer(&mut lab, call, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    hold(&mut lab, call, true, 7).unwrap();
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(3));
    acknowledge(&mut lab, &mut peer, &progress, "");
    let update = late(&mut lab, &mut peer);
    peer.respond(&mut lab, &update, 200, &held());
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, call, invite);
    hang_up(lab, peer);
}

#[test]
fn an_answer_that_waited_for_the_prack_goes_first() {
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    let invite = peer.number;
    answer(&mut lab, call, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    hold(&mut lab, call, true, 7).unwrap();
    answer(&mut lab, call, 200);
    prack(&mut lab, &mut peer, &progress, "");
    lab.run_for(Duration::from_millis(10));
    let ok = peer.all(&lab, "SIP/2.0 200").into_iter().find(|ok| ok.number() == invite).unwrap();
    assert_eq!(ok.body(), "");
    assert!(peer.all(&lab, "UPDATE").is_empty());
    let number = core::mem::replace(&mut peer.number, invite);
    peer.ack(&mut lab, "");
    peer.number = number;
    let again = peer.wait(&mut lab, "INVITE");
    assert!(again.body().contains("a=sendonly"));
    peer.respond(&mut lab, &again, 200, &held());
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn a_prack_that_never_comes_ends_the_call_and_the_wish() {
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let (_, call) = called(&mut lab, &mut peer, ASKS, &body);
    answer(&mut lab, call, 183);
    hold(&mut lab, call, true, 7).unwrap();
    peer.wait(&mut lab, "SIP/2.0 500");
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn our_offer_in_the_response_is_answered_by_the_prack_first() {
    // rfc3311#5.1: an INVITE without an offer
    let mut lab = Lab::new(&[Options { reliable: Reliable::Supported, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let (_, call) = called(&mut lab, &mut peer, ASKS, "");
    let invite = peer.number;
    assert_eq!(not_yet(&lab, call), Some(NotYet::Prack));
    answer(&mut lab, call, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    assert!(progress.body().contains("m=audio"));
    hold(&mut lab, call, true, 7).unwrap();
    peer.silence(&mut lab, "UPDATE", Duration::from_millis(300));
    let body = peer.sdp();
    acknowledge(&mut lab, &mut peer, &progress, &body);
    let update = late(&mut lab, &mut peer);
    assert!(update.body().contains("a=sendonly"));
    assert_eq!(super::edition(&update), super::edition(&progress) + 1);
    peer.respond(&mut lab, &update, 200, &held());
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
    up(&mut lab, &mut peer, call, invite);
    hang_up(lab, peer);
}

#[test]
fn our_answer_crosses_it() {
    for (status, body) in [(200, held()), (491, String::new()), (405, String::new())] {
        let (mut lab, mut peer, call, invite) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        up(&mut lab, &mut peer, call, invite);
        assert!(lab.ends[0].reached(CallState::Connected));
        peer.respond(&mut lab, &update, status, &body);
        lab.run_for(Duration::from_millis(10));
        if status != 200 {
            let again = peer.wait(&mut lab, "INVITE");
            assert!(again.body().contains("a=sendonly"));
            peer.respond(&mut lab, &again, 200, &held());
            peer.wait(&mut lab, "ACK");
            lab.run_for(Duration::from_millis(10));
        }
        assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD), "{status}");
        hang_up(lab, peer);
    }
}

#[test]
fn the_caller_gives_up_while_it_is_out() {
    for bye in [false, true] {
        let (mut lab, mut peer, call, invite) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        if bye {
            let text = peer.request("BYE", "", "");
            peer.send(&mut lab, &text);
        } else {
            // a CANCEL has the INVITE's branch: the first request of this peer
            let via = format!("SIP/2.0/UDP {};rport;branch=z9hG4bK-{}-1", peer.at, peer.at.port());
            let number = core::mem::replace(&mut peer.number, invite);
            let text = peer.request_with("CANCEL", &via, "", "");
            peer.send(&mut lab, &text);
            peer.number = number;
        }
        peer.wait(&mut lab, "SIP/2.0 487");
        let number = core::mem::replace(&mut peer.number, invite);
        peer.ack(&mut lab, "");
        peer.number = number;
        peer.respond(&mut lab, &update, 481, "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)], "{bye}");
        lab.run_for(Duration::from_secs(70));
        lab.assert_settled();
    }
}

#[test]
fn a_caller_that_has_no_such_dialog_is_refused() {
    // rfc3311#5.3
    for status in [481, 408] {
        let (mut lab, mut peer, call, _) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, status, "");
        peer.wait(&mut lab, "SIP/2.0 500");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)], "{status}");
        assert!(lab.ends[0].ended().is_some());
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn glare_waits_for_less_than_two_seconds() {
    // rfc3311#5.3: the Call-ID is the caller's
    let (mut lab, mut peer, call, invite) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let theirs = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &theirs);
    peer.wait(&mut lab, "SIP/2.0 491");
    peer.respond(&mut lab, &update, 491, "");
    let refused = lab.now.millis();
    let again = peer.wait(&mut lab, "UPDATE");
    assert!(lab.now.millis() - refused <= 2_010);
    peer.respond(&mut lab, &again, 200, &held());
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, call, invite);
    hang_up(lab, peer);
}
