#!/bin/sh
# header.sh OUTPUT: writes the C header from ffi's sources. 77: cannot be done here.
set -eu
output=$1
case $output in /*) ;; *) output=$PWD/$output ;; esac
cd "$(dirname "$0")/../.."
[ -f ffi/cbindgen.toml ] || { echo "NOT CHECKED: the header: ffi/cbindgen.toml is not there"; exit 77; }
cargo run --locked --quiet -p microsip-header -- ffi "$output"
