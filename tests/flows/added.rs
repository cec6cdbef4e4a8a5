//! Header lines, reasons and targets of the application's in responses, BYE and CANCEL.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::media::{Codec, CodecOrder};
use microsip_core::phone::{
    AccountConfig, CallId, CallState, CallText, Capacity, CommandError, DialOptions, EndCause, EndOptions, EndedBy,
    Reliable, SessionTimer, TimerMode,
};
use microsip_tests::{Lab, Options, Peer};

fn phone() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048), ..Options::default() }]);
    lab.ends[0].keep = true;
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// A call rings.
fn ringing() -> (Lab, Peer, CallId) {
    let (mut lab, mut peer) = phone();
    peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    peer.learn(&ringing);
    let call = lab.ends[0].last_call();
    (lab, peer, call)
}

fn text(lab: &Lab, call: CallId, which: CallText) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, which, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

#[test]
fn each_response_has_its_own_header_lines() {
    let (mut lab, mut peer, call) = ringing();
    let now = lab.now;
    lab.ends[0].phone.answer_with(now, call, 183, "X-Step: 1\r\n").unwrap();
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    assert_eq!(progress.headers("X-Step"), ["1"]);
    lab.ends[0].phone.answer_with(now, call, 180, "X-Step: 2\r\nX-More: a\r\n").unwrap();
    let again = peer.wait(&mut lab, "SIP/2.0 180");
    assert_eq!((again.header("X-Step"), again.header("X-More")), ("2".into(), "a".into()));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let accepted = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(accepted.headers("X-Step").is_empty() && accepted.headers("X-More").is_empty());
}

#[test]
fn a_200_and_its_repetitions_have_header_lines_and_later_ones_have_not() {
    let (mut lab, mut peer, call) = ringing();
    let now = lab.now;
    lab.ends[0].phone.answer_with(now, call, 200, "X-Line: 1\r\n").unwrap();
    lab.run_for(Duration::from_secs(3));
    let all = peer.all(&lab, "SIP/2.0 200");
    assert!(all.len() >= 3 && all.iter().all(|sip| sip.headers("X-Line") == ["1"] && sip.bytes == all[0].bytes));
    peer.learn(&all[0]);
    peer.ack(&mut lab, "");
    let body = peer.sdp();
    let again = peer.request("INVITE", "", &body);
    let read = all.len();
    peer.send(&mut lab, &again);
    lab.run_until("the answer to the re-INVITE", |lab| peer.all(lab, "SIP/2.0 200").len() > read);
    assert!(peer.all(&lab, "SIP/2.0 200").last().unwrap().headers("X-Line").is_empty());
}

#[test]
fn lines_that_break_a_message_or_belong_to_the_stack_are_refused() {
    let (mut lab, _, call) = ringing();
    let now = lab.now;
    for (lines, error) in [
        ("X-A: 1", CommandError::HeaderLine),
        ("X-A: 1\r\n\r\nBYE", CommandError::HeaderLine),
        ("X-A: a\r\n b: c\r\n", CommandError::HeaderLine),
        ("Contact: <sip:x>\r\n", CommandError::HeaderOwned),
        ("t: <sip:x>\r\n", CommandError::HeaderOwned),
        ("Server: x\r\n", CommandError::HeaderOwned),
        ("RSeq: 1\r\n", CommandError::HeaderOwned),
        ("Content-Length: 0\r\n", CommandError::HeaderOwned),
    ] {
        let end = EndOptions { headers: lines, ..EndOptions::default() };
        let phone = &mut lab.ends[0].phone;
        assert_eq!(phone.answer_with(now, call, 200, lines), Err(error), "{lines:?}");
        assert_eq!(phone.reject_with(now, call, 486, &end), Err(error), "{lines:?}");
        assert_eq!(phone.hangup_with(now, call, &end), Err(error), "{lines:?}");
    }
    let long = format!("X-A: {}\r\n", "a".repeat(3000));
    let phone = &mut lab.ends[0].phone;
    assert_eq!(phone.answer_with(now, call, 200, &long), Err(CommandError::Text));
    let end = EndOptions { headers: &long, ..EndOptions::default() };
    assert_eq!(phone.reject_with(now, call, 486, &end), Err(CommandError::Text));
    for (code, options, error) in [
        (486, EndOptions { contacts: "sip:a@b", ..EndOptions::default() }, CommandError::Range),
        (302, EndOptions { contacts: "mailto:a@b", ..EndOptions::default() }, CommandError::Uri),
        (302, EndOptions { contacts: "200", ..EndOptions::default() }, CommandError::NoAccount),
        (486, EndOptions { reason: "a\r\nX: b", ..EndOptions::default() }, CommandError::Text),
        (486, EndOptions { reason: &"a".repeat(60), ..EndOptions::default() }, CommandError::Text),
    ] {
        assert_eq!(phone.reject_with(now, call, code, &options), Err(error), "{options:?}");
    }
    // nothing has changed
    assert_eq!(phone.call_info(call).unwrap().state, CallState::Incoming);
    phone.answer(now, call, 200).unwrap();
}

