//! An offer of ours that meets something of the far end's: an INVITE, a repeated 2xx, a BYE, another change of network.

use super::*;

#[test]
fn a_repeated_2xx_of_the_first_invite_is_acknowledged_with_its_own_number_while_ours_runs() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let first = peer.be_called(&mut lab, 0);
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    let text = peer.response_text(&first, 200, "", &body);
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "ACK").number(), first.number());
    accept(&mut lab, &mut peer, &again);
    finish(lab, peer);
}

#[test]
fn after_491_the_owner_of_the_call_id_waits_longer() {
    for (ours, range) in [(true, 2100..=4000), (false, 0..=2000)] {
        let (mut lab, mut peer, again) = moved(ours);
        let at = lab.now;
        peer.respond(&mut lab, &again, 491, "");
        let ack = peer.wait(&mut lab, "ACK");
        assert_eq!((ack.branch(), ack.number()), (again.branch(), again.number()));
        let next = peer.wait(&mut lab, "INVITE");
        // a millisecond there and one back
        let waited = since(at, &next) - 2;
        assert!(range.contains(&waited) && waited.is_multiple_of(10), "{ours}: {waited} ms");
        assert_eq!(next.number(), again.number() + 1);
        assert_eq!(edition(&next), edition(&again), "the same offer");
        accept(&mut lab, &mut peer, &next);
        peer.silence(&mut lab, "INVITE", Duration::from_secs(30));
        finish(lab, peer);
    }
}

#[test]
fn a_re_invite_that_always_gets_491_is_given_up_and_the_call_lives() {
    let (mut lab, mut peer, mut again) = moved(true);
    for _ in 1..TRIES {
        peer.respond(&mut lab, &again, 491, "");
        again = peer.wait(&mut lab, "INVITE");
    }
    peer.respond(&mut lab, &again, 491, "");
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(300));
    assert_eq!(told(&lab), Cause::Refused);
    finish(lab, peer);
}

#[test]
fn their_re_invite_gets_491_while_ours_runs() {
    // rfc3261#14.2
    let (mut lab, mut peer, again) = moved(false);
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 491");
    peer.ack_refusal(&mut lab, &text, &refusal);
    accept(&mut lab, &mut peer, &again);
    // afterwards it is accepted
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("c=IN IP4 10.0.0.31"));
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(100));
    finish(lab, peer);
}

#[test]
fn our_re_invite_waits_while_theirs_is_not_done() {
    // rfc3261#14.1: the ACK of their INVITE is not here yet
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call_without_ack(&mut lab, 0);
    move_to(&mut lab, &mut peer, 0, NEW);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(2500));
    peer.ack(&mut lab, "");
    let again = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &again);
    finish(lab, peer);
}

#[test]
fn we_may_hang_up_meanwhile() {
    // rfc3261#15: BYE may overtake it; its final response is acknowledged
    for (provisional, status) in [(0, 487), (0, 200), (100, 487), (100, 0), (0, 0), (0, 491), (0, 401)] {
        let (mut lab, mut peer, again) = moved(true);
        if provisional > 0 {
            peer.respond(&mut lab, &again, provisional, "");
            lab.run_for(Duration::from_millis(10));
        }
        let call = lab.ends[0].last_call();
        peer.be_hung_up(&mut lab, 0, call);
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
        if status > 0 {
            let body = if status == 200 { peer.sdp() } else { String::new() };
            peer.respond(&mut lab, &again, status, &body);
            assert_eq!(peer.wait(&mut lab, "ACK").number(), again.number(), "{status}");
        }
        peer.silence(&mut lab, "BYE", Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn they_may_hang_up_meanwhile() {
    for status in [487, 200, 0] {
        let (mut lab, mut peer, again) = moved(false);
        let bye = peer.request("BYE", "", "");
        peer.send(&mut lab, &bye);
        peer.wait(&mut lab, "SIP/2.0 200");
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
        if status > 0 {
            let body = if status == 200 { peer.sdp() } else { String::new() };
            peer.respond(&mut lab, &again, status, &body);
            assert_eq!(peer.wait(&mut lab, "ACK").number(), again.number());
        }
        peer.silence(&mut lab, "BYE", Duration::from_secs(1));
        lab.assert_settled();
    }
}

#[test]
fn another_change_meanwhile_begins_it_anew() {
    let (mut lab, mut peer, again) = moved(true);
    move_to(&mut lab, &mut peer, 2, "10.0.0.32:5060");
    let next = peer.wait(&mut lab, "INVITE");
    assert_eq!((next.from, next.number()), (at("10.0.0.32:5060"), again.number() + 1));
    assert!(next.body().contains("c=IN IP4 10.0.0.32"));
    assert_eq!(edition(&next).1, edition(&again).1 + 1);
    // the response to the first came too late, and to the wrong address
    let text = peer.response_text(&again, 200, "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.silence(&mut lab, "ACK", Duration::from_millis(100));
    accept(&mut lab, &mut peer, &next);
    finish(lab, peer);
}
