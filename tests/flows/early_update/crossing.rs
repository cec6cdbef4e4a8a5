//! Our UPDATE crosses the answer, their UPDATE, the end of the call, and other branches.

use super::{TAKES, answered, dial, done, early, hang_up, hold, lines, media, new, not_yet, up};
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause, MEDIA_HOLDING, MEDIA_SENDING, NotYet};
use microsip_tests::{Lab, Peer, Sip, sdp};

const HELD: u32 = MEDIA_SENDING + MEDIA_HOLDING;

fn held() -> String {
    sdp("10.0.0.9", 40_000, "recvonly")
}

#[test]
fn the_answer_crosses_it() {
    for (status, body) in [(200, held()), (488, String::new()), (405, String::new()), (504, String::new())] {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        up(&mut lab, &mut peer, &invite);
        assert!(lab.ends[0].reached(CallState::Connected));
        peer.silence(&mut lab, "INVITE", Duration::from_millis(300));
        // rfc3261#14.2: a re-INVITE of theirs finds an offer of ours out
        let again = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
        peer.send(&mut lab, &again);
        peer.wait(&mut lab, "SIP/2.0 491");
        peer.ack(&mut lab, "");
        peer.number += 10;
        peer.respond(&mut lab, &update, status, &body);
        lab.run_for(Duration::from_millis(10));
        match status {
            200 => assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD)),
            488 => assert_eq!(done(&lab), [(7, Cause::Refused, 488)]),
            _ => {
                let again = peer.wait(&mut lab, "INVITE");
                assert!(again.body().contains("a=sendonly"));
                peer.respond(&mut lab, &again, 200, &held());
                peer.wait(&mut lab, "ACK");
                lab.run_for(Duration::from_millis(10));
                assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
            }
        }
        hang_up(lab, peer);
    }
}

#[test]
fn a_response_to_it_behind_the_answer_settles_no_session_timer() {
    // rfc4028#7.2: the INVITE's 2xx has
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let timer = format!("{TAKES}Supported: timer\r\nRequire: timer\r\nSession-Expires: 1800;refresher=uac\r\n");
    peer.respond_with(&mut lab, &invite, 200, &timer, "");
    peer.wait(&mut lab, "ACK");
    let interval = |lab: &Lab| lab.ends[0].phone.call_info(call).unwrap().session_interval;
    lab.run_for(Duration::from_millis(10));
    assert_eq!(interval(&lab), 1800);
    peer.respond(&mut lab, &update, 200, &held());
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), interval(&lab)), (vec![(7, Cause::Normal, 0)], 1800));
    hang_up(lab, peer);
}

