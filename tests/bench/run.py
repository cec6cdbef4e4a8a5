#!/usr/bin/env python3
"""Measures the promised figures and writes BENCH.md: each beside its goal and the peers' figures. A miss is printed with its size.

Instructions are counted by callgrind, as the difference of two run lengths; CPU times are the kernel's own count (schedstat), not the wall's.
`run.py WORD…` measures only the groups whose names contain a word, and writes no file; with `--write` it writes BENCH.md,
where all other rows stay as they are. So counts of instructions and bytes can be taken anew on a machine that is too busy for the rest.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/interop"))
sys.dont_write_bytecode = True
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
os.environ.setdefault("MICROSIP", str(TARGET / "release/microsip"))

import peers  # noqa: E402
from peers import LOGS, MICROSIP, Failure, check, echo, free_port, microsip, sipp, sipp_counts, until, write_tone  # noqa: E402
from raw import bound  # noqa: E402

rows = []  # (group, what, goal text, ours text, verdict, peers' figures)


def key(what):
    """A row's name without the parts that differ from run to run."""
    return re.sub(r"( \(\d+ retransmissions\)|, SIPp asked for \d+|, median of 3|: (?:handle|poll)_\w+)", "", what)


def said_before():
    """BENCH.md as it stands: {title: [{column: cell}]}."""
    sections, columns, title = {}, [], None
    for line in (TOP / "BENCH.md").read_text().splitlines() if (TOP / "BENCH.md").exists() else []:
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if line.startswith("## "):
            title, columns = line[3:], []
        elif cells[:1] == ["what"]:
            columns = ["now" if cell == "ours" else cell or "verdict" for cell in cells]
        elif cells and columns and not cells[0].startswith("---"):
            sections.setdefault(title, []).append(dict(zip(columns, cells)))
    return sections


OLD = said_before()
BEFORE = {key(old["what"]): old["now"] for section in OLD.values() for old in section}
MEASURING = ""  # the word that asks for the group measured now: it stands beside each row


def row(group, what, ours, unit, goal=None, peers_say="", digits=0, more=False):
    """One line. `goal` is an upper bound (a lower one with `more`); None: nothing was promised."""
    number = f"{ours:,.{digits}f}" if isinstance(ours, (int, float)) else str(ours)
    if goal is None or not isinstance(ours, (int, float)):
        verdict = "" if isinstance(ours, (int, float)) else "NOT MEASURED"
    elif (ours >= goal) if more else (ours <= goal):
        verdict = "met"
    else:
        verdict = f"MISSED by {abs(ours - goal):,.{digits}f} {unit} ({abs(ours - goal) / goal:.0%})"
    goal_text = "" if goal is None else f"{'≥' if more else '≤'} {goal:,g} {unit}"
    rows.append((group, what, goal_text, f"{number} {unit}".strip() if not verdict == "NOT MEASURED" else number, verdict, peers_say, MEASURING))
    print(f"  {what}: {number} {unit}  (before: {BEFORE.get(key(what), 'not measured')})  {goal_text}  {verdict}", flush=True)


def failed(group, what, why):
    rows.append((group, what, "", str(why).splitlines()[0][:120], "NOT MEASURED", "", MEASURING))
    print(f"  {what}: NOT MEASURED: {why}", flush=True)


def callgrind(name, *command):
    """Starts a command under callgrind."""
    return peers.Program(name, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command)


def allocations(name, *command):
    """Of a whole run, as valgrind counts them."""
    program = peers.Program(f"allocations-{name}", "valgrind", *command)
    check(program.code(300) == 0, f"{command} failed under valgrind")
    return int(re.search(r"total heap usage: ([\d,]+) allocs", program.text())[1].replace(",", ""))


def collected(program):
    found = re.search(r"Collected : (\d+)", program.text())
    check(found, f"callgrind printed no count: {program.text()[-300:]}")
    return int(found.group(1))


