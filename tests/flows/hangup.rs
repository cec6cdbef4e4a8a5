//! A call can be hung up, and the phone shut down, in every state; ids that are old or foreign have their own errors.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallId, CallState, CallText, Cause, CommandError, DialOptions, EndedBy, Flow, Side, Source, Which,
};
use microsip_tests::{Lab, Options, Peer};

/// The states that a call of ours may be in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Calling,
    Trying,
    Early,
    EarlyMedia,
    Connected,
    ReInvited,
    Ringing,
    Progress,
    Unacknowledged,
    Answered,
}

const ALL: [Stage; 10] = [
    Stage::Calling,
    Stage::Trying,
    Stage::Early,
    Stage::EarlyMedia,
    Stage::Connected,
    Stage::ReInvited,
    Stage::Ringing,
    Stage::Progress,
    Stage::Unacknowledged,
    Stage::Answered,
];

fn bring_to(stage: Stage) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let body = peer.sdp();
    match stage {
        Stage::Calling | Stage::Trying | Stage::Early | Stage::EarlyMedia => {
            lab.dial(0, "sip:peer@10.0.0.9");
            let invite = peer.wait(&mut lab, "INVITE");
            match stage {
                Stage::Trying => peer.respond(&mut lab, &invite, 100, ""),
                Stage::Early => peer.respond(&mut lab, &invite, 180, ""),
                Stage::EarlyMedia => peer.respond(&mut lab, &invite, 183, &body),
                _ => {}
            }
        }
        Stage::Connected => {
            peer.be_called(&mut lab, 0);
        }
        Stage::ReInvited => {
            peer.call(&mut lab, 0);
            let text = peer.request("INVITE", "", &body);
            peer.send(&mut lab, &text);
            peer.wait(&mut lab, "SIP/2.0 200");
        }
        Stage::Ringing | Stage::Progress | Stage::Unacknowledged => {
            peer.invite(&mut lab);
            peer.wait(&mut lab, "SIP/2.0 180");
            let (call, now) = (lab.ends[0].last_call(), lab.now);
            match stage {
                Stage::Progress => lab.ends[0].phone.answer(now, call, 183).unwrap(),
                Stage::Unacknowledged => lab.ends[0].phone.answer(now, call, 200).unwrap(),
                _ => {}
            }
        }
        Stage::Answered => peer.call(&mut lab, 0),
    }
    lab.run_for(Duration::from_millis(10));
    (lab, peer)
}

/// A peer that accepts every request, for a while.
fn oblige(lab: &mut Lab, peer: &mut Peer) {
    let mut seen = 0;
    for _ in 0..400 {
        lab.run_for(Duration::from_millis(100));
        let came: Vec<_> = peer.all(lab, "");
        for sip in came.iter().skip(seen) {
            let text = sip.text();
            if text.starts_with("CANCEL") {
                peer.respond(lab, sip, 200, "");
                let invite = came.iter().find(|sip| sip.text().starts_with("INVITE")).unwrap().clone();
                peer.respond(lab, &invite, 487, "");
            } else if text.starts_with("BYE") {
                peer.respond(lab, sip, 200, "");
            } else if text.starts_with("INVITE") {
                peer.respond(lab, sip, 180, "");
            }
        }
        seen = came.len();
    }
}

#[test]
fn a_hang_up_ends_a_call_from_every_state() {
    for stage in ALL {
        for obliging in [true, false] {
            let (mut lab, mut peer) = bring_to(stage);
            let (call, now) = (lab.ends[0].phone.calls().next().unwrap(), lab.now);
            lab.ends[0].phone.hangup(now, call).unwrap();
            // a second time does no harm
            let _ = lab.ends[0].phone.hangup(now, call);
            lab.drain();
            if obliging {
                oblige(&mut lab, &mut peer);
            }
            lab.run_for(Duration::from_secs(80));
            let ended = *lab.ends[0]
                .ended()
                .unwrap_or_else(|| panic!("{stage:?} {obliging}\n{}", microsip_tests::ladder::draw(&lab)));
            let refused = ended.sip_code == 486; // by us, while it rang here
            assert_eq!(ended.result, if refused { Cause::Refused } else { Cause::Normal }, "{stage:?} {obliging}");
            assert_eq!(ended.ended_by, EndedBy::Application, "{stage:?} {obliging}");
            assert_eq!(
                lab.ends[0].events.iter().filter(|event| event.state == CallState::Ended as u32).count(),
                1,
                "{stage:?}"
            );
            lab.assert_settled();
        }
    }
}

