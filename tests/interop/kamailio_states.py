#!/usr/bin/env python3
"""Kamailio as a presence server: SIPp publishes presence, calls and mailboxes there, and `microsip subscribe` and `presence` print each change, by digest, with refreshes, and
take it back; what is not there, or not allowed yet, is told as that. Kamailio relays MESSAGEs between phones, and keeps them for one that is not there."""
import re
import shutil
from pathlib import Path

from bare import lines
from peers import HERE, LOGS, Program, cannot, check, free_port, microsip, needs, test, until
from scenario import Scenario, passed

PASSWORDS = {"alice": "correct horse battery", "bob": "battery staple", "carol": "horse staple", "park": "correct staple"}
TABLES = Path("/usr/share/kamailio/dbtext/kamailio")


def server(name, open_to_all=1, least=1, longest=3600, address="127.0.0.1", fresh=0, port=None, edit=lambda text: text, fill=lambda tables: None):
    modules = next((folder for folder in Path("/usr").glob("lib*/**/kamailio/modules") if (folder / "presence_mwi.so").exists()), None)
    if not modules or not TABLES.is_dir():
        cannot("Kamailio's presence modules are not installed (Debian's kamailio-presence-modules)")
    home, port = LOGS / f"{name}-run", port or free_port()
    shutil.copytree(TABLES, home / "tables")
    # Kamailio leaves columns of its own empty here
    silo = home / "tables/silo"
    silo.write_text(re.sub(r"\((\w+)\)", r"(\1,null)", silo.read_text()))
    fill(home / "tables")
    text = edit((HERE / "scenarios/presence.cfg").read_text())
    words = {"PORT": port, "TABLES": home / "tables", "OPEN": open_to_all, "FRESH": fresh, "LEAST": least, "LONGEST": longest}
    for word, value in {**words, **{user.upper(): password for user, password in PASSWORDS.items()}}.items():
        text = text.replace(f"@{word}@", str(value))
    config = LOGS / f"{name}.cfg"
    config.write_text(text.replace("127.0.0.1", address))
    kamailio = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    program = Program(name, kamailio, "-f", config, "-DD", "-E", "-m", "64", "-M", "8", "-Y", home, "-P", home / "pid", "-w", home)
    program.wait_udp(port)
    program.port = port
    return program


def account(user, port, *more, address="127.0.0.1"):
    secret = LOGS / f"{user}.password"
    secret.write_text(PASSWORDS[user] + "\n")
    return ["--uri", f"sip:{user}@phones.test", "--registrar", f"sip:{address}:{port}", "--proxy", f"sip:{address}:{port}", "--password-file", secret,
            "--listen", f"{address}:{free_port()}", *more]


def said(program, pattern):
    return len(re.findall(pattern, program.text(), re.M))


def told(program, count, what):
    """The notify that our command printed as number `count`."""
    return until(lambda: (len(lines(program, "notify")) >= count) and lines(program, "notify")[count - 1], 8, f"{program.name} to tell {what}")


def publish(kamailio, name, event, kind, *states):
    """SIPp publishes one state after the other, each in the place of the one before it, and takes the last one back."""
    scenario, of = Scenario(name), f"sip:{name.split('-')[0]}@phones.test"
    for number, body in enumerate([*states, ""], 1):
        match = "\nSIP-If-Match:[$etag]" if number > 1 else ""
        expires = 600 if body else 0
        scenario.ask("PUBLISH", number, body, f"Event: {event}\nExpires: {expires}{match}", uri=of, kind=kind, to=of, begins=True).hear("200", taken={"etag": "SIP-ETag"})
        if body:
            scenario.pause(1000)
    return scenario.start(kamailio.port)


def pidf(basic, note):
    return (f'<?xml version="1.0"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:carol@phones.test"><tuple id="t1"><status><basic>{basic}</basic></status>'
            f'<contact>sip:carol@desk.test</contact><note>{note}</note></tuple></presence>')


def calls(version, state):
    return (f'<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="full" entity="sip:dora@phones.test">'
            f'<dialog id="d1" call-id="c1" local-tag="l" remote-tag="r" direction="recipient"><state>{state}</state>'
            '<remote><identity display="Erik">sip:erik@phones.test</identity></remote></dialog></dialog-info>')


def mailbox(new, old):
    return f"Messages-Waiting: {'yes' if new else 'no'}\nMessage-Account: sip:box@phones.test\nVoice-Message: {new}/{old} (0/0)\n"


