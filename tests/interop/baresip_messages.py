#!/usr/bin/env python3
"""MESSAGE between baresip and us, both ways: texts beyond ASCII and in several lines, in order; baresip is told what becomes of its own, and so are we."""
from bare import ADDRESS, Baresip, enter, lines
from peers import LOGS, Failure, check, microsip, test, until, write_tone


def us(port):
    return f"sip:us@{ADDRESS}:{port}"


def sends(name, port, to, *texts):
    """A baresip of its own: it sends to its current contact, the one that there is."""
    peer = Baresip(name, port, write_tone(LOGS / "tone.wav", 440, 1), config=["module_app contact.so"], contacts=[us(to)])
    peer.do("contact_next")
    for text in texts:
        peer.do("message", text)
    return peer


def run():
    enter()
    peer = Baresip("peer", 5010, write_tone(LOGS / "tone.wav", 440, 1))

    # Ours to baresip: it says 200, and prints them. It takes text/plain alone.
    ours = microsip("sends", "--json", "message", peer.uri, "hello", "grüße, bare", "third", "--listen", f"{ADDRESS}:5080")
    check(ours.code(10) == 0, f"messages to baresip ended with {ours.process.returncode}, 0 is wanted")
    ends = [(message["number"], message["sip_code"]) for message in lines(ours, "message") if message["state"] == "accepted"]
    check(ends == [(1, 200), (2, 200), (3, 200)], f"baresip accepts three messages, told were {ends}")
    until(lambda: peer.program.text().count("third"), 5, "baresip to print the third message")
    said = peer.program.text()
    check(0 < said.find("hello") < said.find("grüße, bare") < said.find("third"), "baresip is to print the messages in their order")
    ours = microsip("sends-json", "message", peer.uri, "{}", "--type", "application/json", "--listen", f"{ADDRESS}:5081")
    check(ours.code(10) == 1, f"a type that baresip does not take ended with {ours.process.returncode}, 1 is wanted")
    check("refused it: 415" in ours.text(), "the refusal is not told")

    # baresip's to us: kept (202), then answered once printed.
    for name, port, theirs, arguments in (("keeps", 5082, 5020, []), ("answers", 5083, 5030, ["--policy", "answer"])):
        ours = microsip(name, "--json", "message", "--receive", "--count", "2", "--listen", f"{ADDRESS}:{port}", *arguments)
        ours.wait_udp(port)
        sends(f"peer-{name}", theirs, port, "one", "zwei: grüße")
        check(ours.code(10) == 0, f"{name}: ours ended with {ours.process.returncode}, 0 is wanted")
        got = [message["text"] for message in lines(ours, "message")]
        check(sorted(got) == ["one", "zwei: grüße"], f"{name}: baresip sent two messages, told were {got}")
    # one that is refused
    ours = microsip("refuses", "--json", "message", "--receive", "--count", "1", "--listen", f"{ADDRESS}:5084", "--policy", "answer", "--code", "486")
    ours.wait_udp(5084)
    peer = sends("peer-refused", 5040, 5084, "busy?")
    check(ours.code(10) == 0, f"refusing ended with {ours.process.returncode}, 0 is wanted")
    until(lambda: "486" in peer.program.text(), 5, "baresip to print the refusal")
    # Its presence module publishes and watches by SUBSCRIBE, too; we serve no SUBSCRIBE, and it has no account of a presence server here.


if __name__ == "__main__":
    test(run)
