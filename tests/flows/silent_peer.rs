//! A far end that has died sends no BYE. Its call ends when neither RTP nor RTCP has come for as long as the settings
//! say, but never while a side holds.

use crate::reliable::prack;
use crate::server::{REGISTRAR, account, anna};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountConfig, AccountId, CallState, Cause, Component, DialOptions, EndCause, EndedBy, MEDIA_RECEIVING,
    MEDIA_SENDING, MediaTimeout, Source, WhenLost,
};
use microsip_core::wire::{rtcp, rtp};
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};
use std::net::SocketAddr;

const MEDIA: &str = "10.0.0.9:40000";

fn after(seconds: u32) -> MediaTimeout {
    MediaTimeout { seconds, lost: WhenLost::Inherit }
}

/// A phone with this setting, and a peer that has called it.
fn called(media_timeout: MediaTimeout) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { media_timeout, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    (lab, peer)
}

fn connected_at(lab: &Lab) -> Instant {
    lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().connected
}

/// A packet that comes to the phone's media port.
fn send(lab: &mut Lab, component: Component, bytes: &[u8]) {
    let (rtp, rtcp) = *lab.ends[0].media.values().next().unwrap();
    let from: SocketAddr = lab.open_raw(if component == Component::Rtp { MEDIA } else { "10.0.0.9:40001" });
    lab.send_raw(from, if component == Component::Rtp { rtp } else { rtcp }, bytes);
    lab.run_for(Duration::from_millis(1));
}

fn packet(payload_type: u8, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 12];
    rtp::write_header(&mut packet, payload_type, false, sequence, u32::from(sequence) * 160, 7).unwrap();
    packet.extend_from_slice(payload);
    packet
}

fn report() -> Vec<u8> {
    let mut room = [0; 64];
    let mut to = Cursor::new(&mut room);
    rtcp::write_report(&mut to, 7, None, None);
    rtcp::write_name(&mut to, 7, b"far");
    to.written().to_vec()
}

/// The call ends so long after this; its BYE has gone, and it has its own result.
#[track_caller]
fn assert_lost(mut lab: Lab, mut peer: Peer, since: Instant, seconds: u64) {
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.sip_code), (Cause::MediaLost, 200));
    assert_eq!((ended.cause, ended.ended_by), (EndCause::MediaLost, EndedBy::Library));
    assert_eq!(ended.at.since(since), Duration::from_secs(seconds));
    let bye = peer.wait(&mut lab, "BYE");
    // rfc3326#2
    assert!(bye.text().contains("\r\nReason: Q.850;cause=102;text=\"No media\"\r\n"), "{}", bye.text());
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

/// The call does not end. (Our own sound would take the test's time, and decides nothing.)
#[track_caller]
fn assert_up(lab: &mut Lab, seconds: u64) {
    lab.audio = false;
    lab.run_for(Duration::from_secs(seconds));
    lab.audio = true;
    assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().state, CallState::Connected);
}

/// Results of events about the media, with their bits.
fn media_told(lab: &Lab) -> Vec<(Cause, u32)> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Media);
    told.map(|event| (event.result, event.value)).collect()
}

fn reinvite(lab: &mut Lab, peer: &mut Peer, body: &str) {
    let text = peer.request("INVITE", "", body);
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 200");
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(1));
}

#[test]
fn a_call_in_which_nothing_ever_came_ends_a_minute_after_its_answer() {
    let (lab, peer) = called(after(0));
    let connected = connected_at(&lab);
    assert_lost(lab, peer, connected, 60);
}

#[test]
fn a_call_that_has_fallen_silent_ends_so_long_after_the_last_packet() {
    let (mut lab, peer) = called(after(20));
    for nth in 0..500 {
        send(&mut lab, Component::Rtp, &packet(0, nth, &[0xff; 160]));
        lab.run_for(Duration::from_millis(19));
    }
    let last = lab.now;
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let silent = lab.now.since(last).millis();
    assert!((19_950..=20_000).contains(&silent), "{silent}");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(peer.all(&lab, "BYE").len(), 1);
}

