//! Talk-off: recorded voices, music and noise hold no key, and keys at Q.24's limits are heard between the words of these
//! voices. The voices are those of Debian's asterisk-core-sounds packages (8 kHz, 16 bits), of women and men in three
//! languages; they pass through G.711, as a call's do.

use microsip_core::base::rng::Rng;
use microsip_core::media::codec::{alaw_decode, alaw_encode, ulaw_decode, ulaw_encode};
use microsip_core::media::detect::{Key, KeyDetector};
use microsip_core::media::tones::{COLUMNS, KEYS, ROWS};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

const VOICES: &str = "/usr/share/asterisk/sounds";
/// Less speech than this is no test.
const MINUTES: usize = 30;
const RATE: usize = 8000;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "wav") {
            found.push(path);
        }
    }
}

/// The samples of a WAV file with 8000 of 16 bits a second: what stands behind the header that all of these have.
fn samples(path: &Path) -> Vec<i16> {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes.get(..4), Some(&b"RIFF"[..]), "{}", path.display());
    let rate = bytes.get(24..28).map(|rate| u32::from_le_bytes(rate.try_into().unwrap()));
    assert_eq!((rate, bytes.get(34)), (Some(RATE as u32), Some(&16)), "{}", path.display());
    bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Each recorded voice, by its file; none where the packages are not installed.
fn voices() -> Vec<(PathBuf, Vec<i16>)> {
    let mut found = Vec::new();
    files(Path::new(VOICES), &mut found);
    found.sort();
    found.into_iter().map(|path| (path.clone(), samples(&path))).collect()
}

/// Keys that are heard in a sound.
fn heard(pcm: &[i16]) -> Vec<Key> {
    let mut detector = KeyDetector::new(RATE as u32);
    let silence = vec![0; RATE / 5];
    pcm.chunks(80).chain(silence.chunks(80)).filter_map(|quantum| detector.feed(quantum)).collect()
}

fn ulaw(pcm: &[i16]) -> Vec<i16> {
    pcm.iter().map(|sample| ulaw_decode(ulaw_encode(*sample))).collect()
}

fn alaw(pcm: &[i16]) -> Vec<i16> {
    pcm.iter().map(|sample| alaw_decode(alaw_encode(*sample))).collect()
}

#[test]
fn an_hour_of_recorded_voices_holds_no_key() {
    let voices = voices();
    let minutes = voices.iter().map(|(_, pcm)| pcm.len()).sum::<usize>() / RATE / 60;
    if minutes < MINUTES {
        println!(
            "NOT CHECKED: talk-off with recorded voices: asterisk-core-sounds-en-wav and its like are not installed"
        );
        return;
    }
    let mut hits = Vec::new();
    for (nth, (path, pcm)) in voices.iter().enumerate() {
        let keys = heard(&if nth % 2 == 0 { ulaw(pcm) } else { alaw(pcm) });
        if !keys.is_empty() {
            hits.push(format!("{} {keys:?}", path.display()));
        }
    }
    println!("{} files, {minutes} minutes, {} with a key", voices.len(), hits.len());
    assert!(hits.is_empty(), "{hits:#?}");
}

/// A key of 60 ms at these levels in dBm0, over noise of -45 dBm0.
fn key(pcm: &mut Vec<i16>, key: u8, low: f64, high: f64, noise: &mut Rng) {
    // 0 dBm0 is a sine with a peak of 22,350 or so
    let peak = |dbm0: f64| 22_350.0 * 10f64.powf(dbm0 / 20.0);
    let place = KEYS.iter().position(|known| *known == key).unwrap();
    let (row, column) = (f64::from(ROWS[place / 4]), f64::from(COLUMNS[place % 4]));
    for n in 0..RATE * 60 / 1000 {
        let at = TAU * n as f64 / RATE as f64;
        let tone = (at * row).sin() * peak(low) + (at * column + 1.0).sin() * peak(high);
        pcm.push((tone + f64::from(noise.below(301)) - 150.0) as i16);
    }
}

#[test]
fn keys_at_the_limits_of_q_24_are_heard_between_the_words_of_these_voices() {
    let voices = voices();
    if voices.is_empty() {
        println!(
            "NOT CHECKED: keys between recorded voices: asterisk-core-sounds-en-wav and its like are not installed"
        );
    }
    let mut noise = Rng::new(&[9; 32]);
    // rows and columns at the least level, and the twist both ways
    for (low, high) in [(-25.0, -25.0), (-17.0, -25.0), (-25.0, -21.0)] {
        let (mut pcm, mut sent) = (Vec::new(), Vec::new());
        for (nth, digit) in KEYS.iter().cycle().take(64).enumerate() {
            pcm.extend(
                voices.get(nth * 17 % voices.len().max(1)).map_or(&[][..], |(_, pcm)| &pcm[..pcm.len().min(RATE)]),
            );
            pcm.resize(pcm.len() + RATE / 20, 0);
            key(&mut pcm, *digit, low, high, &mut noise);
            pcm.resize(pcm.len() + RATE / 20, 0);
            sent.push(*digit);
        }
        for coded in [ulaw(&pcm), alaw(&pcm)] {
            let over = heard(&coded).into_iter().filter_map(|key| match key {
                Key::Over(digit, _) => Some(digit),
                Key::Begun(_) => None,
            });
            assert_eq!(over.collect::<Vec<u8>>(), sent, "{low} and {high} dBm0");
        }
    }
}
