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

/// A forger that writes little gets little: where an answer keeps both codecs, ours may take twelve times the bytes.
#[test]
fn what_a_source_earns_is_no_more_than_it_sent() {
    let codec = Codec::L16At48;
    let near = StreamConfig { rate: codec.rate(), ..config(far(), 1) };
    let receive = CodecList::of(&[codec, Codec::Pcmu]);
    let payload_type = codec.entry().payload_type;
    let mut side = Side::new(&StreamConfig { codec, payload_type, receive, confirmed: false, ptime_ms: 10, ..near });
    let pcm = std::vec![5; codec.quantum_samples()];
    let bytes = |side: &Side| {
        side.sent.iter().filter(|sent| sent.0.component == Component::Rtp).map(|sent| sent.1.len() - 12).sum::<usize>()
    };
    (0..100).for_each(|n| side.quantum(Instant::from_millis(n * 10), &pcm));
    assert_eq!(bytes(&side), 400 * 96, "400 ms");
    side.sent.clear();
    let mut came = 0;
    for n in 100..1100u64 {
        if n % 2 == 0 {
            let mut packet = std::vec![0xff; 12 + 160];
            rtp::write_header(&mut packet, 0, false, n as u16, n as u32 * 80, 7).unwrap();
            side.take(Instant::from_millis(n * 10), far(), &packet);
            came += 160;
        }
        side.quantum(Instant::from_millis(n * 10), &pcm);
    }
    let sent = bytes(&side);
    assert!(sent <= came && sent > came / 2, "{sent} for {came}");
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
