#!/bin/sh
# The C ABI from C's side: layouts with four compilers, exported symbols against a list, misuse and calls under AddressSanitizer.
# 77: something could not be checked here; it prints NOT CHECKED.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missing=0
warn="-Wall -Wextra -Werror -Iinclude"

# with the features of the workspace's tests, and with these: whoever has run them builds the C library alone
cargo build --locked --quiet --workspace --all-features --lib --tests
library=$target/debug/libmicrosip
[ -f "$library.a" ] || { echo "$library.a was not built"; exit 1; }
libs="-lpthread -ldl -lm"
if cargo tree --locked -p microsip-c -e normal --prefix none 2>/dev/null | grep -q '^alsa-sys '; then libs="$libs -lasound"; fi

layout() {
    if ! command -v "$1" >/dev/null 2>&1; then echo "NOT CHECKED: layout with $1: it is not installed"; missing=1; return 0; fi
    "$@" $warn -Wpadded -c tests/abi/layout.c -o "$work/layout.o"
    echo "layout: $*"
}
# the same header without the members that are not frozen, and with one more
python3 tests/abi/ages.py include/microsip.h tests/abi/least.txt "$work" || exit 1
layout gcc -std=c99 -pedantic
layout g++ -x c++ -std=c++11 -pedantic
layout x86_64-w64-mingw32-gcc -std=c99
layout x86_64-w64-mingw32-g++ -x c++ -std=c++11
layout arm-none-eabi-gcc -std=c99 -mcpu=cortex-m4
layout arm-none-eabi-gcc -std=c99 -mcpu=cortex-m4 -DMICROSIP_ENGINE_ONLY
if command -v clang >/dev/null 2>&1; then
    # 32-bit x86 needs no C library for this: clang brings its own stdint.h, and string.h is stood in for
    mkdir -p "$work/include"
    echo 'typedef __SIZE_TYPE__ size_t; void *memset(void *, int, size_t);' >"$work/include/string.h"
    clang --target=i686-linux-gnu -ffreestanding -nostdlibinc -isystem "$work/include" -std=c99 $warn -c tests/abi/layout.c -o "$work/layout.o"
    echo "layout: clang --target=i686-linux-gnu"
    clang --target=i686-w64-windows-gnu -mrtd -ffreestanding -nostdlibinc -isystem "$work/include" -std=c99 $warn -c tests/abi/layout.c -o "$work/layout.o"
    echo "callbacks: clang --target=i686-w64-windows-gnu -mrtd"
else
    echo "NOT CHECKED: layout on i686: clang is not installed"; missing=1
fi

# what is exported = what the header declares = the committed list
nm -D --defined-only "$library.so" | awk '$2 == "T" { print $3 }' | sort >"$work/exported"
diff "$work/exported" tests/abi/symbols.txt || { echo "exported symbols are not those of tests/abi/symbols.txt"; exit 1; }
sed 's|//.*||' include/microsip.h | grep -oE '\bmicrosip_[a-z0-9_]+\(' | tr -d '(' | grep -vx microsip_panic_hook | sort -u >"$work/declared"
diff "$work/exported" "$work/declared" || { echo "exported symbols are not those that the header declares"; exit 1; }
echo "symbols: $(wc -l <"$work/exported") exported, declared and listed"

# the engine family has every host function that needs no file, device, thread or ring of PCM
host_only='create destroy event_next event_descriptor_get network_changed sound_play sound_stop record_start record_stop log_next pcm_write pcm_read device_scan device_set'
engine_only='size_get init sip media reply flow timeout poll_transmit poll_event poll_ask poll_log poll_timeout audio'
any='version abi_version strerror features'
grep -v '^microsip_engine_' "$work/exported" | sed 's/^microsip_//' | grep -vxF "$(printf '%s\n' $host_only $any)" >"$work/host"
sed -n 's/^microsip_engine_//p' "$work/exported" | grep -vxF "$(printf '%s\n' $engine_only)" >"$work/engine"
diff "$work/host" "$work/engine" || { echo "the two families differ"; exit 1; }
echo "families: $(wc -l <"$work/host") functions in both"

# each exported function is in the lists of misuse, or named there by itself
missed=$(while read -r name; do cat tests/abi/every.h tests/abi/misuse.c | grep -q "\b$name(" || echo "$name"; done <"$work/exported")
[ -z "$missed" ] || { echo "no test of misuse calls: $missed"; exit 1; }

# each call's result is recorded, and held against what the header documents
python3 tests/abi/seen.py header include/microsip.h "$work/seen.h"

# program NAME HEADERS: built against the header in that folder, and run
program() {
    if [ "$2" = include ]; then record="-include $work/seen.h"; else record=; fi
    MICROSIP_SEEN=$work/$1.seen
    export MICROSIP_SEEN
    gcc $record -std=gnu99 -g -Wall -Wextra -Werror -I"$2" -I"$work" -fsanitize=address,undefined -fno-sanitize-recover tests/abi/$1.c -o "$work/$1" "$library.a" $libs
    timeout 300 "$work/$1" "$work" || { echo "$1 with the header in $2: failed"; exit 1; }
}
for name in misuse sizes threads call added written directed sound engines; do program $name include; done
for name in whole wrong_state; do MICROSIP_SEEN=$work/$name.seen cargo test --locked --quiet -p microsip --all-features --test $name >/dev/null || { echo "cargo test --test $name: failed"; exit 1; }; done
python3 tests/abi/seen.py check include/microsip.h "$work"/*.seen
for age in older newer; do
    program call "$work/$age"
    gcc -std=c99 -pedantic -Wall -Wextra -Werror -Wpadded -I"$work/$age" -c tests/abi/ages.c -o "$work/ages.o"
    program ages "$work/$age"
done
[ $missing = 0 ] || exit 77
