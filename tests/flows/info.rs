//! Digits by SIP INFO: one at a time, in order, whatever the network and the far end do; and those that come.

use crate::challenged_calls::{CHALLENGE, answered};
use microsip_core::base::time::Duration;
use microsip_core::media::digits::{DigitMethod, DigitSettings};
use microsip_core::offer::Direction;
use microsip_core::phone::{
    AccountChange, AccountConfig, Capacity, Cause, CommandError, DialOptions, EndCause, EndedBy, Op, Reoffer, Source,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, ladder, sdp};

fn connected() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    (lab, peer)
}

fn send(lab: &mut Lab, end: usize, digits: &str, method: DigitMethod, token: u64) -> Result<(), CommandError> {
    let (now, call) = (lab.now, lab.ends[end].last_call());
    let result = lab.ends[end].phone.send_digits_by(now, call, digits, method.into(), token);
    lab.drain();
    result
}

/// The next INFO, with its body.
#[track_caller]
fn info(lab: &mut Lab, peer: &mut Peer, kind: &str, body: &str) -> Sip {
    let info = peer.wait(lab, "INFO");
    assert_eq!((info.header("Content-Type").as_str(), info.body().as_str()), (kind, body));
    assert!(info.headers("Info-Package").is_empty() && info.headers("Recv-Info").is_empty(), "rfc6086#2");
    info
}

fn relay(digit: char) -> String {
    format!("Signal={digit}\r\nDuration=160\r\n")
}

#[track_caller]
fn relayed(lab: &mut Lab, peer: &mut Peer, digit: char) -> Sip {
    info(lab, peer, "application/dtmf-relay", &relay(digit))
}

/// The ends of digits that were told.
fn done(lab: &Lab, end: usize) -> Vec<(u64, Cause, u16)> {
    let done = lab.ends[end].events.iter().filter(|event| event.op == Some(Op::Digits));
    done.map(|event| (event.token, event.result, event.sip_code)).collect()
}

/// The digits of events of a kind, with their methods and lengths.
fn told(lab: &Lab, end: usize, kind: EventKind) -> Vec<(char, u32, u32)> {
    let events = lab.ends[end].events.iter().filter(|event| event.kind == kind);
    events.map(|event| (char::from_u32(event.value).unwrap(), event.state, event.reached)).collect()
}

/// The peer sends an INFO; its response.
fn inform(lab: &mut Lab, peer: &mut Peer, kind: &str, body: &str) -> Sip {
    let extra = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    inform_with(lab, peer, &extra, body)
}

