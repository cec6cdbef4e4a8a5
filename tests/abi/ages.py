#!/usr/bin/env python3
"""ages.py HEADER LEAST FOLDER: headers of other ages, made from today's.

LEAST names the last frozen member of each struct, a line a struct. Written are
  FOLDER/older/microsip.h  each struct ends behind its last frozen member,
  FOLDER/newer/microsip.h  each struct has one more member, `later`, at its end,
  FOLDER/least.h           LEAST_<struct>: its least size.
"""
import pathlib
import re
import sys

header, least, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
text = header.read_text()
last_of = dict(line.split() for line in least.read_text().splitlines() if line and not line.startswith("#"))

structs = re.compile(r"(typedef struct (microsip_\w+) \{\n)(.*?)(\n\} \2;)", re.S)
sized = {name for _, name, body, _ in structs.findall(text) if re.search(r"^\s*uint32_t size;", body, re.M)}
if sized != set(last_of):
    sys.exit(f"{least} and {header} differ in: {sorted(sized ^ set(last_of))}")


def older(match):
    begin, name, body, end = match.groups()
    if name not in last_of:
        return match.group()
    kept = re.match(rf"(.*?\b{last_of[name]}(\[\d+\])?;)", body, re.S)
    if not kept:
        sys.exit(f"{name} has no member {last_of[name]}")
    return begin + kept.group(1) + end


def newer(match):
    begin, name, body, end = match.groups()
    return begin + body + "\n  uint32_t later, later_too;" + end if name in last_of else match.group()


for age, change in (("older", older), ("newer", newer)):
    (folder / age).mkdir(parents=True, exist_ok=True)
    (folder / age / "microsip.h").write_text(structs.sub(change, text))
lines = [f"#define LEAST_{name} (offsetof({name}, {last}) + sizeof(({name} *)0)->{last})" for name, last in sorted(last_of.items())]
(folder / "least.h").write_text("#include <stddef.h>\n" + "\n".join(lines) + "\n")
