//! The wishes of the phone, a call and an answer, and far ends that know no timers.

use super::*;

#[test]
fn a_phone_without_timers_has_none_unless_one_is_required() {
    let (mut lab, mut peer) = lab(&Options::default());
    let invite = calls(&mut lab, &mut peer, "");
    assert_eq!((invite.header("Session-Expires"), invite.header("Min-SE")), Default::default());
    // rfc4028#7.1: it says that it knows them all the same
    assert!(invite.lists("Supported", "timer"));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(500));
    finish(lab, peer);
    // rfc4028#7.2: so an answer may bring one
    let (mut lab, mut peer) = lab_of_none();
    let since = lab.now;
    calls(&mut lab, &mut peer, "Require: timer\r\nSession-Expires: 100;refresher=uas\r\n");
    assert_expires(lab, peer, since, 68);
    let (mut lab, mut peer) = lab_of_none();
    let ok = is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 60\r\n");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), Default::default());
    assert!(!ok.lists("Supported", "timer"));
    finish(lab, peer);
    let (mut lab, mut peer) = lab_of_none();
    let ok = is_called(&mut lab, &mut peer, "Require: timer\r\nSession-Expires: 100\r\n");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), ("100;refresher=uac".into(), "timer".into()));
    let since = lab.now;
    assert_expires(lab, peer, since, 68);
}

fn lab_of_none() -> (Lab, Peer) {
    lab(&Options::default())
}

#[test]
fn a_call_has_its_own_wish() {
    let (mut lab, mut peer) = lab(&phone(600));
    let now = lab.now;
    let session_timer =
        SessionTimer { expires: 1000, min_se: 200, refresher: Refresher::Them, ..SessionTimer::INHERITED };
    let options = DialOptions { session_timer, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9:5060", &options).unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    assert_eq!(
        (invite.header("Session-Expires"), invite.header("Min-SE")),
        ("1000;refresher=uas".into(), "200".into())
    );
    peer.respond(&mut lab, &invite, 486, "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
    for wrong in [1, 89] {
        let session_timer = SessionTimer { expires: wrong, ..SessionTimer::INHERITED };
        let options = DialOptions { session_timer, ..DialOptions::default() };
        let (now, phone) = (lab.now, &mut lab.ends[0].phone);
        assert!(phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9:5060", &options).is_err());
    }
}

#[test]
fn by_default_a_session_lasts_half_an_hour_where_both_know_timers() {
    for knows in [true, false] {
        let (mut lab, mut peer) = lab(&timed(SessionTimer::INHERITED));
        let lines = "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n";
        let invite = calls(&mut lab, &mut peer, if knows { lines } else { "" });
        assert_eq!((invite.header("Session-Expires"), invite.lists("Supported", "timer")), ("1800".into(), true));
        let began = lab.now;
        if knows {
            let refresh = peer.wait(&mut lab, "INVITE");
            assert_eq!(seconds(began, refresh.at), 900);
            let body = peer.sdp();
            peer.respond_with(&mut lab, &refresh, 200, lines, &body);
            peer.wait(&mut lab, "ACK");
        } else {
            peer.silence(&mut lab, "INVITE", Duration::from_secs(2000));
            assert_eq!((info(&lab).session_interval, info(&lab).session_expires), (0, Instant::NEVER));
        }
        assert_eq!(info(&lab).state, CallState::Connected);
        finish(lab, peer);
    }
    let (mut lab, mut peer) = lab(&timed(SessionTimer::INHERITED));
    let ok = is_called(&mut lab, &mut peer, "Supported: timer\r\n");
    assert_eq!(ok.header("Session-Expires"), "1800;refresher=uac");
    finish(lab, peer);
    // a plain caller sees nothing of it
    let (mut lab, mut peer) = super::lab(&timed(SessionTimer::INHERITED));
    let ok = is_called(&mut lab, &mut peer, "");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), Default::default());
    assert!(!ok.lists("Supported", "timer"));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(2000));
    finish(lab, peer);
    // rfc4028#9, table 2: a proxy asked, and the caller knows none
    let (mut lab, mut peer) = super::lab(&timed(SessionTimer::INHERITED));
    let ok = is_called(&mut lab, &mut peer, "Session-Expires: 600\r\n");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), ("600;refresher=uas".into(), String::new()));
    assert_eq!(info(&lab).session_refresher, Refresher::Us);
    finish(lab, peer);
}

