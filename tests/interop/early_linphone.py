#!/usr/bin/env python3
"""Early media between linphone and us, each as the caller, with reliable provisional responses (RFC 3262) required by us: PRACK both ways, and the voice on the
wire before the answer."""
from bare import ADDRESS, enter, lines, waiting
from linphone import Linphone
from peers import LOGS, check, microsip, test, until, write_tone
from wire import Wire

OURS, THEIRS = range(20000, 20100), range(7078, 7080)
WE = ["--rtp-port", f"{OURS.start}-{OURS.stop - 1}", "--for", "5m", "--100rel", "required", "--early", "--trace"]


def passed(ours, *labels):
    """These messages went over the wire, in this order: the way of each, and the beginning of its label."""
    told = [(fields["way"], fields["label"]) for fields in lines(ours, "trace")]
    at = -1
    for way, label in labels:
        at = next((n for n in range(at + 1, len(told)) if told[n][0] == way and told[n][1].startswith(label)), None)
        check(at is not None, f"{ours.name}: no {label!r} was {way} where it had to be: {told}")


def run():
    enter("linphonec")
    low, high = write_tone(LOGS / "440.wav", 440, 120), write_tone(LOGS / "620.wav", 620, 120)
    wire = Wire()
    peer = Linphone("linphone", 5060, THEIRS.start, high, more="incoming_calls_early_media=1\n100rel_support_level=1\n")

    ours = microsip("caller", "--json", "call", peer.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, *WE, keys=True)
    until(lambda: lines(ours, "early_media"), 10, "early media of linphone's")
    wire.flows("early, we call", we=(OURS, True))
    peer.do("answer", "Media streams established")
    peer.do(f"play {high}")
    wire.flows("up, we call", we=(OURS, True), they=(THEIRS, True))
    ours.press("q")
    check(ours.code(10) == 0, f"our call ended with {ours.process.returncode}, 0 is wanted")
    passed(ours, ("sent", "INVITE"), ("received", "183"), ("sent", "PRACK"), ("received", "200 Ok (PRACK)"), ("received", "200 Ok (INVITE)"), ("sent", "ACK"), ("sent", "BYE"))
    peer.wait(" ended ")

    ours = waiting("answerer", 5082, "--play", low, "--after", "5s", *WE, keys=True)
    peer.do(f"call {ours.uri}")
    until(lambda: lines(ours, "early_media"), 10, "our early media")
    wire.flows("early, linphone calls", we=(OURS, True))
    peer.wait("Media streams established", 2)
    peer.do(f"play {high}")
    wire.flows("up, linphone calls", we=(OURS, True), they=(THEIRS, True))
    peer.do("terminate", " ended ")
    check(ours.code(10) == 0, f"our answering ended with {ours.process.returncode}, 0 is wanted")
    passed(ours, ("received", "INVITE"), ("sent", "180"), ("received", "PRACK"), ("sent", "183"), ("received", "PRACK"), ("sent", "200 OK (PRACK)"), ("sent", "200 OK (INVITE)"))
    peer.end()


if __name__ == "__main__":
    test(run)
