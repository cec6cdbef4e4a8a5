//! rfc3261#14.1: an offer of ours in a call that is up. A change of network brings it about here.

mod crossing;
mod retried;

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{CallState, Capacity, Cause};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, ladder, sdp};
use std::net::SocketAddr;

const NEW: &str = "10.0.0.31:5060";
const TRIES: usize = 8;

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn connected(ours: bool) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    if ours {
        peer.be_called(&mut lab, 0);
    } else {
        peer.call(&mut lab, 0);
    }
    lab.run_for(Duration::from_millis(200));
    (lab, peer)
}

/// The phone is at another address, behind another socket.
fn move_to(lab: &mut Lab, peer: &mut Peer, socket: u8, address: &str) {
    let now = lab.now;
    lab.ends[0].move_to(now, Some((socket, at(address))));
    peer.phone = at(address);
    lab.drain();
}

/// A call that is up, a move, and the re-INVITE that follows.
fn moved(ours: bool) -> (Lab, Peer, Sip) {
    let (mut lab, mut peer) = connected(ours);
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    (lab, peer, again)
}

fn accept(lab: &mut Lab, peer: &mut Peer, invite: &Sip) -> Sip {
    let body = peer.sdp();
    peer.respond(lab, invite, 200, &body);
    let ack = peer.wait(lab, "ACK");
    assert_eq!(ack.number(), invite.number());
    ack
}

/// The call lives, and ends as calls do.
#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let call = lab.ends[0].last_call();
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert_eq!(bye.from, lab.ends[0].address);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
}

fn edition(sip: &Sip) -> (u64, u64) {
    let line = sip.body().lines().find_map(|line| line.strip_prefix("o=").map(str::to_owned)).unwrap();
    let mut words = line.split(' ').skip(1).map(|word| word.parse().unwrap());
    (words.next().unwrap(), words.next().unwrap())
}

fn port(sip: &Sip) -> u16 {
    sip.body()
        .lines()
        .find_map(|line| line.strip_prefix("m=audio "))
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// The last event about the call's media.
fn told(lab: &Lab) -> Cause {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().result
}

/// The same, and the status that it names.
fn refused_with(lab: &Lab) -> (Cause, u16) {
    let event = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap();
    (event.result, event.sip_code)
}

fn since(at: Instant, sip: &Sip) -> u64 {
    sip.at.millis() - at.millis()
}

fn sent_to(lab: &Lab, to: &str) -> u64 {
    lab.media_sent.get(&at(to)).copied().unwrap_or_default()
}

#[test]
fn the_re_invite_names_the_new_address_and_the_media_follows() {
    for ours in [true, false] {
        let (mut lab, mut peer) = connected(ours);
        let start = if ours { "INVITE" } else { "SIP/2.0 200" };
        let first = peer.all(&lab, start).remove(0);
        move_to(&mut lab, &mut peer, 1, NEW);
        let again = peer.wait(&mut lab, "INVITE");
        assert_eq!(again.from, at(NEW));
        assert!(again.header("Via").contains("10.0.0.31:5060"), "{}", again.text());
        assert!(
            again.contact().ends_with("@10.0.0.31:5060") || again.contact() == "sip:10.0.0.31:5060",
            "{}",
            again.contact()
        );
        assert!(again.body().contains("c=IN IP4 10.0.0.31"), "{}", again.body());
        assert_ne!(port(&again), port(&first), "other ports");
        // rfc3264#8: the same session, the next edition
        assert_eq!(edition(&again), (edition(&first).0, edition(&first).1 + 1));
        // rfc3261#12.2.1.1
        assert_eq!(
            (again.header("Call-ID"), again.to_tag()),
            (first.header("Call-ID"), if ours { peer.tag.clone() } else { first.from_tag() })
        );
        assert_eq!(again.uri(), "sip:peer@10.0.0.9:5060");
        assert_eq!(again.number(), if ours { first.number() + 1 } else { 1 });
        // the old ports are closed
        assert!(lab.ends[0].media.values().all(|(rtp, _)| rtp.ip() == at(NEW).ip()) && lab.ends[0].media.len() == 1);

        // rfc3261#12.2.1.2: its 2xx refreshes the target
        peer.contact = "sip:elsewhere@10.0.0.9:5062".into();
        let mut other = Peer::new(&mut lab, "10.0.0.9:5062", 0);
        peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_100, ""));
        let ack = other.wait(&mut lab, "ACK");
        assert_eq!((ack.number(), ack.uri()), (again.number(), "sip:elsewhere@10.0.0.9:5062".to_owned()));
        let (old, new) = (sent_to(&lab, "10.0.0.9:40000"), sent_to(&lab, "10.0.0.9:40100"));
        lab.run_for(Duration::from_secs(1));
        assert_eq!(sent_to(&lab, "10.0.0.9:40000"), old);
        assert!(sent_to(&lab, "10.0.0.9:40100") > new + 40);
        assert_eq!(lab.ends[0].media.len(), 1);
        other.target = peer.target;
        finish(lab, other);
    }
}

