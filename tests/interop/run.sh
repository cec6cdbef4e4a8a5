#!/usr/bin/env bash
# Every test against a peer of another project, one after the other. `run.sh WORD…` runs those whose names contain a word.
set -u
cd "$(dirname "$0")" || exit 1
passed=0 failed=0 skipped=0
for test in *.py; do
    case $test in peers.py | raw.py | scenario.py | bare.py | no_secret.py) continue ;; esac
    if [ $# -gt 0 ]; then
        wanted=
        for word in "$@"; do [[ $test == *"$word"* ]] && wanted=1; done
        [ "$wanted" ] || continue
    fi
    start=$SECONDS
    output=$(PYTHONDONTWRITEBYTECODE=1 timeout 180 python3 "$test" 2>&1 </dev/null)
    code=$?
    case $code in
    0) passed=$((passed + 1)) && echo "ok ${test%.py} ($((SECONDS - start)) s)" ;;
    77) skipped=$((skipped + 1)) && echo "NOT CHECKED: ${test%.py}: ${output#NOT CHECKED: }" ;;
    *) failed=$((failed + 1)) && echo "FAILED ${test%.py} (exit $code)" ;;
    esac
    [ $code = 0 ] || [ $code = 77 ] || sed 's/^/    /' <<<"$output"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
