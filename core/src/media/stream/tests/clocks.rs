//! Codecs whose RTP clock is not 8 kHz, or not their sample rate.
use super::*;

const CODECS: [Codec; 4] = [Codec::Pcmu, Codec::Framed, Codec::Split, Codec::Linear];

fn stats(call: &Call) -> StreamStats {
    call.far.stream.stats(call.now)
}

/// Milliseconds from the mouth to the ear.
fn delay(call: &mut Call) -> usize {
    let quantum = call.near.stream.config().codec.quantum_samples();
    for _ in 0..40 {
        call.step(&std::vec![0; quantum]);
    }
    call.far.heard.clear();
    for _ in 0..60 {
        call.step(&std::vec![12_800; quantum]);
    }
    let onset = call.far.heard.iter().position(|sample| *sample > 6000).unwrap();
    onset * 10 / quantum
}

#[test]
fn a_lost_packet_in_ten_does_not_drive_the_delay_up() {
    for codec in CODECS {
        for ptime in [20, 40] {
            let at = std::format!("{} at {ptime} ms", codec.name());
            let mut call = Call::speaking(codec, ptime);
            let before = delay(&mut call);
            assert!(before <= usize::from(ptime) + 10, "{at}: {before}");
            call.every = 10;
            for _ in 0..200 {
                call.run(50);
                let stats = stats(&call);
                // a missing packet counts as waiting until its time is over
                assert!(stats.ring_ms <= 2 * u32::from(ptime), "{at}: {}", stats.ring_ms);
                assert_eq!((stats.depth_ms, stats.late), (0, 0), "{at}");
            }
            call.every = 0;
            assert_eq!(delay(&mut call), before, "{at}");
            let stats = stats(&call);
            let sent = 10_000 / u32::from(ptime);
            assert!(stats.lost.abs_diff(sent / 10) <= 2, "{at}: {}", stats.lost);
            assert!(stats.concealed_ms.abs_diff(stats.lost * u32::from(ptime)) <= 40, "{at}: {stats:?}");
            assert_eq!((stats.overflow, stats.oversize), (0, 0), "{at}");
        }
    }
}

/// A jitter of 25 ms asks for the same delay at any clock, and it goes again.
#[test]
fn jitter_is_met_at_any_clock() {
    for codec in CODECS {
        let mut call = Call::speaking(codec, 20);
        let before = delay(&mut call);
        call.jitter_us = 25_000;
        call.run(10_000);
        let depth = stats(&call).depth_ms;
        assert!((10..=40).contains(&depth), "{}: {depth}", codec.name());
        let jitter = stats(&call).jitter_us;
        assert!((5000..12_000).contains(&jitter), "{}: {jitter} µs", codec.name());
        call.jitter_us = 0;
        call.run(30_000);
        assert_eq!(delay(&mut call), before, "{}", codec.name());
    }
}

// rfc3550#5.1, rfc3551#4.5.2
#[test]
fn timestamps_count_the_clock() {
    for (codec, ticks, bytes) in [
        (Codec::Pcmu, 160, 160),
        (Codec::Framed, 960, 3),
        (Codec::Split, 160, 160),
        (Codec::Linear, 960, 1920),
        #[cfg(feature = "g722")]
        (Codec::G722, 160, 160),
        #[cfg(feature = "l16")]
        (Codec::L16At8, 160, 320),
        #[cfg(feature = "l16")]
        (Codec::L16At44, 882, 1764),
    ] {
        let mut side = Side::new(Call::speaking(codec, 20).near.stream.config());
        let quantum = std::vec![100; codec.quantum_samples()];
        for n in 0..4 {
            side.quantum(Instant::from_millis(n * 10), &quantum);
        }
        // five quanta pass without sound
        side.stream.skip(5);
        for n in 9..11 {
            side.quantum(Instant::from_millis(n * 10), &quantum);
        }
        let packets: Vec<_> = side.sent.iter().map(|sent| rtp::Packet::parse(&sent.1).unwrap()).collect();
        let told: Vec<_> = packets.iter().map(|packet| packet.timestamp.wrapping_add(400)).collect();
        assert_eq!(told, [0, ticks, 2 * ticks + ticks / 2 * 5], "{}", codec.name());
        assert!(packets.iter().all(|packet| packet.payload.len() == bytes), "{}", codec.name());
    }
}

#[test]
fn a_peer_with_another_clock_speed_is_followed() {
    for codec in CODECS {
        for faster in [true, false] {
            let at = std::format!("{}, faster: {faster}", codec.name());
            let mut call = Call::speaking(codec, 20);
            call.run(200);
            // 0.5 %: a quantum too many or too few each 2 s
            for _ in 0..10 {
                call.run(2000);
                if faster {
                    call.extra();
                } else {
                    call.pause();
                }
            }
            let stats = stats(&call);
            assert!(stats.ring_ms <= 60, "{at}: {}", stats.ring_ms);
            assert_eq!(stats.overflow, 0, "{at}");
            if faster {
                assert!((6..=10).contains(&stats.spliced), "{at}: {}", stats.spliced);
            } else {
                assert!((60..=120).contains(&stats.concealed_ms), "{at}: {}", stats.concealed_ms);
            }
        }
    }
}