#[test]
fn a_shutdown_ends_everything_from_every_state() {
    for stage in ALL {
        for obliging in [true, false] {
            let (mut lab, mut peer) = bring_to(stage);
            let now = lab.now;
            lab.ends[0].phone.shutdown(now);
            lab.ends[0].phone.shutdown(now);
            assert_eq!(
                lab.ends[0].phone.dial(now, AccountId::NONE, "sip:a@10.0.0.9", &DialOptions::default()),
                Err(CommandError::State)
            );
            lab.drain();
            if obliging {
                oblige(&mut lab, &mut peer);
            }
            lab.run_for(Duration::from_secs(80));
            assert!(lab.ends[0].phone.is_idle(), "{stage:?} {obliging}");
            let mut late = Peer::new(&mut lab, "10.0.0.20:5060", 0);
            late.invite(&mut lab);
            late.wait(&mut lab, "SIP/2.0 480");
            lab.assert_settled();
        }
    }
}

#[test]
fn a_flow_that_fails_ends_the_calls_that_wait_on_it() {
    // an ICMP error, rfc3261#18.4
    for stage in ALL {
        let (mut lab, _) = bring_to(stage);
        let now = lab.now;
        let flow = Flow::Udp { socket: 0, remote: "10.0.0.9:5060".parse().unwrap() };
        lab.ends[0].phone.handle_flow_failed(now, flow);
        lab.ends[0].phone.handle_flow_failed(now, flow);
        lab.run_for(Duration::from_millis(10));
        if stage == Stage::Calling {
            assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Unreachable);
            lab.assert_settled();
        }
    }
}

#[test]
fn a_flow_that_fails_gives_way_to_the_next_address() {
    // rfc3263#4.3
    let mut lab = Lab::new(&[Options::default()]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    lab.names.insert("two.example".into(), vec![first.at, second.at]);
    lab.dial(0, "sip:peer@two.example");
    let one = first.wait(&mut lab, "INVITE");
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote: first.at });
    let two = second.wait(&mut lab, "INVITE");
    assert_eq!((one.header("Call-ID"), one.uri(), one.from_tag()), (two.header("Call-ID"), two.uri(), two.from_tag()));
    assert_ne!(one.branch(), two.branch());
    assert_eq!(two.at, now + Duration::from_millis(1));
}

#[test]
fn silence_and_503_move_on_too() {
    for silent in [true, false] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        lab.names.insert("two.example".into(), vec![first.at, second.at]);
        lab.dial(0, "sip:peer@two.example");
        let invite = first.wait(&mut lab, "INVITE");
        if !silent {
            // though it rang before: the next try is a new INVITE
            first.record_routes = vec!["<sip:192.0.2.1;lr>".into()];
            first.respond(&mut lab, &invite, 180, "");
            first.respond(&mut lab, &invite, 503, "");
            let ack = first.wait(&mut lab, "ACK");
            assert_eq!(ack.branch(), invite.branch());
        }
        let next = second.wait(&mut lab, "INVITE");
        assert_eq!((next.uri(), next.to_tag(), next.headers("Route")), (invite.uri(), String::new(), Vec::new()));
        assert_eq!(next.at.since(invite.at) >= Duration::from_secs(4), silent);
        let body = second.sdp();
        second.respond(&mut lab, &next, 200, &body);
        second.wait(&mut lab, "ACK");
        if silent {
            // the first one was slow, not dead: its 2xx is acknowledged and ended
            first.respond(&mut lab, &invite, 200, &body);
            first.wait(&mut lab, "ACK");
            let bye = first.wait(&mut lab, "BYE");
            first.respond(&mut lab, &bye, 200, "");
        }
        let call = lab.ends[0].last_call();
        second.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

#[test]
fn wrong_ids_are_stale() {
    let (mut lab, mut peer) = bring_to(Stage::Connected);
    let old = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, old).unwrap();
    assert_eq!(lab.ends[0].phone.hangup(now, old), Err(CommandError::State));
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
    Peer::new(&mut lab, "10.0.0.10:5060", 0).call(&mut lab, 0);
    let now = lab.now;
    let phone = &mut lab.ends[0].phone;
    for call in [old, CallId::NONE] {
        let mut room = [0; 64];
        assert_eq!(phone.hangup(now, call), Err(CommandError::Stale));
        assert_eq!(phone.answer(now, call, 200), Err(CommandError::Stale));
        assert_eq!(phone.reject(now, call, 486), Err(CommandError::Stale));
        assert_eq!(phone.send_digits(now, call, "1", 0), Err(CommandError::Stale));
        assert_eq!(phone.set_source(call, Source::Echo), Err(CommandError::Stale));
        assert_eq!(phone.call_set_tag(call, 1), Err(CommandError::Stale));
        assert_eq!(phone.call_info(call).err(), Some(CommandError::Stale));
        assert_eq!(phone.call_stats(now, call).err(), Some(CommandError::Stale));
        assert_eq!(phone.call_text(call, CallText::CallId, &mut Cursor::new(&mut room)), Err(CommandError::Stale));
        assert_eq!(
            phone.call_header(call, Which::First, "To", 0, &mut Cursor::new(&mut room)),
            Err(CommandError::Stale)
        );
    }
    assert_eq!(phone.set_mute(old, true), Err(CommandError::Stale));
    assert_eq!(phone.set_volume(old, Side::Input, 100), Err(CommandError::Stale));
    let live = phone.calls().next().unwrap();
    assert_ne!(live, old);
    assert_eq!(phone.answer(now, live, 200), Err(CommandError::State));
    assert_eq!(phone.reject(now, live, 486), Err(CommandError::State));
    assert_eq!(phone.answer(now, live, 199), Err(CommandError::Range));
    assert_eq!(phone.send_digits(now, live, "12x", 0), Err(CommandError::Range));
}

