#!/usr/bin/env python3
"""Each role of RFC 5589 with SIPp in the others: it transfers us, blind and with the name of a call that we are to take the place of; we transfer it, to a party that answers, refuses, is
told of before the acceptance or not at all, and with a consultation, to a party that talks and to one that still rings (7.6)."""
from bare import rest
from peers import check, free_port, needs, test
from scenario import Scenario, finish, passed, sdp
from transfers import NORMAL, TRANSFERRED, Phone, build

HOST = "127.0.0.1"
OFFER = sdp(8000)


class Party(Scenario):
    """A party of a transfer."""

    def told(self, status, state, number=None):
        """A NOTIFY of ours about its REFER."""
        self.hear("NOTIFY", Event=f"refer;id={number}" if number else "refer", Subscription_State=state, Content_Type="message/sipfrag", body=f"SIP/2.0 {status}")
        return self.answer("200 OK", tag=None, contact="", repeat=False)

    def tells(self, number, state, status):
        """A NOTIFY of its own, in the dialog of the INVITE that it took."""
        lines = ["NOTIFY [$invite_uri] SIP/2.0", f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-notify{number}", "Max-Forwards: 70",
                 f"From:[$invite_to];tag=[pid]-{self.name}-[call_number]", "To:[$invite_from]", "Call-ID: [call_id]", f"CSeq: {number} NOTIFY",
                 "Contact: <sip:peer@[local_ip]:[local_port]>", "Event: refer", f"Subscription-State: {state}"]
        return self.raw(finish(lines, f"SIP/2.0 {status}", "message/sipfrag;version=2.0"), True).hear("200")

    def takes(self, ringing=0, **checks):
        """It is called, and answers."""
        self.hear("INVITE", **checks).answer("180 Ringing")
        if ringing:
            self.pause(ringing)
        return self.answer("200 OK", OFFER, invite=True).hear("ACK")

    def asked(self, status="202 Accepted", **checks):
        """A REFER of ours."""
        return self.hear("REFER", keep="refer", Referred_By="sip:", **checks).answer(status, tag=None, invite="refer", repeat=False)

    def left(self):
        return self.hear("BYE").answer("200 OK", tag=None, contact="", repeat=False)

    def refers(self, number, to, more="", repeat=None):
        return self.ask("REFER", number, more=f"Refer-To: {to}\nReferred-By: <sip:peer@[local_ip]:[local_port]>{more}", repeat=repeat)


def uri(program):
    return f"sip:peer@{HOST}:{program.port}"


def they_transfer(program):
    """Both go by our NOTIFYs: SIPp hangs up behind the last one."""
    for name, query, replaces in (("blind", "", None), ("attended", "?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces", "a@b;to-tag=1;from-tag=2")):
        target = Party(f"{name}-target").takes(300, Referred_By="sip:peer@", **({"Replaces": replaces, "Require": "replaces"} if replaces else {"no_Replaces": "tag"})).left().start()
        ours = Phone(f"{name}-transferee", program, HOST, free_port(), "follow")
        first = Party(f"{name}-transferor").call(OFFER).refers(2, f"<{uri(target)}{query}>").hear("200")
        # one call at a time in each dialog, and nothing but calls
        first.told("100", "active;expires=", 2).told("180", "active;expires=", 2).told("200", "terminated;reason=noresource", 2)
        first.refers(3, "<http://example.org/>").hear("416").refers(4, "<sip:a@b>, <sip:c@d>").hear("400").bye(5)
        first = first.start(ours.port)
        passed(first)
        ours.up(2)
        ours.do("hangup 2")
        passed(target)
        ours.quit()
    # whom we are to call is busy
    target = Party("busy-target").hear("INVITE").answer("486 Busy Here").hear("ACK").start()
    ours = Phone("busy-transferee", program, HOST, free_port(), "ask")
    first = Party("busy-transferor").call(OFFER).refers(2, f"<{uri(target)}>", "\nRefer-Sub: true").hear("200").told("100", "active", 2).told("486", "terminated", 2).bye(3).start(ours.port)
    ours.wait("^refer asks")
    ours.do("follow")
    passed(first, target)
    ours.over(1, NORMAL)
    ours.quit()
    # the person says no, and a second REFER is too early
    ours = Phone("unwilling", program, HOST, free_port(), "ask")
    first = Party("refused-transferor").call(OFFER).refers(2, "<sip:a@b>", repeat=False).refers(3, "<sip:c@d>").hear("491").hear("486").bye(4).start(ours.port)
    ours.wait("^refer asks")
    rest(1)  # nothing here tells that the second one came
    ours.do("refuse 486")
    passed(first)
    ours.quit()


