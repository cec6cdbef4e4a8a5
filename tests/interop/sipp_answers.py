#!/usr/bin/env python3
"""SIPp takes our calls in all the ways that phones and gateways do: early media, several answers, fewer codecs, other packet times, other numbers for digits,
no audio at all, none that we could use, several early dialogs, redirections, challenges without a password, refusals. Our command's exit code and report give the outcome."""
import json

from peers import check, microsip, needs, test
from raw import Ear
from scenario import Scenario, passed, sdp

def ended(scenario):
    """We hang up, it agrees."""
    return scenario.hear("BYE").answer("200 OK", tag=None, repeat=False)


def answered(name, offer, **how):
    return ended(Scenario(name).hear("INVITE").answer("200 OK", offer, **how).hear("ACK"))


def run():
    needs("sipp")
    ears = {name: Ear() for name in ("early", "pcma", "ptime-30", "digits-97", "no-digits", "several", "dropped")}
    at = {name: ear.port for name, ear in ears.items()}
    cases = {
        # early media, then the same description in the 200, then without one in it
        "early": (0, ended(Scenario("early").hear("INVITE").answer("183 Session Progress", sdp(at["early"])).pause(300).answer("200 OK", sdp(at["early"])).hear("ACK"))),
        "early-only": (0, ended(Scenario("early-only").hear("INVITE").answer("180 Ringing").answer("183 Session Progress", sdp(9)).pause(100).answer("200 OK", sdp(9)).hear("ACK"))),
        "pcma": (0, answered("pcma", sdp(at["pcma"], "8"))),
        "ptime-30": (0, answered("ptime-30", sdp(at["ptime-30"], "0", "a=ptime:30\n"))),
        "digits-97": (0, answered("digits-97", sdp(at["digits-97"], "0 97", "a=fmtp:97 0-15\n"))),
        "no-digits": (0, answered("no-digits", sdp(at["no-digits"], "0"))),
        "several": (0, answered("several", sdp(at["several"], "8 0 101"))),
        # nothing in common, no audio, no description: the call is acknowledged, and ended with BYE (RFC 3261 13.2.2.4)
        "foreign": (1, answered("foreign", sdp(9, "18"))),
        "no-audio": (1, answered("no-audio", sdp(0))),
        "nothing": (1, answered("nothing", "")),
        # no tag in To, as before RFC 3261: it is a dialog all the same (RFC 3261 12.1.2)
        "untagged": (0, answered("untagged", sdp(9), tag=None)),
        # the callee is alone with its BYE
        "hangs-up": (0, Scenario("hangs-up").hear("INVITE").answer("200 OK", sdp(9)).hear("ACK").pause(300)
                     .raw("BYE [next_url] SIP/2.0\nVia: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-bye\nMax-Forwards: 70\n"
                          "From: <sip:peer@[local_ip]>;tag=[pid]-hangs-up-[call_number]\nTo[last_From:]\n[last_Call-ID:]\nCSeq: 1 BYE\n"
                          "Reason: Q.850;cause=16;text=\"Normal call clearing\"\nContent-Length: 0\n")),
        # three early dialogs, one of them is taken
        "forked": (0, ended(Scenario("forked").hear("INVITE").answer("180 Ringing", tag="a").answer("180 Ringing", tag="b").answer("183 Session Progress", sdp(9), tag="c")
                            .answer("180 Ringing", tag="a").answer("200 OK", sdp(at["dropped"]), tag="b").hear("ACK", To="forkedb-"))),
        # busy, in its kinds
        "busy": (1, Scenario("busy").hear("INVITE").answer("486 Busy Here", tag="").hear("ACK")),
        "declined": (1, Scenario("declined").hear("INVITE").answer("180 Ringing").answer("603 Decline").hear("ACK")),
        "away": (4, Scenario("away").hear("INVITE").answer("480 Temporarily Unavailable", more="Retry-After: 60").hear("ACK")),
        "unsupported": (1, Scenario("unsupported").hear("INVITE").answer("421 Extension Required", more="Require: 100rel").hear("ACK")),
        "challenged": (1, Scenario("challenged").hear("INVITE").answer("407 Proxy Authentication Required", more='Proxy-Authenticate: Digest realm="x", nonce="1"').hear("ACK")),
        "odd-status": (1, Scenario("odd-status").hear("INVITE").answer("699 Never Heard Of").hear("ACK")),
        # RFC 3262 4: the reliable 180 gets its PRACK
        "reliable": (0, ended(Scenario("reliable").hear("INVITE", body="Supported: 100rel").answer("180 Ringing", more="Require: 100rel\nRSeq: 1")
                              .hear("PRACK", RAck="1 +[0-9]+ +INVITE").answer("200 OK", tag=None, repeat=False).answer("200 OK", sdp(9), invite=True).hear("ACK"))),
        "named": (0, answered("named", sdp(9), contact='"Peer, The \\"first\\"" <sip:peer@[local_ip]:[local_port];transport=udp>;q=0.5;expires=60')),
    }
    callees = {name: scenario.start() for name, (_, scenario) in cases.items()}
    calls = {name: microsip(f"call-{name}", "--json", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--for", "400ms",
                            *(["--dtmf", "5"] if "digits" in name else []))
             for name, callee in callees.items()}
    # the first contact of a redirection leads to one that answers, and 302 to nowhere ends the call
    target = answered("target", sdp(9)).start()
    redirecting = (Scenario("moved").hear("INVITE").answer("302 Moved Temporarily", contact=f"<sip:target@127.0.0.1:{target.port}>;q=0.9").hear("ACK").start(),
                   Scenario("lost").hear("INVITE").answer("302 Moved Temporarily", contact="<mailto:peer@example.test>").hear("ACK").start())
    moved = [microsip(f"call-302-{n}", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--for", "400ms") for n, callee in enumerate(redirecting)]

    for name, (code, _) in cases.items():
        got = calls[name].code(20)
        check(got == code, f"our call to {name!r} ended with {got}, {code} is wanted: {calls[name].text()[-600:]}")
    passed(*callees.values(), target, *redirecting)
    check(moved[0].code(10) == 0, f"a redirected call ended with {moved[0].process.returncode}, 0 is wanted")
    check(moved[1].code(10) == 1, f"a call redirected to a mail address ended with {moved[1].process.returncode}, 1 is wanted")

    heard = {name: ear.packets() for name, ear in ears.items()}
    for name, packets in heard.items():
        check(len(packets) >= 8, f"{len(packets)} packets came to {name!r}")
    check({packet[1] & 0x7F for packet in heard["pcma"] + heard["several"]} <= {8, 101}, "an answer that prefers PCMA was sent something else")
    check({len(packet) - 12 for packet in heard["ptime-30"]} == {240}, "an answer with ptime 30 was sent other packets")
    check(any(packet[1] & 0x7F == 97 for packet in heard["digits-97"]), "the digit did not leave under the number of the answer, 97")
    check({packet[1] & 0x7F for packet in heard["no-digits"]} == {0}, "digits left under a number that the answer does not have")
    codec = next(json.loads(line)["codec"] for line in calls["several"].text().splitlines() if '"codec"' in line)
    check(codec == "PCMA/8000", f"the codec of an answer with PCMA first is said to be {codec}")


if __name__ == "__main__":
    test(run)
