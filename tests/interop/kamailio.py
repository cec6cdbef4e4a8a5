#!/usr/bin/env python3
"""Kamailio as registrar and proxy with digest, MD5 and SHA-256: register, refresh (with a stale nonce), call through it, unregister, a wrong password."""
import re
import shutil

from peers import HERE, LOGS, Program, check, check_heard, free_port, microsip, needs, test, until, write_tone

PASSWORDS = {"alice": "correct horse battery", "bob": "b0b:with\"odd signs"}


def proxy(name, port, algorithm, nonce_life, longest):
    text = (HERE / "scenarios/kamailio.cfg").read_text()
    for word, value in {"PORT": port, "ALGORITHM": algorithm, "NONCE_LIFE": nonce_life, "LONGEST": longest}.items():
        text = text.replace(f"@{word}@", str(value))
    for user, password in PASSWORDS.items():
        text = text.replace(f"@{user.upper()}@", password.replace('"', '\\"'))
    config = LOGS / f"{name}.cfg"
    config.write_text(text)
    home = LOGS / f"{name}-run"
    home.mkdir()
    kamailio = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    # -DD: the main process stays ours to end, its children with it.
    program = Program(name, kamailio, "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", home, "-P", home / "pid", "-w", home)
    program.wait_udp(port)
    return program


def account(user, port, password=None):
    secret = LOGS / f"{user}-{'wrong' if password else 'right'}.password"
    secret.write_text((password or PASSWORDS[user]) + "\n")
    return ["--uri", f"sip:{user}@phones.test", "--registrar", f"sip:127.0.0.1:{port}", "--proxy", f"sip:127.0.0.1:{port}",
            "--password-file", secret, "--listen", f"127.0.0.1:{free_port()}"]


def said(program, pattern):
    return len(re.findall(pattern, program.text(), re.M))


def call_through(server, port, name):
    """Bob waits, Alice calls; each hears the other's tone; both are gone afterwards."""
    low, high = write_tone(LOGS / "440.wav", 440), write_tone(LOGS / "620.wav", 620)
    heard_by_bob, heard_by_alice = LOGS / f"{name}-bob.wav", LOGS / f"{name}-alice.wav"
    before = said(server, "TEST registers bob")
    bob = microsip(f"{name}-bob", "answer", *account("bob", port), "--null-audio", "--play", high, "--record", heard_by_bob, "--for", "10s")
    until(lambda: said(server, "TEST registers bob") > before, 5, "Bob to register")
    alice = microsip(f"{name}-alice", "call", "sip:bob@phones.test", *account("alice", port), "--null-audio", "--play", low,
                     "--record", heard_by_alice, "--for", "3s")
    check(alice.code(20) == 0, f"Alice's call ended with {alice.process.returncode}, 0 is wanted")
    check(bob.code(20) == 0, f"Bob's call ended with {bob.process.returncode}, 0 is wanted")
    check_heard(heard_by_bob, 440, 1.5, "Bob")
    check_heard(heard_by_alice, 620, 1.5, "Alice")
    until(lambda: said(server, "TEST relays INVITE") >= 1 and said(server, "TEST in-dialog BYE") >= 1, 5, "INVITE and BYE to go through the proxy")


def run():
    needs("kamailio")
    for algorithm in ("MD5", "SHA-256"):
        port = free_port()
        server = proxy(f"kamailio-{algorithm}", port, algorithm, 300, 3600)
        once = microsip(f"once-{algorithm}", "register", "--once", *account("alice", port))
        check(once.code(10) == 0, f"{algorithm}: register --once ended with {once.process.returncode}, 0 is wanted")
        until(lambda: said(server, "TEST registers alice") >= 2, 5, f"{algorithm}: Kamailio to say that it saw a second REGISTER, the one that unregisters")
        check(said(server, "TEST refused") == 0, f"{algorithm}: Kamailio refused a right password")

        wrong = microsip(f"wrong-{algorithm}", "register", "--once", *account("alice", port, "not the password"))
        check(wrong.code(15) == 3, f"{algorithm}: a wrong password ended with {wrong.process.returncode}, 3 is wanted")
        tries = said(server, "TEST refused alice")
        check(1 <= tries <= 2, f"{algorithm}: the wrong password was tried {tries} times; once a nonce is enough")

        call_through(server, port, f"call-{algorithm}")

        gone = microsip(f"gone-{algorithm}", "call", "sip:bob@phones.test", *account("alice", port), "--null-audio", "--for", "1s")
        check(gone.code(15) == 1, f"{algorithm}: a call to Bob, who unregistered, ended with {gone.process.returncode}, 1 is wanted")
        until(lambda: said(server, "TEST nobody at sip:bob@") >= 1, 5, f"{algorithm}: Kamailio to say that Bob is gone")
        server.end()

    # Bindings of six seconds and nonces of one: each refresh meets a stale nonce, and must succeed without a person.
    port = free_port()
    server = proxy("kamailio-short", port, "MD5", 1, 6)
    stay = microsip("stay", "register", *account("bob", port))
    until(lambda: said(server, "TEST registers bob") >= 3, 25, "two refreshes of a six-second registration")
    check(said(server, "TEST refused bob code -[12]$") == 0, "Kamailio took a refresh for a wrong password")
    until(lambda: said(server, "TEST refused bob") >= 1, 5, "a refresh to meet a stale nonce")
    check(stay.alive(), f"the registration ended with {stay.process.returncode}")
    check(stay.end() == 0, f"the registration, interrupted, ended with {stay.process.returncode}, 0 is wanted")
    until(lambda: said(server, r"TEST registers bob .*(wishes 0|expires=0)"), 5, "the registration to be taken back")


if __name__ == "__main__":
    test(run, 150)