def cpu_ns(pid):
    """CPU time of all threads of a process."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total


def wakes(pid):
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M).group(1))
    return total


def threads(pid):
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


# ---------------------------------------------------------------------------------------------------------------- the groups


def parsing():
    bench = TARGET / "release/microsip-bench"
    lines = [
        ("invite-lazily", "INVITE of 876 bytes, six headers typed, URIs kept as bytes", 6000, ""),
        ("invite", "the same, its three URIs taken apart too", 6000, "pjsip 17,600 (all known headers) · rsipstack 33,031 · sip-core 65,205 · rsip 66,020 · libre 96,367"),
        ("invite-sdp", "the same, and its SDP", 12000, "pjsip 30,645"),
        ("ok", "200 of 358 bytes, six headers typed", None, ""),
        ("print", "printing the INVITE", 3000, "pjsip 4,833"),
    ]
    for work, what, goal, say in lines:
        few, many = callgrind(f"{work}-few", bench, work, 1000), callgrind(f"{work}-many", bench, work, 3000)
        check(few.code(120) == 0 and many.code(120) == 0, f"microsip-bench {work} failed")
        row("parsing", what, (collected(many) - collected(few)) / 2000, "instructions", goal, say)
    listed = subprocess.run([bench, "messages"], check=True, capture_output=True, text=True).stdout.splitlines()
    messages = [line.split(" ", 3) for line in listed]
    check(len(messages) == 20, f"{len(messages)} messages are read, 20 are wanted")

    def each(work, wanted):
        """{number: instructions}"""
        costs = {}
        for number, length, _, name in wanted:
            few, many = (callgrind(f"{work}-{number}-{times}", bench, f"{work}-{number}", times) for times in (100, 300))
            check(few.code(120) == 0 and many.code(120) == 0, f"microsip-bench {work}-{number} failed")
            costs[number] = (collected(many) - collected(few)) / 200
            print(f"    {costs[number]:,.0f} {name}, {length} bytes", flush=True)
        return costs

    plain = each("message", messages)
    described = {**plain, **each("described", [m for m in messages if m[2] == "1"])}
    for costs, what, mean, worst, say in (
        (plain, "20 messages as telephones meet them (tests/bench/src/messages.txt), six headers typed with their URIs", 5000, 9000, "pjsip 22,847, all known headers"),
        (described, "the same, and the descriptions of the 8 that have one", 8000, None, "pjsip 29,534"),
    ):
        row("parsing", f"{what}: mean", statistics.mean(costs.values()), "instructions", mean, say)
        row("parsing", f"{what}: worst", max(costs.values()), "instructions", worst, f"the worst is {messages[int(max(costs, key=costs.get))][3]}")


def call_instructions(name, calls):
    port = free_port()
    server = callgrind(f"{name}-{calls}", MICROSIP, "echo", "--listen", f"127.0.0.1:{port}", "--null-audio")
    server.wait_udp(port, 30)
    caller = sipp(f"{name}-uac-{calls}", "-sn", "uac", f"127.0.0.1:{port}", "-p", free_port(), "-mp", free_port(4), "-r", 40, "-m", calls, "-d", 0, "-timeout", 120)
    check(caller.code(130) == 0, "SIPp's calls did not all succeed under callgrind")
    server.end(20)
    return collected(server)


def calls():
    # a call is over at once, and the machine's load decides if a tick of 10 ms (2,000 instructions) falls into it before: so the median of three
    figures = []
    for nth in range(3):
        few, many = call_instructions(f"ir-{nth}", 100), call_instructions(f"ir-{nth}", 600)
        figures.append((many - few) / 500)
        print(f"    {figures[-1]:,.0f}", flush=True)
    row("calls", "instructions a call as UAS (SIPp uac, -d 0), media port and SDP, median of 3", statistics.median(figures), "instructions", 200_000,
        "pjsip-perf 246,843 without SDP, 379,489 with · rsipstack 444,163 without · baresip 854,138 with media")


def cpu_of_calls(server, name, calls, rate):
    """CPU µs of the server for each of so many calls."""
    before = cpu_ns(server.pid)
    start = time.monotonic()
    caller = sipp(name, "-sn", "uac", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", rate, "-m", calls, "-timeout", 60)
    check(caller.code(70) == 0, "SIPp's calls did not all succeed")
    took = time.monotonic() - start
    return (cpu_ns(server.pid) - before) / 1000, took


def private_kb(pid):
    """The process's private memory: neither of files nor shared."""
    return int(re.search(r"^Anonymous:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))


def held(name, server, calls):
    """Calls that stay up, with their media ports open."""
    ports = len(peers.udp_ports())
    caller = sipp(name, "-sf", TOP / "tests/interop/scenarios/held.xml", f"127.0.0.1:{server.port}", "-p", free_port(), "-mp", free_port(4), "-r", min(calls, 200), "-m", calls,
                  "-l", calls, "-d", 40_000, "-timeout", 90)
    until(lambda: len(peers.udp_ports()) - ports >= 2 * calls, 30, f"{calls} pairs of media ports")
    time.sleep(2)
    return caller


def memory():
    """A phone made for one call and in one, beside a phone made for a thousand and in a thousand: memory that create prepaid is counted."""
    sizes = []
    for calls in (1, 1000):
        server = echo(f"memory-{calls}", "--calls", calls)
        time.sleep(1)  # its sockets are open before its memory is taken
        idle = private_kb(server.pid)
        caller = held(f"memory-uac-{calls}", server, calls)
        sizes.append((server.resident_kb(), private_kb(server.pid), idle))
        caller.end(5, signal.SIGTERM)
        server.end()
    (one, one_private, one_idle), (many, many_private, many_idle) = sizes
    row("calls", "memory a call, from a phone made for one and in one to a phone made for 1000 and in 1000: resident", (many - one) / 999, "kB", 12,
        "baresip 65–94 · pjsua 134", 1)
    row("calls", "the same, private", (many_private - one_private) / 999, "kB", 12, "", 1)
    row("calls", "of that taken when the phone is made", (many_idle - one_idle) / 999, "kB", None, "", 1)


def flat():
    server = echo("flat", "--calls", "1100")
    caller = held("flat-held", server, 1000)
    time.sleep(1)
    before = cpu_ns(server.pid)
    time.sleep(5)
    idle = (cpu_ns(server.pid) - before) / 1000 / 5  # µs a second that holding costs by itself
    crowded, took = cpu_of_calls(server, "crowded", 2000, 250)
    crowded -= idle * took
    caller.end(5, signal.SIGTERM)
    server.end()
    server = echo("alone", "--calls", "1100")
    cpu_of_calls(server, "warm", 500, 250)
    alone, _ = cpu_of_calls(server, "alone-uac", 2000, 250)
    row("calls", "CPU a call, nothing else going on", alone / 2000, "µs", None, "pjsip-perf 119 · rsipstack 158 · baresip 667")
    row("calls", "CPU a call, 1000 others held (what holding costs taken off)", crowded / 2000, "µs", None)
    row("calls", "the second by the first: a call costs the same among 1000", crowded / alone, "times", 1.25, "", 2)
    row("calls", "1000 calls held: CPU by holding alone", idle / 10_000, "% of a core", None, "", 3)
    server.end()


def rate():
    script = TOP / "tests/interop/heavy_rate.py"
    for asked in (3000, 2000, 1000):
        done = subprocess.run([sys.executable, script, str(asked)], capture_output=True, text=True)
        print("   ", done.stdout.strip().splitlines()[0] if done.stdout else done.stderr[-300:])
        said = re.search(r"\((\d+)/s, .*?(\d+) failed, (\d+) retransmissions, ([\d.]+) CPU s .*?(\d+) kB after a third, (\d+) kB", done.stdout)
        if done.returncode or not said:
            continue
        reached, _, again, cpu, early, late = (float(n) for n in said.groups())
        if again == 0 or asked == 1000:
            row("calls", f"calls a second without a retransmission, SIPp asked for {asked} ({again:.0f} retransmissions)", reached, "/s", 3000,
                "pjsip-perf 3000 (no media) · rsipstack 1000 · baresip 300", more=True)
            row("calls", "CPU for 1000 calls at that rate", cpu, "s", None, "pjsip-perf 0.119 · rsipstack 0.158 · baresip 0.667", 3)
            row("calls", "memory grown between a third and the end", late - early, "kB", 256)
            return
    failed("calls", "calls a second", "SIPp's calls did not succeed: see tests/interop/heavy_rate.py")


def media():
    bench = TARGET / "release/microsip-bench"
    figures = [float(subprocess.run([bench, "media", "20000"], check=True, capture_output=True, text=True).stdout) for _ in range(5)]
    row("media", "one second of a G.711 stream, both ways, jitter ring", min(figures), "µs of CPU", 40, "pjmedia 68", 1)
    figures = [float(subprocess.run([bench, "g722", "2000"], check=True, capture_output=True, text=True).stdout) for _ in range(5)]
    row("media", "one second of a G.722 stream, both ways, jitter ring", min(figures), "µs of CPU", None, "", 1)
    figures = [float(subprocess.run([bench, "conference", "20"], check=True, capture_output=True, text=True).stdout) for _ in range(5)]
    row("media", "one second of a conference of 100 members, G.711", min(figures), "µs of CPU", 4000, "pjmedia 8,378")
    cost = {}
    for work in ("media", "g722", "alone", "conference"):
        few, many = callgrind(f"{work}-few", bench, work, 1), callgrind(f"{work}-many", bench, work, 3)
        check(few.code(120) == 0 and many.code(120) == 0, f"microsip-bench {work} failed")
        cost[work] = (collected(many) - collected(few)) / 2
    row("media", "its instructions beside those of 100 calls alone", cost["conference"] / cost["alone"], "times", 4, "", 2)
    row("media", "allocations in a second of it", allocations("many", bench, "conference", 2) - allocations("few", bench, "conference", 1), "allocations", 0)
    row("media", "one second of a G.722 stream in instructions, beside G.711's", cost["g722"] / cost["media"], "times", None, "", 1)


def registrar():
    """Sends 200 with ten minutes to every REGISTER; keeps the time of the last one."""
    mine, seen = bound(), []

    def serve():
        while True:
            data, phone = mine.recvfrom(65536)
            if not data.startswith(b"REGISTER "):
                continue
            text = data.decode()
            line = lambda name: re.search(rf"^{name}:.*$", text, re.M | re.I).group(0).strip()
            expires = "0" if re.search(r"^Expires:\s*0\s*$|expires=0", text, re.M | re.I) else "600"
            mine.sendto("\r\n".join(["SIP/2.0 200 OK", *[line(n) for n in ("Via", "From")], line("To") + ";tag=r", line("Call-ID"), line("CSeq"),
                                     line("Contact").split(";expires")[0] + f";expires={expires}", "Content-Length: 0", "", ""]).encode(), phone)
            seen.append(time.monotonic())

    threading.Thread(target=serve, daemon=True).start()
    return mine.getsockname()[1], seen


def lock():
    done = subprocess.run([TARGET / "release/microsip-bench", "lock", "5"], capture_output=True, text=True, timeout=120)
    check(done.returncode == 0, done.stderr)
    longest = [line.split(" ", 1) for line in done.stdout.splitlines()]
    row("calls", f"longest core call among 1000 calls (a host's lock is held for one): {longest[0][1]}", float(longest[0][0]) / 1000, "ms", 2, "", 2)


def idle():
    port, seen = registrar()
    (LOGS / "password").write_text("secret\n")
    words = ["register", "--uri", "sip:anna@phones.test", "--registrar", f"sip:127.0.0.1:{port}", "--password-file", LOGS / "password", "--listen", "127.0.0.1:0"]
    starts = []
    for n in range(7):
        count, begin = len(seen), time.monotonic()
        phone = microsip(f"start-{n}", *words)
        until(lambda: len(seen) > count, 10, "a REGISTER")
        starts.append((seen[count] - begin) * 1000)
        if n < 6:
            phone.end()
    time.sleep(1)
    cpu, woken = cpu_ns(phone.pid), wakes(phone.pid)
    time.sleep(20)
    row("idle", "start to registered (median of 7)", statistics.median(starts), "ms", 15, "baresip 36 · pjsua 60", 1)
    row("idle", "resident, registered", phone.resident_kb() / 1024, "MB", 3, "baresip 7.6 · pjsua 10.9", 2)
    row("idle", "private, registered", private_kb(phone.pid) / 1024, "MB", 0.5, "baresip 1.1 · pjsua 5.8", 2)
    row("idle", "threads", threads(phone.pid), "", 3, "pjsua 4–5 · baresip 5–8")
    row("idle", "CPU, registered", (cpu_ns(phone.pid) - cpu) / 20e9 * 100, "% of a core", 0.01, "baresip 0.036 · pjsua 0.43", 4)
    row("idle", "wake-ups in 20 s, registered", wakes(phone.pid) - woken, "", 2, "")
    phone.end()


def floors(port, seconds):
    """Starts two minimal programs with a call's packets: one that reads the clock twice a packet and is woken by each, one that wakes once."""
    built = LOGS / "floor"
    subprocess.run(["cc", "-O2", "-o", built, TOP / "tests/bench/floor.c"], check=True)
    return [peers.Program(f"floor-{every}-{wake}", built, port, seconds, every, wake) for every, wake in ((10, 1), (20, 0))]


def talking():
    port, media = free_port(), free_port(4)
    server = sipp("talk-uas", "-sn", "uas", "-p", port, "-mp", media, "-rtp_echo", "-m", 1)
    server.wait_udp(port)
    phone = microsip("talk", "call", f"sip:x@127.0.0.1:{port}", "--null-audio", "--listen", "127.0.0.1:0", "--play", write_tone(LOGS / "long.wav", 440, 30), "--for", "20s")
    time.sleep(3)
    # all three at the same time, so that the machine's load is the same for all
    least = floors(media, 15)
    cpu, woken = cpu_ns(phone.pid), wakes(phone.pid)
    time.sleep(15)
    ours, woken = (cpu_ns(phone.pid) - cpu) / 15e3, (wakes(phone.pid) - woken) / 15
    row("talking", "CPU in a G.711 call, a file as the source", ours / 1e4, "% of a core", 0.4, "pjsua 1.1 · baresip 1.6", 3)
    row("talking", "wake-ups a second in it", woken, "", None, "", 0)
    floor = []
    for program, what in zip(least, ("two looks at the clock a packet, and a wake for each that comes", "one wake a packet that goes")):
        check(program.code(20) == 0, "the bare C program failed")
        spent, sent, got = (int(n) for n in program.text().split())
        check(sent > 700 and got > 700, f"the bare C program sent {sent} packets and heard {got}")
        floor.append(spent)
        row("talking", f"a bare C program with the same packets, {what}", spent / 1e4, "% of a core", None, "", 3)
    row("talking", "our CPU by the first's", ours / floor[0], "times", None, "", 2)
    row("talking", "our CPU by the second's", ours / floor[1], "times", 1.1, "", 2)
    row("talking", "threads in it", threads(phone.pid), "", 3, "pjsua 4–5 · baresip 5–8")
    check(phone.code(20) == 0, f"the call ended with {phone.process.returncode}")
    server.end()


def begins(path, channel):
    """The beginnings of bursts in a recording, in milliseconds."""
    samples, speed = peers.read_wav(path, channel)
    came, quiet = [], speed // 5
    for at, sample in enumerate(samples):
        if abs(sample) > 4000:
            if quiet > speed // 10:
                came.append(at * 1000 / speed)
            quiet = 0
        else:
            quiet += 1
    return came


def round_trip():
    """Bursts played into a call to an echo, both sides recorded by the same ticks: the delay from played to heard."""
    import math
    import struct
    import wave

    server = echo("rtt-echo")
    burst = LOGS / "bursts.wav"
    with wave.open(str(burst), "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", int(20000 * math.sin(n * 0.7)) if n % 4000 < 400 else 0) for n in range(40000)))
    away = []
    for nth in range(5):
        both = LOGS / f"both-{nth}.wav"
        call = microsip(f"rtt-{nth}", "call", f"sip:x@127.0.0.1:{server.port}", "--null-audio", "--listen", "127.0.0.1:0", "--play", burst, "--record", both, "--both", "--for", "5s")
        check(call.code(20) == 0, f"the call ended with {call.process.returncode}")
        said, heard = (begins(both, channel) for channel in (0, 1))
        check(len(said) >= 9 and len(heard) >= 8, f"{len(said)} bursts were said, {len(heard)} came back")
        away.append([round(min(back - at for back in heard if back >= at), 1) for at in said if at <= heard[-1]])
        print(f"    call {nth + 1}: {away[-1]}")
    row("talking", "round trip through our echo, ptime 20, files for devices: all bursts of 5 calls, median", statistics.median(sum(away, [])), "ms", 30,
        "pjsua 30–50 · baresip 40 without, 240 with its jitter buffer", 1)
    row("talking", "the same, the worst of them", max(sum(away, [])), "ms", None, "", 1)
    server.end()