#[test]
fn their_update_meets_ours() {
    // rfc3311#5.2: both get 491, and the owner of the Call-ID waits for longer
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let theirs = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &theirs);
    peer.wait(&mut lab, "SIP/2.0 491");
    peer.respond(&mut lab, &update, 491, "");
    lab.run_for(Duration::from_millis(500));
    let theirs = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &theirs);
    // our wish stands in our answer
    assert!(peer.wait(&mut lab, "SIP/2.0 200").body().contains("a=inactive"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)], "and it is settled by that");
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(5));
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn a_call_that_is_given_up_leaves_its_update() {
    for late in [0, 200, 481] {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        let cancel = peer.wait(&mut lab, "CANCEL");
        peer.silence(&mut lab, "UPDATE", Duration::from_secs(3));
        peer.respond(&mut lab, &cancel, 200, "");
        if late > 0 {
            peer.respond(&mut lab, &update, late, &if late == 200 { held() } else { String::new() });
        }
        peer.respond(&mut lab, &invite, 487, "");
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn the_answer_crosses_the_cancel_too() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &invite, 200, "");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &update, 200, &held());
    peer.wait(&mut lab, "ACK");
    let bye = peer.wait(&mut lab, "BYE");
    assert!(bye.number() > update.number());
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_refused_or_ended_call_cancels_its_wish() {
    for bye in [false, true] {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        peer.wait(&mut lab, "UPDATE");
        if bye {
            // rfc3261#15: it must not, but does
            let text = peer.request("BYE", "", "");
            peer.send(&mut lab, &text);
            let cancel = peer.wait(&mut lab, "CANCEL");
            peer.respond(&mut lab, &cancel, 200, "");
        }
        peer.respond(&mut lab, &invite, if bye { 487 } else { 486 }, "");
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

/// A second branch at the same proxy, whose tag is another.
fn second(lab: &mut Lab, invite: &Sip) -> Peer {
    let mut other = Peer::new(lab, "10.0.0.10:5060", 0);
    let body = other.sdp();
    answered(lab, &mut other, 1, &body, invite);
    other
}

#[test]
fn it_goes_to_the_branch_that_is_heard() {
    let (mut lab, peer, invite, call) = early();
    let mut other = second(&mut lab, &invite);
    hold(&mut lab, call, true, 7).unwrap();
    let update = other.wait(&mut lab, "UPDATE");
    assert_eq!(update.to_tag(), other.tag);
    assert!(peer.all(&lab, "UPDATE").is_empty());
    other.respond(&mut lab, &update, 200, &sdp("10.0.0.10", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
    up(&mut lab, &mut other, &invite);
    assert_eq!(media(&lab), HELD);
    other.silence(&mut lab, "INVITE", Duration::from_secs(1));
    hang_up(lab, other);
}

#[test]
fn another_branch_that_wins_is_held_behind_its_answer() {
    // what the one agreed on does not count for the other
    for out in [false, true] {
        for first in [false, true] {
            let (mut lab, mut peer, invite, call) = early();
            let mut other = second(&mut lab, &invite);
            if first {
                // the first is heard again
                peer.respond_with(&mut lab, &invite, 183, &lines(2), "");
                let prack = peer.wait(&mut lab, "PRACK");
                peer.respond(&mut lab, &prack, 200, "");
                let contact = format!("Contact: <{}>\r\n", peer.contact);
                let theirs = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, ""));
                peer.send(&mut lab, &theirs);
                peer.wait(&mut lab, "SIP/2.0 200");
            }
            let (heard, winner) = if first { (&mut peer, &mut other) } else { (&mut other, &mut peer) };
            hold(&mut lab, call, true, 7).unwrap();
            let update = heard.wait(&mut lab, "UPDATE");
            let description = sdp(&heard.at.ip().to_string(), 40_000, "recvonly");
            if !out {
                heard.respond(&mut lab, &update, 200, &description);
                lab.run_for(Duration::from_millis(10));
                assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
            }
            up(&mut lab, winner, &invite);
            // the loser's response comes too late
            if out {
                heard.respond(&mut lab, &update, 200, &description);
            }
            let again = winner.wait(&mut lab, "INVITE");
            assert!(again.body().contains("a=sendonly"), "{}", again.text());
            assert_eq!(super::edition(&again), super::edition(&invite) + 1, "what it was offered before");
            winner.respond(&mut lab, &again, 200, &sdp(&winner.at.ip().to_string(), 40_000, "recvonly"));
            winner.wait(&mut lab, "ACK");
            lab.run_for(Duration::from_millis(10));
            assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
            let winner = if first { other } else { peer };
            hang_up(lab, winner);
        }
    }
}

#[test]
fn a_branch_that_answers_later_answers_the_invite() {
    // it was never offered a hold, so it agrees on none
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let body = other.sdp();
    peer.respond(&mut lab, &update, 200, &held());
    lab.run_for(Duration::from_millis(10));
    other.respond_with(&mut lab, &invite, 200, TAKES, &body);
    other.wait(&mut lab, "ACK");
    let again = other.wait(&mut lab, "INVITE");
    assert!(again.body().contains("a=sendonly"), "{}", again.text());
    assert_eq!(super::edition(&again), super::edition(&invite) + 1);
    other.respond(&mut lab, &again, 200, &sdp("10.0.0.10", 40_000, "recvonly"));
    other.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(media(&lab), HELD);
    hang_up(lab, other);
}

#[test]
fn a_branch_whose_update_is_out_wins() {
    let (mut lab, _, invite, call) = early();
    let mut other = second(&mut lab, &invite);
    hold(&mut lab, call, true, 7).unwrap();
    let update = other.wait(&mut lab, "UPDATE");
    up(&mut lab, &mut other, &invite);
    // it is sent again, with the dialog that has moved
    lab.run_for(Duration::from_secs(2));
    assert!(other.times(&lab, "UPDATE").len() > 2);
    other.respond(&mut lab, &update, 200, &sdp("10.0.0.10", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
    hang_up(lab, other);
}

#[test]
fn a_branch_that_is_lost_leaves_the_call_to_the_others() {
    let (mut lab, mut peer, invite, call) = early();
    let mut other = second(&mut lab, &invite);
    hold(&mut lab, call, true, 7).unwrap();
    let update = other.wait(&mut lab, "UPDATE");
    other.respond(&mut lab, &update, 481, "");
    peer.silence(&mut lab, "CANCEL", Duration::from_secs(1));
    assert_eq!(done(&lab), [(7, Cause::Refused, 481)]);
    assert_eq!(not_yet(&lab, call), Some(NotYet::Update));
    up(&mut lab, &mut peer, &invite);
    assert!(lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

/// A dialog that its far end does not know is over (rfc3261#12.2.1.2), but whoever answers is talked to; behind another
/// answer it is acknowledged and ended (rfc3261#13.2.2.4).
#[test]
fn a_branch_that_was_lost_may_answer_all_the_same() {
    for silent in [false, true] {
        for first in [true, false] {
            let (mut lab, mut peer, invite, call) = early();
            let mut other = second(&mut lab, &invite);
            hold(&mut lab, call, true, 7).unwrap();
            let update = other.wait(&mut lab, "UPDATE");
            if silent {
                lab.run_for(Duration::from_secs(33));
            } else {
                other.respond(&mut lab, &update, 481, "");
                lab.run_for(Duration::from_millis(10));
            }
            assert_eq!(done(&lab).len(), 1);
            let body = other.sdp();
            if first {
                other.respond(&mut lab, &invite, 200, "");
                other.wait(&mut lab, "ACK");
                lab.run_for(Duration::from_millis(100));
                assert!(lab.ends[0].ended().is_none());
                // the one that had not answered yet lost the race
                peer.respond_with(&mut lab, &invite, 200, TAKES, "");
                peer.wait(&mut lab, "ACK");
                let bye = peer.wait(&mut lab, "BYE");
                assert_eq!(bye.to_tag(), peer.tag);
                peer.respond(&mut lab, &bye, 200, "");
                hang_up(lab, other);
            } else {
                up(&mut lab, &mut peer, &invite);
                other.respond_with(&mut lab, &invite, 200, TAKES, &body);
                other.wait(&mut lab, "ACK");
                let bye = other.wait(&mut lab, "BYE");
                assert_eq!(bye.to_tag(), other.tag);
                other.respond(&mut lab, &bye, 200, "");
                assert!(lab.ends[0].ended().is_none());
                hang_up(lab, peer);
            }
        }
    }
}

#[test]
fn a_call_that_is_sent_elsewhere_takes_its_wish_along() {
    let (mut lab, mut peer, invite, call) = early();
    let mut second = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond_with(&mut lab, &invite, 302, "Contact: <sip:peer@10.0.0.8>\r\n", "");
    peer.wait(&mut lab, "ACK");
    peer.respond(&mut lab, &update, 481, "");
    let invite = second.wait(&mut lab, "INVITE");
    assert!(invite.body().contains("a=sendonly"), "{}", invite.text());
    second.respond(&mut lab, &invite, 200, &sdp("10.0.0.8", 40_000, "recvonly"));
    second.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Normal, 0)], HELD));
    hang_up(lab, second);
}

#[test]
fn a_hold_in_a_call_without_a_reliable_answer_waits_for_nothing() {
    // the commands fail at once, and the call goes on
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer);
    let (call, body) = (lab.ends[0].last_call(), peer.sdp());
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(10));
    assert!(hold(&mut lab, call, true, 7).is_err());
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(2));
    hang_up(lab, peer);
}
