//! Another identity of ours in an early dialog (RFC 4916).

use super::{TAKES, answered, dial, done, early, hang_up, hold, new, up};
use crate::reliable::prack;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallId, Cause, CommandError, NotYet};
use microsip_tests::{Lab, sdp};

const CAROL: &str = "\"Carol\" <sip:carol@example.org>";
const FROM: &str = "\"Carol\" <sip:carol@example.org>;tag=";

fn identify(lab: &mut Lab, call: CallId, token: u64) -> Result<(), CommandError> {
    let now = lab.now;
    let done = lab.ends[0].phone.identify(now, call, CAROL, token);
    lab.drain();
    done
}

fn not_yet(lab: &Lab, call: CallId) -> Option<NotYet> {
    lab.ends[0].phone.call_not_yet(call, false)
}

#[test]
fn the_caller_needs_an_early_dialog_and_no_answer() {
    // rfc3311#5.1: the rules are about offers
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer);
    let call = lab.ends[0].last_call();
    assert_eq!((not_yet(&lab, call), identify(&mut lab, call, 1)), (Some(NotYet::Dialog), Err(CommandError::State)));
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    // rfc4916#4.3: the far end has to say that it takes one, and still may
    assert_eq!((not_yet(&lab, call), identify(&mut lab, call, 1)), (Some(NotYet::Update), Err(CommandError::State)));
    peer.respond_with(&mut lab, &invite, 180, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n", "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!((not_yet(&lab, call), identify(&mut lab, call, 1)), (Some(NotYet::Name), Err(CommandError::State)));
    peer.respond_with(&mut lab, &invite, 180, "Allow: INVITE, ACK, BYE, CANCEL\r\n", "");
    lab.run_for(Duration::from_millis(10));
    peer.respond_with(&mut lab, &invite, 180, "Supported: from-change\r\n", "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!((not_yet(&lab, call), identify(&mut lab, call, 1)), (Some(NotYet::Update), Err(CommandError::State)));
    peer.respond_with(&mut lab, &invite, 180, TAKES, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(not_yet(&lab, call), None);
    identify(&mut lab, call, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.header("From").starts_with(FROM) && update.body().is_empty(), "{}", update.text());
    assert!(update.header("Session-Expires").is_empty());
    assert_eq!(identify(&mut lab, call, 8), Err(CommandError::State), "one is on its way");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    // rfc4916#4.4.1: all later requests; and the ACK is one
    assert!(peer.wait(&mut lab, "ACK").header("From").starts_with(FROM));
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert!(bye.header("From").starts_with(FROM));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn the_called_side_tells_who_may_answer() {
    // rfc4916#4.2
    let asks = "Supported: 100rel, from-change\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
    let (mut lab, mut peer) = new();
    let body = peer.sdp();
    let text = peer.request("INVITE", asks, &body);
    let invite = peer.number;
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    // nothing has its PRACK: it waits, for the answer if need be
    identify(&mut lab, call, 7).unwrap();
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    peer.silence(&mut lab, "UPDATE", Duration::from_millis(300));
    prack(&mut lab, &mut peer, &progress, "");
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.header("From").starts_with(FROM) && update.body().is_empty(), "{}", update.text());
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_millis(10));
    let number = core::mem::replace(&mut peer.number, invite);
    peer.ack(&mut lab, "");
    peer.number = number;
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(1));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn an_offer_carries_it_too() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 1).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    identify(&mut lab, call, 2).unwrap();
    hold(&mut lab, call, false, 3).unwrap();
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.header("From").starts_with(FROM) && !update.body().is_empty(), "{}", update.text());
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, ""));
    lab.run_for(Duration::from_millis(10));
    let mut ended = done(&lab);
    ended.sort_unstable_by_key(|(token, ..)| *token);
    assert_eq!(ended, [1, 2, 3].map(|token| (token, Cause::Normal, 0)));
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn one_that_is_not_taken_leaves_behind_the_answer_and_a_refused_one_does_not() {
    for (status, again) in [(405, true), (501, true), (403, false)] {
        let (mut lab, mut peer, invite, call) = early();
        identify(&mut lab, call, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, status, "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab).len(), usize::from(!again), "{status}");
        // the 2xx says that it takes none
        peer.respond_with(&mut lab, &invite, 200, "Allow: INVITE, ACK, BYE\r\n", "");
        peer.wait(&mut lab, "ACK");
        if again {
            let invite = peer.wait(&mut lab, "INVITE");
            assert!(invite.header("From").starts_with(FROM));
            let body = peer.sdp();
            peer.respond(&mut lab, &invite, 200, &body);
            peer.wait(&mut lab, "ACK");
            lab.run_for(Duration::from_millis(10));
            assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
        } else {
            peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
            assert_eq!(done(&lab), [(7, Cause::Refused, 403)]);
        }
        hang_up(lab, peer);
    }
}

#[test]
fn the_answer_crosses_it() {
    for status in [200, 405, 403] {
        let (mut lab, mut peer, invite, call) = early();
        identify(&mut lab, call, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        up(&mut lab, &mut peer, &invite);
        peer.respond(&mut lab, &update, status, "");
        if status == 405 {
            let invite = peer.wait(&mut lab, "INVITE");
            assert!(invite.header("From").starts_with(FROM));
            let body = peer.sdp();
            peer.respond(&mut lab, &invite, 200, &body);
            peer.wait(&mut lab, "ACK");
        }
        lab.run_for(Duration::from_millis(10));
        let (result, code) = if status == 403 { (Cause::Refused, 403) } else { (Cause::Normal, 0) };
        assert_eq!(done(&lab), [(7, result, code)]);
        hang_up(lab, peer);
    }
}

#[test]
fn a_glare_that_goes_on_is_bounded() {
    let (mut lab, mut peer, invite, call) = early();
    identify(&mut lab, call, 7).unwrap();
    for _ in 0..8 {
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, 491, "");
    }
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(10));
    assert_eq!(done(&lab), [(7, Cause::Refused, 491)]);
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn a_branch_that_loses_takes_it_along() {
    let (mut lab, mut peer, invite, call) = early();
    identify(&mut lab, call, 7).unwrap();
    peer.wait(&mut lab, "UPDATE");
    let mut other = microsip_tests::Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let body = other.sdp();
    answered(&mut lab, &mut other, 1, &body, &invite);
    up(&mut lab, &mut other, &invite);
    assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
    assert!(other.all(&lab, "UPDATE").is_empty());
    let bye = other.be_hung_up(&mut lab, 0, call);
    assert!(!bye.header("From").starts_with(FROM));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_call_that_is_given_up_or_sent_elsewhere_cancels_it() {
    for status in [486, 302] {
        let (mut lab, mut peer, invite, call) = early();
        identify(&mut lab, call, 7).unwrap();
        peer.wait(&mut lab, "UPDATE");
        let mut second = microsip_tests::Peer::new(&mut lab, "10.0.0.8:5060", 0);
        peer.respond_with(&mut lab, &invite, status, "Contact: <sip:peer@10.0.0.8>\r\n", "");
        peer.wait(&mut lab, "ACK");
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)], "{status}");
        if status == 302 {
            let invite = second.wait(&mut lab, "INVITE");
            assert!(!invite.header("From").starts_with(FROM));
            second.respond(&mut lab, &invite, 486, "");
            second.wait(&mut lab, "ACK");
        }
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}
