#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""performance.py - the benchmarks' results as one page

usage: performance.py FOLDER TOOLS > PAGE

FOLDER holds what the benchmarks of `./dev bench` wrote with --json: extract, transform, scale, verify and
compose. One that is not there is named on the page as not run.
"""
import datetime
import json
import math
import os
import re
import statistics
import subprocess
import sys

HEAD = """# Performance

Made by `test/bench/performance.py` of what `./dev bench` measures, not by hand. All ratios are of runs in alternation on one machine: the tools beside
`clang -fsyntax-only` of the same source, pipelines beside a program that was fused by hand, in CPU time or
in instructions, which do not change with what else the machine does. Figures by the clock are marked so.
"""


def output(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def table(head, rows):
    right = "|".join(["---"] + ["--:"] * (len(head) - 1))
    return "\n".join(["| " + " | ".join(head) + " |", f"|{right}|", *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def machine(tools):
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), flags=re.M)
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) / (1 << 20)
    clang = re.search(r"version ([\d.]+)", output("clang-19", "--version"))
    return table(
        ("", ""),
        [
            ("date", datetime.date.today().isoformat()),
            ("tools", output(f"{tools}/opened-extract", "--version") + ", release build"),
            ("Clang beside them", clang.group(1) if clang else "unknown"),
            ("kernel", os.uname().release.split("-")[0]),
            ("processors", f"{os.cpu_count()} x {model.group(1) if model else os.uname().machine}"),
            ("memory", f"{memory:.0f} GB"),
        ],
    )


def ratios(title, values):
    values = sorted(values)
    return title, len(values), *(f"{v:.2f}" for v in (statistics.median(values), values[math.ceil(0.9 * len(values)) - 1], values[-1]))


def extract(result):
    timing = result["time"]
    return (
        "## opened-extract\n\nAll programs of a source, without proof, over `clang -fsyntax-only`; a sample of "
        "the kernel's eBPF sources.\n\n"
        + table(("", "sources", "median", "90 % up to", "most"),
                [ratios(title, [row[key] for row in timing["rows"]]) for key, title in (("cpu", "CPU time"), ("memory", "peak memory"))])
    )


def transform(result):
    return (
        "## opened-transform\n\nAll programs of a source rewritten for the other hook, over `clang -fsyntax-only`. "
        "Where it refuses it has looked for all reasons.\n\n"
        + table(("CPU time", "sources", "median", "90 % up to", "most"),
                [(row["title"], row["sources"], *(f"{row[k]:.2f}" for k in ("median", "p90", "max"))) for row in result])
    )


def scale(result):
    rows = []
    for row in result["lines"]:
        clang = row["clang"]["seconds"]
        rows.append((f"{row['lines']:,}", f"{clang:.2f} s", *(f"{row[t]['seconds']:.2f} s, {row[t]['seconds'] / clang:.2f}x" for t in ("extract", "transform")),
                     *(f"{row[t]['megabytes']:.0f} MB" for t in ("clang", "extract", "transform"))))
    text = "## Long sources\n\nOne program of a source that is made longer.\n\n" + table(
        ("lines", "clang", "extract", "transform", "clang's memory", "extract's", "transform's"), rows)
    if result["jobs"]:
        one = result["jobs"][0]["seconds"]
        text += f"\n`opened-extract --all -j N` over {result['jobs'][0]['sources']} of the kernel's sources, by the clock:\n\n" + table(
            ("-j", "seconds", "times as fast"), [(row["jobs"], f"{row['seconds']:.1f}", f"{one / row['seconds']:.2f}") for row in result["jobs"]])
    return text


def verify(result):
    whole = [row["whole"] for row in result["pairs"]]
    clock = [row["clock"] for row in result["pairs"]]
    return (
        f"## opened-verify\n\n{result['packets']:,} packets through both programs of the {len(whole)} pairs of `examples/edge/twins`.\n\n"
        + table(("packets a second", "median", "least"), [
            ("of processor time, with start, loading and report", *(f"{v:,.0f}" for v in (statistics.median(whole), min(whole)))),
            ("by the clock, while it runs packets", *(f"{v:,.0f}" for v in (statistics.median(clock), min(clock)))),
            ("by the clock, a namespace made for each packet", f"{result['one-by-one']:.1f}", ""),
        ])
    )


def compose(result):
    text = "## Pipelines\n\nOne packet through the first N of eight stages (`test/bench/pipeline/`).\n"
    titles = {"instructions": "Instructions a packet, counted exactly on Linux 6.12 in a machine that counts them:",
              "ns": "Nanoseconds a packet on this machine, by the clock; least of the rounds:"}
    for unit, title in titles.items():
        if unit not in result:
            text += f"\nNot run: {title[0].lower() + title[1:-1]}.\n"
            continue
        base = result[unit]["monolith"]
        sizes = list(base)
        text += f"\n{title}\n\n" + table(("", *(f"N = {n}" for n in sizes)), [
            (variant, *(f"{row[n]}, {row[n] / base[n]:.2f}x" for n in sizes)) for variant, row in result[unit].items()])
    sizes = list(result["verified"]["linked"])
    text += "\nInstructions that the verifier looks at:\n\n" + table(("", *(f"N = {n}" for n in sizes)), [
        (variant, *row.values()) for variant, row in result["verified"].items()])
    return text


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    parts = []
    for name, make in (("extract", extract), ("transform", transform), ("scale", scale), ("verify", verify), ("compose", compose)):
        try:
            with open(os.path.join(sys.argv[1], name + ".json")) as file:
                parts.append(make(json.load(file)))
        except FileNotFoundError:
            parts.append(f"## {name}\n\nNot run.\n")
    print("\n".join([HEAD, machine(sys.argv[2]), *parts]), end="")


main()