#[test]
fn reports_and_comfort_noise_are_life() {
    // rfc3550#6.3.5; rfc3389
    for kind in 0..4 {
        let (mut lab, peer) = called(after(20));
        let mut last = lab.now;
        for nth in 0..10u16 {
            last = lab.now + Duration::from_millis(1);
            match kind {
                0 => send(&mut lab, Component::Rtcp, &report()),
                1 => send(&mut lab, Component::Rtp, &report()), // rfc5761: on one port
                2 => send(&mut lab, Component::Rtp, &packet(13, nth, &[60])),
                _ => send(&mut lab, Component::Rtp, &packet(101, nth, &[5, 0x8a, 0, 160])),
            }
            lab.run_for(Duration::from_secs(15));
        }
        assert!(lab.ends[0].ended().is_none(), "{kind}");
        assert_lost(lab, peer, last, 20);
    }
}

#[test]
fn packets_of_others_are_no_life() {
    let (mut lab, peer) = called(after(20));
    let connected = connected_at(&lab);
    let (rtp, rtcp) = *lab.ends[0].media.values().next().unwrap();
    let third = lab.open_raw("10.0.0.66:5000");
    for nth in 0..15 {
        lab.send_raw(third, rtp, &packet(0, nth, &[0xff; 160]));
        lab.send_raw(third, rtp, &packet(13, nth, &[60]));
        lab.send_raw(third, rtcp, &report());
        send(&mut lab, Component::Rtp, &[0, 1, 0, 0]);
        send(&mut lab, Component::Rtp, &packet(77, nth, &[0xff; 160]));
        lab.run_for(Duration::from_secs(1));
    }
    assert_lost(lab, peer, connected, 20);
}

#[test]
fn a_side_that_holds_may_be_silent_and_the_clock_begins_anew_behind_it() {
    // rfc3264#8.4: nothing is due while only one side may send, or none
    for way in ["sendonly", "recvonly", "inactive", "0.0.0.0"] {
        let (mut lab, mut peer) = called(after(20));
        lab.run_for(Duration::from_secs(15));
        let held = if way == "0.0.0.0" { sdp(way, 40_000, "") } else { sdp("10.0.0.9", 40_000, way) };
        reinvite(&mut lab, &mut peer, &held);
        assert_up(&mut lab, 600);
        reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, ""));
        let resumed = lab.sent.iter().rev().find(|sent| sent.text.starts_with("SIP/2.0 200")).unwrap().at;
        assert_lost(lab, peer, resumed, 20);
    }
}