#[test]
fn headers_of_a_dial_may_not_break_the_message() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    for (headers, wanted) in [
        "X-A: 1",             // no line end
        "X-A 1\r\n",          // no colon
        "X A: 1\r\n",         // no token
        ": 1\r\n",            // no name
        "X-A: 1\n\r\n",       // a lone line feed
        "X-A: 1\r\n\r\nbody", // a body
        "X-A: \0\r\n",
    ]
    .map(|headers| (headers, CommandError::HeaderLine))
    .into_iter()
    .chain(
        [
            "Via: SIP/2.0/UDP 1.1.1.1\r\n",
            "v: SIP/2.0/UDP 1.1.1.1\r\n",
            "cSeQ: 1 INVITE\r\n",
            "X-A: 1\r\nContent-Length: 0\r\n",
            "Authorization: x\r\n",
            "l: 0\r\n",
            "Route: <sip:1.1.1.1>\r\n",
        ]
        .map(|headers| (headers, CommandError::HeaderOwned)),
    ) {
        let options = DialOptions { headers, ..DialOptions::default() };
        assert_eq!(
            lab.ends[0].phone.dial(now, AccountId::NONE, "sip:a@10.0.0.9", &options),
            Err(wanted),
            "{headers:?}"
        );
    }
    for target in
        ["", " ", "sip:", "sip:a b@c", "sip:a@10.0.0.9>", "mailto:a@b", "sip:a@10.0.0.9?x=y", "tel:123", "123 4"]
    {
        assert!(lab.ends[0].phone.dial(now, AccountId::NONE, target, &DialOptions::default()).is_err(), "{target:?}");
    }
    assert_eq!(lab.ends[0].phone.in_use(), microsip_core::phone::Usage::default(), "a refused command changes nothing");
    let long = format!("sip:{}@10.0.0.9", "x".repeat(300));
    assert!(lab.ends[0].phone.dial(now, AccountId::NONE, &long, &DialOptions::default()).is_err());
    let options = DialOptions {
        headers: "X-A: 1\r\nAlert-Info: <http://x/ring>\r\n",
        display_name: "A \"b\" \\c",
        source: Source::Silence,
        ..DialOptions::default()
    };
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9", &options).unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    assert_eq!((invite.header("X-A"), invite.header("Alert-Info")), ("1".into(), "<http://x/ring>".into()));
    assert!(
        invite.header("From").starts_with("\"A \\\"b\\\" \\\\c\" <sip:microsip@10.0.0.1:5060>;tag="),
        "{}",
        invite.header("From")
    );
}

#[test]
fn an_invite_that_expires_is_refused() {
    // rfc3261#13.3.1
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let body = peer.sdp();
    let text = peer.request("INVITE", "Expires: 20\r\n", &body);
    peer.send(&mut lab, &text);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    assert_eq!(refusal.at.since(ringing.at), Duration::from_secs(20));
    peer.ack_refusal(&mut lab, &text, &refusal);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    lab.assert_settled();
    // an answer in time holds
    peer.theirs.clear();
    peer.call_id = "another".into();
    let text = peer.request("INVITE", "Expires: 20\r\n", &body);
    peer.send(&mut lab, &text);
    let (call, now) = {
        peer.wait(&mut lab, "SIP/2.0 180");
        (lab.ends[0].last_call(), lab.now)
    };
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(60));
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
}

#[test]
fn a_caller_that_vanished_does_not_ring_for_ever() {
    for expires in ["", "Expires: 4294967295\r\n"] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let body = peer.sdp();
        let text = peer.request("INVITE", expires, &body);
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 180");
        lab.run_for(Duration::from_secs(599));
        assert!(lab.ends[0].ended().is_none());
        lab.run_for(Duration::from_secs(2));
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
        lab.assert_settled();
    }
}
