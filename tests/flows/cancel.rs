//! rfc3261#9: giving up a call that is not answered.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer};

fn calling() -> (Lab, Peer, microsip_core::phone::CallId, microsip_tests::Sip) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9;x=1");
    let invite = peer.wait(&mut lab, "INVITE");
    (lab, peer, call, invite)
}

fn hangup(lab: &mut Lab, call: microsip_core::phone::CallId) {
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
}

#[test]
fn a_cancel_waits_for_a_provisional_response() {
    // rfc3261#9.1
    let (mut lab, mut peer, call, invite) = calling();
    hangup(&mut lab, call);
    // the application need not wait
    let ended = *lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.sip_code, ended.at), (Cause::Normal, 0, lab.now));
    lab.run_for(Duration::from_millis(700));
    assert_eq!((peer.all(&lab, "CANCEL").len(), peer.all(&lab, "INVITE").len()), (0, 2));
    peer.respond(&mut lab, &invite, 180, "");
    let cancel = peer.wait(&mut lab, "CANCEL");
    assert_eq!(cancel.from, invite.from);
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_secs(40));
    assert_eq!(lab.ends[0].events.iter().filter(|event| event.state == CallState::Ended as u32).count(), 1);
    lab.assert_settled();
}

#[test]
fn a_success_of_the_cancel_that_comes_behind_the_487_ends_its_repetition() {
    // rfc3261#9.1: two transactions; the first 200 to the CANCEL is lost
    let (mut lab, mut peer, call, invite) = calling();
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab, call);
    peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    let again = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &again, 200, "");
    lab.run_for(Duration::from_secs(40));
    assert_eq!(peer.all(&lab, "CANCEL").len(), 2);
    lab.assert_settled();
}

#[test]
fn a_call_given_up_before_any_response_makes_room_for_the_next_one() {
    // its INVITE lives on below: late responses are handled, and belong to no call
    let mut options = Options::default();
    options.capacity.calls = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut next = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    hangup(&mut lab, call);
    let call = lab.dial(0, "sip:next@10.0.0.10");
    next.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    peer.wait(&mut lab, "CANCEL");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.respond(&mut lab, &bye, 200, "");
    let info = lab.ends[0].phone.call_info(call).unwrap();
    assert_eq!((info.state, info.sip_code), (CallState::Calling, 0));
    hangup(&mut lab, call);
    lab.run_for(Duration::from_secs(80));
    assert_eq!(next.all(&lab, "CANCEL").len(), 0);
    lab.assert_settled();
}

#[test]
fn a_late_cancel_waits_for_a_slot() {
    let mut options = Options::default();
    options.capacity.requests = 2;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    lab.dial(0, "sip:other@10.0.0.10");
    let busy = other.wait(&mut lab, "INVITE");
    hangup(&mut lab, call);
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(1500));
    assert_eq!(peer.all(&lab, "CANCEL").len(), 0);
    other.respond(&mut lab, &busy, 486, "");
    other.wait(&mut lab, "ACK");
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    lab.assert_settled();
}

#[test]
fn a_cancel_repeats_its_invite_whatever_the_early_dialog() {
    // rfc3261#9.1: Request-URI, Call-ID, To, From, number and the one Via are the INVITE's
    let (mut lab, mut peer, call, invite) = calling();
    peer.record_routes = vec!["<sip:10.0.0.7;lr>".into(), "<sip:10.0.0.8;lr>".into()];
    peer.contact = "sip:elsewhere@10.0.0.6:7000".into();
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab, call);
    let cancel = peer.wait(&mut lab, "CANCEL");
    for name in ["Via", "From", "To", "Call-ID", "Max-Forwards"] {
        assert_eq!(cancel.headers(name), invite.headers(name), "{name}");
    }
    assert_eq!((cancel.uri(), cancel.number(), cancel.headers("Route")), (invite.uri(), invite.number(), Vec::new()));
    assert_eq!(cancel.header("CSeq"), format!("{} CANCEL", invite.number()));
    peer.respond(&mut lab, &cancel, 200, "");
    // rfc3261#17.1.1.3: so does the ACK of the refusal, with the response's To
    peer.respond(&mut lab, &invite, 487, "");
    let ack = peer.wait(&mut lab, "ACK");
    for name in ["Via", "From", "Call-ID"] {
        assert_eq!(ack.headers(name), invite.headers(name), "{name}");
    }
    assert_eq!(
        (ack.uri(), ack.number(), ack.to_tag(), ack.headers("Route")),
        (invite.uri(), invite.number(), peer.tag.clone(), Vec::new())
    );
    lab.assert_settled();
}

#[test]
fn a_cancel_that_loses_the_race_leads_to_ack_and_bye() {
    let (mut lab, mut peer, call, invite) = calling();
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab, call);
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.wait(&mut lab, "ACK");
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(40));
    assert_eq!(peer.all(&lab, "CANCEL").len(), 1, "a CANCEL whose INVITE is over is not repeated");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    assert!(!lab.ends[0].reached(CallState::Connected));
    lab.assert_settled();
}