#[test]
fn before_the_answer_nothing_is_due() {
    // our call rings for long, with early media that falls silent; the clock begins with the 200
    for described in [true, false] {
        let mut lab = Lab::new(&[Options { media_timeout: after(20), ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 183, &body);
        lab.audio = false;
        lab.run_for(Duration::from_secs(100));
        lab.audio = true;
        assert!(lab.ends[0].ended().is_none());
        peer.respond(&mut lab, &invite, 200, if described { &body } else { "" });
        peer.wait(&mut lab, "ACK");
        let connected = connected_at(&lab);
        assert_lost(lab, peer, connected, 20);
    }
}

#[test]
fn the_limit_can_be_switched_off() {
    let (mut lab, _) = called(after(u32::MAX));
    assert_up(&mut lab, 3 * 3600);
}

/// The peer's response to the next offer of ours.
fn respond(lab: &mut Lab, peer: &mut Peer, status: u16, way: &str) {
    let offer = peer.wait(lab, "INVITE");
    let body = if status == 200 { sdp("10.0.0.9", 40_000, way) } else { String::new() };
    peer.respond(lab, &offer, status, &body);
    peer.wait(lab, "ACK");
    lab.run_for(Duration::from_millis(10));
}

#[test]
fn the_end_of_a_silence_is_told_whatever_was_offered_meanwhile() {
    let both = MEDIA_SENDING + MEDIA_RECEIVING;
    let (mut lab, mut peer) = called(MediaTimeout { seconds: 20, lost: WhenLost::Tell });
    let call = lab.ends[0].last_call();
    assert_up(&mut lab, 100);
    let told = media_told(&lab).len();
    for (on, way) in [(true, "recvonly"), (false, "sendrecv")] {
        let now = lab.now;
        lab.ends[0].phone.hold(now, call, on, 1).unwrap();
        respond(&mut lab, &mut peer, 200, way);
    }
    assert!(media_told(&lab)[told..].iter().all(|(result, _)| *result == Cause::MediaLost), "nothing has come");
    send(&mut lab, Component::Rtp, &packet(0, 1, &[0xff; 160]));
    assert_eq!(media_told(&lab).last(), Some(&(Cause::Normal, both)));
    // a refusal has its own event
    assert_up(&mut lab, 100);
    assert_eq!(media_told(&lab).last(), Some(&(Cause::MediaLost, both)));
    let now = lab.now;
    lab.ends[0].move_to(now, Some((1, "10.0.0.31:5060".parse().unwrap())));
    peer.phone = lab.ends[0].address;
    lab.drain();
    respond(&mut lab, &mut peer, 488, "");
    assert_eq!(media_told(&lab).last(), Some(&(Cause::Refused, both)));
    let told = media_told(&lab).len();
    send(&mut lab, Component::Rtp, &packet(0, 2, &[0xff; 160]));
    assert_eq!(media_told(&lab)[told..], [(Cause::Normal, both)]);
}

#[test]
fn an_event_alone_can_be_chosen() {
    let (mut lab, _) = called(MediaTimeout { seconds: 20, lost: WhenLost::Tell });
    let both = MEDIA_SENDING + MEDIA_RECEIVING;
    assert_up(&mut lab, 300);
    assert_eq!(media_told(&lab), [(Cause::Normal, both), (Cause::MediaLost, both)], "once");
    send(&mut lab, Component::Rtp, &packet(0, 1, &[0xff; 160]));
    assert_eq!(media_told(&lab)[2..], [(Cause::Normal, both)]);
    assert_up(&mut lab, 300);
    assert_eq!(media_told(&lab)[3..], [(Cause::MediaLost, both)]);
    // the call's end is its own
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_millis(10));
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
}

#[test]
fn an_account_may_have_its_own_limit() {
    for (said, seconds) in [(after(0), 0), (after(30), 30), (after(u32::MAX), 0)] {
        let (mut lab, account) =
            account(&[REGISTRAR], AccountConfig { no_register: true, media_timeout: said, ..anna() });
        let mut peer = Peer::new(&mut lab, REGISTRAR, 0);
        let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
        assert_ne!(account, AccountId::NONE);
        lab.ends[0].phone.dial(now, account, "bob", &options).unwrap();
        let invite = peer.wait(&mut lab, "INVITE");
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        if seconds == 0 {
            // 0 is the phone's, and the lab's phones wait for ever
            assert_up(&mut lab, 600);
        } else {
            let connected = connected_at(&lab);
            assert_lost(lab, peer, connected, seconds);
        }
    }
}

#[test]
fn early_media_is_watched_from_the_answer_on() {
    // our 200 has no description: a reliable response before it had the answer, or our offer
    for offered in [true, false] {
        let mut lab = Lab::new(&[Options { media_timeout: after(20), ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let body = peer.sdp();
        let invite = peer.request("INVITE", "Require: 100rel\r\n", if offered { &body } else { "" });
        peer.send(&mut lab, &invite);
        let mut described = peer.wait(&mut lab, "SIP/2.0 180");
        let call = lab.ends[0].last_call();
        lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
        if offered {
            prack(&mut lab, &mut peer, &described, "");
            peer.wait(&mut lab, "SIP/2.0 200");
            let now = lab.now;
            lab.ends[0].phone.answer(now, call, 183).unwrap();
            described = peer.wait(&mut lab, "SIP/2.0 183");
        }
        prack(&mut lab, &mut peer, &described, if offered { "" } else { &body });
        peer.wait(&mut lab, "SIP/2.0 200");
        lab.run_for(Duration::from_secs(5));
        let now = lab.now;
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert!(ok.header("CSeq").contains("INVITE") && ok.body().is_empty(), "{}", ok.text());
        let number = core::mem::replace(&mut peer.number, ok.number());
        peer.ack(&mut lab, "");
        peer.number = number;
        let connected = connected_at(&lab);
        assert_lost(lab, peer, connected, 20);
    }
}
