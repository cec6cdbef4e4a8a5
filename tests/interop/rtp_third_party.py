#!/usr/bin/env python3
"""Media goes where the SDP says: packets from a third party neither draw the stream to themselves, silent peer or not, behind a NAT or not,
nor are heard; and none flows after BYE."""
from peers import check, echo, test
from raw import Caller, bound, drain, is_rtp, rtp, talk


def voice(datagrams):
    return [data for _, data in datagrams if is_rtp(data)]


def run():
    server = echo()
    thief = bound("127.0.0.3")

    # The peer talks; the thief copies its SSRC and payload type.
    call = Caller(server.port)
    call.invite()
    talk(call, 25)
    check(len(voice(drain(call.media, 0.3))) >= 10, "the echo sent nothing back to its own caller")
    talk(call, 50, start=1000, source=thief)
    check(not voice(drain(thief, 0.3)), "a third party's packets drew the media to it")
    drain(call.media, 0.1)
    talk(call, 25, start=30)
    check(len(voice(drain(call.media, 0.3))) >= 10, "the caller lost its media to a third party")
    # The thief's sound is not sent back to the caller either.
    thief.sendto(rtp(60, payload=b"\x2a" * 160), call.remote_media)
    check(not any(b"\x2a" * 80 in data for data in voice(drain(call.media, 0.3))), "a third party's voice was played into the call")
    call.bye()
    check(not voice(drain(call.media, 0.6)[5:]), "media went on after BYE")

    # The SDP's address is silent, only the thief sends.
    silent = Caller(server.port)
    silent.invite()
    talk(silent, 75, source=thief)
    check(not voice(drain(thief, 0.5)), "with a silent peer, a third party's packets drew the media to it")
    silent.bye()

    # The SDP's address is not the peer's own, as behind a NAT: the host that signals is heard, and the thief is not, first or last.
    hidden = Caller(server.port)
    hidden.invite(media_address=("127.0.0.9", 40000))
    talk(hidden, 25, source=thief)
    check(not voice(drain(thief, 0.3)), "a third party's packets drew the media of a peer behind a NAT")
    talk(hidden, 25)
    check(len(voice(drain(hidden.media, 0.3))) >= 10, "a peer behind a NAT got nothing")
    talk(hidden, 25, start=1000, source=thief)
    check(not voice(drain(thief, 0.3)), "a third party took the media from a peer behind a NAT")
    hidden.bye()
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
