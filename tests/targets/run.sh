#!/usr/bin/env bash
# run.sh windows|arm64: the library for another machine, without sound, run here: by wine, or by qemu's user mode. The C tests that make calls, the C
# examples calling each other, and the command's demo. 77: cannot be checked here.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
case ${1:-} in
windows)
    triple=x86_64-pc-windows-gnu cc=x86_64-w64-mingw32-gcc end=.exe runner=wine libs="-lws2_32 -luserenv -lntdll -ldbghelp"
    ;;
arm64)
    triple=aarch64-unknown-linux-gnu cc=aarch64-linux-gnu-gcc end='' runner=qemu-aarch64 libs="-lpthread -ldl -lm"
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$cc QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
    ;;
*) echo "usage: run.sh windows|arm64" >&2; exit 2 ;;
esac
cannot() { echo "NOT CHECKED: running on $triple: $*"; exit 77; }
for tool in $cc $runner python3; do command -v "$tool" >/dev/null || cannot "$tool is not installed"; done
rustc --print target-libdir --target $triple 2>/dev/null | xargs -r ls 2>/dev/null | grep -q '^libcore-' || cannot "the Rust target is not installed"

work=$(mktemp -d)
. tests/setup/answer.sh
ended() {
    [ -z "$waiting" ] || kill "$waiting" 2>/dev/null || true
    [ "$runner" = qemu-aarch64 ] || wineserver -k 2>/dev/null || true # the one of this folder, which WINEPREFIX names
    rm -rf "$work" "$said"
}
trap ended EXIT
export WINEPREFIX=$work/wine WINEDEBUG=-all
cargo build --locked --quiet --profile demo -p microsip-c --no-default-features --features host --target $triple
cargo build --locked --quiet --profile demo -p microsip-cli --no-default-features --target $triple
built=$target/$triple/demo
cp "$built/microsip$end" "$work/microsip$end"
compile() { $cc -std=gnu99 -O1 -Wall -Werror -Iinclude -Itests/abi -o "$work/$(basename "$1" .c)$end" "$1" "$built/libmicrosip.a" $libs; }
for program in examples/c/dial.c examples/c/answer.c tests/abi/call.c tests/abi/engines.c; do compile $program; done
cd "$work"
if [ $runner = wine ]; then
    timeout 120 wine wineboot --init >/dev/null 2>&1 || cannot "wine does not start"
    # for wine 8, which has none
    $cc -shared -O1 -o bcryptprimitives.dll "$OLDPWD/tests/targets/bcryptprimitives.c" -ladvapi32
fi
run() { timeout 120 $runner "./$1$end" "${@:2}"; }

run call . && echo "tests/abi/call: ok"
run engines . && echo "tests/abi/engines: ok"
run microsip tone tone.wav --for 1500ms
answering run answer 127.0.0.1:0 heard.wav
run dial "sip:x@$where" tone.wav
answered
[ "$(stat -c %s heard.wav)" -gt 12000 ] || { echo "hardly anything was heard"; exit 1; }
echo "examples: ok"
# the demo counts milliseconds of tones, which wine's timers are not good enough for on a busy machine
[ $runner = wine ] || run microsip demo
