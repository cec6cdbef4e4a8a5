#!/usr/bin/env python3
"""SIP over TCP with SIPp, Kamailio and baresip: calls both ways, one connection for all, a registration that outlives its connection."""
import re
import shutil
import subprocess

import baresip
import kamailio
from peers import HERE, LOGS, Namespace, Program, check, check_heard, echo, free_port, microsip, needs, sipp, sipp_counts, test, until, write_tone


def tcp_ports(pid="self"):
    """Local ports of listening TCP sockets, and (local, remote) ports of connections."""
    rows = []
    for kind in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{pid}/net/{kind}") as lines:
                rows += [line.split() for line in lines.readlines()[1:]]
        except OSError:
            pass
    port = lambda text: int(text.rsplit(":", 1)[1], 16)
    return {port(row[1]) for row in rows if row[3] == "0A"}, [(port(row[1]), port(row[2])) for row in rows if row[3] == "01"]


def with_sipp():
    server = echo()
    for way, calls in (("t1", 200), ("tn", 50)):
        name = f"uac-{way}"
        caller = sipp(name, "-sn", "uac", f"127.0.0.1:{server.port}", "-t", way, "-p", free_port(), "-mp", free_port(4), "-r", 50, "-m", calls,
                      "-timeout", "30", "-max_socket", 100)
        code = caller.code(40)
        counts = sipp_counts(name)
        check(code == 0 and counts["SuccessfulCall"] == calls and counts["Retransmissions"] == 0, f"SIPp {way} ended with {code}: {counts}")
    check(server.end() == 0, f"the echo ended with {server.process.returncode} on SIGINT, 0 is wanted")
    port = free_port()
    uas = sipp("uas", "-sn", "uas", "-t", "t1", "-p", port, "-mp", free_port(4), "-m", 1)
    until(lambda: port in tcp_ports()[0], 10, "SIPp to listen")
    call = microsip("call", "call", f"sip:service@127.0.0.1:{port};transport=tcp", "--null-audio", "--for", "1s")
    check(call.code(15) == 0, f"the call to SIPp ended with {call.process.returncode}, 0 is wanted")
    # SIPp counts a connection that we close behind the BYE's response as a failure of its last pause
    uas.wait_line(r"BYE\s+1 ", 10)
    # nobody listens: known at once
    call = microsip("refused", "call", "sip:nobody@127.0.0.1:9;transport=tcp", "--null-audio")
    check(call.code(5) == 1, f"a call to a closed port ended with {call.process.returncode}, 1 is wanted")


def proxy(name, port):
    text = (HERE / "scenarios/kamailio.cfg").read_text().replace("disable_tcp=yes", "disable_tcp=no")
    text = text.replace("listen=udp:127.0.0.1:@PORT@", "listen=udp:127.0.0.1:@PORT@\nlisten=tcp:127.0.0.1:@PORT@\ntcp_crlf_ping=yes\ntcp_connection_lifetime=8")
    for word, value in {"PORT": port, "ALGORITHM": "MD5", "NONCE_LIFE": 300, "LONGEST": 3600}.items():
        text = text.replace(f"@{word}@", str(value))
    for user, password in kamailio.PASSWORDS.items():
        text = text.replace(f"@{user.upper()}@", password.replace('"', '\\"'))
    config = LOGS / f"{name}.cfg"
    config.write_text(text)
    home = LOGS / f"{name}-run"
    home.mkdir()
    program = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    server = Program(name, program, "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", home, "-P", home / "pid", "-w", home)
    until(lambda: server.alive() and port in tcp_ports()[0], 10, "Kamailio to listen")
    return server


def long_call(name, port):
    """A call whose INVITE is longer than 1300 bytes, of an account that goes by UDP."""
    wanted = ["--header", "X-Long: " + "x" * 1300]
    caller = microsip(name, "call", "sip:bob@phones.test", *kamailio.account("alice", port), "--null-audio", *wanted, "--for", "1s")
    check(caller.code(20) == 0, f"the long call ended with {caller.process.returncode}, 0 is wanted")
    return caller


