//! Events: their order, their number, and the time for which they can be read.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, CallId, CallState, CallText, Cause, CommandError, DialOptions, MEDIA_HELD, MEDIA_RECEIVING, Source,
    Which,
};
use microsip_core::wire::rtp;
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};

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
fn an_incoming_call_has_each_event_once_in_order() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.assert_settled();
    let told: Vec<_> =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Call).map(|event| event.state).collect();
    assert_eq!(told, [CallState::Incoming as u32, CallState::Connected as u32, CallState::Ended as u32]);
}

// A state that is fetched late still has the status that belongs to it.
#[test]
fn a_progress_that_is_told_late_has_its_own_status() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.ends[0].fetch = false;
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 182, "");
    peer.respond(&mut lab, &invite, 603, "");
    lab.run_for(Duration::from_millis(10));
    lab.ends[0].fetch = true;
    lab.assert_settled();
    let told: Vec<_> = lab.ends[0]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Call)
        .map(|event| (event.state, event.sip_code))
        .collect();
    assert_eq!(told, [(CallState::Early as u32, 182), (CallState::Ended as u32, 603)]);
}

#[test]
fn incoming_and_ended_are_not_merged_without_a_fetch() {
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
    let told: Vec<_> = lab.ends[0]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Call)
        .map(|event| (event.state, event.reached))
        .collect();
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

/// Fetches until the end of a call comes.
fn fetch_end(lab: &mut Lab) -> CallId {
    loop {
        let event = lab.ends[0].phone.poll_event().unwrap();
        if event.call_state() == Some(CallState::Ended) {
            return event.call;
        }
    }
}

#[test]
fn an_ended_call_can_be_read_until_it_is_released() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    lab.ends[0].fetch = false;
    assert_eq!(lab.ends[0].phone.release(call), Err(CommandError::State), "it lives");
    let bye = peer.request("BYE", "Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\nX-Mark: here\r\n", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(100));
    assert_eq!(fetch_end(&mut lab), call);
    // fetching releases nothing, however often
    assert!(lab.ends[0].phone.poll_event().is_none() && lab.ends[0].phone.poll_event().is_none());
    assert_eq!(text(&lab, call, CallText::RemoteUri).unwrap(), "sip:peer@10.0.0.9:5060");
    assert_eq!(text(&lab, call, CallText::Reason).unwrap(), "Normal call clearing");
    assert_eq!(text(&lab, call, CallText::CallId).unwrap(), peer.call_id);
    assert_eq!(text(&lab, call, CallText::Codec).unwrap(), "PCMU/8000");
    assert_eq!(header(&lab, call, Which::Last, "x-mark").unwrap(), "here");
    assert_eq!(header(&lab, call, Which::First, "CSeq").unwrap(), "101 INVITE");
    assert!(lab.ends[0].phone.call_stats(lab.now, call).is_ok());
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Ended);
    lab.ends[0].phone.release(call).unwrap();
    assert_eq!(text(&lab, call, CallText::RemoteUri), Err(CommandError::Stale));
    assert_eq!(lab.ends[0].phone.release(call), Err(CommandError::Stale));
    assert_eq!(lab.ends[0].phone.in_use().calls, 0);
}

/// Peers that call and give up, one after the other; the ids of their calls.
fn given_up(lab: &mut Lab, peers: u8) -> Vec<CallId> {
    let mut ids = Vec::new();
    for number in 0..peers {
        let mut peer = Peer::new(lab, &format!("10.0.0.{}:5060", 20 + number), 0);
        let invite = peer.invite(lab);
        peer.wait(lab, "SIP/2.0 180");
        ids.push(lab.ends[0].phone.calls().find(|call| !ids.contains(call)).unwrap());
        let cancel = peer.request("CANCEL", "", "");
        peer.send(lab, &cancel);
        let refusal = peer.wait(lab, "SIP/2.0 487");
        peer.ack_refusal(lab, &invite, &refusal);
        lab.run_for(Duration::from_millis(10));
    }
    ids
}

