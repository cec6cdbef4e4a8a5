#!/usr/bin/env python3
"""Transfers with linphone (RFC 5589 6, 7): it has us call another phone; it is had to call one, and its INVITE takes the place of our call at the target. (The console of linphone 5.1 ends with
a fault of its own where it is to transfer with a consultation.)"""
from bare import ADDRESS, enter
from linphone import Linphone
from peers import LOGS, check, test, write_tone
from transfers import NORMAL, REPLACED, TRANSFERRED, Phone, build


def two(program, name, port):
    """Whom it talks with, and whom that one is to talk with; both follow."""
    return Phone(f"{name}-first", program, ADDRESS, port, "follow"), Phone(f"{name}-target", program, ADDRESS, port + 2, "follow")


def they_transfer(program, peer):
    ours, target = two(program, "blind", 5080)
    peer.do(f"call {ours.uri}", "Media streams established")
    ours.up(1)
    peer.do(f"transfer {target.uri}")
    target.up(1)
    ours.up(2)
    ours.over(1, NORMAL)
    ours.do("hangup 2")
    target.over(1, NORMAL)
    peer.ends(1)
    ours.quit()
    target.quit()


def we_transfer(program, peer, attended):
    ours, target = two(program, "consults" if attended else "sends", 5092 if attended else 5088)
    ours.do(f"dial {peer.uri}")
    ours.up(1)
    if attended:
        ours.do(f"dial {target.uri}")
        ours.up(2)
        target.up(1)
        ours.do("join 1 2")
    else:
        ours.do(f"transfer 1 {target.uri}")
    ours.wait("^done well")
    ours.over(1, TRANSFERRED)
    if attended:
        # the target's BYE may be the first that we hear
        ours.over(2, TRANSFERRED)
        target.over(1, REPLACED)
        target.up(2)
    else:
        target.up(1)
    check(ours.steps(1)[-1] == "done", f"the steps were {ours.steps(1)}")
    target.do("hangup 2" if attended else "hangup 1")
    target.over(2 if attended else 1, NORMAL)
    peer.ends(2)
    ours.quit()
    target.quit()


class Transferring(Linphone):
    ended = 0

    def ends(self, count):
        """So many more of its calls are over."""
        self.ended += count
        self.wait(" ended (", self.ended)


def run():
    program = build()
    enter("linphonec")
    tone = write_tone(LOGS / "620.wav", 620, 60)
    peer = Transferring("linphone", 5060, 7078, tone, "-a")
    they_transfer(program, peer)
    for attended in (False, True):
        we_transfer(program, peer, attended)
    peer.end()


if __name__ == "__main__":
    test(run)
