//! As the caller.

use super::{TAKES, answered, dial, done, early, edition, hang_up, hold, lines, media, new, not_yet, reoffer, up};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    CallState, Cause, CommandError, MEDIA_HOLDING, MEDIA_RECEIVING, MEDIA_SENDING, NotYet, Reoffer,
};
use microsip_core::wire::sdp::Direction;
use microsip_tests::{Peer, sdp};

const BOTH: u32 = MEDIA_SENDING + MEDIA_RECEIVING;

#[test]
fn a_hold_and_its_end_leave_before_the_answer() {
    // rfc3311#5.1, #8
    let (mut lab, mut peer, invite, call) = early();
    for (number, (on, way, token)) in [(true, "sendonly", 7), (false, "sendrecv", 8)].into_iter().enumerate() {
        hold(&mut lab, call, on, token).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        assert_eq!(update.uri(), peer.contact, "it goes to the early dialog's target");
        assert_eq!((update.to_tag(), update.from_tag()), (peer.tag.clone(), invite.from_tag()));
        assert_eq!(update.number(), invite.number() + 2 + number as u32, "behind the PRACK");
        assert_eq!(update.contact(), invite.contact());
        assert!(update.body().contains(&format!("a={way}")) || !on, "{}", update.text());
        // rfc3264#8: it grows by one with each change
        assert_eq!(edition(&update), edition(&invite) + number as u64 + 1);
        // rfc4028#7.2: the timer is the INVITE's 2xx's
        assert!(update.header("Session-Expires").is_empty() && update.lists("Supported", "timer"), "{}", update.text());
        assert!(done(&lab).iter().all(|(ended, ..)| *ended != token), "not before the answer");
        let answer = sdp("10.0.0.9", 40_000, if on { "recvonly" } else { "" });
        let contact = format!("Contact: <{}>\r\n", peer.contact);
        peer.respond_with(&mut lab, &update, 200, &contact, &answer);
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab).last(), Some(&(token, Cause::Normal, 0)));
        assert_eq!(media(&lab), if on { MEDIA_SENDING + MEDIA_HOLDING } else { BOTH });
    }
    assert!(!lab.ends[0].reached(CallState::Connected));
    up(&mut lab, &mut peer, &invite);
    assert!(lab.ends[0].reached(CallState::Connected));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    hang_up(lab, peer);
}

#[test]
fn a_held_call_stays_held_when_it_is_answered() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    up(&mut lab, &mut peer, &invite);
    assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_HOLDING);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1));
    hold(&mut lab, call, false, 8).unwrap();
    let again = peer.wait(&mut lab, "INVITE");
    assert!(!again.body().contains("a=sendonly"));
    assert_eq!(edition(&again), edition(&update) + 1);
    peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, ""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(media(&lab), BOTH);
    hang_up(lab, peer);
}

