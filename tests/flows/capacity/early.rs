//! Reliable provisional responses and early media, in both roles: for each pool, and for bad networks.

use super::{Flow, answer_all, each, hangup_all};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, DialOptions, Reliable, Source};
use microsip_tests::{Lab, Peer, Sip, sdp};

pub(super) const FLOWS: [(&str, Flow); 5] = [
    ("early media", early),
    ("early media given up", given_up),
    ("reliable branches", branches),
    ("a late offer and a PRACK", late),
    ("no PRACK", unheard),
];

/// Dials with reliable responses from 180 on.
fn dial(lab: &mut Lab, uri: &str) {
    let options = DialOptions { source: Source::Silence, reliable: Reliable::Required, ..DialOptions::default() };
    let now = lab.now;
    let _ = lab.ends[0].phone.dial(now, AccountId::NONE, uri, &options);
    lab.drain();
    lab.run_for(Duration::from_millis(300));
}

fn progress(lab: &mut Lab, end: usize) {
    each(lab, end, |phone, now, call| phone.answer(now, call, 183).is_ok());
    lab.run_for(Duration::from_millis(300));
}

fn early(lab: &mut Lab) {
    dial(lab, "sip:bob@10.0.0.2");
    dial(lab, "sip:bob@10.0.0.2");
    progress(lab, 1);
    answer_all(lab, 1);
    hangup_all(lab, 0);
}

fn given_up(lab: &mut Lab) {
    dial(lab, "sip:bob@10.0.0.2");
    progress(lab, 1);
    hangup_all(lab, 0);
    dial(lab, "sip:bob@10.0.0.2");
    progress(lab, 1);
    each(lab, 1, |phone, now, call| phone.reject(now, call, 486).is_ok());
    lab.run_for(Duration::from_millis(300));
}

fn branches(lab: &mut Lab) {
    let mut peers = ["10.0.0.9:5060", "10.0.0.10:5060", "10.0.0.11:5060"].map(|at| Peer::new(lab, at, 0));
    dial(lab, "sip:peer@10.0.0.9");
    let Some(invite) = peers[0].all(lab, "INVITE").pop() else { return };
    for (number, status) in [(1, 180), (2, 183), (3, 183), (0, 200), (0, 200)] {
        for peer in &mut peers {
            let body = if status == 180 { String::new() } else { peer.sdp() };
            let extra = if number > 0 { super::super::reliable::lines(number) } else { String::new() };
            peer.respond_with(lab, &invite, status, &extra, &body);
            lab.run_for(Duration::from_millis(20));
            if let Some(prack) = peer.all(lab, "PRACK").pop() {
                peer.respond(lab, &prack, 200, "");
            }
        }
    }
    lab.run_for(Duration::from_millis(50));
    hangup_all(lab, 0);
}

/// A peer that requires them; its INVITE, and the reliable response that came last.
fn requires(lab: &mut Lab, body: &str) -> (Peer, Option<Sip>) {
    lab.audio = false;
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let text = peer.request("INVITE", "Require: 100rel\r\n", body);
    peer.send(lab, &text);
    lab.run_for(Duration::from_millis(60));
    progress(lab, 0);
    let response = peer.all(lab, "SIP/2.0 18").pop();
    (peer, response)
}

fn late(lab: &mut Lab) {
    let (mut peer, mut response) = requires(lab, "");
    for body in [sdp("10.0.0.9", 4000, ""), sdp("10.0.0.9", 4000, "sendonly"), String::new()] {
        let Some(reliable) = response.filter(|response| !response.header("RSeq").is_empty()) else { break };
        peer.learn(&reliable);
        let rack = format!("RAck: {} {} INVITE\r\n", reliable.header("RSeq"), reliable.number());
        let prack = peer.request("PRACK", &rack, &body);
        for _ in 0..2 {
            peer.send(lab, &prack);
            lab.run_for(Duration::from_millis(60));
        }
        response = peer.all(lab, "SIP/2.0 18").pop();
    }
    answer_all(lab, 0);
    if let Some(ok) = peer.all(lab, "SIP/2.0 200").into_iter().find(|ok| ok.header("CSeq").ends_with("INVITE")) {
        (peer.number, _) = (ok.number(), peer.learn(&ok));
        peer.ack(lab, "");
    }
    hangup_all(lab, 0);
}

fn unheard(lab: &mut Lab) {
    let (_, _) = requires(lab, &sdp("10.0.0.9", 4000, ""));
    lab.run_for(Duration::from_secs(40));
    hangup_all(lab, 0);
}
