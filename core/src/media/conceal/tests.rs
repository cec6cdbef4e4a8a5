#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;
use crate::base::rng::Rng;
use crate::media::sine;
use std::vec::Vec;

/// A voice-like sound: a pitch and three harmonics.
fn voice(frequency: u32, from: u32, count: usize) -> Vec<i16> {
    let step = sine::advance(frequency, 8000);
    (from..from + count as u32)
        .map(|n| {
            let phase = step.wrapping_mul(n);
            (sine::wave(phase) / 8 + sine::wave(phase.wrapping_mul(2)) / 10 + sine::wave(phase.wrapping_mul(3)) / 12)
                as i16
        })
        .collect()
}

fn heard(frequency: u32) -> Concealer {
    let mut concealer = Concealer::EMPTY;
    for piece in 0..6 {
        concealer.heard(&mut voice(frequency, piece * 80, 80), 80);
    }
    concealer
}

fn energy(pcm: &[i16]) -> f64 {
    pcm.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum()
}

#[test]
fn nothing_heard_gives_silence() {
    let mut concealer = Concealer::EMPTY;
    assert!(!concealer.sounds(80));
    let mut out = [7; 80];
    concealer.conceal(&mut out, 80);
    assert_eq!(out, [0; 80]);
}

#[test]
fn what_came_is_not_touched() {
    let mut concealer = Concealer::EMPTY;
    let mut pcm = voice(120, 0, 80);
    concealer.heard(&mut pcm, 80);
    assert_eq!(pcm, voice(120, 0, 80));
}

#[test]
fn the_pitch_is_found() {
    for (frequency, pitch) in [(200, 40), (160, 50), (100, 80), (80, 100)] {
        let found = heard(frequency).find_pitch();
        assert!(found.abs_diff(pitch) <= 1 || found.abs_diff(pitch * 2) <= 1, "{frequency} Hz: {found}");
    }
}

#[test]
fn a_steady_voice_goes_on_for_10_ms() {
    for frequency in [70, 80, 100, 125, 160, 200, 400] {
        let mut concealer = heard(frequency);
        let mut out = [0; 80];
        concealer.conceal(&mut out, 80);
        let expected = voice(frequency, 480, 80);
        let error: Vec<i16> = out.iter().zip(&expected).map(|(a, b)| a - b).collect();
        let ratio = energy(&error) / energy(&expected);
        assert!(ratio < 0.05, "{frequency} Hz: {ratio}");
    }
}

#[test]
fn the_level_falls_to_silence_at_60_ms() {
    let mut concealer = heard(100);
    let mut last = f64::MAX;
    for piece in 0..8 {
        let mut out = [0; 80];
        assert_eq!(concealer.sounds(80), piece < 6);
        concealer.conceal(&mut out, 80);
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
            let mut concealer = heard(frequency);
            let mut all = voice(frequency, 400, 80);
            for _ in 0..gap {
                let mut out = [0; 80];
                concealer.conceal(&mut out, 80);
                all.extend(out);
            }
            let mut after = voice(frequency, 480 + gap * 80 + 33, 80);
            concealer.heard(&mut after, 80);
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
    let mut concealer = heard(100);
    let mut out = [0; 80];
    concealer.conceal(&mut out, 80);
    concealer.heard(&mut voice(100, 560, 80), 80);
    concealer.conceal(&mut out, 80);
    let expected = voice(100, 640, 80);
    assert!(energy(&out) > energy(&expected) * 0.7);
}

#[test]
fn any_sound_and_any_lengths_are_stood() {
    let mut random = Rng::new(&[5; 32]);
    let mut concealer = Concealer::EMPTY;
    for _ in 0..20_000 {
        let piece = [80, 160, 480][random.below(3) as usize];
        let mut pcm: Vec<i16> = (0..random.below(piece + 1)).map(|_| random.next_u32() as i16).collect();
        if random.below(3) == 0 {
            pcm.fill([0, i16::MIN, i16::MAX][random.below(3) as usize]);
        }
        if random.below(2) == 0 {
            concealer.heard(&mut pcm, piece as usize);
        } else {
            concealer.conceal(&mut pcm, piece as usize);
        }
    }
}
