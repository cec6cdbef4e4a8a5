//! rfc3264#10.2: one codec of several, by our answer, or by an offer that follows the far end's.

use super::*;
use microsip_core::offer::Answering;
use microsip_core::phone::{Cause, Reoffer};
use microsip_tests::{EventKind, Peer, Sip, sdp};

const SINGLE: Answering = Answering { own_order: None, single: Some(true) };

fn with_peer(answering: Answering) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { answering, ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// The formats of a description's audio line.
fn formats(sip: &Sip) -> String {
    let body = sip.body();
    let line = body.lines().find(|line| line.starts_with("m=audio ")).unwrap();
    line.split("RTP/AVP ").nth(1).unwrap().to_owned()
}

/// A description with these formats, as an offer or an answer of the peer's.
fn description(formats: &str) -> String {
    sdp("10.0.0.9", 40_000, "").replace("0 8 101", formats)
}

fn accept(lab: &mut Lab, peer: &mut Peer, offer: &Sip, formats: &str) {
    peer.respond(lab, offer, 200, &description(formats));
    assert_eq!(peer.wait(lab, "ACK").number(), offer.number());
}

fn hold(lab: &mut Lab, peer: &mut Peer, on: bool) -> Sip {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hold(now, call, on, 1).unwrap();
    lab.drain();
    peer.wait(lab, "INVITE")
}

fn their_offer(lab: &mut Lab, peer: &mut Peer, offered: &str) -> String {
    let text = peer.request("INVITE", "", &description(offered));
    peer.send(lab, &text);
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    formats(&ok)
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    peer.silence(&mut lab, "INVITE", Duration::from_secs(10));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn an_offer_with_one_codec_follows_an_answer_with_several() {
    let (mut lab, mut peer) = with_peer(SINGLE);
    peer.be_called(&mut lab, 0);
    let narrow = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&narrow), "0 101");
    accept(&mut lab, &mut peer, &narrow, "0 101");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    // later offers have it too
    let offer = hold(&mut lab, &mut peer, true);
    assert_eq!(formats(&offer), "0 101");
    accept(&mut lab, &mut peer, &offer, "0 101");
    let offer = hold(&mut lab, &mut peer, false);
    accept(&mut lab, &mut peer, &offer, "0 101");
    // theirs may choose another one, which ours have from then on
    assert_eq!(their_offer(&mut lab, &mut peer, "8 0 101"), "8 101");
    assert_eq!(codec(&lab, 0, lab.ends[0].last_call()), "PCMA/8000");
    let offer = hold(&mut lab, &mut peer, true);
    assert_eq!(formats(&offer), "8 101");
    accept(&mut lab, &mut peer, &offer, "8 101");
    // an offer in a response has all of them (rfc3261#14.2), and is narrowed
    let empty = peer.request("INVITE", "", "");
    peer.send(&mut lab, &empty);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(formats(&ok), "0 8 101");
    peer.ack(&mut lab, &description("0 8 101"));
    let narrow = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&narrow), "0 101");
    accept(&mut lab, &mut peer, &narrow, "0 101");
    finish(lab, peer);
}

#[test]
fn nothing_follows_an_answer_with_one_codec_or_where_nobody_asks() {
    for (answering, answer) in [(SINGLE, "8 101"), (SINGLE, "8"), (Answering::USUAL, "0 8 101")] {
        let (mut lab, mut peer) = with_peer(answering);
        lab.dial(0, "sip:peer@10.0.0.9:5060");
        let invite = peer.wait(&mut lab, "INVITE");
        assert_eq!(formats(&invite), "0 8 101");
        accept(&mut lab, &mut peer, &invite, answer);
        finish(lab, peer);
    }
}

#[test]
fn our_answer_has_one_codec() {
    let (mut lab, mut peer) = with_peer(SINGLE);
    let ok = peer.call_without_ack(&mut lab, 0);
    assert_eq!(formats(&ok), "0 101");
    peer.ack(&mut lab, "");
    finish(lab, peer);
}

