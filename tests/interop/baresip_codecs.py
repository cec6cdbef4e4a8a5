#!/usr/bin/env python3
"""Calls with baresip in G.722 and L16, each way: both sides say that codec, and hear the other's tone, which G.711 could not carry. baresip's G.722 is another hand's."""
from bare import ADDRESS, Baresip, enter, lines, waiting
from peers import LOGS, check, check_heard, microsip, test, write_tone

# our name of it, baresip's, the rate of its sound, a tone that needs it, its name in the call
KINDS = [
    ("G722", "G722/16000/1", 16000, 5500, "G722/8000"),
    ("L16/8000", "L16/8000/1", 8000, 3000, "L16/8000"),
    ("L16/16000", "L16/16000/1", 16000, 5500, "L16/16000"),
    ("L16/44100", "L16/44100/1", 44100, 5500, "L16/44100"),
    ("L16/48000", "L16/48000/1", 48000, 5500, "L16/48000"),
]


def run():
    enter()
    modules = "module g711.so\nmodule g722.so\nmodule l16.so"
    calls = []
    for n, (ours, theirs, rate, hertz, name) in enumerate(KINDS):
        tag = ours.replace("/", "-")
        high, low = write_tone(LOGS / f"{tag}-high.wav", hertz, 8, rate), write_tone(LOGS / f"{tag}-low.wav", hertz - 500, 8, 48000 if rate == 44100 else rate)
        bare = Baresip(tag, 5060 + 4 * n, high, f"audio_codecs={theirs};answermode=auto", codecs=modules)
        phone = waiting(f"{tag}-in", 5100 + 2 * n, "--codec", f"PCMU,{ours}", "--play", low, "--record", LOGS / f"{tag}-in.wav", "--for", "3s")
        bare.do("dial", phone.uri)
        calls.append((bare, [phone], ours, low, hertz, name))
    # baresip names its recordings by the second, so the calls are one behind the other
    for n, (bare, programs, ours, low, _, _) in enumerate(calls):
        bare.wait("CALL_CLOSED")
        tag = ours.replace("/", "-")
        programs.append(microsip(f"{tag}-out", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:{5120 + 2 * n}", "--codec", f"{ours},PCMA", "--null-audio", "--play", low,
                                 "--record", LOGS / f"{tag}-out.wav", "--for", "3s"))
    for bare, _, _, _, _, _ in calls:
        bare.wait("CALL_CLOSED", 2)
        bare.end()
    for bare, programs, _, _, hertz, name in calls:
        ptime = 20 if name in ("G722/8000", "L16/8000", "L16/16000") else 10
        for program in programs:
            check(program.code(15) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted")
            (codec,) = [fields["codec"] for fields in lines(program, "call") if fields["state"] == "connected"]
            check(codec == name, f"{program.name} speaks {codec}, {name} is wanted")
            check_heard(LOGS / f"{program.name}.wav", hertz, 2.0, program.name)
            (end,) = [fields for fields in lines(program, "call") if fields["state"] == "ended"]
            check(end["lost"] == 0, f"{program.name} on loopback tells {end}")
            check(abs(end["sent"] - 3000 / ptime) <= 3000 / ptime * 0.15, f"{program.name} sent {end['sent']} packets in 3 s, {3000 / ptime:.0f} are wanted")
        check(len(bare.heard()) == 2, f"baresip left no recording of each call in {name}")
        for path in bare.heard():
            check_heard(path, hertz - 500, 2.0, f"baresip in {name}")


if __name__ == "__main__":
    test(run)
