use super::*;
use crate::media::detect;

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
            let pcm = made(key(digit, 10).unwrap(), rate, 60);
            assert_eq!(detect::key(&pcm, rate), Some(digit));
        }
    }
    assert_eq!(key(b'x', 10), None);
    assert_eq!(key(b'a', 10), key(b'A', 10));
    assert_eq!(key(b'5', 10).unwrap().frequencies, [770, 1336]);
}

#[test]
fn odd_tones_are_stood() {
    let mut out = [1; 10];
    Generator::new(Tone::default(), 8000).fill(&mut out);
    assert_eq!(out, [0; 10]);
    Generator::new(Tone { frequencies: [65_535, 65_535], level: u16::MAX }, 48_000).fill(&mut out);
    Generator::new(key(b'1', 10).unwrap(), 0).fill(&mut out);
}
