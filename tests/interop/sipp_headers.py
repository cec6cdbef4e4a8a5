#!/usr/bin/env python3
"""SIPp writes its messages as the grammar allows and few do: compact names, joined lines, odd white space, tel:, long names and values, fifteen Vias, a
route set; and as it forbids (RFC 3261 7.3, 8.1.1.8, 12.1.1, 19.1, 20)."""
from peers import check, echo, needs, test
from scenario import PARTY, Scenario, passed, sdp

WE = "[remote_ip]:[remote_port]"
COMPACT = f"""INVITE sip:echo@{WE} SIP/2.0
v: SIP / 2.0 / UDP [local_ip]:[local_port] ;branch=z9hG4bK-[pid]-compact
max-FORWARDS:   70
f: "Compact \\"quoted\\" Caller" <{PARTY}>  ;  tag=[pid]-compact
t : <sip:echo@{WE}>
i: [call_id]
cseq:  1   INVITE
m: <{PARTY};ob>;expires=3600;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"
k: timer, replaces
c: application/sdp
l: [len]

"""


def run():
    needs("sipp")
    server = echo()
    offer = sdp(9)
    running = []

    def start(scenario):
        running.append(scenario.start(server.port))

    start(Scenario("compact").raw(COMPACT + offer, repeat=True).hear("100", optional=True).hear("180", optional=True, From='"Compact ..quoted.. Caller"')
          .hear("200", dialog=True, body="m=audio [1-9]").raw(f"ACK [next_url] SIP/2.0\nv: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-ack\n"
                f"f: <{PARTY}>;tag=[pid]-compact\nt: <sip:echo@{WE}>[peer_tag_param]\ni: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nl: 0\n")
          .raw(f"BYE [next_url] SIP/2.0\nv: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-bye\n"
               f"f: <{PARTY}>;tag=[pid]-compact\nt: <sip:echo@{WE}>[peer_tag_param]\ni: [call_id]\nCSeq: 2 BYE\nMax-Forwards: 70\nl: 0\n", repeat=True).hear("200"))
    # the called number as a telephone has it
    start(Scenario("tel").ask("INVITE", 1, offer, uri="tel:+49-30-123456;phone-context=example.test", to="tel:+49-30-123456").taken().bye(2))
    start(Scenario("unknown-scheme").ask("INVITE", 1, offer, uri="soap.beep://peer.test/x").hear("100", optional=True).hear("416"))
    # fifteen proxies on the way in: every Via comes back, in order; their routes make the route set
    vias = "\n".join(f"Via: SIP/2.0/UDP 192.0.2.{n};branch=z9hG4bKproxy{n};received=198.51.100.{n};rport=5060" for n in range(1, 16))
    routes = "Record-Route: <sip:[local_ip]:[local_port];lr>, <sip:192.0.2.9;lr>\nRecord-Route: <sip:192.0.2.10:5060;lr;ftag=abc>"
    start(Scenario("vias").ask("INVITE", 1, offer, more=f"{vias}\n{routes}").hear("100", optional=True).hear("180", optional=True)
          .hear("200", dialog=True, body="proxy1;.*proxy2;.*proxy8;.*proxy15;", Record_Route="lr>, *<sip:192.0.2.9;lr>").ask("ACK", 1).bye(2))
    # long names and values, near the size of one datagram; and beyond the size that we can keep
    long = "x" * 300
    start(Scenario("long").ask("INVITE", 1, offer, more="\n".join(f"X-Header-{n}-{long[:60]}: {long}" for n in range(20)) + f'\nSubject: {"many words " * 100}').taken().bye(2))
    start(Scenario("long-routes").ask("INVITE", 1, offer, more="\n".join(f"Record-Route: <sip:proxy-{n}.{long[:200]}.test;lr>" for n in range(30)))
          .refused("513"))
    # two contacts: a dialog could not know where to go
    start(Scenario("two-contacts").ask("INVITE", 1, offer, more="Contact: <sip:other@127.0.0.1:9>").refused("400"))
    start(Scenario("hops").ask("OPTIONS", 1, more="Max-Forwards: 0", uri=f"sip:echo@{WE}").hear("400"))  # two Max-Forwards
    start(Scenario("many-headers").ask("OPTIONS", 1, more="\n".join(f"X-{n}: y" for n in range(80)), uri=f"sip:echo@{WE}").hear("400"))
    passed(*running)
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