#[test]
fn ended_calls_that_are_not_released_give_way_oldest_first_with_an_event() {
    for fetch in [false, true] {
        let mut options = Options::default();
        options.capacity.calls = 2;
        let mut lab = Lab::new(&[options]);
        (lab.ends[0].fetch, lab.ends[0].keep) = (fetch, true);
        let ids = given_up(&mut lab, 4);
        assert_eq!(lab.ends[0].phone.counters().evicted_calls, 2);
        assert_eq!(lab.ends[0].phone.counters().refused_full, 0, "never a 486 for a missing fetch");
        assert!(text(&lab, ids[0], CallText::CallId).is_err() && text(&lab, ids[1], CallText::CallId).is_err());
        assert!(text(&lab, ids[2], CallText::CallId).is_ok() && text(&lab, ids[3], CallText::CallId).is_ok());
        (lab.ends[0].fetch, lab.ends[0].keep) = (true, false);
        lab.assert_settled();
        let told = &lab.ends[0].events;
        let lost: Vec<_> = told.iter().filter(|event| event.kind == EventKind::Lost).map(|event| event.value).collect();
        let ended: Vec<_> =
            told.iter().filter(|event| event.call_is(CallState::Ended)).map(|event| event.call).collect();
        // one by one where events are fetched, together where they were not; and before younger events
        assert_eq!((lost, ended), if fetch { (vec![1, 1], ids) } else { (vec![2], ids[2..].to_vec()) });
        assert!(fetch || told[0].kind == EventKind::Lost);
    }
}

#[test]
fn a_call_released_before_its_end_is_fetched_has_no_more_events() {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].fetch = false;
    let ids = given_up(&mut lab, 1);
    lab.ends[0].phone.release(ids[0]).unwrap();
    assert!(lab.ends[0].phone.poll_event().is_none());
    lab.assert_settled();
}

#[test]
fn each_event_has_the_time_at_which_it_happened_however_late_it_is_fetched() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.ends[0].fetch = false;
    let mut times = Vec::new();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    times.push((EventKind::Call, CallState::Incoming as u32, lab.now));
    lab.run_for(Duration::from_secs(2));
    let (call, now) = (lab.ends[0].phone.calls().next().unwrap(), lab.now);
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    times.push((EventKind::Call, CallState::Connected as u32, now));
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(3));
    let now = lab.now;
    lab.ends[0].phone.send_digits(now, call, "7", 70).unwrap();
    lab.run_for(Duration::from_secs(1));
    let offer = peer.request("INVITE", "", &sdp("10.0.0.9", 4000, "sendonly"));
    peer.send(&mut lab, &offer);
    peer.wait(&mut lab, "SIP/2.0 200");
    times.push((EventKind::Media, MEDIA_RECEIVING | MEDIA_HELD, lab.now));
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(4));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    times.push((EventKind::Call, CallState::Ended as u32, lab.now));
    lab.run_for(Duration::from_secs(5));
    let info = lab.ends[0].phone.call_info(call).unwrap();
    lab.ends[0].fetch = true;
    lab.run_for(Duration::from_millis(10));
    for (kind, value, at) in times {
        let of_kind = lab.ends[0].events.iter().filter(|event| event.kind == kind);
        let told = of_kind.clone().find(|event| event.state.max(event.value) == value);
        let told = told.unwrap_or_else(|| panic!("{kind:?} {value}: {:#?}", lab.ends[0].events));
        assert!(told.at <= at && at.since(told.at) <= Duration::from_millis(10), "{told:?}: {at:?} is wanted");
    }
    let done = lab.ends[0].events.iter().find(|event| event.kind == EventKind::Done).unwrap();
    let lasted = done.at.since(now);
    assert!(
        done.token == 70 && lasted >= Duration::from_millis(160) && lasted <= Duration::from_millis(260),
        "{lasted:?}"
    );
    let of = |state| lab.ends[0].events.iter().find(|event| event.call_is(state)).unwrap().at;
    assert_eq!(
        (info.started, info.connected, info.ended),
        (of(CallState::Incoming), of(CallState::Connected), of(CallState::Ended))
    );
}

/// Digits in a call of this age, whose receiver fetches its events this much later. Gives the time of the command.
fn pressed(age: Duration, digits: &str, later: Duration) -> (Lab, Instant) {
    let mut lab = Lab::pair();
    let call = lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.set_source(theirs, Source::Silence).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_for(age);
    lab.ends[1].fetch = false;
    let pressed = lab.now;
    lab.ends[0].phone.send_digits(pressed, call, digits, 0).unwrap();
    lab.run_for(later);
    lab.ends[1].fetch = true;
    lab.drain();
    (lab, pressed)
}

