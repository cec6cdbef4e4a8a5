#!/usr/bin/env python3
"""Bare connections to `microsip echo`: messages cut everywhere, ends that cannot be known, a flood, and a reader that does not read."""
import socket
import time

from peers import check, echo, test, until


def connect(port, source="127.0.0.1", room=None):
    mine = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if room:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    mine.bind((source, 0))
    mine.settimeout(5)
    mine.connect(("127.0.0.1", port))
    return mine


def options(number, body="", length=None):
    length = f"Content-Length: {len(body)}\r\n" if length is None else length
    return (f"OPTIONS sip:echo@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKtcp{number};rport\r\nMax-Forwards: 70\r\n"
            f"From: <sip:raw@127.0.0.1>;tag=tcp{number}\r\nTo: <sip:echo@127.0.0.1>\r\nCall-ID: tcp{number}@127.0.0.1\r\nCSeq: {number} OPTIONS\r\n"
            f"{length}\r\n{body}").encode()


def answers(mine, count):
    """The numbers of so many 200s; fewer where the stream ends."""
    data = b""
    while data.count(b"SIP/2.0 200 OK\r\n") < count or not data.endswith(b"\r\n\r\n"):
        got = mine.recv(65536)
        if not got:
            break
        data += got
    return [int(line.split()[1]) for line in data.decode().split("\r\n") if line.startswith("CSeq:")]


def is_closed(mine):
    try:
        while mine.recv(65536):
            pass
        return True
    except (ConnectionResetError, BrokenPipeError):
        return True
    except TimeoutError:
        return False


def run():
    server = echo()
    good = connect(server.port)

    def good_is_served(number):
        good.sendall(options(number))
        check(answers(good, 1) == [number], "a good peer was not served beside the others")

    # Each byte a segment of its own, two and a half messages in one with line ends between, and a ping.
    mine = connect(server.port)
    for byte in options(1, "hello"):
        mine.send(bytes([byte]))
    check(answers(mine, 1) == [1], "a message that came byte by byte was not read")
    three = options(2, "x" * 100) + b"\r\n" + options(3) + b"\r\n\r\n\r\n" + options(4, "\r\n\r\n")
    for cut in (len(three) - 60, 700, 3):
        mine.sendall(three[:cut])
        time.sleep(0.02)
        mine.sendall(three[cut:])
        check(answers(mine, 3) == [2, 3, 4], f"two messages and a half, cut at {cut}, were not read")
        three = three.replace(b"OPTIONS\r\n", b"OPTIONS\r\nX-Again: 1\r\n")
    mine.sendall(b"\r\n\r\n")
    check(mine.recv(10) == b"\r\n", "a ping got no pong")

    # Where the next message begins cannot be known: the connection ends, and no other.
    for number, length in enumerate(("", "Content-Length: -1\r\n", "Content-Length: 4294967296\r\n", "Content-Length: 5\r\nl: 6\r\n", "Content-Length: five\r\n"), 10):
        bad = connect(server.port)
        bad.sendall(options(number, "", length))
        check(is_closed(bad), f"{length!r} did not end its connection")
        good_is_served(number)
    # One byte too many, or too few, is read as it is written.
    bad = connect(server.port)
    bad.sendall(options(20, "hello", "Content-Length: 4\r\n") + options(21))
    check(answers(bad, 1)[0] == 20, "a message whose length is short by one was not read")
    good_is_served(22)

    # A flood from one host: a bounded number is kept.
    flood = []
    for _ in range(500):
        flood.append(connect(server.port, "127.0.0.7"))
    good_is_served(30)
    for one in flood:
        one.setblocking(False)

    def kept():
        count = 0
        for one in flood:
            try:
                count += one.recv(1) != b""
            except BlockingIOError:
                count += 1
            except OSError:
                pass
        return count

    until(lambda: kept() <= 16, 5, "all but 16 connections of one host to be closed")
    good_is_served(31)
    for one in flood:
        one.close()

    # A far end that asks and never reads: its room fills, and it fails alone.
    before = server.resident_kb()
    slow = connect(server.port, "127.0.0.8", room=2048)
    slow.settimeout(20)
    slow_ended = False
    try:
        for number in range(100, 60000):
            slow.sendall(options(number))
            if number % 2000 == 0:
                start = time.monotonic()
                good_is_served(number)
                check(time.monotonic() - start < 1, "a good peer had to wait for a slow one")
    except (ConnectionResetError, BrokenPipeError):
        slow_ended = True
    check(slow_ended, "a far end that never reads was kept for ever")
    good_is_served(40)
    grown = server.resident_kb() - before
    check(grown < 4096, f"a far end that never reads cost {grown} KB")
    check(server.end() == 0, f"the echo ended with {server.process.returncode} on SIGINT, 0 is wanted")


if __name__ == "__main__":
    test(run, 90)
