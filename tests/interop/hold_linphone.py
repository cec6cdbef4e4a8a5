#!/usr/bin/env python3
"""linphone and we hold each other, alone and both, by each as the caller; the voice is counted on the wire."""
from bare import ADDRESS, enter, waiting
from holding import WE, hold_and_resume, no_far_end_is_lost
from linphone import Linphone
from peers import LOGS, check, microsip, test, write_tone
from wire import Wire

THEIRS = range(7078, 7080)


class Held(Linphone):
    def hold(self):
        self.do("pause")

    def resume(self):
        self.do("resume")


def run():
    enter("linphonec")
    low, high = write_tone(LOGS / "440.wav", 440, 120), write_tone(LOGS / "620.wav", 620, 120)
    wire = Wire()
    peer = Held("linphone", 5060, THEIRS.start, high, "-a")

    ours = microsip("caller", "--json", "call", peer.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, *WE, keys=True)
    peer.wait("Media streams established")
    peer.do(f"play {high}")
    hold_and_resume(wire, ours, peer, THEIRS)
    ours.press("q")
    check(ours.code(10) == 0, f"our call ended with {ours.process.returncode}, 0 is wanted")
    no_far_end_is_lost(ours)
    peer.wait(" ended ")

    ours = waiting("answerer", 5082, "--play", low, *WE, keys=True)
    peer.do(f"call {ours.uri}", "Media streams established")
    hold_and_resume(wire, ours, peer, THEIRS)
    peer.do("terminate", " ended ")
    check(ours.code(10) == 0, f"our answering ended with {ours.process.returncode}, 0 is wanted")
    no_far_end_is_lost(ours)
    peer.end()


if __name__ == "__main__":
    test(run)
