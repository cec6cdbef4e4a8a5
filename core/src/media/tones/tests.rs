use super::*;
use crate::media::detect::{self, Detector};

fn made(tone: Tone, rate: u32, ms: usize) -> std::vec::Vec<i16> {
    let mut pcm = std::vec![0; rate as usize / 1000 * ms];
    let mut generator = Generator::new(tone, rate);
    pcm.chunks_mut(rate as usize / 100).for_each(|piece| generator.fill(piece));
    pcm
}

#[test]
fn every_key_is_recognised_at_every_rate() {
    for rate in [8000, 16_000, 48_000] {
        for digit in KEYS {
            let pcm = made(key(digit).unwrap(), rate, 60);
            assert_eq!(detect::key(&pcm, rate), Some(digit));
        }
    }
    assert_eq!(key(b'x'), None);
    assert_eq!(key(b'a'), key(b'A'));
    assert_eq!(key(b'5').unwrap().frequencies, [770, 1336]);
}

#[test]
fn the_rhythm_is_kept() {
    let pcm = made(progress(Region::Europe, Progress::Busy), 8000, 2000);
    let peak = |from_ms: usize, to_ms: usize| {
        pcm[from_ms * 8..to_ms * 8].iter().map(|sample| sample.unsigned_abs()).max().unwrap()
    };
    assert!(peak(0, 500) > 4000 && peak(1000, 1500) > 4000);
    assert_eq!((peak(500, 1000), peak(1500, 2000)), (0, 0));
    let mut detector = Detector::new(425, 8000);
    detector.feed(&pcm);
    assert_eq!((detector.heard_ms(), detector.longest_ms(), detector.listened_ms()), (1000, 500, 2000));
}

#[test]
fn every_tone_sounds() {
    for region in [Region::Europe, Region::NorthAmerica] {
        for what in [Progress::Dial, Progress::Ringback, Progress::Busy, Progress::Congestion] {
            for rate in [8000, 16_000, 48_000] {
                let peak = made(progress(region, what), rate, 200).into_iter().max().unwrap();
                assert!((4500..=10_000).contains(&peak), "{region:?} {what:?}: {peak}");
            }
        }
    }
}

#[test]
fn odd_tones_are_stood() {
    let mut out = [1; 10];
    Generator::new(Tone::default(), 8000).fill(&mut out);
    assert_eq!(out, [0; 10]);
    Generator::new(Tone { frequencies: [65_535, 65_535], level: u16::MAX, cadence: [u16::MAX; 4] }, 48_000)
        .fill(&mut out);
    Generator::new(progress(Region::Europe, Progress::Busy), 0).fill(&mut out);
}
