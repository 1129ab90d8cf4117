#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""helpers.py - what hookdefs/helpers.yaml says of helpers, beside what the kernel's verifier says

usage: helpers.py PROBE HOOKDEFS
       helpers.py PROBE HOOKDEFS --types                        print what PROBE is to be asked
       helpers.py PROBE HOOKDEFS --answers=FILE --release=6.12  judge answers of another kernel

PROBE is opened-helper-probe. The table is of Linux 6.12. What data/helpers.tsv marks may differ and is
only counted: "6.18only" is no in 6.12 and yes in 6.18, a cell with "*" hangs on the attach type, and a
"-" says nothing of kernels after 6.18. A kernel before 6.12 may lack what the table has. All else is a
difference: exit 1.
"""
import argparse
import collections
import csv
import os
import platform
import re
import subprocess
import sys

import yaml

TABLE, NEWER = (6, 12), (6, 18)

# Program types that the kernel loads with an attach type only; of several, one that allows it is enough.
ATTACH = {
    "BPF_PROG_TYPE_CGROUP_SOCK_ADDR": ["BPF_CGROUP_INET4_BIND", "BPF_CGROUP_INET4_CONNECT", "BPF_CGROUP_UDP4_SENDMSG"],
    "BPF_PROG_TYPE_SK_LOOKUP": ["BPF_SK_LOOKUP"],
    "BPF_PROG_TYPE_NETFILTER": ["BPF_NETFILTER"],
}


def load(path):
    with open(path) as file:
        return yaml.safe_load(file)


def marks(hookdefs):
    """The cells of data/helpers.tsv by helper and program type."""
    with open(os.path.join(hookdefs, "data/helpers.tsv"), newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    found = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        for column, cell in row.items():
            found[row["helper"], "BPF_PROG_TYPE_" + column.upper()] = cell
    return found


def arguments_of(prog_type):
    return [f"{prog_type}:{attach}" for attach in ATTACH.get(prog_type, [])] or [prog_type]


def read_answers(text):
    """{(helper, program type): answers}, {helper: number}"""
    answers, numbers = collections.defaultdict(set), {}
    for line in text.splitlines():
        argument, helper, number, answer = line.split("\t")
        answers[helper, argument.split(":")[0]].add(answer)
        numbers[helper] = int(number)
    return answers, numbers


def explained(cell, wanted, release):
    """Whether another kernel than the table's may answer otherwise."""
    if "*" in cell:
        return True
    if wanted:
        return release < TABLE
    if cell == "6.18only":
        return release > TABLE
    return release > NEWER


def judge(helpers, types, cells, answers, numbers, release):
    """Yields (kind, what): kind is "same", "explained" or "different"."""
    for name in sorted(numbers.keys() | {name[len("bpf_") :] for name in helpers}):
        row = helpers.get("bpf_" + name)
        if not row:
            yield "explained" if release > NEWER else "different", f"bpf_{name}: not in the table"
            continue
        if name not in numbers:
            late = row.get("min-kernel", "0.0").split(".")
            yield "explained" if tuple(map(int, late)) > release else "different", f"bpf_{name}: not in the kernel"
            continue
        if row["id"] != numbers[name]:
            yield "different", f"bpf_{name}: number {row['id']}, and {numbers[name]} in the kernel"
        said = set()
        for hook, prog_type in types.items():
            got = answers.get((name, prog_type))
            if not got:
                continue
            said |= got
            wanted = hook in row["hooks"]
            if wanted == bool(got - {"no"}):
                yield "same", ""
                continue
            kind = "explained" if explained(cells[name, prog_type], wanted, release) else "different"
            yield kind, f"bpf_{name} at {hook}: {'yes' if wanted else 'no'}, and {'/'.join(sorted(got))} in the kernel"
        said -= {"no"}
        if said and row["gpl-only"] != (said == {"gpl"}):
            yield "different", f"bpf_{name}: gpl-only is {row['gpl-only']}, and the kernel says {'/'.join(sorted(said))}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("probe")
    parser.add_argument("hookdefs")
    parser.add_argument("--types", action="store_true")
    parser.add_argument("--answers")
    parser.add_argument("--release", default=platform.release())
    options = parser.parse_args()
    helpers = load(os.path.join(options.hookdefs, "helpers.yaml"))["helpers"]
    hooks = sorted({hook for row in helpers.values() for hook in row["hooks"]})
    types = {hook: load(os.path.join(options.hookdefs, hook + ".yaml"))["prog-type"] for hook in hooks}
    release = tuple(int(part) for part in re.match(r"(\d+)\.(\d+)", options.release).groups())
    if release < (6, 4):  # the first that has it
        types = {hook: prog_type for hook, prog_type in types.items() if prog_type != "BPF_PROG_TYPE_NETFILTER"}
    asked = [argument for prog_type in sorted(set(types.values())) for argument in arguments_of(prog_type)]
    if options.types:
        print(*asked)
        return
    if options.answers:
        with open(options.answers) as file:
            text = file.read()
    else:
        text = subprocess.run([options.probe, *asked], check=True, stdout=subprocess.PIPE, text=True).stdout
    counts = collections.Counter()
    for kind, what in judge(helpers, types, marks(options.hookdefs), *read_answers(text), release):
        counts[kind] += 1
        if kind == "different":
            print(what)
    print(f"{len(types)} hooks: {counts['same']} same, {counts['explained']} explained, {counts['different']} different")
    sys.exit(1 if counts["different"] or not counts["same"] else 0)


main()
