#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""scale.py - how the tools' time grows with the length of a source, and falls with -j

usage: scale.py [--json FILE] [--rounds N] [--longest LINES] TOOLS [DATABASE]

TOOLS is the folder of the tools. A source of 10^2 to 10^6 lines is made of small functions and types, most
of which the one program does not need; opened-extract cuts that program out, opened-transform rewrites it,
clang -fsyntax-only reads it, in alternation; medians of CPU time. With DATABASE, 24 of its sources are
extracted with -j 1, 2 and up to the number of processors; by the clock, the least of the rounds.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
import time

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.join(ROOT, "test/corpus"))

import run as corpus

FLAGS = ["-target", "bpf", "-O2", "-g", f"-idirafter/usr/include/{os.uname().machine}-linux-gnu"]
BLOCK = """
struct row_{n} {{
	__u32 first, second;
	__u64 bytes[{size}];
}};

/* One of many: what it does is of no use to the program. */
static __always_inline __u32 fold_{n}(const struct row_{n} *row)
{{
	__u32 sum = row->first ^ LEAST_{n};

	if (row->second > LEAST_{n})
		sum += row->second;
	return sum + (__u32)row->bytes[0];
}}
#define LEAST_{n} {n}u
"""
NEEDED = 8  # that the program calls


def text_of(lines):
    out = ["#include <linux/bpf.h>", "#include <bpf/bpf_helpers.h>"]
    height = BLOCK.count("\n")
    count = max(NEEDED, (lines - 20) // height)
    for number in range(count):
        block = BLOCK.format(n=number, size=1 + number % 4)
        head, macro = block.rsplit("#define", 1)
        out.append("#define" + macro.rstrip() + head)
    calls = "".join(
        f"\tsum += fold_{number}(&(struct row_{number}){{ .first = ctx->data_end - ctx->data }});\n"
        for number in range(0, count, max(1, count // NEEDED))
    )
    out.append(f'SEC("xdp")\nint program(struct xdp_md *ctx)\n{{\n\t__u32 sum = 0;\n\n{calls}\treturn sum & 1 ? XDP_DROP : XDP_PASS;\n}}\n')
    out.append('char _license[] SEC("license") = "GPL";')
    return "\n".join(out) + "\n"


def seconds(argv):
    code, error, cpu, peak = corpus.call(argv, 1800)
    if code:
        sys.exit(f"scale.py: {' '.join(argv)}\n{error}")
    return cpu, peak


def by_lines(options, folder):
    rows, lines = [], 100
    while lines <= options.longest:
        source = os.path.join(folder, f"lines{lines}.bpf.c")
        with open(source, "w") as file:
            file.write(text_of(lines))
        with open(source) as file:
            real = sum(1 for _ in file)
        tools = {
            "clang": ["clang-19", *FLAGS, "-w", "-fsyntax-only", source],
            "extract": [f"{options.tools}/opened-extract", "-q", "--function=program", "--force", "-o", f"{folder}/out.bpf.c", source, "--", *FLAGS],
            "transform": [f"{options.tools}/opened-transform", "-q", "--to=tc", "--force", "-o", f"{folder}/out", source, "--", *FLAGS],
        }
        used = {name: [] for name in tools}
        for _ in range(options.rounds):
            for name, argv in tools.items():
                used[name].append(seconds(argv))
        row = {"lines": real}
        for name, found in used.items():
            row[name] = {"seconds": statistics.median(cpu for cpu, _ in found), "megabytes": statistics.median(peak for _, peak in found) / 1024}
        rows.append(row)
        print(f"{real:8} lines: " + ", ".join(f"{name} {row[name]['seconds']:.2f} s {row[name]['megabytes']:.0f} MB" for name in tools), flush=True)
        lines *= 10
    return rows


def by_jobs(options, folder):
    sources = corpus.load_database(options.database)
    sources = [s for s in sources if len(s.entries) == 1]
    sources = sources[:: max(1, len(sources) // 24)][:24]
    most, rows = os.cpu_count(), []
    for jobs in sorted({1, 2, *(n for n in (4, 8, 16, 32, 64) if n < most), most}):
        taken = []
        for number in range(options.rounds):
            began = time.monotonic()
            # What does not compile here costs the same with any number.
            corpus.call([f"{options.tools}/opened-extract", "-q", "-p", options.database, "--all", "-j", str(jobs), "-o", f"{folder}/jobs{jobs}-{number}",
                         *(s.path for s in sources)], 1800)
            taken.append(time.monotonic() - began)
        rows.append({"jobs": jobs, "sources": len(sources), "seconds": min(taken)})
        print(f"-j {jobs}: {len(sources)} sources in {min(taken):.2f} s", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--longest", type=int, default=1000000, help="lines of the longest source")
    parser.add_argument("tools")
    parser.add_argument("database", nargs="?")
    options = parser.parse_args()
    options.tools = os.path.abspath(options.tools)
    with tempfile.TemporaryDirectory() as folder:
        result = {"lines": by_lines(options, folder), "jobs": by_jobs(options, folder) if options.database else []}
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


main()
