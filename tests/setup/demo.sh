#!/bin/sh
# What building the CLI needs, and nothing more: a C linker, and ALSA's headers for the sound device.
set -eu
cd "$(dirname "$0")"
. ./debian.sh
command -v cargo >/dev/null 2>&1 || { echo "setup: no cargo here: install Rust first (https://rustup.rs, or Debian's rustup)" >&2; exit 1; }
compiler=gcc
command -v cc >/dev/null 2>&1 && compiler=
if pkg-config --exists alsa 2>/dev/null && [ -z "$compiler" ]; then exit 0; fi
need "building the command-line phone" pkg-config libasound2-dev ${compiler:+$compiler libc6-dev}
