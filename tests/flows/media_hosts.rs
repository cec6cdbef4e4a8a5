//! The hosts whose media is taken when a peer's description names an address that the Internet does not route: the
//! negotiated address wins, then hosts that the signalling vouches for; no other host. Each test has a third party that
//! sends to the phone's port unasked.

use crate::server::{REGISTRAR, Server, account, account_with, anna, register, state, until};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountState, Capacity, DialOptions, Source};
use microsip_core::wire::{rtcp, rtp};
use microsip_tests::peer::{Peer, sdp};
use microsip_tests::{Lab, Options};
use std::net::SocketAddr;

/// The address in the peer's description: the one behind its NAT.
const PRIVATE: &str = "10.9.9.9";
/// The source of its media: its NAT.
const NAT: &str = "198.51.100.7:61000";
/// A third party.
const THIRD: &str = "203.0.113.66:5000";

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x7f; 172];
    rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, ssrc).unwrap();
    packet
}

/// The phone's media port.
fn port(lab: &Lab) -> SocketAddr {
    lab.ends[0].media.values().next().unwrap().0
}

/// A packet each 20 ms from each of these sockets; the source is the socket's port, the sequence goes with the clock.
fn speak(lab: &mut Lab, from: &[&str], count: u16) {
    for _ in 0..count {
        for from in from {
            let (from, to) = (lab.open_raw(from), port(lab));
            lab.send_raw(from, to, &packet(u32::from(from.port()), (lab.now.millis() / 20) as u16));
        }
        lab.run_for(Duration::from_millis(20));
    }
}

/// RTP packets that go there within half a second.
fn heard(lab: &mut Lab, at: &str) -> usize {
    let at = lab.open_raw(at);
    let count = |lab: &Lab| lab.raw[&at].iter().filter(|(_, _, bytes)| rtp::Packet::parse(bytes).is_some()).count();
    let before = count(lab);
    lab.run_for(Duration::from_millis(500));
    count(lab) - before
}

/// The counts of packets taken as the peer's, and of those refused as strangers'.
fn taken(lab: &Lab) -> (u32, u32) {
    let stats = lab.ends[0].phone.call_stats(lab.now, lab.ends[0].last_call()).unwrap();
    (stats.received_packets, stats.strangers)
}

/// The third party is neither heard nor answered, and the peer at `from` is.
#[track_caller]
fn assert_only(lab: &mut Lab, from: &str) {
    let before = taken(lab);
    speak(lab, &[THIRD, from], 10);
    assert_eq!(taken(lab), (before.0 + 10, before.1 + 10));
    assert!(heard(lab, from) >= 24);
    assert_eq!(heard(lab, THIRD), 0);
    speak(lab, &[THIRD], 10);
    assert_eq!(taken(lab), (before.0 + 10, before.1 + 20));
    assert!(heard(lab, from) >= 24);
    assert_eq!(heard(lab, THIRD), 0);
}

/// A direct call from a peer behind a NAT, which signals through it.
fn direct() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "198.51.100.7:5060", 0);
    let invite = peer.request("INVITE", "", &sdp(PRIVATE, 40_000, ""));
    answered(&mut lab, &mut peer, &invite);
    (lab, peer)
}

/// A call that the account's own proxy brings. `via` is the peer's own Via; `contact` is the peer's Contact after the
/// proxy.
fn brought(config: AccountConfig<'_>, via: &str, contact: &str) -> (Lab, Peer) {
    brought_to(Capacity::host(4, 2, 2048), config, via, contact)
}

fn brought_to(capacity: Capacity, config: AccountConfig<'_>, via: &str, contact: &str) -> (Lab, Peer) {
    let (mut lab, account) = account_with(capacity, &[REGISTRAR], config);
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(3600)]);
    register(&mut lab, account);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    let mut peer = Peer::new(&mut lab, REGISTRAR, 0);
    bring(&mut lab, &mut peer, via, contact);
    (lab, peer)
}

fn bring(lab: &mut Lab, peer: &mut Peer, via: &str, contact: &str) {
    peer.contact = contact.into();
    let vias =
        format!("SIP/2.0/UDP {REGISTRAR};branch=z9hG4bKproxy;rport\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bKpeer");
    let invite = peer.request_with("INVITE", &vias, "", &sdp(PRIVATE, 40_000, ""));
    answered(lab, peer, &invite);
}

