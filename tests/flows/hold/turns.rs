//! rfc3261#14.1: our offer waits while one of theirs is under way. It has its turn behind each, and not for ever.

use super::*;

/// A re-INVITE of theirs, and the CANCEL of it.
fn their_invite(peer: &mut Peer, body: &str) -> (String, String) {
    let text = peer.request("INVITE", "", body);
    let via = text.lines().find_map(|line| line.strip_prefix("Via: ")).unwrap().to_owned();
    let cancel = peer.request_with("CANCEL", &via, "", "");
    (text, cancel)
}

/// The offer that waited was the only one: none follows it, and its command had one end.
#[track_caller]
fn finish_quietly(mut lab: Lab, mut peer: Peer) {
    peer.silence(&mut lab, "INVITE", Duration::from_secs(4));
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
}

#[test]
fn a_hold_leaves_at_the_ack_of_their_offer_and_before_their_next_one() {
    let (mut lab, mut peer) = connected(true);
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    hold(&mut lab, true, 1);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(2500));
    // the next one comes right behind the ACK
    peer.ack(&mut lab, "");
    let offer = peer.wait(&mut lab, "INVITE");
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 491");
    peer.ack_refusal(&mut lab, &text, &refusal);
    accept(&mut lab, &mut peer, &offer, "recvonly");
    finish_quietly(lab, peer);
}

#[test]
fn a_hold_leaves_when_their_offer_comes_to_nothing() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    let (text, _) = their_invite(&mut peer, &sdp("media.example.com", 40_000, ""));
    peer.send(&mut lab, &text);
    lab.run_for(Duration::from_millis(500));
    hold(&mut lab, true, 1);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(2));
    // there is no such name
    let at = lab.now;
    lab.ends[0].grant = true;
    lab.drain();
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    let offer = peer.wait(&mut lab, "INVITE");
    assert!(since(at, &offer) < 100);
    peer.ack_refusal(&mut lab, &text, &refusal);
    accept(&mut lab, &mut peer, &offer, "recvonly");
    finish_quietly(lab, peer);
}

#[test]
fn a_hold_that_is_answered_late_leaves_once() {
    let (mut lab, mut peer) = connected(true);
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    hold(&mut lab, true, 1);
    lab.run_for(Duration::from_millis(100));
    peer.ack(&mut lab, "");
    let offer = peer.wait(&mut lab, "INVITE");
    // behind the second at which it would have looked again
    peer.respond(&mut lab, &offer, 100, "");
    lab.run_for(Duration::from_millis(2500));
    accept(&mut lab, &mut peer, &offer, "recvonly");
    finish_quietly(lab, peer);
}

#[test]
fn a_hold_leaves_when_their_offer_is_taken_back() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    // its host is sought
    let (text, cancel) = their_invite(&mut peer, &sdp("media.example.com", 40_000, ""));
    peer.send(&mut lab, &text);
    lab.run_for(Duration::from_millis(100));
    hold(&mut lab, true, 1);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(1300));
    let at = lab.now;
    peer.send(&mut lab, &cancel);
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    let offer = peer.wait(&mut lab, "INVITE");
    assert!(since(at, &offer) < 100);
    peer.ack_refusal(&mut lab, &text, &refusal);
    accept(&mut lab, &mut peer, &offer, "recvonly");
    lab.ends[0].grant = true;
    finish_quietly(lab, peer);
}

#[test]
fn a_hold_leaves_when_their_next_offer_ends_the_last() {
    // the ACK of the last is lost; the next one is refused at once, so nothing is in the way any more
    let (mut lab, mut peer) = connected(true);
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    hold(&mut lab, true, 1);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(300));
    let at = lab.now;
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, "").replace("RTP/AVP 0 8 101", "RTP/AVP 97"));
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    let offer = peer.wait(&mut lab, "INVITE");
    assert!(since(at, &offer) < 100);
    peer.ack_refusal(&mut lab, &text, &refusal);
    accept(&mut lab, &mut peer, &offer, "recvonly");
    finish_quietly(lab, peer);
}

#[test]
fn a_hold_that_is_left_no_turn_is_settled_by_the_answer_to_theirs() {
    let (mut lab, mut peer) = connected(true);
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    hold(&mut lab, true, 1);
    lab.run_for(Duration::from_millis(300));
    // no ACK: the next one is there before
    let (text, _) = their_invite(&mut peer, &sdp("10.0.0.9", 40_000, "recvonly"));
    peer.send(&mut lab, &text);
    assert_eq!(way(&peer.wait(&mut lab, "SIP/2.0 200")), "sendonly");
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    peer.ack(&mut lab, "");
    finish_quietly(lab, peer);
}
