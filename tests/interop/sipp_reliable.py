#!/usr/bin/env python3
"""Reliable provisional responses and early media between SIPp and us, in both roles: PRACK and RSeq in order, wrong ones, lost ones, offers and answers in them
(RFC 3262), and what the setting demands (RFC 3261 21.4.15)."""
from peers import check, echo, microsip, needs, test
from raw import Ear
from scenario import Scenario, passed, sdp

RELIABLE = {"Require": "100rel", "rseq": "rseq"}


def prack(scenario, number, rack="[$rseq] 1 INVITE", body="", **how):
    return scenario.ask("PRACK", number, body, more=f"RAck: {rack}", **how)


def ended(scenario):
    return scenario.hear("BYE").answer("200 OK", tag=None, repeat=False)


def answered(name, offer):
    return ended(Scenario(name).hear("INVITE").answer("200 OK", offer).hear("ACK"))


def calls_us():
    """We are called: an echo with early media, and one that requires it all."""
    echoes = {"early": echo("early", "--early", "--after", "1s"), "required": echo("required", "--early", "--after", "1s", "--100rel", "required"),
              "long": echo("long", "--early", "--after", "5m")}
    offer = sdp(9)

    def begin(name, more, late=False):
        return Scenario(name).ask("INVITE", 1, "" if late else offer, more=more).hear("100", optional=True)

    def early(scenario, number, body="", **checks):
        """The 183 and its PRACK."""
        scenario.hear("183", dialog=True, body="m=audio [1-9]", **RELIABLE, **checks)
        return prack(scenario, number, body=body).hear("200", CSeq="PRACK", no_Contact=".")

    def up(scenario, number, **checks):
        """The 200, which waited for the PRACK, and the end."""
        return scenario.hear("200", CSeq="INVITE", dialog=True, **checks).ask("ACK", 1).bye(number)

    supported, required = "Supported: 100rel", "Require: 100rel"
    scenarios = {
        # only what brings a description is reliable for a caller that supports it; the exchange is complete then
        "supported": ("early", up(early(begin("supported", supported).hear("180", no_RSeq="."), 2), 3, no_body="m=audio")),
        # a caller that does not know it gets a plain 183
        "plain": ("early", up(begin("plain", "").hear("180", no_RSeq=".").hear("183", no_RSeq=".", body="m=audio [1-9]"), 2, body="m=audio [1-9]")),
        # all are reliable for one that requires it, and one is out at a time
        "required": ("early", up(early(prack(begin("required", required).hear("180", dialog=True, **RELIABLE), 2).hear("200", CSeq="PRACK"), 3), 4, no_body="m=audio")),
        # another response, another INVITE, another method, none
        "wrong": ("early", up(early(prack(prack(prack(prack(
            begin("wrong", required).hear("180", dialog=True, **RELIABLE), 2, "4294967295 1 INVITE").hear("481"), 3, "[$rseq] 7 INVITE").hear("481"),
            4, "[$rseq] 1 OPTIONS").hear("481"), 5, "[$rseq]").hear("400").ask("PRACK", 6).hear("400").ask("PRACK", 7, more="RAck: [$rseq] 1 INVITE")
            .hear("200", CSeq="PRACK"), 8), 9)),
        # the offer is ours, and its answer is in the PRACK
        "late": ("early", up(early(begin("late", supported, late=True).hear("180"), 2, offer), 3, no_body="m=audio")),
        # the PRACK brings a new offer, which is answered at once
        "offer": ("early", up(prack(begin("offer", supported).hear("180").hear("183", dialog=True, body="m=audio [1-9]", **RELIABLE), 2,
                                    body=sdp(9, more="a=sendonly\n", version=2)).hear("200", CSeq="PRACK", body="a=recvonly"), 3, no_body="m=audio")),
        # its PRACK is late: the 183 comes again meanwhile
        "lost": ("early", up(prack(begin("lost", supported).hear("180").hear("183", dialog=True, **RELIABLE).pause(1200), 2).hear("200", CSeq="PRACK"), 3)),
        # given up before the answer
        "cancelled": ("long", early(begin("cancelled", supported).hear("180"), 2).ask("CANCEL", 1, branch="INVITE1").hear("200", CSeq="CANCEL")
                      .hear("487", CSeq="INVITE").ask("ACK", 1, branch="INVITE1", uri="sip:echo@[remote_ip]:[remote_port]")),
        # the setting: all from 180 on, and nobody without it
        "demanded": ("required", up(early(prack(begin("demanded", supported).hear("180", dialog=True, **RELIABLE), 2).hear("200", CSeq="PRACK"), 3), 4, no_body="m=audio")),
        "unable": ("required", begin("unable", "").hear("421", Require="100rel").ask("ACK", 1, branch="INVITE1", uri="sip:echo@[remote_ip]:[remote_port]")),
    }
    return list(echoes.values()), [scenario.start(echoes[which].port) for which, scenario in scenarios.values()]