def watched(kamailio):
    """Each package is watched before anything is published, and sees each change."""
    sees = {
        "carol-presence": ("presence", "application/pidf+xml", [pidf("open", "At my desk"), pidf("closed", "Gone home")],
                           [("open", "At my desk"), ("closed", "Gone home")], lambda told: (told["lamp"], told["note"])),
        "dora-dialog": ("dialog", "application/dialog-info+xml", [calls(1, "early"), calls(2, "confirmed"), calls(3, "terminated")],
                        [("ringing", ["sip:erik@phones.test"]), ("busy", ["sip:erik@phones.test"]), ("idle", [])],
                        lambda told: (told["lamp"], [call["party"] for call in told["calls"]])),
        "box-mailbox": ("message-summary", "application/simple-message-summary", [mailbox(2, 8), mailbox(0, 10)],
                        [("open", 2, 8), ("closed", 0, 10)], lambda told: (told["lamp"], told["new"], told["messages"][0]["old"])),
    }
    ours = {}
    for name, (event, *_) in sees.items():
        before = said(kamailio, f"TEST subscribes to {event}")
        ours[name] = microsip(name, "--json", "subscribe", f"sip:{name.split('-')[0]}@phones.test", "--event", event, *account("alice", kamailio.port))
        until(lambda: any(state["state"] == "active" for state in lines(ours[name], "subscription")), 8, f"{name} to be accepted")
        check(said(kamailio, f"TEST subscribes to {event}") == before + 1, f"{name}: one SUBSCRIBE with credentials is enough")
    publishers = {name: publish(kamailio, f"{name}-publishes", event, kind, *states) for name, (event, kind, states, _, _) in sees.items()}
    for name, (_, _, _, wanted, of) in sees.items():
        for count, state in enumerate(wanted, 1):
            got = of(told(ours[name], count, state))
            check(got == state, f"{name}: {state} was published, told was {got}")
    passed(*publishers.values())
    for name, (event, *_) in sees.items():
        check(ours[name].end() == 0, f"{name}, interrupted, ended with {ours[name].process.returncode}, 0 is wanted")
        until(lambda: said(kamailio, f"TEST refreshes {event} of .* wishes 0$"), 5, f"{name} to be taken back")


def ended(program, code, words):
    """Its exit code, and its words."""
    check(program.code(20) == code, f"{program.name} ended with {program.process.returncode}, {code} is wanted")
    check(words in program.text(), f"{program.name} was to say {words!r}")


def fetched(kamailio):
    """Presence that somebody published, that nobody did; what cannot be had."""
    publisher = publish(kamailio, "carol-again", "presence", "application/pidf+xml", pidf("open", "Back"), pidf("open", "Still here"), pidf("open", "Still here"))
    until(lambda: said(kamailio, "TEST publishes presence of carol") >= 4, 5, "SIPp to publish")
    port = kamailio.port
    ended(microsip("fetches", "presence", "sip:carol@phones.test", *account("alice", port)), 0, 'sip:carol@phones.test: open, "')
    ended(microsip("fetches-nobody", "presence", "sip:zoe@phones.test", *account("alice", port)), 0, "sip:zoe@phones.test: unknown")
    ended(microsip("weather", "subscribe", "sip:carol@phones.test", "--event", "weather", *account("alice", port)), 1, "refused the subscription: 489")
    ended(microsip("stranger", "presence", "sip:carol@phones.test", "--uri", "sip:eve@phones.test", "--proxy", f"sip:127.0.0.1:{port}", "--no-register",
                   "--listen", f"127.0.0.1:{free_port()}"), 1, "give it: --password-file")
    passed(publisher)


def calls_through(kamailio):
    """Alice calls Bob through Kamailio, which publishes both ends itself: who watches both sees each lamp."""
    port = kamailio.port
    bob = microsip("bob-answers", "--json", "answer", *account("bob", port), "--null-audio", "--code", "180", "--after", "1s")
    until(lambda: lines(bob, "listening"), 8, "Bob to wait")
    watcher = microsip("watches-both", "--json", "subscribe", "sip:alice@phones.test", "sip:bob@phones.test", "--event", "dialog", *account("alice", port, "--no-register"))
    until(lambda: len([state for state in lines(watcher, "subscription") if state["state"] == "active"]) == 2, 8, "both to be watched")
    alice = microsip("alice-calls", "call", "sip:bob@phones.test", *account("alice", port), "--null-audio", "--for", "1500ms")
    check(alice.code(20) == 0, f"Alice's call ended with {alice.process.returncode}, 0 is wanted")
    check(bob.code(10) == 0, f"Bob's call ended with {bob.process.returncode}, 0 is wanted")
    for user, other, begins in (("alice", "bob", "trying"), ("bob", "alice", "ringing")):
        own = lambda: [told for told in lines(watcher, "notify") if told["uri"] == f"sip:{user}@phones.test"]
        until(lambda: own() and own()[-1]["lamp"] == "idle", 8, f"{user} to be idle again")
        lamps = [told["lamp"] for told in own()]
        at = lamps.index(begins) if begins in lamps else -1
        check(at >= 0 and "busy" in lamps[at:] and lamps[-1] == "idle", f"{user} goes from {begins} over busy to idle, told were {lamps}")
        busy = next(told for told in own() if told["lamp"] == "busy")
        check(busy["calls"][0]["party"] == f"sip:{other}@phones.test", f"{user} talks to {other}, told was {busy}")
    check(watcher.end() == 0, f"the watcher, interrupted, ended with {watcher.process.returncode}, 0 is wanted")


