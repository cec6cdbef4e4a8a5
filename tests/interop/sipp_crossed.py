#!/usr/bin/env python3
"""Messages that cross on the wire between SIPp and us: CANCEL and 200, CANCEL and CANCEL's end, BYE in an early dialog, BYE before the ACK, two 2xx of a fork,
a 2xx after we gave up (RFC 3261 9.1, 9.2, 13.2.2.4, 15)."""
from peers import check, echo, free_port, microsip, needs, test
from scenario import Scenario, passed, sdp


def ringing(name):
    """One of ours that rings for long."""
    port = free_port()
    phone = microsip(name, "answer", "--listen", f"127.0.0.1:{port}", "--null-audio", "--code", "180", "--after", "20s")
    phone.wait_udp(port)
    phone.port = port
    return phone


def terminated(scenario):
    return scenario.hear("487").ask("ACK", 1, branch="INVITE1", uri="sip:echo@[remote_ip]:[remote_port]")


def run():
    needs("sipp")
    server = echo()
    offer = sdp(9)
    here = "sip:echo@[remote_ip]:[remote_port]"
    bye = ["BYE", "200 OK"]
    # we are called
    callers = {
        "cancelled": terminated(Scenario("cancelled").ask("INVITE", 1, offer).hear("100", optional=True).hear("180")
                                .ask("CANCEL", 1, branch="INVITE1").hear("200")),
        "early-bye": terminated(Scenario("early-bye").ask("INVITE", 1, offer).hear("100", optional=True).hear("180", dialog=True).ask("BYE", 2).hear("200")),
    }
    phones = {name: ringing(f"phone-{name}") for name in callers}
    running = [scenario.start(phones[name].port) for name, scenario in callers.items()]
    running += [scenario.start(server.port) for scenario in (
        # too late: it has no effect, and the call is ended by BYE
        Scenario("cancel-late").ask("INVITE", 1, offer).hear("100", optional=True).hear("180", optional=True).hear("200", dialog=True)
        .ask("CANCEL", 1, branch="INVITE1").hear("200").ask("ACK", 1).ask("OPTIONS", 2).hear("200").bye(3),
        Scenario("cancel-unknown").ask("CANCEL", 1, branch="nothing").hear("481"),
        Scenario("bye-unknown").ask("BYE", 2, to="sip:echo@[remote_ip]:[remote_port];tag=none", uri=here).hear("481"),
        # its BYE overtakes its ACK: the 200 is not repeated
        Scenario("bye-first").ask("INVITE", 1, offer).hear("100", optional=True).hear("180", optional=True).hear("200", dialog=True).ask("BYE", 2).hear("200").pause(1200),
    )]

    # we call
    def agree(scenario):
        return scenario.hear(bye[0]).answer(bye[1], tag=None, repeat=False)

    callees = {
        # two phones behind a fork take it: the second is acknowledged, and ended
        "two-answers": (0, agree(Scenario("two-answers").hear("INVITE").answer("180 Ringing", tag="a").answer("200 OK", offer, tag="a", repeat=False).hear("ACK", To="two-answersa-")
                                 .answer("200 OK", offer, tag="b", repeat=False, invite=True).hear("ACK", To="two-answersb-")
                                 .hear("BYE", To="two-answersb-").answer("200 OK", tag=None, repeat=False))),
        # its 200 comes while our CANCEL is on its way: acknowledged, and ended
        "cancel-crossed": (4, agree(Scenario("cancel-crossed").hear("INVITE").answer("180 Ringing").hear("CANCEL").answer("200 OK", tag=None, repeat=False)
                                    .answer("200 OK", offer, repeat=False, invite=True).hear("ACK"))),
        # it refuses at the same moment
        "refused-crossed": (4, Scenario("refused-crossed").hear("INVITE").answer("180 Ringing").hear("CANCEL").answer("481 Not Any More", tag=None, repeat=False)
                            .answer("486 Busy Here", repeat=False, invite=True).hear("ACK")),
        # no provisional response, no CANCEL (RFC 3261 9.1): it leaves when the 180 has come
        "cancel-waits": (4, Scenario("cancel-waits").hear("INVITE").pause(1200).answer("180 Ringing").hear("CANCEL").answer("200 OK", tag=None, repeat=False)
                         .answer("487 Request Terminated", repeat=False, invite=True).hear("ACK")),
        # a route without lr is strict: the request goes to it by name, and the target is the last route (RFC 3261 12.2.1.1)
        "strict": (0, Scenario("strict").hear("INVITE").answer("200 OK", offer, more="Record-Route: <sip:[local_ip]:[local_port];old>", repeat=False, contact="<sip:target@[local_ip]:9>")
                   .hear("ACK", body="^ACK sip:127.0.0.1:[0-9]+;old SIP", Route="sip:target@127.0.0.1:9")
                   .hear("BYE", body="^BYE sip:127.0.0.1:[0-9]+;old SIP", Route="sip:target@127.0.0.1:9").answer("200 OK", tag=None, repeat=False)),
        "loose": (0, Scenario("loose").hear("INVITE").answer("200 OK", offer, more="Record-Route: <sip:192.0.2.7;lr>, <sip:[local_ip]:[local_port];lr>", repeat=False,
                                                             contact="<sip:target@192.0.2.8:9>")
                  .hear("ACK", body="^ACK sip:target@192.0.2.8:9 SIP.*Route: <sip:127.0.0.1:[0-9]+;lr>.*<sip:192.0.2.7;lr>")
                  .hear("BYE", body="^BYE sip:target@192.0.2.8:9 SIP").answer("200 OK", tag=None, repeat=False)),
    }
    peers = {name: scenario.start(bare=name != "cancel-waits") for name, (_, scenario) in callees.items()}
    calls = {name: microsip(f"call-{name}", "call", f"sip:peer@127.0.0.1:{peer.port}", "--null-audio", "--for", "600ms", "--answer-within", "500ms") for name, peer in peers.items()}
    passed(*running, *peers.values())
    for name, (code, _) in callees.items():
        got = calls[name].code(10)
        check(got == code, f"our call to {name!r} ended with {got}, {code} is wanted: {calls[name].text()[-600:]}")
    for name, phone in phones.items():
        check(phone.code(5) == 4, f"the phone of {name!r} ended with {phone.process.returncode}, 4 is wanted")
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
