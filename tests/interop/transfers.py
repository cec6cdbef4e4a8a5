"""Our phone in tests of transfers: the program transferring.c, built with the C library, told what to do by lines."""
import os
import re
import shutil
from pathlib import Path

from peers import HERE, LOGS, MICROSIP, Program, cannot, check, subprocess


def build():
    library = Path(os.environ.get("LIBRARY") or Path(MICROSIP).parent).resolve()
    if not list(library.glob("libmicrosip.*")):
        cannot(f"the C library is not in {library}: cargo build --release -p microsip-c makes it")
    if not shutil.which("cc"):
        cannot("cc is not installed")
    out = LOGS / "transferring"
    done = subprocess.run(["cc", "-O2", "-g", "-std=c99", "-D_POSIX_C_SOURCE=200112L", "-Wall", "-Wextra", "-Werror", f"-I{HERE.parents[1] / 'include'}", "-o", out,
                           HERE / "transferring.c", f"-L{library}", f"-Wl,-rpath,{library}", "-lmicrosip", "-lm"], capture_output=True, text=True)
    check(done.returncode == 0, f"the phone of these tests was not built: {done.stderr}")
    return out


class Phone:
    """One of them, waiting at a port."""

    def __init__(self, name, program, address, port, policy="ask", tone=None):
        self.uri, self.port = f"sip:us@{address}:{port}", port
        self.program = Program(name, program, f"{address}:{port}", policy, *([tone] if tone else []), stdin="", open_input=True)
        self.program.wait_udp(port)

    def do(self, line):
        self.program.type(line + "\n")

    def wait(self, pattern, seconds=15):
        return self.program.wait_line(pattern, seconds)

    def up(self, number):
        self.wait(rf"^call {number} connected")

    def over(self, number, cause=None):
        """`cause`: as the header numbers it."""
        found = self.wait(rf"^call {number} ended code=\d+ cause=(\d+)")
        check(cause is None or int(found[1]) == cause, f"{self.program.name}: call {number} ended by cause {found[1]}, {cause} is wanted")

    def steps(self, number):
        """The steps of a transfer that were told."""
        return re.findall(rf"^transfer {number} (\w+) code=\d+", self.program.text(), re.M)

    def lines(self, start):
        return [line for line in self.program.text().splitlines() if line.startswith(start)]

    def quit(self):
        self.do("quit")
        code = self.program.code(10)
        check(code == 0, f"{self.program.name} ended with {code}, 0 is wanted")
        check(not self.lines("failed"), f"{self.program.name}: {self.lines('failed')}")


NORMAL, TRANSFERRED, REPLACED = 1, 8, 9


def two(program, name, address, port):
    """A phone of ours and the target of a transfer; both follow."""
    return Phone(f"{name}-first", program, address, port, "follow"), Phone(f"{name}-target", program, address, port + 2, "follow")


def we_send(program, address, port, peer, answers, attended):
    """Ours calls a peer, which `answers`, and has it call a target of ours, or take our place in a call with that."""
    ours, target = two(program, "consults" if attended else "sends", address, port)
    ours.do(f"dial {peer.uri}")
    answers()
    ours.up(1)
    if attended:
        ours.do(f"dial {target.uri}")
        ours.up(2)
        target.up(1)
        ours.do("join 1 2")
    else:
        ours.do(f"transfer 1 {target.uri}")
    ours.wait("^done well")
    ours.over(1, TRANSFERRED)
    if attended:
        # the target's BYE may be the first that we hear
        ours.over(2, TRANSFERRED)
        target.over(1, REPLACED)
        target.up(2)
    else:
        target.up(1)
    check(ours.steps(1)[-1] == "done", f"the steps were {ours.steps(1)}")
    last = 2 if attended else 1
    target.do(f"hangup {last}")
    target.over(last, NORMAL)
    ours.quit()
    target.quit()
