#!/bin/sh
# What `make test` uses beyond `make demo`: peers, tools for the other targets, an emulator, a C# compiler. Groups that cannot be
# installed are only said: the steps that need them then report NOT CHECKED.
set -u
cd "$(dirname "$0")" || exit 1
sh ./demo.sh || exit 1
. ./debian.sh
need "running peers (SIPp, baresip, Kamailio)" sip-tester baresip-core kamailio kamailio-presence-modules iproute2 python3 || true
need "a peer with UPDATE and timers (linphone)" linphone-cli || true
need "a second peer with PRACK (twinkle)" twinkle-console || true
need "recorded voices that hold no key" asterisk-core-sounds-en-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-ru-wav || true
need "C and C++ checks of the ABI" gcc g++ libc6-dev || true
need "programs against what make install installs" make cmake pkg-config binutils musl-tools || true
need "reading the header's comments" doxygen || true
need "the ABI on Windows" gcc-mingw-w64-x86-64 g++-mingw-w64-x86-64 || true
need "running programs for Windows" wine wine64 || true
need "running programs for 64-bit ARM" qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross || true
need "firmware and the emulator" gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm || true
need "linking firmware without gcc" clang lld || true
need "the C# program" mono-mcs mono-runtime libmono-system-core4.0-cil || true
need "a sound device without a sound card" pulseaudio pulseaudio-utils libasound2-plugins sox || true
need "counting instructions and reading symbols" valgrind binutils || true

if command -v rustup >/dev/null 2>&1; then
    for target in thumbv7em-none-eabihf x86_64-pc-windows-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-apple-darwin; do
        rustup target list --installed 2>/dev/null | grep -qx "$target" && continue
        echo "setup: adding the Rust target $target"
        rustup target add "$target" >/dev/null 2>&1 </dev/null || echo "setup: rustup could not add $target: its steps report NOT CHECKED" >&2
    done
    for component in rustfmt clippy; do
        rustup component list --installed 2>/dev/null | grep -q "^$component" || rustup component add "$component" >/dev/null 2>&1 </dev/null ||
            echo "setup: rustup could not add $component: its step reports NOT CHECKED" >&2
    done
fi
exit 0
