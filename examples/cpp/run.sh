#!/usr/bin/env bash
# Builds the C++ example and runs its call. 77: cannot be checked here.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
command -v g++ >/dev/null || { echo "NOT CHECKED: C++: g++ is not installed"; exit 77; }
target=${CARGO_TARGET_DIR:-$top/target}
LIBRARY=${LIBRARY:-}
if [ -z "$LIBRARY" ]; then
    LIBRARY=$target/release
    cargo build --locked --release --quiet --manifest-path "$top/Cargo.toml" -p microsip-c
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
g++ -std=c++11 -O2 -Wall -Wextra -Werror -pedantic -I"$top/include" -o "$out/listen" listen.cpp -L"$LIBRARY" -Wl,-rpath,"$LIBRARY" -lmicrosip -pthread
timeout 60 "$out/listen"
echo "C++: ok"
