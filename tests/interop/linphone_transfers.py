#!/usr/bin/env python3
"""Transfers with linphone (RFC 5589 6, 7): it has us call another phone; it is had to call one, and its INVITE takes the place of our call at the target. (The console of linphone 5.1 ends with
a fault of its own where it is to transfer with a consultation.)"""
from bare import ADDRESS, enter
from linphone import Linphone
from peers import LOGS, check, test, write_tone
from transfers import NORMAL, TRANSFERRED, Phone, build, two, we_send


def they_transfer(program, peer):
    ours, target = two(program, "blind", ADDRESS, 5080)
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


def between_two(program, peer, other):
    """Ours talks with both, and brings them together: the INVITE of the one takes our place at the other."""
    ours = Phone("between", program, ADDRESS, 5096)
    for number, party in enumerate((peer, other), 1):
        ours.do(f"dial {party.uri}")
        ours.up(number)
    ours.do("join 1 2")
    ours.wait("^done well")
    for number in (1, 2):
        ours.over(number, TRANSFERRED)
    check(ours.steps(1)[-1] == "done", f"the steps were {ours.steps(1)}")
    peer.wait(f"Media streams established with <sip:{ADDRESS}:5070;transport=udp?Replaces=")
    other.wait(f"Media streams established with sip:linphone@{ADDRESS} for call 2")
    for party in (peer, other):
        party.ends(1)
    peer.do("terminate all")
    for party in (peer, other):
        party.ends(1)
    ours.quit()


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
    for attended, port in ((False, 5088), (True, 5092)):
        we_send(program, ADDRESS, port, peer, lambda: None, attended)
        peer.ends(2)
    other = Transferring("other", 5070, 7088, tone, "-a")
    between_two(program, peer, other)
    other.end()
    peer.end()


if __name__ == "__main__":
    test(run)
