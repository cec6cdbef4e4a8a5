"""Shared by every test against a peer: programs with logs and ends, waiting for conditions, loopback ports, tones and WAV files.

A test is a program: exit 0 passed, 77 could not be checked, else failed. It starts its peers on ports of its own, ends each by its process id,
waits for log lines and sockets rather than sleeping, and leaves its logs in a folder that is named when it fails. Standard library only.
"""

import atexit
import csv
import ctypes
import fcntl
import math
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
MICROSIP = os.environ.get("MICROSIP", str(HERE.parents[1] / "target/release/microsip"))
LOGS = Path(tempfile.mkdtemp(prefix="microsip-" + Path(sys.argv[0]).stem + "."))
PATIENCE = 30
running = []


class Failure(Exception):
    """A failure, in words for a person."""


def cannot(reason):
    """Leaves the test as not checked."""
    print(f"NOT CHECKED: {reason}")
    sys.exit(77)


def needs(*programs):
    for program in programs:
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            cannot(f"{program} is not installed")


def check(truth, otherwise):
    if not truth:
        raise Failure(otherwise)


def until(condition, seconds, what):
    """Waits for a condition; its true value is given back. A busy machine gets PATIENCE: a test that is to find slowness measures it."""
    seconds = max(seconds, PATIENCE)
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.02)


class Program:
    """A program with its output in a file, ended by its process id. `keys`: it has a terminal of its own, and `press` types into it.
    `open_input`: its standard input takes more than its first lines."""

    def __init__(self, name, *command, inside=None, cwd=None, env=None, stdin=None, keys=False, open_input=False):
        self.name = name
        self.log = LOGS / f"{name}.log"
        command = [str(word) for word in command]
        if inside:
            command = ["ip", "netns", "exec", inside, *command]
        where, begin = subprocess.PIPE if stdin is not None else subprocess.DEVNULL, None
        if keys:
            self.terminal, where = pty.openpty()
            begin = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        with open(self.log, "ab") as out:
            # A group of its own: a signal for us from a terminal is not one for the peers.
            self.process = subprocess.Popen(
                command, stdin=where, stdout=out, stderr=subprocess.STDOUT, preexec_fn=begin,
                cwd=cwd or LOGS, env={**os.environ, "ALSA_CONFIG_PATH": "/dev/null", **(env or {})}, start_new_session=True,
            )
        if keys:
            os.close(where)
        if stdin is not None:
            self.type(stdin)
            if not open_input:
                self.process.stdin.close()
        running.append(self)

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    @property
    def pid(self):
        return self.process.pid

    def text(self):
        return self.log.read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def wait_line(self, pattern, seconds=10):
        """The first match of a pattern in the output."""

        def look():
            found = re.search(pattern, self.text(), re.M)
            if not found and not self.alive():
                found = re.search(pattern, self.text(), re.M)
                check(found, f"{self.name} ended with {self.process.returncode} before saying {pattern!r}")
            return found

        return until(look, seconds, f"{self.name} to say {pattern!r}")

    def wait_count(self, text, count, seconds=10):
        """Until its output has this text so often."""

        def look():
            enough = self.text().count(text) >= count
            check(enough or self.alive(), f"{self.name} ended with {self.process.poll()} before it said {text!r} {count} times")
            return enough

        until(look, seconds, f"{self.name} to say {text!r} {count} times")

    def wait_udp(self, port, seconds=10):
        """Until the program's network has a UDP socket on the port."""

        def look():
            check(self.alive(), f"{self.name} ended with {self.process.poll()} before it opened UDP port {port}")
            return port in udp_ports(self.pid)

        until(look, seconds, f"{self.name} to open UDP port {port}")

    def end(self, seconds=5, how=signal.SIGINT):
        """Ends it politely, then not."""
        for sign in (how, signal.SIGTERM, signal.SIGKILL):
            if not self.alive():
                break
            self.process.send_signal(sign)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        return self.process.returncode

    def code(self, seconds):
        """Its exit code, once it ends by itself."""
        seconds = max(seconds, PATIENCE)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} had not ended after {seconds} s") from None

    def resident_kb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text()).group(1))


def udp_ports(pid="self"):
    """The UDP ports that are open in a process's network."""
    return ports(pid, ("udp", "udp6"))


def ports(pid, kinds):
    ports = set()
    for kind in kinds:
        try:
            lines = Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
        except OSError:
            continue
        ports |= {int(line.split()[1].rsplit(":", 1)[1], 16) for line in lines}
    return ports


# Ports below the first that a phone of ours takes for media (4000), so that no call of another test is at one.
BLOCK, LOWEST, MEDIA = 100, 1100, 4000
handed_out, claims = set(), []


def blocks():
    """The first ports of blocks that are this test's as long as it lives: a socket of a name that only one can have stands for each. They lie below
    those that calls take and that the system gives to whoever asks for any port, so nobody takes one between its being found free and its being bound."""
    yield from (first for first, _ in claims)
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for first in range(LOWEST, min(lowest, MEDIA) - BLOCK + 1, BLOCK):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0microsip-test-ports-{first}")
        except OSError:
            claim.close()
            continue
        claims.append((first, claim))
        yield first


def free_port(span=1):
    """A port on loopback that is free, of UDP and TCP, with `span` free ones from it on; even, as RTP wants it."""
    open_now = ports("self", ("udp", "udp6", "tcp", "tcp6"))
    for first in blocks():
        for port in range(first, first + BLOCK - span, 2):
            wanted = set(range(port, port + span))
            if not wanted & handed_out and not wanted & open_now:
                handed_out.update(wanted)
                return port
    raise Failure("no free UDP port")


