//! rfc3261#17.2 with rfc6026: the retransmission of our responses, and its end.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer};

fn ringing() -> (Lab, Peer, String) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    peer.learn(&ringing);
    (lab, peer, invite)
}

const G: [u64; 11] = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

#[test]
fn ringing_leaves_at_once_so_no_trying_is_needed() {
    // rfc3261#17.2.1: 100 only where nothing else leaves within 200 ms
    let (mut lab, mut peer, _) = ringing();
    peer.silence(&mut lab, "SIP/2.0", Duration::from_secs(50));
    assert_eq!(lab.count("SIP/2.0 100"), 0);
}

#[test]
fn ringing_is_repeated_each_minute() {
    // rfc3261#13.3.1.1
    let (mut lab, peer, _) = ringing();
    lab.run_for(Duration::from_secs(130));
    assert_eq!(peer.times(&lab, "SIP/2.0 180"), [0, 60_000, 120_000]);
}

#[test]
fn a_repeated_invite_gets_the_last_provisional_response_again() {
    let (mut lab, mut peer, invite) = ringing();
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    peer.wait(&mut lab, "SIP/2.0 183");
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 183");
    assert_eq!(peer.times(&lab, "SIP/2.0 183").len(), 2);
    let incoming = lab.ends[0].events.iter().filter(|event| event.state == CallState::Incoming as u32).count();
    assert_eq!(incoming, 1, "it rings once");
}

#[test]
fn a_refusal_is_repeated_until_timer_h() {
    let (mut lab, peer, _) = ringing();
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.reject(now, call, 603).unwrap();
    lab.run_for(Duration::from_secs(60));
    assert_eq!(peer.times(&lab, "SIP/2.0 603"), G);
    lab.assert_settled();
}

#[test]
fn a_refusal_is_repeated_until_its_ack_and_then_absorbs() {
    // rfc3261#17.2.1: Confirmed, timer I
    let (mut lab, mut peer, invite) = ringing();
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.reject(now, call, 0).unwrap();
    let refusal = peer.wait(&mut lab, "SIP/2.0 486");
    lab.run_for(Duration::from_millis(600));
    peer.send(&mut lab, &invite);
    lab.run_for(Duration::from_millis(100));
    assert_eq!(peer.times(&lab, "SIP/2.0 486").len(), 3, "one by timer G, one for the repeated INVITE");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    lab.run_for(Duration::from_millis(10));
    peer.send(&mut lab, &invite);
    lab.run_for(Duration::from_secs(5));
    assert_eq!(peer.times(&lab, "SIP/2.0 486").len(), 3);
    peer.ack_refusal(&mut lab, &invite, &refusal);
    lab.assert_settled();
    assert_eq!(lab.ends[0].events.iter().filter(|event| event.state == CallState::Incoming as u32).count(), 1);
}

#[test]
fn a_2xx_is_repeated_until_64_t1_and_then_bye_leaves() {
    // rfc3261#13.3.1.4
    let (mut lab, mut peer, _) = ringing();
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.at.since(ok.at), Duration::from_secs(32));
    assert_eq!(peer.times(&lab, "SIP/2.0 200"), G);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn a_2xx_stops_with_its_ack_and_repeated_invites_are_absorbed() {
    // rfc6026#7.1: in Accepted an INVITE that comes again is absorbed; the 2xx has its own clock
    let (mut lab, mut peer, invite) = ringing();
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.send(&mut lab, &invite);
    lab.run_for(Duration::from_millis(100));
    assert_eq!(peer.times(&lab, "SIP/2.0 200"), [0]);
    lab.run_for(Duration::from_millis(500));
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(10));
    peer.send(&mut lab, &invite);
    lab.run_for(Duration::from_secs(20));
    assert_eq!(peer.times(&lab, "SIP/2.0 200"), [0, 500]);
    assert!(lab.ends[0].ended().is_none());
}

#[test]
fn a_repeated_bye_gets_the_same_response_from_its_tombstone() {
    // rfc3261#17.2.2: timer J
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    let first = peer.wait(&mut lab, "SIP/2.0 200");
    for wait in [500, 1000, 29_000] {
        lab.run_for(Duration::from_millis(wait));
        peer.send(&mut lab, &bye);
        let again = peer.wait(&mut lab, "SIP/2.0 200");
        assert_eq!(again.bytes, first.bytes);
    }
    lab.run_for(Duration::from_secs(3));
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 481");
    lab.assert_settled();
}
