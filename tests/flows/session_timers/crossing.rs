//! Refreshes that meet other offers, and changes of network.

use super::*;

const LINES: &str = "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: INVITE, UPDATE\r\n";
const BY_INVITE: &str = "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: INVITE\r\n";

fn hold(lab: &mut Lab, on: bool, token: u64) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hold(now, call, on, token).unwrap();
    lab.drain();
}

fn done(lab: &Lab, token: u64) -> Option<Cause> {
    lab.ends[0].events.iter().find(|event| event.token == token && token > 0).map(|event| event.result)
}

#[test]
fn glare_waits_and_repeats() {
    for (lines, method) in [(LINES, "UPDATE"), (BY_INVITE, "INVITE")] {
        let (mut lab, mut peer) = lab(&phone(600));
        let first = calls(&mut lab, &mut peer, lines);
        let refresh = peer.wait(&mut lab, method);
        peer.respond(&mut lab, &refresh, 491, "");
        let again = peer.wait(&mut lab, method);
        let wait = again.at.since(refresh.at).millis();
        // rfc3261#14.1: we own the Call-ID
        assert!((2100..4100).contains(&wait), "{wait}");
        assert_eq!(again.header("Session-Expires"), "600;refresher=uac");
        assert!(method == "UPDATE" || again.body() == first.body());
        let body = if method == "INVITE" { peer.sdp() } else { String::new() };
        peer.respond_with(&mut lab, &again, 200, lines, &body);
        lab.run_for(Duration::from_millis(10));
        assert_eq!(seconds(again.at, info(&lab).session_expires), 600);
        finish(lab, peer);
    }
}

#[test]
fn both_refresh_at_once() {
    // their re-INVITE comes while our UPDATE is out: nobody makes two offers
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, LINES);
    let refresh = peer.wait(&mut lab, "UPDATE");
    let body = peer.sdp();
    let theirs = peer.request("INVITE", "Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n", &body);
    peer.send(&mut lab, &theirs);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ok.header("Session-Expires"), "600;refresher=uas");
    peer.ack(&mut lab, "");
    peer.respond_with(&mut lab, &refresh, 491, "", "");
    let again = peer.wait(&mut lab, "UPDATE");
    peer.respond_with(&mut lab, &again, 200, LINES, "");
    lab.run_for(Duration::from_millis(10));
    finish(lab, peer);
    // by re-INVITEs of both it is glare
    let (mut lab, mut peer) = super::lab(&phone(600));
    calls(&mut lab, &mut peer, BY_INVITE);
    let refresh = peer.wait(&mut lab, "INVITE");
    let theirs = peer.request("INVITE", "Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n", &body);
    peer.send(&mut lab, &theirs);
    let refusal = peer.wait(&mut lab, "SIP/2.0 491");
    peer.ack_refusal(&mut lab, &theirs, &refusal);
    peer.respond(&mut lab, &refresh, 491, "");
    peer.wait(&mut lab, "ACK");
    let again = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &again, 200, BY_INVITE, &body);
    peer.wait(&mut lab, "ACK");
    finish(lab, peer);
}

#[test]
fn a_refresh_waits_for_an_offer_that_is_out() {
    // the hold's re-INVITE leaves just before the refresh would, and is answered after its time
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, LINES);
    lab.run_for(Duration::from_secs(299));
    hold(&mut lab, true, 7);
    let offer = peer.wait(&mut lab, "INVITE");
    assert_eq!(offer.header("Session-Expires"), "600;refresher=uac");
    peer.respond(&mut lab, &offer, 100, "");
    lab.run_for(Duration::from_secs(10));
    assert!(peer.all(&lab, "UPDATE").is_empty(), "it waits");
    let answer = sdp("10.0.0.9", 40_000, "recvonly");
    peer.respond_with(&mut lab, &offer, 200, LINES, &answer);
    let answered = lab.now;
    peer.wait(&mut lab, "ACK");
    assert_eq!(done(&lab, 7), Some(Cause::Normal));
    // which refreshed the session
    let refresh = peer.wait(&mut lab, "UPDATE");
    assert_eq!(seconds(answered, refresh.at), 300);
    assert!(info(&lab).holding);
    peer.respond_with(&mut lab, &refresh, 200, LINES, "");
    lab.run_for(Duration::from_millis(10));
    finish(lab, peer);
}

#[test]
fn a_hold_waits_for_a_refresh_that_is_out() {
    for (lines, method) in [(LINES, "UPDATE"), (BY_INVITE, "INVITE")] {
        for status in [200, 488, 491] {
            let (mut lab, mut peer) = lab(&phone(600));
            calls(&mut lab, &mut peer, lines);
            let refresh = peer.wait(&mut lab, method);
            hold(&mut lab, true, 9);
            lab.run_for(Duration::from_millis(100));
            assert_eq!(done(&lab, 9), None);
            let body = if method == "INVITE" { peer.sdp() } else { String::new() };
            peer.respond_with(&mut lab, &refresh, status, lines, if status == 200 { &body } else { "" });
            let offer = peer.wait(&mut lab, "INVITE");
            assert!(offer.body().contains("a=sendonly"), "{status}: {}", offer.body());
            let answer = sdp("10.0.0.9", 40_000, "recvonly");
            peer.respond_with(&mut lab, &offer, 200, lines, &answer);
            peer.wait(&mut lab, "ACK");
            lab.run_for(Duration::from_millis(10));
            assert_eq!(done(&lab, 9), Some(Cause::Normal), "{method} {status}");
            assert!(info(&lab).holding);
            finish(lab, peer);
        }
    }
}

#[test]
fn a_call_that_moves_is_refreshed_by_that() {
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, LINES);
    lab.run_for(Duration::from_secs(200));
    let now = lab.now;
    lab.ends[0].move_to(now, Some((1, "10.0.0.31:5060".parse().unwrap())));
    peer.phone = "10.0.0.31:5060".parse().unwrap();
    lab.drain();
    let offer = peer.wait(&mut lab, "INVITE");
    assert_eq!(offer.header("Session-Expires"), "600;refresher=uac");
    let body = peer.sdp();
    peer.respond_with(&mut lab, &offer, 200, LINES, &body);
    peer.wait(&mut lab, "ACK");
    let refresh = peer.wait(&mut lab, "UPDATE");
    assert_eq!(seconds(offer.at, refresh.at), 300);
    assert_eq!(refresh.from, "10.0.0.31:5060".parse().unwrap());
    peer.respond_with(&mut lab, &refresh, 200, LINES, "");
    lab.run_for(Duration::from_millis(10));
    finish(lab, peer);
}

#[test]
fn a_call_without_a_network_ends_at_its_time() {
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, LINES);
    let began = lab.now;
    lab.run_for(Duration::from_secs(100));
    let now = lab.now;
    lab.ends[0].move_to(now, None);
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.cause, seconds(began, ended.at)), (Cause::Expired, EndCause::Expired, 568));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}
