#!/usr/bin/env python3
"""Blind transfers with baresip, both ways (RFC 3515, 5589 6): it has us call another baresip, asked and followed at once, and refused; we have it call another one, which answers, or does
not. What each hears is measured."""
from bare import ADDRESS, Baresip, enter
from peers import LOGS, check, check_heard, heard, test, until, write_tone
from transfers import NORMAL, TRANSFERRED, Phone, build


def we_transfer(program, theirs, other):
    """Ours calls baresip, which is to call the other one."""
    ours = Phone("transferor", program, ADDRESS, 5080)
    before = len(other.told("CALL_ESTABLISHED"))
    ours.do(f"dial {theirs.uri}")
    ours.up(1)
    ours.do(f"transfer 1 {other.uri}")
    ours.wait(r"^done well")
    ours.over(1, TRANSFERRED)
    other.wait("CALL_ESTABLISHED", before + 1)
    check(ours.steps(1)[-1] == "done", f"the steps were {ours.steps(1)}")
    until(lambda: theirs.heard() and heard(theirs.heard()[-1], 620) >= 0.75, 8, "baresip to hear the other one")
    theirs.do("hangup")
    other.wait("CALL_CLOSED", before + 1)
    ours.quit()


def refused(program, theirs, manual):
    """The other one is busy: the call is as it was."""
    ours = Phone("in-vain", program, ADDRESS, 5081)
    ours.do(f"dial {theirs.uri}")
    ours.up(1)
    ours.do(f"transfer 1 {manual.uri}")
    manual.wait("CALL_INCOMING")
    manual.do("hangup")
    ours.wait(r"^done .*code=48\d")
    check(ours.steps(1)[-1] == "failed", f"the steps were {ours.steps(1)}")
    check(not ours.lines("call 1 ended"), "the call goes on")
    ours.do("hangup 1")
    ours.over(1, NORMAL)
    ours.quit()


def they_transfer(program, theirs, other, policy, port):
    """Baresip calls us, and has us call the other one."""
    ours = Phone(f"transferee-{policy}", program, ADDRESS, port, policy, LOGS / "440.wav")
    calls, up, closed = len(other.told("CALL_ESTABLISHED")), len(theirs.told("CALL_ESTABLISHED")), len(theirs.told("CALL_CLOSED"))
    theirs.do("dial", ours.uri)
    theirs.wait("CALL_ESTABLISHED", up + 1)
    ours.up(1)
    theirs.do("transfer", other.uri)
    if policy == "refuse":
        ours.wait(r"^refer over .* code=603")
        check(not ours.lines("call 2"), "nobody is called")
        # baresip 1.0 takes a refusal for the end of the call
        theirs.program.wait_line("transfer failure: 603")
        ours.over(1, NORMAL)
        return ours.quit()
    if policy == "ask":
        ours.wait(rf"^refer asks sip:bare@{ADDRESS}:{other.port}")
        ours.do("follow")
    ours.up(2)
    other.wait("CALL_ESTABLISHED", calls + 1)
    # told of the success, it hangs up
    ours.over(1, NORMAL)
    theirs.wait("CALL_CLOSED", closed + 1)
    until(lambda: other.heard() and heard(other.heard()[-1], 440) >= 0.75, 8, "the other baresip to hear us")
    ours.do("hangup 2")
    ours.over(2, NORMAL)
    other.wait("CALL_CLOSED", calls + 1)
    ours.quit()


def run():
    program = build()
    enter()
    write_tone(LOGS / "440.wav", 440, 20)
    theirs = Baresip("theirs", 5010, write_tone(LOGS / "500.wav", 500, 60), "answermode=auto")
    tone = write_tone(LOGS / "620.wav", 620, 60)
    other = Baresip("other", 5020, tone, "answermode=auto")
    we_transfer(program, theirs, other)
    manual = Baresip("manual", 5030, tone, "answermode=manual")
    refused(program, theirs, manual)
    for policy, port in (("ask", 5082), ("follow", 5083), ("refuse", 5084)):
        they_transfer(program, theirs, other, policy, port)


if __name__ == "__main__":
    test(run)
