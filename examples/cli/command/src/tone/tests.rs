use super::*;

fn heard(played: Tone, wanted: Tone, gain: f64) -> u32 {
    let (mut generator, mut listener) = (Generator::new(played, 8000), Listener::new(wanted, 8000));
    let mut pcm = [0i16; 80];
    for _ in 0..100 {
        generator.fill(&mut pcm);
        pcm.iter_mut().for_each(|s| *s = (f64::from(*s) * gain) as i16);
        listener.hear(&pcm);
    }
    listener.heard_ms()
}

#[test]
fn a_tone_is_recognised_and_another_is_not() {
    assert_eq!(heard(Tone(440, 620), Tone(440, 620), 1.0), 1000);
    assert_eq!(heard(Tone(440, 620), Tone(350, 800), 1.0), 0);
    assert_eq!(heard(Tone(440, 440), Tone(440, 620), 1.0), 0);
}

#[test]
fn a_whisper_is_no_tone_and_silence_neither() {
    assert_eq!(heard(Tone(440, 620), Tone(440, 620), 0.02), 0);
    assert_eq!(heard(Tone(440, 620), Tone(440, 620), 0.0), 0);
}

#[test]
fn noise_is_no_tone() {
    let mut listener = Listener::new(Tone(440, 620), 8000);
    let mut seed = 1u32;
    let noise: Vec<i16> = (0..8000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as i16
        })
        .collect();
    assert!(!listener.hear(&noise));
}

#[test]
fn the_first_recognition_is_reported_once() {
    let (mut generator, mut listener) = (Generator::new(Tone(440, 620), 8000), Listener::new(Tone(440, 620), 8000));
    let mut pcm = [0i16; WINDOW];
    generator.fill(&mut pcm);
    assert!(listener.hear(&pcm));
    generator.fill(&mut pcm);
    assert!(!listener.hear(&pcm));
}
