//! Core's own codecs beyond G.711, with their true memory and clocks.
use super::*;

/// 440 Hz for so long, at the codec's own rate; longest in one piece, in milliseconds, and the statistics.
fn heard(call: &mut Call, ms: u64) -> (u32, StreamStats) {
    call.far.heard.clear();
    call.run(ms);
    let mut detector = Detector::new(440, call.far.stream.config().rate);
    detector.feed(&call.far.heard);
    (detector.longest_ms(), call.far.stream.stats(call.now))
}

#[test]
fn a_tone_is_heard_over_loss_at_any_clock() {
    for codec in [Codec::G722, Codec::L16At8, Codec::L16At16, Codec::L16At44, Codec::L16At48] {
        let at = std::format!("{} of {}", codec.name(), codec.rate());
        let mut call = Call::speaking(codec, 20);
        call.run(200);
        let (ms, stats) = heard(&mut call, 500);
        assert!(ms >= 440, "{at}: {ms}");
        assert_eq!((stats.late, stats.concealed_ms, stats.spliced, stats.lost), (0, 0, 0, 0), "{at}");
        call.every = 10;
        let (ms, stats) = heard(&mut call, 1000);
        assert!(ms >= 400, "{at}: {ms}");
        assert!((4..=6).contains(&stats.lost) && stats.concealed_ms.abs_diff(stats.lost * 20) <= 20, "{at}: {stats:?}");
        assert_eq!((stats.overflow, stats.oversize, stats.depth_ms), (0, 0, 0), "{at}");
    }
}

#[test]
fn linear_samples_come_as_they_went() {
    for codec in [Codec::L16At8, Codec::L16At16, Codec::L16At44, Codec::L16At48] {
        let mut call = Call::speaking(codec, 10);
        let quantum = codec.quantum_samples();
        let said: Vec<i16> = (0..40 * quantum as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as i16).collect();
        for pcm in said.chunks_exact(quantum) {
            call.step(pcm);
        }
        let begun = call.far.heard.iter().position(|sample| *sample == said[1]).unwrap() - 1;
        let whole = said.len() - begun;
        assert!(begun <= 2 * quantum && call.far.heard[begun..] == said[..whole], "{}", codec.rate());
    }
}

/// Ours are never cut in pieces on their way: 10 ms of 48 kHz have 960 bytes.
#[test]
fn packets_have_no_more_than_a_frame_carries() {
    let longest = |codec: Codec| usize::from(codec.longest_ms() / 10) * codec.quantum_bytes();
    assert_eq!(
        [Codec::Pcmu, Codec::G722, Codec::L16At8, Codec::L16At16, Codec::L16At44, Codec::L16At48].map(longest),
        [480, 480, 960, 1280, 882, 960]
    );
}
