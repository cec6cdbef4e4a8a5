//! Calls through servers, and registrations.

use super::{DEAD, LEFT, RIGHT, SERVER, World};
use crate::peer::{Peer, Sip, sdp};

impl World {
    /// The registrar challenges, sometimes with a new nonce, and sometimes wants a longer lifetime.
    pub(super) fn register(&mut self, peer: &mut Peer, request: &Sip) {
        self.registers += 1;
        let (mood, count) = (self.round() % 3, self.registers);
        let algorithm = ["SHA-256", "MD5", "SHA-512-256"][mood];
        let challenge = |nonce: &str, stale: &str| {
            format!(
                "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{nonce}\", qop=\"auth\", algorithm={algorithm}{stale}\r\n"
            )
        };
        let (status, lines) = match (request.header("Authorization").is_empty(), count, mood) {
            (true, ..) => (401, challenge("first", "")),
            (false, 2, 1) => (401, challenge("second", ", stale=true")),
            (false, 2, 2) => (423, "Min-Expires: 240\r\n".to_owned()),
            _ if request.header("Expires") == "0" => (200, String::new()),
            _ => (200, format!("Contact: {};expires=60\r\n", request.header("Contact"))),
        };
        peer.tag = "registrar".into();
        peer.respond_with(&mut self.lab, request, status, &lines, "");
    }

    /// The server accepts a BYE or a CANCEL; in every other round it challenges the BYE first.
    pub(super) fn bye(&mut self, peer: &mut Peer, request: &Sip) {
        let open = request.text().starts_with("BYE ") && request.header("Proxy-Authorization").is_empty();
        if open && self.round().is_multiple_of(2) && peer.at == SERVER.parse().unwrap() {
            peer.respond_with(&mut self.lab, request, 407, PROXY_CHALLENGE, "");
        } else {
            peer.respond(&mut self.lab, request, 200, "");
        }
    }
}

const PROXY_CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"of-the-proxy\", qop=\"auth\"\r\n";

/// The response of a peer to the last INVITE that came to it or to another one.
fn respond(w: &mut World, by: &mut Peer, at: &Peer, status: u16, extra: &str, body: &str) -> bool {
    let Some(invite) = w.last(at, "INVITE") else { return false };
    by.respond_with(&mut w.lab, &invite, status, extra, body);
    w.pass(100);
    true
}

pub(super) fn given_up(w: &mut World) {
    let call = w.dial(0, "sip:late@10.0.0.21");
    w.pass(300);
    w.hang_up(0, call);
    let mut peer = w.peer_at(LEFT);
    let at = peer.clone();
    let body = peer.sdp();
    respond(w, &mut peer, &at, if w.round().is_multiple_of(2) { 180 } else { 200 }, "", &body);
    respond(w, &mut peer, &at, 487, "", "");
}

pub(super) fn no_response(w: &mut World) {
    w.dial(0, "sip:nobody@10.0.0.21");
    w.pass(40_000);
}

pub(super) fn forked(w: &mut World) {
    w.dial(0, "sip:many@10.0.0.9");
    w.pass(50);
    let server = w.peer_at(SERVER);
    let (mut left, mut right) = (w.peer_at(LEFT), w.peer_at(RIGHT));
    let (to_left, to_right) = (sdp("10.0.0.21", 40_000, ""), sdp("10.0.0.22", 40_002, ""));
    respond(w, &mut left, &server, 183, "", &to_left);
    respond(w, &mut right, &server, 183, "", &to_right);
    respond(w, &mut left, &server, 200, "", &to_left);
    respond(w, &mut right, &server, 200, "", &to_right);
    respond(w, &mut left, &server, 200, "", &to_left);
    w.pass(500);
}

pub(super) fn redirected(w: &mut World) {
    w.dial(0, "sip:moved@10.0.0.21");
    w.pass(50);
    let (mut left, mut right) = (w.peer_at(LEFT), w.peer_at(RIGHT));
    let at = left.clone();
    respond(w, &mut left, &at, 302, "Contact: <sip:low@10.0.0.99>;q=0.3, <sip:high@10.0.0.22:5070>;q=0.9\r\n", "");
    let (at, body) = (right.clone(), right.sdp());
    respond(w, &mut right, &at, 180, "", "");
    respond(w, &mut right, &at, 200, "", &body);
    w.pass(300);
}

pub(super) fn refused(w: &mut World) {
    w.dial(0, "sip:x@10.0.0.21");
    w.pass(50);
    let mut peer = w.peer_at(LEFT);
    let at = peer.clone();
    let status = [404, 486, 488, 503, 600, 420, 305, 580][w.round() % 8];
    respond(w, &mut peer, &at, 100, "", "");
    respond(w, &mut peer, &at, status, "Retry-After: 3\r\n", "");
    // its ACK was lost
    respond(w, &mut peer, &at, status, "Retry-After: 3\r\n", "");
}

pub(super) fn challenged(w: &mut World) {
    w.dial_by_account("bob");
    w.pass(50);
    let mut server = w.peer_at(SERVER);
    server.record_routes = vec!["<sip:10.0.0.9;lr>".into()];
    let at = server.clone();
    let body = server.sdp();
    respond(w, &mut server, &at, 407, PROXY_CHALLENGE, "");
    respond(w, &mut server, &at, 183, "", &body);
    respond(w, &mut server, &at, 200, "", &body);
    w.pass(500);
}

pub(super) fn dead_address(w: &mut World) {
    w.lab.names.insert("two.example".into(), vec![DEAD.parse().unwrap(), SERVER.parse().unwrap()]);
    w.dial(0, "sip:bob@two.example");
    w.pass(50);
    let (mut dead, mut server) = (w.peer_at(DEAD), w.peer_at(SERVER));
    let at = dead.clone();
    if w.round().is_multiple_of(2) {
        respond(w, &mut dead, &at, 503, "", "");
    }
    w.pass(6000);
    let at = server.clone();
    let body = server.sdp();
    respond(w, &mut server, &at, 200, "", &body);
    w.pass(500);
}

pub(super) fn registered_anew(w: &mut World) {
    let now = w.lab.now;
    let _ = w.lab.ends[0].phone.unregister(now, w.account, 0);
    w.pass(1000);
    let now = w.lab.now;
    let _ = w.lab.ends[0].phone.register(now, w.account, 0);
    w.pass(100_000);
    // a call from the registrar finds the account
    let mut server = w.peer_at(SERVER);
    if let Some(register) = w.last(&server, "REGISTER") {
        server.target = register.contact();
    }
    let text = server.invite(&mut w.lab);
    w.pass(100);
    w.give_status(0, 486);
    w.pass(50);
    if let Some(refusal) = w.last(&server, "SIP/2.0 486") {
        server.ack_refusal(&mut w.lab, &text, &refusal);
    }
}
