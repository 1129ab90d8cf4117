#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""minimal.py - the deletion test: what of a unit could be left out?

Each top-level declaration, #define and #include of a unit is deleted, one at a time; the rest is
compiled with the unit's own commands and compared with the whole unit's object (bpfobj.py: code
and relocations by name, CO-RE relocations, data, maps, types that a loader reads, licence). A
piece without which nothing changes is removable.

_Static_assert never changes an object and is not counted.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import bpfobj
import ctext

COUNTED = ("declaration", "define", "include")


class Unit:
    """A unit's text and the commands that compile it, from the compile database beside it."""

    def __init__(self, path, commands):
        self.path = path
        self.commands = commands
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            self.text = f.read()

    def compile(self, text):
        """The facts of text's object for each command, or None when it does not compile."""
        facts = []
        for entry in self.commands:
            with tempfile.TemporaryDirectory() as folder:
                target = os.path.join(folder, "x.o")
                done = subprocess.run(
                    compile_argv(entry, self.path, target),
                    cwd=entry["directory"],
                    input=text.encode(errors="surrogateescape"),
                    capture_output=True,
                )
                if done.returncode:
                    return None
                facts.append(bpfobj.Object(target).facts())
        return facts


def compile_argv(entry, path, target):
    """The entry's command for a source on the standard input instead of path."""
    argv, skip = [], False
    for word in entry["arguments"]:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif word != "-c" and not same_file(entry["directory"], word, path):
            argv.append(word)
    argv[0] = bpfobj.tool("clang")
    return argv + ["-w", "-iquote", os.path.dirname(path), "-x", "c", "-c", "-", "-o", target]


def same_file(directory, word, path):
    return word.endswith(".c") and os.path.realpath(os.path.join(directory, word)) == os.path.realpath(path)


def find_units(folders):
    """Every unit below the folders that has an entry in a compile_commands.json beside it."""
    for top in folders:
        for folder, names, files in os.walk(top):
            names.sort()
            if "compile_commands.json" not in files:
                continue
            database = os.path.join(folder, "compile_commands.json")
            with open(database) as f:
                entries = json.load(f)
            by_file = {}
            for entry in entries:
                entry["directory"] = os.path.normpath(os.path.join(os.path.abspath(folder), entry["directory"]))
                path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
                by_file.setdefault(path, []).append(entry)
            for path in sorted(by_file):
                yield Unit(path, by_file[path])


def removable(unit):
    """(counted pieces, removable pieces), or None when the unit itself does not compile."""
    whole = unit.compile(unit.text)
    if whole is None:
        return None
    pieces = [
        p
        for p in ctext.split(unit.text)
        if p.kind in COUNTED and not re.match(r"(_Static_assert|static_assert)\b", p.text)
    ]
    found = []
    for piece in pieces:
        # A blank of the same shape: line numbers are part of what some code says (__LINE__).
        hole = re.sub(r"[^\n]", "", piece.text)
        if unit.compile(unit.text[: piece.start] + hole + unit.text[piece.end :]) == whole:
            found.append(piece)
    return pieces, found


def main():
    parser = argparse.ArgumentParser(description="find what can be deleted from extracted units")
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="output folders of opened-extract")
    parser.add_argument("--limit", type=int, help="test only this many units")
    parser.add_argument("--sample", type=int, metavar="SEED", help="choose the units at random")
    parser.add_argument("--most", type=float, default=1.0, metavar="PERCENT", help="removable share that is allowed")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()

    units = list(find_units(options.folders))
    if options.sample is not None:
        random.Random(options.sample).shuffle(units)
    units = units[: options.limit]
    total = dict.fromkeys(COUNTED, 0)
    gone = dict.fromkeys(COUNTED, 0)
    report, broken = [], 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for unit, result in zip(units, pool.map(removable, units)):
            if result is None:
                broken += 1
                print(f"{unit.path}: does not compile")
                continue
            pieces, found = result
            for piece in pieces:
                total[piece.kind] += 1
            for piece in found:
                gone[piece.kind] += 1
                print(f"{unit.path}:{piece.line}: removable {piece.kind}: {piece.title()}", flush=True)
            report.append(
                {
                    "unit": unit.path,
                    "pieces": len(pieces),
                    "removable": [{"kind": p.kind, "line": p.line, "text": p.title()} for p in found],
                }
            )
    pieces, found = sum(total.values()), sum(gone.values())
    share = 100 * found / pieces if pieces else 0.0
    for kind in COUNTED:
        print(f"{kind}s: {gone[kind]} of {total[kind]} removable")
    print(f"all: {found} of {pieces} removable ({share:.2f} %), {options.most:g} % allowed")
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"total": total, "removable": gone, "units": report, "broken": broken}, f, indent=1)
    clean = sum(1 for r in report if not r["removable"])
    print(f"{clean} passed, {len(units) - clean} failed")
    sys.exit(bool(not units or broken or share > options.most))


if __name__ == "__main__":
    main()
