#!/usr/bin/env python3
"""Our own presence, published at Kamailio by digest: `microsip presence --publish` is what `microsip presence --watch` prints, until it is taken back; `echo --publish` is on the
phone by itself while a call lasts; a Kamailio that was restarted, and knows nothing any more, gets it anew. What it does not say
by itself (423, 489, a busy one that says when) is a scripted server's in tests/flows/publications."""
from bare import lines
from kamailio_states import account, said, server
from peers import check, microsip, needs, test, until


def watches(name, kamailio, *arguments):
    ours = microsip(name, "--json", "presence", "--watch", "sip:bob@phones.test", *account("alice", kamailio.port, "--no-register", *arguments))
    until(lambda: any(state["state"] == "active" for state in lines(ours, "subscription")), 8, f"{name} to be accepted")
    return ours


def seen(watcher):
    return [(told["lamp"], told.get("activity"), told.get("note")) for told in lines(watcher, "notify")]


def becomes(watcher, *wanted):
    until(lambda: seen(watcher)[-len(wanted):] == list(wanted), 10, f"{watcher.name} to see {wanted}; it saw {seen(watcher)}")


def states(ours):
    return [(told["state"], told["sip_code"]) for told in lines(ours, "publication")]


def published(kamailio):
    """Open, with an activity and a note that XML has to write otherwise; taken back by Ctrl-C."""
    watcher = watches("sees-bob", kamailio)
    note = "back <at> 3 & \"not\" before, grüße"
    bob = microsip("bob-publishes", "--json", "presence", "--publish", "open", "--activity", "busy", "--note", note, *account("bob", kamailio.port))
    becomes(watcher, ("open", "busy", note))
    check(states(bob) == [("active", 200)], f"told were {states(bob)}")
    check(said(kamailio, "TEST publishes presence of bob wishes 3600 of [1-9][0-9]+ bytes matches <null>$") == 1, "one PUBLISH with credentials, its document and no name")
    check(bob.end() == 0, f"{bob.name}, interrupted, ended with {bob.process.returncode}, 0 is wanted")
    check(states(bob) == [("active", 200), ("ended", 200)], f"told were {states(bob)}")
    check(said(kamailio, "TEST publishes presence of bob wishes 0 of 0 bytes matches a[.].*$") == 1, "it is removed by its name, without a document")
    until(lambda: seen(watcher)[-1][:2] != ("open", "busy"), 8, "nothing of it to be left")
    closed = microsip("bob-is-out", "presence", "--publish", "closed", "--activity", "away", "--for", "2s", *account("bob", kamailio.port))
    becomes(watcher, ("closed", "away", ""))
    check(closed.code(15) == 0 and "presence taken back" in closed.text(), f"it ends with its time: {closed.text()}")
    check(watcher.end() == 0, f"the watcher, interrupted, ended with {watcher.process.returncode}, 0 is wanted")


def on_the_phone(kamailio):
    """A phone that takes calls says by itself that it talks."""
    watcher = watches("sees-bob-talk", kamailio)
    bob = microsip("bob-talks", "--json", "echo", "--publish", *account("bob", kamailio.port))
    becomes(watcher, ("open", "", ""))
    # a document leaves five seconds behind the one before it
    alice = microsip("alice-talks", "call", "sip:bob@phones.test", *account("alice", kamailio.port), "--null-audio", "--for", "7s")
    becomes(watcher, ("open", "phone", ""))
    check(alice.code(25) == 0, f"Alice's call ended with {alice.process.returncode}, 0 is wanted")
    becomes(watcher, ("open", "", ""))
    check(bob.end() == 0, f"{bob.name}, interrupted, ended with {bob.process.returncode}, 0 is wanted")
    check(states(bob) == [("active", 200), ("ended", 200)], f"told were {states(bob)}")
    check(watcher.end() == 0, f"the watcher, interrupted, ended with {watcher.process.returncode}, 0 is wanted")


def forgotten():
    """Kamailio grants sixteen seconds, is restarted in between with nothing in its tables, and answers the refresh with 412."""
    kamailio = server("forgets", longest=16)
    bob = microsip("bob-goes-on", "--json", "presence", "--publish", "open", "--activity", "away", *account("bob", kamailio.port, "--no-register", "--realm", "phones.test"))
    until(lambda: states(bob) == [("active", 200)], 8, "Bob to have published")
    until(lambda: said(kamailio, "TEST publishes presence of bob wishes 3600 of 0 bytes matches a[.].*$"), 15, "a refresh")
    kamailio.end()
    kamailio = server("remembers-nothing", longest=16, port=kamailio.port)
    until(lambda: said(kamailio, "TEST publishes presence of bob wishes 3600 of 0 bytes matches a[.].*$"), 20, "another refresh")
    until(lambda: said(kamailio, "TEST publishes presence of bob wishes 3600 of [1-9][0-9]+ bytes matches <null>$"), 3, "the document, at once, and without a name")
    watcher = watches("sees-bob-again", kamailio)
    becomes(watcher, ("open", "away", ""))
    check(states(bob) == [("active", 200)], f"nobody has to know of that, told were {states(bob)}")
    for program in (bob, watcher):
        check(program.end() == 0, f"{program.name}, interrupted, ended with {program.process.returncode}, 0 is wanted")
    kamailio.end()


def run():
    needs("kamailio")
    kamailio = server("kamailio")
    published(kamailio)
    on_the_phone(kamailio)
    forgotten()


if __name__ == "__main__":
    test(run, 150)
