#!/usr/bin/env bash
# Does this tree send the same bytes as another revision? For changes that only move code: `tests/setup/sent.sh REV` leads phones of both through the
# same 300 calls and registrations and compares a hash of every byte sent, with its time and addresses. It ends 0 if they are the same; where they
# differ it shows the first packet that does. `tests/setup/sent.sh REV --cost` says too what a call costs in both: instructions of both ends
# (callgrind), and the firmware's stack and flash (both need what `make test` installs).
# The other revision says it by its own script; one from before there was a script is given this one.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0"; exit 2; }
revision=$(git rev-parse --short "$1^{commit}")
cost=${2:-}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" CARGO_TERM_COLOR=never
there=$CARGO_TARGET_DIR/sent
rm -rf "$there/tree"
mkdir -p "$there/tree"
# -m: the files are new to cargo, however old the revision is
git archive "$revision" | tar -xm -C "$there/tree"
script=(tests/src/script tests/src/script.rs tests/src/bin/sent.rs)
if [ ! -e "$there/tree/tests/src/bin/sent.rs" ]; then
    mkdir -p "$there/tree/tests/src/bin"
    cp -r tests/src/script "$there/tree/tests/src/script"
    cp tests/src/script.rs "$there/tree/tests/src/script.rs"
    cp tests/src/bin/sent.rs "$there/tree/tests/src/bin/sent.rs"
    grep -q '^pub mod script;' "$there/tree/tests/src/lib.rs" || echo 'pub mod script;' >>"$there/tree/tests/src/lib.rs"
elif ! git diff --quiet "$revision" -- "${script[@]}"; then
    echo "note: the script itself changed since $revision"
fi

# within DIRECTORY TARGET-DIRECTORY COMMAND…
within() { (cd "$1" && export CARGO_TARGET_DIR=$2 && shift 2 && "$@"); }
sent() { within "$1" "$2" cargo run --locked --quiet -p microsip-tests --bin sent -- 300 "$3"; }
here=$(sent . "$CARGO_TARGET_DIR" "$there/here.txt")
before=$(sent "$there/tree" "$there" "$there/before.txt")
printf '%-12s %s\n' "$revision" "$before" "this tree" "$here"

instructions() {
    local binary=$1/release/sent few many
    count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" plain "$1" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'; }
    few=$(count 50) many=$(count 250)
    echo "$(((many - few) / 200)) instructions a call, both ends"
}
costs() {
    within "$1" "$2" cargo build --locked --quiet --release -p microsip-tests --bin sent
    instructions "$2"
    within "$1" "$2" bash examples/firmware/run.sh 2>&1 | grep -E 'bytes of (RAM|flash)|NOT CHECKED' || echo "the firmware did not run"
}
if [ "$cost" = --cost ]; then
    costs "$there/tree" "$there" >"$there/before.cost"
    costs . "$CARGO_TARGET_DIR" >"$there/here.cost"
    echo "--- what it costs: $revision | this tree"
    diff --side-by-side --width 150 --expand-tabs "$there/before.cost" "$there/here.cost" || true
fi

if [ "$here" = "$before" ]; then
    echo "the same bytes"
    exit 0
fi
at=$(cmp "$there/before.txt" "$there/here.txt" | sed -n 's/.*line \([0-9]*\)$/\1/p' || true)
echo "--- they differ from line ${at:-?} of $there/before.txt and here.txt on, in:"
head -n "${at:-1}" "$there/here.txt" | grep '^call ' | tail -n 1
from=$((${at:-1} > 12 ? ${at:-1} - 12 : 1))
diff <(tail -n "+$from" "$there/before.txt" | head -n 40) <(tail -n "+$from" "$there/here.txt" | head -n 40) | cut -c 1-200 || true
exit 1
