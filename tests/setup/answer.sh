# Sourced by scripts in which something calls a C example, at a port that the system chooses: one that was only found free may be taken by then.
# answering COMMAND…   starts it (COMMAND … 127.0.0.1:0 …) and waits until it listens. `waiting` is its process, `where` its address.
# answered             it ends, and well; what it said is shown
waiting='' where='' said=$(mktemp)
answering() {
    local turns
    : >"$said"
    "$@" >"$said" &
    waiting=$!
    for ((turns = 0; turns < 600; turns++)); do
        where=$(sed -n 's/^.* at \([0-9.]*:[0-9]*\).*/\1/p' "$said" | head -n 1)
        [ -z "$where" ] || return 0
        sleep 0.1
    done
    echo "nobody waits for a call: $*"
    return 1
}
answered() {
    local code=0
    wait "$waiting" || code=$?
    waiting=''
    cat "$said"
    [ $code = 0 ] || echo "the one that was called ended with $code"
    return $code
}
