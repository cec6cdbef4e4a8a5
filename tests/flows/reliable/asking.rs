//! As the caller (rfc3262#4).

use super::{dial, lines, told};
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, MEDIA_HELD, MEDIA_RECEIVING, Reliable};
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};

fn new() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn an_invite_says_what_is_wished_for() {
    for (wish, supported, required) in [
        (Reliable::Inherited, true, false),
        (Reliable::Off, false, false),
        (Reliable::Supported, true, false),
        (Reliable::Required, false, true),
    ] {
        let (mut lab, mut peer) = new();
        let invite = dial(&mut lab, &mut peer, wish);
        let names = |name: &str| invite.lists(name, "100rel");
        assert_eq!((names("Supported"), names("Require")), (supported, required), "{wish:?}");
        assert!(invite.header("Allow").contains("PRACK"));
    }
}

#[test]
fn each_response_gets_its_prack_in_order_and_is_told_once() {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    peer.record_routes = vec!["<sip:10.0.0.9:5060;lr>".into()];
    for _ in 0..3 {
        peer.respond_with(&mut lab, &invite, 180, &lines(4_294_967_290), "");
        lab.run_for(Duration::from_millis(100));
    }
    let prack = peer.wait(&mut lab, "PRACK");
    assert_eq!(prack.header("RAck"), format!("4294967290 {} INVITE", invite.number()));
    assert_eq!((prack.uri(), prack.to_tag()), ("sip:peer@10.0.0.9:5060".into(), peer.tag.clone()));
    assert_eq!((prack.number(), prack.from_tag()), (invite.number() + 1, invite.from_tag()));
    assert_eq!(prack.headers("Route"), ["<sip:10.0.0.9:5060;lr>"]);
    assert!(prack.header("Contact").is_empty() && prack.header("Require").is_empty());
    peer.respond(&mut lab, &prack, 200, "");
    assert_eq!(told(&lab), [(CallState::Early as u32, 180)]);
    // one is missing: what comes behind it waits for it
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, &lines(4_294_967_292), &body);
    peer.respond_with(&mut lab, &invite, 183, &lines(4_294_967_289), &body);
    peer.silence(&mut lab, "PRACK", Duration::from_secs(1));
    assert_eq!(told(&lab).len(), 1);
    peer.respond_with(&mut lab, &invite, 182, &lines(4_294_967_291), "");
    let prack = peer.wait(&mut lab, "PRACK");
    assert_eq!(prack.header("RAck"), format!("4294967291 {} INVITE", invite.number()));
    peer.respond(&mut lab, &prack, 200, "");
    peer.respond_with(&mut lab, &invite, 183, &lines(4_294_967_292), &body);
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 200, "");
    assert_eq!(prack.number(), invite.number() + 3);
    assert_eq!(told(&lab), [180, 182, 183].map(|code| (CallState::Early as u32, code)));
    // the answer has come, so the 2xx needs none
    peer.respond(&mut lab, &invite, 200, "");
    let ack = peer.wait(&mut lab, "ACK");
    assert_eq!(ack.number(), invite.number());
    lab.run_for(Duration::from_millis(100));
    assert!(lab.ends[0].reached(CallState::Connected) && lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

#[test]
fn what_is_no_reliable_response_gets_no_prack() {
    for extra in [
        "RSeq: 1\r\n",
        "Require: 100rel\r\n",
        "Require: 100rel\r\nRSeq: 0\r\n",
        "Require: 100rel\r\nRSeq: 4294967296\r\n",
        "Require: 100rel\r\nRSeq: x\r\n",
        "Require: 100rel\r\nRSeq: 1\r\nRSeq: 2\r\n",
    ] {
        let (mut lab, mut peer) = new();
        let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
        peer.respond_with(&mut lab, &invite, 180, extra, "");
        peer.silence(&mut lab, "PRACK", Duration::from_secs(1));
        assert_eq!(told(&lab), [(CallState::Early as u32, 180)], "{extra}");
    }
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    // rfc3262#4: of a 100 it means nothing
    peer.respond_with(&mut lab, &invite, 100, &lines(1), "");
    peer.silence(&mut lab, "PRACK", Duration::from_secs(1));
    // a response without a tag makes no dialog
    let tag = core::mem::take(&mut peer.tag);
    peer.respond_with(&mut lab, &invite, 180, &lines(1), "");
    peer.silence(&mut lab, "PRACK", Duration::from_secs(1));
    peer.tag = tag;
    peer.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_description_behind_the_answer_is_none() {
    // rfc3261#13.2.1, rfc6337#3.1.1
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, &lines(7), &body);
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 200, "");
    lab.run_for(Duration::from_secs(1));
    let sent = |lab: &Lab, port: u16| {
        lab.media_sent.get(&format!("10.0.0.9:{port}").parse().unwrap()).copied().unwrap_or_default()
    };
    // the PRACK's response shows that its far end is there, so media is not held back
    assert!(sent(&lab, 40_000) > 45, "{}", sent(&lab, 40_000));
    peer.respond_with(&mut lab, &invite, 183, &lines(8), &sdp("10.0.0.9", 41_000, ""));
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 200, "");
    peer.respond(&mut lab, &invite, 200, &sdp("10.0.0.9", 42_000, ""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(1));
    assert_eq!((sent(&lab, 41_000), sent(&lab, 42_000)), (0, 0));
    hang_up(lab, peer);
}

