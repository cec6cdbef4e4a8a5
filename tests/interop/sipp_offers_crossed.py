#!/usr/bin/env python3
"""Offers that cross on the wire between SIPp and us: glare with either side as the caller, UPDATE while our offer is out and while our answer is owed, BYE against a
re-INVITE both ways, refusals and useless answers to our hold (RFC 3261 14.1, 14.2, 15; RFC 3311 5.2; RFC 6337 4.3)."""
import json

from peers import check, free_port, microsip, needs, test
from scenario import Scenario, passed, sdp


def holding(name, *more, answer=("--code", "200")):
    """One of ours that answers, and puts the far end on hold."""
    port = free_port()
    phone = microsip(name, "--json", "answer", "--listen", f"127.0.0.1:{port}", "--null-audio", *answer, *(more or ("--hold-after", "400ms", "--for", "20s")))
    phone.wait_udp(port)
    phone.port = port
    return phone


def said(phone, kind):
    return [fields for fields in map(json.loads, filter(lambda line: line.startswith("{"), phone.text().splitlines())) if fields["type"] == kind]


def run():
    needs("sipp")
    offer, held = sdp(9), sdp(9, more="a=recvonly\n", version=2)
    theirs = sdp(9, more="a=sendonly\n", version=2)
    mine = {"body": "a=sendonly"}

    def hold(scenario):
        return scenario.hear("INVITE", **mine)

    def accepted(scenario, **how):
        return scenario.answer("200 OK", held, tag=None, repeat=False, **how).hear("ACK")

    # SIPp calls, and owns the Call-ID: we wait for up to 2 s. The hold of ours is agreed on in the end, or it is told that it is not.
    agreed = {
        "glare": accepted(hold(hold(Scenario("glare").call(offer)).ask("INVITE", 2, theirs).hear("491").ask("ACK", 2, branch="INVITE2")
                               .answer("491 Request Pending", tag=None, repeat=False, invite=True).hear("ACK"))),
        "update-pending": accepted(hold(Scenario("update-pending").call(offer)).ask("UPDATE", 2, theirs).hear("491"), invite=True),
        "later": accepted(hold(hold(Scenario("later").call(offer)).answer("500 Not Now", more="Retry-After: 1", tag=None, repeat=False).hear("ACK"))),
        # the ACK is lost: each repetition of the 200 gets one
        "ack-lost": hold(Scenario("ack-lost").call(offer)).answer("200 OK", held, tag=None, repeat=False).hear("ACK")
        .answer("200 OK", held, tag=None, repeat=False, invite=True).hear("ACK"),
    }
    refused = {
        "refused": (488, hold(Scenario("refused").call(offer)).answer("488 Not Acceptable Here", tag=None, repeat=False).hear("ACK")),
        "empty": (200, hold(Scenario("empty").call(offer)).answer("200 OK", tag=None, repeat=False).hear("ACK")),
    }
    ends = {
        # its BYE crosses our re-INVITE, which it refuses then
        "bye-crossed": hold(Scenario("bye-crossed").call(offer)).ask("BYE", 2).hear("200").answer("487 Request Terminated", tag=None, repeat=False, invite=True).hear("ACK"),
        # its re-INVITE crosses our BYE
        "again-crossed": Scenario("again-crossed").call(offer).hear("BYE", keep="bye").ask("INVITE", 2, theirs).hear("481").ask("ACK", 2, branch="INVITE2")
        .answer("200 OK", tag=None, repeat=False, invite="bye"),
    }
    owed = {
        # our answer to the INVITE's offer is owed, and then the one to ours in the 200
        "answer-owed": Scenario("answer-owed").ask("INVITE", 1, offer).hear("100", optional=True).hear("180", dialog=True)
        .ask("UPDATE", 2, theirs).hear("500", Retry_After="[0-9]").hear("200", dialog=True).ask("ACK", 1).ask("UPDATE", 3, theirs).hear("200", body="a=recvonly")
        .ask("INVITE", 4).hear("200", dialog=True, body="m=audio [1-9]").ask("UPDATE", 5, theirs).hear("500", Retry_After="[0-9]").ask("ACK", 4, offer).bye(6),
    }
    phones = {name: holding(f"phone-{name}") for name in (*agreed, *refused, "bye-crossed")}
    phones["again-crossed"] = holding("phone-again-crossed", "--for", "300ms")
    phones["answer-owed"] = holding("phone-answer-owed", "--for", "20s", answer=("--code", "180", "--after", "700ms"))
    scenarios = {name: scenario.pause(200).bye(9) for name, scenario in (*agreed.items(), *((name, scenario) for name, (_, scenario) in refused.items()))}
    running = [scenario.start(phones[name].port, bare=True) for name, scenario in {**scenarios, **ends, **owed}.items()]

    # We call, and own the Call-ID: we wait for 2.1 to 4 s.
    def over(scenario):
        return scenario.hear("BYE").answer("200 OK", tag=None, repeat=False)

    def taken(name):
        return Scenario(name).hear("INVITE").answer("200 OK", offer, repeat=False).hear("ACK")

    callees = {
        "our-glare": over(accepted(hold(taken("our-glare").hear("INVITE", keep="hold", **mine).ask_back("INVITE", 7, theirs).hear("491")
                                        .ask_back("ACK", 7, branch="INVITE7").answer("491 Request Pending", tag=None, repeat=False, invite="hold").hear("ACK")))),
        "our-update-pending": over(accepted(taken("our-update-pending").hear("INVITE", keep="hold", **mine).ask_back("UPDATE", 7, theirs).hear("491"), invite="hold")),
        "our-bye-crossed": taken("our-bye-crossed").hear("INVITE", keep="hold", **mine).ask_back("BYE", 7).hear("200")
        .answer("481 Gone", tag=None, repeat=False, invite="hold").hear("ACK"),
    }
    peers = {name: scenario.start(bare=True) for name, scenario in callees.items()}
    calls = {name: microsip(f"call-{name}", "--json", "call", f"sip:peer@127.0.0.1:{peer.port}", "--null-audio", "--hold-after", "400ms", "--for", "6s")
             for name, peer in peers.items()}

    passed(*running, *peers.values())
    for name, program in (*phones.items(), *calls.items()):
        check(program.code(10) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted")
    for name, program in (*phones.items(), *calls.items()):
        held_now = [fields["holding"] for fields in said(program, "holding")]
        failed = [fields["sip_code"] for fields in said(program, "hold_failed")]
        wanted = ([True], []) if name in agreed or name in ("our-glare", "our-update-pending") else ([], [refused[name][0]]) if name in refused else ([], None)
        check(held_now == wanted[0] and wanted[1] in (failed, None), f"{program.name} told of holds {held_now} and of failures {failed}; {wanted} is wanted")


if __name__ == "__main__":
    test(run)
