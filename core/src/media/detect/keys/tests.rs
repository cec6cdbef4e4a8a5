//! Q.24's limits, and talk-off: speech and music that hold no key.

use super::*;
use crate::base::rng::Rng;
use std::vec::Vec;

const RATES: [u32; 3] = [8000, 16_000, 48_000];

/// Two tones: frequencies, and peaks.
#[derive(Clone, Copy)]
struct Pair {
    low: (f64, f64),
    high: (f64, f64),
}

fn pair(key: u8) -> Pair {
    let place = KEYS.iter().position(|known| *known == key).unwrap();
    Pair { low: (ROWS[place / 4].into(), 5000.0), high: (COLUMNS[place % 4].into(), 5000.0) }
}

fn db(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

fn tone(pcm: &mut Vec<i16>, rate: u32, ms: f64, pair: Pair) {
    let count = (f64::from(rate) * ms / 1000.0) as usize;
    let turn = core::f64::consts::TAU / f64::from(rate);
    pcm.extend((0..count).map(|n| {
        let at = n as f64 * turn;
        ((at * pair.low.0).sin() * pair.low.1 + (at * pair.high.0 + 1.0).sin() * pair.high.1) as i16
    }));
}

fn silence(pcm: &mut Vec<i16>, rate: u32, ms: f64) {
    pcm.resize(pcm.len() + (f64::from(rate) * ms / 1000.0) as usize, 0);
}

fn told(pcm: &[i16], rate: u32) -> Vec<Key> {
    let mut detector = KeyDetector::new(rate);
    let silent = std::vec![0; rate as usize / 5];
    pcm.chunks(rate as usize / 100)
        .chain(silent.chunks(rate as usize / 100))
        .filter_map(|quantum| detector.feed(quantum))
        .collect()
}

/// The digits of a tone at all shifts within a quantum.
fn digits(rate: u32, ms: f64, pair: Pair) -> Vec<Vec<u8>> {
    (0..10)
        .map(|shift| {
            let mut pcm = Vec::new();
            silence(&mut pcm, rate, 50.0 + f64::from(shift) * 1.03);
            tone(&mut pcm, rate, ms, pair);
            let over = told(&pcm, rate).into_iter().filter_map(|key| match key {
                Key::Over(key, _) => Some(key),
                Key::Begun(_) => None,
            });
            over.collect()
        })
        .collect()
}

fn always(rate: u32, ms: f64, pair: Pair, key: u8) -> bool {
    digits(rate, ms, pair).iter().all(|digits| *digits == [key])
}

fn never(rate: u32, ms: f64, pair: Pair) -> bool {
    digits(rate, ms, pair).iter().all(Vec::is_empty)
}

#[test]
fn forty_milliseconds_are_heard_and_twenty_three_are_not() {
    for rate in RATES {
        for key in KEYS {
            assert!(always(rate, 40.0, pair(key), key), "{rate} {}", key as char);
            assert!(never(rate, 23.0, pair(key)), "{rate} {}", key as char);
        }
    }
}

#[test]
fn one_and_a_half_percent_beside_is_heard_and_three_and_a_half_is_not() {
    for rate in RATES {
        for key in KEYS {
            for (low, high) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                let beside = |percent: f64| {
                    let Pair { low: (row, level), high: (column, _) } = pair(key);
                    Pair {
                        low: (row * (1.0 + low * percent / 100.0), level),
                        high: (column * (1.0 + high * percent / 100.0), level),
                    }
                };
                assert!(always(rate, 50.0, beside(1.5), key), "{rate} {} {low} {high}", key as char);
                assert!(never(rate, 100.0, beside(3.5)), "{rate} {} {low} {high}", key as char);
            }
        }
    }
}

#[test]
fn the_twist_and_the_levels_are_q_24s() {
    for rate in RATES {
        for key in KEYS {
            let levels = |low: f64, high: f64| {
                let Pair { low: (row, level), high: (column, _) } = pair(key);
                Pair { low: (row, level * db(low)), high: (column, level * db(high)) }
            };
            for (low, high) in [(0.0, 4.0), (8.0, 0.0), (0.0, -8.0), (-4.0, 0.0)] {
                assert!(always(rate, 50.0, levels(low, high), key), "{rate} {} {low} {high}", key as char);
            }
            for (low, high) in [(0.0, 7.0), (11.0, 0.0), (0.0, -60.0), (-60.0, 0.0)] {
                assert!(never(rate, 100.0, levels(low, high)), "{rate} {} {low} {high}", key as char);
            }
            // 0 dBm0 is a peak of 22,350 or so; -25 is heard, -55 is not
            let at = |dbm0: f64| levels(dbm0 + 13.0, dbm0 + 13.0);
            assert!(always(rate, 50.0, at(-25.0), key) && always(rate, 50.0, at(-3.0), key));
            assert!(never(rate, 100.0, at(-55.0)));
        }
    }
}

