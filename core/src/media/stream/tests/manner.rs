//! Length, gap and level of digits, measured on the wire.
use super::*;
use crate::media::digits::{DigitMethod, DigitSettings};

/// Digits are queued with these settings.
fn send(side: &mut Side, digits: &[u8], settings: DigitSettings) {
    side.stream.choose_digits(&settings);
    for digit in digits {
        assert!(side.stream.send_digit(*digit, settings.ms));
    }
}

fn pass(side: &mut Side, quanta: u64) {
    for n in 0..quanta {
        side.quantum(Instant::from_millis(n * 10), &[0; 80]);
    }
}

/// The events that a side has sent, one each: its begin and length in milliseconds, code and volume.
fn events(side: &Side) -> Vec<(u32, u32, u8, u8)> {
    let packets = side.sent.iter().filter(|sent| !rtp::is_rtcp(&sent.1));
    let packets = packets.map(|sent| rtp::Packet::parse(&sent.1).unwrap()).filter(|packet| packet.payload_type == 101);
    let mut events: Vec<(u32, u32, u8, u8)> = Vec::new();
    for packet in packets {
        let event = Event::parse(packet.payload).unwrap();
        let seen = (packet.timestamp.wrapping_add(400) / 8, u32::from(event.duration) / 8, event.code, event.volume);
        match events.last_mut().filter(|last| last.0 == seen.0) {
            Some(last) => *last = seen,
            None => events.push(seen),
        }
    }
    events
}

/// The sound that a side has sent.
fn said(side: &Side) -> Vec<i16> {
    let packets = side.sent.iter().filter(|sent| !rtp::is_rtcp(&sent.1));
    let packets = packets.map(|sent| rtp::Packet::parse(&sent.1).unwrap());
    packets.flat_map(|packet| packet.payload.iter().map(|code| crate::media::codec::ulaw_decode(*code))).collect()
}

/// Peak of a frequency, by Goertzel's filter over all of it.
fn peak(pcm: &[i16], hz: u32) -> f64 {
    let turn = 2.0 * core::f64::consts::PI * f64::from(hz) / 8000.0;
    let (mut s1, mut s2) = (0.0, 0.0);
    for sample in pcm {
        (s1, s2) = (f64::from(*sample) + 2.0 * turn.cos() * s1 - s2, s1);
    }
    2.0 * (s1 * s1 + s2 * s2 - 2.0 * turn.cos() * s1 * s2).sqrt() / pcm.len() as f64
}

/// Milliseconds of sound and of silence, in turn, from the first sound on.
fn bursts(pcm: &[i16]) -> Vec<usize> {
    let loud: Vec<bool> = pcm.chunks(80).map(|piece| piece.iter().any(|sample| sample.abs() > 8)).collect();
    let from = loud.iter().position(|loud| *loud).unwrap_or(loud.len());
    loud[from..].chunk_by(|one, other| one == other).map(|run| run.len() * 10).collect()
}

#[test]
fn events_have_the_length_the_gap_and_the_volume_that_were_asked_for() {
    for (ptime_ms, ms, gap_ms, level, gap) in [
        (20, 160, 50, 10, 60),
        (20, 100, 40, 0, 40),
        (20, 40, 200, 36, 200),
        (10, 90, 50, 63, 50),
        (10, 250, 40, 3, 40),
        (60, 60, 2500, 10, 2520),
    ] {
        let mut side = Side::new(&StreamConfig { ptime_ms, ..config(far(), 1) });
        send(&mut side, b"123", DigitSettings { method: None, ms, gap_ms, level: Some(level) });
        pass(&mut side, 900);
        let events = events(&side);
        assert_eq!(events.iter().map(|event| event.2).collect::<Vec<_>>(), [1, 2, 3]);
        for pair in events.windows(2) {
            // rfc4733#2.3.4: the power in dBm0 without its sign; a gap ends with a packet
            assert_eq!((pair[0].1, pair[0].3), (u32::from(ms), level), "{events:?}");
            assert_eq!(pair[1].0 - pair[0].0 - pair[0].1, gap, "{ptime_ms} ms: {events:?}");
        }
    }
}

#[test]
fn tones_have_the_length_the_gap_and_the_level_that_were_asked_for() {
    let row = [(160, 50, 10), (100, 40, 3), (40, 200, 20), (250, 2500, 36), (90, 70, 0)];
    for (ms, gap_ms, level) in row {
        let mut side = Side::new(&config(far(), 1));
        let settings = DigitSettings { method: Some(DigitMethod::Tones), ms, gap_ms, level: Some(level) };
        send(&mut side, b"555", settings);
        pass(&mut side, 700);
        let (pcm, [ms, gap]) = (said(&side), [ms, gap_ms].map(usize::from));
        assert_eq!(bursts(&pcm)[..5], [ms, gap, ms, gap, ms], "{settings:?}");
        let from = pcm.iter().position(|sample| *sample != 0).unwrap();
        let burst = &pcm[from..from + ms * 8 - 80];
        for hz in [770, 1336] {
            // ITU-T G.711: 0 dBm0 has its peak 3.17 dB below the greatest sample; two frequencies have no room above
            // -3 dBm0
            let wanted = 32_768.0 * 10f64.powf((-3.17 - f64::from(level.max(3))) / 20.0);
            let error = 20.0 * (peak(burst, hz) / wanted).log10();
            assert!(error.abs() < 0.7, "{settings:?}, {hz} Hz: {error:.2} dB beside it");
        }
        assert!(pcm.iter().all(|sample| sample.unsigned_abs() <= 32_600), "nothing is cut off");
    }
}

#[test]
fn each_digit_has_the_settings_that_it_was_queued_with() {
    let mut side = Side::new(&config(far(), 1));
    let settings = |ms, gap_ms, level| DigitSettings { method: None, ms, gap_ms, level: Some(level) };
    send(&mut side, b"1", settings(100, 500, 5));
    assert!(side.stream.pause(300));
    send(&mut side, b"2", settings(60, 40, 20));
    // what is not given is as usual
    send(&mut side, b"34", DigitSettings::NONE);
    pass(&mut side, 300);
    let events = events(&side);
    let told: Vec<_> = events.iter().map(|event| (event.1, event.3)).collect();
    assert_eq!(told, [(100, 5), (60, 20), (160, 10), (160, 10)]);
    let gaps: Vec<_> = events.windows(2).map(|pair| pair[1].0 - pair[0].0 - pair[0].1).collect();
    // a comma's pause is beside the gap
    assert_eq!(gaps, [800, 40, 60]);
}

#[test]
fn a_key_that_is_held_keeps_the_settings_of_its_press() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.choose_digits(&DigitSettings { gap_ms: 300, level: Some(7), ..DigitSettings::NONE });
    assert!(side.stream.hold_digit(b'7', 0));
    pass(&mut side, 100);
    send(&mut side, b"8", DigitSettings { ms: 80, gap_ms: 40, level: Some(30), ..DigitSettings::NONE });
    pass(&mut side, 100);
    assert!(side.stream.let_go());
    pass(&mut side, 100);
    let events = events(&side);
    assert_eq!(events.iter().map(|event| (event.1, event.3)).collect::<Vec<_>>(), [(2010, 7), (80, 30)]);
    assert_eq!(events[1].0 - events[0].0 - events[0].1, 300);
}
