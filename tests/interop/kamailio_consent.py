#!/usr/bin/env python3
"""Consent at Kamailio: whoever watches Carol waits until her rules let him in, sees her presence then, and is told when they shut him out; another is never let in. Her rules are a document
(RFC 5025) in Kamailio's table of documents, and she has it look at them."""
from bare import lines
from kamailio_states import TABLES, account, ended, pidf, publish, server
from peers import LOGS, Failure, check, microsip, needs, quiet_udp, test, until

CAROL = "sip:carol@phones.test"


def rules(kamailio, **handling):
    """Carol's rules: the handling of each watcher, by name. Kamailio looks at them."""
    each = "".join(f'<rule id="{user}"><conditions><identity><one id="sip:{user}@phones.test"/></identity></conditions><actions><pr:sub-handling>{word}</pr:sub-handling></actions>'
                   "<transformations><pr:provide-all-attributes/></transformations></rule>" for user, word in handling.items())
    text = f'<?xml version="1.0"?><ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules">{each}</ruleset>'
    head = (TABLES / "xcap").read_text().rstrip("\n")
    (LOGS / "closed-run/tables/xcap").write_text(f"{head}\n1:carol:phones.test:{text.replace(':', chr(92) + ':')}:2:*a*:0:index:0\n")
    with quiet_udp(timeout=5) as ours:
        port = ours.getsockname()[1]
        ask = [f"OPTIONS {CAROL} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{len(each)}", "Max-Forwards: 9", "From: <sip:carol@phones.test>;tag=1", f"To: <{CAROL}>",
               f"Call-ID: rules-{len(each)}", "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""]
        ours.sendto("\r\n".join(ask).encode(), ("127.0.0.1", kamailio.port))
        if not ours.recv(4000).startswith(b"SIP/2.0 200"):
            raise Failure("Kamailio did not look at the rules")


def states(watcher):
    return [state["state"] for state in lines(watcher, "subscription")]


def watching(user, kamailio):
    watcher = microsip(f"{user}-watches", "--json", "presence", "--watch", CAROL, *account(user, kamailio.port))
    until(lambda: "pending" in states(watcher), 8, f"{user} to be told that Carol has not agreed")
    check(not lines(watcher, "notify"), f"{user} is told nothing of Carol before she agreed: {lines(watcher, 'notify')}")
    return watcher


def run():
    needs("kamailio", "sipp")
    kamailio = server("closed", open_to_all=0, fresh=1)
    alice, bob = watching("alice", kamailio), watching("bob", kamailio)
    rules(kamailio, alice="allow", bob="block")
    until(lambda: "active" in states(alice), 8, "Alice to be let in")
    ended(bob, 1, f"{CAROL} ended the subscription: rejected")
    publisher = publish(kamailio, "carol-presence", "presence", "application/pidf+xml", pidf("open", "At my desk"))
    until(lambda: [told["lamp"] for told in lines(alice, "notify")][:1] == ["open"], 8, "Alice to see that Carol is there")
    check(publisher.code(20) == 0, f"SIPp, which publishes for Carol, ended with {publisher.process.returncode}")
    rules(kamailio, alice="block", bob="block")
    ended(alice, 1, f"{CAROL} ended the subscription: rejected")
    check(states(alice) == ["asking", "pending", "active", "ended"], f"Alice's states were {states(alice)}")
    check(states(bob) == ["asking", "pending", "ended"], f"Bob's states were {states(bob)}")


if __name__ == "__main__":
    test(run)
