#!/usr/bin/env python3
"""baresip watches the presence of our account (RFC 3856), sees that it is there, and that it goes; and without leave it sees nothing. Its presence is all that it watches: of dialog-info and
mailboxes without a server it knows nothing."""
from bare import ADDRESS, Baresip, enter, lines
from peers import LOGS, check, microsip, test, until, write_tone


def watched(name, port, *arguments):
    """Our account, which lets in what comes from baresip's host."""
    ours = microsip(name, "--json", "answer", "--uri", f"sip:us@{ADDRESS}:{port}", "--no-register", "--trust", ADDRESS, "--listen", f"{ADDRESS}:{port}", "--null-audio",
                    "--code", "180", "--after", "60s", *arguments)
    ours.wait_udp(port)
    return ours


def bare(name, port, to):
    return Baresip(name, port, write_tone(LOGS / "tone.wav", 440, 1), config=["module_app contact.so", "module_app presence.so"],
                   contacts=[f'"us" <sip:us@{ADDRESS}:{to}>;presence=p2p'])


def run():
    enter()
    ours = watched("watched", 5080, "--watchers", "follow")
    peer = bare("peer", 5010, 5080)
    told = until(lambda: lines(ours, "watcher"), 8, "baresip to watch us")[0]
    check((told["event"], told["state"], told["uri"]) == ("presence", "active", peer.uri), f"baresip watches our presence, told was {told}")
    shown = lambda: peer.do("contacts")
    until(lambda: "Online" in shown(), 8, "baresip to show that we are there")
    check(ours.end() in (0, 4), f"ours, interrupted, ended with {ours.process.returncode}")
    states = [line["state"] for line in lines(ours, "watcher")]
    check(states == ["active", "ended"], f"its watch ends with us, told were {states}")
    until(lambda: "Online" not in shown(), 8, "baresip to show that we are gone")

    # who does not let it in is not there for it
    ours = watched("unwatched", 5081)
    peer = bare("peer-refused", 5020, 5081)
    until(lambda: "403" in peer.program.text() or "Forbidden" in peer.program.text() or "Unknown" in peer.do("contacts"), 8, "baresip to be refused")
    check("Online" not in peer.do("contacts"), "it is shown as online without leave")
    check(not lines(ours, "watcher"), "somebody watches without leave")


if __name__ == "__main__":
    test(run)