/// The phone answers the peer's INVITE with silence as its source.
fn answered(lab: &mut Lab, peer: &mut Peer, invite: &str) {
    peer.send(lab, invite);
    peer.wait(lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(20));
}

/// A call of ours over the account's proxy; the peer's response has this Contact.
fn dialled(contact: &str) -> (Lab, Peer) {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { no_register: true, ..anna() });
    let mut peer = Peer::new(&mut lab, REGISTRAR, 0);
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    lab.ends[0].phone.dial(now, account, "bob", &options).unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.contact = contact.into();
    peer.record_routes = vec![format!("<sip:{REGISTRAR};lr>")];
    peer.respond(&mut lab, &invite, 200, &sdp(PRIVATE, 40_000, ""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(20));
    (lab, peer)
}

fn reinvite(lab: &mut Lab, peer: &mut Peer, body: &str) {
    let text = peer.request("INVITE", "", body);
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 200");
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(20));
}

#[test]
fn a_third_party_gets_nothing_of_a_peer_that_is_silent() {
    let (mut lab, _) = direct();
    speak(&mut lab, &[THIRD], 100);
    assert_eq!(taken(&lab), (0, 100));
    assert_eq!(heard(&mut lab, THIRD), 0);
    // reports of the third party bring about none of ours
    let (third, to) = (lab.open_raw(THIRD), port(&lab));
    let mut room = [0; 64];
    let mut report = microsip_core::base::cursor::Cursor::new(&mut room);
    rtcp::write_report(&mut report, 7, None, None);
    rtcp::write_name(&mut report, 7, b"third");
    let report = report.written().to_vec();
    lab.send_raw(third, SocketAddr::new(to.ip(), to.port() + 1), &report);
    lab.run_for(Duration::from_secs(20));
    assert!(lab.raw[&third].is_empty());
    assert_eq!(taken(&lab), (0, 101));
}

#[test]
fn a_peer_that_is_late_takes_its_call() {
    // rfc4961#3: it sends from where it listens, as its NAT shows it
    let (mut lab, _) = direct();
    speak(&mut lab, &[THIRD], 100);
    assert_only(&mut lab, NAT);
}

#[test]
fn a_peer_that_its_nat_moves_keeps_its_call() {
    let (mut lab, _) = direct();
    assert_only(&mut lab, NAT);
    // the NAT gives it another port while the third party goes on
    let before = taken(&lab);
    speak(&mut lab, &[THIRD, "198.51.100.7:62000"], 5);
    assert_eq!(taken(&lab), (before.0 + 4, before.1 + 6), "two in sequence show it");
    assert_only(&mut lab, "198.51.100.7:62000");
}

#[test]
fn both_in_one_network_the_negotiated_address_wins_and_wins_back() {
    let (mut lab, _) = direct();
    let negotiated = format!("{PRIVATE}:40000");
    assert_only(&mut lab, &negotiated);
    // another port of the host that signals is no better while it speaks, and gives way again when it had to step in
    let before = taken(&lab);
    speak(&mut lab, &[&negotiated, NAT], 10);
    assert_eq!(taken(&lab), (before.0 + 10, before.1 + 10));
    lab.run_for(Duration::from_secs(1));
    speak(&mut lab, &[NAT], 5);
    assert_only(&mut lab, NAT);
    speak(&mut lab, &[&negotiated], 5);
    assert!(heard(&mut lab, &negotiated) >= 24);
    assert_eq!(heard(&mut lab, NAT), 0);
}

#[test]
fn the_negotiated_address_wins_back_over_any_other_source() {
    let (mut lab, _) = direct();
    assert_only(&mut lab, NAT);
    assert_only(&mut lab, &format!("{PRIVATE}:40000"));
}

#[test]
fn the_proxys_word_about_a_nat_is_taken() {
    // rfc3581#4: received; Kamailio's set_contact_alias; Kamailio's and OpenSIPS' fix_nated_contact
    for (via, contact) in [
        ("10.9.9.9:5060;received=198.51.100.7;rport=61001", "sip:peer@10.9.9.9"),
        ("198.51.100.7:5060", "sip:peer@10.9.9.9"),
        ("10.9.9.9:5060", "sip:peer@10.9.9.9;alias=198.51.100.7~61001~1"),
        ("10.9.9.9:5060", "sip:peer@198.51.100.7:61001"),
    ] {
        let (mut lab, _) = brought(anna(), via, contact);
        speak(&mut lab, &[THIRD], 50);
        assert_only(&mut lab, NAT);
    }
    for contact in ["sip:peer@10.9.9.9;alias=198.51.100.7~61001~1", "sip:peer@198.51.100.7:61001"] {
        let (mut lab, _) = dialled(contact);
        speak(&mut lab, &[THIRD], 50);
        assert_only(&mut lab, NAT);
    }
}

