//! The target of media, its source, and its silence: a scripted peer sends RTP by hand.

use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallId, CallState, DialOptions, MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING, Source,
};
use microsip_core::wire::{rtcp, rtp};
use microsip_tests::peer::{Peer, sdp};
use microsip_tests::{EventKind, Lab, Options};
use std::net::SocketAddr;

/// The media address in the peer's description.
const MEDIA: &str = "10.0.0.9:40000";

fn lab() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.open_raw(MEDIA);
    lab.open_raw("10.0.0.9:40001");
    (lab, peer)
}

/// The peer calls, the phone has answered with silence as its source; no ACK has come.
fn answered() -> (Lab, Peer, CallId) {
    let (mut lab, mut peer) = lab();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    (lab, peer, call)
}

fn connected() -> (Lab, Peer, CallId) {
    let (mut lab, mut peer, call) = answered();
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(100));
    (lab, peer, call)
}

fn ports(lab: &Lab) -> (SocketAddr, SocketAddr) {
    *lab.ends[0].media.values().next().unwrap()
}

/// RTP packets that came to a socket.
fn heard(lab: &Lab, at: &str) -> usize {
    lab.raw[&at.parse().unwrap()].iter().filter(|(_, _, bytes)| rtp::Packet::parse(bytes).is_some()).count()
}

/// The number of further packets within this time.
fn more(lab: &mut Lab, at: &str, time: Duration) -> usize {
    lab.open_raw(at);
    let before = heard(lab, at);
    lab.run_for(time);
    heard(lab, at) - before
}

/// One voice packet to the phone's RTP port.
fn speak(lab: &mut Lab, from: &str, ssrc: u32, sequence: u16) {
    let mut packet = vec![0x7f; 172];
    rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, ssrc).unwrap();
    let (from, to) = (lab.open_raw(from), ports(lab).0);
    lab.send_raw(from, to, &packet);
}

fn speak_on(lab: &mut Lab, from: &str, ssrc: u32, first: u16, count: u16) {
    for nth in 0..count {
        speak(lab, from, ssrc, first + nth);
        lab.run_for(Duration::from_millis(20));
    }
}

fn last_media(lab: &Lab) -> u32 {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value
}

fn offer_again(lab: &mut Lab, peer: &mut Peer, body: &str) {
    let invite = peer.request("INVITE", "", body);
    peer.send(lab, &invite);
    let ok = peer.wait(lab, "SIP/2.0 200");
    assert_eq!(ok.number(), peer.number);
}

#[test]
fn an_address_that_has_confirmed_nothing_gets_400_ms() {
    // no ACK and no packet yet: the host at this address may be a victim
    let (mut lab, mut peer, _) = answered();
    lab.run_for(Duration::from_secs(5));
    assert_eq!(heard(&lab, MEDIA), 20, "400 ms in packets of 20 ms");
    // the ACK confirms it
    peer.ack(&mut lab, "");
    assert!((48..=51).contains(&more(&mut lab, MEDIA, Duration::from_secs(1))));
}

/// A sender that forges an INVITE of a victim can forge its voice too: on that word no more leaves than came.
#[test]
fn a_packet_of_voice_draws_no_more_than_another_one() {
    let (mut lab, mut peer, _) = answered();
    lab.run_for(Duration::from_secs(2));
    assert_eq!(heard(&lab, MEDIA), 20);
    speak(&mut lab, MEDIA, 7, 1);
    assert_eq!(more(&mut lab, MEDIA, Duration::from_secs(20)), 1);
    // one that goes on speaking is answered in kind
    let before = heard(&lab, MEDIA);
    speak_on(&mut lab, MEDIA, 7, 2, 50);
    assert!((48..=51).contains(&(heard(&lab, MEDIA) - before)));
    // the rest is its ACK's to confirm
    assert!(more(&mut lab, MEDIA, Duration::from_secs(1)) <= 1);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(100));
}

