//! rfc3261#14.1: our offer waits while one of theirs is under way. It has its turn behind each, and not for ever.

use super::*;

/// A re-INVITE of theirs, and the CANCEL of it.
fn their_invite(peer: &mut Peer, body: &str) -> (String, String) {
    let text = peer.request("INVITE", "", body);
    let via = text.lines().find_map(|line| line.strip_prefix("Via: ")).unwrap().to_owned();
    let cancel = peer.request_with("CANCEL", &via, "", "");
    (text, cancel)
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
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
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
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
}

#[test]
fn a_far_end_that_leaves_no_turn_ends_the_wait() {
    let (mut lab, mut peer) = connected(true);
    let media_before = media_events(&lab);
    lab.ends[0].grant = false;
    let mut invites = 0;
    let mut begun = None;
    while done(&lab).is_empty() {
        // its host is sought, and it is taken back for the next one
        let (text, cancel) = their_invite(&mut peer, &sdp("media.example.com", 40_000, ""));
        peer.send(&mut lab, &text);
        if begun.is_none() {
            lab.run_for(Duration::from_millis(100));
            hold(&mut lab, true, 1);
            begun = Some(lab.now);
        }
        lab.run_for(Duration::from_millis(1300));
        peer.send(&mut lab, &cancel);
        let refusal = peer.wait(&mut lab, "SIP/2.0 487");
        peer.ack_refusal(&mut lab, &text, &refusal);
        invites += 1;
        assert!(invites < 100, "{}", ladder::draw(&lab));
    }
    let waited = lab.now.millis() - begun.unwrap().millis();
    assert!((58_000..64_000).contains(&waited), "{waited}");
    assert_eq!(done(&lab), [(1, Cause::Timeout, 0)]);
    assert_eq!(peer.all(&lab, "INVITE").len(), 1, "none of ours left but the first");
    // the session is as it was
    assert_eq!((media_events(&lab), media(&lab)), (media_before, BOTH));
    let info = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap();
    assert_eq!((info.state, info.holding), (CallState::Connected, false));
    lab.ends[0].grant = true;
    lab.drain();
    lab.run_for(Duration::from_secs(3));
    held(&mut lab, &mut peer, true, "sendonly", "recvonly");
    finish(lab, peer);
}
