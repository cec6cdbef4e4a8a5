#!/usr/bin/env python3
"""1000 calls held at once, each with its media ports open, against `microsip echo`; then all hung up. Prints what a held call costs in memory."""
import os
import sys

from peers import HERE, check, echo, free_port, needs, sipp, sipp_counts, test, until

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000


def descriptors(program):
    return len(os.listdir(f"/proc/{program.pid}/fd"))


def run():
    needs("sipp")
    server = echo("echo", "--calls", str(CALLS + 24))
    before, sockets = server.resident_kb(), descriptors(server)
    caller = sipp("held", "-sf", HERE / "scenarios/held.xml", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", "200", "-m", CALLS, "-l", CALLS,
                  "-d", str(CALLS * 5 + 4000), "-timeout", "60")
    until(lambda: descriptors(server) - sockets >= 2 * CALLS, 30, f"{CALLS} pairs of media ports")
    held = server.resident_kb() - before
    check(caller.code(70) == 0, f"SIPp ended with {caller.process.returncode}")
    counts = sipp_counts("held")
    check(counts["SuccessfulCall"] == CALLS and counts["FailedCall"] == 0, f"{counts['SuccessfulCall']} of {CALLS} held calls succeeded")
    print(f"{CALLS} calls held, {held} kB more resident, {held / CALLS:.1f} kB a call, {counts['Retransmissions']} retransmissions")
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
