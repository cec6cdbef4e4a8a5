use super::{Country, ITU, LEVEL, LEVEL_OVER, Meaning, RINGS};
use crate::media::sine::cosine;
use crate::media::tones::signal::{PARTS, Player, Signal};
use std::vec::Vec;

/// The amplitude of a frequency in these samples (Goertzel).
fn amplitude(pcm: &[i16], hz: u16, rate: u32) -> f64 {
    let coefficient = 2.0 * cosine(2.0 * core::f64::consts::PI * f64::from(hz) / f64::from(rate));
    let (mut s1, mut s2) = (0.0, 0.0);
    for sample in pcm {
        let next = f64::from(*sample) + coefficient * s1 - s2;
        (s2, s1) = (s1, next);
    }
    (s1 * s1 + s2 * s2 - coefficient * s1 * s2).max(0.0).sqrt() * 2.0 / pcm.len() as f64
}

/// A second of the tone without its rhythm, and without its beginning.
fn second_of(signal: Signal, rate: u32) -> Vec<i16> {
    let mut player = Player::new(Signal { cadence: [0; PARTS], rounds: 0, ..signal }, rate);
    player.mix(&mut std::vec![0; rate as usize]);
    let mut pcm = std::vec![0; rate as usize];
    player.mix(&mut pcm);
    pcm
}

#[test]
fn each_country_has_its_frequencies_at_their_level() {
    use Meaning::{Busy, Confirmation, Congestion, Dial, Ringback, Waiting};
    let mut seen: Vec<(u32, Signal)> = Vec::new();
    for rate in [8000, 16_000, 48_000] {
        for country in Country::all().iter().chain([&ITU]) {
            for meaning in [Dial, Ringback, Busy, Congestion, Waiting, Confirmation] {
                let signal = Signal { cadence: [0; PARTS], rounds: 0, ..country.signal(meaning) };
                if seen.contains(&(rate, signal)) {
                    continue;
                }
                seen.push((rate, signal));
                let pcm = second_of(signal, rate);
                let over = matches!(meaning, Waiting | Confirmation);
                let peak = f64::from(if over { LEVEL_OVER } else { LEVEL });
                let near = |hz: u16, wanted: f64| {
                    let found = amplitude(&pcm, hz, rate);
                    assert!((found - wanted).abs() < 60.0, "{} {meaning:?} {hz} Hz: {found}", country.code());
                };
                for hz in signal.tone.frequencies.into_iter().filter(|hz| *hz > 0) {
                    if signal.modulation == 0 {
                        near(hz, peak);
                    } else {
                        // a whole modulation: half in the middle, a quarter at each side
                        near(hz, peak / 2.0);
                        near(hz - signal.modulation, peak / 4.0);
                        near(hz + signal.modulation, peak / 4.0);
                    }
                }
                near(3000, 0.0);
            }
        }
    }
}

#[test]
fn countries_are_found_by_their_two_letters() {
    assert!(Country::all().len() >= 30);
    assert!(Country::all().windows(2).all(|pair| pair[0].code() < pair[1].code()), "in order, none twice");
    for country in Country::all() {
        assert_eq!(Country::find(country.code()).unwrap().code(), country.code());
        assert!(country.code().len() == 2 && country.code().bytes().all(|byte| byte.is_ascii_uppercase()));
    }
    assert_eq!(Country::find("de").unwrap().code(), "DE");
    assert_eq!(Country::find("").unwrap().code(), "");
    for unknown in ["D", "DEU", "XX", "d e", "\u{e4}"] {
        assert!(Country::find(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn facts_of_some_countries() {
    let of = |code, meaning| Country::find(code).unwrap().signal(meaning);
    let rhythm = |code, meaning| {
        let cadence = of(code, meaning).cadence;
        let end = cadence.iter().rposition(|ms| *ms > 0).map_or(0, |last| last + 1);
        cadence[..end].to_vec()
    };
    assert_eq!(of("DE", Meaning::Busy).tone.frequencies, [425, 0]);
    assert_eq!(rhythm("DE", Meaning::Busy), [480, 480]);
    assert_eq!(of("US", Meaning::Ringback).tone.frequencies, [440, 480]);
    assert_eq!(rhythm("US", Meaning::Ringback), [2000, 4000]);
    assert_eq!(of("GB", Meaning::Ringback).tone.frequencies, [400, 450]);
    assert_eq!(rhythm("GB", Meaning::Ringback), [400, 200, 400, 2000]);
    let japanese = of("JP", Meaning::Ringback);
    assert_eq!((japanese.tone.frequencies, japanese.modulation), ([400, 0], 16));
    assert_eq!(rhythm("ES", Meaning::Congestion), [200, 200, 200, 200, 200, 600]);
    assert_eq!(rhythm("TR", Meaning::Congestion), [200, 200, 200, 200, 200, 200, 600, 200]);
    assert_eq!(rhythm("TR", Meaning::Waiting), [200, 600, 200, 8000]);
    assert_eq!(rhythm("IT", Meaning::Dial), [200, 200, 600, 1000]);
    assert_eq!(of("DE", Meaning::Dial).round_ms(), 0);
    assert_eq!(of("DE", Meaning::Confirmation).rounds, 1);
}

#[test]
fn rings_have_the_countrys_rhythm_or_a_numbers() {
    let british = Country::find("GB").unwrap();
    assert_eq!(british.ring(0).cadence, british.signal(Meaning::Ringback).cadence);
    assert_eq!(british.signal(Meaning::Ring), british.ring(0));
    assert_eq!(british.ring(2).cadence, [800, 400, 800, 4000, 0, 0, 0, 0]);
    let mut seen: Vec<[u16; PARTS]> = (1..=RINGS).map(|number| british.ring(number).cadence).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), usize::from(RINGS), "each number has a rhythm of its own");
    assert_eq!(british.ring(RINGS + 1), british.ring(0));
}
