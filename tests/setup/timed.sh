#!/bin/sh
# timed.sh COMMAND...: runs it, and says what it took of the clock and of all processors. Says nothing of what took no time.
start=$(date +%s)
"$@" || exit $?
wall=$(($(date +%s) - start))
spent=$(mktemp) || exit 1
times >"$spent" # in a pipe it would tell of the pipe's own process
awk -v wall="$wall" 'NR == 2 {
    split($1 "m" $2, n, /[ms]+/)
    cpu = n[1] * 60 + n[2] + n[3] * 60 + n[4]
    if (cpu >= 1) printf "built in %d s, %.0f s of processor time\n\n", wall, cpu
}' "$spent"
rm -f "$spent"
