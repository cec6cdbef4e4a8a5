//! The freedom of a driver, in any order: late wishes, failed wishes, small buffers, inputs without draining, sockets
//! that go.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause, Failure, Flow, Reply, Taken, Transmit, Usage, Wish, WishId};
use microsip_tests::{Lab, Options, Peer};

fn ringing() -> (Lab, Peer, String) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.ends[0].grant = false;
    let text = peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    (lab, peer, text)
}

fn wished(lab: &mut Lab) -> WishId {
    match lab.ends[0].phone.poll_wish() {
        Some(Wish::OpenMedia { id, .. } | Wish::Locate { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_200_waits_for_its_ports() {
    let (mut lab, mut peer, _) = ringing();
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    let id = wished(&mut lab);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    // a provisional response that comes after it does not take it back
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    peer.silence(&mut lab, "SIP/2.0", Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, id, Reply::Media { rtp: 7000, rtcp: 7001 });
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio 7000 "), "{}", ok.body());
    assert_eq!(lab.count("SIP/2.0 183"), 0);
}

#[test]
fn ports_that_fail_after_the_end_change_nothing() {
    let (mut lab, mut peer, text) = ringing();
    let id = wished(&mut lab);
    let cancel = peer.request("CANCEL", "", "");
    peer.send(&mut lab, &cancel);
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, id, Reply::Failed(Failure::Port));
    peer.silence(&mut lab, "SIP/2.0 503", Duration::from_secs(1));
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.ends[0].grant = true;
    lab.assert_settled();
}

#[test]
fn ports_that_open_after_the_end_are_closed() {
    let (mut lab, mut peer, text) = ringing();
    let id = wished(&mut lab);
    let cancel = peer.request("CANCEL", "", "");
    peer.send(&mut lab, &cancel);
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, id, Reply::Media { rtp: 7000, rtcp: 7001 });
    assert!(matches!(lab.ends[0].phone.poll_wish(), Some(Wish::CloseMedia { .. })));
    lab.assert_settled();
}

#[test]
fn a_name_that_is_found_too_late_sends_no_invite() {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.ends[0].grant = false;
    let call = lab.dial(0, "sip:peer@late.example");
    let id = wished(&mut lab);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let target = microsip_core::phone::Target {
        flow: Flow::Udp { socket: 0, remote: peer.at },
        priority: 0,
        weight: 0,
        lifetime: 0,
    };
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[target]));
    lab.ends[0].phone.handle_reply(now, id, Reply::Failed(Failure::Name));
    lab.assert_settled();
    assert_eq!(lab.count("INVITE"), 0);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
}

#[test]
fn hops_that_are_none_are_a_name_that_failed() {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].grant = false;
    lab.dial(0, "sip:peer@late.example");
    let id = wished(&mut lab);
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, id, Reply::Media { rtp: 1, rtcp: 2 });
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[]));
    lab.drain();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Name);
    lab.assert_settled();
}

#[test]
fn input_waits_until_the_last_response_has_left() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let flow = Flow::Udp { socket: 0, remote: peer.at };
    let (first, second) = (peer.request("OPTIONS", "", ""), peer.request("OPTIONS", "", ""));
    let now = lab.now;
    let phone = &mut lab.ends[0].phone;
    assert_eq!(phone.handle_sip(now, flow, first.as_bytes()), Taken::Bytes(first.len()));
    assert_eq!(phone.handle_sip(now, flow, second.as_bytes()), Taken::Drain);
    // a buffer that is too small changes nothing
    let Transmit::Needs(needed) = phone.poll_transmit(now, &mut [0; 10]) else { panic!() };
    assert_eq!(phone.handle_sip(now, flow, second.as_bytes()), Taken::Drain);
    let mut room = vec![0; needed];
    assert!(matches!(phone.poll_transmit(now, &mut room), Transmit::Packet { len, .. } if len == needed));
    assert_eq!(phone.handle_sip(now, flow, second.as_bytes()), Taken::Bytes(second.len()));
}

