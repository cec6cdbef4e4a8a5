#!/usr/bin/env python3
"""Session timers (RFC 4028) between SIPp and us, in both roles: 422 followed and sent, refreshes of either side by either method, a session that runs out, and what
the setting demands. The shortest session that there may be lasts 90 s, so all of it goes on side by side for a minute."""
import time

from bare import lines
from peers import check, echo, microsip, needs, test, until
from scenario import Scenario, passed, sdp

REFRESH_S, EXPIRY_S = 45, 60  # half of 90 s, and a third before their end
LIMIT_S = 110
OURS = {"Session-Expires": "^ *90;refresher=uac"}
REASON = "Q.850;cause=102"
ok = {"tag": None, "repeat": False}


def terms(side, more=""):
    return f"Require: timer\nSession-Expires: 90;refresher={side}{more}"


def calls_us():
    """SIPp calls an echo that takes sessions of 100 s and more, or any, or that wants timers of everyone."""
    echoes = {"any": echo("any", "--calls", "8"), "long": echo("long", "--min-se", "100s"), "demands": echo("demands", "--session-timer", "required")}
    offer = sdp(9)
    knows = "Supported: timer\nSession-Expires: {};refresher={}"

    def call(name, seconds=90, refresher="uac"):
        return Scenario(name).ask("INVITE", 1, offer, more=knows.format(seconds, refresher))

    def asked(scenario, status, number, method, seconds):
        """A request in the call; its ACK, if it is an INVITE."""
        scenario.ask(method, number, offer if method == "INVITE" else "", more=knows.format(seconds, "uac"))
        if status != "200":
            return scenario.refused(status, number, Min_SE="90") if method == "INVITE" else scenario.hear(status, Min_SE="90")
        wanted = {"Require": "timer", "Session-Expires": f"{seconds};refresher=uac"}
        return scenario.taken(number, **wanted) if method == "INVITE" else scenario.hear("200", CSeq="UPDATE", **wanted)

    theirs = call("theirs").taken(Require="timer", **OURS)
    for number, (status, method, seconds) in enumerate([("200", "UPDATE", 90), ("200", "INVITE", 120), ("422", "UPDATE", 89), ("422", "INVITE", 30), ("200", "UPDATE", 90)], 2):
        asked(theirs, status, number, method, seconds)
    scenarios = {
        # they are to refresh, and do not
        "runs-out": ("any", call("runs-out").taken(Require="timer", **OURS).hear("BYE", within=LIMIT_S * 1000, Reason=REASON).answer("200 OK", **ok)),
        # they refresh, by either method; what is too short for anyone is refused, and the call lives
        "theirs": ("any", theirs.bye(7)),
        # we are to refresh, by either method: an UPDATE only where its knowledge was said
        "update": ("any", Scenario("update").ask("INVITE", 1, offer, more=knows.format(90, "uas") + "\nAllow: INVITE, ACK, BYE, UPDATE")
                   .taken(**{"Session-Expires": "90;refresher=uas"}).hear("UPDATE", within=LIMIT_S * 1000, **OURS, Supported="timer", no_body="m=audio")
                   .answer("200 OK", more=terms("uac"), **ok).bye(2)),
        "re-invite": ("any", call("re-invite", refresher="uas").taken(**{"Session-Expires": "90;refresher=uas"})
                      .hear("INVITE", within=LIMIT_S * 1000, **OURS, body="m=audio [1-9]").answer("200 OK", offer, more=terms("uac"), tag=None).hear("ACK").bye(2)),
        # 422 with our least, which they follow (RFC 4028 9)
        "too-short": ("long", call("too-short").refused("422", Min_SE="100").ask("INVITE", 2, offer, more=knows.format(100, "uac") + "\nMin-SE: 100", begins=True)
                      .taken(2, Require="timer", **{"Session-Expires": "100;refresher=uac"}).bye(3)),
        "unable": ("demands", Scenario("unable").ask("INVITE", 1, offer).refused("421", Require="timer")),
    }
    return list(echoes.values()), {name: scenario.start(echoes[which].port, seconds=LIMIT_S) for name, (which, scenario) in scenarios.items()}


