#!/usr/bin/env python3
"""baresip holds us and takes us back, as the calling and as the called side: during the hold we send no voice, then both hear each other again."""
import re

from bare import ADDRESS, Baresip, enter, lines, rest, waiting
from peers import LOGS, check, microsip, read_wav, test, tone_share, until, write_tone


def quarters(path, hertz, channel=0):
    """A letter for each quarter of a second: T tone, - none."""
    samples, rate = read_wav(path, channel)
    piece = rate // 4
    return "".join("T" if tone_share(samples[at : at + piece], rate, hertz) >= 0.7 else "-" for at in range(0, len(samples) - piece + 1, piece))


def gap(letters):
    """The longest pause between tones, in quarters of a second; and how many tones stand after it."""
    inner = letters.strip("-")
    pause = max((len(part) for part in inner.split("T")), default=0)
    return pause, len(inner[inner.find("-" * pause) + pause :]) if pause else 0


def hold_and_resume(bare):
    rest(0.8)
    bare.do("hold")
    rest(1.2)
    bare.do("resume")
    rest(1.0)


def run():
    enter()
    low, high = write_tone(LOGS / "440.wav", 440, 12), write_tone(LOGS / "620.wav", 620, 12)
    bare = Baresip("bare", 5060, high, "answermode=auto")

    ours = microsip("caller", "--json", "--trace", "call", bare.uri, "--listen", f"{ADDRESS}:5080", "--null-audio", "--play", low, "--record", LOGS / "caller.wav", "--for", "3500ms")
    bare.wait("CALL_ESTABLISHED")
    hold_and_resume(bare)
    check(ours.code(10) == 0, f"our call that was held ended with {ours.process.returncode}, 0 is wanted")

    theirs = waiting("answerer", 5082, "--trace", "--play", low, "--record", LOGS / "answerer.wav", "--for", "3500ms")
    bare.do("dial", theirs.uri)
    bare.wait("CALL_ESTABLISHED", 2)
    hold_and_resume(bare)
    check(theirs.code(10) == 0, f"answering one that holds ended with {theirs.process.returncode}, 0 is wanted")
    bare.wait("CALL_CLOSED", 2)
    bare.end()

    for program in (ours, theirs):
        labels = [fields["message"] for fields in lines(program, "trace") if fields["way"] == "received" and fields["message"].startswith("INVITE")]
        check(sum("a=sendonly" in label or "a=inactive" in label for label in labels) >= 1, f"{program.name}: baresip sent no offer that holds, so this showed nothing")
        heard = quarters(LOGS / f"{program.name}.wav", 620)
        pause, after = gap(heard)
        (end,) = [fields for fields in lines(program, "call") if fields["state"] == "ended"]
        check(80 <= end["sent"] <= 140, f"{program.name} sent {end['sent']} packets in 3.5 s of which 1.2 s were on hold; about 115 are wanted")
        check(end["lost"] <= 2, f"{program.name} takes the pause for {end['lost']} lost packets")
        check(pause >= 3 and after >= 2, f"{program.name} heard {heard} of baresip's tone: a pause of a second, and tone after it, are wanted")
    # Its recorder stops at a hold and never goes on (with another baresip too), so its counts show the packets that came afterwards.
    check(len(bare.heard()) == 2, "baresip left no recording of each call")
    for path in bare.heard():
        check(quarters(path, 440).count("T") >= 2, f"baresip heard {quarters(path, 440)} of our tone before it held ({path.name})")
    received = [int(count) for count in re.findall(r"^packets:\s+\d+\s+(\d+)", bare.program.text(), re.M)]
    check(len(received) == 2 and min(received) >= 60, f"baresip took {received} packets; 40 came before it held, more than 60 in all are wanted")


if __name__ == "__main__":
    test(run)
