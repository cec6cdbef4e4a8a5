#!/usr/bin/env bash
# Everything that `make test` checks, in three lanes side by side; `tests/run.sh WORD…` runs only the steps whose names contain a word.
# A lane has its own cargo profiles as far as that can be, for one build at a time holds a profile's folder. Compilers and the fuzzer give way to the
# tests that run in real time.
set -u
cd "$(dirname "$0")/.." || exit 1
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR CARGO_TERM_COLOR=never RUSTC_WRAPPER="${RUSTC_WRAPPER:-nice}"
# The command and the library as `make install` leaves them, for those who use them.
prefix=$CARGO_TARGET_DIR/installed
export MICROSIP="$prefix/bin/microsip"
words=("$@")
. tests/setup/steps.sh

has_target() { rustc --print target-libdir --target "$1" 2>/dev/null | xargs -r ls 2>/dev/null | grep -q '^libcore-'; }
installed() { command -v "$1" >/dev/null 2>&1; }
package() { cargo metadata --no-deps --format-version 1 2>/dev/null | grep -q "\"name\":\"$1\",\"version\""; }

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
install() {
    rm -rf "$prefix"
    make --no-print-directory install PREFIX="$prefix"
}
# with_library COMMAND…: against the library that is installed
with_library() { LIBRARY="$prefix/lib" "$@"; }
demo() {
    [ -x "$MICROSIP" ] || cannot "the demo: the command is not installed"
    timeout 20 "$MICROSIP" demo
}
demo_notices() {
    [ -x "$MICROSIP" ] || cannot "the demo: the command is not installed"
    local code
    timeout 30 "$MICROSIP" demo --cut-media
    code=$?
    [ $code = 5 ] || { echo "with its media cut the demo ended with $code, 5 (no media) is wanted"; return 1; }
}
secrets() { [ -x "$MICROSIP" ] || cannot "secrets in logs: the command is not installed"; tests/interop/no_secret.py; }
interop() { [ -x "$MICROSIP" ] || cannot "peers: the command is not installed"; with_library tests/interop/run.sh; }
licences() {
    if cargo deny --version >/dev/null 2>&1; then cargo deny --all-features check licenses bans sources; else python3 tests/setup/licences.py; fi
}

# The workspace as it is tested, and what is checked without being run.
checks() {
    step "formatting" formatted
    step "lints" lints
    step "licences" licences
    step "rust tests" rust_tests
    step "C ABI" tests/abi/run.sh
    step "sound device without a sound card" tests/audio/run.sh
    step "header agrees with sources" header
    step "header's comments, by Doxygen" doxygen_reads_it
    step "core's features" features
    step "check for Windows" other_target x86_64-pc-windows-gnu
    step "check for 64-bit ARM" other_target aarch64-unknown-linux-gnu
    step "check for macOS" other_target aarch64-apple-darwin
}
# What is shipped, and who uses it.
products() {
    step "make install" install
    step "demo" demo
    step "demo notices cut media" demo_notices
    step "no secret in any output" secrets
    step "peers" interop
    step "C examples" with_library examples/c/run.sh
    step "C++ examples" with_library examples/cpp/run.sh
    step "C# under mono" with_library examples/dotnet/run.sh
    step "what was installed, used by others" env PROFILE=release tests/install/run.sh
    step "bare metal, no allocator" metal
    step "firmware in the emulator" examples/firmware/run.sh
    step "calls on Windows, by wine" tests/targets/run.sh windows
    step "calls on 64-bit ARM, by qemu" tests/targets/run.sh arm64
}
fuzzing() { step "fuzz corpus" nice tests/fuzz/replay.sh; }

echo "setup: what is missing is installed now, by name"
sh tests/setup/test.sh || exit 1
export NO_COLOR=1

lane checks
lane products
lane fuzzing
finish