def baresip_beside():
    """Debian's baresip 1.0, measured here in the same way, idle and in a call."""
    import baresip as peer

    space = peers.Namespace()
    subprocess.run(["ip", "netns", "exec", space.name, "ip", "addr", "add", f"{peer.ADDRESS}/32", "dev", "lo"], check=True)
    phone = peer.baresip("bare", space, 5070, write_tone(LOGS / "peer.wav", 440, 30))
    until(lambda: "baresip" in Path(f"/proc/{phone.pid}/comm").read_text(), 5, "baresip to run")
    time.sleep(1)
    cpu = cpu_ns(phone.pid)
    time.sleep(10)
    row("beside", "baresip 1.0 here: resident, idle", phone.resident_kb() / 1024, "MB", digits=2)
    row("beside", "baresip 1.0 here: CPU, idle", (cpu_ns(phone.pid) - cpu) / 10e9 * 100, "% of a core", digits=4)
    caller = sipp("bare-uac", "-sn", "uac", "-rtp_echo", f"{peer.ADDRESS}:5070", "-s", "bare", "-p", 5090,
                  "-mi", peer.ADDRESS, "-mp", 6000, "-m", 1, "-d", 20_000, "-timeout", 40, address=peer.ADDRESS, inside=space.name)
    phone.wait_line(r"incoming rtp for 'audio' established", 10)
    cpu = cpu_ns(phone.pid)
    time.sleep(10)
    row("beside", "baresip 1.0 here: CPU in a G.711 call", (cpu_ns(phone.pid) - cpu) / 10e9 * 100, "% of a core", digits=3)
    row("beside", "baresip 1.0 here: threads in it", threads(phone.pid), "")
    caller.end(2, signal.SIGTERM)
    phone.end()
    space.remove()


