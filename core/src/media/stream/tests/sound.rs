//! Sound as it is heard at the other side.
use super::*;

#[test]
fn a_tone_said_here_is_heard_there() {
    let mut call = Call::new();
    call.run(3000);
    let mut detector = Detector::new(440, 8000);
    detector.feed(&call.far.heard);
    assert!(detector.heard_ms() >= 2940, "{}", detector.heard_ms());
    let (near, far) = (call.near.stream.stats(call.now), call.far.stream.stats(call.now));
    assert_eq!((near.sent_packets, far.received_packets), (150, 150));
    assert_eq!((near.sent_bytes, far.received_bytes), (24_000, 24_000));
    assert_eq!((far.lost, far.late, far.concealed_ms, far.strangers, far.malformed), (0, 0, 0, 0, 0));
    assert!((7500..8300).contains(&near.level_in) && (7500..8300).contains(&far.level_out));
    assert_eq!(near.level_out, 0);
}

#[test]
#[cfg(feature = "resample")]
fn every_pair_of_rates_understands_each_other() {
    for near_rate in [8000, 16_000, 48_000] {
        for far_rate in [8000, 16_000, 48_000] {
            let mut call = Call::at(near_rate, far_rate);
            call.run(1000);
            let mut detector = Detector::new(440, far_rate);
            detector.feed(&call.far.heard);
            assert!(detector.heard_ms() >= 940, "{near_rate} to {far_rate}: {}", detector.heard_ms());
            let peak = call.far.stream.stats(call.now).level_out;
            assert!((7200..8800).contains(&peak), "{near_rate} to {far_rate}: {peak}");
        }
    }
}

#[test]
fn a_direction_without_receiving_is_silence() {
    let mut side = Side::new(&StreamConfig { receive_audio: false, ..config(far(), 1) });
    let mut loud = voice(7, 0);
    loud[12..].fill(0x80);
    side.take(Instant::ZERO, far(), &loud);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.heard, [0; 80]);
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 1);
}

#[test]
fn jitter_is_measured_and_played_over() {
    let mut call = Call::new();
    call.jitter_us = 40_000;
    call.run(60_000);
    let far = call.far.stream.stats(call.now);
    assert!((8_000..20_000).contains(&far.jitter_us), "{}", far.jitter_us);
    assert!(far.depth_ms >= 20 && far.depth_ms <= 80, "{}", far.depth_ms);
    assert!(far.late < 60, "{}", far.late);
    let mut detector = Detector::new(440, 8000);
    detector.feed(&call.far.heard[8000..]);
    assert!(detector.heard_ms() > 55_000, "{}", detector.heard_ms());
}

#[test]
fn a_far_end_that_mirrors_is_heard_within_30_ms() {
    let mut side = Side::new(&config(far(), 7));
    for quantum in 0..200u64 {
        let now = Instant::from_millis(quantum * 10);
        // one loud quantum, in either half of a packet
        side.quantum(now, &[if matches!(quantum, 100 | 151) { 20_000 } else { 0 }; 80]);
        for (transmit, packet) in core::mem::take(&mut side.sent) {
            if transmit.component == Component::Rtp {
                side.take(now, far(), &packet);
            }
        }
    }
    let loud: Vec<_> = side
        .heard
        .chunks_exact(80)
        .enumerate()
        .filter(|(_, pcm)| pcm[40] > 10_000)
        .map(|(quantum, _)| quantum)
        .collect();
    // its end leaves the loudspeaker at most 30 ms after its beginning came to the microphone
    assert_eq!(loud, [102, 153]);
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.late, stats.depth_ms), (0, 0));
}
