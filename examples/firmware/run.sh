#!/usr/bin/env bash
# Builds the library's engine for a Cortex-M4F without an allocator, links the C firmware and runs it in the emulator.
# 77: cannot be checked here.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
triple=thumbv7em-none-eabihf
skip() {
    echo "************************************************************************"
    echo "SKIPPED: the firmware was NOT built and NOT run: $*"
    echo "************************************************************************"
    echo "NOT CHECKED: firmware: $*"
    exit 77
}
command -v cargo >/dev/null || skip "cargo is not installed"
ls "$(rustc --print target-libdir --target $triple 2>/dev/null)"/libcore-* >/dev/null 2>&1 || skip "the Rust target $triple is absent (rustup target add $triple)"
command -v arm-none-eabi-gcc >/dev/null || skip "arm-none-eabi-gcc is not installed (Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi)"
echo '#include <string.h>' | arm-none-eabi-gcc -xc -fsyntax-only - 2>/dev/null || skip "the C library's headers for ARM are absent (Debian: libnewlib-arm-none-eabi)"
command -v qemu-system-arm >/dev/null || skip "qemu-system-arm is not installed (Debian: qemu-system-arm)"

target=${CARGO_TARGET_DIR:-$top/target}
# The features that this image has, beside the least: sentences, and those that core/Cargo.toml has by default. The bench
# measures each.
features=panic-handler${FEATURES:+,$FEATURES}
# The C library is a cdylib too, which bare metal cannot link: only the static library is asked for. The threshold: of
# what is called more than once only what is shorter than its call is inlined; 3.5 KB of flash are saved.
cargo rustc --locked --quiet --manifest-path "$top/Cargo.toml" -p microsip-c --no-default-features --features "$features" \
    --target $triple --profile size --crate-type staticlib -- -C llvm-args=-inline-threshold=-12
library=$target/$triple/size/libmicrosip.a
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cpu="-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"
# The firmware's own C library copies, clears and compares memory, for the library too, whose compiler brings functions
# twice as large.
memory="-lc"
for function in memcpy memmove memset memcmp __aeabi_memcpy __aeabi_memmove __aeabi_memset __aeabi_memclr; do memory="-Wl,-u,$function $memory"; done
# shellcheck disable=SC2086
arm-none-eabi-gcc $cpu -std=gnu99 -Os -g -ffunction-sections -fdata-sections -Wall -Wextra -Werror -DMICROSIP_ENGINE_ONLY -I"$top/include" \
    -nostartfiles -T mps2-an386.ld -Wl,--gc-sections -Wl,-z,noexecstack -Wl,--fatal-warnings -Wl,-Map="$out/map" -o "$out/firmware" board.c main.c $memory "$library" --specs=nosys.specs
arm-none-eabi-size "$out/firmware"
if arm-none-eabi-nm "$out/firmware" | grep -wE 'malloc|free|_sbrk|__rust_alloc|__rust_realloc'; then echo "an allocator was linked"; exit 1; fi
timeout 60 qemu-system-arm -M mps2-an386 -display none -monitor none -serial none -semihosting-config enable=on,target=native -kernel "$out/firmware"