#[test]
fn a_refusal_has_words_lines_and_targets() {
    let (mut lab, mut peer, call) = ringing();
    let now = lab.now;
    let options = EndOptions { headers: "Retry-After: 60\r\n", reason: "Gone home", contacts: "" };
    lab.ends[0].phone.reject_with(now, call, 480, &options).unwrap();
    let refusal = peer.wait(&mut lab, "SIP/2.0 480 Gone home\r\n");
    assert_eq!(refusal.header("Retry-After"), "60");
    let (mut lab, mut peer, call) = ringing();
    let options = EndOptions { contacts: "sip:a@10.0.0.7, <sip:b@10.0.0.8>", ..EndOptions::default() };
    lab.ends[0].phone.reject_with(now, call, 302, &options).unwrap();
    let redirection = peer.wait(&mut lab, "SIP/2.0 302");
    assert_eq!(redirection.headers("Contact"), ["<sip:a@10.0.0.7>;q=1.0", "<sip:b@10.0.0.8>;q=0.9"]);
    let info = lab.ends[0].phone.call_info(call).unwrap();
    assert_eq!((info.ended_by, info.cause), (EndedBy::Application, EndCause::Redirected));
}

/// Numbers that a call is sent on to are dialled by the rules of the account that was called.
#[test]
fn targets_are_completed_by_the_account_and_its_plan() {
    let (mut lab, mut peer) = phone();
    let now = lab.now;
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        proxy: "sip:10.0.0.9",
        no_register: true,
        trusted: "10.0.0.9",
        dial_plan: "<8:1555>xxx|[1-7]xx",
        ..AccountConfig::default()
    };
    lab.ends[0].phone.account_add(now, &config).unwrap();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    let options = EndOptions { contacts: "8123, 200", ..EndOptions::default() };
    let blocked = EndOptions { contacts: "900", ..EndOptions::default() };
    assert_eq!(lab.ends[0].phone.reject_with(now, call, 302, &blocked), Err(CommandError::Blocked));
    lab.ends[0].phone.reject_with(now, call, 302, &options).unwrap();
    let redirection = peer.wait(&mut lab, "SIP/2.0 302");
    assert_eq!(redirection.headers("Contact"), ["<sip:1555123@example.org>;q=1.0", "<sip:200@example.org>;q=0.9"]);
}

#[test]
fn a_bye_has_a_reason_and_lines() {
    for (reason, value) in [
        ("Shift is over", "Q.850;cause=16;text=\"Shift is over\""),
        ("SIP;cause=200;text=\"Call completed elsewhere\"", "SIP;cause=200;text=\"Call completed elsewhere\""),
    ] {
        let (mut lab, mut peer, call) = ringing();
        let now = lab.now;
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let accepted = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&accepted);
        peer.ack(&mut lab, "");
        let options = EndOptions { reason, headers: "X-Bye: 1\r\n", contacts: "" };
        lab.ends[0].phone.hangup_with(now, call, &options).unwrap();
        let bye = peer.wait(&mut lab, "BYE");
        assert_eq!((bye.headers("Reason"), bye.headers("X-Bye")), (vec![value.to_owned()], vec!["1".to_owned()]));
    }
}