#[test]
fn nothing_is_offered_where_nothing_changed() {
    let (mut lab, mut peer) = connected(true);
    let now = lab.now;
    // another address came, which this call does not use
    lab.ends[0].phone.socket_up(7, at("192.0.2.7:5060"));
    lab.ends[0].phone.handle_local_changed(now);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    lab.ends[0].phone.socket_down(now, 7);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    finish(lab, peer);
}

#[test]
fn each_repetition_of_its_2xx_gets_its_ack_again() {
    // rfc3261#13.2.2.4
    let (mut lab, mut peer, again) = moved(true);
    let body = peer.sdp();
    let ok = peer.response_text(&again, 200, "", &body);
    peer.send(&mut lab, &ok);
    let ack = peer.wait(&mut lab, "ACK");
    for _ in 0..3 {
        lab.run_for(Duration::from_millis(500));
        peer.send(&mut lab, &ok);
        assert_eq!(peer.wait(&mut lab, "ACK").bytes, ack.bytes);
    }
    assert_eq!(ack.number(), again.number());
    finish(lab, peer);
}

#[test]
fn a_refusal_leaves_the_session_as_it_was() {
    for status in [302, 400, 403, 415, 488, 500, 503, 603] {
        let (mut lab, mut peer, again) = moved(true);
        peer.respond(&mut lab, &again, status, "");
        assert_eq!(peer.wait(&mut lab, "ACK").number(), again.number());
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.audio = true;
        lab.run_for(Duration::from_secs(1));
        assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40, "{status}");
        peer.silence(&mut lab, "INVITE", Duration::from_secs(120));
        assert_eq!(refused_with(&lab), (Cause::Refused, status));
        // the peer accepts the next one, which has an event too
        move_to(&mut lab, &mut peer, 2, "10.0.0.32:5060");
        let next = peer.wait(&mut lab, "INVITE");
        accept(&mut lab, &mut peer, &next);
        assert_eq!(refused_with(&lab), (Cause::Normal, 0));
        finish(lab, peer);
    }
}

#[test]
fn a_refused_re_invite_is_sent_again_after_retry_after() {
    for status in [500, 503] {
        let (mut lab, mut peer, again) = moved(true);
        let at = lab.now;
        peer.respond_with(&mut lab, &again, status, "Retry-After: 7\r\n", "");
        let next = peer.wait(&mut lab, "INVITE");
        assert_eq!(since(at, &next), 7002);
        accept(&mut lab, &mut peer, &next);
        finish(lab, peer);
    }
}

#[test]
fn a_2xx_without_a_usable_answer_leaves_the_session_as_it_was() {
    for body in ["", "v=0\r\nnonsense"] {
        let (mut lab, mut peer, again) = moved(true);
        peer.respond(&mut lab, &again, 200, body);
        peer.wait(&mut lab, "ACK");
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.run_for(Duration::from_secs(1));
        assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
        finish(lab, peer);
    }
}

#[test]
fn an_answer_may_put_us_on_hold() {
    let (mut lab, mut peer, again) = moved(true);
    peer.respond(&mut lab, &again, 200, &sdp("10.0.0.9", 40_000, "inactive"));
    peer.wait(&mut lab, "ACK");
    let before = sent_to(&lab, "10.0.0.9:40000");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(sent_to(&lab, "10.0.0.9:40000"), before);
    finish(lab, peer);
}

