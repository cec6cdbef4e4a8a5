use super::{PARTS, Player, Signal};
use crate::media::tones::Tone;
use crate::media::tones::country::{Country, ITU, Meaning};
use std::vec::Vec;

const RATES: [u32; 3] = [8000, 16_000, 48_000];

/// Made in pieces of a quantum.
fn made(signal: Signal, rate: u32, ms: u32) -> Vec<i16> {
    let mut pcm = std::vec![0; (rate / 1000 * ms) as usize];
    let mut player = Player::new(signal, rate);
    pcm.chunks_mut(rate as usize / 100).for_each(|piece| {
        player.mix(piece);
    });
    pcm
}

/// The largest step from one sample to the next, silence before the first.
fn largest_step(pcm: &[i16]) -> i32 {
    let mut last = 0;
    let steps = pcm.iter().map(|sample| {
        let step = (i32::from(*sample) - last).abs();
        last = i32::from(*sample);
        step
    });
    steps.max().unwrap_or(0)
}

/// The same of the tone alone, always on, in its middle.
fn own_step(signal: Signal, rate: u32) -> i32 {
    let steady = made(Signal { cadence: [0; PARTS], rounds: 0, ..signal }, rate, 520);
    let middle = &steady[rate as usize / 50..];
    middle.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap()
}

/// Each signal of the table, once.
fn all(meanings: &[Meaning]) -> Vec<Signal> {
    let mut all: Vec<Signal> = Vec::new();
    for country in Country::all().iter().chain([&ITU]) {
        for signal in meanings.iter().map(|meaning| country.signal(*meaning)) {
            if !all.contains(&signal) {
                all.push(signal);
            }
        }
    }
    all
}

#[test]
fn bursts_and_pauses_last_as_long_as_they_should_to_the_sample() {
    for rate in RATES {
        // minutes of silence are counted once, at the lowest rate
        let longest = if rate == 8000 { u32::MAX } else { 3000 };
        let signals = all(&[Meaning::Ringback, Meaning::Busy, Meaning::Congestion, Meaning::Waiting]);
        for signal in signals.into_iter().filter(|signal| signal.round_ms() <= longest) {
            let per_ms = rate as usize / 1000;
            let round = signal.round_ms() as usize * per_ms;
            let pcm = made(signal, rate, signal.round_ms() * 2);
            // the second round is the first one's copy: a part that is too long or too short by one would move it
            assert_eq!(pcm[..round], pcm[round..], "{signal:?} at {rate}");
            let mut at = 0;
            for (part, ms) in signal.cadence.into_iter().enumerate().filter(|(_, ms)| *ms > 0) {
                let piece = &pcm[at..at + usize::from(ms) * per_ms];
                if part % 2 == 1 {
                    assert!(piece.iter().all(|sample| *sample == 0), "{signal:?} at {rate}");
                } else {
                    // it begins at zero, and sounds right behind that and before its end
                    let edge = if signal.modulation == 0 { 2 * per_ms } else { 10 * per_ms };
                    assert_eq!(piece[0], 0);
                    assert!(piece[1..edge].iter().any(|sample| *sample != 0), "{signal:?} at {rate}");
                    assert!(piece[piece.len() - edge..].iter().any(|sample| *sample != 0), "{signal:?} at {rate}");
                }
                at += piece.len();
            }
            assert_eq!(at, round);
        }
    }
}

#[test]
fn no_step_is_larger_than_the_tones_own() {
    for rate in RATES {
        use Meaning::*;
        for signal in all(&[Dial, Ringback, Busy, Congestion, Waiting, Ring, Confirmation]) {
            let pcm = made(signal, rate, signal.round_ms().min(1700));
            let (step, own) = (largest_step(&pcm), own_step(signal, rate));
            // each frequency and the fade round once a sample
            assert!(step <= own + 3, "{signal:?} at {rate}: {step}, {own}");
        }
    }
}

#[test]
fn a_signal_that_is_told_to_end_fades() {
    for rate in RATES {
        let signal = ITU.signal(Meaning::Ringback);
        for after in [1, 7, rate as usize / 500, rate as usize / 2 + 3] {
            let mut player = Player::new(signal, rate);
            let mut pcm = std::vec![0; rate as usize];
            player.mix(&mut pcm[..after]);
            assert!(player.is_audible());
            player.end();
            player.end(); // once more changes nothing
            let rest = player.mix(&mut pcm[after..]);
            assert!(player.is_over() && !player.is_audible());
            assert!(rest <= rate as usize / 250, "{rest} samples at {rate}");
            assert!(largest_step(&pcm) <= own_step(signal, rate) + 3);
            assert!(pcm[after + rest..].iter().all(|sample| *sample == 0));
        }
        let mut player = Player::new(signal, rate);
        player.mix(&mut std::vec![0; rate as usize * 2]);
        assert!(!player.is_audible(), "it is in its pause");
        player.end();
        assert!(player.is_over(), "a pause needs no fading");
    }
}

#[test]
fn rounds_are_counted() {
    let mut pcm = std::vec![0; 8000];
    let mut player = Player::new(ITU.signal(Meaning::Confirmation), 8000);
    assert_eq!(player.mix(&mut pcm), 3200, "two bursts and two pauses of 100 ms");
    assert!(player.is_over());
    assert_eq!(player.mix(&mut pcm), 0);
    assert!(Player::default().is_over() && Player::default().mix(&mut pcm) == 0);
}

#[test]
fn it_is_added_to_what_is_there() {
    let signal = ITU.signal(Meaning::Busy);
    let alone = made(signal, 8000, 100);
    let mut both = std::vec![1000; 800];
    Player::new(signal, 8000).mix(&mut both);
    assert!(both.iter().zip(&alone).all(|(both, alone)| *both == alone + 1000));
}

#[test]
fn odd_signals_are_stood() {
    let mut out = [0; 480];
    for rate in [0, 1, 999, 8000, 48_000] {
        for cadence in
            [[0; 8], [u16::MAX; 8], [0, 1, 0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 5]]
        {
            let tone = Tone { frequencies: [65_535, 1], level: u16::MAX };
            let mut player = Player::new(Signal { tone, modulation: u16::MAX, cadence, rounds: 3 }, rate);
            for _ in 0..100 {
                player.mix(&mut out);
            }
            player.end();
            player.mix(&mut out);
        }
    }
}
