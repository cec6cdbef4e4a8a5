#!/usr/bin/env python3
"""SIPp is watched, and asks as a watched party may: a NOTIFY that overtakes its 200, changes one by one, an end for a time that names the next try, ends for good, refusals, and
NOTIFYs that are wrong. SIPp and MESSAGE, both ways: repeated, refused, in a type or coding that nobody takes, of an extension that nobody knows."""
from bare import lines
from peers import check, free_port, microsip, needs, test, until
from scenario import Scenario, finish, passed

DIALOG = "application/dialog-info+xml"


def calls(version, state, full=True):
    talks = f'<dialog id="1"><state>{state}</state><remote><identity>sip:carol@x</identity></remote></dialog>'
    return (f'<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="{"full" if full else "partial"}" '
            f'entity="sip:bob@x">{talks}</dialog-info>')


class Watched(Scenario):
    """A party that is subscribed to."""

    def subscribed(self, **checks):
        return self.hear("SUBSCRIBE", dialog=True, keep="sub", Event="dialog", Accept=DIALOG.replace("+", "."), **checks)

    def notify(self, number, state, body="", event="dialog", kind=DIALOG, more=""):
        """In the dialog of the SUBSCRIBE that it took."""
        lines = ["NOTIFY [next_url] SIP/2.0", f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-notify{number}", "Max-Forwards: 70",
                 f"From:[$sub_to];tag=[pid]-{self.name}-[call_number]", "To:[$sub_from]", "Call-ID: [call_id]", f"CSeq: {number} NOTIFY",
                 "Contact: <sip:peer@[local_ip]:[local_port]>", f"Event: {event}", f"Subscription-State: {state}" if state else "", *more.split("\n")]
        return self.raw(finish(lines, body, kind), True)

    def accept(self, expires=600):
        return self.answer("200 OK", more=f"Expires: {expires}", invite="sub", repeat=False)

    def taken_back(self, number):
        self.hear("SUBSCRIBE", keep="last", Expires="^ *0")
        self.answer("200 OK", more="Expires: 0", tag=None, invite="last", repeat=False)
        return self.notify(number, "terminated;reason=timeout").hear("200")


def watches(name, party, *arguments):
    return microsip(name, "--json", "subscribe", f"sip:peer@127.0.0.1:{party.port}", "--event", "dialog", "--listen", f"127.0.0.1:{free_port()}", *arguments)


def told(ours):
    return [(state["lamp"], [call["party"] for call in state["calls"]]) for state in lines(ours, "notify")]


def states(ours):
    return [state["state"] for state in lines(ours, "subscription")]


