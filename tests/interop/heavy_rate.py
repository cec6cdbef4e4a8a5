#!/usr/bin/env python3
"""SIPp at up to 3000 calls a second against `microsip echo`: memory sampled on the way must stay flat. Prints what rate was reached and what it cost.

A machine that is busy with other things does not carry that many, and an echo that has no time refuses calls: half as many are tried then."""
import sys
import time

from peers import HERE, check, echo, free_port, needs, sipp, sipp_counts, sipp_rate, test

RATE = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
SECONDS = 10
FULL = 1000


def run():
    needs("sipp")
    for rate in (RATE, RATE // 2, RATE // 4):
        if carries(rate):
            return
        print(f"this machine does not carry {rate} calls a second")
    check(False, "too many calls failed at each rate")


def carries(rate):
    name = f"rate-{rate}"
    server = echo(f"echo-{rate}", "--max-calls", "1024")
    # More than it can take, and it refuses: every slot is used once before memory is looked at. How many are used at a time later, the machine decides.
    filling = sipp(f"fill-{rate}", "-sf", HERE / "scenarios/held.xml", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", "10000", "-m", "3000", "-l", "3000",
                   "-d", "1000", "-timeout", "40")
    filling.code(60)
    calls = RATE * SECONDS
    caller = sipp(name, "-sn", "uac", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", rate, "-m", calls, "-l", FULL, "-timeout", "90")
    start, sizes = time.monotonic(), []
    while caller.alive():
        sizes.append((time.monotonic() - start, server.resident_kb()))
        time.sleep(0.25)
        check(server.alive(), "the echo died")
    took = time.monotonic() - start
    counts = sipp_counts(name)
    # The first third fills what is left to fill; from there on nothing may grow.
    early, late = [kb for at, kb in sizes if at > took / 3][0], sizes[-1][1]
    user, system = (int(n) / 100 for n in open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()[11:13])
    print(f"{calls} calls in {took:.1f} s ({sipp_rate(name):.0f}/s, {rate}/s asked), {counts['FailedCall']} failed, {counts['Retransmissions']} retransmissions, "
          f"{(user + system) / calls * 1000:.3f} CPU s per 1000 calls, resident {sizes[0][1]} kB at the start, {early} kB after a third, {late} kB at the end")
    # What is promised is flat memory: at the machine's limit the kernel drops datagrams, and a call in a thousand may be a victim of that.
    check(late - early <= 256, f"memory grew by {late - early} kB between a third and the end")
    server.end()
    return counts["FailedCall"] <= calls / 1000


if __name__ == "__main__":
    test(run, 170)
