//! Where media goes, and from whom it is taken.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

#[test]
fn no_more_than_400_ms_go_to_an_address_that_confirmed_nothing() {
    for ptime_ms in [10, 20, 30, 60] {
        let mut side = Side::new(&StreamConfig { confirmed: false, ptime_ms, ..config(far(), 1) });
        for n in 0..600 {
            side.quantum(Instant::from_millis(n * 10), &[5; 80]);
        }
        let ms = side.sent.len() * usize::from(ptime_ms);
        assert!(ms <= limits::UNCONFIRMED_MEDIA_MS as usize && ms > 340, "{ms}");
        assert!(side.sent.iter().all(|(transmit, _)| transmit.component == Component::Rtp), "nor reports");
        side.sent.clear();
        side.stream.confirm();
        for n in 600..700 {
            side.quantum(Instant::from_millis(n * 10), &[5; 80]);
        }
        assert_eq!(side.sent.iter().filter(|sent| sent.0.component == Component::Rtp).count(), 1000 / usize::from(ptime_ms));
        assert!(rtp::Packet::parse(&side.sent[0].1).unwrap().marker, "a talk spurt begins");
    }
}

#[test]
fn a_packet_from_the_peer_confirms_its_address() {
    let mut side = Side::new(&StreamConfig { confirmed: false, ..config(far(), 1) });
    assert!(!side.stream.stats(Instant::ZERO).confirmed);
    side.take(Instant::ZERO, address("203.0.113.9:9"), &voice(7, 0));
    assert!(!side.stream.stats(Instant::ZERO).confirmed);
    side.take(Instant::ZERO, far(), &voice(7, 0));
    assert!(side.stream.stats(Instant::ZERO).confirmed);
}

#[test]
fn the_address_moves_to_another_port_of_the_same_host_at_once() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, address("192.0.2.2:6000"), &voice(7, 0));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent[0].0.to, address("192.0.2.2:6000"));
    // and stays: even the negotiated address is a stranger now
    side.take(Instant::ZERO, far(), &voice(7, 1));
    assert_eq!(side.stream.stats(Instant::ZERO).strangers, 1);
}

#[test]
fn a_private_address_gives_way_to_another_host_after_two_packets_in_sequence() {
    let mut side = Side::new(&config(address("192.168.1.2:4000"), 1));
    let other = address("198.51.100.7:7000");
    side.take(Instant::ZERO, other, &voice(7, 0));
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 0);
    side.take(Instant::ZERO, address("203.0.113.9:9"), &voice(8, 1)); // not this one
    side.take(Instant::ZERO, other, &voice(7, 2));
    side.take(Instant::ZERO, other, &voice(7, 3));
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 1);
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent[0].0.to, other);
}

#[test]
fn a_public_address_that_is_silent_gives_way_to_nobody() {
    for negotiated in ["192.0.2.2:4000", "[2001:db8::2]:4000"] {
        let mut side = Side::new(&config(address(negotiated), 1));
        for nth in 0..50 {
            side.take(Instant::ZERO, address("198.51.100.7:7000"), &voice(7, nth));
        }
        assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 0);
        side.quantum(Instant::ZERO, &[0; 80]);
        side.quantum(Instant::ZERO, &[0; 80]);
        assert_eq!(side.sent[0].0.to, address(negotiated));
    }
}

#[test]
fn the_address_never_moves_in_mid_call() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, far(), &voice(7, 0));
    for nth in 1..50 {
        side.take(Instant::ZERO, address("192.0.2.2:6000"), &voice(7, nth));
        side.take(Instant::ZERO, address("198.51.100.7:7000"), &voice(9, nth));
    }
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.received_packets, stats.strangers), (1, 98));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent[0].0.to, far());
}

#[test]
fn a_new_offer_opens_the_address_again() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, address("192.0.2.2:6000"), &voice(7, 0));
    // the same address again: what was learnt holds until a packet tells otherwise
    side.stream.update(Instant::ZERO, &config(far(), 1));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, address("192.0.2.2:6000"));
    side.take(Instant::ZERO, far(), &voice(7, 1));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, far());
    // another address: there at once, unconfirmed if the call says so
    let third = address("198.51.100.1:3000");
    side.stream.update(Instant::ZERO, &StreamConfig { confirmed: false, ..config(third, 1) });
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, third);
    assert!(!side.stream.stats(Instant::ZERO).confirmed);
}