def by_itself(kamailio):
    """Whoever registers is told at once what waits, and that settings are to be read again."""
    ours = microsip("registers", "--json", "register", *account("alice", kamailio.port))
    until(lambda: lines(ours, "mailbox") and lines(ours, "check_sync"), 8, "what Kamailio says by itself")
    box, wish = lines(ours, "mailbox")[0], lines(ours, "check_sync")[0]
    got = (box["lamp"], box["new"], box["account"], [each["old"] for each in box["messages"]], wish["reboot"])
    wanted = ("open", 3, "sip:alice@phones.test", [1], False)
    check(got == wanted, f"Kamailio said {wanted}, printed were {got}")
    check(ours.end() == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")


def refreshed():
    """Too short is 423, and asked for again as it is wanted; it is refreshed in time, and nobody is told of that."""
    kamailio = server("short", least=15, longest=16)
    ours = microsip("refreshes", "--json", "subscribe", "sip:carol@phones.test", "--event", "presence", "--subscription-expires", "10s", "--for", "17s",
                    *account("alice", kamailio.port))
    check(ours.code(35) == 0, f"a subscription of fifteen seconds ended with {ours.process.returncode}, 0 is wanted")
    states = [state["state"] for state in lines(ours, "subscription")]
    check(states == ["asking", "active"], f"refreshes are to be seamless, told were {states}")
    wishes = [said(kamailio, f"TEST subscribes to presence of carol wishes {seconds}$") for seconds in (10, 15)]
    check(wishes == [1, 1], f"10 s are to be asked for once, and behind 423 Kamailio's Min-Expires, 15 s, once; heard were {wishes}")
    check(said(kamailio, "TEST refreshes presence of carol wishes 15$") >= 1, "a refresh in seventeen seconds is wanted")
    until(lambda: said(kamailio, "TEST refreshes presence of carol wishes 0"), 5, "it to be taken back")
    kamailio.end()


def not_agreed():
    """Kamailio without rules for the watched party leaves the watcher pending."""
    kamailio = server("closed", open_to_all=0)
    ended(microsip("pending", "presence", "--watch", "sip:carol@phones.test", "--for", "2s", *account("alice", kamailio.port)), 4,
          "sip:carol@phones.test has not agreed in time")
    kamailio.end()


def messages(kamailio):
    """From Alice to Bob, who waits for them; who is not there, and gets them when he comes; to whom nobody is."""
    port = kamailio.port
    bob = microsip("bob", "--json", "message", "--receive", "--count", "2", *account("bob", port))
    until(lambda: lines(bob, "listening"), 8, "Bob to wait")
    alice = microsip("alice", "message", "sip:bob@phones.test", "Grüße", "zwei\nZeilen", *account("alice", port))
    ended(alice, 0, "message 2: sip:bob@phones.test keeps it until it is read: 202")
    check(bob.code(10) == 0, f"Bob ended with {bob.process.returncode}, 0 is wanted")
    got = [(message["from"], message["text"]) for message in lines(bob, "message")]
    check(got == [("sip:alice@phones.test", "Grüße"), ("sip:alice@phones.test", "zwei\nZeilen")], f"Bob got {got}")
    check(said(kamailio, "TEST relays MESSAGE to bob") == 2, "Kamailio relays two messages, each asked once with credentials")

    until(lambda: said(kamailio, "TEST registers bob") >= 2, 5, "Bob to be gone")
    ended(microsip("later", "message", "sip:bob@phones.test", "for later", *account("alice", port)), 0, "keeps it until it is read: 202")
    bob = microsip("bob-comes", "--json", "message", "--receive", "--count", "1", "--for", "15s", *account("bob", port))
    check(bob.code(25) == 0, f"Bob, who came later, ended with {bob.process.returncode}, 0 is wanted")
    check("for later" in lines(bob, "message")[0]["text"], f"Bob got {lines(bob, 'message')}")

    ended(microsip("nobody", "message", "sip:nobody@phones.test", "hello", *account("alice", port)), 1, "refused it: 404")


def run():
    needs("kamailio", "sipp")
    kamailio = server("kamailio")
    watched(kamailio)
    fetched(kamailio)
    messages(kamailio)
    calls_through(kamailio)
    by_itself(kamailio)
    refreshed()
    not_agreed()
    # Kamailio has no mailbox of its own: what is watched of one is SIPp's.


if __name__ == "__main__":
    test(run, 150)
