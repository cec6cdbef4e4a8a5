use super::*;
use crate::base::rng::Rng;
use crate::media::sine;
use std::vec::Vec;

/// A voice-like sound: a pitch and three harmonics.
fn voice(frequency: u32, from: u32, count: usize) -> Vec<i16> {
    voice_at(8000, frequency, from, count)
}

fn voice_at(rate: u32, frequency: u32, from: u32, count: usize) -> Vec<i16> {
    let step = sine::advance(frequency, rate);
    (from..from + count as u32)
        .map(|n| {
            let phase = step.wrapping_mul(n);
            (sine::wave(phase) / 8 + sine::wave(phase.wrapping_mul(2)) / 10 + sine::wave(phase.wrapping_mul(3)) / 12)
                as i16
        })
        .collect()
}

/// A concealer with its memory.
struct Ear {
    state: Concealer,
    history: Vec<i16>,
}

impl Ear {
    /// For a rate of so many samples in 10 ms; what lies in the memory is of another call.
    fn new(quantum: usize) -> Self {
        Self { state: Concealer::EMPTY, history: std::vec![20_000; history_of(quantum)] }
    }

    fn heard(&mut self, samples: &mut [i16]) {
        self.state.heard(&mut self.history, samples);
    }

    fn conceal(&mut self, out: &mut [i16]) {
        self.state.conceal(&self.history, out);
    }
}

fn heard(frequency: u32) -> Ear {
    let mut ear = Ear::new(80);
    for piece in 0..6 {
        ear.heard(&mut voice(frequency, piece * 80, 80));
    }
    ear
}

fn energy(pcm: &[i16]) -> f64 {
    pcm.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum()
}

#[test]
fn nothing_heard_gives_silence() {
    let mut ear = Ear::new(80);
    assert!(!ear.state.sounds(80));
    let mut out = [7; 80];
    ear.conceal(&mut out);
    assert_eq!(out, [0; 80]);
}

#[test]
fn what_came_is_not_touched() {
    let mut ear = Ear::new(80);
    let mut pcm = voice(120, 0, 80);
    ear.heard(&mut pcm);
    assert_eq!(pcm, voice(120, 0, 80));
}

#[test]
fn the_pitch_is_found() {
    for (frequency, pitch) in [(200, 40), (160, 50), (100, 80), (80, 100)] {
        let found = find_pitch(&heard(frequency).history);
        assert!(found.abs_diff(pitch) <= 1 || found.abs_diff(pitch * 2) <= 1, "{frequency} Hz: {found}");
    }
}

#[test]
fn a_steady_voice_goes_on_for_10_ms() {
    for frequency in [70, 80, 100, 125, 160, 200, 400] {
        let mut ear = heard(frequency);
        let mut out = [0; 80];
        ear.conceal(&mut out);
        let expected = voice(frequency, 480, 80);
        let error: Vec<i16> = out.iter().zip(&expected).map(|(a, b)| a - b).collect();
        let ratio = energy(&error) / energy(&expected);
        assert!(ratio < 0.05, "{frequency} Hz: {ratio}");
    }
}

#[test]
fn the_level_falls_to_silence_at_60_ms() {
    let mut ear = heard(100);
    let mut last = f64::MAX;
    for piece in 0..8 {
        let mut out = [0; 80];
        assert_eq!(ear.state.sounds(80), piece < 6);
        ear.conceal(&mut out);
        let now = energy(&out);
        match piece {
            0 => {}
            6.. => assert_eq!(out, [0; 80]),
            _ => assert!(now < last, "piece {piece}"),
        }
        last = now;
    }
}

#[test]
fn a_gap_has_no_clicks() {
    for frequency in [80, 100, 150, 200] {
        for gap in 1..9u32 {
            let mut ear = heard(frequency);
            let mut all = voice(frequency, 400, 80);
            for _ in 0..gap {
                let mut out = [0; 80];
                ear.conceal(&mut out);
                all.extend(out);
            }
            let mut after = voice(frequency, 480 + gap * 80 + 33, 80);
            ear.heard(&mut after);
            all.extend(after);
            let step =
                |pcm: &[i16]| pcm.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap();
            let clean = step(&voice(frequency, 0, 400));
            assert!(step(&all) < clean * 2, "{frequency} Hz, {gap} pieces: {} of {clean}", step(&all));
        }
    }
}

#[test]
fn two_gaps_close_together_are_both_filled() {
    let mut ear = heard(100);
    let mut out = [0; 80];
    ear.conceal(&mut out);
    ear.heard(&mut voice(100, 560, 80));
    ear.conceal(&mut out);
    let expected = voice(100, 640, 80);
    assert!(energy(&out) > energy(&expected) * 0.7);
}

#[test]
fn higher_rates_are_as_good() {
    for quantum in [160, 480] {
        let rate = quantum as u32 * 100;
        for frequency in [70, 100, 160, 200] {
            let mut ear = Ear::new(quantum);
            let piece = |nth: u32| voice_at(rate, frequency, nth * quantum as u32, quantum);
            (0..6).for_each(|nth| ear.heard(&mut piece(nth)));
            let mut out = std::vec![0; quantum];
            ear.conceal(&mut out);
            let error: Vec<i16> = out.iter().zip(&piece(6)).map(|(a, b)| a - b).collect();
            let ratio = energy(&error) / energy(&piece(6));
            assert!(ratio < 0.05, "{frequency} Hz at {rate}: {ratio}");
            // a gap soon after finds the voice again
            ear.heard(&mut piece(7));
            ear.conceal(&mut out);
            assert!(energy(&out) > energy(&piece(8)) * 0.7, "{frequency} Hz at {rate}");
        }
    }
}

#[test]
fn what_the_codec_invented_is_not_blended() {
    let mut ear = heard(100);
    ear.state.carried(&mut ear.history, &voice(100, 480, 80));
    assert!(ear.state.sounds(80));
    let mut after = voice(100, 560, 80);
    ear.heard(&mut after);
    assert_eq!(after, voice(100, 560, 80));
    // a codec that gives up leaves the rest of the gap, and the time that has passed, to the concealer
    for nth in 0..4 {
        ear.state.carried(&mut ear.history, &voice(100, 640 + nth * 80, 80));
    }
    let mut out = [0; 80];
    ear.conceal(&mut out);
    let ratio = energy(&out) / energy(&voice(100, 960, 80));
    assert!((0.05..0.3).contains(&ratio), "{ratio}");
}

#[test]
fn without_memory_there_is_silence() {
    let mut state = Concealer::EMPTY;
    state.heard(&mut [], &mut [1000; 80]);
    let mut out = [7; 80];
    state.conceal(&[], &mut out);
    assert_eq!(out, [0; 80]);
}

#[test]
fn any_sound_and_any_lengths_are_stood() {
    let mut random = Rng::new(&[5; 32]);
    for quantum in [80u32, 160, 480] {
        let mut ear = Ear::new(quantum as usize);
        for _ in 0..10_000 {
            let mut pcm: Vec<i16> = (0..random.below(quantum + 1)).map(|_| random.next_u32() as i16).collect();
            if random.below(3) == 0 {
                pcm.fill([0, i16::MIN, i16::MAX][random.below(3) as usize]);
            }
            match random.below(4) {
                0 => ear.state.carried(&mut ear.history, &pcm),
                1 => ear.conceal(&mut pcm),
                _ => ear.heard(&mut pcm),
            }
        }
    }
}
