//! RFC 3262: reliable provisional responses, in both roles.

mod answering;
mod asking;
mod authorized;
mod forking;
mod lossy;

use microsip_core::phone::{AccountId, CallState, DialOptions, Reliable};
use microsip_tests::{Lab, Peer, Sip};

/// The header lines of a reliable response.
pub(crate) fn lines(rseq: u32) -> String {
    format!("Require: 100rel\r\nRSeq: {rseq}\r\n")
}

/// Dials a peer with this wish; gives the INVITE.
fn dial(lab: &mut Lab, peer: &mut Peer, reliable: Reliable) -> Sip {
    let options = DialOptions { reliable, ..DialOptions::default() };
    let now = lab.now;
    let uri = format!("sip:peer@{}", peer.at);
    lab.ends[0].phone.dial(now, AccountId::NONE, &uri, &options).unwrap();
    peer.wait(lab, "INVITE")
}

/// Sends an INVITE with these header lines and this body.
fn invite(lab: &mut Lab, peer: &mut Peer, extra: &str, body: &str) -> String {
    let text = peer.request("INVITE", extra, body);
    peer.send(lab, &text);
    text
}

/// The number of a response's RSeq.
fn rseq(response: &Sip) -> u32 {
    response.header("RSeq").parse().unwrap()
}

/// Sends the PRACK of a response; gives its text.
pub(crate) fn prack(lab: &mut Lab, peer: &mut Peer, response: &Sip, body: &str) -> String {
    peer.learn(response);
    let rack = format!("RAck: {} {} INVITE\r\n", rseq(response), response.number());
    let text = peer.request("PRACK", &rack, body);
    peer.send(lab, &text);
    text
}

/// The events of the first phone behind the beginning of its call, as states and codes.
fn told(lab: &Lab) -> Vec<(u32, u16)> {
    let calls = lab.ends[0].events.iter().filter(|event| event.kind == microsip_tests::EventKind::Call);
    let calls = calls.filter(|event| event.state != CallState::Calling as u32);
    calls.map(|event| (event.state, event.sip_code)).collect()
}