#[test]
fn a_2xx_that_is_repeated_after_the_race_is_acknowledged_again() {
    // rfc3261#13.2.2.4: though BYE has left
    let (mut lab, mut peer, call, invite) = calling();
    hangup(&mut lab, call);
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.wait(&mut lab, "BYE");
    lab.run_for(Duration::from_millis(400));
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    assert_eq!(peer.times(&lab, "ACK").len(), 2);
    let bye = peer.all(&lab, "BYE").remove(0);
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
    assert_eq!(
        peer.all(&lab, "BYE").iter().map(microsip_tests::Sip::branch).collect::<std::collections::HashSet<_>>().len(),
        1
    );
}

#[test]
fn the_called_side_sends_200_and_487() {
    // rfc3261#9.2: both with the same To tag
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    let cancel = peer.request("CANCEL", "", "");
    peer.send(&mut lab, &cancel);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.header("CSeq").ends_with("CANCEL"));
    let ended = peer.wait(&mut lab, "SIP/2.0 487");
    assert_eq!(ringing.to_tag(), ended.to_tag());
    assert_eq!(ok.to_tag(), ended.to_tag());
    let event = *lab.ends[0].ended().unwrap();
    assert_eq!((event.result, event.sip_code), (Cause::Cancelled, 487));
    peer.send(&mut lab, &cancel);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").bytes, ok.bytes);
    peer.ack_refusal(&mut lab, &invite, &ended);
    lab.run_for(Duration::from_secs(20));
    assert_eq!(peer.all(&lab, "SIP/2.0 487").len(), 1);
    peer.send(&mut lab, &cancel);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn a_cancel_has_no_effect_on_an_answered_call() {
    // rfc3261#9.2
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    let cancel = peer.request("CANCEL", "", "");
    peer.send(&mut lab, &cancel);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(5));
    assert!(lab.ends[0].ended().is_none());
}

#[test]
fn a_cancel_for_nothing_gets_481() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let cancel = peer.request("CANCEL", "", "");
    peer.send(&mut lab, &cancel);
    peer.wait(&mut lab, "SIP/2.0 481");
    lab.assert_settled();
}

#[test]
fn a_call_that_was_given_up_is_not_tried_elsewhere() {
    // rfc3263#4.3 moves on after 503 or silence, 302 names another address, 401 wants another try; a call that was
    // given up gets none of these
    for status in [503, 0, 302, 401] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        lab.names.insert("two.example".into(), vec![peer.at, other.at]);
        let call = lab.dial(0, "sip:peer@two.example");
        let invite = peer.wait(&mut lab, "INVITE");
        hangup(&mut lab, call);
        if status > 0 {
            peer.respond(&mut lab, &invite, status, "");
        }
        lab.run_for(Duration::from_secs(80));
        assert!(peer.all(&lab, "INVITE").iter().all(|again| again.branch() == invite.branch()), "{status}");
        assert_eq!(other.all(&lab, "INVITE").len(), 0, "{status}");
        lab.assert_settled();
    }
}

#[test]
fn a_side_that_has_hung_up_sends_no_more_media() {
    // the far end may take its time with the 487: it gets no media meanwhile, though early media ran, or begins only
    // then
    for early in [true, false] {
        let (mut lab, mut peer, call, invite) = calling();
        let media: std::net::SocketAddr = "10.0.0.9:40000".parse().unwrap();
        let heard = |lab: &Lab| lab.media_sent.get(&media).copied().unwrap_or(0);
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 183, if early { &body } else { "" });
        lab.run_for(Duration::from_millis(200));
        assert_eq!(heard(&lab) > 0, early);
        hangup(&mut lab, call);
        let before = heard(&lab);
        let cancel = peer.wait(&mut lab, "CANCEL");
        peer.respond(&mut lab, &cancel, 200, "");
        peer.respond(&mut lab, &invite, 183, &body);
        lab.run_for(Duration::from_secs(3));
        assert_eq!(heard(&lab), before, "early media: {early}");
        assert!(!lab.ends[0].phone.call_info(call).unwrap().media);
        peer.respond(&mut lab, &invite, 487, "");
        lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
        lab.assert_settled();
    }
}

#[test]
fn a_2xx_that_comes_when_all_is_given_up_is_acknowledged_and_ended() {
    // rfc3261#13.2.2.4: the far end believes that the call is up, and gets a BYE; one, however often it repeats its
    // 2xx
    let (mut lab, mut peer, call, invite) = calling();
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab, call);
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    lab.ends[0].fetch = false;
    lab.run_for(Duration::from_secs(40));
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Ended);
    let body = peer.sdp();
    for _ in 0..3 {
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(100));
    }
    let bye = peer.all(&lab, "BYE").remove(0);
    peer.respond(&mut lab, &bye, 200, "");
    let branches: std::collections::HashSet<String> =
        peer.all(&lab, "BYE").iter().map(microsip_tests::Sip::branch).collect();
    assert_eq!(branches.len(), 1);
    lab.ends[0].fetch = true;
    lab.run_for(Duration::from_secs(1));
    lab.assert_settled();
}
