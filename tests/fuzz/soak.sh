#!/usr/bin/env bash
# `make soak`: fuzzes each target for MINUTES (20), one after the other, then makes a thousand calls through Kamailio (the target `calls`), and writes a
# row for each into SOAK.md. TARGETS="sdp rtp" takes only these, SEED=N the same chances again, CALLS=N another number of calls.
# Under libFuzzer where there is a C++ compiler: it measures which code an input reaches and goes on from what reached more. Stable Rust builds it,
# with the flags that cargo-fuzz would give. Elsewhere the mutations of tests/fuzz/src/mutate.rs, which go on from the corpus alone.
# What it reached is kept in the target directory, so the next soak goes on from there. Inputs that broke a target are left in tests/fuzz/found/.
set -uo pipefail
cd "$(dirname "$0")/../.."
minutes=${MINUTES:-20}
seed=${SEED:-$(date +%s)}
targets=${TARGETS:-$(ls tests/fuzz/corpus) calls}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" CARGO_TERM_COLOR=never
kept=$CARGO_TARGET_DIR/soak
found=tests/fuzz/found
mkdir -p "$kept" "$found"

host=$(rustc -vV | sed -n 's/^host: //p')
# --target keeps the flags from build scripts, which have nobody to report their coverage to.
build_libfuzzer() {
    RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares" CARGO_TARGET_DIR="$kept/build" \
        cargo build --quiet --release --target "$host" --manifest-path tests/fuzz/libfuzzer/Cargo.toml
}
if [ "$targets" = calls ]; then
    engine=none
elif command -v c++ >/dev/null && build_libfuzzer; then engine=libFuzzer; else engine=mutations; fi

fuzz() {
    local target=$1
    if [ $engine = libFuzzer ]; then
        mkdir -p "$kept/$target"
        "$kept/build/$host/release/$target" -seed="$seed" -max_total_time=$((minutes * 60)) -max_len=2048 -len_control=0 -timeout=10 -use_value_profile=1 \
            -print_final_stats=1 -artifact_prefix="$found/$target-" "$kept/$target" "tests/fuzz/corpus/$target"
    else
        cargo run --locked --quiet -p microsip-fuzz --config 'profile.dev.opt-level=2' -- --seconds $((minutes * 60)) --seed "$seed" "$target"
    fi
}

# Calls with the C library of LIBRARY, else with one that is built now.
calls() {
    if [ -z "${LIBRARY:-}" ]; then
        cargo build --locked --quiet --release -p microsip-c || return 1
        LIBRARY=$CARGO_TARGET_DIR/release
    fi
    LIBRARY=$LIBRARY MICROSIP=$LIBRARY/microsip PYTHONDONTWRITEBYTECODE=1 python3 tests/interop/many_calls.py "${CALLS:-1000}" "$seed"
}

commit=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- core ffi tests/fuzz tests/interop || commit="$commit and changes"
if [ ! -e SOAK.md ]; then
    cat >SOAK.md <<'HEAD'
# What soaking found

Written by `make soak`: a row for each target and run. What fuzzing found is in the corpus since, and replayed by `make test`; `calls` are those of
`tests/interop/many_calls.py`, of which `make test` makes fewer.

| date | commit | target | minutes | engine | seed | inputs | result |
|---|---|---|---|---|---|---|---|
HEAD
fi
bad=0
for target in $targets; do
    log=$kept/$target.log
    if [ "$target" = calls ]; then
        start=$SECONDS
        if calls >"$log" 2>&1; then
            result=$(sed -n 's/.*seed [0-9]*: //p' "$log" | tail -n 1)
        else
            bad=$((bad + 1))
            result="BROKEN: $(grep -a -m 1 -E 'FAILED|NOT CHECKED' "$log" | tr '|' '/' | cut -c 1-100)"
        fi
        echo "| $(date -u +%F) | $commit | calls | $(((SECONDS - start + 59) / 60)) | Kamailio | $seed | ${CALLS:-1000} | $result |" | tee -a SOAK.md
        continue
    fi
    before=$(ls "$found" | wc -l)
    fuzz "$target" >"$log" 2>&1
    code=$?
    inputs=$(sed -n -e 's/^stat::number_of_executed_units: *//p' -e 's/.* and \([0-9]*\) mutations.*/\1/p' "$log" | tail -n 1)
    if [ $code = 0 ]; then
        result="none found"
    else
        bad=$((bad + 1))
        result="BROKEN: $(grep -a -m 1 -A 1 'panicked at' "$log" | tail -n 1 | tr '|' '/' | cut -c 1-100)"
        [ "$result" != "BROKEN: " ] || result="BROKEN: $(grep -a -m 1 ERROR "$log" | cut -c 1-100)"
        echo "$target: $(($(ls "$found" | wc -l) - before)) inputs in $found, log $log"
    fi
    row="| $(date -u +%F) | $commit | $target | $minutes | $engine | $seed | ${inputs:-?} | $result |"
    echo "$row" | tee -a SOAK.md
done
[ $bad = 0 ]
