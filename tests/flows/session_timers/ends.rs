//! Sessions that run out, and refusals that change nothing.

use super::*;

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
            assert_eq!(ok.headers("Supported"), ["timer, from-change"]);
        }
        let since = lab.now;
        assert_eq!(info(&lab).session_refresher, Refresher::Them);
        assert_expires(lab, peer, since, after);
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
fn another_name_that_has_not_left_changes_nothing_of_a_lost_session() {
    let (mut lab, mut peer) = lab(&phone(600));
    calls(&mut lab, &mut peer, "Supported: from-change\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n");
    let refresh = peer.wait(&mut lab, "UPDATE");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.identify(now, call, "sip:carol@example.org", 1).unwrap();
    peer.respond(&mut lab, &refresh, 481, "");
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.cause, ended.ended_by), (Cause::Refused, EndCause::Expired, EndedBy::Remote));
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
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
