//! RFC 4028: a call is refreshed, by either side, and ends when it is not.

mod crossing;
mod losses;

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, CallInfo, CallState, Cause, CommandError, DialOptions, EndCause, EndedBy, Refresher, SessionTimer,
    TimerMode,
};
use microsip_tests::{Lab, Options, Peer, Sip, ladder, sdp};

/// A phone whose sessions last so long, for its own benefit too. No sound: it would take the tests' time, and decides nothing.
fn phone(expires: u32) -> Options {
    timed(SessionTimer { mode: TimerMode::Always, expires, ..SessionTimer::INHERITED })
}

fn timed(session_timer: SessionTimer) -> Options {
    Options { session_timer, ..Options::default() }
}

fn lab(options: &Options) -> (Lab, Peer) {
    let mut lab = Lab::new(std::slice::from_ref(options));
    lab.audio = false;
    lab.patience = Duration::from_secs(2000);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

fn info(lab: &Lab) -> CallInfo {
    lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap()
}

/// The phone calls the peer, whose 200 has these header lines; gives the INVITE.
fn calls(lab: &mut Lab, peer: &mut Peer, lines: &str) -> Sip {
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(lab, "INVITE");
    let body = peer.sdp();
    peer.respond_with(lab, &invite, 200, lines, &body);
    peer.wait(lab, "ACK");
    invite
}

/// The peer calls the phone, with these header lines in its INVITE; gives the 200.
fn is_called(lab: &mut Lab, peer: &mut Peer, lines: &str) -> Sip {
    let body = peer.sdp();
    let text = peer.request("INVITE", lines, &body);
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    ok
}

fn seconds(from: Instant, to: Instant) -> u64 {
    (to.since(from).millis() + 500) / 1000
}

fn origin(sip: &Sip) -> String {
    sip.body().lines().find(|line| line.starts_with("o=")).unwrap_or_default().to_owned()
}

/// The peer hangs up, and nothing is left.
#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

/// The call ends by its session timer so many seconds after this, with a BYE that says so.
#[track_caller]
fn assert_expires(mut lab: Lab, mut peer: Peer, since: Instant, after: u64) {
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.cause, ended.ended_by), (Cause::Expired, EndCause::Expired, EndedBy::Library));
    assert_eq!(seconds(since, ended.at), after);
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.header("Reason"), "Q.850;cause=102;text=\"Session timer expired\"");
    assert_eq!(bye.header("Supported"), "timer");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn the_caller_asks_and_refreshes_by_update() {
    let (mut lab, mut peer) = lab(&phone(600));
    let invite = calls(
        &mut lab,
        &mut peer,
        "Require: timer\r\nSession-Expires: 400;refresher=uac\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n",
    );
    assert_eq!((invite.header("Session-Expires"), invite.header("Supported")), ("600".into(), "timer".into()));
    assert_eq!((invite.header("Require"), invite.header("Min-SE")), (String::new(), String::new()));
    let mut began = lab.now;
    for _ in 0..3 {
        let told = info(&lab);
        assert_eq!((told.session_interval, told.session_refresher), (400, Refresher::Us));
        assert_eq!(seconds(began, told.session_expires), 400);
        let refresh = peer.wait(&mut lab, "UPDATE");
        assert_eq!(seconds(began, refresh.at), 200, "at half");
        assert_eq!(refresh.header("Session-Expires"), "400;refresher=uac");
        assert_eq!((refresh.header("Supported"), refresh.header("Content-Length")), ("timer".into(), "0".into()));
        assert_eq!((refresh.body(), refresh.contact()), (String::new(), invite.contact()));
        began = lab.now;
        peer.respond_with(&mut lab, &refresh, 200, "Require: timer\r\nSession-Expires: 400;refresher=uac\r\n", "");
        lab.run_for(Duration::from_millis(10));
    }
    assert!(!lab.ends[0].events.iter().any(|event| event.at >= began), "nobody is told");
    finish(lab, peer);
}

