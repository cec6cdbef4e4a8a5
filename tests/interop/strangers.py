#!/usr/bin/env python3
"""A registered phone that allows no direct calls is not there for strangers: no response to INVITE or OPTIONS, nothing for a forged response; its registrar gets responses."""
import re
import threading

from peers import LOGS, check, free_port, microsip, test, until
from raw import Caller, bound


class Registrar:
    """Sends 200 to every REGISTER, and nothing else."""

    def __init__(self):
        self.socket = bound("127.0.0.1")
        self.port = self.socket.getsockname()[1]
        self.seen, self.contact, self.phone = [], None, None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            data, self.phone = self.socket.recvfrom(65536)
            self.seen.append(data)
            if not data.startswith(b"REGISTER "):
                continue
            text = data.decode()
            line = lambda name: re.search(rf"^{name}:.*$", text, re.M | re.I).group(0).strip()
            self.contact = re.search(r"^Contact:\s*<([^>]+)>", text, re.M | re.I).group(1)
            self.socket.sendto("\r\n".join(["SIP/2.0 200 OK", *[line(n) for n in ("Via", "From")], line("To") + ";tag=r", line("Call-ID"), line("CSeq"),
                                            f"Contact: <{self.contact}>;expires=600", "Content-Length: 0", "", ""]).encode(), self.phone)


def run():
    registrar = Registrar()
    (LOGS / "password").write_text("never sent in clear\n")
    port = free_port()
    phone = microsip("phone", "register", "--uri", "sip:anna@phones.test", "--registrar", f"sip:127.0.0.1:{registrar.port}", "--password-file", LOGS / "password",
                     "--listen", f"127.0.0.1:{port}")
    until(lambda: registrar.contact, 10, "the REGISTER")
    # the user is the account's, which is public; the secret of 64 bits is a parameter
    check(re.fullmatch(r"sip:anna@[^;]+;mkey=[0-9a-f]{16}", registrar.contact), f"the Contact is {registrar.contact!r}, a secret of 64 bits is wanted in it")

    for method, body in (("OPTIONS", False), ("INVITE", True), ("MESSAGE", False), ("BYE", False), ("NOTIFY", False), ("REFER", False), ("SUBSCRIBE", False),
                         ("PUBLISH", False)):
        stranger = Caller(port, address="127.0.0.4")
        stranger.target = f"sip:anna@127.0.0.1:{port}"
        stranger.send(stranger.request(method, body=stranger.sdp() if body else ""))
        check(stranger.answer(0.7, final=False) is None, f"a stranger's {method} was answered")

    # A challenge that the registrar did not send is not answered with credentials.
    forged = bound("127.0.0.4")
    last = registrar.seen[-1].decode()
    line = lambda name: re.search(rf"^{name}:.*$", last, re.M | re.I).group(0).strip()
    before = len(registrar.seen)
    forged.sendto("\r\n".join(["SIP/2.0 401 Unauthorized", *[line(n) for n in ("Via", "From", "To", "Call-ID", "CSeq")],
                               'WWW-Authenticate: Digest realm="*", nonce="x", algorithm=MD5', "Content-Length: 0", "", ""]).encode(), ("127.0.0.1", port))
    forged.settimeout(1)
    try:
        check(not forged.recv(65536), "a forged challenge was answered")
    except TimeoutError:
        pass
    check(not any(b"Authorization" in data for data in registrar.seen[before:]), "a forged challenge drew credentials")

    # The same request over the registrar's own address is the account's own.
    own = Caller(port)
    own.sip, own.me = registrar.socket, f"127.0.0.1:{registrar.port}"
    own.target = registrar.contact
    count = len(registrar.seen)
    registrar.socket.sendto(own.request("OPTIONS"), ("127.0.0.1", port))
    until(lambda: any(data.startswith(b"SIP/2.0 200") for data in registrar.seen[count:]), 3, "the answer to the registrar's own OPTIONS")
    check(phone.end() == 0, f"the phone ended with {phone.process.returncode} on SIGINT, 0 is wanted")


if __name__ == "__main__":
    test(run)