def microsip(name, *arguments, **how):
    """Our own command, with the null audio device."""
    check(os.access(MICROSIP, os.X_OK), f"{MICROSIP} is not there: build examples/cli first, or say where it is with MICROSIP=")
    return Program(name, MICROSIP, *arguments, **how)


def echo(name="echo", *arguments, **how):
    """`microsip echo` on a free port, listening."""
    port = free_port()
    program = microsip(name, "echo", "--listen", f"127.0.0.1:{port}", "--null-audio", *arguments, **how)
    program.wait_udp(port)
    program.port = port
    return program


def sipp(name, *arguments, address="127.0.0.1", **how):
    return Program(name, "sipp", *arguments, "-i", address, "-nostdin", "-trace_stat", "-stf", LOGS / f"{name}.csv", "-fd", "1",
                   "-trace_err", "-error_file", LOGS / f"{name}.errors", **how)


def sipp_counts(name):
    """The last row of SIPp's statistics, totals only."""
    rows = list(csv.DictReader((LOGS / f"{name}.csv").open(), delimiter=";"))
    return {key[:-3]: int(value) for key, value in rows[-1].items() if key and key.endswith("(C)") and value.isdigit()}


def sipp_rate(name):
    """Calls a second over the whole run, by SIPp's own clock."""
    rows = list(csv.DictReader((LOGS / f"{name}.csv").open(), delimiter=";"))
    return float(rows[-1]["CallRate(C)"])


class Namespace:
    """A network whose only interface is lo: for peers that will not stay on loopback by themselves."""

    def __init__(self, which=""):
        self.name = f"microsip-{os.getpid()}{which}"
        needs("ip")
        for command in (["ip", "netns", "add", self.name], ["ip", "netns", "exec", self.name, "ip", "link", "set", "lo", "up"]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                cannot(f"no network namespace can be made here: {done.stderr.strip()}")
        atexit.register(self.remove)

    def enter(self):
        """The test itself moves in, and with it all that it starts from here on."""
        with open(f"/run/netns/{self.name}") as place:
            check(ctypes.CDLL(None, use_errno=True).setns(place.fileno(), 0) == 0, f"the namespace could not be entered: {os.strerror(ctypes.get_errno())}")

    def remove(self):
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)


def write_tone(path, hertz, seconds=4.0, rate=8000, level=0.5):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        step = 2 * math.pi * hertz / rate
        out.writeframes(b"".join(struct.pack("<h", int(level * 32767 * math.sin(step * n))) for n in range(int(seconds * rate))))
    return path


def tone_share(samples, rate, hertz):
    """How much of the power is at one frequency (Goertzel): a pure tone gives 1, noise and silence almost 0."""
    power = sum(s * s for s in samples)
    if not samples or power / len(samples) < 100:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    one = two = 0.0
    for sample in samples:
        one, two = sample + turn * one - two, one
    return 2 * (one * one + two * two - turn * one * two) / (len(samples) * power)


def read_wav(path, channel=0):
    """One channel's samples, and the rate. Copes with a header whose length was never filled in."""
    data = Path(path).read_bytes()
    check(data[:4] == b"RIFF" and data[8:12] == b"WAVE", f"{path} is not a WAV file ({len(data)} bytes)")
    at, channels, rate, bits, samples = 12, 1, 8000, 16, []
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size] if kind != b"data" or 0 < size <= len(data) - at - 8 else data[at + 8 :]
        if kind == b"fmt ":
            channels, rate, bits = struct.unpack_from("<H", body, 2)[0], struct.unpack_from("<I", body, 4)[0], struct.unpack_from("<H", body, 14)[0]
        if kind == b"data":
            check(bits == 16, f"{path}: {bits} bits a sample, 16 are wanted")
            count = len(body) // 2
            samples = list(struct.unpack(f"<{count}h", body[: count * 2]))[min(channel, channels - 1) :: channels]
            break
        at += 8 + size + size % 2
    return samples, rate


def heard(path, hertz, least=0.7):
    """Seconds of a tone in a recording: quarters of a second in which it holds at least `least` of the power, on any channel."""
    best = 0.0
    for channel in (0, 1):
        samples, rate = read_wav(path, channel)
        piece = rate // 4
        best = max(best, sum(0.25 for at in range(0, len(samples) - piece + 1, piece) if tone_share(samples[at : at + piece], rate, hertz) >= least))
    return best


def check_heard(path, hertz, seconds, who):
    check(Path(path).exists(), f"{who} left no recording at {path}")
    got = heard(path, hertz)
    check(got >= seconds, f"{who} heard {hertz} Hz for {got} s, at least {seconds} s are wanted ({path})")


def test(run, limit=120):
    """Runs one test: ends every program that it started, and shows the logs when it failed."""

    def too_long(*_):
        raise Failure(f"the test took more than {limit} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.alarm(limit)
    code = 1
    try:
        run()
        code = 0
    except Failure as failure:
        signal.alarm(0)
        print(f"FAILED: {failure}")
        for program in running:
            if program.process.poll() == 0:
                continue
            state = "still running" if program.alive() else f"ended with {program.process.returncode}"
            print(f"--- {program.name} ({state}): the end of {program.log}")
            print("\n".join(program.text().splitlines()[-25:]))
    except SystemExit as left:
        code = left.code
    finally:
        signal.alarm(0)
        for program in reversed(running):
            program.end(2, signal.SIGTERM)
        if code == 1:
            print(f"logs: {LOGS}")
        else:
            shutil.rmtree(LOGS, ignore_errors=True)
    sys.exit(code)


def quiet_udp(port=0, timeout=0.5):
    """A UDP socket of the test's own on loopback."""
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.bind(("127.0.0.1", port))
    mine.settimeout(timeout)
    return mine
