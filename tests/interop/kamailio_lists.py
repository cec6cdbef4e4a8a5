#!/usr/bin/env python3
"""Kamailio as a resource list server: one subscription of ours watches the parties of a list that stands in its table, by back-end subscriptions that it makes itself;
SIPp publishes for two of them, and each lamp is printed as it changes. Nobody knows anything of the third."""
from bare import lines
from kamailio_states import account, calls, pidf, publish, said, server
from peers import check, microsip, needs, test, until
from scenario import passed

# the subscriptions of the list server itself are asked for no password, and what they bring is its own
ASKS = 'if (is_method("NOTIFY") && $rU == "rls") { rls_handle_notify(); t_release(); exit; }\n    if (has_totag() && !is_method("SUBSCRIBE")) {'
SUBSCRIBES = '$var(code) = rls_handle_subscribe();\n        if ($var(code) == 10) handle_subscribe();'
SETTINGS = """loadmodule "rls.so"
modparam("rls", "db_url", "text://@TABLES@")
modparam("rls", "server_address", "sip:rls@127.0.0.1:@PORT@")
modparam("rls", "outbound_proxy", "sip:127.0.0.1:@PORT@")
modparam("rls", "integrated_xcap_server", 1)
modparam("rls", "to_presence_code", 10)
modparam("rls", "waitn_time", 1)
modparam("rls", "rls_event", "dialog")
"""


def with_lists(text):
    replaced = [('loadmodule "uac.so"\n', 'loadmodule "uac.so"\n' + SETTINGS), ("if (has_totag() && !is_method(\"SUBSCRIBE\")) {", ASKS), ("handle_subscribe();", SUBSCRIBES),
                ("!has_totag() && !pv_proxy_authenticate(\"phones.test\", \"$var(password)\", \"0\")) { auth_challenge(\"phones.test\", \"1\"); exit; }\n        if (!t_newtran()",
                 "!has_totag() && src_port != @PORT@ && !pv_proxy_authenticate(\"phones.test\", \"$var(password)\", \"0\")) { auth_challenge(\"phones.test\", \"1\"); exit; }\n        if (!t_newtran()")]
    for old, new in replaced:
        check(text.count(old) == 1, f"presence.cfg has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    return text


def table(home):
    """Alice's lists, as an XCAP server would have stored them (RFC 4826)."""
    entries = "".join(f'<rl:entry uri="sip:{name}@phones.test"/>' for name in ("carol", "dora", "erik"))
    services = "".join(f'<service uri="sip:{name}@phones.test"><list>{entries}</list><packages><package>{package}</package></packages></service>'
                       for name, package in (("friends", "presence"), ("floor", "dialog")))
    document = ('<?xml version="1.0"?><rls-services xmlns="urn:ietf:params:xml:ns:rls-services" xmlns:rl="urn:ietf:params:xml:ns:resource-lists">'
                f"{services}</rls-services>").replace("\\", "\\\\").replace(":", "\\:")
    head = (home / "xcap").read_text().splitlines()[0]
    (home / "xcap").write_text(f"{head}\n1:alice:phones.test:{document}:8:e:0:index:0\n")


def lamps(program):
    return [(told["uri"], told["lamp"]) for told in lines(program, "notify") if "list" in told]


def run():
    needs("kamailio", "sipp")
    kamailio = server("lists", edit=with_lists, fill=table)
    for name, event, kind, party, states, seen in (
            ("friends", "presence", "application/pidf+xml", "carol", [pidf("open", "Here"), pidf("closed", "Gone")], ["open", "closed"]),
            ("floor", "dialog", "application/dialog-info+xml", "dora", [calls(1, "early"), calls(2, "confirmed"), calls(3, "terminated")], ["ringing", "busy", "idle"])):
        ours = microsip(name, "--json", "subscribe", f"sip:{name}@phones.test", "--event", event, *account("alice", kamailio.port))
        until(lambda: any(state["state"] == "active" for state in lines(ours, "subscription")), 8, f"{name} to be accepted")
        until(lambda: len({uri for uri, _ in lamps(ours)}) == 3, 15, f"the three of {name} to be named")
        publisher = publish(kamailio, f"{party}-{event}-listed", event, kind, *states)
        for count, lamp in enumerate(seen, 1):
            until(lambda: [told for uri, told in lamps(ours) if uri == f"sip:{party}@phones.test" and told != "unknown"][count - 1:count] == [lamp], 15, f"{party} to be {lamp}")
        passed(publisher)
        check(ours.end() == 0, f"{name}, interrupted, ended with {ours.process.returncode}, 0 is wanted")
        until(lambda: said(kamailio, f"TEST refreshes {event} of {name} wishes 0$"), 5, f"{name} to be taken back")
    kamailio.end()


if __name__ == "__main__":
    test(run, 150)
