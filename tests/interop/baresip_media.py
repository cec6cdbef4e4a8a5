#!/usr/bin/env python3
"""Calls with baresip whose media differ: packets of 10, 30 and 40 ms, G.711 A-law only, codecs that we do not have before ours, keys
beside them; and the reports by RTCP of calls that last: the round trip and the losses that we print are those of a loopback. All run side by side."""
from bare import ADDRESS, Baresip, enter, lines, waiting
from peers import LOGS, check, check_heard, microsip, test, write_tone


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    many = "module g711.so\nmodule g722.so\nmodule l16.so\nmodule g726.so"
    kinds = {
        "ptime-10": ("ptime=10", "module g711.so"), "ptime-30": ("ptime=30", "module g711.so"), "ptime-40": ("ptime=40", "module g711.so"),
        "a-law": ("audio_codecs=pcma", "module g711.so"), "others-first": ("audio_codecs=g722,L16/8000,PCMA/8000,PCMU/8000", many),
        # an offer with optional keys (with ICE baresip never sends to a peer without it, not even to another baresip)
        "srtp-if-you-can": ("mediaenc=srtp;audio_codecs=pcma", "module g711.so\nmodule srtp.so"),
    }
    calls = {}
    for n, (name, (account, codecs)) in enumerate(kinds.items()):
        bare = Baresip(name, 5060 + 4 * n, high, f"{account};answermode=auto", codecs=codecs, config=["call_hold_other_calls no"])
        phone = waiting(f"{name}-in", 5100 + 2 * n, "--play", low, "--record", LOGS / f"{name}-in.wav", "--for", "7s")
        bare.do("dial", phone.uri)
        bare.wait("CALL_ESTABLISHED")
        ours = microsip(f"{name}-out", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:{5120 + 2 * n}", "--null-audio", "--play", low, "--record", LOGS / f"{name}-out.wav", "--for", "2s")
        calls[name] = (bare, phone, ours)
    for name, (bare, phone, ours) in calls.items():
        for program, seconds in ((ours, 2), (phone, 7)):
            check(program.code(15) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted")
            (codec,) = [fields["codec"] for fields in lines(program, "call") if fields["state"] == "connected"]
            # the far end's preference counts where it offers; where we offer, its answer's
            want = {"PCMA/8000"} if name in ("a-law", "srtp-if-you-can") or program is phone and name == "others-first" else {"PCMU/8000", "PCMA/8000"} if name == "others-first" else {"PCMU/8000"}
            check(codec in want, f"{program.name} speaks {codec}, one of {want} is wanted")
            check_heard(LOGS / f"{program.name}.wav", 620, seconds - 1, program.name)
            (end,) = [fields for fields in lines(program, "call") if fields["state"] == "ended"]
            check(end["lost"] == 0 and end["jitter_us"] < 15_000, f"{program.name} on loopback tells {end}")
            check(abs(end["received"] - seconds * 50) <= seconds * 50 * 0.15, f"{program.name} received {end['received']} packets in {seconds} s")
            packets = seconds * 1000 / (int(name[6:]) if program is phone and name.startswith("ptime") else 20)
            check(abs(end["sent"] - packets) <= packets * 0.15, f"{program.name} sent {end['sent']} packets in {seconds} s, {packets:.0f} are wanted")
        # the round trip is known from its reports by then: it counts in milliseconds, so it may be 1 µs
        check(0 < end["rtt_us"] < 20_000, f"{name}: after 7 s of call the round trip on loopback is said to be {end['rtt_us']} µs")
        bare.end()


if __name__ == "__main__":
    test(run)