def sizes():
    def stripped(path):
        out = LOGS / (path.name + ".stripped")
        subprocess.run(["strip", "-o", out, path], check=True)
        return out.stat().st_size / 1e6

    def built(package, profile, *features):
        named = ["--no-default-features", "--features", ",".join(features)] if features else []
        subprocess.run(["cargo", "build", "--locked", "--quiet", "-p", package, "--profile", profile, *named], cwd=TOP, check=True)

    command, library = TARGET / "release/microsip", TARGET / "size/libmicrosip.so"
    built("microsip-cli", "release", "trace")
    row("size", "the command without sound, stripped", stripped(command), "MB", None, "", 2)
    built("microsip-cli", "release")
    row("size", "the command with sound, stripped", stripped(command), "MB", 1.2, "baresip 1.39 · pjsua 2.0–2.6", 2)
    built("microsip-cli", "demo", "device")
    row("size", "the command as make demo builds it, stripped", stripped(TARGET / "demo/microsip"), "MB", None, "", 2)
    built("microsip-c", "size")
    row("size", "the library, optimised for size, stripped", stripped(library), "MB", 1.2, "", 2)
    built("microsip-c", "size", "host", "device")
    row("size", "the same without PulseAudio's client", stripped(library), "MB", None, "", 2)
    built("microsip-c", "size", "host")
    row("size", "the same without sound cards", stripped(library), "MB", None, "", 2)


