use super::*;
use crate::media::sine as waves;
use std::vec::Vec;

fn tone(frequency: u32, rate: u32, level: i32) -> Vec<i16> {
    let step = waves::advance(frequency, rate);
    (0..rate / 2).map(|n| (waves::wave(step.wrapping_mul(n)) * level / 32767) as i16).collect()
}

fn through(from: u32, to: u32, input: &[i16]) -> Vec<i16> {
    let mut resampler = Resampler::EMPTY;
    let mut all = Vec::new();
    for piece in input.chunks_exact(from as usize / 100) {
        let mut out = std::vec![0; to as usize / 100];
        assert_eq!(resampler.run(from, to, piece, &mut out), out.len());
        all.extend(out);
    }
    all
}

fn level(pcm: &[i16]) -> f64 {
    let settled = &pcm[pcm.len() / 2..];
    (settled.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum::<f64>() / settled.len() as f64 * 2.0)
        .sqrt()
}

fn fresh() -> Resampler {
    Resampler::EMPTY
}

#[cfg(not(feature = "l16"))]
const RATES: [u32; 3] = [8000, 16_000, 48_000];
#[cfg(feature = "l16")]
const RATES: [u32; 4] = [8000, 16_000, 44_100, 48_000];

#[test]
fn tones_keep_their_level() {
    for from in RATES {
        for to in RATES {
            for frequency in [100, 300, 1000, 2000, 3000] {
                let out = level(&through(from, to, &tone(frequency, from, 10_000)));
                // half a decibel at 3 kHz
                assert!((9400.0..10_200.0).contains(&out), "{from} to {to}, {frequency} Hz: {out}");
            }
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_hold_is_taken_out() {
    for (from, to, frequency) in
        [(16_000, 8000, 5000), (48_000, 8000, 5000), (48_000, 8000, 15_000), (48_000, 16_000, 10_000)]
    {
        let out = level(&through(from, to, &tone(frequency, from, 10_000)));
        assert!(out < 100.0, "{from} to {to}, {frequency} Hz: {out}");
    }
}

#[test]
fn up_makes_no_images() {
    for (from, to) in [(8000, 16_000), (8000, 48_000), (16_000, 48_000)] {
        let out = through(from, to, &tone(1000, from, 10_000));
        let back = through(to, from, &out);
        assert!((9500.0..10_300.0).contains(&level(&back)), "{from} to {to} and back: {}", level(&back));
        // steps between samples are those of a 1 kHz tone, not of stairs
        let step =
            out[out.len() / 2..].windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap();
        assert!(f64::from(step) < 10_000.0 * 2.0 * core::f64::consts::PI * 1000.0 / f64::from(to) * 1.05, "{step}");
    }
}

#[test]
fn full_scale_stays_within_bounds() {
    for from in RATES {
        for to in RATES {
            let square: Vec<i16> = (0..from / 2).map(|n| if n / 20 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
            through(from, to, &square);
        }
    }
}

#[test]
fn the_sums_fit_32_bits() {
    for taps in [&BY_2[..], &BY_3, &BY_6] {
        let magnitudes: i32 = taps.iter().map(|tap| i32::from(*tap).abs()).sum();
        assert!(magnitudes < 65_536);
        let sum: i32 = taps.iter().map(|tap| i32::from(*tap)).sum();
        assert!((sum - 32_768).abs() < 60, "{sum}");
        assert!(taps.iter().eq(taps.iter().rev()), "no phase distortion");
    }
}

#[test]
fn equal_rates_are_copied_and_odd_ones_are_silence() {
    let mut out = [1; 4];
    assert_eq!(fresh().run(8000, 8000, &[5, 6], &mut out), 2);
    assert_eq!(out, [5, 6, 1, 1]);
    for (from, to) in [(0, 8000), (8000, 0), (11_025, 8000), (8000, 32_000)] {
        assert_eq!(fresh().run(from, to, &[5, 6], &mut out), 0);
        assert_eq!(out, [0; 4]);
    }
    // more than a quantum, or a short buffer: as much as fits
    assert!(fresh().run(48_000, 8000, &[0; 1000], &mut [0; 200]) <= 80);
    assert_eq!(fresh().run(8000, 48_000, &[0; 80], &mut [0; 13]), 12);
}

/// The difference between a tone and its path through another rate is far below the tone.
#[cfg(feature = "l16")]
#[test]
fn a_fraction_and_back_is_the_same() {
    for (from, frequency) in [(48_000, 440), (48_000, 5000), (48_000, 10_000), (16_000, 1000), (16_000, 5000)] {
        let tone = tone(frequency, from, 10_000);
        let back = through(44_100, from, &through(from, 44_100, &tone));
        // the delay is not of whole samples: a sine and its quarter span what any delay makes of it
        let at = |n: usize, quarter: bool| {
            let angle = core::f64::consts::TAU * f64::from(frequency) * n as f64 / f64::from(from);
            if quarter { angle.cos() } else { angle.sin() }
        };
        let range = back.len() / 2..back.len() / 2 + from as usize / 10;
        let part = |quarter| {
            range.clone().map(|n| f64::from(back[n]) * at(n, quarter)).sum::<f64>() * 2.0 / range.len() as f64
        };
        let (sine, cosine) = (part(false), part(true));
        let noise: f64 = range
            .clone()
            .map(|n| (f64::from(back[n]) - sine * at(n, false) - cosine * at(n, true)).powi(2))
            .sum::<f64>()
            / range.len() as f64;
        let power = (sine * sine + cosine * cosine) / 2.0;
        let distance = 10.0 * (power / noise).log10();
        assert!(distance > 45.0, "{from} Hz, tone of {frequency}: {distance} dB");
    }
}

#[cfg(feature = "l16")]
#[test]
fn the_sums_of_places_fit_32_bits() {
    for taps in fraction::TO_FAST.iter().chain(&fraction::TO_SLOW) {
        assert!(taps.iter().map(|tap| i32::from(*tap).abs()).sum::<i32>() < 65_536);
        assert!((taps.iter().map(|tap| i32::from(*tap)).sum::<i32>() - 32_768).abs() < 10);
    }
}
