#!/usr/bin/env python3
"""SIPp watches our calls (RFC 6665, RFC 4235): it is told at once, then of a call and its end, refreshes, and takes its subscription back; another package, too short a time and a
phone that lets nobody in are refused."""
from bare import lines
from peers import check, echo, microsip, test, until
from scenario import Scenario

KIND = "Event: dialog\nAccept: application/dialog-info+xml\nExpires: "
TYPE = "application/dialog-info.xml"


def told(scenario, **checks):
    return scenario.hear("NOTIFY", Event="dialog", Content_Type=TYPE, **checks).answer("200 OK", tag=None, repeat=False)


def refused(name, port, status, more, **checks):
    program = Scenario(name).ask("SUBSCRIBE", 1, more=more, begins=True).hear(status, **checks).start(port)
    check(program.code(20) == 0, f"{name}: SIPp did not get its {status}")


def run():
    ours = echo("watched", "--json", "--watchers", "follow")
    scenario = Scenario("watches").ask("SUBSCRIBE", 1, more=KIND + "600", begins=True).hear("200", dialog=True, Expires="600", Contact="sip:")
    told(scenario, Subscription_State="active;expires=(600|599)", body='version="0" state="full"')
    # it is answered at once
    told(scenario, body='version="1" state="partial".*<state>confirmed</state>')
    told(scenario, body="<state>terminated</state>")
    scenario.ask("SUBSCRIBE", 2, more=KIND + "3600").hear("200", Expires="3600")
    told(scenario, Subscription_State="active;expires=(3600|3599)", body='state="full"')
    scenario.ask("SUBSCRIBE", 3, more=KIND + "0").hear("200", Expires="0")
    told(scenario, Subscription_State="terminated;reason=timeout")
    watches = scenario.start(ours.port)
    until(lambda: lines(ours, "watcher"), 8, "SIPp to watch us")
    caller = microsip("caller", "call", f"sip:echo@127.0.0.1:{ours.port}", "--null-audio", "--for", "2500ms")
    check(caller.code(20) == 0, f"the call ended with {caller.process.returncode}, 0 is wanted")
    check(watches.code(20) == 0, "SIPp was told otherwise")
    until(lambda: [line["state"] for line in lines(ours, "watcher")] == ["active", "ended"], 5, "the watcher to come and go")

    refused("another-package", ours.port, "489", "Event: call-info", Allow_Events="dialog, message-summary, presence")
    refused("too-short", ours.port, "423", KIND + "30", Min_Expires="60")
    refused("another-type", ours.port, "406", "Event: dialog\nAccept: application/x-lamp")
    refused("nobody", echo("unwatched").port, "403", KIND + "600")


if __name__ == "__main__":
    test(run)