fn inform_with(lab: &mut Lab, peer: &mut Peer, extra: &str, body: &str) -> Sip {
    let text = peer.request("INFO", extra, body);
    peer.send(lab, &text);
    let response = peer.wait(lab, "SIP/2.0");
    lab.run_for(Duration::from_millis(10));
    response
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_next_digit_waits_for_the_response_and_for_the_length() {
    let (mut lab, mut peer) = connected();
    assert_eq!(send(&mut lab, 0, "1#", DigitMethod::Info, 7), Ok(()));
    let first = relayed(&mut lab, &mut peer, '1');
    peer.silence(&mut lab, "INFO sip:other", Duration::from_millis(300));
    peer.respond(&mut lab, &first, 200, "");
    let second = relayed(&mut lab, &mut peer, '#');
    assert_eq!(second.number(), first.number() + 1);
    assert!(done(&lab, 0).is_empty(), "not before it is taken");
    assert_eq!(told(&lab, 0, EventKind::DigitSent), [('1', DigitMethod::Info as u32, 1)], "and one waits");
    let at = lab.now;
    peer.respond(&mut lab, &second, 200, "");
    lab.run_until("the end", |lab| !done(lab, 0).is_empty());
    assert!((190..=230).contains(&lab.now.since(at).millis()), "the digit's length and a gap: {:?}", lab.now.since(at));
    assert_eq!(done(&lab, 0), [(7, Cause::Normal, 0)]);
    assert_eq!(told(&lab, 0, EventKind::DigitSent).last(), Some(&('#', DigitMethod::Info as u32, 0)));
    finish(lab, peer);
}

#[test]
fn a_script_has_pauses_and_its_own_body() {
    let (mut lab, mut peer) = connected();
    assert_eq!(send(&mut lab, 0, "5w6p7,d", DigitMethod::InfoPlain, 1), Ok(()));
    let mut before = None;
    for (digit, pause) in [('5', 0), ('6', 500), ('7', 1000), ('D', 1000)] {
        let came = info(&mut lab, &mut peer, "application/dtmf", &format!("{digit}\r\n"));
        let since = before.map_or(0, |before| came.at.since(before).millis());
        let whole = if pause == 0 { 0 } else { pause + 210 };
        assert!(since.abs_diff(whole) <= 30, "{digit} after {since} ms");
        before = Some(came.at);
        peer.respond(&mut lab, &came, 200, "");
    }
    lab.run_until("the end", |lab| !done(lab, 0).is_empty());
    let sent: String = told(&lab, 0, EventKind::DigitSent).iter().map(|told| told.0).collect();
    assert_eq!((sent.as_str(), done(&lab, 0)), ("567D", vec![(1, Cause::Normal, 0)]));
    finish(lab, peer);
}

#[test]
fn characters_that_are_of_no_script_send_nothing() {
    let (mut lab, peer) = connected();
    for wrong in ["", "1 2", "1x", "5;6", "E"] {
        assert_eq!(send(&mut lab, 0, wrong, DigitMethod::Info, 1), Err(CommandError::Range), "{wrong:?}");
    }
    assert_eq!(send(&mut lab, 0, &"1".repeat(33), DigitMethod::Info, 1), Err(CommandError::Full));
    lab.run_for(Duration::from_secs(1));
    assert!(peer.all(&lab, "INFO").is_empty());
    finish(lab, peer);
}

#[test]
fn a_refusal_ends_its_script_and_no_other() {
    // rfc5057#5.1: only the transaction is affected
    for status in [415, 405, 500, 469, 603] {
        let (mut lab, mut peer) = connected();
        assert_eq!(send(&mut lab, 0, "123", DigitMethod::Info, 1), Ok(()));
        assert_eq!(send(&mut lab, 0, "9", DigitMethod::Info, 2), Ok(()));
        let first = relayed(&mut lab, &mut peer, '1');
        peer.respond(&mut lab, &first, 200, "");
        let second = relayed(&mut lab, &mut peer, '2');
        peer.respond(&mut lab, &second, status, "");
        let other = relayed(&mut lab, &mut peer, '9');
        peer.respond(&mut lab, &other, 200, "");
        lab.run_for(Duration::from_secs(1));
        assert_eq!(done(&lab, 0), [(1, Cause::Refused, status), (2, Cause::Normal, 0)]);
        finish(lab, peer);
    }
}

#[test]
fn a_far_end_that_has_no_such_call_ends_it() {
    // rfc5057#5.1
    let (mut lab, mut peer) = connected();
    assert_eq!(send(&mut lab, 0, "12", DigitMethod::Info, 1), Ok(()));
    let first = relayed(&mut lab, &mut peer, '1');
    peer.respond(&mut lab, &first, 481, "");
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let end = *lab.ends[0].ended().unwrap();
    assert_eq!((end.cause, end.ended_by, end.sip_code), (EndCause::Network, EndedBy::Remote, 481));
    assert_eq!(done(&lab, 0), [(1, Cause::State, 0)]);
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 481, "");
    lab.assert_settled();
}

#[test]
fn a_far_end_that_drops_them_keeps_its_call() {
    let (mut lab, mut peer) = connected();
    assert_eq!(send(&mut lab, 0, "12", DigitMethod::Info, 1), Ok(()));
    relayed(&mut lab, &mut peer, '1');
    lab.run_until("the end", |lab| !done(lab, 0).is_empty());
    assert_eq!(done(&lab, 0), [(1, Cause::Timeout, 0)]);
    let tries = peer.all(&lab, "INFO").len();
    lab.run_for(Duration::from_secs(5));
    assert_eq!(peer.all(&lab, "INFO").len(), tries, "the digit behind it is given up");
    // the next script is tried all the same
    assert_eq!(send(&mut lab, 0, "3", DigitMethod::Info, 2), Ok(()));
    lab.run_until("the next", |lab| peer.all(lab, "INFO").len() > tries);
    let next = peer.all(&lab, "INFO").pop().unwrap();
    assert_eq!(next.body(), relay('3'));
    peer.respond(&mut lab, &next, 200, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab, 0)[1], (2, Cause::Normal, 0));
    finish(lab, peer);
}

