//! An offer of ours that cannot be sent at once, or has to be sent again: challenges, slots, ports, networks.

use super::*;
use crate::challenged_calls::{CHALLENGE, answered};

/// A call by an account, whose server is the peer.
fn with_account() -> (Lab, Peer) {
    answered(Options::default(), "<sip:10.0.0.9:5060;lr>")
}

#[test]
fn a_challenge_is_answered_and_the_ack_repeats_the_credentials() {
    // rfc3261#22.2, rfc3261#22.1
    let (mut lab, mut peer) = with_account();
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &again, 407, CHALLENGE, "");
    let next = peer.wait(&mut lab, "INVITE");
    assert_eq!((next.number(), next.to_tag()), (again.number() + 1, again.to_tag()));
    assert_ne!(next.branch(), again.branch());
    let credentials = next.header("Proxy-Authorization");
    assert!(
        credentials.contains("nonce=\"n1\"") && credentials.contains(&format!("uri=\"{}\"", next.uri())),
        "{credentials}"
    );
    assert_eq!(edition(&next), edition(&again), "the same offer");
    let ack = accept(&mut lab, &mut peer, &next);
    assert_eq!(ack.header("Proxy-Authorization"), credentials);
    finish(lab, peer);
}

#[test]
fn a_challenge_that_is_not_ours_leaves_the_session_as_it_was() {
    let (mut lab, mut peer) = with_account();
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &again, 401, "WWW-Authenticate: Digest realm=\"far.example\", nonce=\"n1\"\r\n", "");
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(100));
    assert_eq!(told(&lab), Cause::Realm);
    finish(lab, peer);
}

fn options(requests: u32) -> Options {
    let mut options = Options::default();
    options.capacity.requests = requests;
    options
}

#[test]
fn without_a_slot_it_is_tried_later() {
    let mut lab = Lab::new(&[options(1)]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    lab.dial(0, "sip:other@10.0.0.8");
    let invite = other.wait(&mut lab, "INVITE");
    move_to(&mut lab, &mut peer, 0, NEW);
    // the other call's INVITE has the only slot, and keeps it though it is given up
    peer.silence(&mut lab, "INVITE", Duration::from_millis(2500));
    other.respond(&mut lab, &invite, 486, "");
    let again = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &again);
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn without_ports_it_is_tried_later_and_not_for_ever() {
    let (mut lab, mut peer) = connected(true);
    lab.ends[0].no_ports = true;
    move_to(&mut lab, &mut peer, 1, NEW);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(2500));
    lab.ends[0].no_ports = false;
    let again = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &again);
    assert_eq!(told(&lab), Cause::Normal);
    lab.ends[0].no_ports = true;
    move_to(&mut lab, &mut peer, 2, "10.0.0.32:5060");
    peer.silence(&mut lab, "INVITE", Duration::from_secs(600));
    assert_eq!(told(&lab), Cause::Port);
    lab.ends[0].no_ports = false;
    peer.silence(&mut lab, "INVITE", Duration::from_secs(600));
    finish(lab, peer);
}

#[test]
fn without_a_network_it_waits_for_the_next() {
    let (mut lab, mut peer) = connected(true);
    let now = lab.now;
    lab.ends[0].move_to(now, None);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(1000));
    assert!(lab.ends[0].ended().is_none());
    assert_eq!(told(&lab), Cause::Unreachable);
    move_to(&mut lab, &mut peer, 3, NEW);
    let at = lab.now;
    let again = peer.wait(&mut lab, "INVITE");
    assert_eq!(since(at, &again), 1);
    accept(&mut lab, &mut peer, &again);
    finish(lab, peer);
}

#[test]
fn a_hang_up_while_it_waits_ends_it() {
    let (mut lab, mut peer, again) = moved(true);
    peer.respond(&mut lab, &again, 491, "");
    lab.run_for(Duration::from_millis(100));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(30));
    lab.assert_settled();
}

#[test]
fn a_peer_that_is_not_there_is_tried_again_and_the_call_lives() {
    let (mut lab, mut peer, again) = moved(true);
    let now = lab.now;
    let flow = microsip_core::phone::Flow::Udp { socket: 1, remote: peer.at };
    lab.ends[0].phone.handle_flow_failed(now, flow);
    let next = peer.wait(&mut lab, "INVITE");
    assert_eq!(next.number(), again.number() + 1);
    accept(&mut lab, &mut peer, &next);
    finish(lab, peer);
}

#[test]
fn with_one_slot_of_each_kind_it_works_too() {
    let mut few = Options::default();
    few.capacity = Capacity { calls: 1, dialogs: 1, requests: 1, servers: 1, ..few.capacity };
    let mut lab = Lab::new(&[few]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &again, 491, "");
    let next = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &next);
    assert!(lab.ends[0].reached(CallState::Connected));
    finish(lab, peer);
}