#[test]
fn early_media_is_limited_as_well() {
    let (mut lab, mut peer) = lab();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    lab.run_for(Duration::from_secs(3));
    assert_eq!(heard(&lab, MEDIA), 20);
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_secs(3));
    assert_eq!(heard(&lab, MEDIA), 20, "our 200 confirms no address of the peer");
}

#[test]
fn a_183_confirms_nothing_and_its_2xx_does() {
    let (mut lab, mut peer) = lab();
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    lab.ends[0].phone.dial(now, AccountId::NONE, &format!("sip:peer@{}", peer.at), &options).unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_secs(3));
    assert_eq!(heard(&lab, MEDIA), 20);
    peer.respond(&mut lab, &invite, 200, &body);
    assert!((48..=51).contains(&more(&mut lab, MEDIA, Duration::from_secs(1))));
}

#[test]
fn nothing_is_sent_after_the_end_but_one_report() {
    for ours in [true, false] {
        let (mut lab, mut peer, call) = connected();
        lab.run_for(Duration::from_secs(1));
        if ours {
            let now = lab.now;
            lab.ends[0].phone.hangup(now, call).unwrap();
        } else {
            let bye = peer.request("BYE", "", "");
            peer.send(&mut lab, &bye);
        }
        lab.run_for(Duration::from_millis(2));
        let before = lab.media_sent.values().sum::<u64>();
        assert_eq!(more(&mut lab, MEDIA, Duration::from_secs(3)), 0);
        assert!(lab.media_sent.values().sum::<u64>() <= before + 1);
        // rfc3550#6.6: BYE
        let last = &lab.raw[&"10.0.0.9:40001".parse().unwrap()].last().unwrap().2;
        assert!(rtcp::Compound::parse(last).unwrap().any(|packet| matches!(packet, rtcp::Packet::Bye { .. })));
        assert!(lab.ends[0].media.is_empty(), "its ports are closed");
    }
}

#[test]
fn media_follows_the_port_that_the_peer_really_uses() {
    // symmetric RTP, rfc4961: a NAT in between
    let (mut lab, _, call) = connected();
    speak_on(&mut lab, "10.0.0.9:61000", 7, 1, 10);
    assert_eq!(more(&mut lab, MEDIA, Duration::from_millis(500)), 0);
    assert!(more(&mut lab, "10.0.0.9:61000", Duration::from_millis(500)) >= 24);
    assert_eq!(lab.ends[0].phone.call_stats(lab.now, call).unwrap().received_packets, 10);
}

#[test]
fn a_third_party_is_not_followed() {
    let (mut lab, _, call) = connected();
    speak_on(&mut lab, MEDIA, 7, 1, 5);
    for nth in 0..20 {
        speak(&mut lab, "10.0.0.66:5000", 8, nth);
        speak(&mut lab, "10.0.0.9:61000", 7, 6 + nth);
        lab.run_for(Duration::from_millis(20));
    }
    assert!(more(&mut lab, MEDIA, Duration::from_millis(500)) >= 24);
    assert_eq!(more(&mut lab, "10.0.0.66:5000", Duration::from_millis(500)), 0);
    let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
    assert_eq!((stats.received_packets, stats.strangers), (5, 40));
}

#[test]
fn sound_before_the_answer_is_not_played_and_sound_with_it_is() {
    // rfc3264#5.1, as ARCHITECTURE.md decides: before the answer names the far end's address, the sender of these
    // packets is unknown
    let (mut lab, mut peer) = lab();
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    speak(&mut lab, MEDIA, 7, 1);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(
        (
            lab.ends[0].phone.counters().stray_media,
            lab.ends[0].phone.call_stats(lab.now, call).unwrap().received_packets
        ),
        (1, 0)
    );
    // one behind the other, in the same millisecond, before any poll, tick or ACK
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    speak(&mut lab, MEDIA, 7, 2);
    lab.run_for(Duration::from_millis(1));
    let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
    assert_eq!((lab.ends[0].phone.counters().stray_media, stats.received_packets, stats.lost), (1, 1, 0));
}

