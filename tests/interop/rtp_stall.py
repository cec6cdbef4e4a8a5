#!/usr/bin/env python3
"""A machine that stalls: the program is stopped for a moment, and its packets of that time come late, without a gap in sequence or time."""
import os
import signal
import struct
import time

from peers import check, echo, test
from raw import Caller, drain, is_rtp, rtp


def clock(data):
    """Sequence number and timestamp."""
    _, _, sequence, timestamp, _ = struct.unpack("!BBHII", data[:12])
    return sequence, timestamp


def stopped(server, seconds):
    """The true length of the stall."""
    begin = time.monotonic()
    os.kill(server.pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(server.pid, signal.SIGCONT)
    return time.monotonic() - begin


def stall(server, seconds):
    """What is wrong after a stall; and its true length."""
    call = Caller(server.port)
    call.invite()
    call.media.sendto(rtp(0), call.remote_media)
    before = drain(call.media, 0.5)
    took = stopped(server, seconds)
    behind = drain(call.media, 0.5)
    call.bye()
    clocks = [clock(data) for _, data in before + behind if is_rtp(data)]
    gaps = [(b[0] - a[0] & 0xFFFF, b[1] - a[1] & 0xFFFFFFFF) for a, b in zip(clocks, clocks[1:])]
    # All of the stall's packets came, those of the time since as well, and no more.
    due = (took + 0.5) / 0.02
    if len(before) < 20:
        return f"only {len(before)} packets came before the stall", took
    if any(gap != (1, 160) for gap in gaps):
        return f"a stall of {took * 1000:.0f} ms left a gap: {[gap for gap in gaps if gap != (1, 160)]}", took
    if not due - 3 <= len(behind) <= due + 3:
        return f"{len(behind)} packets came where {due:.0f} were due", took
    return None, took


def run():
    server = echo()
    for seconds in (0.05, 0.15):
        # Where the machine stalls by itself too, the test runs again: more than 200 ms are not made up for.
        for _ in range(8):
            wrong, took = stall(server, seconds)
            if not wrong and took < 0.18:
                break
        else:
            check(False, wrong or "this machine stalls for longer than it was asked to")
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
