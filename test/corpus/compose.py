#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compose.py - opened-compose over the programs of a compile database, judged by the kernel

Every two neighbouring programs of a hook that load alone are made a pipeline. It must build and load,
or be refused with reasons. What opened-compose writes and the compiler, the linker or the verifier
refuses is a failure: exit 1.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml


OUTCOMES = ("loads", "refused", "unbuilt", "unloadable", "error")


def quiet(argv, seconds=300, cwd=None):
    try:
        return subprocess.run(
            argv, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", "took too long")


def programs(options):
    """(source, program) of each program that loads alone, as the list says."""
    found = []
    with open(options.list) as file:
        for line in file:
            row = json.loads(line)
            found.append((row["source"], row["program"]))
    return sorted(set(found))


def spec(options, stages):
    """A pipeline whose second stage always runs, whatever the first returns."""
    names = ", ".join(options.verdicts)
    rows = [
        f"      - {{unit: {json.dumps(source)}, program: {name}, name: s{i}, continue: [{names}]}}"
        for i, (source, name) in enumerate(stages)
    ]
    head = f"opened: 1\ncompose:\n  - name: pair\n    hook: {options.hook}\n    mechanism: {options.mechanism}\n    stages:\n"
    return head + "\n".join(rows) + "\n"


def first_error(text):
    errors = [line for line in text.splitlines() if "error:" in line]
    return re.sub(r"^.*?error: ", "", errors[0]) if errors else text.strip()[-200:]


def compose(options, stages):
    folder = tempfile.mkdtemp(prefix="opened-compose-")
    try:
        path = os.path.join(folder, "pair.yaml")
        with open(path, "w") as file:
            file.write(spec(options, [(os.path.join(options.corpus, source), name) for source, name in stages]))
        out = os.path.join(folder, "out")
        done = quiet([options.compose, "-q", "-p", options.corpus, "-o", out, path])
        if done.returncode in (1, 3) and "error:" in done.stderr:
            return "refused", first_error(done.stderr)
        if done.returncode:
            return "error", f"exit {done.returncode}: " + done.stderr[-300:]
        done = quiet(["make", "-s", "-C", out, f"CLANG={options.clang}", "pair.bpf.o"])
        if done.returncode:
            return "unbuilt", done.stderr.strip()[:600]
        # In a BPF filesystem of its own: maps that are pinned by name go with it.
        script = 'mount -t bpf bpf /sys/fs/bpf && exec bpftool prog loadall "$0" /sys/fs/bpf/loaded'
        done = quiet(["unshare", "--mount", "sh", "-c", script, os.path.join(out, "pair.bpf.o")])
        if done.returncode:
            lines = [l for l in done.stderr.splitlines() if l.strip() and not l.startswith(("libbpf: prog", "Warning", "Error", "--"))]
            return "unloadable", "\n".join(lines[-6:])
        return "loads", ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hook", required=True)
    parser.add_argument("--hookdefs", required=True)
    parser.add_argument("--mechanism", default="linked")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--json")
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("compose")
    parser.add_argument("corpus")
    parser.add_argument("list", help="one JSON object a line with 'source' and 'program': those that load alone")
    options = parser.parse_args()
    options.compose = os.path.abspath(options.compose)
    options.corpus = os.path.abspath(options.corpus)
    with open(os.path.join(options.hookdefs, re.match("[a-z]+", options.hook).group(0) + ".yaml")) as file:
        options.verdicts = list(yaml.safe_load(file)["verdicts"]["values"])
    everyone = programs(options)
    pairs = list(zip(everyone, everyone[1:]))[::2]
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for stages, (outcome, why) in zip(pairs, pool.map(lambda p: compose(options, p), pairs)):
            counts[outcome] += 1
            row = {"stages": stages, "outcome": outcome, "why": why}
            if options.json:
                with open(options.json, "a") as file:
                    file.write(json.dumps(row) + "\n")
            if outcome != "loads":
                print(outcome, *("/".join((os.path.basename(s), p)) for s, p in stages), why.replace("\n", " | ")[:400], flush=True)
    print(", ".join(f"{counts[o]} {o}" for o in OUTCOMES))
    sys.exit(1 if any(counts[o] for o in OUTCOMES[2:]) or not pairs else 0)


main()
