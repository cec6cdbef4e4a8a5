#!/usr/bin/env python3
"""Digits by SIP INFO between SIPp and us, in both bodies and both roles: one at a time and in order, told with their method; what is no digit is refused by its
kind; a far end that refuses ours, or that is gone, is told so. Packages of INFO (RFC 6086): each side says which it takes, one that comes is shown, another one
gets 469 with the list."""
from bare import lines
from peers import check, free_port, microsip, needs, test, until
from scenario import Scenario, passed, sdp


def ours(name, digits, by, scenario):
    """We call SIPp, with digits."""
    callee = scenario.start()
    call = microsip(name, "--json", "call", f"sip:peer@127.0.0.1:{callee.port}", "--null-audio", "--dtmf", digits, "--digits-by", by)
    return callee, call


def hears(scenario, kind, bodies):
    """SIPp takes our call, and each INFO with this body."""
    scenario.hear("INVITE", Allow="INFO").answer("200 OK", sdp(9)).hear("ACK")
    for body in bodies:
        scenario.hear("INFO", Content_Type=kind, no_Info_Package=".", body=body).answer("200 OK", tag=None, repeat=False)
    return scenario


def run():
    needs("sipp")
    port = free_port()
    answerer = microsip("answerer", "--json", "answer", "--listen", f"127.0.0.1:{port}", "--null-audio")
    answerer.wait_udp(port)
    theirs = (Scenario("sends").call(sdp(9))
              .ask("INFO", 2, "Signal=5\nDuration=160\n", kind="application/dtmf-relay").hear("200")
              .ask("INFO", 3, "Signal= *\nDuration= 250\n", kind="application/dtmf-relay").hear("200")
              .ask("INFO", 4, "7\n", kind="application/dtmf").hear("200")
              .ask("INFO", 5, "D", kind="application/dtmf").hear("200")
              .ask("INFO", 6).hear("200")
              .ask("INFO", 7, "Signal=five\n", kind="application/dtmf-relay").hear("400")
              .ask("INFO", 8, "<media_control/>", kind="application/media_control+xml").hear("415", Accept="application/dtmf-relay, application/dtmf")
              .ask("INFO", 9, "5", more="Info-Package: weather", kind="application/dtmf").hear("469", Recv_Info="")
              .bye(10)).start(port)
    shows = free_port()
    echo = microsip("shows", "--json", "echo", "--listen", f"127.0.0.1:{shows}", "--info-packages", "foo, *")
    echo.wait_udp(shows)
    packages = (Scenario("packages").ask("INVITE", 1, sdp(9), more="Recv-Info: beta").taken(Recv_Info="foo")
                .ask("INFO", 2, "<x>one</x>", more="Info-Package: foo;n=1\nContent-Disposition: Info-Package", kind="application/x+xml").hear("200", no_Recv_Info=".")
                .ask("INFO", 3, "<media_control/>", kind="application/media_control+xml").hear("200")
                .ask("INFO", 4, more="Info-Package: bar").hear("469", Recv_Info="foo")
                .ask("INVITE", 5, sdp(9)).taken(5, no_Recv_Info=".")
                .bye(6)).start(shows)
    relay, ended = "application/dtmf-relay", lambda scenario: scenario.hear("BYE").answer("200 OK", tag=None, repeat=False)
    calls = {
        "relay": ours("ours-relay", "1w2#", "info", ended(hears(Scenario("relay"), relay, [f"Signal={digit}.*Duration=160" for digit in "12#"]))),
        "plain": ours("ours-plain", "9,A", "info-plain", ended(hears(Scenario("plain"), "application/dtmf", ["9", "A"]))),
        # without telephone-events in its description
        "auto-info": ours("ours-auto", "3", "auto-info", ended(Scenario("auto-info").hear("INVITE").answer("200 OK", sdp(9, "0")).hear("ACK")
                                                               .hear("INFO", Content_Type=relay, body="Signal=3").answer("200 OK", tag=None, repeat=False))),
        "refuses": ours("ours-refused", "45", "info", ended(Scenario("refuses").hear("INVITE").answer("200 OK", sdp(9)).hear("ACK")
                                                            .hear("INFO", body="Signal=4").answer("415 Unsupported Media Type", tag=None, repeat=False))),
    }
    passed(theirs, packages, *(callee for callee, _ in calls.values()))
    shown = [(fields["package"], fields["content_type"], fields["text"].strip()) for fields in lines(echo, "info")]
    wanted = [("foo;n=1", "application/x+xml", "<x>one</x>"), ("", "application/media_control+xml", "<media_control/>")]
    check(shown == wanted, f"SIPp sent {wanted}, shown were {shown}")
    check(answerer.code(10) == 0, f"our answerer ended with {answerer.process.returncode}, 0 is wanted")
    got = [(fields["digit"], fields["by"], fields["ms"]) for fields in lines(answerer, "digit")]
    wanted = [("5", "info", 160), ("*", "info", 250), ("7", "info-plain", 0), ("D", "info-plain", 0)]
    check(got == wanted, f"SIPp sent {wanted}, told were {got}")
    for name, digits, by in (("relay", "12#", "info"), ("plain", "9A", "info-plain"), ("auto-info", "3", "info")):
        call = calls[name][1]
        check(call.code(10) == 0, f"our call {name} ended with {call.process.returncode}, 0 is wanted")
        sent = [(fields["digit"], fields["by"]) for fields in lines(call, "digit_sent")]
        check("".join(digit for digit, _ in sent) == digits and all(way == by for _, way in sent), f"{name}: {digits} by {by} were to be told as sent, told were {sent}")
    refused = calls["refuses"][1]
    until(lambda: not refused.alive(), 10, "our refused call to end")
    check("415" in refused.text() and not lines(refused, "digit_sent"), f"the refusal is not told:\n{refused.text()}")


if __name__ == "__main__":
    test(run)
