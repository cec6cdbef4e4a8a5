"""A caller made of bare sockets, for messages that no well-behaved peer would send."""
import itertools
import re
import socket
import struct
import time

from peers import PATIENCE, check

numbers = itertools.count(1)
ECHO_PACKET_MS = 20


class Caller:
    """One call's identifiers: Call-ID, tags, branch. Responses are read from the socket that sent the request."""

    def __init__(self, server_port, address="127.0.0.1", media=None):
        self.server = ("127.0.0.1", server_port)
        self.sip = bound(address)
        self.media = media or bound(address)
        self.me = f"{address}:{self.sip.getsockname()[1]}"
        self.number = next(numbers)
        self.call_id = f"raw-{self.number}-{time.time_ns()}@{address}"
        self.to_tag = ""
        self.target = f"sip:echo@127.0.0.1:{server_port}"
        self.remote_media = None

    def sdp(self, media_address=None):
        address, port = media_address or self.media.getsockname()
        return (f"v=0\r\no=raw 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
                f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")

    def request(self, method, cseq=1, body="", branch=None, more=""):
        branch = branch or f"z9hG4bKraw{self.number}{method}{cseq}"
        to = f"<sip:echo@127.0.0.1>{';tag=' + self.to_tag if self.to_tag else ''}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (f"{method} {self.target} SIP/2.0\r\nVia: SIP/2.0/UDP {self.me};branch={branch};rport\r\nMax-Forwards: 70\r\n"
                f"From: <sip:raw@{self.me}>;tag=raw{self.number}\r\nTo: {to}\r\nCall-ID: {self.call_id}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:raw@{self.me}>\r\n{more}{kind}Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def send(self, data):
        self.sip.sendto(data, self.server)

    def answer(self, seconds=PATIENCE, final=True):
        """The next (final) response, or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sip.settimeout(left)
            try:
                data = self.sip.recv(65536)
            except TimeoutError:
                return None
            if data.startswith(b"SIP/2.0 ") and (not final or data[8:9] != b"1"):
                return data
        return None

    def invite(self, media_address=None, ack=True):
        """Places the call and confirms it; the far end's media address is kept."""
        self.send(self.request("INVITE", body=self.sdp(media_address)))
        got = self.answer()
        check(got is not None, "an INVITE got no final answer")
        check(got.startswith(b"SIP/2.0 200"), f"an INVITE was answered with {got[:40]!r}, 200 is wanted")
        text = got.decode()
        self.to_tag = re.search(r"^To:.*;tag=([^\s;]+)", text, re.M | re.I).group(1)
        self.target = re.search(r"^Contact:.*?<([^>]+)>", text, re.M | re.I).group(1)
        self.remote_media = (re.search(r"^c=IN IP4 (\S+)", text, re.M).group(1), int(re.search(r"^m=audio (\d+)", text, re.M).group(1)))
        if ack:
            self.send(self.request("ACK"))
        return got

    def bye(self):
        self.send(self.request("BYE", cseq=2))
        got = self.answer()
        check(got is not None and got.startswith(b"SIP/2.0 200"), f"a BYE was answered with {got and got[:40]!r}, 200 is wanted")


def bound(address="127.0.0.1"):
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.bind((address, 0))
    return mine


def rtp(sequence, ssrc=0x1234, payload=b"\x55" * 160, kind=0):
    return struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc) + payload


def drain(mine, seconds):
    """Every datagram that comes within the time, with its arrival."""
    got, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        mine.settimeout(left)
        try:
            got.append((time.monotonic(), mine.recv(65536)))
        except TimeoutError:
            break
    return got


def is_rtp(data):
    return len(data) >= 12 and data[0] >> 6 == 2 and not 64 <= (data[1] & 0x7F) <= 95


def talk(caller, packets, start=0, source=None, ssrc=0x1234):
    """Sends RTP at its pace to the far end."""
    due = time.monotonic()
    for n in range(start, start + packets):
        (source or caller.media).sendto(rtp(n, ssrc), caller.remote_media)
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


class Ear:
    """A media port and its packets, read after the calls, so that only the kernel's buffer takes them meanwhile."""

    def __init__(self):
        self.socket = bound()
        self.port = self.socket.getsockname()[1]

    def packets(self):
        self.socket.setblocking(False)
        got = []
        while True:
            try:
                got.append(self.socket.recv(2048))
            except BlockingIOError:
                return [data for data in got if is_rtp(data)]
