#!/usr/bin/env bash
# Builds the C examples and lets them call each other over loopback. 77: cannot be checked here.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
for tool in cc make cargo python3; do
    command -v "$tool" >/dev/null || { echo "NOT CHECKED: C examples: $tool is not installed"; exit 77; }
done
target=${CARGO_TARGET_DIR:-$top/target}
LIBRARY=${LIBRARY:-}
if [ -z "$LIBRARY" ]; then
    LIBRARY=$target/release
    cargo build --locked --release --quiet --manifest-path "$top/Cargo.toml" -p microsip-c
fi
out=$(mktemp -d)
. "$top/tests/setup/answer.sh"
registrar=
trap 'for one in $waiting $registrar; do kill "$one" 2>/dev/null || true; done; rm -rf "$said" "$out"' EXIT
make --no-print-directory --silent LIBRARY="$LIBRARY" OUT="$out"

# 440 Hz for a second and a half, and for four seconds; and a look for it in the recording.
python3 - "$out/tone.wav" 12000 "$out/long.wav" 32000 <<'PY'
import math, struct, sys, wave
for path, samples in zip(sys.argv[1::2], sys.argv[2::2]):
    with wave.open(path, "wb") as tone:
        tone.setnchannels(1), tone.setsampwidth(2), tone.setframerate(8000)
        tone.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * 440 * i / 8000))) for i in range(int(samples))))
PY
recognise() {
    python3 - "$1" <<'PY'
import math, struct, sys, wave
with wave.open(sys.argv[1], "rb") as heard:
    assert heard.getnchannels() == 1 and heard.getsampwidth() == 2, heard.getparams()
    rate, pcm = heard.getframerate(), heard.readframes(heard.getnframes())
pcm = struct.unpack(f"<{len(pcm) // 2}h", pcm)
hits, size = 0, rate // 10
for start in range(0, len(pcm) - size + 1, size):
    window = pcm[start:start + size]
    total = sum(s * s for s in window)
    re = sum(s * math.cos(2 * math.pi * 440 * i / rate) for i, s in enumerate(window))
    im = sum(s * math.sin(2 * math.pi * 440 * i / rate) for i, s in enumerate(window))
    hits += total > 90000 * size and (re * re + im * im) * 2 / size > 0.75 * total
print(f"440 Hz recognised for {hits * 100} ms")
sys.exit(0 if hits >= 10 else 1)
PY
}

for caller in dial callback; do
    answering timeout 60 "$out/answer" 127.0.0.1:0 "$out/$caller.wav"
    timeout 60 "$out/$caller" "sip:answer@$where" "$out/tone.wav"
    answered
    recognise "$out/$caller.wav"
    echo "$caller: ok"
done

# An account, hold with music, and a header of the answer; a wrong password ends it.
python3 registrar.py >"$out/registrar" &
registrar=$!
for ((turns = 0; turns < 600; turns++)); do
    domain=$(sed -n 's/^registrar at //p' "$out/registrar")
    [ -z "$domain" ] || break
    sleep 0.1
done
answering timeout 60 "$out/answer" 127.0.0.1:0 "$out/held.wav"
PASSWORD=secret timeout 60 "$out/phone" "sip:anna@$domain" "sip:answer@$where" "$out/long.wav" | tee "$out/phone.txt"
answered
for line in "registered" "the far end is at <sip:" "on hold"; do grep -q "$line" "$out/phone.txt" || { echo "the phone did not say: $line"; exit 1; }; done
recognise "$out/held.wav"
if PASSWORD=wrong timeout 60 "$out/phone" "sip:anna@$domain" "sip:answer@$where" "$out/long.wav" 2>"$out/error"; then echo "a wrong password was taken"; exit 1; fi
grep -q "cannot register: SIP 403" "$out/error" || { echo "phone does not say why it could not register: $(cat "$out/error")"; exit 1; }
kill "$registrar"
registrar=
echo "phone: ok"

# The engine over this program's own sockets: datagrams, and a stream.
for way in udp tcp; do
    answering timeout 60 "$out/answer" 127.0.0.1:0 "$out/loop-$way.wav"
    timeout 60 "$out/loop" "sip:answer@$where;transport=$way"
    answered
    recognise "$out/loop-$way.wav"
    echo "loop by $way: ok"
done

# Two callers in one conference, the second while the first still speaks: what they say is in the recording of the whole.
answering timeout 60 "$out/conference" 127.0.0.1:0 "$out/whole.wav" 2
timeout 60 "$out/callback" "sip:room@$where" "$out/long.wav" &
caller=$!
timeout 60 "$out/dial" "sip:room@$where" "$out/long.wav"
wait "$caller"
answered
for line in "2 in the conference" "0 in the conference" "talks"; do grep -q "$line" "$said" || { echo "the conference did not say: $line"; exit 1; }; done
recognise "$out/whole.wav"
echo "conference: ok"

# Who is called has the caller call somebody else: three programs, of which the first two are gone when the last hears the tone.
answering timeout 60 "$out/answer" 127.0.0.1:0 "$out/new.wav"
new=$waiting party=$where first=$said said=$out/second
answering timeout 60 "$out/transfer" 127.0.0.1:0 "$out/tone.wav"
timeout 60 "$out/transfer" "sip:bob@$where" "sip:new@$party" >"$out/steps"
answered
waiting=$new said=$first
wait "$new" || { echo "the new party heard nothing"; exit 1; }
waiting=''
# of several steps that came before one was fetched the latest is told
grep -q "^transfer: they talk" "$out/steps" || { echo "the transfer did not say that they talk"; exit 1; }
recognise "$out/new.wav"
echo "transfer: ok"

# Messages, one after the other; and to whom nobody is.
answering timeout 60 "$out/message" - 127.0.0.1:0 2
timeout 60 "$out/message" "sip:anna@$where" "first" "then this" | tee "$out/written.txt"
answered
for line in ': first$' ': then this$'; do grep -q "$line" "$said" || { echo "this did not come: $line"; exit 1; }; done
[ "$(grep -c 'SIP 200 OK' "$out/written.txt")" = 2 ] || { echo "they were not answered"; exit 1; }
echo "message: ok"

# A mailbox that is watched.
answering timeout 60 python3 mailbox.py
timeout 60 "$out/watch" "sip:box@$where" | tee "$out/watched.txt"
answered
grep -q "^3 new messages" "$out/watched.txt" || { echo "the lamp was not seen"; exit 1; }
grep -q "^taken back" "$said" || { echo "the subscription was not taken back"; exit 1; }
echo "watch: ok"

# A call that says where it comes from, and a tone in it.
answering timeout 60 "$out/answer" 127.0.0.1:0 "$out/located.wav"
timeout 60 "$out/located" "sip:answer@$where"
answered
echo "located: ok"

# A call that cannot work prints its reason, and ends with 1.
if "$out/dial" "no address at all" "$out/tone.wav" 2>"$out/error"; then echo "dial took nonsense for an address"; exit 1; fi
grep -q "sip:" "$out/error" || { echo "dial does not say what an address looks like: $(cat "$out/error")"; exit 1; }
echo "C examples: ok"
