#!/usr/bin/env python3
"""Calls that others take, through Kamailio: one that rings, by its lamp (`call --pickup`) and by a feature code of the server's; one that is parked at a number by a blind transfer, whose
lamp shows it, and taken back by a code. What each hears is measured."""
from bare import lines, rest
from kamailio_states import account, said, server
from peers import LOGS, check, check_heard, microsip, needs, test, until, write_tone

CALLER, TAKER, PARK = 440, 620, 500


def phone(name, user, kamailio, *arguments, command="call", seconds=20, hertz=None):
    """One of ours, on the null device, that plays a tone and keeps what it hears."""
    sound = ["--play", write_tone(LOGS / f"{hertz}.wav", hertz, 20), "--record", LOGS / f"{name}.wav"] if hertz else []
    return microsip(name, "--json", command, *arguments, *account(user, kamailio.port), "--null-audio", "--for", f"{seconds}s", *sound)


def states(program):
    return [line["state"] for line in lines(program, "call")]


def ended(program, code, why):
    check(program.code(30) == code, f"{program.name}, {why}, ended with {program.process.returncode}, {code} is wanted")


def rings_at_bob(name, kamailio):
    """Alice calls Bob, and his phone rings."""
    bob = phone(f"{name}-bob", "bob", kamailio, "--code", "180", "--after", "60s", command="answer")
    until(lambda: lines(bob, "listening"), 8, "Bob to wait")
    alice = phone(f"{name}-alice", "alice", kamailio, "sip:bob@phones.test", "--refer", "follow", seconds=4, hertz=CALLER)
    until(lambda: "ringing" in states(alice), 8, "Bob's phone to ring")
    return alice, bob


def talk(name, alice, carol):
    """Carol has taken Alice's call: they hear each other."""
    until(lambda: "connected" in states(carol), 10, "Carol to have the call")
    ended(carol, 0, "who took the call")
    ended(alice, 0, "whose call was taken")
    check_heard(LOGS / f"{name}-carol.wav", CALLER, 0.75, "Carol")
    check_heard(LOGS / f"{name}-alice.wav", TAKER, 0.75, "Alice")


def picked_up(name, kamailio, *how):
    alice, bob = rings_at_bob(name, kamailio)
    carol = phone(f"{name}-carol", "carol", kamailio, *how, seconds=2, hertz=TAKER)
    talk(name, alice, carol)
    ended(bob, 4, "whose call was taken by somebody else")
    causes = lambda program: [line["cause"] for line in lines(program, "call") if line["state"] == "ended"]
    check(causes(alice)[0] == "replaced", f"Alice learns that another phone has the call, told were {causes(alice)}")
    check(causes(bob) == ["elsewhere"], f"Bob missed no call, told were {causes(bob)}")


def nothing_rings(kamailio):
    """Bob is idle; and nobody may watch him without a password."""
    carol = phone("idle-carol", "carol", kamailio, "--pickup", "sip:bob@phones.test")
    ended(carol, 4, "for whom nothing rang")
    check("nothing rings at sip:bob@phones.test" in carol.text(), "Carol is told that nothing rings there")


def parked(kamailio):
    """Bob parks Alice at 701; its lamp shows her; Carol takes her from there."""
    park = phone("parked-park", "park", kamailio, command="answer", seconds=30, hertz=PARK)
    bob = phone("parked-bob", "bob", kamailio, "--transfer-to", "701", "--transfer-after", "500ms", command="answer")
    until(lambda: lines(park, "listening") and lines(bob, "listening"), 8, "Bob and the park to wait")
    lamp = microsip("parked-lamp", "--json", "subscribe", "701", "--event", "dialog", *account("carol", kamailio.port))
    until(lambda: any(state["state"] == "active" for state in lines(lamp, "subscription")), 8, "701 to be watched")
    alice = phone("parked-alice", "alice", kamailio, "sip:bob@phones.test", "--refer", "follow", seconds=12, hertz=CALLER)
    shows = lambda: [told["lamp"] for told in lines(lamp, "notify")]
    until(lambda: "busy" in shows(), 15, "the lamp of 701 to be on")
    told = next(told for told in lines(lamp, "notify") if told["lamp"] == "busy")
    check(told["calls"][0]["party"] == "sip:alice@phones.test", f"701 has Alice, told was {told}")
    ended(bob, 0, "who parked the call")
    rest(1)  # Alice hears the park, and it her
    carol = phone("parked-carol", "carol", kamailio, "*8701", seconds=2, hertz=TAKER)
    until(lambda: "connected" in states(carol), 10, "Carol to have the call")
    ended(carol, 0, "who took the parked call")
    ended(park, 0, "where the call was parked")
    until(lambda: shows()[-1] == "idle", 10, "the lamp of 701 to be off")
    ended(alice, 0, "who was parked")
    check_heard(LOGS / "parked-carol.wav", CALLER, 0.75, "Carol")
    check_heard(LOGS / "parked-alice.wav", TAKER, 0.75, "Alice")
    check_heard(LOGS / "parked-park.wav", CALLER, 0.5, "the park")
    check(lamp.end() == 0, f"the lamp, interrupted, ended with {lamp.process.returncode}, 0 is wanted")
    ended(phone("parked-nobody", "carol", kamailio, "*8702"), 1, "for whom nothing is parked there")


def run():
    needs("kamailio")
    kamailio = server("kamailio")
    nothing_rings(kamailio)
    picked_up("lamp", kamailio, "--pickup", "sip:bob@phones.test")
    picked_up("code", kamailio, "*8bob")
    parked(kamailio)
    check(said(kamailio, "TEST takes") == 2, "two calls were taken by a code of the server's")


if __name__ == "__main__":
    test(run, 150)
