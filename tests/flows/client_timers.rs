//! rfc3261#17.1: the retransmission of our requests, and its end.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer};

fn lab() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// A call that is up, and that the phone has just hung up.
fn hung_up() -> (Lab, Peer) {
    let (mut lab, mut peer) = lab();
    peer.be_called(&mut lab, 0);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    (lab, peer)
}

#[test]
fn an_invite_without_a_response_is_sent_seven_times() {
    // rfc3261#17.1.1.2: A doubles from T1, B ends it after 64·T1
    let (mut lab, peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let began = lab.now;
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(peer.times(&lab, "INVITE"), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    let ended = *lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.at.since(began)), (Cause::Timeout, Duration::from_secs(32)));
    lab.assert_settled();
}

#[test]
fn a_provisional_response_stops_retransmission_and_timer_b() {
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    lab.run_for(Duration::from_millis(600));
    peer.respond(&mut lab, &invite, 100, "");
    lab.run_for(Duration::from_secs(100));
    assert_eq!(peer.times(&lab, "INVITE"), [0, 500]);
    assert!(lab.ends[0].ended().is_none());
    assert!(!lab.ends[0].reached(CallState::Early), "100 is no progress");
}

#[test]
fn a_call_that_rings_for_three_minutes_is_cancelled() {
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_secs(179));
    assert_eq!(peer.all(&lab, "CANCEL").len(), 0);
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    lab.assert_settled();
}

#[test]
fn each_repeated_refusal_is_acknowledged_again_until_timer_d() {
    // rfc3261#17.1.1.2: D is at least 32 s on datagrams
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    for wait in [0, 500, 1000, 30_000] {
        lab.run_for(Duration::from_millis(wait));
        peer.respond(&mut lab, &invite, 486, "");
    }
    lab.run_for(Duration::from_millis(10));
    let acks = peer.all(&lab, "ACK");
    assert_eq!(acks.len(), 4);
    assert!(acks.iter().all(|ack| ack.bytes == acks[0].bytes));
    lab.run_for(Duration::from_secs(1));
    peer.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(peer.all(&lab, "ACK").len(), 4, "D has passed");
    assert_eq!(lab.ends[0].phone.counters().unmatched, 1);
    assert_eq!(lab.ends[0].events.iter().filter(|event| event.state == CallState::Ended as u32).count(), 1);
    lab.assert_settled();
}

#[test]
fn a_bye_without_a_response_is_sent_eleven_times() {
    // rfc3261#17.1.2.2: E doubles from T1 to T2, F ends it after 64·T1
    let (mut lab, peer) = hung_up();
    lab.run_for(Duration::from_secs(60));
    assert_eq!(peer.times(&lab, "BYE"), [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
}

#[test]
fn a_provisional_response_to_a_bye_slows_it_down() {
    // rfc3261#17.1.2.2: in Proceeding the running E is kept; when it fires the next one is T2
    let (mut lab, mut peer) = hung_up();
    let bye = peer.wait(&mut lab, "BYE");
    lab.run_for(Duration::from_millis(600));
    peer.respond(&mut lab, &bye, 100, "");
    lab.run_for(Duration::from_secs(60));
    assert_eq!(peer.times(&lab, "BYE"), [0, 500, 1500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500]);
    lab.assert_settled();
}

#[test]
fn a_bye_with_a_response_is_not_sent_again() {
    let (mut lab, mut peer) = hung_up();
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    peer.silence(&mut lab, "BYE", Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_cancelled_invite_waits_64_t1_for_its_end() {
    // rfc3261#9.1: even when more provisional responses come
    let (mut lab, mut peer) = lab();
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    lab.run_for(Duration::from_secs(5));
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(lab.now.since(now), Duration::from_secs(32));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal, "it was hung up");
    lab.assert_settled();
}

#[test]
fn a_provisional_response_each_minute_keeps_a_call_waiting() {
    // rfc3261#13.3.1.1, #16.7: each provisional response but 100 begins the wait anew; silence ends it
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    for _ in 0..10 {
        peer.respond(&mut lab, &invite, 182, "");
        peer.silence(&mut lab, "CANCEL", Duration::from_secs(60));
    }
    lab.run_for(Duration::from_secs(119));
    assert!(peer.all(&lab, "CANCEL").is_empty());
    lab.run_for(Duration::from_secs(2));
    assert_eq!(peer.all(&lab, "CANCEL").len(), 2, "three minutes after the last response, and once more");
}

#[test]
fn a_refusal_whose_ack_does_not_fit_does_not_bring_the_invite_back() {
    // rfc3261#17.1.1.3: the ACK has the To of the refusal
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    let refusal = peer.response_text(&invite, 486, "", "").replace("To: ", &format!("To: \"{}\" ", "x".repeat(4000)));
    for _ in 0..3 {
        peer.send(&mut lab, &refusal);
        lab.run_for(Duration::from_secs(1));
    }
    assert_eq!((peer.all(&lab, "INVITE").len(), peer.all(&lab, "ACK").len()), (1, 0));
    assert_eq!(lab.ends[0].ended().unwrap().sip_code, 486);
    assert_eq!(lab.ends[0].phone.counters().oversize, 1);
    lab.assert_settled();
}
