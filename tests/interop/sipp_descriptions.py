#!/usr/bin/env python3
"""Session descriptions as the world writes them, offered by SIPp: lines left out, in another order, twice, with what browsers and gateways add. Those that can be
understood are answered; those whose address or session cannot be known get 400 or 488 with a Warning that says why (RFC 3261 13.3.1.3, RFC 8866)."""
from peers import check, echo, needs, test
from scenario import Scenario, passed, sdp

CANDIDATES = "".join(f"a=candidate:{n} 1 UDP {2130706431 - n} 192.0.2.{n} {5000 + n} typ host generation 0 network-id 1 network-cost 50\n" for n in range(1, 16))
BROWSER = f"a=rtcp-mux\na=rtcp-rsize\na=ssrc:123 cname:x\na=ssrc:123 msid:a b\na=mid:0\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\na=ice-ufrag:abcd\na=ice-pwd:{'y' * 22}\n"


def run():
    needs("sipp")
    server = echo()
    good = sdp(9)
    answered = {
        "no-time": good.replace("t=0 0\n", ""),
        "no-name": good.replace("s=-\n", ""),
        "empty-name": good.replace("s=-", "s="),
        "blank-name": good.replace("s=-", "s= "),
        "address-in-media": good.replace("c=IN IP4 [local_ip]\n", "") + "c=IN IP4 [local_ip]\n",
        "address-twice": good + "c=IN IP4 [local_ip]\n",
        "order": good.replace("s=-\nc=IN IP4 [local_ip]\n", "c=IN IP4 [local_ip]\ns=-\n"),
        "spaces": good.replace("RTP/AVP 0 8 101\n", "RTP/AVP 0  8 101 \n"),
        "bandwidth": good.replace("t=0 0\n", "b=AS:80\nb=TIAS:64000\nt=0 0\n") + "b=AS:80\n",
        "everything": good.replace("s=-\n", "s=a call\ni=what it is\nu=http://example.test\ne=x@example.test\np=+49 30 1\n")
            .replace("t=0 0\n", "t=3724394400 3724398000\nr=604800 3600 0 90000\nz=0 0\nk=clear:x\n"),
        "lower-case": good.replace("PCMU", "pcmu").replace("PCMA", "Pcma"),
        "ttl": good.replace("c=IN IP4 [local_ip]", "c=IN IP4 127.0.0.1/127"),
        "many-ports": good.replace("m=audio 9 ", "m=audio 9/1 "),
        "large-numbers": good.replace("peer 7 1", "- 18446744073709551615 99999999999999999999"),
        "blank-end": good + "\n",
        "crypto": good + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4\n",
        "browser": good + BROWSER + CANDIDATES,
        "two-audio": good + "m=audio 11 RTP/AVP 0\n",
        "no-maps": sdp(9, "0 8 3 4 18", "").replace("a=rtpmap:0 PCMU/8000\n", "").replace("a=rtpmap:8 PCMA/8000\n", ""),
    }
    refused = {
        "no-origin": ("400", good.replace("o=peer 7 1 IN IP4 [local_ip]\n", "")),
        "no-version": ("400", good.replace("v=0\n", "")),
        "no-address": ("400", good.replace("c=IN IP4 [local_ip]\n", "")),
        "other-family": ("488", good.replace("c=IN IP4 [local_ip]", "c=IN IP6 ::1")),
        "too-long": ("513", good + 4 * CANDIDATES),
        "many": ("488", good.replace("c=IN IP4 [local_ip]", "c=IN IP4 224.2.1.1/127")),
        "video-only": ("488", good.replace("m=audio", "m=video")),
        "other-clock": ("488", sdp(9, "98", "a=rtpmap:98 PCMU/16000\n")),
    }
    running = [Scenario(name).call(offer, body="m=audio [1-9][0-9]* RTP/AVP").bye(2).start(server.port) for name, offer in answered.items()]
    warning = {"Warning": "3[0-9][0-9] 127.0.0.1"}
    running += [Scenario(name).ask("INVITE", 1, offer).refused(status, **({} if status == "513" else warning)).start(server.port)
                for name, (status, offer) in refused.items()]
    passed(*running)
    check(server.alive(), "the echo died")


if __name__ == "__main__":
    test(run)
