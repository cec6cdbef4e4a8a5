//! RFC 3311: our UPDATE in an early dialog, in both roles.

mod asking;
mod called;
mod crossing;
mod identity;

use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallId, Cause, CommandError, DialOptions, NotYet, Op, Reoffer};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

/// The methods of a far end that takes UPDATE, and an identity that changes.
pub(crate) const TAKES: &str = "Supported: from-change\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";

fn new() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// Dials the peer; gives the INVITE.
fn dial(lab: &mut Lab, peer: &mut Peer) -> Sip {
    let now = lab.now;
    let uri = format!("sip:peer@{}", peer.at);
    lab.ends[0].phone.dial(now, AccountId::NONE, &uri, &DialOptions::default()).unwrap();
    peer.wait(lab, "INVITE")
}

/// The lines of a reliable response of a far end that takes UPDATE.
fn lines(rseq: u32) -> String {
    format!("{}{TAKES}", crate::reliable::lines(rseq))
}

/// The peer has answered reliably, and our PRACK has its response.
fn answered(lab: &mut Lab, peer: &mut Peer, rseq: u32, body: &str, invite: &Sip) {
    peer.respond_with(lab, invite, 183, &lines(rseq), body);
    let prack = peer.wait(lab, "PRACK");
    peer.respond(lab, &prack, 200, "");
    lab.run_for(Duration::from_millis(10));
}

/// A call that was dialled, with a media exchange that is complete in its early dialog.
fn early() -> (Lab, Peer, Sip, CallId) {
    let (mut lab, mut peer) = new();
    let invite = dial(&mut lab, &mut peer);
    let body = peer.sdp();
    answered(&mut lab, &mut peer, 1, &body, &invite);
    let call = lab.ends[0].last_call();
    (lab, peer, invite, call)
}

fn hold(lab: &mut Lab, call: CallId, on: bool, token: u64) -> Result<(), CommandError> {
    let now = lab.now;
    let held = lab.ends[0].phone.hold(now, call, on, token);
    lab.drain();
    held
}

fn reoffer(lab: &mut Lab, call: CallId, changes: &Reoffer, token: u64) -> Result<(), CommandError> {
    let now = lab.now;
    let offered = lab.ends[0].phone.reoffer(now, call, changes, token);
    lab.drain();
    offered
}

fn not_yet(lab: &Lab, call: CallId) -> Option<NotYet> {
    lab.ends[0].phone.call_not_yet(call, true)
}

/// The results of the commands that ended, by their tokens.
fn done(lab: &Lab) -> Vec<(u64, Cause, u16)> {
    let changes = [Some(Op::Hold), Some(Op::Reoffer), Some(Op::Identify)];
    let ended = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done && changes.contains(&event.op));
    ended.map(|event| (event.token, event.result, event.sip_code)).collect()
}

fn media(lab: &Lab) -> u32 {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value
}

fn edition(sip: &Sip) -> u64 {
    sip.body().lines().find_map(|line| line.strip_prefix("o=")).unwrap().split(' ').nth(2).unwrap().parse().unwrap()
}

/// The INVITE is answered without a description, and acknowledged.
fn up(lab: &mut Lab, peer: &mut Peer, invite: &Sip) {
    peer.respond_with(lab, invite, 200, TAKES, "");
    peer.wait(lab, "ACK");
    lab.run_for(Duration::from_millis(10));
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}
