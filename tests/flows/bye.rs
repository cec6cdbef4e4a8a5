//! rfc3261#15: the end of an answered call, from either side, and the BYE that has to wait.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer, ladder};

/// Two phones in a call; the second one answered.
fn talking() -> Lab {
    let mut lab = Lab::pair();
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_millis(100));
    lab
}

fn hangup(lab: &mut Lab, end: usize) {
    let (call, now) = (lab.ends[end].last_call(), lab.now);
    lab.ends[end].phone.hangup(now, call).unwrap();
    lab.drain();
}

fn ended_once(lab: &Lab) {
    for end in &lab.ends {
        assert_eq!(
            end.events.iter().filter(|event| event.state == CallState::Ended as u32).count(),
            1,
            "{}",
            ladder::draw(lab)
        );
    }
}

#[test]
fn either_side_may_end_the_call() {
    for end in [0, 1] {
        let mut lab = talking();
        hangup(&mut lab, end);
        assert!(lab.ends[end].ended().is_some(), "at once for the side that hung up");
        lab.run_for(Duration::from_secs(1));
        assert_eq!((lab.count("BYE"), lab.count("SIP/2.0 200")), (1, 2));
        assert_eq!(lab.ends[1 - end].ended().unwrap().result, Cause::Normal);
        ended_once(&lab);
        lab.assert_settled();
    }
}

#[test]
fn both_sides_may_end_the_call_at_once() {
    let mut lab = talking();
    hangup(&mut lab, 0);
    hangup(&mut lab, 1);
    lab.run_for(Duration::from_secs(5));
    assert_eq!(lab.count("BYE"), 2);
    assert_eq!(lab.count("SIP/2.0 200"), 3, "{}", ladder::draw(&lab));
    ended_once(&lab);
    lab.assert_settled();
}

#[test]
fn the_called_side_waits_for_the_ack() {
    // rfc3261#15
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call_without_ack(&mut lab, 0);
    hangup(&mut lab, 0);
    peer.silence(&mut lab, "BYE", Duration::from_secs(2));
    assert_eq!(peer.times(&lab, "SIP/2.0 200"), [0, 500, 1500], "the 2xx goes on");
    assert!(!lab.ends[0].phone.is_idle());
    peer.ack(&mut lab, "");
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lab.count("BYE"), 1, "its response came: it is not repeated");
    assert!(lab.ends[0].phone.is_idle());
    assert_eq!(peer.times(&lab, "SIP/2.0 200").len(), 3);
    lab.assert_settled();
}

#[test]
fn without_an_ack_the_bye_leaves_after_64_t1() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let ok = peer.call_without_ack(&mut lab, 0);
    hangup(&mut lab, 0);
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.at.since(ok.at), Duration::from_secs(32));
    peer.respond(&mut lab, &bye, 481, "");
    lab.assert_settled();
    assert_eq!(lab.count("BYE"), 1);
}

#[test]
fn their_bye_before_the_ack_ends_the_2xx() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call_without_ack(&mut lab, 0);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.silence(&mut lab, "SIP/2.0 200", Duration::from_secs(5));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
    assert_eq!(lab.count("BYE"), 0);
}

#[test]
fn a_caller_may_send_bye_before_the_200() {
    // rfc3261#15.1.2: what is pending gets 487
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let text = peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 180).expect("an incoming call");
    peer.learn(&ringing);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    peer.ack_refusal(&mut lab, &text, &refusal);
    // the event is that of a CANCEL: the call was missed
    let ended = lab.ends[0].ended().expect("an ended call");
    assert_eq!(ended.sip_code, 487);
    lab.assert_settled();
}

#[test]
fn after_a_bye_there_is_no_dialog() {
    // rfc3261#15.1.2, #12.2.2: whether or not the application has fetched the end yet
    for fetch in [true, false] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        lab.ends[0].fetch = fetch;
        let bye = peer.request("BYE", "", "");
        peer.send(&mut lab, &bye);
        peer.wait(&mut lab, "SIP/2.0 200");
        for method in ["BYE", "OPTIONS", "INFO"] {
            let text = peer.request(method, "", "");
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 481, "{method}, events fetched: {fetch}");
        }
        // the first one again is the same one
        peer.send(&mut lab, &bye);
        peer.wait(&mut lab, "SIP/2.0 200");
        lab.ends[0].fetch = true;
        lab.run_for(Duration::from_secs(1));
        lab.assert_settled();
    }
}

#[test]
fn after_our_own_bye_there_is_no_dialog_either() {
    // rfc3261#15.1.1: its slot is there until the response, yet a BYE of theirs that crossed ours is taken
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    hangup(&mut lab, 0);
    let bye = peer.wait(&mut lab, "BYE");
    for (method, status) in [("OPTIONS", 481), ("INFO", 481), ("FOO", 481), ("INVITE", 481), ("BYE", 200)] {
        let text = peer.request(method, "", "");
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), status, "{method}");
    }
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(1));
    lab.assert_settled();
}

#[test]
fn a_bye_that_is_refused_or_challenged_is_over_too() {
    // rfc3261#15.1.1
    for status in [401, 408, 481, 500] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.be_called(&mut lab, 0);
        hangup(&mut lab, 0);
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, status, "");
        peer.silence(&mut lab, "BYE", Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn a_bye_without_a_free_slot_is_sent_later() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    first.call(&mut lab, 0);
    let one = lab.ends[0].last_call();
    second.call(&mut lab, 0);
    let two = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, one).unwrap();
    lab.ends[0].phone.hangup(now, two).unwrap();
    let bye = first.wait(&mut lab, "BYE");
    lab.run_for(Duration::from_secs(2));
    assert!(!lab.ends[0].phone.is_idle());
    first.respond(&mut lab, &bye, 200, "");
    let bye = second.wait(&mut lab, "BYE");
    second.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn a_cancel_without_a_free_slot_is_sent_later() {
    let mut options = Options::default();
    options.capacity.requests = 2;
    let mut lab = Lab::new(&[options]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    lab.dial(0, "sip:peer@10.0.0.10");
    let invite = first.wait(&mut lab, "INVITE");
    let other = second.wait(&mut lab, "INVITE");
    first.respond(&mut lab, &invite, 180, "");
    second.respond(&mut lab, &other, 180, "");
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    first.silence(&mut lab, "CANCEL", Duration::from_secs(2));
    second.respond(&mut lab, &other, 486, "");
    let cancel = first.wait(&mut lab, "CANCEL");
    first.respond(&mut lab, &cancel, 200, "");
    first.respond(&mut lab, &invite, 487, "");
    lab.run_until("ended", |lab| {
        lab.ends[0].events.iter().any(|event| event.call == call && event.state == CallState::Ended as u32)
    });
    lab.assert_settled();
}

#[test]
fn a_called_side_that_sends_bye_before_its_200_refuses() {
    // rfc3261#15 forbids it; some peers do it
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    assert!(lab.count("CANCEL") > 0);
}
