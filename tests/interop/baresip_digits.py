#!/usr/bin/env python3
"""Digits between baresip and us by RFC 4733, both ways and both roles, and ours by SIP INFO, which it takes and does not send: each key has one event, in
order."""
from bare import ADDRESS, Baresip, enter, lines, rest, waiting
from peers import LOGS, check, microsip, test, until, write_tone


def pressed(bare):
    return "".join(event["param"] for event in bare.told("CALL_DTMF_START"))


def run():
    enter()
    tone = write_tone(LOGS / "620.wav", 620, 12)
    bare = Baresip("bare", 5060, tone, "answermode=auto")

    ours = microsip("caller", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--dtmf", "159D*0##")
    check(ours.code(15) == 0, f"our call with digits ended with {ours.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED")
    check(pressed(bare) == "159D*0##", f"baresip was sent 159D*0## and tells {pressed(bare)!r}")

    ours = microsip("informer", "--json", "call", bare.uri, "--listen", f"{ADDRESS}:5084", "--null-audio", "--dtmf", "7#A", "--digits-by", "info")
    check(ours.code(15) == 0, f"our call with digits by INFO ended with {ours.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED", 2)
    check(pressed(bare) == "159D*0##7#A", f"baresip was sent 7#A by INFO and tells {pressed(bare)!r}")

    theirs = waiting("answerer", 5082)
    bare.do("dial", theirs.uri)
    bare.wait("CALL_ESTABLISHED", 3)
    keys = "1223*#0A"
    for count, key in enumerate(keys):
        bare.do("sndcode", key)
        until(lambda: len(lines(theirs, "digit")) > count, 4, f"our answerer to tell the digit {key}")
    rest(0.3)
    got = "".join(fields["digit"] for fields in lines(theirs, "digit"))
    check(got == keys, f"baresip's keys were {keys!r}, told were {got!r}")
    bare.do("hangup")
    check(theirs.code(5) == 0, f"our answerer ended with {theirs.process.returncode}, 0 is wanted")
    bare.end()


if __name__ == "__main__":
    test(run)
