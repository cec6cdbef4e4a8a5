#!/usr/bin/env python3
"""Calls between two phones through Kamailio, ten at a time, half of them held, offered anew and put in conferences: none is stuck or lost, and
memory stays flat. `many_calls.py CALLS SEED`: `make soak` makes a thousand."""
import sys
import time

from hosts import build, open_proxy
from peers import Program, check, test

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 7


def run():
    program = build("many")
    server = open_proxy()
    calls = Program("many", program, f"127.0.0.1:{server.port}", CALLS, SEED)
    # The program itself gives up when nothing has happened for a minute.
    while calls.alive():
        time.sleep(0.1)
    check(calls.process.returncode == 0, f"the program with {CALLS} calls ended with {calls.process.returncode}: {calls.text()}")
    print(calls.text().strip())
    server.end()


if __name__ == "__main__":
    test(run, 170 if CALLS <= 200 else 3600)
