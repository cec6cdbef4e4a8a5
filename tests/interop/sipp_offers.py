#!/usr/bin/env python3
"""SIPp offers what real phones offer: late, again with another address, held, unusable, in a body of several parts, with many lines. Each gets the answer that
RFC 3264 wants, the media goes where the last offer said, and a bad re-offer costs nothing but itself."""
from peers import check, echo, needs, test
from raw import Ear
from scenario import Scenario, passed, sdp

MULTIPART = """--part
Content-Type: text/plain

Not for a phone.
--part
Content-Type: application/sdp
Content-Disposition: session;handling=required

{}--part--
"""


def again(scenario, number, offer, /, status="200", **checks):
    """A re-INVITE."""
    scenario.ask("INVITE", number, offer).hear("100", optional=True)
    if status == "200":
        return scenario.hear("200", dialog=True, **checks).ask("ACK", number, branch=f"ACK{number}")
    return scenario.hear(status, **checks).ask("ACK", number, branch=f"INVITE{number}")


def run():
    needs("sipp")
    server = echo()
    ears = {name: Ear() for name in ("late", "first", "second", "held", "resumed", "bad", "parts", "lines", "10", "40", "pcma", "idle", "old", "inactive", "listens", "removed", "returned")}
    at = {name: ear.port for name, ear in ears.items()}
    sound = {"body": "m=audio [1-9][0-9]* RTP/AVP"}
    running = [
        Scenario("late").ask("INVITE", 1).taken(late=sdp(at["late"]), **{"Content_Type": "application/sdp"}).pause(300).bye(2),
        again(Scenario("moved").call(sdp(at["first"]), **sound).pause(300), 2, sdp(at["second"], version=2), **sound).pause(300).bye(3),
        again(again(Scenario("held").call(sdp(at["held"])).pause(200), 2, sdp(at["held"], more="a=sendonly\n", version=2), body="a=recvonly").pause(600),
              3, sdp(at["resumed"], more="a=sendrecv\n", version=3), no_body="a=(recvonly|inactive|sendonly)").pause(300).bye(4),
        again(Scenario("old-hold").call(sdp(at["old"])).pause(200), 2, sdp(at["old"], address="0.0.0.0", version=2)).pause(300).bye(3),
        again(Scenario("inactive").call(sdp(at["inactive"])).pause(200), 2, sdp(at["inactive"], more="a=inactive\n", version=2), body="a=inactive").pause(600).bye(3),
        again(Scenario("listens").call(sdp(at["listens"])).pause(200), 2, sdp(at["listens"], more="a=recvonly\n", version=2), body="a=sendonly").pause(600).bye(3),
        again(again(Scenario("removed").call(sdp(at["removed"])).pause(200), 2, sdp(0, version=2), body="m=audio 0 RTP/AVP").pause(600),
              3, sdp(at["returned"], version=3), **sound).pause(300).bye(4),
        again(Scenario("bad").call(sdp(at["bad"])), 2, sdp(at["bad"], "18"), status="488", Warning="3[0-9][0-9]").pause(600).bye(3),
        again(Scenario("worse").call(sdp(at["idle"])), 2, "this is no description\n", status="400").bye(3),
    ]
    running = [scenario.start(server.port) for scenario in running]
    parts = Scenario("parts").ask("INVITE", 1, MULTIPART.format(sdp(at["parts"])), kind="multipart/mixed;boundary=part").taken(**sound).pause(300).bye(2)
    lines = sdp(at["lines"], "18 8 0 97", "m=video 6000 RTP/AVP 99\na=rtpmap:99 H264/90000\nm=application 6002 UDP/BFCP *\n")
    running += [scenario.start(server.port) for scenario in (
        parts,
        Scenario("lines").call(lines, body="m=audio [1-9][0-9]* RTP/AVP 8 0 97.*m=video 0 RTP/AVP 99.*m=application 0 UDP/BFCP").pause(300).bye(2),
        Scenario("ptime-10").call(sdp(at["10"], "0", "a=ptime:10\n"), **sound).pause(400).bye(2),
        Scenario("ptime-40").call(sdp(at["40"], "0", "a=ptime:40\na=maxptime:60\n"), **sound).pause(400).bye(2),
        Scenario("pcma").call(sdp(at["pcma"], "8 96"), body="RTP/AVP 8 96").pause(300).bye(2),
        Scenario("idle").call(sdp(0), body="m=audio 0 RTP/AVP").bye(2),
        Scenario("secure").ask("INVITE", 1, sdp(4000).replace("RTP/AVP", "UDP/TLS/RTP/SAVPF")).refused("488", Warning="3[0-9][0-9]"),
        Scenario("foreign").ask("INVITE", 1, "<?xml version='1.0'?>\n", kind="application/pidf+xml").refused("415", Accept="application/sdp"),
    )]
    passed(*running)
    check(server.alive(), "the echo died")

    heard = {name: ear.packets() for name, ear in ears.items()}
    count = {name: len(packets) for name, packets in heard.items()}
    for name in ("late", "first", "second", "resumed", "parts", "lines", "pcma", "returned"):
        check(count[name] >= 8, f"{count[name]} packets came to the media address {name!r}, about 15 are wanted ({count})")
    check(count["first"] <= 25, f"{count['first']} packets came to the old address, which stopped being ours after 0.3 s")
    for name in ("held", "old", "inactive", "removed"):
        check(count[name] <= 20, f"{count[name]} packets came to {name!r}, which was on hold after 0.2 s")
    check(count["listens"] >= 20, f"{count['listens']} packets came in 0.8 s to one that only listens after 0.2 s")
    check(count["bad"] >= 20, f"{count['bad']} packets came in the 0.6 s after a re-offer that got 488: the call did not go on as before")
    for name, samples in (("10", 80), ("40", 320), ("lines", 160)):
        sizes = {len(packet) - 12 for packet in heard[name]}
        check(sizes == {samples}, f"packets to {name!r} hold {sizes} bytes, {samples} are wanted")
    check({packet[1] & 0x7F for packet in heard["pcma"] + heard["lines"]} == {8}, "PCMA was agreed, something else came")


if __name__ == "__main__":
    test(run)
