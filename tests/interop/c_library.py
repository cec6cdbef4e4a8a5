#!/usr/bin/env python3
"""The C examples with peers: by pull, by callbacks, and the sans-I/O loop over its own sockets each call baresip, which hears their tone; baresip calls the C program that
answers, which tells its digits and records its tone; SIPp's built-in server and caller take both kinds."""
import os
import shutil
from pathlib import Path

from bare import ADDRESS, Baresip, enter
from peers import HERE, LOGS, MICROSIP, Program, cannot, check, check_heard, heard, needs, sipp, sipp_counts, subprocess, test, until, write_tone


def build():
    library = Path(os.environ.get("LIBRARY") or Path(MICROSIP).parent)
    if not list(library.glob("libmicrosip.*")):
        cannot(f"the C library is not in {library}: cargo build --release -p microsip-c makes it")
    if not (shutil.which("cc") and shutil.which("make")):
        cannot("cc and make are not installed")
    done = subprocess.run(["make", "--silent", "-C", HERE.parents[1] / "examples/c", f"LIBRARY={library}", f"OUT={LOGS / 'c'}"], capture_output=True, text=True)
    check(done.returncode == 0, f"the C examples were not built: {done.stderr}")
    return LOGS / "c"


def run():
    needs("sipp")
    programs = build()
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 2), write_tone(LOGS / "620.wav", 620, 12)
    bare = Baresip("bare", 5060, high, "answermode=auto")

    # the engine's own loop has a tone of its own, of 440 Hz too
    callers = [Program(name, programs / name, bare.uri, *([low] if name != "loop" else [])) for name in ("dial", "callback", "loop")]
    for caller in callers:
        check(caller.code(15) == 0, f"the C program {caller.name!r}, calling baresip, ended with {caller.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED", 3)

    # its lines are to come one by one
    answering = Program("answer", "stdbuf", "-oL", programs / "answer", f"{ADDRESS}:5080", LOGS / "answer.wav")
    answering.wait_udp(5080)
    bare.do("dial", f"sip:us@{ADDRESS}:5080")
    bare.wait("CALL_ESTABLISHED", 4)
    for key in "17#":
        bare.do("sndcode", key)
        answering.wait_line(f"digit {key}", 4)
    until(lambda: heard(LOGS / "answer.wav", 620) >= 0.75, 5, "a recording of baresip's tone")
    bare.do("hangup")
    check(answering.code(5) == 0, f"the C program that answers ended with {answering.process.returncode}, 0 is wanted")
    bare.end()
    check(answering.text().count("digit ") == 3, f"of three digits the C program told: {answering.text()}")
    check_heard(LOGS / "answer.wav", 620, 0.75, "the C program that answers")
    heard_by_bare = [heard(path, 440) for path in bare.heard()[:3]]
    check(sum(seconds >= 1.0 for seconds in heard_by_bare) >= 1, f"baresip heard 440 Hz for {heard_by_bare} s")

    server = sipp("uas", "-sn", "uas", "-p", 5090, "-mp", 6000, "-m", 3, address=ADDRESS)
    server.wait_udp(5090)
    callers = [Program(f"{name}-sipp", programs / name, f"sip:service@{ADDRESS}:5090", *([low] if name != "loop" else [])) for name in ("dial", "callback", "loop")]
    for caller in callers:
        check(caller.code(15) == 0, f"the C program {caller.name!r}, calling SIPp, ended with {caller.process.returncode}, 0 is wanted")
    check(server.code(10) == 0, f"SIPp, called, ended with {server.process.returncode}")
    counts = sipp_counts("uas")
    check(counts["SuccessfulCall"] == 3 and counts["Retransmissions"] == 0, f"SIPp counted {counts}")


if __name__ == "__main__":
    test(run)
