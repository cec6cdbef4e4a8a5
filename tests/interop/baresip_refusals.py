#!/usr/bin/env python3
"""Calls between baresip and us that are not taken, or not alone: given up while ringing, busy, declined, a second call while one is up; an early answer; a transfer that
we cannot do; OPTIONS."""
from bare import ADDRESS, Baresip, enter, lines, rest, waiting
from peers import LOGS, check, check_heard, microsip, test, until, write_tone


def rung(program, count=1):
    until(lambda: sum(fields.get("state") == "incoming" for fields in lines(program, "call")) >= count, 5, f"{program.name} to be called")


def closed(bare, count):
    return bare.wait("CALL_CLOSED", count)["param"]


def calling(name, bare, port, *arguments):
    return microsip(name, "--json", "call", bare.uri, "--listen", f"{ADDRESS}:{port}", "--null-audio", *arguments)


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    bare = Baresip("bare", 5060, high)

    # baresip gives up while we ring
    phone = waiting("given-up", 5080, "--code", "180", "--after", "20s")
    bare.do("dial", phone.uri)
    bare.wait("CALL_RINGING")
    bare.do("hangup")
    closed(bare, 1)
    check(phone.code(5) == 4, f"a call that baresip gave up ended with {phone.process.returncode}, 4 is wanted")

    # we refuse, with the code that we choose
    for count, code in enumerate((486, 603, 404), 2):
        phone = waiting(f"refuses-{code}", 5080, "--code", code)
        bare.do("dial", phone.uri)
        told = closed(bare, count)
        check(told.startswith(str(code)), f"we refused with {code}, baresip was told {told!r}")
        check(phone.code(5) == 0, f"refusing with {code} ended with {phone.process.returncode}, 0 is wanted")

    # baresip refuses; we give up while it rings
    call = calling("refused", bare, 5084)
    bare.wait("CALL_INCOMING")
    bare.do("hangup")
    check(call.code(5) == 1, f"a call that baresip refused ended with {call.process.returncode}, 1 is wanted")
    call = calling("gives-up", bare, 5084, "--answer-within", "600ms")
    bare.wait("CALL_INCOMING", 2)
    check(call.code(5) == 4, f"a call that we gave up ended with {call.process.returncode}, 4 is wanted")
    closed(bare, 6)
    bare.end()

    # talking: a second call in gets 486, the first is not touched by it, nor by OPTIONS; a transfer, which the command does not do, is refused
    bare, second = Baresip("talking", 5068, high, "answermode=auto"), Baresip("second", 5072, low)
    phone = waiting("busy", 5080, "--play", low, "--record", LOGS / "busy.wav", "--trace")
    bare.do("dial", phone.uri)
    bare.wait("CALL_ESTABLISHED")
    second.do("dial", phone.uri)
    told = closed(second, 1)
    check(told.startswith("486"), f"a second call was told {told!r}, 486 is wanted")
    bare.do("options", phone.uri)
    rest(1.2)
    check(phone.alive(), "a second call or OPTIONS ended the call")
    bare.do("transfer", second.uri)
    bare.program.wait_line("transfer failed: 603")
    # upon which baresip hangs up
    check(phone.code(5) == 0, f"the call beside the others ended with {phone.process.returncode}, 0 is wanted")
    check_heard(LOGS / "busy.wav", 620, 1.0, "our answerer")
    second.end()

    # two calls at once between the same two: each has its own end
    port = 5088
    phones = [waiting(f"two-{n}", port + 4 * n, "--for", "1s") for n in (0, 1)]
    for count, phone in enumerate(phones, 2):
        bare.do("dial", phone.uri)
        bare.wait("CALL_ESTABLISHED", count)
    for phone in phones:
        check(phone.code(8) == 0, f"one of two calls ended with {phone.process.returncode}, 0 is wanted")
    bare.end()

    # sound before the answer: baresip's 183 with its tone; then it takes the call
    early = Baresip("early", 5064, high, "answermode=early")
    call = calling("hears-early", early, 5084, "--play", low, "--record", LOGS / "early.wav", "--for", "1s", "--trace")
    until(lambda: any(fields.get("sip_code") == 183 for fields in lines(call, "call")), 5, "baresip's 183")
    rest(0.6)
    early.do("accept")
    check(call.code(8) == 0, f"a call with early media ended with {call.process.returncode}, 0 is wanted")
    answers = [fields["message"].split("\r\n")[0] for fields in lines(call, "trace") if fields["way"] == "received"]
    check(any(line.startswith("SIP/2.0 183") for line in answers), f"baresip sent no 183: {answers}")
    check_heard(LOGS / "early.wav", 620, 0.5, "our caller, after early media,")
    early.end()


if __name__ == "__main__":
    test(run)