#[test]
fn a_late_offer_has_all_and_is_narrowed() {
    let (mut lab, mut peer) = with_peer(SINGLE);
    let invite = peer.request("INVITE", "", "");
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    assert_eq!(formats(&ok), "0 8 101");
    peer.ack(&mut lab, &description("8 0 101"));
    let narrow = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&narrow), "8 101");
    accept(&mut lab, &mut peer, &narrow, "8 101");
    finish(lab, peer);
}

#[test]
fn a_refusal_leaves_several_codecs_and_is_told() {
    let (mut lab, mut peer) = with_peer(SINGLE);
    peer.be_called(&mut lab, 0);
    let narrow = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &narrow, 488, "");
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(60));
    let told = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap();
    assert_eq!(told.result, Cause::Refused);
    // the next one is tried again, behind the one that has it
    let offer = hold(&mut lab, &mut peer, true);
    assert_eq!(formats(&offer), "0 8 101");
    accept(&mut lab, &mut peer, &offer, "0 8 101");
    let narrow = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&narrow), "0 101");
    accept(&mut lab, &mut peer, &narrow, "0 101");
    finish(lab, peer);
}

#[test]
fn a_choice_of_the_application_is_offered_whole_first() {
    let (mut lab, mut peer) = with_peer(SINGLE);
    peer.be_called(&mut lab, 0);
    let narrow = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &narrow, "0 101");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let codecs = CodecOrder::of(&[Codec::G722, Codec::Pcma]);
    lab.ends[0].phone.reoffer(now, call, &Reoffer { codecs, ..Reoffer::default() }, 7).unwrap();
    lab.drain();
    let offer = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&offer), "9 8 101");
    accept(&mut lab, &mut peer, &offer, "8 9 101");
    let narrow = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&narrow), "8 101");
    accept(&mut lab, &mut peer, &narrow, "8 101");
    let done = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    assert_eq!(done.map(|event| (event.token, event.result)).collect::<Vec<_>>(), [(7, Cause::Normal)]);
    finish(lab, peer);
}

#[test]
fn an_account_says_otherwise_than_its_phone() {
    let mut lab = Lab::new(&[
        Options { answering: SINGLE, ..speaking(&[Codec::G722, Codec::Pcmu], 8000) },
        speaking(&[Codec::Pcmu, Codec::G722], 8000),
    ]);
    let now = lab.now;
    let config = |answering| AccountConfig {
        uri: "sip:bert@10.0.0.2",
        trusted: "10.0.0.1",
        no_register: true,
        answering,
        ..AccountConfig::default()
    };
    let of_bert = Answering { own_order: Some(true), single: None };
    let bert = lab.ends[1].phone.account_add(now, &config(of_bert)).unwrap();
    let none = Answering { own_order: None, single: Some(false) };
    let anna = AccountConfig { uri: "sip:anna@10.0.0.2", trusted: "", ..config(none) };
    let anna = lab.ends[0].phone.account_add(now, &anna).unwrap();
    for (account, own_order, used, offers) in [
        // the phone's own: the answer's two become one
        (AccountId::NONE, Some(true), "PCMU/8000", 2),
        (AccountId::NONE, Some(false), "G722/8000", 2),
        (anna, Some(true), "PCMU/8000", 1),
    ] {
        let now = lab.now;
        let change = AccountChange { answering: Answering { own_order, single: None }, ..AccountChange::default() };
        lab.ends[1].phone.account_update(now, bert, &change).unwrap();
        let before = lab.count("INVITE");
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        let ours = lab.ends[0].phone.dial(now, account, "sip:bert@10.0.0.2", &options).unwrap();
        let seen = lab.ends[1].phone.calls().count();
        lab.run_until("it rings", |lab| lab.ends[1].phone.calls().count() > seen);
        let theirs = lab.ends[1].last_call();
        lab.ends[1].phone.answer(lab.now, theirs, 200).unwrap();
        lab.run_for(Duration::from_secs(5));
        assert_eq!(codec(&lab, 0, ours), used);
        assert_eq!(lab.count("INVITE") - before, offers);
        let now = lab.now;
        lab.ends[0].phone.hangup(now, ours).unwrap();
        lab.run_for(Duration::from_secs(40));
    }
}
