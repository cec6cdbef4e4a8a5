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
waiting=
trap '[ -z "$waiting" ] || kill "$waiting" 2>/dev/null || true; rm -rf "$out"' EXIT
make --no-print-directory --silent LIBRARY="$LIBRARY" OUT="$out"

# A second and a half of 440 Hz, and a look for it in the recording.
python3 - "$out/tone.wav" <<'PY'
import math, struct, sys, wave
with wave.open(sys.argv[1], "wb") as tone:
    tone.setnchannels(1), tone.setsampwidth(2), tone.setframerate(8000)
    tone.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * 440 * i / 8000))) for i in range(12000)))
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
port() { python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

for caller in dial callback; do
    where=127.0.0.1:$(port)
    timeout 30 "$out/answer" "$where" "$out/$caller.wav" &
    waiting=$!
    sleep 0.3
    timeout 30 "$out/$caller" "sip:answer@$where" "$out/tone.wav"
    wait "$waiting"
    waiting=
    recognise "$out/$caller.wav"
    echo "$caller: ok"
done

# The engine over this program's own sockets: datagrams, and a stream.
for way in udp tcp; do
    where=$(port)
    timeout 30 "$out/answer" "127.0.0.1:$where" "$out/loop-$way.wav" &
    waiting=$!
    sleep 0.3
    timeout 30 "$out/loop" "sip:answer@127.0.0.1:$where;transport=$way"
    wait "$waiting"
    waiting=
    recognise "$out/loop-$way.wav"
    echo "loop by $way: ok"
done

# Two callers in one conference: what they say is in the recording of the whole.
where=127.0.0.1:$(port)
timeout 30 "$out/conference" "$where" "$out/whole.wav" 2 >"$out/said" &
waiting=$!
sleep 0.3
timeout 30 "$out/callback" "sip:room@$where" "$out/tone.wav" &
caller=$!
timeout 30 "$out/dial" "sip:room@$where" "$out/tone.wav"
wait "$caller"
wait "$waiting"
waiting=
cat "$out/said"
for line in "2 in the conference" "0 in the conference" "talks"; do grep -q "$line" "$out/said" || { echo "the conference did not say: $line"; exit 1; }; done
recognise "$out/whole.wav"
echo "conference: ok"

# A call that cannot work prints its reason, and ends with 1.
if "$out/dial" "no address at all" "$out/tone.wav" 2>"$out/error"; then echo "dial took nonsense for an address"; exit 1; fi
grep -q "sip:" "$out/error" || { echo "dial does not say what an address looks like: $(cat "$out/error")"; exit 1; }
echo "C examples: ok"
