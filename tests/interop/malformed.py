#!/usr/bin/env python3
"""Datagrams that no standard allows, at the signalling and at the media port: the echo lives, keeps its calls, and takes the next one. Its memory stays."""
import random

from peers import check, echo, test
from raw import Caller, bound, is_rtp, drain, rtp, talk


def nonsense(good):
    """Bytes that break weak parsers; the same ones each time."""
    dice = random.Random(1)
    yield b""
    yield b"\r\n\r\n"
    yield b"\0" * 1200
    yield bytes(range(256)) * 8
    for size in (1, 3, 16, 100, 1400, 9000, 60000):
        yield dice.randbytes(size)
    for at in range(0, len(good), 3):
        yield good[:at]
    for _ in range(600):
        wrong = bytearray(good)
        for _ in range(dice.randint(1, 12)):
            wrong[dice.randrange(len(wrong))] = dice.randrange(256)
        yield bytes(wrong)
    for _ in range(200):
        one, two = sorted((dice.randrange(len(good)), dice.randrange(len(good))))
        yield good[:one] + good[one:two] * dice.randint(0, 9) + good[two:]
    lines = good.split(b"\r\n")
    for n, line in enumerate(lines):
        yield b"\r\n".join(lines[:n] + lines[n + 1 :])
        yield b"\r\n".join(lines[: n + 1] + [line] * 200 + lines[n + 1 :])[:60000]
        yield b"\r\n".join(lines[:n] + [line + b"x" * 20000] + lines[n + 1 :])
    for wrong in (b"-1", b"99999999999999999999", b"4294967296", b"1e9", b"0x10", b"", b"\xff"):
        yield good.replace(b"Content-Length: ", b"Content-Length: " + wrong)
        yield good.replace(b"CSeq: 1 ", b"CSeq: " + wrong + b" ")
        yield good.replace(b"Max-Forwards: 70", b"Max-Forwards: " + wrong)
        yield good.replace(b"m=audio ", b"m=audio " + wrong)
    yield b"SIP/2.0 200 OK\r\n" + b"\r\n".join(lines[1:])
    yield b"SIP/2.0 999999 \r\n" + b"\r\n".join(lines[1:])
    yield good.replace(b";branch=", b";" * 3000 + b"branch=")
    yield good.replace(b"To: <", b'To: "' + b"\\" * 3000 + b" <")


def run():
    server = echo()
    call = Caller(server.port)
    call.invite()
    talk(call, 10)
    check(any(is_rtp(data) for _, data in drain(call.media, 0.3)), "the echo sent no media")
    before = server.resident_kb()

    good = Caller(server.port).request("INVITE", body=call.sdp())
    stranger, sent = bound("127.0.0.1"), 0
    for data in nonsense(good):
        try:
            stranger.sendto(data, call.server)
            if len(data) < 9000:
                stranger.sendto(data, call.remote_media)
        except OSError:
            continue  # larger than a datagram can be
        sent += 1
        if sent % 50 == 0:
            drain(stranger, 0.02)  # its own buffer, and time for the other side to read
    # From the call's own media address too: RTP whose inside lies.
    for wrong in (b"", b"\x80", b"\x80\x00", rtp(99)[:12], b"\x8f" + rtp(99)[1:], b"\x90" + rtp(99)[1:], b"\xb0" + rtp(99)[1:40], rtp(99, kind=127), rtp(99, payload=b"\x55" * 30000),
                  b"\x80\xc8\xff\xff" + b"\0" * 24, b"\x81\xcb\x00\x00", b"\xa0" + rtp(99)[1:-1] + b"\xff"):
        call.media.sendto(wrong, call.remote_media)
    check(server.alive(), f"the echo died of one of {sent} bad datagrams")

    talk(call, 30, start=20)
    check(sum(is_rtp(data) for _, data in drain(call.media, 0.3)) >= 10, "the call that was up lost its media")
    call.bye()
    again = Caller(server.port)
    again.invite()
    again.bye()
    grown = server.resident_kb() - before
    check(grown < 4096, f"{sent} bad datagrams left {grown} kB behind")


if __name__ == "__main__":
    test(run)