#[test]
fn a_digits_event_has_the_time_of_the_packet_that_ended_it() {
    let (lab, pressed) = pressed(Duration::from_millis(3700), "1,,2", Duration::from_secs(10));
    let at: Vec<_> = lab.ends[1]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Digit)
        .map(|event| event.at.since(pressed).millis())
        .collect();
    // 160 ms each, behind the first a gap of 50 and two seconds; a packet stands for 20 ms and travels one
    assert_eq!(at.len(), 2);
    assert!((160..=200).contains(&at[0]) && (2370..=2430).contains(&at[1]), "{at:?}");
}

#[test]
fn digits_that_give_way_are_told_as_lost() {
    // eight wait; a late fetch gets the number of those before
    let (lab, _) = pressed(Duration::from_secs(1), "123456789*0", Duration::from_secs(5));
    let of = |kind| lab.ends[1].events.iter().filter(move |event| event.kind == kind).map(|event| event.value);
    assert_eq!(of(EventKind::Digit).collect::<Vec<_>>(), b"456789*0".map(u32::from));
    assert_eq!(of(EventKind::Lost).collect::<Vec<_>>(), [3]);
}

#[test]
fn ends_of_commands_never_give_way() {
    let mut options = Options::default();
    (options.capacity.calls, options.capacity.commands) = (1, 2);
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    lab.ends[0].fetch = false;
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let phone = &mut lab.ends[0].phone;
    phone.send_digits(now, call, "1", 11).unwrap();
    phone.send_digits(now, call, "2,,,,", 12).unwrap();
    assert_eq!(phone.send_digits(now, call, "3", 13), Err(CommandError::Full), "its end could not be kept");
    lab.run_for(Duration::from_millis(500));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    other.invite(&mut lab);
    other.wait(&mut lab, "SIP/2.0 180");
    assert!(text(&lab, call, CallText::CallId).is_err(), "the call gave way");
    lab.ends[0].fetch = true;
    lab.drain();
    let told: Vec<_> = lab.ends[0]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Done)
        .map(|event| (event.call, event.token, event.result))
        .collect();
    assert_eq!(told, [(call, 11, Cause::Normal), (call, 12, Cause::State)]);
}

#[test]
fn digits_without_a_token_have_an_event_only_where_they_could_not_be_sent() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    // as many as may wait: those without a token are one command
    (0..32).for_each(|_| lab.ends[0].phone.send_digits(now, call, "5", 0).unwrap());
    lab.run_for(Duration::from_secs(8));
    assert_eq!(digits_told(&lab), []);
    let now = lab.now;
    ["1", "2", "3,,,"].iter().for_each(|digits| lab.ends[0].phone.send_digits(now, call, digits, 0).unwrap());
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    assert_eq!(digits_told(&lab), [(0, Cause::State)]);
}

/// Tokens and results of the digits commands that have their event.
fn digits_told(lab: &Lab) -> Vec<(u64, Cause)> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    told.map(|event| (event.token, event.result)).collect()
}

#[test]
fn digits_not_out_when_the_call_ends_have_their_event_before_its_end() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let phone = &mut lab.ends[0].phone;
    let tokens = [("1", 1), ("2", 2), ("3,,,", 3)].map(|(digits, token)| {
        phone.send_digits(now, call, digits, token).unwrap();
        token
    });
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    assert_eq!(digits_told(&lab), [(tokens[0], Cause::Normal), (tokens[1], Cause::State), (tokens[2], Cause::State)]);
    assert_eq!(lab.ends[0].events.last().unwrap().state, CallState::Ended as u32);
}