/// rfc3261#15: the BYE of a called side waits for the ACK; a target refresh in between takes nothing of its lines.
#[test]
fn a_bye_that_waits_keeps_its_reason() {
    let (mut lab, mut peer, call) = ringing();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let accepted = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&accepted);
    let options = EndOptions { reason: "wrong number", ..EndOptions::default() };
    lab.ends[0].phone.hangup_with(now, call, &options).unwrap();
    lab.drain();
    assert!(peer.all(&lab, "BYE").is_empty());
    let contact = std::mem::replace(&mut peer.contact, format!("sip:{}@{}", "p".repeat(900), peer.at));
    let update = peer.request("UPDATE", "", "");
    peer.send(&mut lab, &update);
    peer.contact = contact;
    peer.ack(&mut lab, "");
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.headers("Reason"), ["Q.850;cause=16;text=\"wrong number\""]);
}

#[test]
fn a_cancel_has_a_reason_and_lines() {
    // with a provisional response, and before any
    for early in [true, false] {
        let (mut lab, mut peer) = phone();
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        if early {
            let ringing = peer.response_text(&invite, 180, "", "");
            peer.send(&mut lab, &ringing);
        }
        let (now, call) = (lab.now, lab.ends[0].last_call());
        let options = EndOptions {
            reason: "SIP;cause=200;text=\"Call completed elsewhere\"",
            headers: "X-Cancel: 1\r\n",
            contacts: "",
        };
        lab.ends[0].phone.hangup_with(now, call, &options).unwrap();
        lab.drain();
        if !early {
            let ringing = peer.response_text(&invite, 180, "", "");
            peer.send(&mut lab, &ringing);
        }
        let cancel = peer.wait(&mut lab, "CANCEL");
        assert_eq!(cancel.header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"", "{early}");
        assert_eq!(cancel.headers("X-Cancel"), ["1"], "{early}");
    }
}

#[test]
fn the_bye_of_a_branch_that_answers_across_our_cancel_has_them_too() {
    for wins in ["left", "right"] {
        let (mut lab, mut proxy) = phone();
        let mut left = Peer::new(&mut lab, "10.0.0.21:5060", 0);
        let mut right = Peer::new(&mut lab, "10.0.0.22:5060", 0);
        (left.tag, right.tag) = ("left".into(), "right".into());
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = proxy.wait(&mut lab, "INVITE");
        left.respond(&mut lab, &invite, 180, "");
        right.respond(&mut lab, &invite, 180, "");
        lab.run_for(Duration::from_millis(100));
        let (now, call) = (lab.now, lab.ends[0].last_call());
        let options = EndOptions { reason: "too late", headers: "X-End: 1\r\n", contacts: "" };
        lab.ends[0].phone.hangup_with(now, call, &options).unwrap();
        lab.drain();
        let winner = if wins == "left" { &mut left } else { &mut right };
        let answer = winner.sdp();
        winner.respond(&mut lab, &invite, 200, &answer);
        let cancel = proxy.wait(&mut lab, "CANCEL");
        assert_eq!(cancel.headers("X-End"), ["1"], "{wins}");
        winner.wait(&mut lab, "ACK");
        let bye = winner.wait(&mut lab, "BYE");
        assert_eq!((bye.headers("X-End"), bye.to_tag()), (cancel.headers("X-End"), wins.to_owned()), "{wins}");
        assert_eq!(bye.header("Reason"), cancel.header("Reason"), "{wins}");
    }
}

