//! Codecs whose RTP clock is not 8 kHz, or not their sample rate.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

const CODECS: [Codec; 3] = [Codec::Pcmu, Codec::Framed, Codec::Split];

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
            for _ in 0..600 {
                call.run(50);
                let stats = stats(&call);
                // what is missing counts as waiting until its time is over
                assert!(stats.ring_ms <= 2 * u32::from(ptime), "{at}: {}", stats.ring_ms);
                assert_eq!((stats.depth_ms, stats.late), (0, 0), "{at}");
            }
            call.every = 0;
            assert_eq!(delay(&mut call), before, "{at}");
            let stats = stats(&call);
            let sent = 30_000 / u32::from(ptime);
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
        call.run(20_000);
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
    for (codec, ticks, bytes) in [(Codec::Pcmu, 160, 160), (Codec::Framed, 960, 3), (Codec::Split, 160, 160)] {
        let mut side = Side::new(Call::speaking(codec, 20).near.stream.config());
        let quantum = std::vec![100; codec.quantum_samples()];
        for n in 0..4 {
            side.quantum(Instant::from_millis(n * 10), &quantum);
        }
        // five quanta pass unsaid
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
            for _ in 0..30 {
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
                assert!((20..=30).contains(&stats.spliced), "{at}: {}", stats.spliced);
            } else {
                assert!((200..=320).contains(&stats.concealed_ms), "{at}: {}", stats.concealed_ms);
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
        while let Some(digit) = call.far.stream.poll_digit() {
            told.push(digit);
        }
        assert_eq!(told, [(b'1', 100), (b'2', 2000), (b'#', 40)], "{}", codec.name());
    }
}
