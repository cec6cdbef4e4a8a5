"""The wire itself: voice is counted as it passes the loopback interface of a test's own namespace, whatever the programs at its ends say."""
import socket
import struct
import threading
import time

from peers import cannot, check, until
from raw import is_rtp

LEAST = 15
QUIET_S = 0.5


class Wire:
    """RTP packets with the time at which they passed, by the port that sent them."""

    def __init__(self):
        try:
            # packets of one protocol are seen as they come, and not as they leave: once
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
            self.socket.bind(("lo", 0x0800))
        except PermissionError:
            cannot("packets cannot be watched here: it takes CAP_NET_RAW")
        self.passed = []
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            data = self.socket.recv(65536)
            if len(data) < 28 or data[9] != socket.IPPROTO_UDP:
                continue
            head = (data[0] & 15) * 4
            port = struct.unpack_from("!H", data, head)[0]
            if is_rtp(data[head + 8 :]):
                self.passed.append((time.monotonic(), port))

    def sent(self, ports, since):
        """The number of packets from these ports since a time, and how long ago the last one was."""
        times = [at for at, port in list(self.passed) if port in ports]
        return sum(at >= since for at in times), time.monotonic() - times[-1] if times else float("inf")

    def flows(self, what, meanwhile=None, **sides):
        """Each side, a range of ports, sends on, or is silent: `name=(ports, True)`. None: as it likes. `meanwhile` is done until it is so."""
        begin = time.monotonic()

        def as_wanted(ports, wanted):
            if meanwhile:
                meanwhile()
            count, ago = self.sent(ports, begin)
            if wanted:
                return count >= LEAST
            return time.monotonic() - begin > QUIET_S and ago > QUIET_S

        for name, (ports, wanted) in sides.items():
            if wanted is not None:
                until(lambda: as_wanted(ports, wanted), 10, f"{what}: {name} {'to send' if wanted else 'to be silent'}")
        # what was silent first is silent still
        for name, (ports, wanted) in sides.items():
            check(wanted is not False or self.sent(ports, begin)[1] > QUIET_S, f"{what}: {name} sends again, and should not")