#[test]
fn without_update_the_same_description_is_offered_again() {
    for ours in [true, false] {
        let (mut lab, mut peer) = lab(&phone(600));
        let first = if ours {
            calls(
                &mut lab,
                &mut peer,
                "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: INVITE, ACK, BYE\r\n",
            )
        } else {
            is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n")
        };
        for _ in 0..3 {
            let refresh = peer.wait(&mut lab, "INVITE");
            assert_eq!(refresh.header("Session-Expires"), "600;refresher=uac");
            // rfc4028#7.4
            assert_eq!(refresh.body(), first.body(), "ours {ours}");
            let body = peer.sdp();
            peer.respond_with(
                &mut lab,
                &refresh,
                200,
                "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n",
                &body,
            );
            peer.wait(&mut lab, "ACK");
            lab.run_for(Duration::from_secs(1));
        }
        // a hold is a change
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.hold(now, call, true, 1).unwrap();
        let hold = peer.wait(&mut lab, "INVITE");
        assert_ne!(origin(&hold), origin(&first));
        let answer = sdp("10.0.0.9", 40_000, "recvonly");
        peer.respond_with(&mut lab, &hold, 200, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n", &answer);
        peer.wait(&mut lab, "ACK");
        // the hold lasts
        let refresh = peer.wait(&mut lab, "INVITE");
        assert_eq!(refresh.body(), hold.body());
        peer.respond_with(&mut lab, &refresh, 200, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n", &answer);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        assert!(info(&lab).holding);
        finish(lab, peer);
    }
}

#[test]
fn a_peer_that_holds_us_is_refreshed_as_it_is() {
    let (mut lab, mut peer) = lab(&phone(600));
    is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n");
    let body = sdp("10.0.0.9", 40_000, "sendonly");
    let hold = peer.request("INVITE", "Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n", &body);
    peer.send(&mut lab, &hold);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack(&mut lab, "");
    assert_eq!(ok.header("Session-Expires"), "600;refresher=uas");
    for _ in 0..2 {
        let refresh = peer.wait(&mut lab, "INVITE");
        assert_eq!(refresh.body(), ok.body());
        peer.respond_with(&mut lab, &refresh, 200, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n", &body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        assert!(info(&lab).held);
    }
    finish(lab, peer);
}

#[test]
fn a_session_that_they_do_not_refresh_ends() {
    for (ours, expires, after) in [(true, 600, 568), (true, 90, 60), (false, 600, 568), (false, 90, 60)] {
        let (mut lab, mut peer) = lab(&phone(600));
        if ours {
            calls(&mut lab, &mut peer, &format!("Require: timer\r\nSession-Expires: {expires};refresher=uas\r\n"));
        } else {
            let ok = is_called(&mut lab, &mut peer, &format!("Supported: timer\r\nSession-Expires: {expires}\r\n"));
            assert_eq!(ok.header("Session-Expires"), format!("{expires};refresher=uac"));
            assert_eq!(ok.header("Require"), "timer");
            assert!(ok.headers("Supported").contains(&"timer".into()));
        }
        let since = lab.now;
        assert_eq!(info(&lab).session_refresher, Refresher::Them);
        assert_expires(lab, peer, since, after);
    }
}

#[test]
fn their_refreshes_count_in_whichever_form() {
    let (mut lab, mut peer) = lab(&phone(600));
    is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
    let lines = "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n";
    for method in ["UPDATE", "INVITE", "UPDATE"] {
        lab.run_for(Duration::from_secs(250));
        let contact = format!("Contact: <{}>\r\n", peer.contact);
        let (body, lines) = if method == "INVITE" {
            (peer.sdp(), lines.to_owned())
        } else {
            (String::new(), format!("{contact}{lines}"))
        };
        let text = peer.request(method, &lines, &body);
        peer.send(&mut lab, &text);
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert_eq!((ok.header("Session-Expires"), ok.header("Require")), ("300;refresher=uac".into(), "timer".into()));
        if method == "INVITE" {
            peer.ack(&mut lab, "");
        } else {
            // rfc3261#17.2.2: a repetition has the same response, and refreshes nothing
            lab.run_for(Duration::from_secs(2));
            let before = info(&lab).session_expires;
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text());
            assert_eq!(info(&lab).session_expires, before);
        }
    }
    let since = lab.now - Duration::from_secs(2);
    assert_expires(lab, peer, since, 268);
}

#[test]
fn a_peer_without_timers_is_refreshed_for_our_benefit() {
    // rfc4028#7.2, #9
    for ours in [true, false] {
        let (mut lab, mut peer) = lab(&phone(600));
        if ours {
            calls(&mut lab, &mut peer, "");
        } else {
            let ok = is_called(&mut lab, &mut peer, "");
            assert_eq!(
                (ok.header("Session-Expires"), ok.header("Require")),
                ("600;refresher=uas".into(), String::new())
            );
        }
        let refresh = peer.wait(&mut lab, "INVITE");
        let body = peer.sdp();
        peer.respond(&mut lab, &refresh, 200, &body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        // one that refuses is there all the same, and is left alone
        let refresh = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &refresh, 488, "");
        peer.silence(&mut lab, "INVITE", Duration::from_secs(2000));
        assert_eq!((info(&lab).session_interval, info(&lab).session_expires), (0, Instant::NEVER));
        finish(lab, peer);
    }
}

#[test]
fn a_held_peer_that_vanishes_is_found_out() {
    for (refusal, result, by) in [
        (0, Cause::Timeout, EndedBy::Library),
        (481, Cause::Refused, EndedBy::Remote),
        (408, Cause::Timeout, EndedBy::Remote),
    ] {
        let (mut lab, mut peer) = lab(&phone(600));
        calls(&mut lab, &mut peer, "Allow: INVITE, ACK, BYE, UPDATE\r\n");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.hold(now, call, true, 1).unwrap();
        let hold = peer.wait(&mut lab, "INVITE");
        assert_eq!(hold.header("Session-Expires"), "600;refresher=uac");
        let answer = sdp("10.0.0.9", 40_000, "recvonly");
        peer.respond(&mut lab, &hold, 200, &answer);
        peer.wait(&mut lab, "ACK");
        let refresh = peer.wait(&mut lab, "UPDATE");
        if refusal > 0 {
            peer.respond(&mut lab, &refresh, refusal, "");
        }
        lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
        let ended = lab.ends[0].ended().unwrap();
        assert_eq!((ended.result, ended.cause, ended.ended_by), (result, EndCause::Expired, by), "{refusal}");
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, 200, "");
        lab.assert_settled();
    }
}

#[test]
fn a_refusal_of_a_refresh_does_not_end_the_call_before_its_time() {
    // rfc4028#10: only a 2xx extends the session
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: UPDATE\r\n");
    let since = lab.now;
    for after in [300, 434, 501, 535] {
        let refresh = peer.wait(&mut lab, "UPDATE");
        assert_eq!(seconds(since, refresh.at), after);
        peer.respond(&mut lab, &refresh, 488, "");
    }
    assert_expires(lab, peer, since, 568);
}

#[test]
fn an_update_that_is_not_known_is_followed_by_a_re_invite() {
    for status in [405, 501] {
        let (mut lab, mut peer) = lab(&phone(600));
        let first =
            calls(&mut lab, &mut peer, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: UPDATE\r\n");
        let refresh = peer.wait(&mut lab, "UPDATE");
        peer.respond(&mut lab, &refresh, status, "");
        let again = peer.wait(&mut lab, "INVITE");
        assert_eq!(again.body(), first.body());
        let body = peer.sdp();
        peer.respond_with(&mut lab, &again, 200, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n", &body);
        peer.wait(&mut lab, "ACK");
        finish(lab, peer);
    }
}

#[test]
fn larger_min_ses_are_followed_three_times() {
    for (refusals, works) in [(1, true), (3, true), (4, false)] {
        let (mut lab, mut peer) = lab(&phone(600));
        lab.dial(0, "sip:peer@10.0.0.9:5060");
        let mut invite = peer.wait(&mut lab, "INVITE");
        let (call_id, from, mut number) = (invite.header("Call-ID"), invite.header("From"), invite.number());
        for nth in 1..=refusals {
            let least = 600 + nth * 100;
            peer.respond_with(&mut lab, &invite, 422, &format!("Min-SE: {least}\r\n"), "");
            peer.wait(&mut lab, "ACK");
            if nth == 4 {
                break;
            }
            invite = peer.wait(&mut lab, "INVITE");
            assert_eq!(
                (invite.header("Session-Expires"), invite.header("Min-SE")),
                (least.to_string(), least.to_string())
            );
            // rfc4028#7.3
            assert_eq!((invite.header("Call-ID"), invite.header("From")), (call_id.clone(), from.clone()));
            assert_eq!((invite.number(), invite.to_tag()), (number + 1, String::new()));
            number += 1;
        }
        if works {
            let body = peer.sdp();
            let lines = format!(
                "Require: timer\r\nSession-Expires: {};refresher=uac\r\nAllow: UPDATE\r\n",
                600 + refusals * 100
            );
            peer.respond_with(&mut lab, &invite, 200, &lines, &body);
            peer.wait(&mut lab, "ACK");
            // so is one that refuses the refresh
            let refresh = peer.wait(&mut lab, "UPDATE");
            assert_eq!(refresh.header("Min-SE"), "", "there is a dialog now");
            peer.respond_with(&mut lab, &refresh, 422, "Min-SE: 2000\r\n", "");
            let refresh = peer.wait(&mut lab, "UPDATE");
            assert_eq!(refresh.header("Session-Expires"), "2000;refresher=uac");
            assert_eq!(refresh.header("Min-SE"), "2000");
            peer.respond_with(&mut lab, &refresh, 200, "Session-Expires: 2000;refresher=uac\r\n", "");
            lab.run_for(Duration::from_millis(10));
            assert_eq!(info(&lab).session_interval, 2000);
            finish(lab, peer);
        } else {
            let ended = lab.ends[0].ended().unwrap();
            assert_eq!((ended.result, ended.sip_code), (Cause::Refused, 422));
            lab.run_for(Duration::from_secs(40));
            lab.assert_settled();
        }
    }
}

#[test]
fn a_session_that_is_too_short_for_us_is_refused() {
    let (mut lab, mut peer) = lab(&timed(SessionTimer { expires: 600, min_se: 300, ..SessionTimer::INHERITED }));
    let body = peer.sdp();
    let text = peer.request("INVITE", "Supported: timer\r\nSession-Expires: 299\r\n", &body);
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 422 Session Interval Too Small");
    assert_eq!(refusal.header("Min-SE"), "300");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].events.is_empty(), "it has not rung");
    is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\nMin-SE: 300\r\n");
    let before = info(&lab).session_expires;
    // so is a refresh, and its repetition
    for method in ["UPDATE", "INVITE"] {
        let body = if method == "INVITE" { peer.sdp() } else { String::new() };
        let text = peer.request(method, "Supported: timer\r\nSession-Expires: 100;refresher=uac\r\n", &body);
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, "SIP/2.0 422");
        assert_eq!(refusal.header("Min-SE"), "300");
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 422").text(), refusal.text());
        if method == "INVITE" {
            peer.ack_refusal(&mut lab, &text, &refusal);
        }
    }
    assert_eq!((info(&lab).session_interval, info(&lab).session_expires), (300, before));
    finish(lab, peer);
}

