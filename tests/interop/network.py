#!/usr/bin/env python3
"""A change of network, as the kernel makes it: the phone's address goes, another comes, and the phone finds out by itself. Its registration, its
call with baresip and its subscription go on from there."""
import ctypes
import os
import re
import socket
import threading
import time

from bare import lines
from baresip import ADDRESS, baresip, heard_by_baresip
from peers import LOGS, Namespace, cannot, check, check_heard, microsip, needs, subprocess, test, until, write_tone

CLONE_NEWNET = 0x40000000
REGISTRAR = ADDRESS
FIRST, SECOND = (ADDRESS.rsplit(".", 1)[0] + end for end in (".72", ".73"))


def socket_in(space, address):
    """A UDP socket in a namespace: a socket stays where it was made."""
    made = []

    def make():
        with open(f"/run/netns/{space.name}") as place:
            if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        mine.bind(address)
        mine.settimeout(0.2)
        made.append(mine)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    check(made, f"no socket at {address} in {space.name}")
    return made[0]


class Registrar(threading.Thread):
    """Sends 200 to each REGISTER, and keeps its Contact and its time."""

    def __init__(self, mine):
        super().__init__(daemon=True)
        self.mine = mine
        self.contacts = []
        self.start()

    def run(self):
        while True:
            try:
                data, peer = self.mine.recvfrom(65536)
            except TimeoutError:
                continue
            text = data.decode()
            if not text.startswith("REGISTER "):
                continue
            contact = re.search(r"^Contact: *(.*)\r$", text, re.M)[1]
            self.contacts.append((time.monotonic(), contact))
            echoed = "".join(line + "\r\n" for line in text.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", line))
            to = re.search(r"^To: .*\r$", text, re.M)[0].strip()
            self.mine.sendto(f"SIP/2.0 200 OK\r\n{echoed}{to};tag=r\r\nContact: {contact}\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n".encode(), peer)

    def at(self, address):
        return [contact for _, contact in self.contacts if f"@{address}" in contact and "expires=0" not in contact]


class Mailbox(threading.Thread):
    """Accepts each SUBSCRIBE, and tells its Contact one more message each time."""

    def __init__(self, mine):
        super().__init__(daemon=True)
        self.mine = mine
        self.came = []
        self.start()

    def run(self):
        while True:
            try:
                data, peer = self.mine.recvfrom(65536)
            except TimeoutError:
                continue
            text = data.decode()
            if not text.startswith("SUBSCRIBE "):
                continue
            line = lambda name: re.search(rf"^{name}: *(.*)\r$", text, re.M)[1]
            contact, to = re.search(r"<([^>]+)>", line("Contact"))[1], line("To").split(";tag=")[0] + ";tag=box"
            if text not in (known for _, known in self.came):
                self.came.append((contact, text))
            own = f"Contact: <sip:box@{REGISTRAR}:5062>\r\n"
            echoed = "".join(each + "\r\n" for each in text.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", each))
            self.mine.sendto(f"SIP/2.0 200 OK\r\n{echoed}To: {to}\r\n{own}Expires: {line('Expires')}\r\nContent-Length: 0\r\n\r\n".encode(), peer)
            number, state = len(self.came), "active;expires=600" if line("Expires") != "0" else "terminated;reason=timeout"
            body = f"Messages-Waiting: yes\r\nVoice-Message: {number}/0\r\n"
            host, port = re.search(r"@([0-9.]+):([0-9]+)", contact).groups()
            self.mine.sendto((f"NOTIFY {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {REGISTRAR}:5062;branch=z9hG4bKbox{number}\r\nMax-Forwards: 70\r\nFrom: {to}\r\nTo: {line('From')}\r\n"
                              f"Call-ID: {line('Call-ID')}\r\nCSeq: {number} NOTIFY\r\n{own}Event: message-summary\r\nSubscription-State: {state}\r\n"
                              f"Content-Type: application/simple-message-summary\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode(), (host, int(port)))

    def at(self, address):
        return [text for contact, text in self.came if f"@{address}" in contact]


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


def pair(phone, far):
    """A cable between two namespaces."""
    made = ip("link", "add", f"m{os.getpid()}", "netns", phone.name, "type", "veth", "peer", "name", f"m{os.getpid()}", "netns", far.name)
    if made.returncode:
        cannot(f"no veth pair can be made here: {made.stderr.strip()}")
    return f"m{os.getpid()}"


def run():
    needs("baresip")
    phone, far = Namespace("phone"), Namespace("far")
    cable = pair(phone, far)
    for space, address in ((phone, FIRST), (far, REGISTRAR)):
        for words in (("addr", "add", f"{address}/24", "dev", cable), ("link", "set", cable, "up")):
            done = ip("-n", space.name, *words)
            check(done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}")
    registration(phone, far, cable)
    call(phone, far, cable)
    subscription(phone, far, cable)


def subscription(phone, far, cable):
    """The phone's address is replaced: the subscription goes on in its dialog from the new one, where it is told from then on."""
    ip("-n", phone.name, "addr", "del", f"{SECOND}/24", "dev", cable)
    check(ip("-n", phone.name, "addr", "add", f"{FIRST}/24", "dev", cable).returncode == 0, "addr add")
    box = Mailbox(socket_in(far, (REGISTRAR, 5062)))
    ours = microsip("watcher", "--json", "subscribe", f"sip:box@{REGISTRAR}:5062", "--event", "message-summary", inside=phone.name)
    counts = lambda: [told["new"] for told in lines(ours, "notify")]
    until(lambda: counts() == [1], 8, "the mailbox to be told")
    ip("-n", phone.name, "addr", "del", f"{FIRST}/24", "dev", cable)
    check(ip("-n", phone.name, "addr", "add", f"{SECOND}/24", "dev", cable).returncode == 0, "addr add")
    until(lambda: counts()[-1] > 1, 8, "the mailbox to be told at the new address")
    there = box.at(SECOND)
    check(there and ";tag=box" in re.search(r"^To: .*$", there[0], re.M)[0], f"a refresh in its dialog comes from the new address, came: {there}")
    states = [state["state"] for state in lines(ours, "subscription")]
    check(states == ["asking", "active"], f"the subscription went on, told were {states}")
    check(ours.end() == 0, f"the watcher, interrupted, ended with {ours.process.returncode}, 0 is wanted")
    check("\r\nExpires: 0\r\n" in box.at(SECOND)[-1], "it is taken back from the new address")


def call(phone, far, cable):
    """Twelve seconds of two tones, the phone's address replaced in the fourth: both are heard nearly all the time."""
    low, high = write_tone(LOGS / "440.wav", 440, 16), write_tone(LOGS / "620.wav", 620, 16)
    callee = baresip("callee", far, 5070, high)
    ours = microsip("caller", "call", f"sip:bare@{ADDRESS}:5070", "--null-audio", "--play", low, "--record", LOGS / "caller.wav", "--for", "12s",
                    "--trace", inside=phone.name)
    ours.wait_line("ACK", 5)
    time.sleep(3)
    ip("-n", phone.name, "addr", "del", f"{FIRST}/24", "dev", cable)
    check(ip("-n", phone.name, "addr", "add", f"{SECOND}/24", "dev", cable).returncode == 0, "addr add")
    check(ours.code(20) == 0, f"a call whose network changed ended with {ours.process.returncode}, 0 is wanted")
    invites = re.findall("├─ INVITE.*", ours.text())
    check(len(invites) >= 2, f"the call was not offered anew: {invites}")
    callee.wait_line(r"terminated|Connection reset|session closed", 5)
    callee.end()
    check_heard(LOGS / "caller.wav", 620, 10.0, "our caller")
    check_heard(heard_by_baresip(callee), 440, 10.0, "baresip, whose caller moved,")


def registration(phone, far, cable):
    registrar = Registrar(socket_in(far, (REGISTRAR, 5060)))
    ours = microsip("register", "register", "--json", "--uri", f"sip:100@{REGISTRAR}", inside=phone.name)
    until(lambda: registrar.at(FIRST), 10, "the first REGISTER")
    ours.wait_line('"registered"')

    # Neither an address that comes a second time nor a link-local one is news.
    check(ip("-n", phone.name, "addr", "change", f"{FIRST}/24", "dev", cable, "valid_lft", "3000", "preferred_lft", "3000").returncode == 0, "addr change")
    check(ip("-n", phone.name, "addr", "add", "fe80::7/64", "dev", cable).returncode in (0, 2), "addr add")

    # The address is replaced: the phone registers from the new one at once, though its registration would have lasted an hour.
    began = time.monotonic()
    ip("-n", phone.name, "addr", "del", f"{FIRST}/24", "dev", cable)
    check(ip("-n", phone.name, "addr", "add", f"{SECOND}/24", "dev", cable).returncode == 0, "addr add")
    until(lambda: registrar.at(SECOND), 5, "a REGISTER from the new address")
    check(registrar.contacts[-1][0] - began < 20, "the new registration took long")
    line = ours.wait_line(r'.*"network".*')[0]
    check('"result":0' in line.replace(" ", ""), f"the network's event says {line}")
    check(len(registrar.at(FIRST)) == 1, f"nothing had changed, yet it registered again: {registrar.contacts}")

    # No address is left: an event with its result; and the address that comes back is found.
    before = len(registrar.contacts)
    ip("-n", phone.name, "addr", "del", f"{SECOND}/24", "dev", cable)
    ours.wait_line(r'"network".*-103|-103.*"network"')
    ip("-n", phone.name, "addr", "add", f"{FIRST}/24", "dev", cable)
    until(lambda: len(registrar.at(FIRST)) > 1, 5, "a REGISTER after the network came back")
    check(len(registrar.contacts) - before <= 2, f"{len(registrar.contacts) - before} REGISTERs for one return")
    ours.end()


if __name__ == "__main__":
    test(run)
