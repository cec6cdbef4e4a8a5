//! What is told, in which order, how often, and how long it can be read.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallId, CallState, CallText, Cause, CommandError, DialOptions, EventKind, Source, Which};
use microsip_tests::{Lab, Options, Peer, sdp};

fn text(lab: &Lab, call: CallId, which: CallText) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, which, &mut out)?;
    let len = out.finish().unwrap();
    Ok(String::from_utf8(room[..len].to_vec()).unwrap())
}

fn header(lab: &Lab, call: CallId, which: Which, name: &str) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_header(call, which, name, 0, &mut out)?;
    let len = out.finish().unwrap();
    Ok(String::from_utf8(room[..len].to_vec()).unwrap())
}

#[test]
fn an_incoming_call_is_told_once_in_order() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.assert_settled();
    let told: Vec<_> = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Call).map(|event| event.state).collect();
    assert_eq!(told, [CallState::Incoming as u32, CallState::Connected as u32, CallState::Ended as u32]);
}

#[test]
fn incoming_and_ended_are_not_merged_when_nobody_fetches() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.ends[0].fetch = false;
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].phone.calls().next().unwrap(), lab.now);
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.ends[0].fetch = true;
    lab.assert_settled();
    let told: Vec<_> =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Call).map(|event| (event.state, event.reached)).collect();
    let bit = |state: CallState| 1 << state as u32;
    assert_eq!(
        told,
        [
            (CallState::Incoming as u32, bit(CallState::Incoming)),
            (CallState::Connected as u32, bit(CallState::Early) | bit(CallState::Connected)),
            (CallState::Ended as u32, bit(CallState::Ended)),
        ]
    );
}

#[test]
fn an_ended_call_can_be_read_until_its_event_is_released() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    lab.ends[0].fetch = false;
    let bye = peer.request("BYE", "Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\nX-Mark: here\r\n", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(100));
    let ended = loop {
        let event = lab.ends[0].phone.poll_event().unwrap();
        if event.state == CallState::Ended as u32 && event.kind == EventKind::Call {
            break event;
        }
    };
    assert_eq!(ended.call, call);
    assert_eq!(text(&lab, call, CallText::RemoteUri).unwrap(), "sip:peer@10.0.0.9:5060");
    assert_eq!(text(&lab, call, CallText::Reason).unwrap(), "Normal call clearing");
    assert_eq!(text(&lab, call, CallText::CallId).unwrap(), peer.call_id);
    assert_eq!(text(&lab, call, CallText::Codec).unwrap(), "PCMU/8000");
    assert_eq!(header(&lab, call, Which::Last, "x-mark").unwrap(), "here");
    assert_eq!(header(&lab, call, Which::First, "CSeq").unwrap(), "101 INVITE");
    assert!(lab.ends[0].phone.call_stats(lab.now, call).is_ok());
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Ended);
    lab.ends[0].phone.release_event();
    assert_eq!(text(&lab, call, CallText::RemoteUri), Err(CommandError::Stale));
    assert_eq!(lab.ends[0].phone.in_use().calls, 0);
}

#[test]
fn ended_calls_that_nobody_fetches_give_way_oldest_first() {
    let mut options = Options::default();
    options.capacity.calls = 2;
    let mut lab = Lab::new(&[options]);
    lab.ends[0].fetch = false;
    let mut ids = Vec::new();
    for number in 0..4 {
        let mut peer = Peer::new(&mut lab, &format!("10.0.0.{}:5060", 20 + number), 0);
        let invite = peer.invite(&mut lab);
        peer.wait(&mut lab, "SIP/2.0 180");
        ids.push(lab.ends[0].phone.calls().find(|call| !ids.contains(call)).unwrap());
        let cancel = peer.request("CANCEL", "", "");
        peer.send(&mut lab, &cancel);
        let refusal = peer.wait(&mut lab, "SIP/2.0 487");
        peer.ack_refusal(&mut lab, &invite, &refusal);
        lab.run_for(Duration::from_millis(10));
    }
    assert_eq!(lab.ends[0].phone.counters().evicted_calls, 2);
    assert_eq!(lab.ends[0].phone.counters().refused_full, 0, "never a 486 for want of fetching");
    assert!(text(&lab, ids[0], CallText::CallId).is_err() && text(&lab, ids[1], CallText::CallId).is_err());
    assert!(text(&lab, ids[2], CallText::CallId).is_ok() && text(&lab, ids[3], CallText::CallId).is_ok());
    lab.ends[0].fetch = true;
    lab.assert_settled();
    let told: Vec<_> = lab.ends[0].events.iter().filter(|event| event.state == CallState::Ended as u32).map(|event| event.call).collect();
    assert_eq!(told.len(), 2);
}

