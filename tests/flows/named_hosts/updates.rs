//! The offer of an UPDATE names a host: 500 while it is looked up, and the answer when it comes again.

use super::{lab, media, named};
use crate::reliable::{lines, prack};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, DialOptions, Reply};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

fn connected(knows: bool) -> (Lab, Peer) {
    let mut lab = lab(knows);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    (lab, peer)
}

fn send(lab: &mut Lab, peer: &mut Peer, body: &str) -> String {
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let text = peer.request("UPDATE", &contact, body);
    peer.send(lab, &text);
    text
}

/// It is asked for, and gets this response.
fn update(lab: &mut Lab, peer: &mut Peer, body: &str, status: u16) -> Sip {
    send(lab, peer, body);
    let number = peer.number;
    let response = peer.wait(lab, "SIP/2.0");
    assert_eq!((response.status(), response.number()), (status, number), "{}", response.text());
    // rfc3311#5.2
    assert_eq!(response.header("Retry-After"), if status == 500 { "1" } else { "" });
    response
}

fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none());
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

fn wait(lab: &mut Lab) {
    lab.run_for(Duration::from_secs(1));
}

#[test]
fn it_is_answered_when_it_comes_again() {
    let (mut lab, mut peer) = connected(true);
    update(&mut lab, &mut peer, &named(""), 500);
    assert_eq!(media(&lab), 0, "it has changed nothing");
    wait(&mut lab);
    let ok = update(&mut lab, &mut peer, &named(""), 200);
    assert!(ok.body().contains("m=audio"), "{}", ok.text());
    lab.run_for(Duration::from_millis(300));
    assert!(media(&lab) > 10, "{}", media(&lab));
    // the same host is known from then on
    let ok = update(&mut lab, &mut peer, &named("sendonly"), 200);
    assert!(ok.body().contains("a=recvonly"));
    lab.run_for(Duration::from_millis(50));
    let before = media(&lab);
    lab.run_for(Duration::from_millis(300));
    assert_eq!(media(&lab), before);
    assert_eq!(lab.ends[0].phone.in_use().requests, 0, "the look-up has given its slot back");
    finish(lab, peer);
}

#[test]
fn repetitions_get_the_same_bytes() {
    // rfc3261#17.2.2
    let (mut lab, mut peer) = connected(true);
    lab.names.insert("six.example.com".into(), vec!["[2001:db8::77]:5004".parse().unwrap()]);
    for (host, statuses) in [("media.example.com", [500, 200]), ("six.example.com", [500, 488])] {
        for status in statuses {
            let text = send(&mut lab, &mut peer, &sdp(host, 40_000, "recvonly"));
            let first = peer.wait(&mut lab, "SIP/2.0");
            assert_eq!(first.status(), status, "{host}");
            for _ in 0..3 {
                lab.run_for(Duration::from_millis(400));
                peer.send(&mut lab, &text);
                assert_eq!(peer.wait(&mut lab, "SIP/2.0").text(), first.text());
            }
        }
    }
    finish(lab, peer);
}

#[test]
fn a_host_that_is_not_found_is_refused_and_looked_up_once() {
    let (mut lab, mut peer) = connected(false);
    for status in [500, 488, 488, 488] {
        let refusal = update(&mut lab, &mut peer, &named(""), status);
        if status == 488 {
            // as of a re-INVITE
            assert_eq!(refusal.header("Warning"), "399 10.0.0.1 \"Audio host is not found\"");
            assert_eq!(lab.ends[0].phone.in_use().requests, 0, "it is not looked up again");
        }
        wait(&mut lab);
        lab.ends[0].grant = false;
    }
    lab.ends[0].grant = true;
    // another name is another matter, and its address is of no use here
    lab.names.insert("six.example.com".into(), vec!["[2001:db8::77]:5004".parse().unwrap()]);
    update(&mut lab, &mut peer, &sdp("six.example.com", 40_000, ""), 500);
    wait(&mut lab);
    let refusal = update(&mut lab, &mut peer, &sdp("six.example.com", 40_000, ""), 488);
    assert!(refusal.header("Warning").starts_with("301 "), "{}", refusal.text());
    finish(lab, peer);
}

