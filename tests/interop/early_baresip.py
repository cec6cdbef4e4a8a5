#!/usr/bin/env python3
"""Early media between baresip and us, each as the caller: our voice on the wire before the answer, and both after it. This baresip knows no reliable provisional
responses, so a plain 183 brings it."""
from bare import ADDRESS, Baresip, enter, lines, waiting
from peers import LOGS, check, microsip, test, until, write_tone
from wire import Wire

OURS, THEIRS = range(20000, 20100), range(30000, 31001)
WE = ["--rtp-port", f"{OURS.start}-{OURS.stop - 1}", "--for", "5m", "--early"]


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 120), write_tone(LOGS / "620.wav", 620, 120)
    wire = Wire()
    bare = Baresip("bare", 5060, high, "answermode=early")

    ours = microsip("caller", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, *WE, keys=True)
    until(lambda: lines(ours, "early_media"), 10, "early media of baresip's")
    wire.flows("early, we call", we=(OURS, True))
    check(not bare.told("CALL_ESTABLISHED"), "baresip has answered")
    bare.do("accept")
    bare.wait("CALL_ESTABLISHED")
    wire.flows("up, we call", we=(OURS, True), they=(THEIRS, True))
    ours.press("q")
    check(ours.code(10) == 0, f"our call ended with {ours.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED")

    # what requires reliable responses is refused, and we say so
    ours = microsip("required", "call", bare.uri, "--listen", f"{ADDRESS}:5084", "--null-audio", "--100rel", "required")
    check(ours.code(10) == 1, f"a call that requires 100rel ended with {ours.process.returncode}, 1 is wanted: {ours.text()}")
    check("420" in ours.text(), f"a call that requires 100rel does not say 420: {ours.text()}")

    ours = waiting("answerer", 5082, "--play", low, "--after", "4s", *WE, keys=True)
    bare.do("dial", ours.uri)
    until(lambda: lines(ours, "early_media"), 10, "our early media")
    wire.flows("early, baresip calls", we=(OURS, True))
    bare.wait("CALL_ESTABLISHED", 2, 20)
    wire.flows("up, baresip calls", we=(OURS, True), they=(THEIRS, True))
    bare.do("hangup")
    check(ours.code(10) == 0, f"our answering ended with {ours.process.returncode}, 0 is wanted")
    bare.end()


if __name__ == "__main__":
    test(run)
