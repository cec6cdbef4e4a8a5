//! Codecs with frames: the results of their bank, and the calls that it gets.
use super::*;
use crate::media::Way;

/// Level by level, one for each frame of 20 ms.
fn say(call: &mut Call, frames: u32) {
    for frame in 0..frames {
        let pcm = [(frame % 100) as i16 * 128 + 128; 480];
        for _ in 0..2 {
            call.step(&pcm);
        }
    }
}

fn voices(sent: &[(MediaTransmit, Vec<u8>)]) -> Vec<(bool, u32, usize)> {
    let packets = sent.iter().filter(|(transmit, _)| transmit.component == Component::Rtp);
    packets
        .map(|(_, bytes)| rtp::Packet::parse(bytes).unwrap())
        .map(|packet| (packet.marker, packet.timestamp.wrapping_add(400), packet.payload.len()))
        .collect()
}

fn alone(ptime_ms: u8) -> Side {
    Side::new(Call::speaking(Codec::Framed, ptime_ms).near.stream.config())
}

#[test]
fn a_packet_goes_when_the_bank_has_it_whole() {
    for (ptime, frames) in [(20u8, 1), (40, 2), (60, 3)] {
        let mut side = alone(ptime);
        for n in 0..12 {
            side.quantum(Instant::from_millis(n * 10), &[128; 480]);
        }
        let expected: Vec<_> =
            (0..120 / u32::from(ptime)).map(|nth| (nth == 0, nth * u32::from(ptime) * 48, frames * 3)).collect();
        assert_eq!(voices(&side.sent), expected, "{ptime} ms");
    }
}

// rfc3551#4.1
#[test]
fn silence_sends_nothing_and_time_goes_on() {
    let mut side = alone(20);
    for n in 0..20 {
        if n == 4 {
            side.bank.mute = 10;
        }
        side.quantum(Instant::from_millis(n * 10), &[128; 480]);
    }
    assert_eq!(
        voices(&side.sent),
        [(true, 0, 3), (false, 960, 3), (true, 14 * 480, 3), (false, 16 * 480, 3), (false, 18 * 480, 3)]
    );
}

#[test]
fn a_bank_that_never_says_a_packet_is_heard_no_less() {
    let mut side = alone(20);
    for n in 0..100 {
        side.bank.mute = usize::from(n < 90);
        side.quantum(Instant::from_millis(n * 10), &[128; 480]);
    }
    assert_eq!(voices(&side.sent).len(), 5);
}

#[test]
fn frames_are_heard_as_they_were_said() {
    for ptime in [20, 40, 60] {
        let mut call = Call::speaking(Codec::Framed, ptime);
        say(&mut call, 60);
        let stats = call.far.stream.stats(call.now);
        assert_eq!((stats.late, stats.concealed_ms, stats.spliced, stats.lost), (0, 0, 0, 0), "{ptime} ms");
        let begun = call.far.heard.iter().position(|sample| *sample > 0).unwrap();
        for (nth, frame) in call.far.heard[begun..].chunks_exact(960).enumerate().take(50) {
            let level = (nth % 100) as i16 * 128 + 128;
            assert!(frame.iter().all(|sample| *sample == level), "{ptime} ms, frame {nth}");
        }
    }
}

#[test]
fn a_lost_frame_is_found_in_the_next_packet() {
    let mut call = Call::speaking(Codec::Framed, 20);
    // 30 ms of delay, so that the next packet is there when the lost one's turn comes
    say(&mut call, 5);
    call.jitter_us = 40_000;
    say(&mut call, 100);
    call.jitter_us = 0;
    let depth = call.far.stream.stats(call.now).ring_ms;
    assert!(depth >= 20, "{depth}");
    call.far.heard.clear();
    let (before, recovered) = (call.far.stream.stats(call.now), call.far.bank.recovered);
    call.every = call.sent + 21;
    say(&mut call, 30);
    let after = call.far.stream.stats(call.now);
    assert_eq!((after.lost - before.lost, after.concealed_ms - before.concealed_ms), (1, 20));
    assert_eq!(call.far.bank.recovered - recovered, 1);
    // no level is missing
    let mut levels: Vec<i16> = call.far.heard.iter().map(|sample| sample / 128).collect();
    levels.dedup();
    assert!(levels.windows(2).all(|pair| pair[1] == pair[0] + 1 || pair[1] == 1), "{levels:?}");
}

#[test]
fn the_codec_invents_what_it_can_and_the_stream_the_rest() {
    for conceals in [true, false] {
        let mut call = Call::speaking(Codec::Framed, 20);
        call.far.bank.conceals = conceals;
        call.every = 10;
        say(&mut call, 100);
        let stats = call.far.stream.stats(call.now);
        assert_eq!(stats.concealed_ms, stats.lost * 20, "conceals: {conceals}");
        assert_eq!(call.far.bank.invented as u32, if conceals { stats.lost * 960 } else { 0 });
    }
}

#[test]
fn a_bank_is_told_when_a_direction_begins() {
    let mut call = Call::speaking(Codec::Framed, 20);
    say(&mut call, 10);
    let of = |side: &Side, way| side.bank.resets.iter().filter(|reset| **reset == way).count();
    assert_eq!((of(&call.far, Way::Encode), of(&call.far, Way::Decode)), (1, 1));
    // another source
    let config = StreamConfig { ssrc: 7, ..*call.near.stream.config() };
    call.near.stream.start(call.now, &config);
    say(&mut call, 10);
    assert_eq!((of(&call.far, Way::Encode), of(&call.far, Way::Decode)), (1, 2));
    assert_eq!(of(&call.near, Way::Encode), 2);
}
