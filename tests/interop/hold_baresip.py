#!/usr/bin/env python3
"""baresip and we hold each other, alone and both, by each as the caller; the voice is counted on the wire."""
from bare import ADDRESS, Baresip, enter, waiting
from holding import WE, hold_and_resume, no_far_end_is_lost
from peers import LOGS, check, microsip, test, write_tone
from wire import Wire

THEIRS = range(30000, 31001)


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 120), write_tone(LOGS / "620.wav", 620, 120)
    wire = Wire()
    bare = Baresip("bare", 5060, high, "answermode=auto")
    bare.hold, bare.resume = lambda: bare.do("hold"), lambda: bare.do("resume")

    ours = microsip("caller", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, *WE, keys=True)
    bare.wait("CALL_ESTABLISHED")
    hold_and_resume(wire, ours, bare, THEIRS)
    ours.press("q")
    check(ours.code(10) == 0, f"our call ended with {ours.process.returncode}, 0 is wanted")
    no_far_end_is_lost(ours)
    bare.wait("CALL_CLOSED")

    ours = waiting("answerer", 5082, "--play", low, *WE, keys=True)
    bare.do("dial", ours.uri)
    bare.wait("CALL_ESTABLISHED", 2)
    hold_and_resume(wire, ours, bare, THEIRS)
    bare.do("hangup")
    check(ours.code(10) == 0, f"our answering ended with {ours.process.returncode}, 0 is wanted")
    no_far_end_is_lost(ours)
    bare.end()


if __name__ == "__main__":
    test(run)
