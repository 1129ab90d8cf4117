#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""transform.py - CPU time of opened-transform, beside clang -fsyntax-only on the same source

usage: transform.py [--rounds=N] [--limit=N] [--most=RATIO] [--json=FILE] OPENED-TRANSFORM DATABASE...

DATABASE is a folder with a compile database. Of its sources those count that have a program in a section
of a hook that a table leads from; each is rewritten for the other hook, all its programs together. Rounds
alternate with clang's, and medians of CPU time (user and system, children too) are compared. Where the
tool refuses it has found all reasons, but compiled and written nothing: those rows are apart.

Exit status 1: the median of what was written is above --most.
"""
import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.join(ROOT, "test/corpus"))

import run as corpus

PAIRS = (("xdp", "tc"), ("tc", "xdp"))


def section_pattern(hook):
    """A hook's sections, as sources and as preprocessed ones name them."""
    with open(os.path.join(ROOT, "hookdefs", hook + ".yaml")) as file:
        rows = yaml.safe_load(file)["sections"]
    rows = [re.escape(row["name"]) + ("(/[^\"]*)?" if row.get("prefix") else "") for row in rows]
    return re.compile(r'\b(SEC|section)\("\??(' + "|".join(rows) + r')"')


def has_program(source, pattern):
    with open(source.path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if pattern.search(text):
        return True
    if not re.search(r"\bSEC\([A-Z_]+\)", text):
        return False
    entry = source.entries[0]
    done = subprocess.run(
        corpus.clang_argv(entry, "-w", "-E"), cwd=entry["directory"], capture_output=True, text=True, errors="replace"
    )
    return bool(pattern.search(done.stdout))


def chosen(folder, start, limit):
    """Sources with a program of the hook, spread over the database."""
    pattern = section_pattern(start)
    found = [source for source in corpus.load_database(folder) if has_program(source, pattern)]
    return found[:: max(1, len(found) // limit)][:limit] if limit else found


def clang_seconds(source):
    """CPU time of all its commands; None when it does not compile."""
    total = 0.0
    for entry in source.entries:
        code, _, cpu, _ = corpus.call(corpus.clang_argv(entry, "-w", "-fsyntax-only"), 600, entry["directory"])
        if code:
            return None
        total += cpu
    return total


def measure(options, source, start, to, folder):
    """(exit status of the tool, its seconds, clang's), or None."""
    argv = [options.tool, "-q", "-p", source.root, f"--from={start}", f"--to={to}"]
    tool, clang = [], []
    for number in range(options.rounds):
        seconds = clang_seconds(source)
        if seconds is None:
            return None
        out = os.path.join(folder, f"{start}-{re.sub('[^a-z0-9]', '_', source.name)}-{number}")
        code, error, cpu, _ = corpus.call([*argv, "-o", out, source.path], 600)
        if code not in (0, 1):
            print(f"{source.name}: exit status {code}: {corpus.first_error(error)}", file=sys.stderr)
            return None
        clang.append(seconds)
        tool.append(cpu)
    return code, statistics.median(tool), statistics.median(clang)


def summary(title, rows):
    ratios = sorted(tool / clang for _, tool, clang in rows)
    found = {
        "title": title,
        "sources": len(rows),
        "median": statistics.median(ratios),
        "p90": ratios[math.ceil(0.9 * len(ratios)) - 1],
        "max": ratios[-1],
    }
    print(
        f"{title}: median {found['median']:.2f} x clang -fsyntax-only, 90 % up to {found['p90']:.2f}, "
        f"most {found['max']:.2f} ({len(rows)} sources)",
        flush=True,
    )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=60, help="sources of a database and hook; 0: all")
    parser.add_argument("--most", type=float, default=1.25)
    parser.add_argument("--json", help="write the summaries there")
    parser.add_argument("-v", action="store_true", help="print a line for each source")
    parser.add_argument("tool")
    parser.add_argument("databases", nargs="+")
    options = parser.parse_args()
    options.tool = os.path.abspath(options.tool)
    every, told = [], []
    with tempfile.TemporaryDirectory() as folder:
        for database in options.databases:
            for start, to in PAIRS:
                written, refused, largest = [], [], None
                for source in chosen(database, start, options.limit):
                    row = measure(options, source, start, to, folder)
                    if not row:
                        continue
                    (refused if row[0] else written).append(row)
                    largest = max(largest or (0, ""), (row[1], row[2], source.name))
                    if options.v:
                        print(f"{source.name}: {1000 * row[1]:.0f} ms, clang {1000 * row[2]:.0f} ms, {'refused' if row[0] else 'written'}", flush=True)
                title = f"{os.path.basename(os.path.normpath(database))}, {start} to {to}"
                if written:
                    told.append(summary(title, written))
                if refused:
                    told.append(summary(title + ", refused", refused))
                if largest:
                    print(f"  longest: {largest[2]}, {1000 * largest[0]:.0f} ms, clang {1000 * largest[1]:.0f} ms", flush=True)
                every += written
    if not every:
        sys.exit("transform.py: nothing was rewritten")
    told.append(summary("both ways, written", every))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(told, file, indent=2)
            file.write("\n")
    sys.exit(1 if told[-1]["median"] > options.most else 0)


main()