#[test]
fn a_phone_without_timers_has_none_unless_one_is_required() {
    let (mut lab, mut peer) = lab(&Options::default());
    let invite = calls(&mut lab, &mut peer, "Session-Expires: 100;refresher=uac\r\n");
    assert_eq!((invite.header("Session-Expires"), invite.header("Min-SE")), Default::default());
    assert!(!invite.header("Supported").contains("timer"));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(500));
    finish(lab, peer);
    let (mut lab, mut peer) = lab_of_none();
    let ok = is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 60\r\n");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), Default::default());
    assert!(!ok.headers("Supported").contains(&"timer".into()));
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
        assert_eq!((invite.header("Session-Expires"), invite.header("Supported")), ("1800".into(), "timer".into()));
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
    let (mut lab, mut peer) = self::lab(&timed(SessionTimer::INHERITED));
    let ok = is_called(&mut lab, &mut peer, "");
    assert_eq!((ok.header("Session-Expires"), ok.header("Require")), Default::default());
    assert!(!ok.headers("Supported").contains(&"timer".into()));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(2000));
    finish(lab, peer);
    // rfc4028#9, table 2: a proxy asked, and the caller knows none
    let (mut lab, mut peer) = self::lab(&timed(SessionTimer::INHERITED));
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
    let (mut lab, mut peer) = self::lab(&timed(required));
    let lines = "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: UPDATE\r\n";
    let invite = calls(&mut lab, &mut peer, lines);
    let refresh = peer.wait(&mut lab, "UPDATE");
    for request in [&invite, &refresh] {
        assert_eq!((request.header("Require"), request.header("Supported")), ("timer".into(), "timer".into()));
    }
    peer.respond_with(&mut lab, &refresh, 200, lines, "");
    lab.run_for(Duration::from_millis(10));
    finish(lab, peer);
    // one that does not know it
    let (mut lab, mut peer) = self::lab(&timed(required));
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

