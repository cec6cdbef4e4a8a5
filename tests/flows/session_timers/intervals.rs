//! Intervals that are too short: 422 in both roles.

use super::*;

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
