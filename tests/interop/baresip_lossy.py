#!/usr/bin/env python3
"""A call with baresip over a path that loses every twentieth packet of each direction and takes 25 ms: our counts of losses are right, the round trip from baresip's reports
is 50 ms, baresip's figures from our reports are right too, and the tone is heard through it."""
import heapq
import json
import re
import select
import socket
import threading
import time

from bare import ADDRESS, Baresip, enter, lines, waiting
from peers import LOGS, check, check_heard, test, write_tone

DELAY, EVERY, LENGTH = 0.025, 20, 7


class Way:
    """Carries an INVITE and its responses between baresip and us with its own media ports in the descriptions; the rest of the SIP goes directly."""

    def __init__(self, port, phone):
        self.sip = self.bound(port)
        # our packets arrive at near and leave to baresip from far; and back
        self.near, self.far = [self.bound(40000), self.bound(40001)], [self.bound(40010), self.bound(40011)]
        self.phone, self.caller, self.ends = (ADDRESS, phone), None, {}
        self.passed, self.dropped, self.queue = {}, {}, []
        threading.Thread(target=self.carry, daemon=True).start()

    @staticmethod
    def bound(port):
        mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        mine.bind((ADDRESS, port))
        return mine

    def describe(self, data, side, instead):
        """Keeps the media port that a description names, and puts ours in its place; both have five digits."""
        found = re.search(rb"m=audio (\d{5}) ", data)
        if found:
            self.ends[side] = int(found.group(1))
            data = data.replace(found.group(0), b"m=audio %d " % instead)
            data = re.sub(rb"a=rtcp:\d{5}", b"a=rtcp:%d" % (instead + 1), data)
        return data

    def signal(self):
        data, source = self.sip.recvfrom(65536)
        if source == self.phone:
            self.sip.sendto(self.describe(data, "phone", 40010), self.caller)
        else:
            self.caller = source
            self.sip.sendto(self.describe(data, "caller", 40000), self.phone)

    def media(self, mine, side, component, out):
        data = mine.recv(4096)
        if component == 0:
            count = self.passed[side] = self.passed.get(side, 0) + 1
            if count % EVERY == 0:
                self.dropped[side] = self.dropped.get(side, 0) + 1
                return
        heapq.heappush(self.queue, (time.monotonic() + DELAY, len(self.queue), out, data, (ADDRESS, self.ends[side] + component)))

    def carry(self):
        sockets = {self.sip: None}
        for component in (0, 1):
            sockets[self.near[component]] = ("caller", component, self.far[component])
            sockets[self.far[component]] = ("phone", component, self.near[component])
        while True:
            wait = max(0, self.queue[0][0] - time.monotonic()) if self.queue else None
            for mine in select.select(list(sockets), [], [], wait)[0]:
                if sockets[mine] is None:
                    self.signal()
                else:
                    side, component, out = sockets[mine]
                    self.media(mine, side, component, out)
            while self.queue and self.queue[0][0] <= time.monotonic():
                _, _, out, data, to = heapq.heappop(self.queue)
                out.sendto(data, to)


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    bare = Baresip("bare", 5060, high)
    phone = waiting("phone", 5080, "--rtp-port", 50000, "--play", low, "--record", LOGS / "phone.wav", "--for", f"{LENGTH}s")
    way = Way(5090, 5080)
    bare.do("dial", f"sip:us@{ADDRESS}:5090")
    bare.wait("CALL_ESTABLISHED")
    check(phone.code(LENGTH + 6) == 0, f"our answerer ended with {phone.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED")
    bare.end()

    (end,) = [fields for fields in lines(phone, "call") if fields["state"] == "ended"]
    ours, theirs = way.dropped["phone"], way.dropped["caller"]
    told = f"the way dropped {ours} to us and {theirs} to baresip; {json.dumps(end)}"
    check(ours >= 10 and abs(end["lost"] - ours) <= 1, f"the losses that we count are not those that were: {told}")
    check(45_000 <= end["rtt_us"] <= 70_000, f"the round trip is 50 ms: {told}")
    check(end["jitter_us"] <= 12_000, f"the way has no jitter but the machine's: {told}")
    check(end["concealed_ms"] >= 20 * (ours - 2), f"what was lost was not concealed: {told}")
    # the figures of our last report, and those of its own: both may be some seconds old
    (learnt, missed), *_ = [(int(sent), int(got)) for sent, got in re.findall(r"^lost:\s+(\d+)\s+(\d+)", bare.program.text(), re.M)] or [(-1, -1)]
    # our first report leaves 1 to 3 s after the answer (rfc3550#6.2), the second may be due behind the end: two packets are lost by then
    check(1 <= learnt <= ours, f"baresip learnt of {learnt} lost packets from our reports: {told}")
    check(1 <= missed <= theirs, f"baresip itself missed {missed} packets: {told}")
    check_heard(LOGS / "phone.wav", 620, LENGTH - 2, "our answerer")


if __name__ == "__main__":
    test(run)