def without_tcp():
    """Kamailio takes no TCP: the long INVITE goes by UDP after all, and the caller is told."""
    port = free_port()
    server = kamailio.proxy("kamailio-udp", port, "MD5", 300, 3600)
    bob = microsip("bob-udp", "answer", "--forever", *kamailio.account("bob", port), "--null-audio")
    until(lambda: "TEST registers bob" in server.text(), 20, "Bob to register by UDP")
    caller = long_call("long-udp", port)
    told = re.findall(r"a request of (\d+) bytes went by UDP", caller.text())
    check(told and all(int(size) > 1300 for size in told), "the caller was not told that its long INVITE went by UDP")
    bob.end()
    server.end()


def with_kamailio():
    port = free_port()
    server = proxy("kamailio", port)
    said = lambda pattern: len(re.findall(pattern, server.text(), re.M))
    low, high = write_tone(LOGS / "440.wav", 440), write_tone(LOGS / "620.wav", 620)
    by_tcp = ["--transport", "tcp", "--null-audio"]
    bob = microsip("bob", "answer", "--forever", *kamailio.account("bob", port), *by_tcp, "--play", high, "--record", LOGS / "bob.wav", "--for", "10s")
    until(lambda: said("TEST registers bob .*transport=tcp"), 8, "Bob to register by TCP")
    alice = microsip("alice", "call", "sip:bob@phones.test", *kamailio.account("alice", port), *by_tcp, "--play", low,
                     "--record", LOGS / "alice.wav", "--for", "3s")
    until(lambda: "connected" in alice.text(), 10, "Alice's call to be answered")
    # our two phones have one connection each; Kamailio opened none, for Bob's is there
    ours = [pair for pair in tcp_ports()[1] if pair[1] == port]
    check(len(ours) <= 3, f"there are {len(ours)} connections to Kamailio: {ours}")
    check(alice.code(20) == 0, f"Alice's call ended with {alice.process.returncode}, 0 is wanted")
    check_heard(LOGS / "alice.wav", 620, 1.5, "Alice")
    check(said("TEST in-dialog BYE") >= 1, "the BYE did not go through Kamailio")
    # a request too long for a datagram goes by TCP, though the account does not (RFC 3261, 18.1.1)
    long_call("long", port)
    check((said("TEST relays INVITE .* by tcp"), said("TEST relays INVITE .* by udp")) == (2, 0), "the long INVITE did not come by TCP")
    # the proxy closes connections that are idle for eight seconds: Bob is registered over a new one at once
    before = said("TEST registers bob")
    until(lambda: said("TEST registers bob") > before, 20, "Bob to register over a new connection")
    check(bob.alive(), f"Bob ended with {bob.process.returncode}")
    bob.end()
    server.end()


def with_baresip():
    space = Namespace()
    address = baresip.ADDRESS
    subprocess.run(["ip", "netns", "exec", space.name, "ip", "addr", "add", f"{address}/32", "dev", "lo"], check=True)
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    callee = baresip.baresip("callee", space, 5070, high)
    ours = microsip("caller", "call", f"sip:bare@{address}:5070;transport=tcp", "--listen", f"{address}:5080", "--null-audio", "--play", low,
                    "--record", LOGS / "caller.wav", "--for", "3s", inside=space.name)
    check(ours.code(20) == 0, f"our call to baresip ended with {ours.process.returncode}, 0 is wanted")
    callee.end()
    check_heard(LOGS / "caller.wav", 620, 1.5, "our caller")
    ours = microsip("answerer", "answer", "--listen", f"{address}:5081", "--null-audio", "--play", low, "--record", LOGS / "answerer.wav",
                    "--for", "3s", inside=space.name)
    until(lambda: 5081 in tcp_ports(ours.pid)[0], 5, "microsip answer to listen")
    caller = baresip.baresip("caller-baresip", space, 5072, high, "-e", f"/dial sip:us@{address}:5081;transport=tcp")
    check(ours.code(20) == 0, f"answering baresip ended with {ours.process.returncode}, 0 is wanted")
    caller.end()
    check_heard(LOGS / "answerer.wav", 620, 1.5, "our answerer")


def run():
    needs("sipp", "kamailio", "baresip")
    with_sipp()
    with_kamailio()
    without_tcp()
    with_baresip()


if __name__ == "__main__":
    test(run, 150)