#[test]
fn an_event_has_the_time_of_its_packet_however_long_that_was_on_its_way() {
    // the lab compares them; nothing else wakes the phone meanwhile
    let mut lab = Lab::new(&[Options::default()]);
    lab.network.delay_ms = 300;
    lab.audio = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    lab.ends[0].events.clear();
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack(&mut lab, "");
    let mut digit = vec![0; 12];
    rtp::write_header(&mut digit, 101, true, 1, 160, 9).unwrap();
    digit.extend_from_slice(&[7, 0x8a, 0, 160]);
    let (from, to) = (lab.open_raw("10.0.0.9:40000"), lab.ends[0].media.values().next().unwrap().0);
    lab.send_raw(from, to, &digit);
    lab.run_for(Duration::from_secs(1));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(1));
    let told: Vec<_> = lab.ends[0].events.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventKind::Media, EventKind::Digit, EventKind::Call]);
}

#[test]
fn a_held_side_sends_no_digits() {
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
        let (waiting, later) = (u64::MAX, 2);
        lab.ends[0].phone.send_digits(now, call, ",,1", waiting).unwrap();
        let mut offer = |lab: &mut Lab, body: &str| {
            let text = peer.request("INVITE", "", body);
            peer.send(lab, &text);
            peer.wait(lab, "SIP/2.0 200");
            peer.ack(lab, "");
            lab.run_for(Duration::from_millis(50));
        };
        offer(&mut lab, &body);
        let now = lab.now;
        let given = lab.ends[0].phone.send_digits(now, call, "5", later);
        if sends {
            lab.run_for(Duration::from_secs(5));
            assert_eq!(digits_told(&lab), [(waiting, Cause::Normal), (later, Cause::Normal)]);
            continue;
        }
        assert_eq!((given, digits_told(&lab)), (Err(CommandError::State), vec![(waiting, Cause::State)]), "{body}");
        // digits that waited are not sent when the hold is over
        let packets = lab.ends[0].phone.call_stats(now, call).unwrap().sent_packets;
        offer(&mut lab, &sdp("10.0.0.9", 4000, ""));
        let now = lab.now;
        let token = 3;
        lab.ends[0].phone.send_digits(now, call, "6", token).unwrap();
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
    assert_eq!(lab.ends[1].phone.send_digits(now, theirs, "1", 0), Err(CommandError::State), "no media yet");
    lab.ends[1].phone.set_source(theirs, Source::Silence).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_millis(100));
    let now = lab.now;
    let token = 99;
    lab.ends[0].phone.send_digits(now, call, "12,,3*#a", token).unwrap();
    lab.ends[1].phone.send_digits(now, theirs, "9009", 0).unwrap();
    lab.run_for(Duration::from_secs(6));
    let heard = |end: usize| -> String {
        let digits = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Digit);
        digits.map(|event| char::from_u32(event.value).unwrap()).collect()
    };
    assert_eq!((heard(1), heard(0)), ("123*#A".into(), "9009".into()));
    let sent: Vec<_> =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done).map(|event| event.token).collect();
    assert_eq!(sent, [token]);
}

/// A proxy repeats a provisional response each minute (rfc3261#13.3.1.1), and each branch of a fork sends its own: a
/// response that changes nothing makes no event.
#[test]
fn equal_provisional_responses_have_one_event() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    let early = |lab: &Lab| {
        lab.ends[0]
            .events
            .iter()
            .filter(|event| event.kind == EventKind::Call && event.state == CallState::Early as u32)
            .count()
    };
    let body = peer.sdp();
    for (nth, (status, reason, tag, body, told)) in [
        (180, "Ringing", "a", "", 1),
        (180, "Ringing", "a", "", 1),
        (180, "Ringing", "b", "", 1),
        (100, "Trying", "", "", 1),
        (180, "Ringing", "a", "", 1),
        (182, "Queued, 3 before you", "a", "", 2),
        (182, "Queued, 2 before you", "a", "", 3),
        (182, "Queued, 2 before you", "a", "", 3),
        (183, "Progress", "a", body.as_str(), 4),
        (183, "Progress", "a", body.as_str(), 4),
        (180, "Ringing", "a", "", 5),
        (180, "Ringing", "a", body.as_str(), 6),
        (180, "Ringing", "a", body.as_str(), 6),
    ]
    .into_iter()
    .enumerate()
    {
        peer.tag = tag.to_owned();
        let text = peer.response_text(&invite, status, "", body).replacen("As Scripted", reason, 1);
        lab.send_raw(peer.at, invite.from, text.as_bytes());
        lab.run_for(Duration::from_millis(10));
        assert_eq!(early(&lab), told, "{nth}");
    }
}
