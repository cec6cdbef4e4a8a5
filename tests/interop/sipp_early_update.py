#!/usr/bin/env python3
"""Our UPDATE in an early dialog, on the wire to SIPp, in both roles: a hold and its end before the answer, one that the answer crosses, glare, a far end that wants a
re-INVITE, one that takes no UPDATE, and one that has not answered reliably, which are held behind the answer (RFC 3311 5.1 to 5.3)."""
from peers import check, free_port, microsip, needs, test
from scenario import Scenario, passed, sdp
from sipp_offers_crossed import said

TAKES = "Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE"
ASKS = f"Supported: 100rel\n{TAKES}"
EARLY = ("--offers-early", "--hold-after", "300ms")
RELIABLE = {"Require": "100rel", "rseq": "rseq"}
OK = {"tag": None, "repeat": False}
MINE, OVER = {"body": "a=sendonly"}, {"no_body": "a=sendonly"}


def run():
    needs("sipp")
    offer, held, back = sdp(9), sdp(9, more="a=recvonly\n", version=2), sdp(9, version=3)
    theirs = sdp(9, more="a=sendonly\n", version=2)

    # We call.
    def early(name, takes=TAKES):
        return (Scenario(name).hear("INVITE", Allow="UPDATE").answer("183 Session Progress", offer, more=f"Require: 100rel\nRSeq: 7\n{takes}", invite=True)
                .hear("PRACK").answer("200 OK", **OK))

    def update(scenario, **checks):
        return scenario.hear("UPDATE", **checks)

    def up(scenario):
        return scenario.answer("200 OK", more=TAKES, repeat=False, invite=True).hear("ACK")

    def over(scenario):
        return scenario.hear("BYE").answer("200 OK", **OK)

    def again(scenario):
        return scenario.hear("INVITE", **MINE).answer("200 OK", held, **OK).hear("ACK")

    callees = {
        "hold-and-back": (over(up(update(update(early("hold-and-back"), **MINE).answer("200 OK", held, **OK), **OVER).answer("200 OK", back, **OK).pause(100))),
                          ("--hold-for", "300ms"), [True, False]),
        # the answer is there before the response to our UPDATE
        "crossed": (over(up(update(early("crossed"), keep="update", **MINE)).answer("200 OK", held, invite="update", **OK)), (), [True]),
        "glare": (over(up(update(update(early("glare"), keep="update", **MINE).ask_back("UPDATE", 7, theirs).hear("491")
                                 .answer("491 Request Pending", invite="update", **OK), **MINE).answer("200 OK", held, **OK).pause(100))), (), [True]),
        # its user is to be asked, or it does not know the method: a re-INVITE follows the answer
        "asks": (over(again(up(update(early("asks"), **MINE).answer("504 Ask", **OK)))), (), [True]),
        "unknown": (over(again(up(update(early("unknown"), **MINE).answer("501 Not Implemented", **OK)))), (), [True]),
    }
    # these cannot be asked yet: it is told why, and a re-INVITE follows the answer
    late = {
        "no-update": over(again(up(early("no-update", "Allow: INVITE, ACK, CANCEL, BYE, PRACK").pause(600)))),
        "a-preview": over(again(Scenario("a-preview").hear("INVITE").answer("183 Session Progress", offer, more=TAKES, invite=True).pause(600)
                                .answer("200 OK", offer, invite=True, repeat=False).hear("ACK"))),
    }
    peers = {name: scenario.start(bare=True) for name, scenario in {**{name: each for name, (each, _, _) in callees.items()}, **late}.items()}
    calls = {name: microsip(f"call-{name}", "--json", "call", f"sip:peer@127.0.0.1:{peer.port}", "--null-audio", *EARLY, *(callees[name][1] if name in callees else ()),
                            "--for", "1s") for name, peer in peers.items()}

    # We are called.
    def called(name):
        return (Scenario(name).ask("INVITE", 1, offer, more=ASKS).hear("100", optional=True).hear("180", optional=True)
                .hear("183", dialog=True, body="m=audio [1-9]", Allow="UPDATE", **RELIABLE).ask("PRACK", 2, more="RAck: [$rseq] 1 INVITE").hear("200", CSeq="PRACK"))

    def answered(scenario):
        return scenario.hear("200", CSeq="INVITE", no_body="m=audio").ask("ACK", 1)

    callers = {
        "their-hold": answered(update(called("their-hold"), **MINE).answer("200 OK", held, **OK)).bye(9),
        # less than 2 s later, for the Call-ID is theirs
        "their-glare": answered(update(update(called("their-glare"), keep="update", **MINE).ask("UPDATE", 3, theirs, repeat=False).hear("491")
                                       .answer("491 Request Pending", invite="update", **OK), **MINE).answer("200 OK", held, **OK)).bye(9),
    }
    phones = {}
    for name in callers:
        port = free_port()
        phones[name] = microsip(f"phone-{name}", "--json", "answer", "--listen", f"127.0.0.1:{port}", "--null-audio", "--early", "--after", "4s", *EARLY, "--for", "20s")
        phones[name].wait_udp(port)
        phones[name].port = port
    running = [scenario.start(phones[name].port, bare=True) for name, scenario in callers.items()]

    passed(*peers.values(), *running)
    for name, program in (*calls.items(), *phones.items()):
        check(program.code(10) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted: {program.text()[-600:]}")
        told = [fields["holding"] for fields in said(program, "holding")]
        wanted = callees[name][2] if name in callees else [True]
        check(told == wanted, f"{program.name} told of holds {told}, {wanted} is wanted")
    for name, reason in (("no-update", "takes UPDATE"), ("a-preview", "has not answered the offer in a reliable response")):
        told = [fields["reason"] for fields in said(calls[name], "offer_waits")]
        check(len(told) == 1 and reason in told[0], f"the reason of {name!r} is not told: {calls[name].text()[-600:]}")


if __name__ == "__main__":
    test(run)