#[test]
fn a_challenge_is_answered_with_the_same_digit() {
    let (mut lab, mut peer) = answered(Options::default(), "<sip:10.0.0.9;lr>");
    assert_eq!(send(&mut lab, 0, "45", DigitMethod::Info, 1), Ok(()));
    let first = relayed(&mut lab, &mut peer, '4');
    peer.respond_with(&mut lab, &first, 407, CHALLENGE, "");
    let again = relayed(&mut lab, &mut peer, '4');
    assert_eq!(again.number(), first.number() + 1);
    assert!(again.header("Proxy-Authorization").contains("nonce=\"n1\""));
    peer.respond(&mut lab, &again, 200, "");
    let next = relayed(&mut lab, &mut peer, '5');
    peer.respond(&mut lab, &next, 200, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab, 0), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
}

#[test]
fn credentials_that_are_refused_end_the_script() {
    let (mut lab, mut peer) = answered(Options::default(), "<sip:10.0.0.9;lr>");
    assert_eq!(send(&mut lab, 0, "4", DigitMethod::Info, 1), Ok(()));
    for _ in 0..2 {
        let info = relayed(&mut lab, &mut peer, '4');
        peer.respond_with(&mut lab, &info, 407, CHALLENGE, "");
    }
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab, 0), [(1, Cause::Auth, 407)]);
    finish(lab, peer);
}

#[test]
fn on_hold_they_go_by_info_alone() {
    // rfc3264#5.1: a side that may not send has no media for a digit
    let (mut lab, mut peer) = connected();
    for way in ["sendonly", "inactive"] {
        let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, way));
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        peer.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(20));
        for method in [DigitMethod::Auto, DigitMethod::Events, DigitMethod::Tones] {
            assert_eq!(send(&mut lab, 0, "1", method, 1), Err(CommandError::State), "{method:?}");
        }
        assert_eq!(send(&mut lab, 0, "1p2", DigitMethod::Info, 2), Ok(()));
        for digit in ['1', '2'] {
            let info = relayed(&mut lab, &mut peer, digit);
            peer.respond(&mut lab, &info, 200, "");
        }
        lab.run_for(Duration::from_millis(500));
        assert_eq!(done(&lab, 0).pop(), Some((2, Cause::Normal, 0)));
    }
    finish(lab, peer);
}

#[test]
fn a_hold_takes_those_that_need_media_and_leaves_the_others() {
    for (method, ends) in
        [(DigitMethod::Auto, Cause::State), (DigitMethod::Tones, Cause::State), (DigitMethod::Info, Cause::Normal)]
    {
        let (mut lab, mut peer) = connected();
        assert_eq!(send(&mut lab, 0, "12345", method, 1), Ok(()));
        let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        peer.ack(&mut lab, "");
        while method == DigitMethod::Info && peer.all(&lab, "INFO").len() < 5 || done(&lab, 0).is_empty() {
            if method == DigitMethod::Info {
                for info in peer.all(&lab, "INFO") {
                    peer.respond(&mut lab, &info, 200, "");
                }
            }
            lab.run_for(Duration::from_millis(100));
        }
        assert_eq!(done(&lab, 0), [(1, ends, 0)], "{method:?}");
        finish(lab, peer);
    }
}

