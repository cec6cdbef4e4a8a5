#!/usr/bin/env python3
"""One INVITE that is answered and never acknowledged: at most 400 ms of media, the 200 at most eleven times and byte for byte the same, then BYE, then nothing."""
import threading

from peers import check, echo, test
from raw import Caller, bound, drain, is_rtp

# 64·T1 (32 s) of retransmissions, and some of the BYE that nobody answers.
WATCH = 40


def run():
    server = echo()
    victim = bound("127.0.0.2")
    call = Caller(server.port, media=victim)
    got = {}
    readers = [threading.Thread(target=lambda name=name, mine=mine: got.__setitem__(name, drain_all(mine, WATCH))) for name, mine in (("sip", call.sip), ("media", victim))]
    for reader in readers:
        reader.start()
    request = call.request("INVITE", body=call.sdp())
    call.send(request)
    for reader in readers:
        reader.join()

    voice = [data for _, data in got["media"] if is_rtp(data)]
    check(len(voice) <= 20, f"{len(voice)} media packets went to an address that confirmed nothing; 20 (400 ms) are allowed")
    accepted = [data for _, data in got["sip"] if data.startswith(b"SIP/2.0 200")]
    check(1 <= len(accepted) <= 11, f"the 200 was sent {len(accepted)} times, 1 to 11 are allowed (RFC 3261 13.3.1.4)")
    check(len(set(accepted)) == 1, "retransmissions of the 200 differ")
    byes = [data for _, data in got["sip"] if data.startswith(b"BYE ")]
    check(1 <= len(byes) <= 11, f"BYE was sent {len(byes)} times after 64*T1 without an ACK, 1 to 11 are allowed")
    everything = sum(len(data) for both in got.values() for _, data in both)
    print(f"one INVITE of {len(request)} bytes drew {everything} bytes: x{everything / len(request):.1f} ({len(voice)} media packets, {len(accepted)} 200s, {len(byes)} BYEs)")
    check(everything / len(request) < 40, f"one INVITE drew {everything / len(request):.0f} times its size")
    check(server.alive(), "the echo died")


def drain_all(mine, seconds):
    import time

    got, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        got += drain(mine, end - time.monotonic())
    return got


if __name__ == "__main__":
    test(run, 100)
