"""baresip under remote control: its ctrl_tcp module takes commands as JSON and reports its calls' events; it records the sound that it sends and hears.

It ignores 127.0.0.1, so everything runs in a network namespace of the test's own, whose lo has an address for documentation (RFC 5737).
"""
import itertools
import json
import socket
import time

from peers import LOGS, Failure, Namespace, Program, check, microsip, needs, subprocess, until

ADDRESS = "192.0.2.1"
tokens = itertools.count(1)


def enter(*programs):
    """The test itself moves into a namespace of its own; all that it starts from here on is in there."""
    needs(*(programs or ("baresip",)), "ip")
    space = Namespace()
    subprocess.run(["ip", "netns", "exec", space.name, "ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    # linphone asks the routes whether there is a network
    subprocess.run(["ip", "netns", "exec", space.name, "ip", "route", "add", "default", "dev", "lo"], check=True)
    space.enter()


class Baresip:
    """One baresip (its ports: SIP, one more for TLS, one more for control): its account `bare`, its control connection, its events."""

    def __init__(self, name, port, tone, account="answermode=manual", config=(), codecs="module g711.so", contacts=()):
        self.home = LOGS / name
        self.home.mkdir()
        (self.home / "config").write_text("\n".join([
            f"sip_listen {ADDRESS}:{port}", f"audio_source aufile,{tone}", "call_max_calls 4", "call_local_timeout 30",
            "module_path /usr/lib/baresip/modules", codecs, "module aufile.so", "module sndfile.so", "module_tmp account.so", "module_app menu.so",
            "module_app ctrl_tcp.so", f"ctrl_tcp_listen {ADDRESS}:{port + 2}", f"snd_path {self.home}", "rtp_ports 30000-31000", "rtp_stats yes", *config, "",
        ]))
        (self.home / "accounts").write_text(f"<sip:bare@{ADDRESS}:{port}>;regint=0;{account}\n")
        (self.home / "contacts").write_text("".join(f"{uri}\n" if "<" in uri else f"<{uri}>\n" for uri in contacts))
        self.port, self.uri = port, f"sip:bare@{ADDRESS}:{port}"
        self.program = Program(name, "baresip", "-f", self.home, "-s")
        self.connection = until(self.connect, 8, f"{name} to take commands")
        self.connection.setblocking(False)
        self.bytes, self.events = b"", []

    def connect(self):
        check(self.program.alive(), f"{self.program.name} ended with {self.program.process.returncode}")
        try:
            return socket.create_connection((ADDRESS, self.port + 2), 1)
        except OSError:
            return None

    def read(self):
        """Netstrings of JSON."""
        try:
            while data := self.connection.recv(65536):
                self.bytes += data
        except BlockingIOError:
            pass
        while b":" in self.bytes:
            length, rest = self.bytes.split(b":", 1)
            if len(rest) < int(length) + 1:
                break
            self.events.append(json.loads(rest[: int(length)]))
            self.bytes = rest[int(length) + 1 :]

    def do(self, command, params=""):
        token = str(next(tokens))
        text = json.dumps({"command": command, "params": params, "token": token}).encode()
        self.connection.send(str(len(text)).encode() + b":" + text + b",")

        def answered():
            self.read()
            return next((event for event in self.events if event.get("token") == token), None)

        said = until(answered, 5, f"baresip to take {command!r}")
        if not said["ok"]:
            raise Failure(f"baresip could not {command!r}: {said}")
        return said.get("data", "")

    def told(self, kind):
        self.read()
        return [event for event in self.events if event.get("type") == kind]

    def wait(self, kind, count=1, seconds=8):
        return until(lambda: (len(self.told(kind)) >= count) and self.told(kind)[-1], seconds, f"baresip to tell {kind} ({count})")

    def heard(self):
        """The sound that it heard, one file a call, in order of their beginning."""
        return sorted(self.home.glob("dump-*-dec.wav"))

    def end(self):
        self.connection.close()
        return self.program.end()


def waiting(name, port, *arguments, command="answer", **how):
    """Our own command, listening for a call, printing JSON."""
    ours = microsip(name, "--json", command, "--listen", f"{ADDRESS}:{port}", "--null-audio", *arguments, **how)
    ours.wait_udp(port)
    ours.uri = f"sip:us@{ADDRESS}:{port}"
    return ours


def lines(program, kind):
    """The objects of one type that our command printed."""
    return [fields for fields in map(json.loads, filter(lambda line: line.startswith("{"), program.text().splitlines())) if fields["type"] == kind]


def rest(seconds):
    """Time in which the call just goes on."""
    time.sleep(seconds)