#[test]
fn what_is_negotiated_decides_and_else_the_accounts_method() {
    let plain =
        |port| sdp("10.0.0.9", port, "").replace(" 101", "").replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    for (events, account, call, goes) in [
        (true, DigitMethod::Auto, None, DigitMethod::Events),
        (true, DigitMethod::AutoInfo, None, DigitMethod::Events),
        (true, DigitMethod::Info, None, DigitMethod::Info),
        (true, DigitMethod::Info, Some(DigitMethod::Auto), DigitMethod::Events),
        (true, DigitMethod::Auto, Some(DigitMethod::Tones), DigitMethod::Tones),
        (false, DigitMethod::Auto, None, DigitMethod::Tones),
        (false, DigitMethod::AutoInfo, None, DigitMethod::Info),
        (false, DigitMethod::InfoPlain, Some(DigitMethod::Auto), DigitMethod::InfoPlain),
        (false, DigitMethod::Auto, Some(DigitMethod::Info), DigitMethod::Info),
    ] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.names.insert("example.org".into(), vec![peer.at]);
        let config = AccountConfig {
            uri: "sip:anna@example.org",
            no_register: true,
            digits: account.into(),
            ..AccountConfig::default()
        };
        let now = lab.now;
        let id = lab.ends[0].phone.account_add(now, &config).unwrap();
        let options = DialOptions {
            source: Source::Silence,
            digits: call.map(DigitSettings::from).unwrap_or_default(),
            ..DialOptions::default()
        };
        lab.ends[0].phone.dial(now, id, "bob", &options).unwrap();
        lab.drain();
        let invite = peer.wait(&mut lab, "INVITE");
        let body = if events { peer.sdp() } else { plain(40_000) };
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(100));
        let (now, number) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.send_digits(now, number, "8", 1).unwrap();
        if goes.is_info() {
            let info = peer.wait(&mut lab, "INFO");
            peer.respond(&mut lab, &info, 200, "");
        }
        lab.run_for(Duration::from_secs(1));
        let case = format!("events {events}, account {account:?}, call {call:?}");
        assert_eq!(told(&lab, 0, EventKind::DigitSent), [('8', goes as u32, 0)], "{case}");
        assert_eq!(done(&lab, 0), [(1, Cause::Normal, 0)], "{case}");
        assert_eq!(peer.all(&lab, "INFO").is_empty(), !goes.is_info(), "{case}");
        if !events {
            assert_eq!(send(&mut lab, 0, "1", DigitMethod::Events, 2), Err(CommandError::Unsupported));
        }
        finish(lab, peer);
    }
}

#[test]
fn the_phones_method_and_length_are_those_of_calls_without_others() {
    for (given, heard) in [(90, 90), (20_000, 20_000), (50, 50)] {
        let digits = DigitSettings { ms: given, ..DigitMethod::Info.into() };
        let mut lab = Lab::new(&[Options { digits, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.send_digits(now, call, "3", 1).unwrap();
        let came = info(&mut lab, &mut peer, "application/dtmf-relay", &format!("Signal=3\r\nDuration={heard}\r\n"));
        let at = lab.now;
        peer.respond(&mut lab, &came, 200, "");
        lab.run_until("the end", |lab| !done(lab, 0).is_empty());
        assert!(lab.now.since(at).millis().abs_diff(heard + 50) <= 30, "{given}: {:?}", lab.now.since(at));
        finish(lab, peer);
    }
    let lasting = Options { digits: DigitSettings { ms: 300, ..DigitSettings::NONE }, ..Options::default() };
    let mut lab = Lab::new(&[lasting, Options::default()]);
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(microsip_core::phone::CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_for(Duration::from_millis(200));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.send_digits(now, call, "12", 1).unwrap();
    lab.run_for(Duration::from_secs(1));
    let events = DigitMethod::Events as u32;
    assert_eq!(told(&lab, 1, EventKind::Digit), [('1', events, 300), ('2', events, 300)]);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.assert_settled();
}

#[test]
fn an_accounts_method_changes_in_place() {
    let (mut lab, mut peer) = answered(Options::default(), "<sip:10.0.0.9;lr>");
    let now = lab.now;
    let account = lab.ends[0].phone.accounts().next().unwrap();
    let change = AccountChange { digits: DigitMethod::Info.into(), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    let call = lab.ends[0].last_call();
    lab.ends[0].phone.send_digits(now, call, "3", 1).unwrap();
    let info = relayed(&mut lab, &mut peer, '3');
    peer.respond(&mut lab, &info, 200, "");
    // the call's own goes before it
    lab.ends[0].phone.call_set_digits(call, DigitMethod::Events.into()).unwrap();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.send_digits(now, call, "4", 2).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, 0, EventKind::DigitSent).last().map(|told| told.1), Some(DigitMethod::Events as u32));
    finish(lab, peer);
}

#[test]
fn in_an_early_dialog_they_go_to_the_one_that_is_heard() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.tag = "first".into();
    peer.respond(&mut lab, &invite, 183, &body);
    peer.tag = "second".into();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(100));
    assert_eq!(send(&mut lab, 0, "1", DigitMethod::Info, 1), Ok(()));
    let info = relayed(&mut lab, &mut peer, '1');
    assert_eq!(info.to_tag(), "second");
    peer.respond(&mut lab, &info, 200, "");
    lab.run_for(Duration::from_millis(500));
    assert_eq!(done(&lab, 0), [(1, Cause::Normal, 0)]);
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    finish(lab, peer);
}

#[test]
fn the_end_of_the_call_ends_the_script() {
    let (mut lab, mut peer) = connected();
    assert_eq!(send(&mut lab, 0, "12", DigitMethod::Info, 1), Ok(()));
    let first = relayed(&mut lab, &mut peer, '1');
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    peer.respond(&mut lab, &first, 200, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab, 0), [(1, Cause::State, 0)]);
    assert_eq!(peer.all(&lab, "INFO").len(), 1);
    lab.assert_settled();
}