#[test]
fn media_is_offered_anew_with_other_directions_and_addresses() {
    let (mut lab, mut peer, invite, call) = early();
    reoffer(&mut lab, call, &Reoffer { direction: Some(Direction::ReceiveOnly), ..Reoffer::default() }, 5).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.body().contains("a=recvonly"), "{}", update.text());
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 41_000, "sendonly"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!((media(&lab), done(&lab)), (MEDIA_RECEIVING, vec![(5, Cause::Normal, 0)]));
    // with no changes it is offered as it is
    reoffer(&mut lab, call, &Reoffer::default(), 6).unwrap();
    let same = peer.wait(&mut lab, "UPDATE");
    assert_eq!(same.body(), update.body());
    peer.respond(&mut lab, &same, 200, &sdp("10.0.0.9", 41_000, "sendonly"));
    up(&mut lab, &mut peer, &invite);
    assert_eq!(done(&lab), [(5, Cause::Normal, 0), (6, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn what_is_not_legal_yet_is_refused_with_its_reason() {
    // rfc3311#5.1
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer);
    let call = lab.ends[0].last_call();
    let refused = |lab: &mut microsip_tests::Lab, why: NotYet| {
        assert_eq!((not_yet(lab, call), hold(lab, call, true, 1)), (Some(why), Err(CommandError::State)));
        assert_eq!(reoffer(lab, call, &Reoffer::default(), 1), Err(CommandError::State));
    };
    refused(&mut lab, NotYet::Dialog);
    peer.respond(&mut lab, &invite, 100, "");
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, NotYet::Dialog);
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, NotYet::Update);
    peer.respond_with(&mut lab, &invite, 180, TAKES, "");
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, NotYet::Answer);
    // a description that is not reliable is a preview (rfc6337#3.1.1)
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, TAKES, &body);
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, NotYet::Answer);
    // nor is one that is reliable an answer without a description
    answered(&mut lab, &mut peer, 1, "", &invite);
    refused(&mut lab, NotYet::Answer);
    answered(&mut lab, &mut peer, 2, &body, &invite);
    assert_eq!(not_yet(&lab, call), None);
    // it says that it does not take them any more
    let methods = format!("{}Allow: INVITE, ACK, BYE, CANCEL, PRACK\r\n", crate::reliable::lines(3));
    peer.respond_with(&mut lab, &invite, 180, &methods, "");
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 200, "");
    lab.run_for(Duration::from_millis(10));
    refused(&mut lab, NotYet::Update);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    refused(&mut lab, NotYet::Over);
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    assert_eq!(hold(&mut lab, call, true, 1), Err(CommandError::Stale));
    assert!(done(&lab).is_empty() && peer.all(&lab, "UPDATE").is_empty());
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn it_waits_for_the_response_to_our_prack() {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer);
    let (call, body) = (lab.ends[0].last_call(), peer.sdp());
    peer.respond_with(&mut lab, &invite, 183, &lines(1), &body);
    let prack = peer.wait(&mut lab, "PRACK");
    hold(&mut lab, call, true, 7).unwrap();
    peer.silence(&mut lab, "UPDATE", Duration::from_millis(300));
    peer.respond(&mut lab, &prack, 200, "");
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn one_is_out_at_a_time_and_later_wishes_follow() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 1).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    hold(&mut lab, call, false, 2).unwrap();
    hold(&mut lab, call, true, 3).unwrap();
    hold(&mut lab, call, false, 4).unwrap();
    assert_eq!(done(&lab), [(2, Cause::Cancelled, 0), (3, Cause::Cancelled, 0)]);
    peer.silence(&mut lab, "UPDATE", Duration::from_millis(400));
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(!update.body().contains("a=sendonly"));
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, ""));
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab)[2..], [(1, Cause::Normal, 0), (4, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn it_is_sent_again_until_its_response_and_its_dialog_ends_without_one() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    lab.run_for(Duration::from_secs(4));
    assert_eq!(peer.times(&lab, "UPDATE"), [0, 500, 1500, 3500]);
    // rfc3311#5.3
    let cancel = peer.wait(&mut lab, "CANCEL");
    assert!(lab.now.millis() > 32_000);
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_far_end_that_does_not_know_the_dialog_is_left() {
    // rfc3311#5.3
    for status in [408, 481] {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, status, "");
        let cancel = peer.wait(&mut lab, "CANCEL");
        peer.respond(&mut lab, &cancel, 200, "");
        peer.respond(&mut lab, &invite, 487, "");
        peer.wait(&mut lab, "ACK");
        assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)], "{status}");
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn a_refusal_leaves_the_session_as_it_was() {
    // rfc3311#5.3
    for status in [488, 403, 606, 503] {
        let (mut lab, mut peer, invite, call) = early();
        let before = media(&lab);
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, status, "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Refused, status)], before), "{status}");
        up(&mut lab, &mut peer, &invite);
        peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
        hang_up(lab, peer);
    }
}

#[test]
fn a_far_end_that_asks_its_user_or_takes_none_gets_it_behind_the_answer() {
    // rfc3311#5.2: 504 asks for a re-INVITE; 405 and 501 do not know the method
    for status in [405, 501, 504] {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &update, status, "");
        peer.silence(&mut lab, "UPDATE", Duration::from_secs(3));
        assert!(done(&lab).is_empty(), "{status}");
        assert_eq!(not_yet(&lab, call), Some(NotYet::Update));
        up(&mut lab, &mut peer, &invite);
        let again = peer.wait(&mut lab, "INVITE");
        assert!(again.body().contains("a=sendonly"), "{}", again.text());
        peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Normal, 0)], "{status}");
        hang_up(lab, peer);
    }
}

