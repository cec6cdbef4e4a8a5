#!/usr/bin/env bash
# Everything that `make test` checks, one step after the other, each timed. `tests/run.sh WORD…` runs only the steps whose names contain a word.
# A step ends 0 (passed), 77 (could not be checked here: named at the end), or anything else (failed: the end of its log is shown).
set -u
cd "$(dirname "$0")/.." || exit 1
top=$PWD
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$top/target}" CARGO_TERM_COLOR=never
logs=$(mktemp -d "${TMPDIR:-/tmp}/microsip-test.XXXXXX")
export MICROSIP="$CARGO_TARGET_DIR/release/microsip"
passed=0 failed=0 number=0
failures=() unchecked=() times=()
words=("$@")

# cannot REASON: leaves a step as not checked.
cannot() {
    echo "NOT CHECKED: $*"
    exit 77
}

has_target() { rustc --print target-libdir --target "$1" 2>/dev/null | xargs -r ls 2>/dev/null | grep -q '^libcore-'; }
installed() { command -v "$1" >/dev/null 2>&1; }
package() { cargo metadata --no-deps --format-version 1 2>/dev/null | grep -q "\"name\":\"$1\",\"version\""; }

step() {
    local name=$1 log code start took
    shift
    if [ ${#words[@]} -gt 0 ]; then
        local wanted=0 word
        for word in "${words[@]}"; do [[ $name == *"$word"* ]] && wanted=1; done
        [ $wanted = 1 ] || return 0
    fi
    number=$((number + 1))
    log=$(printf '%s/%02d-%s.log' "$logs" "$number" "${name//[^a-z0-9]/-}")
    start=$(date +%s.%N)
    ("$@") >"$log" 2>&1 </dev/null
    code=$?
    took=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
    times+=("$took $name")
    # the parts of a step that time themselves: `ok name (12 s)`
    while IFS= read -r part; do times+=("$part"); done < <(sed -n 's/^ok \([^ ]*\) (\([0-9]*\) s)$/\2 '"$name"': \1/p' "$log")
    case $code in
    0)
        passed=$((passed + $(counted "$log" passed)))
        printf 'ok           %-44s %7s s\n' "$name" "$took"
        ;;
    77)
        printf 'NOT CHECKED  %-44s %7s s\n' "$name" "$took"
        ;;
    *)
        local broken
        broken=$(counted "$log" failed)
        passed=$((passed + $(counts "$log" passed)))
        failed=$((failed + broken))
        failures+=("$name")
        printf 'FAILED       %-44s %7s s   exit %s, log %s\n' "$name" "$took" "$code" "$log"
        { failures_of "$log"; tail -n 60 "$log"; } | sed 's/^/    | /'
        ;;
    esac
    # A step that ran may still have left parts out.
    while IFS= read -r line; do unchecked+=("$name: ${line#NOT CHECKED: }"); done < <(grep '^NOT CHECKED: ' "$log")
}

# failures_of LOG: what Rust's test runner says of the tests that failed, of however many programs; more would bury the log's end.
failures_of() { awk -v died="$died" '/^failures:$/ { failed = 1 } failed || $0 ~ died; /^test result: / { failed = 0 }' "$1" | head -n 200; }
# A test program that was ended by a signal has counted nothing.
died="^  process didn't exit successfully: "
# counted LOG passed|failed: the tests that a step's runner counted; a step without a count is one test.
counts() {
    local dead=0
    [ "$2" = passed ] || dead=$(grep -c "$died" "$1")
    grep -E '^(test result: .*|[0-9]+ passed, [0-9]+ failed.*)$' "$1" | grep -oE "[0-9]+ $2" | awk -v dead="$dead" '{ s += $1 } END { print s + dead }'
}
counted() {
    local sum
    sum=$(counts "$@")
    [ "$sum" -gt 0 ] && echo "$sum" || echo 1
}