#[test]
fn without_a_free_request_they_wait_and_then_fail() {
    let capacity = Capacity { requests: 1, ..Options::default().capacity };
    for frees in [true, false] {
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        // our hold takes the one request
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.hold(now, call, true, 9).unwrap();
        let offer = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &offer, 100, "");
        assert_eq!(send(&mut lab, 0, "1", DigitMethod::Info, 1), Ok(()));
        peer.silence(&mut lab, "INFO", Duration::from_secs(1));
        if frees {
            peer.respond(&mut lab, &offer, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
            let info = relayed(&mut lab, &mut peer, '1');
            peer.respond(&mut lab, &info, 200, "");
        }
        lab.run_for(Duration::from_secs(3));
        let end = if frees { Cause::Normal } else { Cause::Full };
        assert_eq!(done(&lab, 0), [(1, end, 0)]);
        if !frees {
            peer.respond(&mut lab, &offer, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
            lab.run_for(Duration::from_millis(100));
        }
        finish(lab, peer);
    }
}

#[test]
fn two_phones_with_losses_hear_each_digit_once_and_in_order() {
    for seed in 1..=5 {
        for method in [DigitMethod::Info, DigitMethod::InfoPlain, DigitMethod::Events] {
            let mut lab = Lab::pair().seed(seed);
            lab.dial(0, "sip:bob@10.0.0.2");
            lab.run_until("it rings", |lab| lab.ends[1].reached(microsip_core::phone::CallState::Incoming));
            let (theirs, now) = (lab.ends[1].last_call(), lab.now);
            lab.ends[1].phone.answer(now, theirs, 200).unwrap();
            lab.run_for(Duration::from_millis(200));
            lab.network.loss = 200;
            assert_eq!(send(&mut lab, 0, "0147*", method, 1), Ok(()));
            assert_eq!(send(&mut lab, 1, "#D", method, 2), Ok(()));
            lab.run_until("both ends", |lab| !done(lab, 0).is_empty() && !done(lab, 1).is_empty());
            assert_eq!((done(&lab, 0), done(&lab, 1)), (vec![(1, Cause::Normal, 0)], vec![(2, Cause::Normal, 0)]));
            lab.run_for(Duration::from_millis(500));
            // an event is as long as its last packet says that comes
            let lasts = |ms| match method {
                DigitMethod::Info => ms == 160,
                DigitMethod::Events => (20..=160).contains(&ms),
                _ => ms == 0,
            };
            for (end, digits) in [(1, "0147*"), (0, "#D")] {
                let told = told(&lab, end, EventKind::Digit);
                assert!(told.iter().map(|told| told.0).eq(digits.chars()), "seed {seed}: {method:?}, {told:?}");
                assert!(told.iter().all(|told| told.1 == method as u32 && lasts(told.2)), "seed {seed}: {told:?}");
            }
            lab.network.loss = 0;
            let (now, call) = (lab.now, lab.ends[0].last_call());
            lab.ends[0].phone.hangup(now, call).unwrap();
            lab.assert_settled();
        }
    }
}

#[test]
fn what_comes_is_told_with_its_method_and_length() {
    let (mut lab, mut peer) = connected();
    for (kind, body, expected) in [
        ("application/dtmf-relay", "Signal=5\r\nDuration=250\r\n", ('5', DigitMethod::Info as u32, 250)),
        ("application/dtmf-relay", "Signal= *\r\n", ('*', DigitMethod::Info as u32, 0)),
        ("APPLICATION/DTMF-Relay;charset=utf-8", "Signal=11\r\nDuration=90", ('#', DigitMethod::Info as u32, 90)),
        ("application/dtmf", "a", ('A', DigitMethod::InfoPlain as u32, 0)),
    ] {
        assert_eq!(inform(&mut lab, &mut peer, kind, body).status(), 200, "{body:?}");
        assert_eq!(told(&lab, 0, EventKind::Digit).last(), Some(&expected), "{body:?}");
    }
    // no digits, but no faults
    assert_eq!(inform(&mut lab, &mut peer, "", "").status(), 200);
    assert_eq!(inform(&mut lab, &mut peer, "application/dtmf-relay", "Signal=hf\r\n").status(), 200);
    assert_eq!(told(&lab, 0, EventKind::Digit).len(), 4);
    finish(lab, peer);
}

#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let (mut lab, mut peer) = connected();
    for (extra, body, status) in [
        ("Content-Type: application/dtmf-relay\r\n", "Duration=160\r\n", 400),
        ("Content-Type: application/dtmf-relay\r\n", "Signal=x\r\nDuration=160\r\n", 400),
        ("Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=long\r\n", 400),
        ("Content-Type: application/dtmf\r\n", "none", 400),
        ("Content-Type: application/media_control+xml\r\n", "<x/>", 415),
        ("Content-Type: application/dtmf\r\nContent-Encoding: gzip\r\n", "5", 415),
        ("Info-Package: weather\r\nContent-Type: application/dtmf\r\n", "5", 469),
        ("Require: foo\r\nContent-Type: application/dtmf\r\n", "5", 420),
    ] {
        let malformed = lab.ends[0].phone.counters().malformed;
        let refusal = inform_with(&mut lab, &mut peer, extra, body);
        assert_eq!(refusal.status(), status, "{extra} {body}");
        assert_eq!(lab.ends[0].phone.counters().malformed - malformed, u32::from(status == 400));
        match status {
            415 => assert_eq!(refusal.header("Accept"), "application/dtmf-relay, application/dtmf"),
            469 => assert_eq!(refusal.headers("Recv-Info"), [""]),
            _ => {}
        }
    }
    let optional = "Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n";
    assert_eq!(inform_with(&mut lab, &mut peer, optional, "hello").status(), 200);
    assert!(told(&lab, 0, EventKind::Digit).is_empty());
    finish(lab, peer);
}