#[test]
fn packets_for_no_call_are_counted() {
    let (mut lab, mut peer, _) = connected();
    let to = ports(&lab).0;
    let media = *lab.ends[0].media.keys().next().unwrap();
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    let id = microsip_core::phone::MediaId::from_raw(media).unwrap();
    lab.ends[0].phone.handle_media(now, id, microsip_core::phone::Component::Rtp, to, &mut [0x80; 172]);
    assert_eq!(lab.ends[0].phone.counters().stray_media, 1);
}

#[test]
fn a_peer_that_holds_gets_no_media() {
    // rfc3264#8.4
    for (way, ours, bits) in [
        ("sendonly", "a=recvonly", MEDIA_RECEIVING | MEDIA_HELD),
        ("inactive", "a=inactive", MEDIA_HELD),
        ("recvonly", "a=sendonly", MEDIA_SENDING),
    ] {
        let (mut lab, mut peer, call) = connected();
        speak_on(&mut lab, MEDIA, 7, 1, 3);
        let invite = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, way));
        peer.send(&mut lab, &invite);
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert!(ok.body().contains(ours), "{}", ok.text());
        peer.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(50));
        assert_eq!(
            last_media(&lab) & (MEDIA_SENDING | MEDIA_RECEIVING),
            bits & (MEDIA_SENDING | MEDIA_RECEIVING),
            "{way}"
        );
        assert_eq!(last_media(&lab) & MEDIA_HELD, bits & MEDIA_HELD, "{way}");
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().held, bits & MEDIA_HELD != 0);
        let sent = more(&mut lab, MEDIA, Duration::from_secs(1));
        assert_eq!(sent > 0, bits & MEDIA_SENDING != 0, "{way}: {sent}");
        // and back
        offer_again(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, ""));
        peer.ack(&mut lab, "");
        assert!(more(&mut lab, MEDIA, Duration::from_secs(1)) > 45);
        assert_eq!(last_media(&lab), MEDIA_SENDING | MEDIA_RECEIVING);
    }
}

#[test]
fn the_old_way_to_hold_is_understood() {
    // rfc2543#B.5, rfc3264#8.4: c=0.0.0.0
    let (mut lab, mut peer, _) = connected();
    offer_again(&mut lab, &mut peer, &sdp("0.0.0.0", 40_000, ""));
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(last_media(&lab) & (MEDIA_SENDING | MEDIA_HELD), MEDIA_HELD);
    let before: u64 = lab.media_sent.values().sum();
    lab.run_for(Duration::from_secs(1));
    let rtp_packets = lab.media_sent.values().sum::<u64>() - before;
    assert!(rtp_packets <= 1, "{rtp_packets}");
    // the peer's sound is heard meanwhile, from the address that it used before and from no other
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    let received = |lab: &Lab| lab.ends[0].phone.call_stats(now, call).unwrap().received_packets;
    let before = received(&lab);
    speak_on(&mut lab, MEDIA, 7, 1, 5);
    speak_on(&mut lab, "10.0.0.66:40000", 8, 1, 5);
    assert_eq!(received(&lab), before + 5);
    // and a hang-up sends nothing to 0.0.0.0
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_millis(50));
    assert!(lab.media_sent.keys().all(|to| !to.ip().is_unspecified()), "{:?}", lab.media_sent);
}

#[test]
fn a_new_offer_moves_media_to_its_address() {
    let (mut lab, mut peer, _) = connected();
    speak_on(&mut lab, MEDIA, 7, 1, 5);
    lab.open_raw("10.0.0.9:42000");
    offer_again(&mut lab, &mut peer, &sdp("10.0.0.9", 42_000, ""));
    // until its ACK no more than 400 ms go there: the address is not confirmed
    assert_eq!(more(&mut lab, "10.0.0.9:42000", Duration::from_secs(2)), 20);
    assert_eq!(more(&mut lab, MEDIA, Duration::from_millis(100)), 0);
    peer.ack(&mut lab, "");
    assert!(more(&mut lab, "10.0.0.9:42000", Duration::from_secs(1)) >= 48);
    // and it is taken from there: source and sequence may be others
    speak_on(&mut lab, "10.0.0.9:42000", 9, 500, 5);
    let stats = lab.ends[0].phone.call_stats(lab.now, lab.ends[0].last_call()).unwrap();
    assert_eq!((stats.received_packets, stats.strangers), (10, 0));
}