#[test]
fn lengths_breaks_and_pauses() {
    for rate in RATES {
        let mut pcm = Vec::new();
        tone(&mut pcm, rate, 100.0, pair(b'5'));
        silence(&mut pcm, rate, 10.0); // one digit still
        tone(&mut pcm, rate, 100.0, pair(b'5'));
        silence(&mut pcm, rate, 40.0);
        tone(&mut pcm, rate, 60.0, pair(b'5'));
        tone(&mut pcm, rate, 60.0, pair(b'#'));
        silence(&mut pcm, rate, 40.0);
        tone(&mut pcm, rate, 2000.0, pair(b'D'));
        let told = told(&pcm, rate);
        let keys: Vec<u8> = told.iter().map(|(Key::Begun(key) | Key::Over(key, _))| *key).collect();
        assert_eq!(keys, b"5555##DD", "{rate}: {told:?}");
        let lengths: Vec<u16> =
            told.iter().filter_map(|key| if let Key::Over(_, ms) = key { Some(*ms) } else { None }).collect();
        for (length, real) in lengths.iter().zip([210, 60, 60, 2000]) {
            assert!(length.abs_diff(real) <= 20, "{rate}: {lengths:?}");
        }
    }
}

#[test]
fn keys_are_heard_through_g_711_and_noise() {
    let mut random = Rng::new(&[7; 32]);
    for key in KEYS {
        let mut pcm = Vec::new();
        tone(&mut pcm, 8000, 60.0, pair(key));
        for sample in &mut pcm {
            // 15 dB below one of the tones
            let noise = (random.next_u32() as i16 / 32) as f64 * 1.1;
            *sample = crate::media::codec::ulaw_decode(crate::media::codec::ulaw_encode(*sample + noise as i16));
        }
        assert!(told(&pcm, 8000).contains(&Key::Begun(key)), "{}", key as char);
    }
}

fn uniform(random: &mut Rng, from: f64, to: f64) -> f64 {
    from + (to - from) * f64::from(random.next_u32()) / 4_294_967_296.0
}

/// Vowels: a glottal tone with vibrato and glides, its harmonics weighed by three formants.
fn speech(random: &mut Rng, rate: u32, seconds: f64) -> Vec<i16> {
    let (mut pcm, mut phase) = (Vec::new(), 0.0);
    while pcm.len() < (f64::from(rate) * seconds) as usize {
        let count = (f64::from(rate) * uniform(random, 0.06, 0.4)) as usize;
        let (from, to) = (uniform(random, 80.0, 350.0), uniform(random, 80.0, 350.0));
        let glide = if uniform(random, 0.0, 1.0) < 0.4 { 0.0 } else { 1.0 };
        let formants =
            [(300.0, 900.0), (800.0, 2300.0), (2200.0, 3200.0)].map(|(low, high)| uniform(random, low, high));
        let level = uniform(random, 1000.0, 9000.0);
        for n in 0..count {
            let pitch = from + (to - from) * glide * n as f64 / count as f64;
            phase += pitch / f64::from(rate);
            let mut sum = 0.0;
            for harmonic in 1..=(3400.0 / pitch) as u32 {
                let frequency = f64::from(harmonic) * pitch;
                let weight: f64 = formants
                    .iter()
                    .zip([1.0, 0.6, 0.2])
                    .map(|(formant, gain)| gain / (1.0 + ((frequency - formant) / 70.0).powi(2)))
                    .sum();
                sum += weight * (core::f64::consts::TAU * phase * f64::from(harmonic)).sin();
            }
            pcm.push((sum * level).clamp(-32_000.0, 32_000.0) as i16);
        }
    }
    pcm
}

/// Chords of two to four notes, with a few harmonics that decay.
fn music(random: &mut Rng, rate: u32, seconds: f64) -> Vec<i16> {
    let mut pcm = Vec::new();
    while pcm.len() < (f64::from(rate) * seconds) as usize {
        let notes: Vec<f64> = (0..2 + random.next_u32() % 3)
            .map(|_| 440.0 * 2f64.powf(f64::from(random.next_u32() % 37) / 12.0 - 1.0))
            .collect();
        let richness = uniform(random, 0.05, 0.7);
        let count = (f64::from(rate) * uniform(random, 0.1, 0.5)) as usize;
        pcm.extend((0..count).map(|n| {
            let at = n as f64 / f64::from(rate);
            let tones =
                notes.iter().flat_map(|note| (1..5).map(move |nth| (note * f64::from(nth), richness.powi(nth - 1))));
            let sum: f64 = tones.map(|(frequency, part)| part * (core::f64::consts::TAU * frequency * at).sin()).sum();
            (sum * 4000.0 * (-3.0 * at).exp()) as i16
        }));
    }
    pcm
}

#[test]
fn speech_and_music_are_no_keys() {
    let mut random = Rng::new(&[9; 32]);
    let spoken = speech(&mut random, 8000, 40.0);
    assert_eq!(told(&spoken, 8000), [], "forty seconds of vowels");
    let wide = speech(&mut random, 16_000, 10.0);
    assert_eq!(told(&wide, 16_000), []);
    let played = music(&mut random, 8000, 40.0);
    assert!(told(&played, 8000).len() <= 2, "{:?}", told(&played, 8000));
    let noise: Vec<i16> = (0..8000 * 20).map(|_| random.next_u32() as i16 / 3).collect();
    assert_eq!(told(&noise, 8000), []);
}
