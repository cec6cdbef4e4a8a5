#!/usr/bin/env python3
"""Twinkle and we, each as the caller, with reliable provisional responses (RFC 3262) required of each other: PRACK both ways, early media of ours, the voice of both
after the answer. One that has them switched off refuses, and we say so."""
from bare import ADDRESS, enter, lines, waiting
from early_linphone import passed
from peers import LOGS, check, microsip, test, until, write_tone
from twinkle import Twinkle
from wire import Wire

OURS, THEIRS = range(20000, 20100), range(8300, 8304)
WE = ["--rtp-port", f"{OURS.start}-{OURS.stop - 1}", "--for", "5m", "--100rel", "required", "--early", "--trace"]


def run():
    enter("twinkle-console")
    low = write_tone(LOGS / "440.wav", 440, 120)
    wire = Wire()
    peer = Twinkle("twinkle", 5060, THEIRS.start, "required")

    ours = microsip("caller", "--json", "call", peer.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, *WE, keys=True)
    peer.wait("incoming call")
    until(lambda: any(fields["label"].startswith("200 OK (PRACK)") for fields in lines(ours, "trace")), 10, "twinkle to answer our PRACK")
    peer.do("answer", "call established")
    wire.flows("up, we call", we=(OURS, True), they=(THEIRS, True))
    ours.press("q")
    check(ours.code(10) == 0, f"our call ended with {ours.process.returncode}, 0 is wanted")
    passed(ours, ("sent", "INVITE"), ("received", "180"), ("sent", "PRACK"), ("received", "200 OK (PRACK)"), ("received", "200 OK (INVITE)"), ("sent", "ACK"), ("sent", "BYE"))
    peer.wait("far end ended call")
    peer.end()

    # its line takes a while to be free again, and does not say when
    peer = Twinkle("calls", 5062, THEIRS.start + 2, "required")
    ours = waiting("answerer", 5082, "--play", low, "--after", "5s", *WE, keys=True)
    peer.do(f"call {ours.uri}")
    until(lambda: lines(ours, "early_media"), 10, "our early media")
    wire.flows("early, twinkle calls", we=(OURS, True))
    peer.wait("far end answered call")
    wire.flows("up, twinkle calls", we=(OURS, True), they=(THEIRS, True))
    peer.do("bye", "call ended")
    check(ours.code(10) == 0, f"our answering ended with {ours.process.returncode}, 0 is wanted")
    passed(ours, ("received", "INVITE"), ("sent", "180"), ("received", "PRACK"), ("sent", "183"), ("received", "PRACK"), ("sent", "200 OK (PRACK)"), ("sent", "200 OK (INVITE)"))
    peer.end()

    peer = Twinkle("without", 5064, THEIRS.stop, "disabled")
    ours = microsip("refused", "call", peer.uri, "--listen", f"{ADDRESS}:5084", "--null-audio", "--100rel", "required")
    check(ours.code(10) == 1, f"a call that requires 100rel ended with {ours.process.returncode}, 1 is wanted: {ours.text()}")
    check("420" in ours.text(), f"a call that requires 100rel does not say 420: {ours.text()}")
    peer.end()


if __name__ == "__main__":
    test(run)