#[test]
fn an_offer_of_the_same_address_keeps_what_was_learnt() {
    let (mut lab, mut peer, _) = connected();
    speak_on(&mut lab, "10.0.0.9:61000", 7, 1, 10);
    let same = peer.sdp();
    offer_again(&mut lab, &mut peer, &same);
    assert!(more(&mut lab, "10.0.0.9:61000", Duration::from_secs(1)) >= 48, "it was confirmed before");
    peer.ack(&mut lab, "");
}

#[test]
fn a_bad_offer_changes_nothing() {
    // rfc3261#14.2
    let (mut lab, mut peer, call) = connected();
    let body = sdp("10.0.0.9", 40_000, "")
        .replace("RTP/AVP 0 8 101", "RTP/AVP 96")
        .replace("rtpmap:101 telephone-event/8000", "rtpmap:96 opus/48000/2");
    let invite = peer.request("INVITE", "", &body);
    peer.send(&mut lab, &invite);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    assert!(more(&mut lab, MEDIA, Duration::from_secs(1)) >= 48);
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
}

#[test]
fn a_peer_that_rejects_our_audio_ends_the_call() {
    let (mut lab, mut peer) = lab();
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = sdp("10.0.0.9", 0, "");
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.wait(&mut lab, "BYE");
    assert_eq!(lab.ends[0].ended().unwrap().result, microsip_core::phone::Cause::Codec);
    assert_eq!(lab.media_sent.len(), 0);
}

#[test]
fn figures_can_be_read_until_the_last_event_is_released() {
    let (mut lab, mut peer, call) = connected();
    speak_on(&mut lab, MEDIA, 7, 1, 50);
    lab.ends[0].fetch = false;
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_secs(5));
    let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
    assert_eq!(stats.received_packets, 50);
    assert!(stats.sent_packets >= 50);
    let info = lab.ends[0].phone.call_info(call).unwrap();
    assert_eq!((info.state, info.media), (CallState::Ended, false));
    assert!(info.ended > info.connected && info.connected > info.started);
    lab.ends[0].fetch = true;
    lab.run_for(Duration::from_millis(10));
    lab.drain();
    assert!(lab.ends[0].phone.call_stats(lab.now, call).is_err(), "its slot is free");
    // the next call does not show the figures of the one before
    let mut other = Peer::new(&mut lab, "10.0.0.9:5062", 0);
    other.invite(&mut lab);
    other.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    assert_eq!(lab.ends[0].phone.call_stats(lab.now, call).unwrap(), microsip_core::media::StreamStats::default());
}

#[test]
fn rubbish_on_the_media_ports_does_no_harm() {
    let (mut lab, _, call) = connected();
    let (rtp_port, rtcp_port) = ports(&lab);
    let from: SocketAddr = MEDIA.parse().unwrap();
    for length in 0..40usize {
        for first in [0u8, 0x40, 0x80, 0x81, 0x90, 0xa0, 0xbf, 0xff] {
            let mut bytes = vec![0xff; length];
            if let Some(byte) = bytes.first_mut() {
                *byte = first;
            }
            lab.send_raw(from, rtp_port, &bytes);
            lab.send_raw(from, rtcp_port, &bytes);
        }
        lab.run_for(Duration::from_millis(10));
    }
    assert!(lab.ends[0].phone.call_stats(lab.now, call).unwrap().malformed > 100);
    assert!(more(&mut lab, MEDIA, Duration::from_secs(1)) >= 48);
}