def overtaken():
    """The NOTIFY is there before the 200 of its SUBSCRIBE, and makes the dialog (RFC 6665 4.4.1); the changes that follow are told one by one."""
    party = (Watched("overtakes").subscribed(Expires="600").notify(1, "active;expires=600", calls(0, "early")).hear("200").accept()
             .pause(400).notify(2, "active;expires=600", calls(1, "confirmed", full=False)).hear("200")
             .pause(400).notify(3, "active;expires=600", calls(2, "terminated", full=False)).hear("200").taken_back(4)).start()
    ours = watches("watches-overtaken", party, "--subscription-expires", "600s", "--for", "3s")
    passed(party)
    check(ours.code(10) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    wanted = [("trying", ["sip:carol@x"]), ("busy", ["sip:carol@x"]), ("idle", [])]
    check(told(ours) == wanted, f"SIPp told {wanted}, printed were {told(ours)}")
    check(states(ours) == ["asking", "active"], f"told were {states(ours)}")


def later():
    """`probation` with a time: the next try comes then, in a dialog of its own, and not before."""
    party = Watched("probation").subscribed().accept().notify(1, "terminated;reason=probation;retry-after=2").hear("200").start(count=2)
    ours = watches("watches-probation", party, "--for", "8s", "--trace")
    passed(party)
    ours.end()
    sent = [trace["time_ms"] for trace in lines(ours, "trace") if trace["label"].startswith("SUBSCRIBE") and trace["way"] == "sent"]
    ends = [trace["time_ms"] for trace in lines(ours, "trace") if trace["label"].startswith("NOTIFY")]
    check(len(sent) >= 2 and 1900 <= sent[1] - ends[0] <= 8000, f"the next SUBSCRIBE is welcome 2 s behind the end; they left at {sent}, the ends came at {ends}")
    check(states(ours)[:2] == ["asking", "retrying"], f"told were {states(ours)}")


def over():
    """Ends for good, by a notification or by a refusal: an exit code, words, and no further try."""
    for name, reason in (("rejected", "rejected"), ("gone", "noresource")):
        party = Watched(name).subscribed().accept().notify(1, "active;expires=600", calls(0, "confirmed")).hear("200").pause(300).notify(2, f"terminated;reason={reason}").hear("200").start()
        ours = watches(f"watches-{name}", party)
        passed(party)
        check(ours.code(10) == 1, f"{ours.name} ended with {ours.process.returncode}, 1 is wanted")
        check("ended the subscription" in ours.text() and states(ours)[-1] == "ended", f"the end is not told:\n{ours.text()}")
    for status, code in (("403 Forbidden", 1), ("489 Bad Event", 1), ("404 Not Found", 1), ("480 Temporarily Unavailable", 4)):
        party = Watched(f"refuses-{status[:3]}").subscribed().answer(status, invite="sub", repeat=False).start()
        ours = watches(f"watches-{status[:3]}", party)
        passed(party)
        check(ours.code(10) == code, f"{ours.name} ended with {ours.process.returncode}, {code} is wanted")
        check(status[:3] in ours.text(), f"the refusal is not told:\n{ours.text()}")


def wrong():
    """NOTIFYs that are none of the subscription's, or cannot be read, are refused one by one, and it goes on."""
    party = (Watched("wrong").subscribed().accept().notify(1, "active;expires=600", calls(0, "confirmed")).hear("200").pause(400)
             .notify(2, "active", calls(1, "confirmed"), event="presence").hear("489")
             .notify(3, "", calls(1, "confirmed")).hear("400")
             .notify(4, "active", "talks", kind="text/plain").hear("415")
             .notify(5, "active", "<dialog-info").hear("400")
             .notify(6, "active", calls(1, "confirmed"), more="Content-Encoding: gzip").hear("415")
             .notify(7, "active", calls(1, "confirmed"), more="Require: teleport").hear("420", Unsupported="teleport")
             .pause(400).notify(8, "active", calls(1, "terminated", full=False)).hear("200").taken_back(9)).start()
    ours = watches("watches-wrong", party, "--for", "3s")
    passed(party)
    check(ours.code(10) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    check(told(ours)[0] == ("busy", ["sip:carol@x"]) and told(ours)[-1] == ("idle", []), f"printed were {told(ours)}")


def messages():
    """SIPp's to us, and ours to it."""
    port = free_port()
    ours = microsip("takes", "--json", "message", "--receive", "--count", "2", "--listen", f"127.0.0.1:{port}")
    ours.wait_udp(port)
    to = f"sip:us@127.0.0.1:{port}"
    ask = lambda scenario, number, body, kind="text/plain", more="": scenario.ask("MESSAGE", number, body, more, uri=to, to=to, kind=kind, begins=True)
    party = Scenario("sends")
    ask(party, 1, "one").hear("202")
    ask(party, 2, "gzip", more="Content-Encoding: gzip").hear("415")
    ask(party, 3, "far", more="Require: teleport").hear("420", Unsupported="teleport")
    ask(party, 4, "{}", kind="application/json").hear("202")
    passed(party.start(port))
    check(ours.code(10) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    got = [(message["text"].strip(), message["content_type"]) for message in lines(ours, "message")]
    check(got == [("one", "text/plain"), ("{}", "application/json")], f"SIPp sent two messages that can be taken, printed were {got}")

    # the first is repeated, byte for byte, until it has its answer; a provisional response ends nothing
    party = (Scenario("hears").hear("MESSAGE", Content_Type="text/plain;charset=UTF-8", body="hello").hear("MESSAGE", body="hello").answer("100 Trying", tag=None, contact="", repeat=False)
             .pause(300).answer("200 OK", contact="", repeat=False)).start(bare=True)
    ours = microsip("sends-lost", "message", f"sip:peer@127.0.0.1:{party.port}", "hello", "--listen", f"127.0.0.1:{free_port()}")
    passed(party)
    check(ours.code(10) == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    for status, code in (("403 Forbidden", 1), ("480 Temporarily Unavailable", 4), ("603 Decline", 1)):
        party = Scenario(f"refuses-message-{status[:3]}").hear("MESSAGE").answer(status, contact="", repeat=False).start()
        ours = microsip(f"sends-{status[:3]}", "message", f"sip:peer@127.0.0.1:{party.port}", "hello", "--listen", f"127.0.0.1:{free_port()}")
        passed(party)
        check(ours.code(10) == code and status[:3] in ours.text(), f"{ours.name} ended with {ours.process.returncode}, {code} is wanted")


class Pbx(Scenario):
    """A registrar that says by itself what it has to say."""

    def notify(self, number, event, body="", kind="application/simple-message-summary"):
        """To the phone that has registered, without a subscription."""
        lines = ["NOTIFY [next_url] SIP/2.0", f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-by-itself{number}", "Max-Forwards: 70",
                 f"From: <sip:pbx@[local_ip]:[local_port]>;tag=[pid]-{self.name}-{number}", "To:[$reg_to]", "Call-ID: [call_id]", f"CSeq: {number} NOTIFY",
                 "Contact: <sip:pbx@[local_ip]:[local_port]>", f"Event: {event}", "Subscription-State: terminated;reason=noresource"]
        return self.raw(finish(lines, body, kind), True)


def by_itself():
    """NOTIFYs without a subscription, as PBXs send them behind a REGISTER: a mailbox, its change, and the wish for new settings are told once; what cannot be read, or is of
    another event, is refused."""
    waits = "Messages-Waiting: yes\nMessage-Account: sip:*97@127.0.0.1\nVoice-Message: 2/8 (1/0)"
    pbx = (Pbx("pbx").hear("REGISTER", dialog=True, keep="reg", Expires="[1-9]").answer("200 OK", contact=None, more="[last_Contact:];expires=600", repeat=False)
           .notify(1, "message-summary", waits).hear("200").notify(2, "message-summary", waits).hear("200")
           .notify(3, "message-summary", "Messages-Waiting: no\nVoice-Message: 0/10").hear("200")
           .notify(4, "message-summary", "Voice-Message: 1/1").hear("400")
           .notify(5, "message-summary", waits, "text/plain").hear("415", Accept="application/simple-message-summary")
           .notify(6, "presence").hear("481")
           .notify(7, "check-sync;reboot=true").hear("200")
           .hear("REGISTER", Expires="^ *0").answer("200 OK", contact=None, repeat=False)).start()
    ours = microsip("registers", "--json", "register", "--uri", f"sip:us@127.0.0.1:{pbx.port}", "--listen", f"127.0.0.1:{free_port()}")
    until(lambda: lines(ours, "check_sync"), 10, f"{ours.name} to tell what SIPp said last")
    check(ours.end() == 0, f"{ours.name} ended with {ours.process.returncode}, 0 is wanted")
    passed(pbx)
    told = [(box["lamp"], box["new"], box["account"], [each["old"] for each in box["messages"]]) for box in lines(ours, "mailbox")]
    wanted = [("open", 2, "sip:*97@127.0.0.1", [8]), ("closed", 0, "", [10])]
    check(told == wanted, f"SIPp said {wanted}, printed were {told}")
    check([wish["reboot"] for wish in lines(ours, "check_sync")] == [True], f"one wish was sent, printed were {lines(ours, 'check_sync')}")


def run():
    needs("sipp")
    by_itself()
    overtaken()
    later()
    over()
    wrong()
    messages()


if __name__ == "__main__":
    test(run)
