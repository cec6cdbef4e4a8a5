//! The host's addresses change: calls that are not up yet, and calls that are.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause, Flow, Reply, Target, Wish};
use microsip_tests::{Lab, Options, Peer};
use std::net::SocketAddr;

const NEW: &str = "10.0.0.31:5060";

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn lab() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

fn move_to(lab: &mut Lab, peer: &mut Peer, socket: u8) {
    let now = lab.now;
    lab.ends[0].move_to(now, Some((socket, at(NEW))));
    peer.phone = at(NEW);
    lab.drain();
}

#[test]
fn a_call_of_ours_whose_invite_has_not_left_leaves_from_the_new_address() {
    // its name is being looked up, or its ports are being opened
    for located in [false, true] {
        for socket in [0, 1] {
            let (mut lab, mut peer) = lab();
            lab.ends[0].grant = false;
            lab.dial(0, "sip:peer@10.0.0.9");
            let now = lab.now;
            if located {
                let id = match lab.ends[0].phone.poll_wish() {
                    Some(Wish::Locate { id, .. }) => id,
                    other => panic!("{other:?}"),
                };
                let target =
                    Target { flow: Flow::Udp { socket: 0, remote: peer.at }, priority: 0, weight: 0, lifetime: 0 };
                lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[target]));
            }
            move_to(&mut lab, &mut peer, socket);
            lab.ends[0].grant = true;
            lab.drain();
            let invite = peer.wait(&mut lab, "INVITE");
            assert_eq!(invite.from, at(NEW));
            assert!(
                invite.header("Via").contains("10.0.0.31") && invite.body().contains("c=IN IP4 10.0.0.31"),
                "{}",
                invite.text()
            );
            let body = peer.sdp();
            peer.respond(&mut lab, &invite, 200, &body);
            peer.wait(&mut lab, "ACK");
            let bye = peer.request("BYE", "", "");
            peer.send(&mut lab, &bye);
            lab.assert_settled();
        }
    }
}

#[test]
fn a_call_of_ours_that_rings_ends_for_its_response_cannot_find_us() {
    for provisional in [0, 100, 180] {
        let (mut lab, mut peer) = lab();
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        if provisional > 0 {
            peer.respond(&mut lab, &invite, provisional, "");
            lab.run_for(Duration::from_millis(10));
        }
        move_to(&mut lab, &mut peer, 1);
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Unreachable);
        peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
        lab.assert_settled();
    }
}

#[test]
fn where_the_socket_stays_the_ringing_is_cancelled() {
    // the engine family has one socket a family, whatever its address
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    move_to(&mut lab, &mut peer, 0);
    let cancel = peer.wait(&mut lab, "CANCEL");
    // rfc3261#9.1: the Via of what it cancels
    assert_eq!(cancel.header("Via"), invite.header("Via"));
    peer.respond(&mut lab, &cancel, 200, "");
    let text = peer.response_text(&invite, 487, "", "");
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "ACK");
    assert!(lab.ends[0].ended().is_some());
    lab.assert_settled();
}

#[test]
fn a_call_that_rings_here_is_answered_from_the_new_address() {
    let (mut lab, mut peer) = lab();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    move_to(&mut lab, &mut peer, 0);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.contact().contains("10.0.0.31") && ok.body().contains("c=IN IP4 10.0.0.31"), "{}", ok.text());
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    assert_eq!(lab.ends[0].media.len(), 1);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.assert_settled();
}

#[test]
fn a_call_that_rings_here_ends_with_its_socket() {
    let (mut lab, mut peer) = lab();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    move_to(&mut lab, &mut peer, 1);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Unreachable);
    lab.assert_settled();
}

#[test]
fn a_call_whose_ack_cannot_come_any_more_ends_by_its_clock() {
    let (mut lab, mut peer) = lab();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    peer.wait(&mut lab, "SIP/2.0 200");
    move_to(&mut lab, &mut peer, 1);
    lab.run_for(Duration::from_secs(40));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    // its BYE finds the new way
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.from, at(NEW));
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn two_phones_go_on_talking_whichever_moves() {
    for mover in [0, 1] {
        let mut lab = Lab::pair();
        lab.dial(0, "sip:bob@10.0.0.2");
        lab.run_until("ringing", |lab| lab.ends[1].reached(CallState::Incoming));
        let (call, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.answer(now, call, 200).unwrap();
        lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
        lab.run_for(Duration::from_secs(1));
        for (socket, address) in [(1, NEW), (2, "10.0.0.32:5060"), (0, "10.0.0.33:5062")] {
            let now = lab.now;
            lab.ends[mover].move_to(now, Some((socket, at(address))));
            lab.run_for(Duration::from_secs(1));
            let received = |lab: &Lab, end: usize| {
                let call = lab.ends[end].last_call();
                lab.ends[end].phone.call_stats(lab.now, call).unwrap().received_packets
            };
            let before = [received(&lab, 0), received(&lab, 1)];
            lab.run_for(Duration::from_secs(1));
            for (end, before) in before.into_iter().enumerate() {
                assert!(received(&lab, end) >= before + 45, "{mover} moved to {address}: {end} hears nothing");
            }
        }
        assert_eq!(lab.count("INVITE"), 4);
        let (call, now) = (lab.ends[1 - mover].last_call(), lab.now);
        lab.ends[1 - mover].phone.hangup(now, call).unwrap();
        lab.run_for(Duration::from_secs(1));
        for end in &lab.ends {
            assert_eq!(end.ended().unwrap().result, Cause::Normal);
        }
        lab.assert_settled();
    }
}
