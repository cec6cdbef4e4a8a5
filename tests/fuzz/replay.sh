#!/bin/sh
# Every file of the corpus and 20,000 mutations of each target's, always the same ones, in a build that checks overflows. With FUZZ_SECONDS=20, as
# in CI, so many seconds of other mutations for each target, too: their seed is printed, and FUZZ_SEED=… does the same ones again.
set -eu
cd "$(dirname "$0")/../.."
# a folder of its own: no other build waits for this one, nor it for them
target=${CARGO_TARGET_DIR:-target}/fuzz
fuzz() { cargo run --locked --quiet --target-dir "$target" -p microsip-fuzz --config 'profile.dev.opt-level=2' -- "$@"; }
fuzz
[ "${FUZZ_SECONDS:-0}" -gt 0 ] || exit 0
fuzz --seconds "$FUZZ_SECONDS" --seed "${FUZZ_SEED:-$(date +%s)}"