#[test]
fn an_answer_of_which_a_part_is_refused_leaves_every_choice_as_it_was() {
    let long = format!("X-A: {}\r\n", "a".repeat(3000));
    let timer = |mode, expires| SessionTimer { mode, expires, ..SessionTimer::INHERITED };
    for refused in ["codecs", "timer", "headers", "owned", "code"] {
        for ends in [183, 200] {
            let session_timer = timer(TimerMode::Supported, 0);
            let capacity = Capacity::host(4, 2, 2048);
            let mut lab = Lab::new(&[Options { capacity, session_timer, ..Options::default() }]);
            let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
            let more = "Supported: timer, 100rel\r\nSession-Expires: 1800\r\n";
            let text = peer.request("INVITE", more, &peer.sdp());
            peer.send(&mut lab, &text);
            peer.wait(&mut lab, "SIP/2.0 180");
            let (now, call) = (lab.now, lab.ends[0].last_call());
            let done = lab.ends[0].phone.all_or_nothing(call, |phone| {
                phone.call_set_codecs(call, CodecOrder::of(&[Codec::Pcma]))?;
                phone.call_set_session_timer(call, timer(TimerMode::Off, 0))?;
                phone.call_set_reliable(call, Reliable::Off)?;
                match refused {
                    "codecs" => phone.call_set_codecs(call, CodecOrder::of(&[Codec::L16At48]))?,
                    "timer" => phone.call_set_session_timer(call, timer(TimerMode::Supported, 10))?,
                    _ => {}
                }
                let headers = match refused {
                    "headers" => long.as_str(),
                    "owned" => "Via: x\r\n",
                    _ => "",
                };
                phone.answer_with(now, call, if refused == "code" { 202 } else { ends }, headers)
            });
            assert!(done.is_err(), "{refused}");
            lab.run_for(Duration::from_secs(1));
            let started = format!("SIP/2.0 {ends}");
            assert!(peer.all(&lab, &started).is_empty(), "{refused}");
            let now = lab.now;
            lab.ends[0].phone.answer(now, call, ends).unwrap();
            let sent = peer.wait(&mut lab, &started);
            assert!(sent.body().contains("RTP/AVP 0 "), "{refused}: {}", sent.body());
            // reliable, and with a timer, as the caller knows both
            assert_eq!(
                (sent.headers("RSeq").len(), sent.headers("Session-Expires").len()),
                (usize::from(ends == 183), usize::from(ends == 200)),
                "{refused}: {}",
                sent.text()
            );
        }
    }
}

#[test]
fn lines_that_find_no_room_leave_the_call_as_it_is() {
    let (mut lab, mut peer) = phone();
    lab.dial(0, "sip:peer@10.0.0.9");
    peer.wait(&mut lab, "INVITE");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let long = format!("X-A: {}\r\n", "a".repeat(1500));
    let options = EndOptions { headers: &long, ..EndOptions::default() };
    assert_eq!(lab.ends[0].phone.hangup_with(now, call, &options), Err(CommandError::Text));
    let reason = "r".repeat(300);
    let options = EndOptions { reason: &reason, ..EndOptions::default() };
    assert_eq!(lab.ends[0].phone.hangup_with(now, call, &options), Err(CommandError::Text));
    let twice = EndOptions { headers: "Reason: SIP;cause=200\r\n", reason: "twice", contacts: "" };
    assert_eq!(lab.ends[0].phone.hangup_with(now, call, &twice), Err(CommandError::HeaderOwned));
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Calling);
    lab.ends[0].phone.hangup_with(now, call, &EndOptions::default()).unwrap();
    assert_eq!(lab.ends[0].phone.hangup_with(now, call, &EndOptions::default()), Err(CommandError::State));
}

/// rfc3261#20.43
#[test]
fn the_warning_and_the_reason_of_an_end_can_be_read() {
    let (mut lab, mut peer) = phone();
    lab.ends[0]
        .phone
        .dial(lab.now, microsip_core::phone::AccountId::NONE, "sip:peer@10.0.0.9", &DialOptions::default())
        .unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    let refusal = peer.response_text(&invite, 488, "Warning: 305 host.example \"No such codec\"\r\n", "");
    peer.send(&mut lab, &refusal);
    lab.run_for(Duration::from_secs(1));
    let call = lab.ends[0].last_call();
    assert_eq!(text(&lab, call, CallText::Warning), Ok("No such codec".into()));
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().cause, EndCause::Media);
    let (mut lab, mut peer, call) = ringing();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let accepted = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&accepted);
    peer.ack(&mut lab, "");
    let bye = peer.request("BYE", "Reason: SIP;cause=408;text=\"Session expired\"\r\n", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(1));
    assert_eq!(text(&lab, call, CallText::Reason), Ok("Session expired".into()));
    assert_eq!(text(&lab, call, CallText::Warning), Err(CommandError::Nothing));
}
