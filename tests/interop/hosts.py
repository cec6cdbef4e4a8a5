"""C programs of hosts/, on the C library, and Kamailio as the open registrar and proxy between their phones."""
import os
import re
import shutil
from pathlib import Path

from peers import HERE, LOGS, MICROSIP, Program, cannot, check, free_port, needs, subprocess


def open_proxy(name="kamailio", *defined):
    """It takes every REGISTER, records its route and forks; `port` is its port. `defined`: words that its configuration asks for."""
    needs("kamailio")
    port = free_port()
    config, home = LOGS / f"{name}.cfg", LOGS / f"{name}-run"
    config.write_text((HERE / "scenarios/open.cfg").read_text().replace("@PORT@", str(port)))
    home.mkdir()
    kamailio = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    # -DD: the main process stays ours to end, its children with it.
    program = Program(name, kamailio, "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", home, "-P", home / "pid", "-w", home, *[part for word in defined for part in ("-A", word)])
    program.wait_udp(port)
    program.port = port
    return program


def said(server, pattern):
    return len(re.findall(pattern, server.text(), re.M))


def build(name):
    """A program of hosts/ with the library that was built or installed."""
    library = Path(os.environ.get("LIBRARY") or Path(MICROSIP).parent)
    if not list(library.glob("libmicrosip.*")):
        cannot(f"the C library is not in {library}: cargo build --release -p microsip-c makes it")
    if not shutil.which("cc"):
        cannot("cc is not installed")
    program = LOGS / f"{name}.run"
    done = subprocess.run(["cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{HERE.parents[1] / 'include'}",
                           "-o", program, HERE / f"hosts/{name}.c", f"-L{library}", f"-Wl,-rpath,{library.resolve()}", "-lmicrosip", "-lm"], capture_output=True, text=True)
    check(done.returncode == 0, f"{name}.c was not built: {done.stderr}")
    return program