#[test]
fn a_dialog_that_is_gone_ends_the_call_with_bye() {
    // rfc3261#12.2.1.2
    for (status, cause) in [(408, Cause::Timeout), (481, Cause::Refused)] {
        let (mut lab, mut peer, again) = moved(true);
        peer.respond(&mut lab, &again, status, "");
        let bye = peer.wait(&mut lab, "BYE");
        assert!(bye.number() > again.number());
        peer.respond(&mut lab, &bye, 481, "");
        let ended = *lab.ends[0].ended().unwrap();
        assert_eq!((ended.result, ended.sip_code), (cause, status));
        lab.assert_settled();
    }
}

#[test]
fn silence_ends_the_call_with_bye() {
    for provisional in [0, 100, 180] {
        let (mut lab, mut peer, again) = moved(true);
        if provisional > 0 {
            peer.respond(&mut lab, &again, provisional, "");
        }
        let bye = peer.wait(&mut lab, "BYE");
        // 64·T1, after a provisional response too: no person is asked there
        assert_eq!(since(again.at, &bye) / 10, 3200);
        peer.respond(&mut lab, &bye, 200, "");
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
        lab.assert_settled();
    }
}

#[test]
fn its_retransmissions_are_the_same() {
    // rfc3261#17.1.1.2
    let (mut lab, mut peer, again) = moved(true);
    lab.run_for(Duration::from_millis(4000));
    let sent: Vec<Sip> = peer.all(&lab, "INVITE").into_iter().filter(|sip| sip.number() == again.number()).collect();
    assert!(sent.iter().all(|sip| sip.bytes == again.bytes));
    assert_eq!(sent.iter().map(|sip| since(again.at, sip)).collect::<Vec<_>>(), [0, 500, 1500, 3500]);
    accept(&mut lab, &mut peer, &again);
    finish(lab, peer);
}

#[test]
fn a_target_in_its_response_that_does_not_fit_is_counted() {
    // rfc3261#13.2.2.4: the 2xx is acknowledged all the same, and its answer taken
    let mut options = Options::default();
    options.capacity.dialog_text = 600;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    lab.run_for(Duration::from_millis(200));
    move_to(&mut lab, &mut peer, 1, NEW);
    let again = peer.wait(&mut lab, "INVITE");
    let good = std::mem::replace(&mut peer.contact, format!("sip:peer@10.0.0.9;x={}", "y".repeat(600)));
    let ack = accept(&mut lab, &mut peer, &again);
    assert_eq!((ack.uri(), lab.ends[0].phone.counters().oversize), (good, 1));
    finish(lab, peer);
}

#[test]
fn an_offer_that_had_its_turn_early_leaves_once() {
    // the answer comes at once; and behind the second at which the offer would have looked again
    for wait in [50, 2500] {
        let (mut lab, mut peer) = connected(true);
        let body = peer.sdp();
        let text = peer.request("INVITE", "", &body);
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        move_to(&mut lab, &mut peer, 1, NEW);
        peer.silence(&mut lab, "INVITE", Duration::from_millis(100));
        peer.ack(&mut lab, "");
        let offer = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &offer, 100, "");
        lab.run_for(Duration::from_millis(wait));
        accept(&mut lab, &mut peer, &offer);
        peer.silence(&mut lab, "INVITE", Duration::from_secs(4));
        finish(lab, peer);
    }
}

#[test]
fn an_offer_that_another_move_overtakes_leaves_no_time_behind() {
    // rfc3261#14.1: behind a 491 it would be made again after 2.1 s at least
    let (mut lab, mut peer, again) = moved(true);
    peer.respond(&mut lab, &again, 491, "");
    peer.wait(&mut lab, "ACK");
    move_to(&mut lab, &mut peer, 2, "10.0.0.32:5060");
    let again = peer.wait(&mut lab, "INVITE");
    accept(&mut lab, &mut peer, &again);
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    finish(lab, peer);
}
