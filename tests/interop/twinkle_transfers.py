#!/usr/bin/env python3
"""Transfers with Twinkle (RFC 5589 6, 7), both ways, blind and with a consultation: its INVITE takes the place of our call at a phone of ours, and ours the place of its call there."""
from bare import ADDRESS, enter
from peers import needs, test
from transfers import NORMAL, REPLACED, build, two, we_send
from twinkle import Twinkle


def they_transfer(program, attended, port):
    name = "attended" if attended else "blind"
    peer = Twinkle(f"{name}-transferor", port, 8000 + port % 1000, "disabled", more="allow_refer=yes\nask_user_to_refer=no\n")
    ours, target = two(program, name, ADDRESS, port + 20)
    peer.do(f"call {ours.uri}", "far end answered call")
    ours.up(1)
    if attended:
        peer.do("line 2", "Line 2 is now active")
        peer.do(f"call {target.uri}", "far end answered call")
        target.up(1)
        peer.do("line 1", "Line 1: re-INVITE successful")
        peer.do("transfer -l")
        target.over(1, REPLACED)
        target.up(2)
    else:
        peer.do(f"transfer {target.uri}")
        target.up(1)
    ours.up(2)
    ours.over(1, NORMAL)
    ours.do("hangup 2")
    target.over(2 if attended else 1, NORMAL)
    ours.quit()
    target.quit()
    peer.end()


def we_transfer(program, attended, port):
    peer = Twinkle(f"{'consults' if attended else 'sends'}-transferee", port, 8000 + port % 1000, "disabled", more="allow_refer=yes\nask_user_to_refer=no\n")

    def answers():
        peer.wait("incoming call")
        peer.do("answer", "call established")

    we_send(program, ADDRESS, port + 20, peer, answers, attended)
    peer.end()


def run():
    needs("twinkle-console")
    program = build()
    enter("twinkle-console")
    port = 5060
    for attended in (False, True):
        for transfers in (they_transfer, we_transfer):
            transfers(program, attended, port)
            port += 50


if __name__ == "__main__":
    test(run)
