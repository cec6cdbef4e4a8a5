//! `microsip-fuzz [TARGET [MUTATIONS]]`: throws every file of the corpus, and deterministic mutations of each, at its target. A panic or an input
//! that takes longer than a second ends it; the input is left in `found/` then.

use core::time::Duration;
use microsip_fuzz::TARGETS;
use microsip_fuzz::mutate::{Dice, mutated, seeds};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

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
        let mut dice = Dice::new(0x9E37_79B9_7F4A_7C15);
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
