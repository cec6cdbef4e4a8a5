//! Calls from a peer, and a peer's other requests.

use super::{LEFT, World};
use crate::peer::{Peer, sdp};

/// An offer of a codec that no phone has.
const UNUSABLE: &str =
    "v=0\r\no=- 1 9 IN IP4 10.0.0.21\r\ns=-\r\nc=IN IP4 10.0.0.21\r\nt=0 0\r\nm=audio 4000 RTP/AVP 97\r\n";

/// A peer calls the first phone, which answers. Returns the peer in its dialog, before its ACK.
fn answered(w: &mut World, offer: bool) -> Peer {
    let mut peer = w.peer_at(LEFT);
    let body = if offer { peer.sdp() } else { String::new() };
    says(w, &mut peer, "INVITE", &body);
    w.give_status(0, 200);
    if let Some(ok) = w.last(&peer, "SIP/2.0 200") {
        peer.learn(&ok);
    }
    peer
}

fn says(w: &mut World, peer: &mut Peer, method: &str, body: &str) {
    let text = peer.request(method, "", body);
    peer.send(&mut w.lab, &text);
    w.pass(100);
}

pub(super) fn held(w: &mut World) {
    let mut peer = answered(w, true);
    peer.ack(&mut w.lab, "");
    for way in ["sendonly", "inactive", "sendrecv"] {
        says(w, &mut peer, "INVITE", &sdp("10.0.0.21", 40_000, way));
        says(w, &mut peer, "ACK", "");
    }
    let text = peer.request("INVITE", "", UNUSABLE);
    peer.send(&mut w.lab, &text);
    w.pass(100);
    if let Some(refusal) = w.last(&peer, "SIP/2.0 488") {
        peer.ack_refusal(&mut w.lab, &text, &refusal);
    }
    says(w, &mut peer, "OPTIONS", "");
    says(w, &mut peer, "BYE", "");
}

pub(super) fn late_offer(w: &mut World) {
    let mut peer = answered(w, false);
    let body = peer.sdp();
    says(w, &mut peer, "ACK", &body);
    w.pass(500);
}

pub(super) fn cancels(w: &mut World) {
    let mut peer = w.peer_at(LEFT);
    let invite = peer.invite(&mut w.lab);
    w.pass(100);
    let via = invite.lines().find_map(|line| line.strip_prefix("Via: ")).unwrap_or_default();
    for via in [&format!("{via}-of-another"), via] {
        let text = peer.request_with("CANCEL", via, "", "");
        peer.send(&mut w.lab, &text);
        w.pass(700);
    }
    if let Some(refusal) = w.last(&peer, "SIP/2.0 487") {
        peer.ack_refusal(&mut w.lab, &invite, &refusal);
    }
}

pub(super) fn never_acknowledges(w: &mut World) {
    answered(w, true);
    w.pass(35_000);
}

pub(super) fn strange_requests(w: &mut World) {
    let mut peer = w.peer_at(LEFT);
    for method in [
        "OPTIONS",
        "MESSAGE",
        "SUBSCRIBE",
        "NOTIFY",
        "REFER",
        "UPDATE",
        "PRACK",
        "INFO",
        "PUBLISH",
        "REGISTER",
        "BYE",
        "NEW",
    ] {
        says(w, &mut peer, method, "");
    }
    peer.theirs = "nobody's".into();
    says(w, &mut peer, "INVITE", UNUSABLE);
    peer.theirs.clear();
    for (extra, body) in [
        ("Require: 100rel, x-y\r\n", ""),
        ("Content-Type: text/plain\r\n", "hello"),
        ("Content-Encoding: gzip\r\n", "hello"),
        ("Accept: text/plain\r\n", ""),
        ("Max-Forwards: 0\r\n", "v=0\r\n"),
        ("", UNUSABLE),
    ] {
        peer.tag.push('x');
        let text = peer.request("INVITE", extra, body);
        peer.send(&mut w.lab, &text);
        w.pass(100);
        if let Some(refusal) = w.last(&peer, "SIP/2.0 4") {
            peer.ack_refusal(&mut w.lab, &text, &refusal);
        }
    }
    for text in [
        "\r\n\r\n",
        "garbage",
        "INVITE sip:x SIP/3.0\r\n\r\n",
        "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.21;branch=z9hG4bK1\r\n\r\n",
    ] {
        peer.send(&mut w.lab, text);
    }
}

pub(super) fn host_moves(w: &mut World) {
    let mut peer = answered(w, true);
    peer.ack(&mut w.lab, "");
    w.pass(300);
    let home = w.lab.ends[0].address;
    for (socket, address) in [(1, "10.0.0.51:5060".parse().unwrap()), (0, home)] {
        let now = w.lab.now;
        w.lab.ends[0].move_to(now, Some((socket, address)));
        w.pass(1000);
    }
}
