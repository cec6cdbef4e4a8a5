//! Packets: their headers, their times, and those that are not played.
use super::*;

#[test]
fn a_packet_is_what_rfc_3550_says() {
    let mut side = Side::new(&config(far(), 0x0102_0304));
    side.quantum(Instant::ZERO, &[0; 80]);
    assert!(side.sent.is_empty());
    side.quantum(Instant::from_millis(10), &[0; 80]);
    let (transmit, packet) = side.sent.pop().unwrap();
    assert_eq!(transmit, MediaTransmit { component: Component::Rtp, to: far(), len: 172 });
    // marker on the first of a talk spurt; sequence 65530; timestamp -400
    assert_eq!(packet[..12], [0x80, 0x80, 0xff, 0xfa, 0xff, 0xff, 0xfe, 0x70, 1, 2, 3, 4]);
    assert_eq!(packet[12..], [0xff; 160]);
    side.quantum(Instant::from_millis(20), &[0; 80]);
    side.quantum(Instant::from_millis(30), &[0; 80]);
    let (_, packet) = side.sent.pop().unwrap();
    assert_eq!(packet[..12], [0x80, 0x00, 0xff, 0xfb, 0xff, 0xff, 0xff, 0x10, 1, 2, 3, 4]);
}

#[test]
fn every_packet_time_is_kept() {
    for ptime_ms in [10, 20, 30, 40, 60] {
        let mut side = Side::new(&StreamConfig { ptime_ms, ..config(far(), 1) });
        for n in 0..12 {
            side.quantum(Instant::from_millis(n * 10), &[0; 80]);
        }
        assert_eq!(side.sent.len(), 120 / usize::from(ptime_ms));
        assert!(side.sent.iter().all(|(transmit, _)| transmit.len == 12 + usize::from(ptime_ms) * 8));
    }
}

#[test]
fn a_short_buffer_gets_the_length_and_nothing_changes() {
    let mut side = Side::new(&config(far(), 1));
    let mut none = [0u8; 20];
    for _ in 0..2 {
        side.stream.send_quantum(&mut side.bank, &[5; 80], &mut side.memory.lent());
    }
    for _ in 0..3 {
        assert_eq!(side.stream.poll_transmit(Instant::ZERO, &side.memory.payload, &mut none).unwrap().len, 172);
        assert!(side.stream.owes());
    }
    assert_eq!(none, [0; 20]);
    side.drain(Instant::ZERO);
    assert_eq!(side.stream.stats(Instant::ZERO).sent_packets, 1);
}

#[test]
fn a_packet_that_nobody_fetches_is_replaced() {
    let mut side = Side::new(&config(far(), 1));
    for _ in 0..6 {
        side.stream.send_quantum(&mut side.bank, &[5; 80], &mut side.memory.lent());
    }
    side.drain(Instant::ZERO);
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.sent_packets, stats.unsent), (1, 2));
    let packet = rtp::Packet::parse(&side.sent[0].1).unwrap();
    assert_eq!(packet.timestamp, 0u32.wrapping_sub(400).wrapping_add(320), "the newest");
}

#[test]
fn a_direction_without_sending_sends_nothing_and_time_goes_on() {
    let mut side = Side::new(&StreamConfig { send: false, ..config(far(), 1) });
    for n in 0..10 {
        side.quantum(Instant::from_millis(n * 10), &[5; 80]);
    }
    assert!(side.sent.is_empty());
    side.stream.update(Instant::from_millis(100), &config(far(), 99));
    for n in 10..12 {
        side.quantum(Instant::from_millis(n * 10), &[5; 80]);
    }
    let packet = rtp::Packet::parse(&side.sent[0].1).unwrap();
    assert_eq!((packet.ssrc, packet.sequence, packet.marker), (1, 65_530, true), "source and sequence go on");
    assert_eq!(packet.timestamp, 400, "the pause is in the timestamp");
}

#[test]
fn what_is_not_agreed_or_not_rtp_is_counted() {
    let mut side = Side::new(&config(far(), 1));
    let mut other = voice(7, 0);
    other[1] = 18;
    side.take(Instant::ZERO, far(), &other);
    side.take(Instant::ZERO, far(), b"hello");
    side.take(Instant::ZERO, far(), &[]);
    side.take(Instant::ZERO, far(), &[0x80, 200, 0, 9, 1, 2]);
    let stats = side.stream.stats(Instant::ZERO);
    // the last is a report, which an engine without reports does not read
    assert_eq!(
        (stats.unknown_type, stats.malformed, stats.received_packets),
        (1, 2 + u32::from(cfg!(feature = "rtcp")), 0)
    );
}

#[test]
fn unknown_types_and_comfort_noise_keep_their_place() {
    let mut side = Side::new(&config(far(), 1));
    for nth in 0..6u16 {
        let mut packet = voice(7, nth);
        match nth {
            2 => packet[1] = 13,
            3 => packet[1] = 96,
            _ => {}
        }
        side.take(Instant::ZERO, far(), &packet);
        side.quantum(Instant::ZERO, &[0; 80]);
        side.quantum(Instant::ZERO, &[0; 80]);
    }
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.lost, stats.unknown_type, stats.received_packets), (0, 1, 6));
}

#[test]
fn doubles_are_counted_and_played_once() {
    let mut side = Side::new(&config(far(), 1));
    for nth in [0, 1, 1, 3, 2, 2, 0] {
        side.take(Instant::ZERO, far(), &voice(7, nth));
    }
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.received_packets, stats.duplicate, stats.reordered, stats.lost, stats.ring_ms), (4, 3, 1, 0, 80));
}

#[test]
fn rubbish_does_no_harm() {
    let mut random = Rng::new(&[9; 32]);
    let mut side = Side::new(&config(far(), 1));
    for n in 0..20_000u64 {
        let mut packet: Vec<u8> = (0..random.below(200)).map(|_| random.next_u32() as u8).collect();
        if let [first, second, ..] = &mut packet[..] {
            if random.below(4) > 0 {
                *first = 0x80 | (*first & 0x3f);
            }
            if random.below(4) > 0 {
                *second = [0, 8, 101, 200, 201][random.below(5) as usize];
            }
        }
        let now = Instant::from_millis(n * 10);
        side.take(now, far(), &packet);
        side.quantum(now, &[100; 80]);
        while side.digit().is_some() {}
        side.sent.clear();
    }
}
