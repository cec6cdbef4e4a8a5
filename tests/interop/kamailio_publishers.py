#!/usr/bin/env python3
"""linphone and Twinkle publish their presence at Kamailio, each in its own words, and `microsip presence --watch` prints both."""
from bare import ADDRESS, enter, lines
from kamailio_states import PASSWORDS, account, server
from linphone import Linphone
from peers import LOGS, check, microsip, needs, test, until, write_tone
from twinkle import Twinkle


def run():
    enter("linphonec")
    needs("twinkle-console", "kamailio")
    kamailio = server("kamailio", address=ADDRESS)
    proxy = f"{ADDRESS}:{kamailio.port}"
    watcher = microsip("watcher", "--json", "presence", "--watch", "sip:bob@phones.test", "sip:twinkle@phones.test", *account("alice", kamailio.port, address=ADDRESS))
    until(lambda: len([state for state in lines(watcher, "subscription") if state["state"] == "active"]) == 2, 8, "both to be watched")

    def becomes(user, lamp, count):
        """The state of a user, as the one with this number that was told."""
        own = lambda: [told for told in lines(watcher, "notify") if told["uri"] == f"sip:{user}@phones.test"]
        told = until(lambda: len(own()) >= count and own()[count - 1], 8, f"{user} to be {lamp}")
        check(told["lamp"] == lamp, f"{user} published {lamp}, told was {told}")
        return told

    linphone = Linphone("linphone", 5064, 7078, write_tone(LOGS / "440.wav", 440, 1),
                        more=f"[proxy_0]\nreg_proxy=<sip:{proxy};transport=udp>\nreg_route=<sip:{proxy};transport=udp;lr>\nreg_identity=sip:bob@phones.test\nreg_sendregister=1\n"
                             f"publish=1\n[auth_info_0]\nusername=bob\npasswd={PASSWORDS['bob']}\nrealm=phones.test\n")
    told = becomes("bob", "open", 1)
    check(told["contact"] == "sip:bob@phones.test", f"linphone names where it can be reached, told was {told}")

    twinkle = Twinkle("twinkle", 5062, 8000, "disabled", domain="phones.test", more=f"use_outbound_proxy=yes\noutbound_proxy={proxy}\n")
    for count, (word, lamp) in enumerate([("online", "open"), ("offline", "closed"), ("online", "open")], 1):
        twinkle.do(f"presence -b {word}")
        becomes("twinkle", lamp, count)
    check(len([told for told in lines(watcher, "notify") if "bob" in told["uri"]]) == 1, "linphone has not changed, and was told again")

    # linphone takes its presence back by a PUBLISH without Content-Length, which Kamailio refuses: its end is not watched
    for phone in (linphone, twinkle):
        phone.end()
    check(watcher.end() == 0, f"the watcher, interrupted, ended with {watcher.process.returncode}, 0 is wanted")


if __name__ == "__main__":
    test(run)
