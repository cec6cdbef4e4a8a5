# Sourced by tests/run.sh: steps that are timed, logged and counted, in lanes that run side by side.
#   step NAME COMMAND…   runs one. 0: passed; 77: could not be checked here, its log says NOT CHECKED: why; else failed, and its log is shown
#   after NAME…          waits until these steps of another lane are over
#   lane FUNCTION        runs the steps of a function beside the other lanes
#   finish               waits for the lanes; prints what was not checked, what failed, the times and the counts. 0: nothing failed
# Lanes share no variables, so the outcome of a step is a file. `words` holds what a step's name must contain, if it is not empty.
logs=$(mktemp -d "${TMPDIR:-/tmp}/microsip-test.XXXXXX")
mkdir "$logs/outcomes"
lanes=()

# cannot REASON: leaves a step as not checked.
cannot() {
    echo "NOT CHECKED: $*"
    exit 77
}

wanted() {
    local word
    [ ${#words[@]} -gt 0 ] || return 0
    for word in "${words[@]}"; do [[ $1 != *"$word"* ]] || return 0; done
    return 1
}

# file_name NAME
file_name() { tr -cs 'A-Za-z0-9\n' - <<<"$1"; }

step() {
    local name=$1 file log outcome code start took cpu
    shift
    wanted "$name" || return 0
    file=$(file_name "$name")
    log=$logs/$file.log outcome=$logs/$file.outcome
    start=$(date +%s.%N)
    # times: its second line is that of the processes that ended
    ( ("$@"); code=$?; times >"$log.times"; exit $code) >"$log" 2>&1 </dev/null
    code=$?
    took=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
    cpu=$(awk 'NR == 2 { split($1 "m" $2, n, /[ms]+/); printf "%.0f", n[1] * 60 + n[2] + n[3] * 60 + n[4] }' "$log.times")
    {
        echo "time $took $name"
        # the parts of a step that time themselves: `ok name (12 s)`
        sed -n 's/^ok \([^ ]*\) (\([0-9]*\) s)$/time \2 '"$name"': \1/p' "$log"
        # a step that ran may still have left parts out
        sed -n "s/^NOT CHECKED: /unchecked $name: /p" "$log"
        case $code in
        0) echo "passed $(at_least_one "$(counted passed "$log")")" ;;
        77) ;;
        *) echo "passed $(counted passed "$log")" && echo "failed $(at_least_one "$(counted failed "$log")")" && echo "failure $name" ;;
        esac
    } >"$outcome"
    (
        flock 9
        case $code in
        0) printf 'ok           %-44s %7s s, of processors %4s s\n' "$name" "$took" "$cpu" ;;
        77) printf 'NOT CHECKED  %-44s %7s s, of processors %4s s\n' "$name" "$took" "$cpu" ;;
        *)
            printf 'FAILED       %-44s %7s s   exit %s, log %s\n' "$name" "$took" "$code" "$log"
            { failures_of "$log"; tail -n 60 "$log"; } | sed 's/^/    | /'
            ;;
        esac
    ) 9>"$logs/lock"
    mv "$outcome" "$logs/outcomes/$file"
}

# A test program that was ended by a signal has counted nothing.
died="^  process didn't exit successfully: "
# counted passed|failed LOG: the tests that a step's runners counted.
counted() {
    local dead=0
    [ "$1" = passed ] || dead=$(grep -c "$died" "$2")
    grep -E '^(test result: .*|[0-9]+ passed, [0-9]+ failed.*)$' "$2" | grep -oE "[0-9]+ $1" | awk -v dead="$dead" '{ s += $1 } END { print s + dead }'
}
# A step without a count is one test.
at_least_one() { [ "$1" -gt 0 ] && echo "$1" || echo 1; }
# failures_of LOG: what Rust's test runner says of the tests that failed, of however many programs; more would bury the log's end.
failures_of() { awk -v died="$died" '/^failures:$/ { failed = 1 } failed || $0 ~ died; /^test result: / { failed = 0 }' "$1" | head -n 200; }

after() {
    local name
    for name in "$@"; do
        wanted "$name" || continue
        until [ -e "$logs/outcomes/$(file_name "$name")" ] || [ -e "$logs/broken" ]; do sleep 0.2; done
    done
}

# A lane is a group of processes, so that all of it can be ended; and it gets signals as a shell in the foreground does, while the usual background
# ignores an interrupt, and the tests would inherit that.
lane() {
    set -m
    (
        name=$1
        trap '[ -e "$logs/$name.whole" ] || touch "$logs/broken"' EXIT
        "$1"
        touch "$logs/$1.whole"
    ) &
    lanes+=($!)
    set +m
}

trap 'for lane in "${lanes[@]}"; do kill -- "-$lane" 2>/dev/null; done; echo "interrupted; logs: $logs"; exit 130' INT TERM

finish() {
    wait "${lanes[@]}"
    [ ! -e "$logs/broken" ] || { echo "time 0 a lane"; echo "failure a lane broke off"; echo "failed 1"; } >"$logs/outcomes/lane"
    local kind value passed=0 failed=0
    local failures=() unchecked=() times=()
    while read -r kind value; do
        case $kind in
        passed) passed=$((passed + value)) ;;
        failed) failed=$((failed + value)) ;;
        failure) failures+=("$value") ;;
        unchecked) unchecked+=("$value") ;;
        time) times+=("$value") ;;
        esac
    done < <(cat "$logs"/outcomes/*)
    echo
    if [ ${#unchecked[@]} -gt 0 ]; then
        echo "==================== what could NOT be checked here ===================="
        printf 'NOT CHECKED: %s\n' "${unchecked[@]}"
        echo "========================================================================"
    fi
    [ ${#failures[@]} = 0 ] || printf 'FAILED: %s\n' "${failures[@]}"
    [ ${#failures[@]} -gt 0 ] || rm -rf "$logs"
    printf 'took %s min %s s; longest: ' $((SECONDS / 60)) $((SECONDS % 60))
    printf '%s\n' "${times[@]}" | sort -rn | head -n 12 | awk '{ took = $1; $1 = ""; printf "%s%s %s s", (NR > 1 ? ", " : ""), substr($0, 2), took } END { print "" }'
    echo "$passed passed, $failed failed, ${#unchecked[@]} skipped"
    [ ${#failures[@]} = 0 ]
}
