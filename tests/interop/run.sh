#!/usr/bin/env bash
# Every test against a peer of another project. `run.sh WORD…` runs those whose names contain a word. Three run side by side, since they mostly wait, and
# beside them those that wait for a session timer, a minute each; those that take all of a machine run alone.
set -u
cd "$(dirname "$0")" || exit 1
one() {
    local test=$1 start=$SECONDS output code
    output=$(PYTHONDONTWRITEBYTECODE=1 timeout 180 python3 "$test" 2>&1 </dev/null)
    code=$?
    case $code in
    0) echo "ok ${test%.py} ($((SECONDS - start)) s)" ;;
    77) echo "NOT CHECKED: ${test%.py}: ${output#NOT CHECKED: }" ;;
    *) printf 'FAILED %s (exit %s)\n%s\n' "${test%.py}" "$code" "$(sed 's/^/    /' <<<"$output")" ;;
    esac
}
export -f one
# together COUNT TEST…: so many at once
together() { [ $# = 1 ] || printf '%s\n' "${@:2}" | xargs -P "$1" -I '{}' bash -c 'one {}'; }

light=() heavy=() timers=()
for test in *.py; do
    case $test in peers.py | console.py | raw.py | wire.py | scenario.py | bare.py | linphone.py | twinkle.py | holding.py | transfers.py | hosts.py | no_secret.py) continue ;; esac
    if [ $# -gt 0 ]; then
        wanted=
        for word in "$@"; do [[ $test == *"$word"* ]] && wanted=1; done
        [ "$wanted" ] || continue
    fi
    case $test in heavy_*) heavy+=("$test") ;; *_timers.py) timers+=("$test") ;; *) light+=("$test") ;; esac
done
told=$(mktemp)
{
    together 3 "${timers[@]}" &
    together 3 "${light[@]}"
    wait
    together 1 "${heavy[@]}"
} | tee "$told"
passed=$(grep -c '^ok ' "$told") failed=$(grep -c '^FAILED ' "$told") skipped=$(grep -c '^NOT CHECKED: ' "$told")
rm -f "$told"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ $((passed + skipped)) = $((${#light[@]} + ${#heavy[@]} + ${#timers[@]})) ]
