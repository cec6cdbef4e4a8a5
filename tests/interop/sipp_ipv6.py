#!/usr/bin/env python3
"""SIPp over IPv6, both ways: it calls `microsip echo` on [::1], and `microsip call` calls it."""
from pathlib import Path

from peers import LOGS, cannot, check, check_heard, free_port, microsip, needs, sipp, sipp_counts, test, write_tone


def run():
    needs("sipp")
    if not Path("/proc/net/if_inet6").exists() or "lo" not in Path("/proc/net/if_inet6").read_text():
        cannot("this machine has no IPv6 on loopback")
    port = free_port()
    server = microsip("echo", "echo", "--listen", f"[::1]:{port}", "--null-audio")
    server.wait_udp(port)
    caller = sipp("uac", "-sn", "uac", f"[::1]:{port}", "-p", free_port(), "-mp", free_port(4), "-mi", "::1", "-r", 20, "-m", 40, "-timeout", 20, address="::1")
    check(caller.code(30) == 0, f"SIPp ended with {caller.process.returncode}")
    counts = sipp_counts("uac")
    check(counts["SuccessfulCall"] == 40 and counts["Retransmissions"] == 0, f"SIPp counted {counts}")
    check(server.end() == 0, "the echo did not end cleanly")

    port = free_port()
    server = sipp("uas", "-sn", "uas", "-p", port, "-mp", free_port(4), "-mi", "::1", "-rtp_echo", "-m", 1, address="::1")
    server.wait_udp(port)
    call = microsip("call", "call", f"sip:service@[::1]:{port}", "--null-audio", "--play", write_tone(LOGS / "tone.wav", 440), "--record", LOGS / "back.wav", "--for", "3s")
    check(call.code(15) == 0, f"the call ended with {call.process.returncode}, 0 is wanted")
    check_heard(LOGS / "back.wav", 440, 1.5, "our caller, through SIPp's RTP echo over IPv6,")


if __name__ == "__main__":
    test(run)
