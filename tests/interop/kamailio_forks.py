#!/usr/bin/env python3
"""Kamailio forks to two phones of one user and stays on the way: either takes the call, one or both are busy, both answer at once; what follows in
the dialog goes by the recorded route, from both sides."""
from hosts import build, open_proxy, said
from peers import Program, check, test


def run():
    program = build("fork")
    server = open_proxy()
    phones = Program("fork", program, f"127.0.0.1:{server.port}")
    check(phones.code(150) == 0, f"the program with three phones ended with {phones.process.returncode}: {phones.text()}")
    # four calls with two holds and two resumptions each, and their ends
    for method, least in (("INVITE", 16), ("BYE", 10)):
        check(said(server, f"TEST in-dialog {method}") >= least, f"{said(server, f'TEST in-dialog {method}')} of {method} came by way of Kamailio, at least {least} are wanted")
    server.end()


if __name__ == "__main__":
    test(run, 170)
