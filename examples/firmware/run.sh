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
# measures each. LAMP=1: one phone watches its mailbox, which needs subscribe.
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
arm-none-eabi-gcc $cpu -std=gnu99 -Os -g -ffunction-sections -fdata-sections -Wall -Wextra -Werror -DMICROSIP_ENGINE_ONLY ${LAMP:+-DLAMP} -I"$top/include" \
    -nostartfiles -T mps2-an386.ld -Wl,--gc-sections -Wl,-z,noexecstack -Wl,--fatal-warnings -Wl,-Map="$out/map" -o "$out/firmware" board.c main.c $memory "$library" --specs=nosys.specs
arm-none-eabi-size "$out/firmware"
if arm-none-eabi-nm "$out/firmware" | grep -wE 'malloc|free|_sbrk|__rust_alloc|__rust_realloc'; then echo "an allocator was linked"; exit 1; fi
status=0
timeout 60 qemu-system-arm -M mps2-an386 -display none -monitor none -serial none -semihosting-config enable=on,target=native -kernel "$out/firmware" >"$out/said" 2>&1 || status=$?
cat "$out/said"
[ $status = 0 ] || exit $status
[ -z "${FEATURES:-}${LAMP:-}" ] || exit 0

# Gates of the least image. A feature that it does not have costs it nothing, and bytes from the network find no code that
# could panic.
bytes() { sed -n "s/^ *$1 *\([0-9]*\) bytes of $2\$/\1/p" "$3"; }
flash=$(bytes "library's code" flash "$out/said")
[ "$flash" -le 163840 ] || { echo "failed: the least phone does not fit in 160 KB of flash any more"; exit 1; }
if arm-none-eabi-nm "$out/firmware" | grep panicking; then echo "failed: the least phone has code that panics"; exit 1; fi
# The lamp of a mailbox (RFC 3842): all that it adds, in the image that lights it.
FEATURES=subscribe LAMP=1 "$PWD/run.sh" >"$out/lamp" 2>&1 || { cat "$out/lamp"; exit 1; }
lamp=$(($(bytes together RAM "$out/lamp") - $(bytes together RAM "$out/said")))
echo "  a mailbox's lamp    $lamp bytes of RAM"
[ $lamp -le 1228 ] || { echo "failed: the lamp of a mailbox costs more than 1228 bytes of RAM"; exit 1; }