#[test]
fn a_refused_request_leaves_the_terms_as_they_are() {
    let (mut lab, mut peer) = lab(&phone(1800));
    is_called(&mut lab, &mut peer, "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n");
    let lines = |peer: &Peer, seconds: u32| {
        format!("Contact: <{}>\r\nSupported: timer\r\nSession-Expires: {seconds};refresher=uac\r\n", peer.contact)
    };
    let first = peer.request("UPDATE", &lines(&peer, 600), "");
    peer.send(&mut lab, &first);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ok.header("Session-Expires"), "600;refresher=uac");
    let foreign = peer.sdp().replace("RTP/AVP 0 8 101", "RTP/AVP 97");
    let refused = peer.request("UPDATE", &lines(&peer, 300), &foreign);
    peer.send(&mut lab, &refused);
    peer.wait(&mut lab, "SIP/2.0 488");
    peer.send(&mut lab, &first);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text(), "a repetition gets the same");
    // a re-INVITE waits for its host, and an UPDATE comes too early
    lab.names.insert("media.example.com".into(), vec!["10.0.0.9:5004".parse().unwrap()]);
    lab.ends[0].grant = false;
    let seconds = "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n";
    let waits = peer.request("INVITE", seconds, &sdp("media.example.com", 40_000, ""));
    peer.send(&mut lab, &waits);
    lab.run_for(Duration::from_millis(10));
    let body = peer.sdp();
    let early = peer.request("UPDATE", &lines(&peer, 300), &body);
    peer.send(&mut lab, &early);
    peer.wait(&mut lab, "SIP/2.0 500");
    lab.ends[0].grant = true;
    lab.drain();
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").header("Session-Expires"), "600;refresher=uac");
}
