#!/usr/bin/env python3
"""Kamailio as a proxy that challenges INVITE and BYE from either side, records its route, forks to two phones, redirects, makes messages long, wants longer registrations
(423)."""
import re
import shutil

from peers import HERE, LOGS, Program, check, check_heard, free_port, microsip, needs, test, until, write_tone

PASSWORD = "correct horse battery"


def proxy(name, port, mood="up", least=1, long=""):
    text = (HERE / "scenarios/proxy.cfg").read_text()
    for word, value in {"PORT": port, "MOOD": mood, "LEAST": least, "PASSWORD": PASSWORD, "LONG": long or "short"}.items():
        text = text.replace(f"@{word}@", str(value))
    config, home = LOGS / f"{name}.cfg", LOGS / f"{name}-run"
    config.write_text(text)
    home.mkdir()
    kamailio = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    program = Program(name, kamailio, "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", home, "-P", home / "pid", "-w", home)
    program.wait_udp(port)
    return program


def account(user, port, **more):
    secret = LOGS / "password"
    secret.write_text(PASSWORD + "\n")
    words = ["--uri", f"sip:{user}@phones.test", "--registrar", f"sip:127.0.0.1:{port}", "--proxy", f"sip:127.0.0.1:{port}", "--password-file", secret,
             "--listen", f"127.0.0.1:{free_port()}"]
    for name, value in more.items():
        words += [f"--{name}", value]
    return words


def said(server, pattern):
    return len(re.findall(pattern, server.text(), re.M))


def waits(server, user, port, name, *arguments):
    before = said(server, f"TEST registers {user}")
    phone = microsip(name, "answer", *account(user, port), "--null-audio", *arguments)
    until(lambda: said(server, f"TEST registers {user}") > before, 5, f"{name} to register")
    return phone


def challenged_in_dialogs():
    """Both phones are challenged for all they ask, in the dialog too; their messages have 10 kB more than they need."""
    low, high = write_tone(LOGS / "440.wav", 440), write_tone(LOGS / "620.wav", 620)
    port = free_port()
    server = proxy("strict", port, long=("x" * 70 + " ") * 150)
    for who, ends in (("caller", ("2s", "9s")), ("callee", ("9s", "2s"))):
        bob = waits(server, "bob", port, f"bob-{who}-ends", "--play", high, "--record", LOGS / f"bob-{who}.wav", "--for", ends[1])
        alice = microsip(f"alice-{who}-ends", "call", "sip:bob@phones.test", *account("alice", port), "--null-audio", "--play", low, "--record", LOGS / f"alice-{who}.wav",
                         "--for", ends[0])
        for phone in (alice, bob):
            check(phone.code(15) == 0, f"{phone.name} ended with {phone.process.returncode}, 0 is wanted")
        check_heard(LOGS / f"bob-{who}.wav", 440, 1.0, "Bob")
        check_heard(LOGS / f"alice-{who}.wav", 620, 1.0, "Alice")
    until(lambda: said(server, "TEST in-dialog ACK") >= 2, 5, "the ACKs to go over the recorded route")
    until(lambda: said(server, "TEST in-dialog BYE from alice") == 1 and said(server, "TEST in-dialog BYE from bob") == 1, 5, "each side's BYE to go over the proxy, once, with credentials")
    until(lambda: said(server, "TEST challenges BYE") >= 1, 5, "a BYE to be challenged")

    # redirected by the proxy, to its own domain
    bob = waits(server, "bob", port, "bob-moved", "--for", "1s")
    alice = microsip("alice-moved", "call", "sip:moved@phones.test", *account("alice", port), "--null-audio", "--for", "8s")
    for phone in (alice, bob):
        check(phone.code(15) == 0, f"{phone.name} ended with {phone.process.returncode}, 0 is wanted")

    # two phones of one user ring with sound; one takes it, the other is cancelled; both early dialogs were ours
    one = waits(server, "bob", port, "bob-one", "--code", "183", "--after", "800ms", "--play", high, "--for", "1500ms")
    two = waits(server, "bob", port, "bob-two", "--code", "183", "--after", "20s")
    alice = microsip("alice-forked", "--trace", "call", "sip:bob@phones.test", *account("alice", port), "--null-audio", "--record", LOGS / "forked.wav", "--for", "9s")
    check(one.code(15) == 0, f"the phone that took the call ended with {one.process.returncode}, 0 is wanted")
    check(alice.code(15) == 0, f"the forked call ended with {alice.process.returncode}, 0 is wanted")
    check(two.code(15) == 4, f"the phone that was cancelled ended with {two.process.returncode}, 4 is wanted")
    check(alice.text().count("183 Session Progress") >= 2, "the caller saw no two early dialogs, so this showed nothing")
    check_heard(LOGS / "forked.wav", 620, 0.75, "the caller")
    server.end()


def registrations():
    """423 with Min-Expires."""
    port = free_port()
    server = proxy("long-lived", port, least=1800)
    once = microsip("short-wish", "register", "--once", *account("alice", port, expires="60"))
    check(once.code(10) == 0, f"a registration for 60 s where 1800 are the least ended with {once.process.returncode}, 0 is wanted")
    until(lambda: said(server, "TEST registers alice wishes 1800") == 1, 5, "a REGISTER with what Kamailio wants")
    server.end()


def run():
    needs("kamailio")
    challenged_in_dialogs()
    registrations()


if __name__ == "__main__":
    test(run, 150)