#[test]
fn a_proxy_that_is_the_peer_itself_may_speak_from_its_own_host() {
    // an exchange behind its own NAT, whose description no proxy mended
    for (mut lab, _) in [brought(anna(), REGISTRAR, "sip:pbx@10.9.9.9"), dialled("sip:pbx@10.9.9.9")] {
        speak(&mut lab, &[THIRD], 50);
        assert_only(&mut lab, "10.0.0.9:18000");
    }
}

#[test]
fn without_the_proxys_word_no_other_host_is_taken() {
    let (mut lab, _) = brought(anna(), "10.9.9.9:5060", "sip:peer@10.9.9.9");
    speak(&mut lab, &[THIRD, NAT], 100);
    assert_eq!(taken(&lab), (0, 200));
    // a message that came directly says who signals, and no more: it can name any host
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "198.51.100.7:5060", 0);
    peer.contact = "sip:peer@203.0.113.66;alias=203.0.113.66~1~1".into();
    let via = format!("SIP/2.0/UDP {};rport;branch=z9hG4bK1;received=203.0.113.66", peer.at);
    let invite = peer.request_with("INVITE", &via, "", &sdp(PRIVATE, 40_000, ""));
    answered(&mut lab, &mut peer, &invite);
    speak(&mut lab, &[THIRD], 50);
    assert_only(&mut lab, NAT);
}

#[test]
fn any_host_is_taken_where_the_account_says_so() {
    let config = AccountConfig { media_any_host: true, ..anna() };
    let (mut lab, _) = brought(config, "10.9.9.9:5060", "sip:peer@10.9.9.9");
    // 20 ms have passed since the answer: the peer has half a second to begin
    speak(&mut lab, &[NAT], 50);
    assert_eq!(taken(&lab), (25, 25));
    speak(&mut lab, &[THIRD, NAT], 50);
    assert_eq!(taken(&lab), (75, 75));
    assert!(heard(&mut lab, NAT) >= 24);
    assert_eq!(heard(&mut lab, THIRD), 0);
    // and even then the negotiated address wins
    let negotiated = format!("{PRIVATE}:40000");
    speak(&mut lab, &[THIRD, NAT, &negotiated], 10);
    speak(&mut lab, &[THIRD, NAT, &negotiated], 40);
    assert!(heard(&mut lab, &negotiated) >= 24);
    assert_eq!(taken(&lab).0, 75 + 51, "one of the NAT's before the negotiated address spoke");
}

#[test]
fn a_peer_that_holds_by_an_unspecified_address_is_heard_from_where_it_was() {
    // rfc2543#B.5
    let (mut lab, mut peer) = direct();
    assert_only(&mut lab, NAT);
    reinvite(&mut lab, &mut peer, &sdp("0.0.0.0", 40_000, ""));
    let before = taken(&lab);
    speak(&mut lab, &[THIRD, NAT], 10);
    assert_eq!(taken(&lab), (before.0 + 10, before.1 + 10));
    assert_eq!(heard(&mut lab, NAT), 0);
    // and back
    reinvite(&mut lab, &mut peer, &sdp(PRIVATE, 40_000, ""));
    assert_only(&mut lab, NAT);
}

#[test]
fn while_the_unspecified_address_holds_the_negotiated_one_before_it_stays_the_best() {
    let (mut lab, mut peer) = direct();
    let negotiated = format!("{PRIVATE}:40000");
    assert_only(&mut lab, &negotiated);
    reinvite(&mut lab, &mut peer, &sdp("0.0.0.0", 40_000, ""));
    let before = taken(&lab);
    speak(&mut lab, &[&negotiated, NAT, THIRD], 10);
    assert_eq!(taken(&lab), (before.0 + 10, before.1 + 20));
    reinvite(&mut lab, &mut peer, &sdp(PRIVATE, 40_000, ""));
    assert_only(&mut lab, &negotiated);
}