#[test]
fn a_repetition_gets_the_same_response_and_is_no_second_digit() {
    for (kind, body) in [("application/dtmf", "5"), ("application/dtmf", "x"), ("text/plain", "5")] {
        let (mut lab, mut peer) = connected();
        let text = peer.request("INFO", &format!("Content-Type: {kind}\r\n"), body);
        for _ in 0..3 {
            peer.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(500));
        }
        let responses: Vec<Vec<u8>> = peer.all(&lab, "SIP/2.0").into_iter().map(|sip| sip.bytes).collect();
        let last: Vec<_> = responses.iter().rev().take(3).collect();
        assert!(last.iter().all(|bytes| *bytes == last[0]), "{kind} {body}");
        assert_eq!(told(&lab, 0, EventKind::Digit).len(), usize::from(body == "5" && kind != "text/plain"));
        finish(lab, peer);
    }
}

#[test]
fn without_a_dialog_there_is_481() {
    // rfc3261#12.2.2
    let (mut lab, mut peer) = connected();
    let own = core::mem::replace(&mut peer.theirs, "another".into());
    assert_eq!(inform(&mut lab, &mut peer, "application/dtmf", "5").status(), 481);
    peer.theirs = String::new();
    assert_eq!(inform(&mut lab, &mut peer, "application/dtmf", "5").status(), 481);
    peer.theirs = own;
    assert!(told(&lab, 0, EventKind::Digit).is_empty());
    finish(lab, peer);
}

#[test]
fn they_come_while_we_hold() {
    let (mut lab, mut peer) = connected();
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0]
        .phone
        .reoffer(now, call, &Reoffer { direction: Some(Direction::Inactive), ..Reoffer::default() }, 1)
        .unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &offer, 200, &sdp("10.0.0.9", 40_000, "inactive"));
    peer.wait(&mut lab, "ACK");
    assert_eq!(inform(&mut lab, &mut peer, "application/dtmf", "5").status(), 200);
    assert_eq!(told(&lab, 0, EventKind::Digit).len(), 1);
    finish(lab, peer);
}
