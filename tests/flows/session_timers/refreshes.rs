//! Refreshes by either side, by UPDATE and by re-INVITE.

use super::*;

#[test]
fn the_caller_asks_and_refreshes_by_update() {
    let (mut lab, mut peer) = lab(&phone(600));
    let invite = calls(
        &mut lab,
        &mut peer,
        "Require: timer\r\nSession-Expires: 400;refresher=uac\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n",
    );
    assert_eq!(invite.header("Session-Expires"), "600");
    // rfc3261#7.3.1: the extensions are one list
    assert_eq!(invite.headers("Supported"), ["100rel, timer, from-change"]);
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