formatted() { cargo fmt --version >/dev/null 2>&1 || cannot "formatting: no rustfmt here"; cargo fmt --all -- --check; }
lints() {
    cargo clippy --version >/dev/null 2>&1 || cannot "lints: no clippy here"
    cargo clippy --locked --workspace --all-targets --all-features -- -D warnings &&
        cargo clippy --locked -p microsip-core --no-default-features -- -D warnings
}
# --show-output: a test that could not check something says so on a line of its own.
# --no-fail-fast: a program whose tests fail hides no other's.
rust_tests() { cargo test --locked --no-fail-fast --workspace --all-features -- --show-output; }
features() {
    local feature bad=0
    cargo check --locked -q -p microsip-core --no-default-features || return 1
    for feature in $(sed -n '/^\[features\]/,/^\[[^f]/s/^\([a-z][a-z0-9_-]*\) *=.*/\1/p' core/Cargo.toml | grep -vx default); do
        echo "core with only $feature"
        cargo check --locked -q -p microsip-core --no-default-features --features "$feature" || return 1
    done
    echo "core with all"
    cargo check --locked -q -p microsip-core --all-features || return 1
    cargo test --locked -q -p microsip-core --no-default-features --lib || bad=1
    echo "an engine alone, with and without sentences"
    for feature in "" sentences; do
        cargo test --locked -q --no-fail-fast -p microsip --no-default-features --features "$feature" --lib --test engine_bytes --test engine_last_error || bad=1
    done
    return $bad
}
metal() {
    has_target thumbv7em-none-eabihf || cannot "bare metal: the Rust target thumbv7em-none-eabihf is not installed and rustup could not add it"
    cargo build --locked -p microsip-core --target thumbv7em-none-eabihf --release --all-features || return 1
    package microsip-c || cannot "the engine's C library for bare metal: ffi is not in the workspace"
    cargo rustc --locked -p microsip-c --no-default-features --features panic-handler --target thumbv7em-none-eabihf --release --crate-type staticlib || return 1
    tests/setup/no_allocator.sh "$CARGO_TARGET_DIR/thumbv7em-none-eabihf/release/libmicrosip.a"
}
other_target() {
    has_target "$1" || cannot "the Rust target $1 is not installed and rustup could not add it"
    # ALSA's description of this machine serves for checking types on another one: nothing is linked.
    PKG_CONFIG_ALLOW_CROSS=1 PKG_CONFIG_PATH="$(dirname "$(find /usr/lib -name alsa.pc 2>/dev/null | head -n 1)")" \
        cargo check --locked --workspace --target "$1"
}
header() {
    [ -f include/microsip.h ] || cannot "the header: include/microsip.h is not there"
    local fresh
    fresh=$(mktemp -d) || return 1
    tests/setup/header.sh "$fresh/microsip.h" || return $?
    diff -u include/microsip.h "$fresh/microsip.h" || { echo "include/microsip.h is not what the sources say: run 'make header' and commit it"; return 1; }
}
doxygen_reads_it() {
    installed doxygen || cannot "the header's comments: doxygen is not installed"
    DOXYGEN_OUTPUT=$(mktemp -d) doxygen tests/header/Doxyfile
}
script() { [ -e "$1" ] || cannot "$1 is not there"; "$@"; }
command_line() { [ -f examples/cli/Cargo.toml ] || cannot "the command-line phone is not there"; cargo build --locked --release --manifest-path examples/cli/Cargo.toml; }
demo() {
    [ -x "$MICROSIP" ] || cannot "the demo: the command-line phone is not built"
    timeout 20 "$MICROSIP" demo
}
demo_notices() {
    [ -x "$MICROSIP" ] || cannot "the demo: the command-line phone is not built"
    local code
    timeout 30 "$MICROSIP" demo --cut-media
    code=$?
    [ $code = 5 ] || { echo "with its media cut the demo ended with $code, 5 (no media) is wanted"; return 1; }
}
secrets() { [ -x "$MICROSIP" ] || cannot "secrets in logs: the command-line phone is not built"; script tests/interop/no_secret.py; }
interop() { [ -x "$MICROSIP" ] || cannot "peers: the command-line phone is not built"; tests/interop/run.sh; }
licences() {
    if cargo deny --version >/dev/null 2>&1; then cargo deny --all-features check licenses bans sources; else python3 tests/setup/licences.py; fi
}

echo "setup: what is missing is installed now, by name"
sh tests/setup/test.sh || exit 1
export NO_COLOR=1

step "formatting" formatted
step "lints" lints
step "licences" licences
step "rust tests" rust_tests
step "core's features" features
step "bare metal, no allocator" metal
step "header agrees with sources" header
step "header's comments, by Doxygen" doxygen_reads_it
step "command-line phone builds" command_line
step "demo" demo
step "demo notices cut media" demo_notices
step "C ABI" script tests/abi/run.sh
step "C examples" script examples/c/run.sh
step "C++ examples" script examples/cpp/run.sh
step "make install, used by others" script tests/install/run.sh
step "firmware in the emulator" script examples/firmware/run.sh
step "C# under mono" script examples/dotnet/run.sh
step "sound device without a sound card" script tests/audio/run.sh
step "fuzz corpus" script tests/fuzz/replay.sh
step "no secret in any output" secrets
step "peers" interop
step "check for Windows" other_target x86_64-pc-windows-gnu
step "check for 64-bit ARM" other_target aarch64-unknown-linux-gnu
step "check for macOS" other_target aarch64-apple-darwin
step "calls on Windows, by wine" script tests/targets/run.sh windows
step "calls on 64-bit ARM, by qemu" script tests/targets/run.sh arm64

echo
if [ ${#unchecked[@]} -gt 0 ]; then
    echo "==================== what could NOT be checked here ===================="
    printf 'NOT CHECKED: %s\n' "${unchecked[@]}"
    echo "========================================================================"
fi
[ ${#failures[@]} -gt 0 ] && printf 'FAILED: %s\n' "${failures[@]}"
[ ${#failures[@]} = 0 ] && rm -rf "$logs"
printf 'took %s min %s s; longest: ' $((SECONDS / 60)) $((SECONDS % 60))
printf '%s\n' "${times[@]}" | sort -rn | head -n 12 | awk '{ took = $1; $1 = ""; printf "%s%s %s s", (NR > 1 ? ", " : ""), substr($0, 2), took } END { print "" }'
echo "$passed passed, $failed failed, ${#unchecked[@]} skipped"
[ ${#failures[@]} = 0 ]
