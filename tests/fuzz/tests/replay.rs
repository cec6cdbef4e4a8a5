//! The corpus, and some mutations of it, with plain `cargo test`: `replay.sh` does many more.
#![allow(clippy::unwrap_used, clippy::panic)]

use microsip_fuzz::TARGETS;
use microsip_fuzz::mutate::{Dice, mutated, seeds};
use std::path::Path;

#[test]
fn every_target_stands_its_corpus_and_mutations_of_it() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let seeds = seeds(&folder);
        assert!(!seeds.is_empty(), "{} is empty", folder.display());
        let mut dice = Dice::new(0x1234_5678_9abc_def1);
        for seed in &seeds {
            target(seed);
        }
        for _ in 0..1000 {
            target(&mutated(&seeds, &mut dice));
        }
    }
}