#[test]
fn an_offer_from_another_network_moves_the_call_there() {
    let (mut lab, mut peer) = direct();
    assert_only(&mut lab, NAT);
    // it signals from another NAT now, and is no longer believed where it was
    peer.at = lab.open_raw("192.0.2.77:5060");
    reinvite(&mut lab, &mut peer, &sdp("10.8.8.8", 41_000, ""));
    let before = taken(&lab);
    speak(&mut lab, &[NAT], 5);
    assert_eq!(taken(&lab), (before.0, before.1 + 5));
    assert_only(&mut lab, "192.0.2.77:7000");
    assert_only(&mut lab, "10.8.8.8:41000");
}

#[test]
fn a_re_invite_that_is_refused_makes_its_sender_no_source() {
    // rfc3261#12.2.2: of a request that is rejected, none of the state changes are performed
    for body in [sdp(PRIVATE, 40_000, "").replace("RTP/AVP", "x-other"), sdp("nowhere.example", 40_000, "")] {
        let (mut lab, mut peer) = direct();
        assert_only(&mut lab, NAT);
        peer.at = lab.open_raw("203.0.113.66:5060");
        let text = peer.request("INVITE", "", &body);
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, "SIP/2.0 488");
        peer.ack_refusal(&mut lab, &text, &refusal);
        lab.run_for(Duration::from_millis(20));
        assert_only(&mut lab, NAT);
    }
}

#[test]
fn a_re_invite_whose_media_host_is_found_first_makes_its_hosts_sources() {
    for (via, contact) in [
        ("10.9.9.9:5060;received=198.51.100.7;rport=61001", "sip:peer@10.9.9.9"),
        ("10.9.9.9:5060", "sip:peer@198.51.100.7:61001"),
    ] {
        let (mut lab, mut peer) = brought(anna(), "10.9.9.9:5060", "sip:peer@10.9.9.9");
        lab.names.insert("media.example".into(), vec!["10.9.9.9:9".parse().unwrap()]);
        peer.contact = contact.into();
        peer.number += 1;
        let vias =
            format!("SIP/2.0/UDP {REGISTRAR};branch=z9hG4bKproxy2;rport\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bKpeer2");
        let text = peer.request_with("INVITE", &vias, "", &sdp("media.example", 40_000, ""));
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        peer.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(20));
        assert_only(&mut lab, NAT);
    }
}

#[test]
fn a_host_vouched_for_in_one_call_is_a_stranger_in_the_next() {
    // the next one has the same slots, and its messages name no address beside those of its proxy and its description
    let capacity = Capacity::host(1, 1, 2048);
    let received = "10.9.9.9:5060;received=198.51.100.7;rport=61001";
    for (via, contact) in [(received, "sip:peer@10.9.9.9"), ("10.9.9.9:5060", "sip:peer@198.51.100.7:61001")] {
        let (mut lab, mut peer) = brought_to(capacity, anna(), via, contact);
        assert_only(&mut lab, NAT);
        let bye = peer.request("BYE", "", "");
        peer.send(&mut lab, &bye);
        lab.run_for(Duration::from_secs(40));
        (peer.call_id, peer.theirs) = ("next".into(), String::new());
        bring(&mut lab, &mut peer, "next.example:5060", "sip:peer@next.example");
        speak(&mut lab, &[THIRD, NAT], 50);
        assert_eq!(taken(&lab), (0, 100));
    }
}

#[test]
fn a_late_2xx_of_a_released_call_vouches_for_no_host_in_another() {
    let (mut lab, _) = direct();
    let (call, to) = (lab.ends[0].last_call(), port(&lab));
    // a call that is given up before anything was heard of it, and released: its INVITE has no call any more
    let mut late = Peer::new(&mut lab, "203.0.113.66:5060", 0);
    let given_up = lab.dial(0, "sip:late@203.0.113.66");
    let invite = late.wait(&mut lab, "INVITE");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, given_up).unwrap();
    lab.run_for(Duration::from_millis(100));
    assert_eq!(lab.ends[0].phone.in_use().calls, 1);
    late.respond(&mut lab, &invite, 200, &sdp(PRIVATE, 40_000, ""));
    late.wait(&mut lab, "ACK");
    let third = lab.open_raw(THIRD);
    for sequence in 0..50 {
        lab.send_raw(third, to, &packet(66, sequence));
        lab.run_for(Duration::from_millis(20));
    }
    let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
    assert_eq!((stats.received_packets, stats.strangers), (0, 50));
    assert_eq!(heard(&mut lab, THIRD), 0);
}
