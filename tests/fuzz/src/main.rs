//! `microsip-fuzz [--mutations COUNT | --seconds SECONDS] [--seed SEED] [TARGET…]`: throws every file of the corpus,
//! and mutations of them, at each target. The mutations follow from the seed, so what broke a target comes again. A
//! panic, or an input that takes longer than a second, is counted; the input is left in `found/` then.

use core::time::Duration;
use microsip_fuzz::mutate::{Dice, mutated, seeds};
use microsip_fuzz::{TARGETS, Target};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// Inputs kept of one target; more of the same kind add nothing.
const KEPT: usize = 3;
const LONGEST: Duration = Duration::from_secs(1);

/// The end of a run: a number of mutations, or a time.
struct Until {
    mutations: usize,
    seconds: Option<u64>,
}

/// Each time anew; once may be the machine's fault.
fn takes_long(target: Target, input: &[u8]) -> bool {
    (0..3).all(|_| {
        let begun = Instant::now();
        target(input);
        begun.elapsed() > LONGEST
    })
}

/// Runs one target. Returns the number of inputs that broke it.
fn run(name: &str, target: Target, until: &Until, seed: u64) -> usize {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = seeds(&home.join("corpus").join(name));
    if seeds.is_empty() {
        println!("{name}: its corpus is empty");
        return 1;
    }
    let mut dice = Dice::new(seed);
    let (mut broken, mut number) = (0, 0);
    let start = Instant::now();
    while broken < KEPT {
        let mutating = number >= seeds.len();
        let enough = until
            .seconds
            .map_or(number >= seeds.len() + until.mutations, |seconds| start.elapsed().as_secs() >= seconds);
        if mutating && enough {
            break;
        }
        let input = seeds.get(number).cloned().unwrap_or_else(|| mutated(&seeds, &mut dice));
        let begun = Instant::now();
        let stood = std::panic::catch_unwind(|| target(&input)).is_ok();
        if !stood || (begun.elapsed() > LONGEST && takes_long(target, &input)) {
            broken += 1;
            let file = home.join("found").join(format!("{name}-{seed:x}-{number}"));
            let kept = fs::create_dir_all(home.join("found")).and_then(|()| fs::write(&file, &input)).is_ok();
            println!(
                "{name}: {} on input {number} of seed {seed:#x}{}",
                if stood { "more than a second" } else { "a panic" },
                if kept { format!(", kept as {}", file.display()) } else { String::new() }
            );
        }
        number += 1;
    }
    println!(
        "{name}: {} files and {} mutations of them by seed {seed:#x} in {:.1} s, {broken} broke it",
        seeds.len(),
        number.saturating_sub(seeds.len()),
        start.elapsed().as_secs_f32()
    );
    broken
}

fn main() -> ExitCode {
    let mut until = Until { mutations: 20_000, seconds: None };
    let mut seed = 1;
    let mut names = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            names.push(word);
            continue;
        }
        let value = words.next().unwrap_or_default();
        let number = value.strip_prefix("0x").map_or_else(|| value.parse(), |hex| u64::from_str_radix(hex, 16));
        match (word.as_str(), number) {
            ("--mutations", Ok(number)) => until.mutations = usize::try_from(number).unwrap_or(usize::MAX),
            ("--seconds", Ok(number)) => until.seconds = Some(number),
            ("--seed", Ok(number)) => seed = number,
            _ => {
                eprintln!("usage: microsip-fuzz [--mutations COUNT | --seconds SECONDS] [--seed SEED] [TARGET…]");
                return ExitCode::from(2);
            }
        }
    }
    let unknown: Vec<&String> = names.iter().filter(|name| !TARGETS.iter().any(|(known, _)| known == name)).collect();
    if !unknown.is_empty() {
        eprintln!("no such target: {unknown:?}");
        return ExitCode::from(2);
    }
    let (mut good, mut bad) = (0, 0);
    for (name, target) in
        TARGETS.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|wanted| wanted == name))
    {
        if run(name, *target, &until, seed) == 0 { good += 1 } else { bad += 1 }
    }
    println!("{good} passed, {bad} failed");
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