def we_transfer(program):
    to = "sip:carol@198.51.100.7"
    ends = {
        "tells": (lambda party: party.asked(Refer_To=to).tells(1, "active;expires=60", "100 Trying").tells(2, "active;expires=60", "180 Ringing")
                  .tells(3, "terminated;reason=noresource", "200 OK").left(), ["pending", "trying", "ringing", "done"], 200),
        "overtakes": (lambda party: party.hear("REFER", keep="refer").tells(1, "active", "100 Trying").answer("202 Accepted", tag=None, invite="refer", repeat=False)
                      .tells(2, "terminated", "200 OK").left(), ["trying", "done"], 200),
        # rfc6665#8.3.1: 200 is the newer acceptance
        "accepts": (lambda party: party.asked("200 OK").tells(1, "active;expires=60", "100 Trying").tells(2, "terminated;reason=noresource", "200 OK").left(),
                    ["pending", "trying", "done"], 200),
        "leaves": (lambda party: party.asked().pause(300).ask_back("BYE", 1).hear("200"), ["pending", "done"], 200),
        "busy": (lambda party: party.asked().tells(1, "terminated;reason=noresource", "486 Busy Here").left(), ["pending", "failed"], 486),
        "declines": (lambda party: party.asked("603 Decline").left(), ["failed"], 603),
        "unable": (lambda party: party.asked("405 Method Not Allowed").left(), ["failed"], 405),
    }
    for name, (script, steps, code) in ends.items():
        theirs = script(Party(name).takes()).start()
        ours = Phone(f"asks-{name}", program, HOST, free_port())
        ours.do(f"dial {uri(theirs)}")
        ours.up(1)
        ours.do(f"transfer 1 {to}")
        ours.wait(rf"^done .*code={code}$")
        if steps[-1] == "failed":
            ours.do("hangup 1")
        passed(theirs)
        ours.over(1, TRANSFERRED if steps[-1] == "done" else NORMAL)
        assert_steps(ours, steps)
        ours.quit()


def assert_steps(ours, steps):
    """A step that another one follows at once is told with it."""
    told = ours.steps(1)
    check(told and told[-1] == steps[-1] and all(step in steps for step in told), f"{ours.program.name}: the steps were {told}, {steps} is wanted")


def with_consultation(program):
    """The REFER names the call with the target, which stays until SIPp has taken its place; RFC 5589 7.6: to a target that rings, it waits for the answer."""
    for name, ringing in (("talks", 0), ("rings", 1500)):
        target = Party(f"target-{name}").takes(ringing).left().start()
        replaces = "sip:peer@127.0.0.1:%d\\?Replaces=.*%%3Bto-tag%%3D[0-9]+-target-%s-1%%3Bfrom-tag%%3D[0-9a-f]+>" % (target.port, name)
        theirs = Party(f"transferee-{name}").takes().asked(Refer_To=replaces).tells(1, "active", "100 Trying").pause(200).tells(2, "terminated", "200 OK").left().start()
        ours = Phone(f"consults-{name}", program, HOST, free_port())
        ours.do(f"dial {uri(theirs)}")
        ours.up(1)
        ours.do(f"dial {uri(target)}")
        if ringing:
            ours.wait("^call 2 early code=180")
        else:
            ours.up(2)
        ours.do("join 1 2")
        ours.wait("^done well code=200")
        for call in (1, 2):
            ours.over(call, TRANSFERRED)
        passed(theirs, target)
        ours.quit()


def run():
    needs("sipp")
    program = build()
    they_transfer(program)
    we_transfer(program)
    with_consultation(program)


if __name__ == "__main__":
    test(run)