#[test]
fn where_timers_are_required_those_without_are_refused() {
    let required = SessionTimer { mode: TimerMode::Required, expires: 600, ..SessionTimer::INHERITED };
    let (mut lab, mut peer) = lab(&timed(required));
    let body = peer.sdp();
    let text = peer.request("INVITE", "Session-Expires: 600\r\n", &body);
    peer.send(&mut lab, &text);
    // rfc3261#21.4.21
    let refusal = peer.wait(&mut lab, "SIP/2.0 421 Extension Required");
    assert_eq!(refusal.header("Require"), "timer");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].events.is_empty(), "it has not rung");
    is_called(&mut lab, &mut peer, "Supported: timer\r\n");
    finish(lab, peer);
    // rfc4028#7.4: refreshes require it as the INVITE did
    let (mut lab, mut peer) = super::lab(&timed(required));
    let lines = "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: UPDATE\r\n";
    let invite = calls(&mut lab, &mut peer, lines);
    let refresh = peer.wait(&mut lab, "UPDATE");
    for request in [&invite, &refresh] {
        assert_eq!((request.header("Require"), request.lists("Supported", "timer")), ("timer".into(), true));
    }
    peer.respond_with(&mut lab, &refresh, 200, lines, "");
    lab.run_for(Duration::from_millis(10));
    finish(lab, peer);
    // one that does not know it
    let (mut lab, mut peer) = super::lab(&timed(required));
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &invite, 420, "Unsupported: timer\r\n", "");
    peer.wait(&mut lab, "ACK");
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.sip_code), (Cause::Refused, 420));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn an_answer_has_its_own_wish() {
    let off = SessionTimer { mode: TimerMode::Off, ..SessionTimer::INHERITED };
    let shorter = SessionTimer { expires: 300, refresher: Refresher::Us, ..SessionTimer::INHERITED };
    let required = SessionTimer { mode: TimerMode::Required, ..SessionTimer::INHERITED };
    let always = SessionTimer { mode: TimerMode::Always, expires: 900, ..SessionTimer::INHERITED };
    let knows = "Supported: timer\r\nSession-Expires: 600\r\n";
    for (wish, asked, wanted) in [
        (off, knows, ["", ""]),
        (shorter, knows, ["300;refresher=uas", "timer"]),
        (required, knows, ["600;refresher=uac", "timer"]),
        (always, "", ["900;refresher=uas", ""]),
    ] {
        let (mut lab, mut peer) = lab(&timed(SessionTimer::INHERITED));
        let body = peer.sdp();
        let text = peer.request("INVITE", asked, &body);
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 180");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.call_set_session_timer(call, wish).unwrap();
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(&mut lab, "");
        assert_eq!(["Session-Expires", "Require"].map(|name| ok.header(name)), wanted, "{wish:?}");
        let phone = &mut lab.ends[0].phone;
        assert_eq!(phone.call_set_session_timer(call, off), Err(CommandError::State), "it is answered");
        finish(lab, peer);
    }
    let (mut lab, mut peer) = lab(&timed(SessionTimer::INHERITED));
    let body = peer.sdp();
    let text = peer.request("INVITE", "", &body);
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call, phone) = (lab.now, lab.ends[0].last_call(), &mut lab.ends[0].phone);
    assert_eq!(phone.call_set_session_timer(call, required), Err(CommandError::Unsupported));
    let short = SessionTimer { expires: 89, ..SessionTimer::INHERITED };
    assert_eq!(phone.call_set_session_timer(call, short), Err(CommandError::Timer));
    phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    assert_eq!(ok.header("Session-Expires"), "");
    finish(lab, peer);
}
