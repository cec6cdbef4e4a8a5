#!/usr/bin/env bash
# The files of `make install` in an empty folder are all that others need: the C examples are built there by pkg-config, by CMake and statically, and
# call each other; an engine alone and musl's static library likewise. 77: something could not be checked here; it prints NOT CHECKED.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
target=$CARGO_TARGET_DIR
case $target in /*) ;; *) target=$PWD/$target ;; esac
for tool in cc make readelf; do
    command -v $tool >/dev/null || { echo "NOT CHECKED: make install: $tool is not installed"; exit 77; }
done
missing=0
unchecked() { echo "NOT CHECKED: $*"; missing=1; }
work=$(mktemp -d)
. tests/setup/answer.sh
trap '[ -z "$waiting" ] || kill "$waiting" 2>/dev/null || true; rm -rf "$said" "$work"' EXIT
prefix=$work/prefix

# The checks here do not depend on the profile: a quick one, or what has been built already.
export PROFILE=${PROFILE:-demo}
make --no-print-directory install PREFIX="$prefix"
lib=$prefix/lib
export LD_LIBRARY_PATH=$lib
version=$(basename "$(readlink -f "$lib/libmicrosip.so")")
version=${version#libmicrosip.so.}
readelf -d "$lib/libmicrosip.so" | grep -q "SONAME.*\[libmicrosip.so.${version%%.*}\]" || { echo "the library has no soname"; exit 1; }
readelf -S "$lib/libmicrosip.so" | grep -q '\.debug_' && { echo "the library is not stripped"; exit 1; }
nm -D --defined-only "$lib/libmicrosip.so" | awk '$2 == "T" { print $3 }' | LC_ALL=C sort >"$work/exported"
diff "$work/exported" tests/abi/symbols.txt || { echo "the installed library exports other functions"; exit 1; }
"$prefix/bin/microsip" --version | grep -q "$version" || { echo "the command is of another version than the library"; exit 1; }
for command in '' -call -echo -answer -register -devices -demo -tone; do
    grep -q '^\.TH' "$prefix/share/man/man1/microsip$command.1" || { echo "microsip$command.1 is no man page"; exit 1; }
done
grep -q '^\.nf' "$prefix/share/man/man1/microsip.1" || { echo "the exit codes run together in the manual"; exit 1; }
grep -q 'OPTIONS.*TARGET' "$prefix/share/man/man1/microsip-call.1" || { echo "no synopsis in the manual"; exit 1; }
bash -n "$prefix/share/bash-completion/completions/microsip"
grep -q 'null-audio' "$prefix/share/zsh/site-functions/_microsip" "$prefix/share/fish/vendor_completions.d/microsip.fish"

# The C examples of the source tree are linked to what an installation has left in target/, without any path of an environment.
make --no-print-directory --silent -C examples/c LIBRARY="$target/$PROFILE" OUT="$work/tree" "$work/tree/dial"
code=0
env -u LD_LIBRARY_PATH "$work/tree/dial" 2>"$work/usage" || code=$?
[ $code = 2 ] || { echo "an example beside the build does not start: $(cat "$work/usage")"; exit 1; }

echo "files: a library with a soname, a command, $(ls "$prefix/share/man/man1" | wc -l) man pages, completions"

# For a package: everything below DESTDIR, and no trace of it in the installed files.
make --no-print-directory install PREFIX=/usr DESTDIR="$work/stage"
grep -q '^prefix=/usr$' "$work/stage/usr/lib/pkgconfig/microsip.pc"
grep -rqI "$work" "$work/stage/usr/lib/pkgconfig" "$work/stage/usr/lib/cmake" && { echo "DESTDIR is in what was installed"; exit 1; }
[ "$(ls "$work/stage")" = usr ] || { echo "something was installed outside of the prefix"; exit 1; }

# Not before the last build that asks pkg-config: it would begin anew.
export PKG_CONFIG_PATH=$lib/pkgconfig
examples=$PWD/examples/c
"$prefix/bin/microsip" tone "$work/tone.wav" --for 1500ms
# call DIAL ANSWER: one built one way calls one built another way.
call() {
    answering timeout 60 "$2" 127.0.0.1:0 "$work/heard.wav"
    timeout 60 "$1" "sip:x@$where" "$work/tone.wav"
    answered
    [ "$(stat -c %s "$work/heard.wav")" -gt 16000 ] || { echo "almost no sound was heard"; exit 1; }
}

if command -v pkg-config >/dev/null; then
    mkdir "$work/pkg"
    for program in dial answer; do
        # shellcheck disable=SC2046
        cc -Wall -Werror $(pkg-config --cflags microsip) -o "$work/pkg/$program" "$examples/$program.c" $(pkg-config --libs microsip)
    done
    readelf -d "$work/pkg/dial" | grep -q "NEEDED.*\[libmicrosip.so.${version%%.*}\]" || { echo "the program does not ask for the soname"; exit 1; }
    call "$work/pkg/dial" "$work/pkg/answer"
    echo "pkg-config: ok"
    # shellcheck disable=SC2046
    cc $(pkg-config --cflags microsip) -o "$work/pkg/static" "$examples/dial.c" "$lib/libmicrosip.a" $(pkg-config --static --libs-only-l microsip | sed 's/-lmicrosip//')
    readelf -d "$work/pkg/static" | grep -q 'NEEDED.*libmicrosip' && { echo "it is not linked statically"; exit 1; }
    call "$work/pkg/static" "$work/pkg/answer"
    echo "pkg-config --static: ok"
else
    unchecked "the installed pkg-config file: pkg-config is not installed"
fi

if command -v cmake >/dev/null; then
    cmake -S tests/install -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DEXAMPLES="$examples" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
    cmake --build "$work/cmake" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
    call "$work/cmake/dial" "$work/cmake/answer"
    echo "CMake, shared calls static: ok"
else
    unchecked "the installed CMake package: cmake is not installed"
fi

if command -v g++ >/dev/null; then
    printf '#include <microsip.hpp>\nint main() { return microsip_version() == nullptr; }\n' >"$work/main.cpp"
    g++ -std=c++11 -Wall -Wextra -Werror -I"$prefix/include" -o "$work/cpp" "$work/main.cpp" -L"$lib" -lmicrosip
    "$work/cpp"
    echo "C++ header: ok"
else
    unchecked "the installed C++ header: g++ is not installed"
fi

# An engine alone, on a system with an operating system: no thread, no socket, no file; the program brings its own.
cargo build --locked --quiet --profile demo -p microsip-c --no-default-features --target-dir "$target/engine"
nm -D --defined-only "$target/engine/demo/libmicrosip.so" | awk '$2 == "T" { print $3 }' >"$work/engine"
grep -q '^microsip_engine_init$' "$work/engine" || { echo "the engine alone exports no engine"; exit 1; }
grep -q '^microsip_create$' "$work/engine" && { echo "the engine alone exports the host"; exit 1; }
if grep -q 'microsip.h' "$examples/loop.c"; then
    cc -DMICROSIP_ENGINE_ONLY -Iinclude -o "$work/loop" "$examples/loop.c" "$target/engine/demo/libmicrosip.a" -lm -lpthread -ldl
    answering timeout 60 "$work/pkg/answer" 127.0.0.1:0 "$work/heard.wav"
    timeout 60 "$work/loop" "sip:x@$where"
    answered
    echo "engine alone, hosted: ok"
fi

# musl, everything static: one file that runs on any Linux.
musl=x86_64-unknown-linux-musl
if command -v musl-gcc >/dev/null && rustc --print target-libdir --target $musl 2>/dev/null | xargs -r ls 2>/dev/null | grep -q '^libcore-'; then
    cargo build --locked --quiet --profile demo -p microsip-c --no-default-features --features host --target $musl 2>"$work/musl.log" || { cat "$work/musl.log"; exit 1; }
    # gcc for glibc brings an unwinder that wants glibc; Rust brings one of its own
    musl-gcc -static -Iinclude -o "$work/musl" "$examples/dial.c" "$target/$musl/demo/libmicrosip.a" "$(rustc --print target-libdir --target $musl)/self-contained/libunwind.a"
    call "$work/musl" "$work/pkg/answer"
    echo "musl, static: ok"
else
    unchecked "a static program for musl: musl-gcc or the Rust target $musl is not installed"
fi
[ $missing = 0 ] || exit 77
