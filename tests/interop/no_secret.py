#!/usr/bin/env python3
"""A password shows up nowhere: not in plain output, JSON, traces, the library's log, errors, or the process's arguments; digests are hidden in traces."""
import re
import threading
from pathlib import Path

from peers import LOGS, check, microsip, test, until
from raw import bound

SECRET = "Zw3rg-Sch4ufel-Gehe1m"


class Challenger:
    """A registrar that asks for a digest and then accepts, or never does."""

    def __init__(self, accepts):
        self.socket, self.accepts, self.answers = bound(), accepts, []
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            data, phone = self.socket.recvfrom(65536)
            text = data.decode()
            line = lambda name: re.search(rf"^{name}:.*$", text, re.M | re.I).group(0).strip()
            digest = re.search(r'response="([0-9a-f]+)"', text)
            if digest:
                self.answers.append(digest.group(1))
            fine = digest and self.accepts
            head = ["SIP/2.0 200 OK", line("Contact") + ";expires=60"] if fine else \
                ["SIP/2.0 401 Unauthorized", 'WWW-Authenticate: Digest realm="phones.test", nonce="n0nce", qop="auth", algorithm=MD5']
            self.socket.sendto("\r\n".join([head[0], *[line(n) for n in ("Via", "From")], line("To") + ";tag=c", line("Call-ID"), line("CSeq"),
                                             *head[1:], "Content-Length: 0", "", ""]).encode(), phone)


def run():
    (LOGS / "password").write_text(SECRET + "\n")
    (LOGS / "account").write_text(f"uri = sip:anna@phones.test\npassword = {SECRET}\n")
    number = 0
    for accepts in (True, False):
        for how in (["--password-file", LOGS / "password"], [], ["--password-stdin"], ["--account-file", LOGS / "account"]):
            number += 1
            registrar = Challenger(accepts)
            words = ["register", "--once", "--uri", "sip:anna@phones.test", "--registrar", f"sip:127.0.0.1:{registrar.port}", "--listen", "127.0.0.1:0", "--trace", "--log", "4", *how]
            if number % 2:
                words.append("--json")
            phone = microsip(f"register-{number}", *words, env={} if how else {"MICROSIP_PASSWORD": SECRET}, stdin=SECRET + "\n" if "--password-stdin" in how else None)
            until(lambda: registrar.answers, 10, "an answer to the challenge")
            check(SECRET not in Path(f"/proc/{phone.pid}/cmdline").read_text() if phone.alive() else True, "the password is among the process's arguments")
            code = phone.code(15)
            check(code == (0 if accepts else 3), f"register --once ended with {code}")
            text = phone.text()
            check("REGISTER" in text, "the trace shows no REGISTER, so this showed nothing")
            check(SECRET not in text, f"the password stands in {phone.log}")
            for digest in registrar.answers:
                check(digest not in text, f"the digest's response stands in {phone.log}")

    # An account file that is wrong is quoted without its password.
    (LOGS / "broken").write_text(f"password = {SECRET}\nnonsense here\n")
    broken = microsip("broken", "register", "--account-file", LOGS / "broken")
    check(broken.code(10) == 2, f"a broken account file ended with {broken.process.returncode}, 2 is wanted")
    check(SECRET not in broken.text(), "an error message quotes the password")


if __name__ == "__main__":
    test(run)
