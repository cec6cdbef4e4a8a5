#!/usr/bin/env python3
"""SIPp as registrars of all kinds: bindings of others beside ours, no bindings listed, lifetimes in either field, challenges by several algorithms, without qop,
with schemes that we do not have, responses that come twice or not at all. `microsip register --once` registers and unregisters, or says that it cannot (RFC 3261 10.2, 22; RFC 8760)."""
import re

from peers import LOGS, check, free_port, microsip, needs, test
from scenario import Scenario, passed

OURS = "[last_Contact:]"
OTHERS = "Contact: <sip:other@192.0.2.7>;expires=7200, \"Desk\" <sip:desk@192.0.2.8:5080;transport=tcp>;q=0.1;expires=20"


def challenge(*words, name="WWW-Authenticate"):
    return "\n".join(f'{name}: Digest realm="phones.test", nonce="n0nce{n}", {word}' for n, word in enumerate(words))


def registrar(name):
    return Scenario(name).hear("REGISTER", no_Authorization="Digest", Expires="[1-9]")


def taken(scenario, **checks):
    """It registers, then takes it back."""
    return (scenario.answer("200 OK", contact=None, more=f"{OURS};expires=600", repeat=False).hear("REGISTER", Expires=" *0", **checks)
            .answer("200 OK", contact=None, repeat=False))


def asks(name, *challenges, status="401 Unauthorized", header="WWW-Authenticate", **checks):
    """It challenges once; the argument is what the credentials must contain."""
    answer = "Authorization" if header == "WWW-Authenticate" else "Proxy_Authorization"
    found = {answer: checks.pop("says")} if "says" in checks else {}
    return taken(registrar(name).answer(status, contact=None, more=challenge(*challenges, name=header), repeat=False).hear("REGISTER", **found, **checks))


def run():
    needs("sipp")
    cases = {
        "plain": (0, taken(registrar("plain"))),
        "others-too": (0, registrar("others-too").answer("200 OK", contact=None, more=f"{OTHERS}\n{OURS};expires=300", repeat=False).hear("REGISTER", Expires=" *0", Contact="127.0.0.1")
                       .answer("200 OK", contact=None, more=OTHERS, repeat=False)),
        "expires-header": (0, registrar("expires-header").answer("200 OK", contact=None, more=f"{OURS}\nExpires: 120", repeat=False).hear("REGISTER", Expires=" *0")
                           .answer("200 OK", contact=None, repeat=False)),
        "no-bindings": (0, registrar("no-bindings").answer("200 OK", contact=None, repeat=False).hear("REGISTER", Expires=" *0").answer("200 OK", contact=None, repeat=False)),
        "lost": (0, Scenario("lost").hear("REGISTER").hear("REGISTER").answer("100 Trying", contact=None).answer("200 OK", contact=None, more=f"{OURS};expires=600", repeat=False)
                 .hear("REGISTER").answer("200 OK", contact=None, repeat=False)),
        # RFC 2069: no qop, no count, no nonce of ours
        "no-qop": (0, asks("no-qop", "algorithm=MD5", says='response="[0-9a-f]{32}"', no_body="(cnonce|nc)=")),
        "upper-case": (0, asks("upper-case", 'ALGORITHM=md5, QOP="AUTH,auth-int", opaque="o p,a=q", domain="sip:phones.test", stale=FALSE', says='opaque="o p,a=q"')),
        "strongest": (0, asks("strongest", 'algorithm=MD5, qop="auth"', 'algorithm=SHA-256, qop="auth"', 'algorithm=SHA-512-256, qop="auth"',
                              says='(algorithm=SHA-512-256.*response="[0-9a-f]{64}"|response="[0-9a-f]{64}".*algorithm=SHA-512-256)')),
        "unknown-first": (0, asks("unknown-first", 'algorithm=SHA3-512, qop="auth"', 'algorithm=MD5, qop="auth"', says='nonce="n0nce1"')),
        "proxy": (0, asks("proxy", 'algorithm=MD5, qop="auth"', status="407 Proxy Authentication Required", header="Proxy-Authenticate", says='nc=00000001')),
        "basic-beside": (0, taken(registrar("basic-beside").answer("401 Unauthorized", contact=None, more='WWW-Authenticate: Basic realm="phones.test"\n' + challenge("algorithm=MD5"), repeat=False)
                                  .hear("REGISTER", no_Authorization="Basic"))),
        # a challenge that we cannot answer: a failure at once, and the password is not sent in another way
        "only-unknown": (3, registrar("only-unknown").answer("401 Unauthorized", contact=None, more=challenge("algorithm=SHA3-512"), repeat=False)),
        "only-auth-int": (3, registrar("only-auth-int").answer("401 Unauthorized", contact=None, more=challenge('algorithm=MD5, qop="auth-int"'), repeat=False)),
        "only-basic": (3, registrar("only-basic").answer("401 Unauthorized", contact=None, more='WWW-Authenticate: Basic realm="phones.test"', repeat=False)),
        "no-challenge": (3, registrar("no-challenge").answer("401 Unauthorized", contact=None, repeat=False)),
        "wrong-again": (3, registrar("wrong-again").answer("401 Unauthorized", contact=None, more=challenge('qop="auth"'), repeat=False)
                        .hear("REGISTER", Authorization="Digest").answer("401 Unauthorized", contact=None, more=challenge('qop="auth"').replace("n0nce0", "n0nce9"), repeat=False)),
        "stale": (0, taken(registrar("stale").answer("401 Unauthorized", contact=None, more=challenge('qop="auth"'), repeat=False)
                           .hear("REGISTER", Authorization="Digest").answer("401 Unauthorized", contact=None, more=challenge('qop="auth", stale=true').replace("n0nce0", "n0nce9"), repeat=False)
                           .hear("REGISTER", Authorization='nonce="n0nce9"'))),
        "forbidden": (3, registrar("forbidden").answer("403 Forbidden", contact=None, repeat=False)),
        "unknown-user": (3, registrar("unknown-user").answer("404 Not Found", contact=None, repeat=False)),
        "brief": (0, taken(registrar("brief").answer("423 Interval Too Brief", contact=None, more="Min-Expires: 1234", repeat=False).hear("REGISTER", Expires="1234"))),
        "brief-mute": (3, registrar("brief-mute").answer("423 Interval Too Brief", contact=None, repeat=False)),
        "down": (3, registrar("down").answer("503 Service Unavailable", contact=None, more="Retry-After: 30 (later);duration=5", repeat=False)),
    }
    secret = LOGS / "password"
    secret.write_text("open sesame\n")
    servers = {name: scenario.start(bare=True) for name, (_, scenario) in cases.items()}
    phones = {name: microsip(f"phone-{name}", "register", "--once", "--uri", "sip:anna@phones.test", "--registrar", f"sip:127.0.0.1:{server.port}", "--password-file", secret,
                             "--listen", f"127.0.0.1:{free_port()}") for name, server in servers.items()}
    passed(*servers.values())
    for name, (code, _) in cases.items():
        got = phones[name].code(10)
        check(got == code, f"registering at {name!r} ended with {got}, {code} is wanted: {phones[name].text()[-500:]}")
        check("sesame" not in phones[name].text(), f"the password stands in what {name!r} made us say")
    check(len({re.sub(r"\d", "", phone.text()) for phone in phones.values()}) > 3, "whatever the registrar does, the command says the same")


if __name__ == "__main__":
    test(run)