#[test]
fn the_call_that_is_being_read_gives_way_last() {
    let mut options = Options::default();
    options.capacity.calls = 2;
    let mut lab = Lab::new(&[options]);
    lab.ends[0].fetch = false;
    for number in 0..2 {
        let mut peer = Peer::new(&mut lab, &format!("10.0.0.{}:5060", 20 + number), 0);
        peer.invite(&mut lab);
        let cancel = peer.request("CANCEL", "", "");
        peer.send(&mut lab, &cancel);
        lab.run_for(Duration::from_millis(10));
    }
    let first = loop {
        let event = lab.ends[0].phone.poll_event().unwrap();
        if event.state == CallState::Ended as u32 {
            break event.call;
        }
    };
    let mut third = Peer::new(&mut lab, "10.0.0.30:5060", 0);
    third.invite(&mut lab);
    third.wait(&mut lab, "SIP/2.0 180");
    assert!(text(&lab, first, CallText::CallId).is_ok());
}

/// Tokens and results of the digits commands that were told.
fn digits_told(lab: &Lab) -> Vec<(u64, Cause)> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::DigitsSent);
    told.map(|event| (event.token, event.result)).collect()
}

#[test]
fn digits_that_are_not_out_when_the_call_ends_are_told_before_its_end() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let phone = &mut lab.ends[0].phone;
    let tokens = ["1", "2", "3,,,"].map(|digits| phone.send_digits(now, call, digits).unwrap());
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    assert_eq!(digits_told(&lab), [(tokens[0], Cause::Normal), (tokens[1], Cause::State), (tokens[2], Cause::State)]);
    assert_eq!(lab.ends[0].events.last().unwrap().state, CallState::Ended as u32);
}

#[test]
fn who_is_held_sends_no_digits() {
    // rfc3264#5.1, #8.4
    for (body, sends) in [
        (sdp("10.0.0.9", 4000, "sendonly"), false),
        (sdp("10.0.0.9", 4000, "inactive"), false),
        (sdp("0.0.0.0", 4000, ""), false),
        (sdp("10.0.0.9", 4000, "recvonly"), true),
    ] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.be_called(&mut lab, 0);
        let (now, call) = (lab.now, lab.ends[0].last_call());
        let waiting = lab.ends[0].phone.send_digits(now, call, ",,1").unwrap();
        let mut offer = |lab: &mut Lab, body: &str| {
            let text = peer.request("INVITE", "", body);
            peer.send(lab, &text);
            peer.wait(lab, "SIP/2.0 200");
            peer.ack(lab, "");
            lab.run_for(Duration::from_millis(50));
        };
        offer(&mut lab, &body);
        let now = lab.now;
        let given = lab.ends[0].phone.send_digits(now, call, "5");
        if sends {
            lab.run_for(Duration::from_secs(5));
            assert_eq!(digits_told(&lab), [(waiting, Cause::Normal), (given.unwrap(), Cause::Normal)]);
            continue;
        }
        assert_eq!((given, digits_told(&lab)), (Err(CommandError::State), vec![(waiting, Cause::State)]), "{body}");
        // what waited does not come out of the blue when the hold is over
        let packets = lab.ends[0].phone.call_stats(now, call).unwrap().sent_packets;
        offer(&mut lab, &sdp("10.0.0.9", 4000, ""));
        let now = lab.now;
        let token = lab.ends[0].phone.send_digits(now, call, "6").unwrap();
        lab.run_for(Duration::from_secs(3));
        assert_eq!(digits_told(&lab)[1..], [(token, Cause::Normal)]);
        assert!(lab.ends[0].phone.call_stats(now, call).unwrap().sent_packets > packets);
    }
}

#[test]
fn digits_go_both_ways_one_by_one() {
    let mut lab = Lab::pair();
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    assert_eq!(lab.ends[1].phone.send_digits(now, theirs, "1"), Err(CommandError::State), "no media yet");
    lab.ends[1].phone.set_source(now, theirs, Source::Silence).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_millis(100));
    let now = lab.now;
    let token = lab.ends[0].phone.send_digits(now, call, "12,,3*#a").unwrap();
    lab.ends[1].phone.send_digits(now, theirs, "9009").unwrap();
    lab.run_for(Duration::from_secs(6));
    let heard = |end: usize| -> String {
        let digits = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Digit);
        digits.map(|event| char::from_u32(event.value).unwrap()).collect()
    };
    assert_eq!((heard(1), heard(0)), ("123*#A".into(), "9009".into()));
    let sent: Vec<_> = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::DigitsSent).map(|event| event.token).collect();
    assert_eq!(sent, [token]);
}