#[test]
fn one_that_changes_nothing_and_is_not_taken_leaves_behind_the_answer_too() {
    let (mut lab, mut peer, invite, call) = early();
    reoffer(&mut lab, call, &Reoffer::default(), 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 405, "");
    up(&mut lab, &mut peer, &invite);
    let again = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, ""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn a_try_at_a_wrong_time_is_made_again() {
    // rfc3311#5.3: the owner of the Call-ID waits for 2.1 to 4 s; 500 and 503 say how long
    for (status, extra, least, most) in
        [(491, "", 2_100, 4_000), (500, "Retry-After: 3\r\n", 3_000, 3_000), (503, "Retry-After: 0\r\n", 1_000, 1_000)]
    {
        let (mut lab, mut peer, invite, call) = early();
        hold(&mut lab, call, true, 7).unwrap();
        let update = peer.wait(&mut lab, "UPDATE");
        peer.respond_with(&mut lab, &update, status, extra, "");
        lab.run_for(Duration::from_millis(1));
        let refused = lab.now.millis();
        let again = peer.wait(&mut lab, "UPDATE");
        let waited = lab.now.millis() - refused;
        assert!((least..=most + 5).contains(&waited), "{status}: {waited}");
        assert_eq!(again.number(), update.number() + 1);
        peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
        lab.run_for(Duration::from_millis(10));
        assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
        up(&mut lab, &mut peer, &invite);
        hang_up(lab, peer);
    }
}

#[test]
fn one_that_waits_for_its_next_try_leaves_as_a_reinvite_behind_the_answer() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 491, "");
    lab.run_for(Duration::from_millis(100));
    up(&mut lab, &mut peer, &invite);
    let again = peer.wait(&mut lab, "INVITE");
    assert!(again.body().contains("a=sendonly"));
    peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn one_that_is_refused_for_ever_is_given_up() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
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
fn an_answer_without_audio_is_one() {
    let (mut lab, mut peer, invite, call) = early();
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 0, ""));
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, &invite);
    assert!(lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

#[test]
fn a_success_without_an_answer_fails_the_command() {
    let (mut lab, mut peer, invite, call) = early();
    let before = media(&lab);
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!((done(&lab), media(&lab)), (vec![(7, Cause::Protocol, 200)], before));
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn its_success_refreshes_the_target() {
    // rfc3311#5.3, rfc3261#12.2.1.2
    let (mut lab, mut peer, invite, call) = early();
    let mut other = Peer::new(&mut lab, "10.0.0.9:5070", 0);
    hold(&mut lab, call, true, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    let moved = "Contact: <sip:peer@10.0.0.9:5070>\r\n";
    peer.respond_with(&mut lab, &update, 200, moved, &sdp("10.0.0.9", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    hold(&mut lab, call, false, 8).unwrap();
    let update = other.wait(&mut lab, "UPDATE");
    assert_eq!(update.uri(), "sip:peer@10.0.0.9:5070");
    other.respond_with(&mut lab, &update, 200, &format!("Contact: <{}>\r\n", peer.contact), &peer.sdp());
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab).len(), 2);
    up(&mut lab, &mut peer, &invite);
    hang_up(lab, peer);
}

#[test]
fn without_a_free_slot_it_is_tried_again() {
    let mut options = microsip_tests::Options::default();
    options.capacity.requests = 2;
    let mut lab = microsip_tests::Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = dial(&mut lab, &mut peer);
    let body = peer.sdp();
    answered(&mut lab, &mut peer, 1, &body, &invite);
    let call = lab.ends[0].last_call();
    // another call takes the slot that is left
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let second = dial(&mut lab, &mut other);
    hold(&mut lab, call, true, 7).unwrap();
    peer.silence(&mut lab, "UPDATE", Duration::from_millis(900));
    other.respond(&mut lab, &second, 200, &sdp("10.0.0.8", 40_000, ""));
    other.wait(&mut lab, "ACK");
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    up(&mut lab, &mut peer, &invite);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    let bye = other.request("BYE", "", "");
    other.send(&mut lab, &bye);
    other.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}
