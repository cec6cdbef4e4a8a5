use super::*;
use crate::base::rng::Rng;
use crate::media::tones::{Generator, Tone};

fn heard(frequencies: [u16; 2], level: u16, listen: u32) -> u32 {
    let mut pcm = [0; 8000];
    Generator::new(Tone { frequencies, level }, 8000).fill(&mut pcm);
    let mut detector = Detector::new(listen, 8000);
    pcm.chunks(77).for_each(|piece| detector.feed(piece));
    assert_eq!(detector.listened_ms(), 1000);
    detector.heard_ms()
}

#[test]
fn a_tone_is_told_from_others() {
    assert_eq!(heard([440, 0], 8000, 440), 1000);
    assert_eq!(heard([440, 0], 400, 440), 1000);
    for other in [300, 500, 600, 880, 1000] {
        assert_eq!(heard([other, 0], 8000, 440), 0, "{other} Hz");
    }
    assert_eq!(heard([440, 1000], 8000, 440), 0, "half of the energy is elsewhere");
}

#[test]
fn silence_and_noise_are_no_tone() {
    assert_eq!(heard([440, 0], 50, 440), 0);
    let mut random = Rng::new(&[4; 32]);
    let mut detector = Detector::new(440, 8000);
    for _ in 0..100 {
        let noise: [i16; 80] = core::array::from_fn(|_| random.next_u32() as i16 / 4);
        detector.feed(&noise);
        assert_eq!(key(&noise, 8000), None);
    }
    assert_eq!(detector.heard_ms(), 0);
    assert!(!detector.present());
    assert_eq!((key(&[], 8000), key(&[0; 400], 8000)), (None, None));
}
