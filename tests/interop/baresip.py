#!/usr/bin/env python3
"""baresip calls us, we call baresip: both sides hear the other's tone, both ways of ending, digits arrive."""
from peers import LOGS, Namespace, Program, check, check_heard, microsip, needs, subprocess, test, until, write_tone

# baresip 1.0 ignores 127.0.0.1; an address for documentation (RFC 5737) on the namespace's own lo is one that it takes.
ADDRESS = "192.0.2.1"


def baresip(name, space, port, tone, *arguments):
    """Its own folder: configuration, the account `bare` that answers by itself, and the sound that it sent and heard as WAV files."""
    home = LOGS / name
    home.mkdir()
    (home / "config").write_text("\n".join([
        f"sip_listen {ADDRESS}:{port}", f"audio_source aufile,{tone}", "call_max_calls 4", "call_hold_other_calls no",
        "module_path /usr/lib/baresip/modules", "module g711.so", "module aufile.so", "module sndfile.so",
        "module_tmp account.so", "module_app menu.so", f"snd_path {home}", "rtp_ports 30000-30100", "",
    ]))
    (home / "accounts").write_text(f"<sip:bare@{ADDRESS}>;regint=0;answermode=auto\n")
    (home / "contacts").write_text("")
    program = Program(name, "baresip", "-f", home, "-v", *arguments, inside=space.name)
    program.home = home
    if not arguments:
        until(lambda: port in ports(space), 5, f"baresip to listen on {port}")
    return program


def ports(space):
    lines = subprocess.run(["ip", "netns", "exec", space.name, "cat", "/proc/net/udp"], capture_output=True, text=True).stdout.splitlines()[1:]
    return {int(line.split()[1].rsplit(":", 1)[1], 16) for line in lines}


def heard_by_baresip(program):
    return until(lambda: next(iter(program.home.glob("dump-*-dec.wav")), None), 5, "baresip's recording")


def run():
    needs("baresip")
    space = Namespace()
    subprocess.run(["ip", "netns", "exec", space.name, "ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)

    # We call, with digits, and hang up.
    callee = baresip("callee", space, 5070, high)
    ours = microsip("caller", "call", f"sip:bare@{ADDRESS}:5070", "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low,
                    "--record", LOGS / "caller.wav", "--for", "4s", inside=space.name)
    check(ours.code(20) == 0, f"our call to baresip ended with {ours.process.returncode}, 0 is wanted")
    callee.wait_line(r"terminated|Connection reset|session closed", 5)
    callee.end()
    check_heard(LOGS / "caller.wav", 620, 2.0, "our caller")
    check_heard(heard_by_baresip(callee), 440, 2.0, "baresip, called,")

    # baresip calls, we hang up.
    ours = microsip("answerer", "answer", "--listen", f"{ADDRESS}:5081", "--null-audio", "--play", low, "--record", LOGS / "answerer.wav",
                    "--for", "4s", inside=space.name)
    until(lambda: 5081 in ports(space), 5, "microsip answer to listen")
    caller = baresip("caller-baresip", space, 5072, high, "-e", f"/dial sip:us@{ADDRESS}:5081")
    check(ours.code(20) == 0, f"answering baresip ended with {ours.process.returncode}, 0 is wanted")
    caller.wait_line(r"terminated|Connection reset|session closed", 5)
    caller.end()
    check_heard(LOGS / "answerer.wav", 620, 2.0, "our answerer")
    check_heard(heard_by_baresip(caller), 440, 2.0, "baresip, calling,")

    # baresip calls, and hangs up: it leaves after four seconds.
    ours = microsip("left", "answer", "--listen", f"{ADDRESS}:5082", "--null-audio", "--play", low, "--record", LOGS / "left.wav", inside=space.name)
    until(lambda: 5082 in ports(space), 5, "microsip answer to listen")
    caller = baresip("caller-leaves", space, 5074, high, "-t", "4", "-e", f"/dial sip:us@{ADDRESS}:5082")
    check(ours.code(20) == 0, f"a call that baresip ended left us with {ours.process.returncode}, 0 is wanted")
    check_heard(LOGS / "left.wav", 620, 1.5, "our answerer, left by baresip,")

    # Digits, heard by our side as events: baresip's keys are a console's, so we send and SIPp's sibling tests receive; here they must not break the call.
    callee = baresip("callee-digits", space, 5076, high)
    ours = microsip("digits", "call", f"sip:bare@{ADDRESS}:5076", "--listen", f"{ADDRESS}:5083", "--null-audio", "--dtmf", "1,2#", "--for", "3s",
                    inside=space.name)
    check(ours.code(20) == 0, f"our call with digits ended with {ours.process.returncode}, 0 is wanted")


if __name__ == "__main__":
    test(run)