def we_call():
    """We call SIPp: the exit code of our command, the scenario, and its options."""
    answer = sdp(9)
    knows = "\nAllow: INVITE, ACK, BYE, UPDATE"

    def up(name, more, body=answer):
        return Scenario(name).hear("INVITE", Supported="timer", **{"Session-Expires": "^ *90"}).answer("200 OK", body, more=more).hear("ACK")

    def ended(scenario, **checks):
        return scenario.hear("BYE", within=LIMIT_S * 1000, **checks).answer("200 OK", **ok)

    def insists(name, *seconds):
        """Each wants a longer session than the one before; the call is repeated with it (RFC 4028 7.3)."""
        scenario, asked = Scenario(name), {"Session-Expires": "^ *90", "no_Min_SE": "."}
        for number, least in enumerate(seconds, 1):
            scenario.hear("INVITE", CSeq=f"^ *{number} INVITE", **asked).answer("422 Session Interval Too Small", more=f"Min-SE: {least}").hear("ACK")
            asked = {"Session-Expires": f"^ *{least}", "Min-SE": f"^ *{least}"}
        return scenario, {"CSeq": f"^ *{len(seconds) + 1} INVITE", **asked}

    followed, last = insists("followed", 200, 300, 400)
    followed.hear("INVITE", **last).answer("200 OK", answer, more="Require: timer\nSession-Expires: 400;refresher=uac").hear("ACK")
    cases = {
        "expires": (1, ended(up("expires", terms("uas")), Reason=REASON), ()),
        "by-update": (0, ended(up("by-update", terms("uac", knows)).hear("UPDATE", within=LIMIT_S * 1000, **OURS, no_body="m=audio")
                               .answer("200 OK", more=terms("uac"), **ok), no_Reason="."), ()),
        "by-invite": (0, ended(up("by-invite", terms("uac")).hear("INVITE", within=LIMIT_S * 1000, **OURS, body="m=audio [1-9]")
                               .answer("200 OK", answer, more=terms("uac"), tag=None).hear("ACK"), no_Reason="."), ()),
        # nobody else knows timers: for our benefit alone
        "alone": (0, ended(up("alone", "").hear("INVITE", within=LIMIT_S * 1000, body="m=audio [1-9]").answer("200 OK", answer, tag=None).hear("ACK"), no_Reason="."),
                  ("--session-timer", "always")),
        "followed": (0, ended(followed), ("--for", "1s")),
        "too-often": (1, insists("too-often", 200, 300, 400, 500)[0], ()),
        "no-timers": (1, Scenario("no-timers").hear("INVITE", Require="timer").answer("420 Bad Extension", more="Unsupported: timer").hear("ACK"),
                      ("--session-timer", "required")),
    }
    callees = {name: scenario.start(seconds=LIMIT_S) for name, (_, scenario, _) in cases.items()}
    calls = {name: microsip(f"call-{name}", "--json", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--session-expires", "90s",
                            *(cases[name][2] if "--for" in cases[name][2] else ("--for", "80s" if name == "expires" else "55s", *cases[name][2])))
             for name, callee in callees.items()}
    return calls, {name: code for name, (code, _, _) in cases.items()}, callees


def run():
    needs("sipp")
    begun = time.monotonic()
    echoes, callers = calls_us()
    calls, codes, callees = we_call()
    # what runs out does so in its time, and what is refreshed goes on beyond it
    until(lambda: not callers["runs-out"].alive() or not calls["expires"].alive(), LIMIT_S, "a session to run out")
    took = time.monotonic() - begun
    check(took >= EXPIRY_S, f"a session of 90 s was given up after {took:.1f} s, {EXPIRY_S} s are due")
    for name, call in calls.items():
        got = call.code(LIMIT_S)
        check(got == codes[name], f"our call to {name!r} ended with {got}, {codes[name]} is wanted: {call.text()[-900:]}")
    passed(*callers.values(), *callees.values(), seconds=LIMIT_S)
    # the reason of each end is told
    for name, wanted in {"expires": ("expired", 200), "too-often": ("server", 422), "no-timers": ("unsupported", 420)}.items():
        told = next((fields["cause"], fields["sip_code"]) for fields in lines(calls[name], "call") if fields["state"] == "ended")
        check(told == wanted, f"our call {name} tells the end {told}, {wanted} is wanted")
    check("the call broke off: its time was over" in calls["expires"].text(), f"our call does not say that its time was over:\n{calls['expires'].text()[-900:]}")
    check(all(program.alive() for program in echoes), "an echo died")


if __name__ == "__main__":
    test(run, 170)
