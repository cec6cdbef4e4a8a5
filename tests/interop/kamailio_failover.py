#!/usr/bin/env python3
"""A domain with two Kamailios by SRV, the first of which is down (503), gone (nothing listens), or silent: registration and calls get through by the second (RFC 3263 4.3). One
that says 503 with Retry-After at a refresh is asked again when it wished, and the registration comes back."""
import socket
import struct
import threading

from kamailio_moods import PASSWORD, proxy, said
from peers import LOGS, Namespace, check, microsip, needs, quiet_udp, test, until
from pathlib import Path


class Names:
    """A name server for one domain: `_sip._udp.phones.test` names two ports, and its hosts are loopback."""

    def __init__(self, ports):
        self.ports, self.asked = ports, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(512)
            at = 12
            while question[at]:
                at += question[at] + 1
            kind = struct.unpack_from("!H", question, at + 1)[0]
            name, end = question[12:at].lower(), at + 5
            answers = []
            if kind == 33 and b"_sip" in name and b"_udp" in name:
                self.asked += 1
                for priority, port in enumerate(self.ports, 1):
                    host = bytes([5]) + f"host{priority}".encode() + bytes([6]) + b"phones" + bytes([4]) + b"test" + b"\0"
                    answers.append(b"\xc0\x0c" + struct.pack("!HHIHHHH", 33, 1, 60, 6 + len(host), priority, 0, port) + host)
            elif kind == 1:
                answers.append(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1]))
            head = question[:2] + struct.pack("!HHHHH", 0x8580, 1, len(answers), 0, 0)
            self.socket.sendto(head + question[12:end] + b"".join(answers), client)


def account(user, *more):
    secret = LOGS / "password"
    secret.write_text(PASSWORD + "\n")
    return ["--uri", f"sip:{user}@phones.test", "--password-file", secret, *more]


def run():
    needs("kamailio", "ip")
    space = Namespace()
    # what `ip netns exec` shows to a program as /etc/resolv.conf
    place = Path("/etc/netns") / space.name
    place.mkdir(parents=True, exist_ok=True)
    (place / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    try:
        space.enter()
        failing_over(space)
        coming_back(space)
    finally:
        (place / "resolv.conf").unlink()
        place.rmdir()


def failing_over(space):
    down, up = proxy("down", 5070, mood="down"), proxy("up", 5072)
    dumb = quiet_udp(5076)
    names = Names([5070, 5072])
    bob = microsip("bob", "answer", *account("bob"), "--null-audio", "--forever", inside=space.name)
    bob.wait_line("waiting for a call")
    check(said(up, "TEST registers bob") == 1, "Bob is not registered at the second server")
    check(said(down, "TEST down for REGISTER") == 1, "the first server was not asked first, once")
    check(names.asked >= 1, "nobody asked the name server for the domain's servers")
    for case, port, limit in (("refuses", 5070, 10), ("is-gone", 5074, 10), ("is-dumb", 5076, 25)):
        names.ports = [port, 5072]
        alice = microsip(f"alice-{case}", "call", "sip:bob@phones.test", *account("alice"), "--null-audio", "--for", "500ms", inside=space.name)
        check(alice.code(limit) == 0, f"a call where the first server {case} ended with {alice.process.returncode}, 0 is wanted")
    check(bob.end() == 0, f"Bob ended with {bob.process.returncode}, 0 is wanted")
    dumb.close()
    down.end()
    up.end()
    names.socket.close()


def coming_back(space):
    up = proxy("first", 5080)
    stay = microsip("stay", "register", *account("bob", "--registrar", "sip:127.0.0.1:5080", "--proxy", "sip:127.0.0.1:5080", "--expires", "4"), inside=space.name)
    stay.wait_line("registered")
    up.end()
    down = proxy("out", 5080, mood="down")
    until(lambda: said(down, "TEST down for REGISTER") >= 2, 12, "a second try, after the Retry-After of one second")
    down.end()
    again = proxy("again", 5080)
    until(lambda: said(again, "TEST registers bob wishes 4") >= 1, 45, "the registration to come back")
    check(stay.alive(), "the command did not wait for its registrar")
    stay.end()


if __name__ == "__main__":
    test(run, 150)
