//! rfc3261#17.1.3, #17.2.3, #12.1: peers of RFC 2543, without the branch cookie and without tags.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer, Sip};

fn old(lab: &mut Lab) -> Peer {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    peer.tag.clear();
    peer
}

/// The Via of a peer that knows no cookie.
const VIA: &str = "SIP/2.0/UDP 10.0.0.9:5060";

#[test]
fn an_old_peer_calls_and_hangs_up() {
    for via in [VIA, "SIP/2.0/UDP 10.0.0.9:5060;branch=1"] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = old(&mut lab);
        peer.number = 1;
        let invite = peer.request_with("INVITE", via, "", &peer.sdp());
        peer.send(&mut lab, &invite);
        let ringing = peer.wait(&mut lab, "SIP/2.0 180");
        peer.send(&mut lab, &invite);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 180").bytes, ringing.bytes);
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        let ack = peer.request_with("ACK", via, "", "");
        peer.send(&mut lab, &ack);
        lab.run_for(Duration::from_secs(2));
        assert_eq!(peer.times(&lab, "SIP/2.0 200"), [0]);
        peer.number = 2;
        let bye = peer.request_with("BYE", via, "", "");
        peer.send(&mut lab, &bye);
        let gone = peer.wait(&mut lab, "SIP/2.0 200");
        peer.send(&mut lab, &bye);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").bytes, gone.bytes);
        assert_eq!(lab.ends[0].events.iter().filter(|event| event.state == CallState::Incoming as u32).count(), 1);
        lab.assert_settled();
    }
}

#[test]
fn an_old_peer_cancels_and_acknowledges_the_refusal() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = old(&mut lab);
    let invite = peer.request_with("INVITE", VIA, "", &peer.sdp());
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    let cancel = peer.request_with("CANCEL", VIA, "", "");
    peer.send(&mut lab, &cancel);
    peer.wait(&mut lab, "SIP/2.0 200");
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    lab.run_for(Duration::from_secs(3));
    assert_eq!(peer.all(&lab, "SIP/2.0 487").len(), 1);
    lab.assert_settled();
}

#[test]
fn an_old_peer_is_called_and_responds_without_a_tag() {
    // rfc3261#12.1.2: a missing tag is a null tag
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = old(&mut lab);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    let ack: Sip = peer.wait(&mut lab, "ACK");
    assert_eq!(ack.to_tag(), "");
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
}
