#!/usr/bin/env python3
"""`microsip call` to SIPp's built-in server: exit 0 without media, and with SIPp's RTP echo our own tone comes back. Refusals and silence have their exit codes."""
from peers import HERE, LOGS, check, check_heard, free_port, microsip, needs, sipp, sipp_counts, test, write_tone


def run():
    needs("sipp")
    port = free_port()
    server = sipp("uas", "-sn", "uas", "-p", port, "-mp", free_port(4), "-m", 1)
    server.wait_udp(port)
    call = microsip("call", "call", f"sip:service@127.0.0.1:{port}", "--null-audio", "--for", "1s")
    check(call.code(15) == 0, f"the call ended with {call.process.returncode}, 0 is wanted")
    check(server.code(15) == 0, f"SIPp ended with {server.process.returncode}")
    counts = sipp_counts("uas")
    check(counts["SuccessfulCall"] == 1 and counts["Retransmissions"] == 0, f"SIPp counted {counts}")

    port = free_port()
    server = sipp("uas-echo", "-sn", "uas", "-p", port, "-mp", free_port(4), "-rtp_echo", "-m", 1)
    server.wait_udp(port)
    tone = write_tone(LOGS / "tone.wav", 440)
    call = microsip("call-echo", "call", f"sip:service@127.0.0.1:{port}", "--null-audio", "--play", tone, "--record", LOGS / "back.wav", "--for", "3s")
    check(call.code(15) == 0, f"the call with media ended with {call.process.returncode}, 0 is wanted")
    check_heard(LOGS / "back.wav", 440, 1.5, "our caller, through SIPp's RTP echo,")

    port = free_port()
    server = sipp("uas-busy", "-sf", HERE / "scenarios/busy.xml", "-p", port, "-m", 1)
    server.wait_udp(port)
    call = microsip("call-busy", "call", f"sip:service@127.0.0.1:{port}", "--null-audio", "--for", "1s")
    check(call.code(15) == 1, f"a call answered by 486 ended with {call.process.returncode}, 1 is wanted")
    check(server.code(5) == 0, "SIPp, busy, did not get its ACK")

    port = free_port()
    server = sipp("uas-ringing", "-sf", HERE / "scenarios/ringing.xml", "-p", port, "-m", 1)
    server.wait_udp(port)
    call = microsip("call-ringing", "call", f"sip:service@127.0.0.1:{port}", "--null-audio", "--answer-within", "1s")
    check(call.code(15) == 4, f"a call that nobody answered ended with {call.process.returncode}, 4 is wanted")
    check(server.code(5) == 0, "SIPp, ringing, did not get CANCEL and ACK as RFC 3261 9.1 wants them")


if __name__ == "__main__":
    test(run)