def image(*features):
    """The memory of the C firmware with these features of the core: {(what, kind): bytes}."""
    script = TOP / "examples/firmware/run.sh"
    check(script.exists(), "examples/firmware/run.sh is not there")
    done = subprocess.run(["bash", script], capture_output=True, text=True, timeout=600, env={**os.environ, "CARGO_TERM_COLOR": "never", "FEATURES": ",".join(features)})
    said = done.stdout + done.stderr
    # an image that is too large is a figure too: the row says by how much
    check(done.returncode == 0 or "does not fit in" in said, f"it ended with {done.returncode}: {said.strip().splitlines()[-1:]}")
    parts = {(what, kind): int(count) for what, count, kind in re.findall(r"^ *([a-z][^\n]*?) +(\d+) bytes of (RAM|flash)$", said, re.M)}
    check(parts, f"the image did not say what it needs: {said[-300:]}")
    return parts


def firmware():
    ram, flash = ("together", "RAM"), ("library's code", "flash")
    least = image()
    for (what, kind), count in least.items():
        row("firmware", f"{what}, {kind}", count, "bytes", {ram: 32_768, flash: 163_840, ("a mailbox's lamp", "RAM"): 1_228}.get((what, kind)))
    features = ("sentences", "sha2", "redirect", "rtcp", "stream", "trace", "resample", "conceal", "tones", "hear-keys", "sdp-hosts", "reoffer", "reliable", "rules", "conference", "numbers", "identity", "info", "timers", "quality", "tables", "g722", "l16", "codecs", "message", "imdn", "subscribe", "lists", "notify", "refer")
    whole = image(*features)
    for feature in features:
        with_it = image(feature)
        adds = f"feature {feature} adds" + {"refer": ", with message and subscribe", "lists": ", with subscribe", "imdn": ", with message"}.get(feature, "")
        row("firmware", f"{adds}, RAM", with_it[ram] - least[ram], "bytes")
        row("firmware", f"{adds}, flash", with_it[flash] - least[flash], "bytes")
    row("firmware", "with all of them, RAM", whole[ram], "bytes", 32_768)
    row("firmware", "with all of them, flash", whole[flash], "bytes")