def we_call():
    """We call: the exit code of our command, the scenario, and its options."""
    ears = {name: Ear() for name in ("in-183", "second")}
    at = {name: ear.port for name, ear in ears.items()}
    ok = {"tag": None, "repeat": False}

    def heard(scenario, number, **checks):
        return scenario.hear("PRACK", RAck=f"^ *{number} +[0-9]+ +INVITE", **checks).answer("200 OK", **ok)

    def reliably(scenario, status, number, body=""):
        return scenario.answer(status, body, more=f"Require: 100rel\nRSeq: {number}", invite=True)

    cases = {
        # the answer is in the 183, so the 200 has none; the voice goes where the 183 said
        "in-183": (0, ended(heard(reliably(Scenario("in-183").hear("INVITE", body="Supported: 100rel"), "183 Session Progress", 4294967294, sdp(at["in-183"])), 4294967294)
                            .answer("200 OK", invite=True).hear("ACK")), ()),
        # out of order: 9 is not the next of 7, and gets no PRACK
        "wrong-rseq": (0, ended(heard(reliably(reliably(heard(reliably(Scenario("wrong-rseq").hear("INVITE"), "180 Ringing", 7), 7), "183 Session Progress", 9, sdp(9)),
                                               "183 Session Progress", 8, sdp(at["second"])), 8).answer("200 OK", invite=True).hear("ACK")), ()),
        "required": (0, ended(heard(reliably(Scenario("required").hear("INVITE", Require="100rel", no_body="Supported: 100rel"), "180 Ringing", 1), 1)
                              .answer("200 OK", sdp(9), invite=True).hear("ACK")), ("--100rel", "required")),
        "off": (0, ended(Scenario("off").hear("INVITE", no_body="100rel").answer("180 Ringing", invite=True).answer("200 OK", sdp(9), invite=True).hear("ACK")),
                ("--100rel", "off")),
        # our PRACK is lost, and comes again
        "lost": (0, ended(reliably(Scenario("prack-lost").hear("INVITE"), "180 Ringing", 1).hear("PRACK").pause(1200).answer("200 OK", **ok)
                          .answer("200 OK", sdp(9), invite=True).hear("ACK")), ()),
        "refused": (1, Scenario("refused").hear("INVITE", Require="100rel").answer("420 Bad Extension", more="Unsupported: 100rel").hear("ACK"), ("--100rel", "required")),
    }
    callees = {name: scenario.start() for name, (_, scenario, _) in cases.items()}
    calls = {name: microsip(f"call-{name}", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--for", "400ms", *cases[name][2])
             for name, callee in callees.items()}
    return ears, calls, {name: code for name, (code, _, _) in cases.items()}, list(callees.values())


def run():
    needs("sipp")
    echoes, running = calls_us()
    ears, calls, codes, callees = we_call()
    for name, call in calls.items():
        got, wanted = call.code(30), codes[name]
        check(got == wanted, f"our call to {name!r} ended with {got}, {wanted} is wanted: {call.text()[-600:]}")
    passed(*running, *callees)
    for name, ear in ears.items():
        check(len(ear.packets()) >= 8, f"too few packets came to {name!r}")
    check(all(program.alive() for program in echoes), "an echo died")


if __name__ == "__main__":
    test(run)
