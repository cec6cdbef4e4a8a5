#!/usr/bin/env python3
"""Session timers (RFC 4028) between linphone and us, each as the caller, each as the side that refreshes, and 422 both ways: who calls asks for less than the other
takes, and follows. Each refresh is an UPDATE at half of the session."""
from bare import ADDRESS, enter, lines, waiting
from linphone import Linphone
from peers import LOGS, check, microsip, test, until, write_tone

# what each asks for, and the least that it takes
ASKS_S, TAKES_S = 90, 100
REFRESH_S = 50
# linphone's number for the side that refreshes
SIDES = {"uas": 1, "uac": 2}


def settings(side, asks, takes):
    return (f"session_expires_enabled=1\nsession_expires_value={asks}\nsession_expires_min_value={takes}\n"
            f"session_expires_refresher_value={SIDES[side]}\n")


def labels(ours, *beginnings):
    """The messages of its trace that begin so: the way of each, and its first word."""
    told = [(fields["way"], fields["label"]) for fields in lines(ours, "trace")]
    return [(way, label.split()[0]) for way, label in told if label.startswith(beginnings)]


def run():
    enter("linphonec")
    high = write_tone(LOGS / "620.wav", 620, 120)
    calls = {}
    for number, side in enumerate(("uac", "uas")):
        sip, media, ours = 5060 + 2 * number, 7078 + 2 * number, 5080 + 4 * number
        # we call; linphone takes sessions of 100 s and more
        peer = Linphone(f"called-{side}", sip, media, high, "-a", more=settings(side, TAKES_S, TAKES_S))
        caller = microsip(f"caller-{side}", "--json", "--trace", "call", peer.uri, "--listen", f"{ADDRESS}:{ours}", "--null-audio", "--for", "5m",
                          "--session-expires", f"{ASKS_S}s", "--refresher", {"uac": "us", "uas": "them"}[side], keys=True)
        calls[caller] = (peer, "sent", side == "uac")
        # linphone calls; we do
        peer = Linphone(f"calls-{side}", sip + 20, media + 20, high, more=settings(side, ASKS_S, ASKS_S))
        callee = waiting(f"callee-{side}", ours + 2, "--trace", "--for", "5m", "--min-se", f"{TAKES_S}s", keys=True)
        peer.do(f"call {callee.uri}")
        calls[callee] = (peer, "received", side == "uas")
    for ours, (peer, asks, we_refresh) in calls.items():
        until(lambda: any(fields["state"] == "connected" for fields in lines(ours, "call")), 10, f"{ours.name} to be connected")
        answers = {"sent": "received", "received": "sent"}[asks]
        got = [each for each in labels(ours, "INVITE", "422", "200 OK (INVITE)", "200 Ok (INVITE)")]
        wanted = [(asks, "INVITE"), (answers, "422"), (asks, "INVITE"), (answers, "200")]
        check(got == wanted, f"{ours.name}: {wanted} were wanted, there were {got}")
    for ours, (peer, asks, we_refresh) in calls.items():
        update = until(lambda: labels(ours, "UPDATE"), REFRESH_S + 30, f"a refresh of {ours.name}")[0]
        check(update[0] == ("sent" if we_refresh else "received"), f"{ours.name}: the refresh was {update[0]}")
        until(lambda: labels(ours, "200 OK (UPDATE)", "200 Ok (UPDATE)"), 10, f"{ours.name}'s refresh to be answered")
        ours.press("q")
        check(ours.code(10) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
        peer.wait(" ended ")
        peer.end()


if __name__ == "__main__":
    test(run, 150)