GROUPS = {"parsing": parsing, "media": media, "calls": calls, "memory": memory, "flat": flat, "rate": rate, "lock": lock, "idle": idle, "talking": talking, "round trip": round_trip,
          "sizes": sizes, "firmware": firmware, "beside": baresip_beside}
GROUP_OF = {"memory": "calls", "flat": "calls", "rate": "calls", "lock": "calls", "round trip": "talking", "sizes": "size"}  # the others have a section of their own


TITLES = {"parsing": "Parsing and printing", "calls": "Calls", "media": "Media", "idle": "One registered phone, idle", "talking": "One call", "size": "Sizes", "beside": "Beside",
          "firmware": "One engine on bare metal: a Cortex-M4F image in the emulator says what one phone needs (1 account, 2 calls, messages of 1500 bytes), without any feature that it can do without"}
COLUMNS = ("what", "goal", "before", "now", "verdict", "peers", "by")


def table(group, title, measured):
    """A section's rows: those measured now, and those of the file that other groups have."""
    mine = [dict(zip(COLUMNS, (r[1], r[2], BEFORE.get(key(r[1]), ""), *r[3:6], f"`run.py {r[6]}`"))) for r in rows if r[0] == group]
    old = next((section for said, section in OLD.items() if said.split(":")[0] == title.split(":")[0]), [])
    new = {key(r["what"]) for r in mine}
    words = {name for name in GROUPS if GROUP_OF.get(name, name) == group}
    for r in old if len(words) == 1 else ():
        r.setdefault("by", "")
        r["by"] = r["by"] or f"`run.py {min(words)}`"
    by = lambda r: r.get("by", "").strip("`").removeprefix("run.py ")
    return mine + [r for r in old if key(r["what"]) not in new and by(r) not in measured and not (by(r) == "" and words <= measured)]


