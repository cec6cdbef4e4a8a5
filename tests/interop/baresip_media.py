#!/usr/bin/env python3
"""Calls with baresip whose media differ: packets of 10, 30 and 40 ms, G.711 A-law only, codecs that we do not have before ours; and the reports by RTCP of calls that last:
the round trip and the losses that we tell are those of a loopback. All run side by side."""
from bare import ADDRESS, Baresip, enter, lines, rest, waiting
from peers import LOGS, check, check_heard, microsip, test, write_tone


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    many = "module g711.so\nmodule g722.so\nmodule l16.so\nmodule g726.so"
    kinds = {
        "ptime-10": ("ptime=10", "module g711.so"), "ptime-30": ("ptime=30", "module g711.so"), "ptime-40": ("ptime=40", "module g711.so"),
        "a-law": ("audio_codecs=pcma", "module g711.so"), "others-first": ("audio_codecs=g722,L16/8000,PCMA/8000,PCMU/8000", many),
    }
    calls = {}
    for n, (name, (account, codecs)) in enumerate(kinds.items()):
        bare = Baresip(name, 5060 + 4 * n, high, f"{account};answermode=auto", codecs=codecs)
        phone = waiting(f"{name}-in", 5100 + 2 * n, "--play", low, "--record", LOGS / f"{name}-in.wav", "--for", "7s")
        bare.do("dial", phone.uri)
        bare.wait("CALL_ESTABLISHED")
        ours = microsip(f"{name}-out", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:{5120 + 2 * n}", "--null-audio", "--play", low, "--record", LOGS / f"{name}-out.wav", "--for", "2s")
        calls[name] = (bare, phone, ours)
    for name, (bare, phone, ours) in calls.items():
        for program, seconds in ((ours, 2), (phone, 7)):
            check(program.code(15) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted")
            # baresip puts the first call on hold for the second one; the recordings show one of them at least
            (codec,) = [fields["codec"] for fields in lines(program, "call") if fields["state"] == "connected"]
            want = "PCMU/8000" if name.startswith("ptime") else "PCMA/8000"
            check(codec == want, f"{program.name} speaks {codec}, {want} is wanted")
            (end,) = [fields for fields in lines(program, "call") if fields["state"] == "ended"]
            print(name, program.name, end["sent"], end["received"], end["lost"], end["rtt_us"], end["jitter_us"])
        bare.end()


if __name__ == "__main__":
    test(run)
