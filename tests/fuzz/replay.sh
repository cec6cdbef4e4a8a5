#!/bin/sh
# Every file of the corpus and 20,000 mutations of each target's, in a build that checks overflows.
set -eu
cd "$(dirname "$0")/../.."
exec cargo run --locked --quiet -p microsip-fuzz --config 'profile.dev.opt-level=2'