#[test]
fn their_update_before_the_answer_is_taken() {
    // rfc3311#5.2
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(10));
    let held = sdp("10.0.0.9", 40_000, "sendonly");
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    // the answer was a preview
    let update = peer.request("UPDATE", &contact, &held);
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 491");
    peer.respond_with(&mut lab, &invite, 183, &lines(1), &body);
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 200, "");
    let update = peer.request("UPDATE", &contact, &held);
    peer.send(&mut lab, &update);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("a=recvonly"));
    let media = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value;
    assert_eq!(media, MEDIA_RECEIVING + MEDIA_HELD);
    peer.respond(&mut lab, &invite, 200, "");
    peer.wait(&mut lab, "ACK");
    hang_up(lab, peer);
}

#[test]
fn a_cancelled_call_leaves_nothing() {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Required);
    peer.respond_with(&mut lab, &invite, 180, &lines(1), "");
    let prack = peer.wait(&mut lab, "PRACK");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &prack, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_lost_prack_is_sent_again_and_a_refused_one_changes_nothing() {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    peer.respond_with(&mut lab, &invite, 180, &lines(1), "");
    lab.run_for(Duration::from_secs(3));
    assert_eq!(peer.times(&lab, "PRACK"), [0, 500, 1500]);
    let prack = peer.wait(&mut lab, "PRACK");
    peer.respond(&mut lab, &prack, 481, "");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    assert!(lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

#[test]
fn a_response_whose_prack_finds_no_slot_counts_as_not_come() {
    // the INVITE has the one slot; it is heard again once there is another
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    let body = peer.sdp();
    peer.respond_with(&mut lab, &invite, 183, &lines(1), &body);
    peer.silence(&mut lab, "PRACK", Duration::from_secs(2));
    assert_eq!(told(&lab).len(), 0);
    peer.respond(&mut lab, &invite, 500, "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_far_end_that_does_not_respond_to_a_prack_takes_no_further_slots() {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer, Reliable::Inherited);
    for rseq in 1..100 {
        peer.respond_with(&mut lab, &invite, 180, &lines(rseq), "");
        lab.run_for(Duration::from_millis(2));
    }
    assert_eq!((peer.all(&lab, "PRACK").len(), lab.ends[0].phone.in_use().requests), (1, 2));
    // the next one is taken once that has its response
    let prack = peer.wait(&mut lab, "PRACK");
    assert_eq!(prack.header("RAck"), format!("1 {} INVITE", invite.number()));
    peer.respond(&mut lab, &prack, 200, "");
    peer.respond_with(&mut lab, &invite, 180, &lines(2), "");
    let prack = peer.wait(&mut lab, "PRACK");
    assert_eq!(prack.header("RAck"), format!("2 {} INVITE", invite.number()));
    peer.respond(&mut lab, &prack, 200, "");
    peer.respond(&mut lab, &invite, 486, "");
    peer.wait(&mut lab, "ACK");
    lab.assert_settled();
}

#[test]
fn a_prack_that_an_earlier_target_left_without_a_response_is_in_nobodys_way() {
    let (mut lab, mut first) = new();
    let mut second = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let invite = dial(&mut lab, &mut first, Reliable::Inherited);
    first.respond_with(&mut lab, &invite, 180, &lines(1), "");
    first.wait(&mut lab, "PRACK");
    first.contact = "sip:peer@10.0.0.8".to_owned();
    first.respond_with(&mut lab, &invite, 302, &format!("Contact: <{}>\r\n", first.contact), "");
    first.wait(&mut lab, "ACK");
    let invite = second.wait(&mut lab, "INVITE");
    second.respond_with(&mut lab, &invite, 180, &lines(7), "");
    let prack = second.wait(&mut lab, "PRACK");
    assert_eq!(prack.header("RAck"), format!("7 {} INVITE", invite.number()));
    second.respond(&mut lab, &prack, 200, "");
    let body = second.sdp();
    second.respond(&mut lab, &invite, 200, &body);
    second.wait(&mut lab, "ACK");
    hang_up(lab, second);
}
