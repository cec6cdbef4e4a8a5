//! `microsip-fuzz [TARGET [MUTATIONS]]`: throws every file of the corpus, and deterministic mutations of each, at its target. A panic or an input
//! that takes longer than a second ends it; the input is left in `found/` then.

use core::time::Duration;
use microsip_fuzz::TARGETS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A small generator: the same mutations on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides.max(1)
    }
}

/// Pieces that parsers trip over.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"\"",
    b"\\",
    b"<",
    b">",
    b",",
    b";",
    b":",
    b"=",
    b"%00",
    b"%",
    b"[::1]",
    b" ",
    b"\t",
    b"\r\n ",
    b"-1",
    b"4294967296",
    b"99999999999999999999",
    b"0",
    b"\xff\xfe",
    b"\xc3\xa4",
    b"sip:",
    b"tel:+1",
    b"Content-Length: 0\r\n",
    b"m=audio 1 RTP/AVP 0\r\n",
    b"a=",
    b"\x80\x00",
    b"\x80\xc8",
];

fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let pick = |dice: &mut Dice| seeds.get(dice.roll(seeds.len())).cloned().unwrap_or_default();
    let mut bytes = pick(dice);
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len() + 1);
        match dice.roll(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = dice.roll(256) as u8;
                }
            }
            1 => bytes.truncate(at),
            2 => {
                let piece = PIECES.get(dice.roll(PIECES.len())).copied().unwrap_or_default();
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + dice.roll(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + dice.roll(80)).min(bytes.len());
                let copy: Vec<u8> = bytes.get(at..end).unwrap_or_default().repeat(1 + dice.roll(20));
                bytes.splice(at..at, copy);
            }
            5 => {
                let other = pick(dice);
                bytes.truncate(at);
                bytes.extend_from_slice(other.get(dice.roll(other.len() + 1)..).unwrap_or_default());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
        }
        bytes.truncate(65_535);
    }
    bytes
}

fn seeds(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let only = arguments.next();
    let mutations: usize = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(20_000);
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut bad = 0;
    let mut good = 0;
    for (name, target) in TARGETS.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        let seeds = seeds(&home.join("corpus").join(name));
        if seeds.is_empty() {
            println!("{name}: its corpus is empty");
            bad += 1;
            continue;
        }
        // A dialog is a whole phone each time.
        let mutations = if *name == "dialog" { mutations / 5 } else { mutations };
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut broken = 0;
        let start = Instant::now();
        for number in 0..seeds.len() + mutations {
            let input = seeds.get(number).cloned().unwrap_or_else(|| mutated(&seeds, &mut dice));
            let begun = Instant::now();
            let stood = std::panic::catch_unwind(|| target(&input)).is_ok();
            if stood && begun.elapsed() < Duration::from_secs(1) {
                continue;
            }
            broken += 1;
            let found = home.join("found");
            let file = found.join(format!("{name}-{number}"));
            let kept = fs::create_dir_all(&found).and_then(|()| fs::write(&file, &input)).is_ok();
            println!(
                "{name}: {} on input {number}{}",
                if stood { "more than a second" } else { "a panic" },
                if kept { format!(", kept as {}", file.display()) } else { String::new() }
            );
            if broken >= 3 {
                break;
            }
        }
        println!(
            "{name}: {} files and {mutations} mutations of them in {:.1} s, {broken} broke it",
            seeds.len(),
            start.elapsed().as_secs_f32()
        );
        if broken == 0 { good += 1 } else { bad += 1 }
    }
    println!("{good} passed, {bad} failed");
    if bad == 0 && good > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
