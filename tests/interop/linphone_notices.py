#!/usr/bin/env python3
"""A message that asks for notices (RFC 5438): linphone opens our envelope (RFC 3862), whose writer has to be the one of the MESSAGE, and shows what is in it."""
from bare import ADDRESS, enter
from linphone import Linphone
from peers import LOGS, check, microsip, test, write_tone

# it keeps its own notices until it is registered, so none is waited for here
ACCOUNT = f"default_proxy=0\n[proxy_0]\nreg_proxy=<sip:{ADDRESS}>\nreg_identity=sip:linphone@{ADDRESS}\nreg_sendregister=0\n"


def run():
    enter("linphonec")
    linphone = Linphone("linphone", 5064, 7078, write_tone(LOGS / "440.wav", 440, 1), more=ACCOUNT)
    ours = microsip("ours", "message", linphone.uri, "hello", "--notices", "--for", "1s", "--uri", f"sip:us@{ADDRESS}", "--no-register", "--listen", f"{ADDRESS}:5060")
    check(ours.code(20) == 0, f"ours ended with {ours.process.returncode}, 0 is wanted")
    linphone.wait(f"Message received from sip:us@{ADDRESS}: hello")
    linphone.end()


if __name__ == "__main__":
    test(run)
