//! Digits both ways.
use super::*;

#[test]
fn digits_go_as_events_and_are_heard_once_each() {
    let mut call = Call::new();
    for digit in *b"159*0#D" {
        assert!(call.near.stream.send_digit(digit, 100));
    }
    assert!(!call.near.stream.digits_idle());
    call.run(3000);
    assert!(call.near.stream.digits_idle());
    let mut heard = Vec::new();
    while let Some((digit, ms)) = call.far.digit() {
        assert_eq!(ms, 100);
        heard.push(digit);
    }
    assert_eq!(heard, b"159*0#D");
    assert_eq!(call.far.stream.stats(call.now).lost, 0);
}

#[test]
fn digits_arrive_over_a_bad_network() {
    let mut call = Call::new();
    call.loss = 20;
    call.jitter_us = 15_000;
    for digit in *b"0123456" {
        assert!(call.near.stream.send_digit(digit, 160));
    }
    call.run(5000);
    let mut heard = Vec::new();
    while let Some((digit, _)) = call.far.digit() {
        heard.push(digit);
    }
    assert_eq!(heard, b"0123456");
}

#[test]
fn an_events_packets_are_what_rfc_4733_says() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.send_digit(b'7', 70);
    for n in 0..20 {
        side.quantum(Instant::from_millis(n * 10), &[5; 80]);
    }
    let packets: Vec<_> = side.sent.iter().map(|sent| rtp::Packet::parse(&sent.1).unwrap()).collect();
    let told: Vec<_> = packets
        .iter()
        .filter(|packet| packet.payload_type == 101)
        .map(|packet| (packet.marker, packet.timestamp.wrapping_add(400), Event::parse(packet.payload).unwrap()))
        .collect();
    let event = |end, duration| Event { code: 7, end, volume: 10, duration };
    // rfc4733#2.5.1.2 and #2.5.1.4: one timestamp, durations that rise, the last one three times
    assert_eq!(
        told,
        [
            (true, 0, event(false, 160)),
            (false, 0, event(false, 320)),
            (false, 0, event(false, 480)),
            (false, 0, event(true, 560)),
            (false, 0, event(true, 560)),
            (false, 0, event(true, 560)),
        ]
    );
    // rfc4733#2.5.1.6: a sequence number each, events and voice together
    assert!(packets.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    assert!(packets[6].marker && packets[6].payload_type == 0);
}

#[test]
fn a_long_event_goes_in_segments() {
    let mut side = Side::new(&config(far(), 1));
    let mut peer = Side::new(&config(near(), 2));
    side.stream.send_digit(b'1', 12_000);
    for n in 0..1400 {
        side.quantum(Instant::from_millis(n * 10), &[0; 80]);
    }
    for (_, packet) in &side.sent {
        if !rtp::is_rtcp(packet) {
            peer.take(Instant::ZERO, near(), packet);
        }
    }
    assert_eq!(peer.digit(), Some((b'1', 12_000)));
    assert_eq!(peer.digit(), None);
}

#[test]
#[cfg(feature = "tones")]
fn digits_go_as_tones_to_who_takes_no_events() {
    let mut call = Call::new();
    call.near.stream.update(call.now, &StreamConfig { dtmf_send: None, ..config(far(), 1111) });
    call.run(200);
    call.far.heard.clear();
    call.near.stream.send_digit(b'5', 200);
    call.near.stream.pause(300);
    call.near.stream.send_digit(b'#', 200);
    call.run(1000);
    let keys: Vec<_> = call.far.heard.chunks_exact(400).map(|piece| crate::media::detect::key(piece, 8000)).collect();
    let mut distinct = keys.clone();
    distinct.dedup();
    distinct.retain(Option::is_some);
    assert_eq!(distinct, [Some(b'5'), Some(b'#')], "{keys:?}");
}

#[test]
#[cfg(feature = "hear-keys")]
fn the_detectors_memory_is_taken_with_the_first_packet() {
    let none =
        |config: StreamConfig| StreamConfig { receive: config.receive.without_events(), dtmf_send: None, ..config };
    let mut call = Call::between(&none(config(far(), 1111)), &none(config(near(), 2222)));
    for n in 0..50 {
        call.far.quantum(Instant::from_millis(n * 10), &[0; 80]);
    }
    assert!(!call.far.memory.keys[0].is_at(8000));
    call.run(200);
    assert!(call.far.memory.keys[0].is_at(8000));
}

#[test]
#[cfg(not(feature = "tones"))]
fn without_tones_there_are_no_digits_for_who_takes_no_events() {
    let mut call = Call::new();
    assert!(call.near.stream.send_digit(b'5', 200));
    call.near.stream.update(call.now, &StreamConfig { dtmf_send: None, ..config(far(), 1111) });
    assert!(call.near.stream.digits_idle());
    assert!(!call.near.stream.send_digit(b'5', 200));
}

#[test]
fn the_queue_of_digits_has_an_end() {
    let mut side = Side::new(&config(far(), 1));
    assert!(!side.stream.send_digit(b'x', 100));
    for _ in 0..limits::DIGITS {
        assert!(side.stream.send_digit(b'1', 100));
    }
    assert!(!side.stream.send_digit(b'1', 100));
    assert!(!side.stream.pause(100));
}

#[test]
fn a_digit_is_told_once_though_its_end_comes_three_times() {
    let mut side = Side::new(&config(far(), 1));
    let told = |end, duration| Event { code: 3, end, volume: 10, duration };
    side.take(Instant::ZERO, far(), &event(1, 9000, true, told(false, 400)));
    assert_eq!(side.digit(), None);
    for nth in 2..5 {
        side.take(Instant::ZERO, far(), &event(nth, 9000, false, told(true, 800)));
    }
    assert_eq!(side.digit(), Some((b'3', 100)));
    assert_eq!(side.digit(), None);
}

