#!/usr/bin/env python3
"""The licence rule of deny.toml, checked with nothing but cargo: every package that we build is under a licence on its list."""
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

top = Path(__file__).resolve().parents[2]
rules = tomllib.loads((top / "deny.toml").read_text())
allowed = set(rules["licenses"]["allow"])
banned = {entry["crate"] if "crate" in entry else entry["name"] for entry in rules.get("bans", {}).get("deny", [])}
exceptions = {e["crate"]: set(e["allow"]) for e in rules["licenses"].get("exceptions", [])}


def satisfied(expression, permitted):
    """An SPDX expression, made a boolean one: OR needs one side, AND both; an exception (WITH …) is part of its licence's name."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    out, i = [], 0
    while i < len(words):
        word = words[i]
        if word in "()":
            out.append(word)
        elif word.upper() in ("AND", "OR"):
            out.append(word.lower())
        else:
            if i + 2 < len(words) and words[i + 1].upper() == "WITH":
                word = " ".join(words[i : i + 3])
                i += 2
            out.append(str(word in permitted or word.split(" WITH ")[0] in permitted))
        i += 1
    return eval(" ".join(out), {"__builtins__": {}}, {})  # only True, False, and, or and brackets are in it


metadata = json.loads(subprocess.run(["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"], cwd=top, check=True, stdout=subprocess.PIPE).stdout)
faults = []
for package in metadata["packages"]:
    name, licence = package["name"], package.get("license")
    if name in banned:
        faults.append(f"{name} {package['version']} is banned by deny.toml")
    if package["source"] and not package["source"].startswith("registry+https://github.com/rust-lang/crates.io-index"):
        faults.append(f"{name} comes from {package['source']}, not from crates.io")
    if not licence and package.get("license_file"):
        # a package may carry its licence as a file alone; the MIT licence is known by its title
        text = (Path(package["manifest_path"]).parent / package["license_file"]).read_text(errors="replace")
        licence = "MIT" if text.lstrip().startswith("MIT License") else None
    if not licence:
        faults.append(f"{name} {package['version']} states no licence")
    elif not satisfied(licence, allowed | exceptions.get(name, set())):
        faults.append(f"{name} {package['version']} is under {licence}, which deny.toml does not allow")
print("\n".join(faults) if faults else f"{len(metadata['packages'])} packages, all under allowed licences and from crates.io")
sys.exit(bool(faults))
