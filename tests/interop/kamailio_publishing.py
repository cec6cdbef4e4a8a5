#!/usr/bin/env python3
"""Our own presence, published at Kamailio by digest: `microsip presence --publish` is what `microsip presence --watch` prints, until it is taken back; `echo --publish` is on the
phone by itself while a call lasts; a Kamailio that was restarted, and knows nothing any more, gets it anew. SIPp as the server: 423, 412, 489, and a busy one that says when."""
from bare import lines
from kamailio_states import account, said, server
from peers import check, free_port, microsip, needs, test, until
from scenario import Scenario, passed

PIDF = "application/pidf.xml"


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


def publishes(name, party, *arguments):
    return microsip(name, "--json", "presence", "--publish", "open", "--uri", f"sip:bob@127.0.0.1:{party.port}", "--no-register", "--listen", f"127.0.0.1:{free_port()}", *arguments)


class Server(Scenario):
    """A server that takes publications."""

    def asked(self, **checks):
        return self.hear("PUBLISH", Event="presence", no_Contact=".", **checks)

    def gives(self, tag, expires=600):
        return self.answer("200 OK", more=f"SIP-ETag: {tag}\nExpires: {expires}", contact="", repeat=False)


def by_sipp():
    """What Kamailio does not say by itself."""
    party = (Server("moods").asked(Expires="3600", no_SIP_If_Match=".", Content_Type=PIDF, body="<basic>open</basic>")
             .answer("423 Interval Too Brief", more="Min-Expires: 7200", contact="", repeat=False)
             .asked(Expires="7200", no_SIP_If_Match=".", body="<basic>open</basic>").gives("one", 12)
             .asked(SIP_If_Match="one", Content_Length="^ *0").answer("412 Conditional Request Failed", contact="", repeat=False)
             .asked(no_SIP_If_Match=".", body="<basic>open</basic>").gives("two")
             .asked(SIP_If_Match="two", Expires="^ *0", Content_Length="^ *0").gives("three", 0)).start()
    ours = publishes("in-moods", party, "--for", "10s")
    check(ours.code(25) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    passed(party)
    check(states(ours) == [("active", 200), ("ended", 200)], f"told were {states(ours)}")

    party = Server("other-packages").asked().answer("489 Bad Event", more="Allow-Events: dialog", contact="", repeat=False).start()
    ours = publishes("not-taken", party)
    check(ours.code(15) == 1, f"{ours.name} ended with {ours.process.returncode}, 1 is wanted")
    passed(party)
    check("the presence was not published: 489 Bad Event" in ours.text(), f"it says {ours.text()}")


def run():
    needs("kamailio", "sipp")
    kamailio = server("kamailio")
    published(kamailio)
    on_the_phone(kamailio)
    forgotten()
    by_sipp()


if __name__ == "__main__":
    test(run, 150)
