#!/usr/bin/env python3
"""MESSAGE between linphone and us, and between Twinkle and us, both ways, in order."""
from bare import ADDRESS, enter, lines
from linphone import Linphone
from peers import LOGS, check, microsip, needs, test, write_tone
from twinkle import Twinkle


def ours_to(peer, name, port, first, second):
    """`first` and `second`: what it prints of each."""
    ours = microsip(name, "message", peer.uri, "hello", "grüße", "--listen", f"{ADDRESS}:{port}")
    check(ours.code(20) == 0, f"{name} ended with {ours.process.returncode}, 0 is wanted")
    peer.wait(first)
    peer.wait(second)
    said = peer.program.text()
    check(said.find(first) < said.find(second), f"{name}: the messages are to be printed in their order")


def theirs(peer, name, port, command, *arguments):
    ours = microsip(name, "--json", "message", "--receive", "--count", "1", "--for", "20s", "--listen", f"{ADDRESS}:{port}", *arguments)
    ours.wait_udp(port)
    peer.do(command)
    check(ours.code(25) == 0, f"{name} ended with {ours.process.returncode}, 0 is wanted")
    return lines(ours, "message")[0]


def run():
    enter("linphonec")
    needs("twinkle-console")
    # linphone writes to SIP's own port, whatever port the address names: that one is ours
    linphone = Linphone("linphone", 5064, 7078, write_tone(LOGS / "440.wav", 440, 1))
    ours_to(linphone, "ours-linphone", 5080, f"Message received from sip:microsip@{ADDRESS}: hello", f"Message received from sip:microsip@{ADDRESS}: grüße")
    got = theirs(linphone, "linphone-ours", 5060, f"chat sip:us@{ADDRESS} hello there")
    check(got["text"] == "hello there" and got["from"].startswith("sip:linphone@"), f"linphone sent \"hello there\", told was {got}")
    linphone.end()

    twinkle = Twinkle("twinkle", 5062, 8000, "disabled")
    ours_to(twinkle, "ours-twinkle", 5082, "\n\nhello\n", "\n\ngrüße\n")
    got = theirs(twinkle, "twinkle-ours", 5084, f"message sip:us@{ADDRESS}:5084 \"hello again\"")
    check((got["text"], got["name"]) == ("hello again", "twinkle"), f"Twinkle sent \"hello again\", told was {got}")
    got = theirs(twinkle, "twinkle-refused", 5086, f"message sip:us@{ADDRESS}:5086 \"once more\"", "--policy", "answer", "--code", "486")
    check(got["text"] == "once more", f"Twinkle sent \"once more\", told was {got}")
    twinkle.wait("486 Busy Here")
    twinkle.end()


if __name__ == "__main__":
    test(run)
