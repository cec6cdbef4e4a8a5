#!/usr/bin/env python3
"""RTP as RFC 3550 allows and few send it: contributing sources, extensions, padding, a new SSRC, packets of other lengths, in disorder, twice; and digits by RFC 4733
whose ends are lost, that overlap, that are long, under another number. The sound is heard, each digit has one event, the counts are right."""
import json
import struct
import time

from peers import LOGS, check, check_heard, free_port, math, microsip, test
from raw import Caller


def header(sequence, stamp, kind=0, ssrc=0x5150, marker=0, first=0x80):
    return struct.pack("!BBHII", first, marker << 7 | kind, sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)


def ulaw(sample):
    """G.711, mu-law, of one sample of 16 bits."""
    sign, sample = (0x80, -sample) if sample < 0 else (0, sample)
    sample = min(sample, 32635) + 132
    exponent = sample.bit_length() - 8
    return ~(sign | exponent << 4 | sample >> exponent + 3 & 15) & 0xFF


def tone(start, samples, hertz=440):
    return bytes(ulaw(int(12000 * math.sin(2 * math.pi * hertz * (start + n) / 8000))) for n in range(samples))


def dress(n, stamp, voice):
    """The same voice with another header each time."""
    kind = n % 6
    if kind == 1:  # two contributing sources
        return header(n, stamp, first=0x82) + struct.pack("!II", 7, 8) + voice
    if kind == 2:  # an extension of three words
        return header(n, stamp, first=0x90) + struct.pack("!HH", 0xBEDE, 3) + b"\x10\xaa" + b"\0" * 10 + voice
    if kind == 3:  # four bytes of padding
        return header(n, stamp, first=0xA0) + voice + b"\0\0\0\4"
    if kind == 4:  # all of them
        return header(n, stamp, first=0xB1) + struct.pack("!I", 9) + struct.pack("!HH", 1, 1) + b"abcd" + voice + b"\0" * 7 + b"\x08"
    if kind == 5:  # an empty extension
        return header(n, stamp, first=0x90) + struct.pack("!HH", 1, 0) + voice
    return header(n, stamp, marker=n == 0) + voice


def event(n, stamp, digit, duration, end, kind=96, marker=0):
    return header(n, stamp, kind, marker=marker) + struct.pack("!BBH", digit, (0x80 if end else 0) | 10, duration)


def answering(name, *more):
    port = free_port()
    phone = microsip(name, "--json", "answer", "--listen", f"127.0.0.1:{port}", "--null-audio", "--record", LOGS / f"{name}.wav", *more)
    phone.wait_udp(port)
    return phone, Caller(port)


def report(phone):
    return next(fields for fields in map(json.loads, phone.text().splitlines()) if fields.get("state") == "ended")


def voice():
    """Packets with such headers, some of them in disorder or twice, and one lost."""
    phone, caller = answering("voice")
    caller.invite()
    due = time.monotonic()
    count, held = 90, None
    for n in range(count):
        packet = dress(n, n * 160, tone(n * 160, 160))
        if n == 40:
            held = packet  # comes after its next
        elif n != 60:  # 60 is lost
            caller.media.sendto(packet, caller.remote_media)
        if n == 41:
            caller.media.sendto(held, caller.remote_media)
        if n == 50:
            caller.media.sendto(packet, caller.remote_media)
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))
    caller.bye()
    check(phone.code(5) == 0, f"our answerer ended with {phone.process.returncode}")
    check_heard(LOGS / "voice.wav", 440, 1.25, "our answerer")
    counts = report(phone)
    check(counts["received"] in (count - 1, count) and counts["lost"] == 1 and counts["duplicate"] == 1, f"of {count} packets one was lost and one came twice; counted: {counts}")


def digits():
    phone, caller = answering("digits")
    plain = caller.sdp
    caller.sdp = lambda *a: plain(*a).replace("RTP/AVP 0\r\n", "RTP/AVP 0 96\r\n") + "a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"
    caller.invite()
    n, stamp = 0, 0

    def send(packet):
        caller.media.sendto(packet, caller.remote_media)
        time.sleep(0.01)

    def speak(packets):
        nonlocal n, stamp
        for _ in range(packets):
            send(header(n, stamp) + tone(stamp, 160))
            n, stamp = n + 1, stamp + 160

    def press(digit, updates, ends, first=0):
        nonlocal n, stamp
        for k in range(first, updates):
            send(event(n, stamp, digit, 160 * (k + 1), False, marker=k == 0))
            n += 1
        for _ in range(ends):
            send(event(n, stamp, digit, 160 * updates, True))
            n += 1
        stamp += 160 * (updates + ends)

    speak(5)
    press(1, 4, 3)  # as RFC 4733 says
    speak(3)
    press(2, 4, 0)  # all its ends are lost
    speak(3)
    press(3, 3, 1)  # one end came
    press(3, 3, 3)  # the same key again, with no voice between
    press(4, 0, 3)  # only the ends came
    press(5, 5, 2, first=3)  # its first packets were lost
    speak(3)
    press(10, 100, 3)  # a long star
    press(11, 1, 3)
    stamp += 160
    press(15, 2, 3)  # D
    press(16, 2, 3)  # a flash is no digit
    speak(3)
    time.sleep(0.1)
    caller.bye()
    check(phone.code(5) == 0, f"our answerer ended with {phone.process.returncode}")
    got = "".join(fields["digit"] for fields in map(json.loads, phone.text().splitlines()) if fields["type"] == "digit")
    check(got == "123345*#D", f"the digits were 123345*#D, told were {got!r}")


def run():
    voice()
    digits()


if __name__ == "__main__":
    test(run)
