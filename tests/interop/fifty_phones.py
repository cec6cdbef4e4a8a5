#!/usr/bin/env python3
"""Fifty phones in one process, each on auto-answer and each calling the next through Kamailio: all connect, none rings itself, and a phone that
calls itself through it is refused. Prints CPU and memory."""
from hosts import build, open_proxy, said
from peers import Program, check, test


def run():
    program = build("fifty")
    server = open_proxy()
    phones = Program("fifty", program, f"127.0.0.1:{server.port}")
    check(phones.code(100) == 0, f"the program with fifty phones ended with {phones.process.returncode}")
    print(phones.text().strip())
    check(said(server, "TEST relays INVITE") >= 51, f"Kamailio saw {said(server, 'TEST relays INVITE')} calls, 51 are wanted")
    server.end()


if __name__ == "__main__":
    test(run, 170)