def written(measured):
    """Writes BENCH.md. Returns the goals missed."""
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    lines = ["# What it costs", "",
             f"Written by `make bench` (Rust {rust}, {os.cpu_count()} cores, shared with other work: instruction counts are to be trusted, CPU times swing by two with the machine: compare those of one run; wall-clock rates are lower bounds).",
             "The peers' figures were measured the same way, on the same work, on a like machine; those under *beside* in this very run.",
             "*Before* is what this file said when the figures were taken anew; *by* is what takes a row alone: `python3 tests/bench/run.py WORD`.", ""]
    tables = {title: table(group, title, measured) for group, title in TITLES.items()}
    every = [r for rows in tables.values() for r in rows]
    missed = [r for r in every if r["verdict"].startswith("MISSED")]
    lines += [f"{sum(r['verdict'] == 'met' for r in every)} goals met, {len(missed)} missed, {sum(r['verdict'] == 'NOT MEASURED' for r in every)} not measured.", ""]
    for title, mine in tables.items():
        if not mine:
            continue
        lines += [f"## {title}", "", "| what | goal | before | now | | peers | by |", "|---|---|---|---|---|---|---|"]
        lines += ["| " + " | ".join(r.get(column, "") for column in COLUMNS) + " |" for r in mine] + [""]
    (TOP / "BENCH.md").write_text("\n".join(lines))
    return missed


def main():
    global MEASURING
    words = [word for word in sys.argv[1:] if word != "--write"]
    chosen = {name: measure for name, measure in GROUPS.items() if not words or any(word in name for word in words)}
    for package in ("microsip-bench", "microsip-cli"):
        if package == "microsip-bench" or not set(chosen) <= {"parsing", "media", "lock", "sizes", "firmware"}:
            subprocess.run(["cargo", "build", "--locked", "--release", "--quiet", "-p", package], cwd=TOP, check=True)
    for name, measure in chosen.items():
        print(name, flush=True)
        MEASURING = name
        try:
            measure()
        except (Failure, OSError, subprocess.SubprocessError, ValueError, SystemExit) as why:
            failed(GROUP_OF.get(name, name), name, why)
        finally:
            for program in reversed(peers.running):
                program.end(2, signal.SIGTERM)
            peers.running.clear()
    if words and "--write" not in sys.argv:
        return
    missed = written(set(chosen))
    print(f"\nBENCH.md is written; {len(missed)} goals missed" + (":" if missed else ""))
    for r in missed:
        print(f"  {r['what']}: {r['now']}, wanted {r['goal']}: {r['verdict']}")
    peers.shutil.rmtree(LOGS, ignore_errors=True)


main()
