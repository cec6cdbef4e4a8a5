#!/usr/bin/env python3
"""Session timers through Kamailio, whose module sst takes no session of less than 96 s: our INVITE for 90 s gets 422, is repeated and goes up (RFC 4028 7.3, 8.1), and
the refresh at half goes over the recorded route, by either side and by either method."""
from bare import lines
from hosts import open_proxy, said
from peers import check, free_port, microsip, needs, test, until

LEAST, REFRESH_S = 96, 48


def account(user, port):
    return ["--uri", f"sip:{user}@phones.test", "--registrar", f"sip:127.0.0.1:{port}", "--proxy", f"sip:127.0.0.1:{port}",
            "--listen", f"127.0.0.1:{free_port()}", "--null-audio", "--for", "5m"]


def refreshed(program):
    """How often its trace has a success to a refresh: an UPDATE, or an INVITE of the call that is up."""
    return sum(fields["label"].startswith("200 OK (UPDATE)") for fields in lines(program, "trace"))


def run():
    needs("kamailio")
    server = open_proxy("kamailio", "SESSION_TIMERS")
    pairs = {}
    for side in ("us", "them"):
        callee, caller = f"bob-{side}", f"alice-{side}"
        pairs[side] = (microsip(callee, "--json", "--trace", "answer", *account(callee, server.port)), None)
        until(lambda: said(server, f"TEST registers {callee}") >= 1, 5, f"{callee} to register")
        ours = microsip(caller, "--json", "--trace", "call", f"sip:{callee}@phones.test", *account(caller, server.port),
                        "--session-expires", "90s", "--refresher", side, keys=True)
        pairs[side] = (pairs[side][0], ours)
    for side, (bob, alice) in pairs.items():
        until(lambda: any(fields["state"] == "connected" for fields in lines(alice, "call")), 10, f"{alice.name} to be connected")
        asked = [fields["label"] for fields in lines(alice, "trace") if fields["label"].startswith(("INVITE", "422"))]
        check([label.split()[0] for label in asked] == ["INVITE", "422", "INVITE"], f"{alice.name}: one 422 is followed by one INVITE, there were {asked}")
    check(said(server, "TEST session too short") == len(pairs), "Kamailio did not refuse each call's first INVITE")
    for side, (bob, alice) in pairs.items():
        until(lambda: refreshed(alice) and refreshed(bob), REFRESH_S + 30, f"a refresh between {alice.name} and {bob.name}")
        way = next(fields["way"] for fields in lines(alice, "trace") if fields["label"].startswith("UPDATE"))
        check(way == {"us": "sent", "them": "received"}[side], f"{alice.name}: the refresh was {way}")
        alice.press("q")
        for program in (alice, bob):
            check(program.code(10) == 0, f"{program.name} ended with {program.process.returncode}, 0 is wanted")
    check(said(server, "TEST in-dialog UPDATE") >= len(pairs), "the refreshes went past Kamailio")


if __name__ == "__main__":
    test(run, 150)