#[test]
fn one_look_up_runs_at_a_time_and_ends_by_its_clock() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    for host in ["media.example.com", "other.example.com", "third.example.com", "media.example.com"] {
        update(&mut lab, &mut peer, &sdp(host, 40_000, ""), 500);
        assert_eq!(lab.ends[0].phone.in_use().requests, 1, "{host}");
        wait(&mut lab);
    }
    // no offer waits for it, and an address needs none
    update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"), 200);
    lab.run_for(Duration::from_secs(7));
    assert_eq!(lab.ends[0].phone.in_use().requests, 0);
    update(&mut lab, &mut peer, &named(""), 488);
    lab.ends[0].grant = true;
    finish(lab, peer);
}

#[test]
fn it_ends_with_its_dialog() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    update(&mut lab, &mut peer, &named(""), 500);
    assert_eq!(lab.ends[0].phone.in_use().requests, 1);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(lab.ends[0].phone.in_use().requests, 0);
    lab.ends[0].grant = true;
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn without_a_slot_it_may_come_again_too() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    lab.names.insert("media.example.com".into(), vec!["10.0.0.77:5004".parse().unwrap()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    // a call of ours has the one slot
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let now = lab.now;
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.8", &DialOptions::default()).unwrap();
    let invite = other.wait(&mut lab, "INVITE");
    let before = lab.ends[0].phone.counters().refused_full;
    update(&mut lab, &mut peer, &named(""), 500);
    assert_eq!(lab.ends[0].phone.counters().refused_full, before + 1);
    let body = other.sdp();
    other.respond(&mut lab, &invite, 200, &body);
    other.wait(&mut lab, "ACK");
    update(&mut lab, &mut peer, &named(""), 500);
    wait(&mut lab);
    update(&mut lab, &mut peer, &named(""), 200);
    for peer in [&mut other, &mut peer] {
        let bye = peer.request("BYE", "", "");
        peer.send(&mut lab, &bye);
        peer.wait(&mut lab, "SIP/2.0 200");
    }
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn an_offer_of_ours_that_is_answered_meanwhile_forgets_it() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    update(&mut lab, &mut peer, &named(""), 500);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hold(now, call, true, 7).unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    peer.wait(&mut lab, "ACK");
    assert_eq!(lab.ends[0].phone.in_use().requests, 0);
    lab.ends[0].grant = true;
    update(&mut lab, &mut peer, &named("recvonly"), 500);
    wait(&mut lab);
    assert!(update(&mut lab, &mut peer, &named("recvonly"), 200).body().contains("a=sendonly"), "ours still holds");
    finish(lab, peer);
}

#[test]
fn in_an_early_dialog_too() {
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9:5060", &DialOptions::default()).unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    // a second branch, whose dialog moves when it wins
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    for branch in [&mut other, &mut peer] {
        let body = branch.sdp();
        branch.respond_with(&mut lab, &invite, 183, &lines(1), &body);
        let asked = branch.wait(&mut lab, "PRACK");
        branch.respond(&mut lab, &asked, 200, "");
    }
    lab.run_for(Duration::from_millis(10));
    lab.ends[0].grant = false;
    peer.theirs = invite.from_tag();
    update(&mut lab, &mut peer, &named(""), 500);
    peer.respond(&mut lab, &invite, 200, "");
    peer.wait(&mut lab, "ACK");
    lab.ends[0].grant = true;
    wait(&mut lab);
    update(&mut lab, &mut peer, &named(""), 200);
    finish(lab, peer);
}

#[test]
fn one_in_a_prack_is_refused() {
    // rfc3262#5: it acknowledges too, and cannot wait
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let body = peer.sdp();
    let text = peer.request("INVITE", "Supported: 100rel\r\n", &body);
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    prack(&mut lab, &mut peer, &progress, &named(""));
    peer.wait(&mut lab, "SIP/2.0 488");
    assert_eq!(lab.ends[0].phone.in_use().requests, 0);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(70));
    lab.assert_settled();
}

#[test]
fn a_late_reply_to_a_look_up_that_is_over_changes_nothing() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].grant = false;
    update(&mut lab, &mut peer, &named(""), 500);
    let wish = super::lookup_or_other(&mut lab).flatten().unwrap();
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, wish, Reply::Hops(&[]));
    lab.ends[0].grant = true;
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}
