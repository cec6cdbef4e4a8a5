#!/usr/bin/env python3
"""SIPp with a hundred calls at a time, as fast as they end, against `microsip echo`: memory sampled on the way must stay flat. Prints what rate was
reached and what it cost. The window is what makes it independent of the machine: a busy one takes longer, and refuses nothing."""
import sys
import time

from peers import HERE, check, echo, free_port, needs, sipp, sipp_counts, sipp_rate, test

RATE = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
CALLS = 20_000
WINDOW = 100


def run():
    needs("sipp")
    server = echo("echo", "--calls", "1024")
    # More than it can take, and it refuses: every slot is used once before memory is looked at. How many are used at a time later, the machine decides.
    filling = sipp("fill", "-sf", HERE / "scenarios/held.xml", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", "10000", "-m", "3000", "-l", "3000",
                   "-d", "1000", "-timeout", "40")
    filling.code(60)
    caller = sipp("rate", "-sn", "uac", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", RATE, "-m", CALLS, "-l", WINDOW,
                  "-timeout", "120")
    start, sizes = time.monotonic(), []
    while caller.alive():
        sizes.append((time.monotonic() - start, server.resident_kb()))
        time.sleep(0.25)
        check(server.alive(), "the echo died")
    took = time.monotonic() - start
    counts = sipp_counts("rate")
    # The first third fills what is left to fill; from there on nothing may grow.
    early, late = [kb for at, kb in sizes if at > took / 3][0], sizes[-1][1]
    user, system = (int(n) / 100 for n in open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()[11:13])
    print(f"{CALLS} calls in {took:.1f} s ({sipp_rate('rate'):.0f}/s, {RATE}/s at most), {counts['FailedCall']} failed, {counts['Retransmissions']} retransmissions, "
          f"{(user + system) / CALLS * 1000:.3f} CPU s per 1000 calls, resident {sizes[0][1]} kB at the start, {early} kB after a third, {late} kB at the end")
    check(late - early <= 256, f"memory grew by {late - early} kB between a third and the end")
    # At a machine's limit the kernel drops datagrams: a call in a thousand may be a victim of that.
    check(counts["FailedCall"] <= CALLS / 1000, f"{counts['FailedCall']} of {CALLS} calls failed")
    server.end()


if __name__ == "__main__":
    test(run, 170)