#[test]
fn a_small_buffer_loses_nothing() {
    for what in ["INVITE", "ACK", "BYE"] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.audio = false;
        if what == "INVITE" {
            lab.dial(0, "sip:peer@10.0.0.9");
        } else {
            peer.be_called(&mut lab, 0);
            let call = lab.ends[0].last_call();
            let now = lab.now;
            match what {
                "BYE" => lab.ends[0].phone.hangup(now, call).unwrap(),
                _ => {
                    let invite = peer.all(&lab, "INVITE").remove(0);
                    let body = peer.sdp();
                    let text = peer.response_text(&invite, 200, &format!("Contact: <{}>\r\n", peer.contact), &body);
                    let _ =
                        lab.ends[0].phone.handle_sip(now, Flow::Udp { socket: 0, remote: peer.at }, text.as_bytes());
                }
            }
            for _ in 0..3 {
                assert!(matches!(lab.ends[0].phone.poll_transmit(now, &mut [0; 20]), Transmit::Needs(_)), "{what}");
            }
        }
        lab.drain();
        peer.wait(&mut lab, what);
    }
}

#[test]
fn a_socket_that_goes_takes_nothing_with_it() {
    // outgoing before it began, at its ACK, at its BYE; incoming before its answer
    for stage in 0..4 {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let now = lab.now;
        match stage {
            0 => {
                lab.ends[0].phone.socket_down(now, 0);
                lab.dial(0, "sip:peer@10.0.0.9");
            }
            1 => {
                lab.dial(0, "sip:peer@10.0.0.9");
                let invite = peer.wait(&mut lab, "INVITE");
                let now = lab.now;
                lab.ends[0].phone.socket_down(now, 0);
                let body = peer.sdp();
                peer.respond(&mut lab, &invite, 200, &body);
            }
            2 => {
                peer.be_called(&mut lab, 0);
                let now = lab.now;
                lab.ends[0].phone.socket_down(now, 0);
            }
            _ => {
                peer.invite(&mut lab);
                peer.wait(&mut lab, "SIP/2.0 180");
                let now = lab.now;
                lab.ends[0].phone.socket_down(now, 0);
                let call = lab.ends[0].last_call();
                let _ = lab.ends[0].phone.answer(now, call, 200);
            }
        }
        lab.run_for(Duration::from_secs(1));
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        lab.assert_settled();
        assert!(lab.ends[0].ended().is_some(), "{stage}");
    }
}

#[test]
fn a_phone_may_call_itself() {
    let mut lab = Lab::new(&[Options::default()]);
    let call = lab.dial(0, "sip:me@10.0.0.1");
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Incoming) && lab.ends[0].reached(CallState::Early));
    let now = lab.now;
    let theirs = lab.ends[0].phone.calls().find(|other| *other != call).unwrap();
    lab.ends[0].phone.answer(now, theirs, 200).unwrap();
    lab.run_for(Duration::from_secs(1));
    for id in [call, theirs] {
        assert_eq!(lab.ends[0].phone.call_info(id).unwrap().state, CallState::Connected);
    }
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(lab.ends[0].events.iter().filter(|event| event.state == CallState::Ended as u32).count(), 2);
    lab.assert_settled();
}

#[test]
fn timers_that_come_early_late_or_often_do_no_harm() {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    for _ in 0..100 {
        let now = lab.now;
        lab.ends[0].phone.handle_timeout(now);
        lab.drain();
    }
    lab.run_for(Duration::from_millis(400));
    assert_eq!(peer.all(&lab, "INVITE").len(), 1);
    // asleep for an hour: it ends, and does not repeat what is long past
    lab.now += Duration::from_secs(3600);
    let now = lab.now;
    lab.ends[0].phone.handle_timeout(now);
    lab.drain();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    assert_eq!(lab.ends[0].phone.in_use(), Usage::default());
}
