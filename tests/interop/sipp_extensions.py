#!/usr/bin/env python3
"""SIPp asks for extensions: unknown ones and methods, which we do not have, and session timers, which we have. Required ones that we do not have are refused
by name, supported ones are ignored, and the call lives through all of it (RFC 3261 8.2.1, 8.2.2.3, 12.2.2; RFC 4028 9)."""
from peers import check, echo, needs, test
from scenario import Scenario, passed, sdp


def run():
    needs("sipp")
    server = echo()
    offer = sdp(9)
    running = []

    def start(scenario):
        running.append(scenario.start(server.port))

    for name, option in (("one", "no.such.thing"), ("two", "no.such.thing, nor.this")):
        pattern = option.replace(", ", ".*").replace(".such.", r"\.such\.")
        start(Scenario(f"required-{name}").ask("INVITE", 1, offer, more=f"Require: {option}").refused("420", Unsupported=pattern))
    start(Scenario("supported").ask("INVITE", 1, offer, more="Supported: 100rel, timer, replaces\nSession-Expires: 1800;refresher=uac\nMin-SE: 90\nAllow-Events: refer\n"
                                    "P-Asserted-Identity: <sip:peer@x.test>\nX-Unknown: anything at all").hear("100", optional=True).hear("180", optional=True, no_Require=".")
          .hear("200", dialog=True, Require="timer", **{"Session-Expires": "1800;refresher=uac"}).ask("ACK", 1)
          # the refresh of a peer that keeps the timer
          .ask("INVITE", 2, offer, more="Supported: timer\nSession-Expires: 1800;refresher=uac").taken(2, Require="timer", body="m=audio [1-9]")
          # one that is too short for anyone
          .ask("INVITE", 3, offer, more="Supported: timer\nSession-Expires: 89;refresher=uac").refused("422", 3, **{"Min-SE": "90"})
          # and one that insists
          .ask("INVITE", 4, offer, more="Require: timer\nSession-Expires: 1800;refresher=uac").taken(4, Require="timer").bye(5))
    start(Scenario("required-timer").ask("INVITE", 1, offer, more="Require: timer\nSession-Expires: 120").taken(Require="timer").bye(2))
    start(Scenario("methods").call(offer)
          .ask("UPDATE", 2, offer).hear("200", Contact="sip:", body="m=audio [1-9]")
          .ask("INFO", 3, "Signal=5\nDuration=160\n", kind="application/dtmf-relay").hear("200")
          .ask("REFER", 4, more="Refer-To: <sip:elsewhere@127.0.0.1>").hear("603")
          .ask("MESSAGE", 5, "Hello.\n", kind="text/plain").hear("200")
          .ask("NOTIFY", 6, more="Event: refer\nSubscription-State: terminated").hear("481")
          .ask("SUBSCRIBE", 7, more="Event: dialog").hear("489")
          .ask("PRACK", 8, more="RAck: 1 1 INVITE").hear("481")
          .ask("JUMP", 9).hear("501", Allow="INVITE")
          .ask("OPTIONS", 10).hear("200", Allow="INVITE.*BYE", Accept="application/sdp")
          .bye(11))
    # a BYE that requires something does not end the call; after one that did, there is no dialog
    start(Scenario("bye").call(offer).ask("BYE", 5, more="Require: no.such.thing").hear("420", Unsupported="no.such.thing")
          .ask("OPTIONS", 6).hear("200").bye(8)
          .ask("BYE", 9).hear("481").ask("INVITE", 10, offer).refused("481", 10))
    start(Scenario("expires").ask("INVITE", 1, offer, more="Expires: 60").taken().bye(2))
    for method in ("OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "UPDATE", "PRACK", "JUMP", "BYE"):
        # the command shows messages, makes no transfers, and nobody watches it
        status = {"OPTIONS": "200", "JUMP": "501", "BYE": "481", "UPDATE": "481", "PRACK": "481", "MESSAGE": "200", "REFER": "603", "SUBSCRIBE": "403"}.get(method, "405")
        checks = {"Allow": "INVITE"} if method == "OPTIONS" or status in ("405", "501") else {}
        start(Scenario(f"outside-{method}").ask(method, 1, more="Refer-To: <sip:x@127.0.0.1>\nEvent: refer", uri="sip:echo@[remote_ip]:[remote_port]").hear(status, **checks))
    passed(*running)
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