#[test]
fn a_digit_is_told_though_only_an_end_came() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, far(), &event(9, 9000, false, Event { code: 10, end: true, volume: 0, duration: 1600 }));
    assert_eq!(side.digit(), Some((b'*', 200)));
}

#[test]
fn a_digit_is_told_though_no_end_came() {
    let begun = Event { code: 3, end: false, volume: 10, duration: 800 };
    // by time
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, far(), &event(1, 9000, true, begun));
    // one packet does not show the packet time: no longer than 60 ms
    assert_eq!(side.stream.next_timeout(), Instant::from_millis(180));
    side.stream.handle_timeout(Instant::from_millis(179));
    assert_eq!(side.digit(), None);
    side.stream.handle_timeout(Instant::from_millis(180));
    assert_eq!(side.digit(), Some((b'3', 100)));
    // a late end does not report it again
    side.take(Instant::ZERO, far(), &event(2, 9000, false, Event { end: true, ..begun }));
    assert_eq!(side.digit(), None);
    // by the next digit
    side.take(Instant::ZERO, far(), &event(3, 20_000, true, begun));
    side.take(Instant::ZERO, far(), &event(4, 30_000, true, Event { code: 4, ..begun }));
    assert_eq!(side.digit(), Some((b'3', 100)));
    // by voice
    let mut packet = std::vec![0xff; 172];
    rtp::write_header(&mut packet, 0, true, 5, 31_000, 2222);
    side.take(Instant::ZERO, far(), &packet);
    assert_eq!(side.digit(), Some((b'4', 100)));
}

#[test]
fn events_leave_no_hole_in_the_voice() {
    let mut side = Side::new(&config(far(), 1));
    for nth in 0..3 {
        side.take(Instant::ZERO, far(), &voice(2222, nth));
    }
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    for nth in 0..6u16 {
        let told = Event { code: 1, end: nth > 2, volume: 10, duration: 160 * nth.min(3) };
        side.take(Instant::ZERO, far(), &event(1003 + nth, 5480, nth == 0, told));
    }
    for _ in 0..20 {
        side.quantum(Instant::ZERO, &[0; 80]);
    }
    side.take(Instant::ZERO, far(), &voice(2222, 9));
    side.quantum(Instant::ZERO, &[0; 80]);
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.lost, stats.late, stats.depth_ms, stats.overflow), (0, 0, 0, 0));
}

#[test]
fn the_pause_of_the_voice_under_a_digit_is_not_counted_as_concealed() {
    let mut call = Call::new();
    call.run(500);
    assert!(call.near.stream.send_digit(b'5', 160));
    call.run(1000);
    assert_eq!(call.far.stream.stats(call.now).concealed_ms, 0);
}

fn told(call: &mut Call) -> Vec<(u8, u16)> {
    core::iter::from_fn(|| call.far.digit()).collect()
}

// rfc4733#2.1
#[test]
fn a_digit_under_way_is_told_once_when_the_clock_changes() {
    // before anything of it was sent, it begins anew; in the middle and at its end it is over
    for (ms, lasts) in [(10, 200), (60, 60), (90, 80), (210, 200)] {
        let (mut call, other) = at_two_clocks(200);
        assert!(call.near.stream.send_digit(b'5', 200) && call.near.stream.send_digit(b'6', 120));
        call.run(ms);
        call.near.stream.update(call.now, &other);
        call.run(2000);
        let told = told(&mut call);
        assert_eq!(told.iter().map(|digit| digit.0).collect::<Vec<_>>(), b"56", "{ms}: {told:?}");
        assert!(told[0].1 == lasts && told[1].1 == 120, "{ms}: {told:?}");
        assert!(call.near.stream.digits_idle());
    }
}

#[test]
#[cfg(feature = "tones")]
fn a_digit_that_has_just_begun_goes_as_a_tone_when_events_are_no_longer_taken() {
    let mut call = Call::new();
    call.run(200);
    call.far.heard.clear();
    call.near.stream.send_digit(b'5', 200);
    call.run(10);
    call.near.stream.update(call.now, &StreamConfig { dtmf_send: None, ..*call.near.stream.config() });
    call.run(1000);
    let mut keys: Vec<_> =
        call.far.heard.chunks_exact(400).filter_map(|piece| crate::media::detect::key(piece, 8000)).collect();
    keys.dedup();
    assert_eq!((keys, told(&mut call)), (std::vec![b'5'], std::vec![]));
}

#[test]
#[cfg(all(feature = "tones", feature = "hear-keys"))]
fn tones_are_digits_where_no_events_were_agreed_on() {
    let mut call = Call::new();
    let config = |remote, ssrc| StreamConfig {
        dtmf_send: None,
        receive: CodecList::built_in().without_events(),
        ..config(remote, ssrc)
    };
    call.near.stream.update(call.now, &config(far(), 1111));
    call.far.stream.update(call.now, &config(near(), 2222));
    for digit in *b"159*0#D" {
        assert!(call.near.stream.send_digit(digit, 100));
    }
    call.run(3000);
    let heard = told(&mut call);
    assert!(heard.iter().map(|digit| digit.0).eq(*b"159*0#D"), "{heard:?}");
    assert!(heard.iter().all(|digit| digit.1.abs_diff(100) <= 20), "{heard:?}");
}
