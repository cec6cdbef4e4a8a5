use super::Resampler;

/// Level of a tone at `hz` against the rest, in dB, over whole periods in the middle of the signal.
pub(crate) fn tone_snr(pcm: &[f64], rate: u32, hz: f64) -> (f64, f64) {
    let (mut cos, mut sin, mut all) = (0.0, 0.0, 0.0);
    for (n, sample) in pcm.iter().enumerate() {
        let phase = 2.0 * core::f64::consts::PI * hz * n as f64 / f64::from(rate);
        cos += sample * phase.cos();
        sin += sample * phase.sin();
        all += sample * sample;
    }
    let count = pcm.len() as f64;
    let tone = 2.0 * (cos * cos + sin * sin) / count;
    let amplitude = (tone * 2.0 / count).sqrt();
    (amplitude, 10.0 * (tone / (all - tone).max(1e-9)).log10())
}

fn sweep(from: u32, to: u32, hz: f64) -> (f64, f64) {
    let mut resampler = Resampler::new(from, to);
    let mut out = Vec::new();
    for n in 0..from {
        let sample = 10_000.0 * (2.0 * core::f64::consts::PI * hz * f64::from(n) / f64::from(from)).sin();
        resampler.push(sample as f32, |value| out.push(f64::from(value)));
    }
    // 0.2 s to 0.8 s: whole periods of every frequency used here.
    tone_snr(&out[to as usize / 5..to as usize * 4 / 5], to, hz)
}

#[test]
fn a_tone_stays_a_tone_at_every_pair_of_rates() {
    for (from, to) in [
        (44_100, 8_000),
        (44_100, 16_000),
        (44_100, 48_000),
        (48_000, 8_000),
        (48_000, 16_000),
        (8_000, 44_100),
        (16_000, 48_000),
        (8_000, 16_000),
        (16_000, 8_000),
        (96_000, 16_000),
        (11_025, 8_000),
    ] {
        for hz in [300.0, 1_000.0, 3_000.0] {
            let (amplitude, snr) = sweep(from, to, hz);
            assert!((amplitude - 10_000.0).abs() < 20.0, "{from}->{to} {hz} Hz: amplitude {amplitude}");
            assert!(snr > 70.0, "{from}->{to} {hz} Hz: {snr:.1} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_carry_is_gone() {
    for (from, to, hz) in
        [(48_000, 8_000, 4_200.0), (48_000, 8_000, 7_000.0), (44_100, 16_000, 8_400.0), (16_000, 8_000, 5_000.0)]
    {
        let mut resampler = Resampler::new(from, to);
        let (mut worst, mut count) = (0.0f32, 0);
        for n in 0..from {
            let sample = 10_000.0 * (2.0 * core::f64::consts::PI * hz * f64::from(n) / f64::from(from)).sin();
            resampler.push(sample as f32, |value| {
                count += 1;
                if count > 500 {
                    worst = worst.max(value.abs());
                }
            });
        }
        assert!(worst < 3.0, "{from}->{to} {hz} Hz leaves {worst} of 10000");
    }
}

#[test]
fn pulled_and_pushed_are_the_same_filter() {
    let sound: Vec<f32> = (0..2_000).map(|n| ((n * 37) % 997) as f32 - 498.0).collect();
    let (mut pushed, mut by_push) = (Vec::new(), Resampler::new(44_100, 16_000));
    for sample in &sound {
        by_push.push(*sample, |value| pushed.push(value));
    }
    let (mut source, mut by_pull) = (sound.iter(), Resampler::new(44_100, 16_000));
    let pulled: Vec<f32> = (0..pushed.len()).map(|_| by_pull.pull(|| *source.next().unwrap())).collect();
    assert_eq!(pushed, pulled);
}

#[test]
fn output_and_input_stand_in_the_ratio_and_trimming_moves_it() {
    for (ppm, expect) in [(0, 48_000i64), (2_000, 47_904), (-2_000, 48_096)] {
        let mut resampler = Resampler::new(16_000, 48_000);
        resampler.trim(ppm);
        let mut count = 0i64;
        for _ in 0..16_000 + resampler.taps / 2 {
            resampler.push(0.0, |_| count += 1);
        }
        assert!((count - expect).abs() <= 3, "{ppm}: {count}");
    }
}

#[test]
fn the_first_output_is_the_first_input() {
    let mut resampler = Resampler::new(8_000, 16_000);
    let mut out = Vec::new();
    resampler.push(1_000.0, |value| out.push(value));
    for _ in 0..40 {
        resampler.push(0.0, |value| out.push(value));
    }
    // 0.922 is the share of the band that passes.
    assert!((out[0] - 922.0).abs() < 5.0, "{out:?}");
}