// rfc4733#2.1
#[test]
fn events_last_as_long_at_any_clock() {
    for codec in CODECS {
        let mut call = Call::speaking(codec, 20);
        for (digit, ms) in [(b'1', 100), (b'2', 2000), (b'#', 40)] {
            assert!(call.near.stream.send_digit(digit, ms));
        }
        call.run(4000);
        let mut told = Vec::new();
        while let Some(digit) = call.far.digit() {
            told.push(digit);
        }
        assert_eq!(told, [(b'1', 100), (b'2', 2000), (b'#', 40)], "{}", codec.name());
    }
}

// rfc7160#4.1
#[test]
fn a_codec_of_another_clock_is_another_source() {
    let (mut call, other) = at_two_clocks(2000);
    call.near.stream.update(call.now, &other);
    call.run(2000);
    let stats = stats(&call);
    assert!(stats.jitter_us < 100, "{}", stats.jitter_us);
    assert_eq!((stats.late, stats.depth_ms, stats.lost, stats.spliced), (0, 0, 0, 0));
    assert!(stats.ring_ms <= 20 && stats.received_packets >= 195, "{stats:?}");
    let ssrc = |packet: &[u8]| rtp::Packet::parse(packet).unwrap().ssrc;
    call.near.quantum(call.now, &[0; 480]);
    call.near.quantum(call.now, &[0; 480]);
    assert!(call.near.sent.iter().filter(|sent| !rtp::is_rtcp(&sent.1)).all(|sent| ssrc(&sent.1) != 1111));
}

/// A peer that changes its clock within one source, against RFC 7160's advice.
#[test]
#[cfg(feature = "resample")]
fn a_change_of_clock_within_a_source_does_no_harm() {
    let all = CodecList::of(&[Codec::Pcmu, Codec::Framed]);
    let mut side = Side::new(&StreamConfig { receive: all, ..config(far(), 1) });
    let (mut now, mut nth) = (Instant::ZERO, 0);
    let mut framed = |side: &mut Side, yes: bool, packets: u16| {
        for _ in 0..packets {
            let (kind, clock, payload): (u8, u32, &[u8]) =
                if yes { (110, 48_000, &[50, 50, 0x5a]) } else { (0, 8000, &[0x8f; 160]) };
            let mut packet = std::vec![0; 12];
            rtp::write_header(&mut packet, kind, false, nth, u32::from(nth) * clock / 50, 2222);
            packet.extend(payload);
            nth += 1;
            side.take(now, far(), &packet);
            for _ in 0..2 {
                side.quantum(now, &[0; 80]);
                now += Duration::from_millis(10);
            }
        }
        side.stream.stats(now)
    };
    framed(&mut side, false, 50);
    let stats = framed(&mut side, true, 50);
    assert_eq!((stats.jitter_us, stats.late, stats.depth_ms, stats.ring_ms), (0, 0, 0, 0));
    assert!(stats.level_out > 5000, "{}", stats.level_out);
    // to and fro with each packet: a restart only costs sound
    for _ in 0..50 {
        framed(&mut side, false, 1);
        framed(&mut side, true, 1);
    }
    let stats = framed(&mut side, false, 50);
    assert_eq!((stats.late, stats.depth_ms, stats.ring_ms, stats.overflow), (0, 0, 0, 0));
}

/// Voice at 48 kHz and events at 8: their timestamps have nothing to do with each other.
#[test]
fn events_of_another_clock_than_the_voice_are_told() {
    let all = CodecList::of(&[Codec::Framed, Codec::Pcmu]);
    let mut side = Side::new(&StreamConfig { receive: all, rate: 48_000, ..config(far(), 1) });
    let mut now = Instant::ZERO;
    let mut send = |side: &mut Side, nth: u16, kind: u8, timestamp: u32, payload: &[u8]| {
        let mut packet = std::vec![0; 12];
        rtp::write_header(&mut packet, kind, false, nth, timestamp, 2222);
        packet.extend(payload);
        side.take(now, far(), &packet);
        for _ in 0..2 {
            side.quantum(now, &[0; 480]);
            now += Duration::from_millis(10);
        }
    };
    for nth in 0..10 {
        send(&mut side, nth, 110, u32::from(nth) * 960, &[50, 50, 0x5a]);
    }
    for nth in 0..6u16 {
        let event = Event { code: 3, end: nth == 5, volume: 10, duration: 160 * (nth + 1) };
        send(&mut side, 10 + nth, 101, 4_000_000_000, &event.bytes());
        assert_eq!(side.digit(), (nth == 5).then_some((b'3', 120)));
    }
    for nth in 16..40 {
        send(&mut side, nth, 110, u32::from(nth) * 960, &[50, 50, 0x5a]);
    }
    let stats = side.stream.stats(now);
    assert_eq!((stats.late, stats.depth_ms, stats.ring_ms, stats.lost), (0, 0, 0, 0));
}
