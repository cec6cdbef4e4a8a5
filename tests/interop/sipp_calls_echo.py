#!/usr/bin/env python3
"""SIPp's built-in caller against `microsip echo`: 1000 calls at 100 a second, none failed, nothing sent twice."""
from peers import check, echo, free_port, needs, sipp, sipp_counts, test

CALLS, RATE = 1000, 100


def run():
    needs("sipp")
    server = echo()
    caller = sipp("uac", "-sn", "uac", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", RATE, "-m", CALLS, "-timeout", "60")
    code = caller.code(70)
    counts = sipp_counts("uac")
    check(counts["SuccessfulCall"] == CALLS and counts["FailedCall"] == 0, f"{counts['SuccessfulCall']} calls of {CALLS} succeeded, {counts['FailedCall']} failed")
    check(counts["Retransmissions"] == 0, f"{counts['Retransmissions']} messages were sent more than once")
    check(code == 0, f"SIPp ended with {code}")
    check(server.alive(), "the echo died")
    check(server.end() == 0, f"the echo ended with {server.process.returncode} on SIGINT, 0 is wanted")


if __name__ == "__main__":
    test(run)
