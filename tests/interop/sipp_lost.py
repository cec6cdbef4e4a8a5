#!/usr/bin/env python3
"""Datagrams that are lost between SIPp and us, seen from SIPp's side: the 2xx comes until its ACK does, an ACK for a refusal stops it, a lost ACK's 2xx is acknowledged
again, an INVITE or BYE that is repeated is the same one (RFC 3261 13.3.1.4, 17.1.1, 17.2.1)."""
from peers import check, echo, microsip, needs, test
from scenario import Scenario, passed, sdp


def run():
    needs("sipp")
    server = echo()
    offer = sdp(9)
    tag = "tag=[0-9a-f]+"
    running = [scenario.start(server.port, bare=True) for scenario in (
        # three 200 before the ACK: after 0.5 s and 1 s more; then silence until the BYE
        Scenario("ok-lost").ask("INVITE", 1, offer).hear("100", optional=True).hear("180", optional=True).hear("200", To=tag).hear("200", To=tag)
        .hear("200", dialog=True, To=tag).ask("ACK", 1).pause(2200).bye(2),
        # the INVITE again, before and after the 200: one call, one tag
        Scenario("invite-twice").ask("INVITE", 1, offer).hear("100", optional=True).hear("180").hear("200", dialog=True)
            .ask("INVITE", 1, offer).ask("INVITE", 1, offer).ask("ACK", 1).pause(400).bye(2),
        # the refusal comes until its ACK does
        Scenario("refusal-lost").ask("INVITE", 1, sdp(9, "18")).hear("100", optional=True).hear("488", To=tag).ask("INVITE", 1, sdp(9, "18"))
        .hear("488", To=tag).ask("ACK", 1, branch="INVITE1", uri="sip:echo@[remote_ip]:[remote_port]").pause(800),
        # the BYE's 200 is lost: the BYE comes again and gets the same response
        Scenario("bye-twice").call(offer).ask("BYE", 2).hear("200").ask("BYE", 2).hear("200"),
        # the ACK of a re-INVITE is lost: its 200 comes again, the call goes on
        Scenario("again-lost").call(offer).ask("INVITE", 2, offer).hear("200").hear("200").hear("200", dialog=True).ask("ACK", 2).ask("OPTIONS", 3).hear("200").bye(4),
    )]

    # We call. Our ACK is lost: SIPp's 200 comes again and gets another. Our INVITE is lost twice: SIPp gets the third.
    callees = {
        "ack-lost": Scenario("ack-lost").hear("INVITE").answer("180 Ringing").answer("200 OK", offer).hear("ACK").answer("200 OK", offer, invite=True)
        .hear("ACK").answer("200 OK", offer, invite=True).hear("ACK").hear("BYE").answer("200 OK", tag=None),
        "invite-lost": Scenario("invite-lost").hear("INVITE").hear("INVITE").hear("INVITE").answer("200 OK", offer).hear("ACK").hear("BYE").answer("200 OK", tag=None),
        "bye-lost": Scenario("bye-lost").hear("INVITE").answer("200 OK", offer).hear("ACK").hear("BYE").hear("BYE").answer("200 OK", tag=None),
    }
    callees = {name: scenario.start(bare=True) for name, scenario in callees.items()}
    calls = [microsip(f"call-{name}", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--for", "500ms") for name, callee in callees.items()]
    for call in calls:
        check(call.code(20) == 0, f"{call.name} ended with {call.process.returncode}, 0 is wanted")
    passed(*running, *callees.values())
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
