#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""verify.py - packets a second through opened-verify, beside one packet for each namespace

usage: verify.py OPENED-VERIFY [PACKETS] [--json FILE]

"whole" is by the tool's processor time, with its start: namespace, loading, marked builds, report. The first
figure is by the clock, and worth nothing without the load of the machine, which is told. Exit status 1: a pair
comes to fewer than 50,000 packets in a second of processor time.

Each pair of examples/edge/twins is run on PACKETS generated packets. Beside it stands what it takes to
send one packet through both programs of a pair in a namespace that is made for it, which is how two
programs are compared by hand.
"""
import argparse
import glob
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

TWINS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/edge/twins")
ALONE = 5
WANTED = 50000


def used():
    """Seconds of processor time of what was run so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json")
    parser.add_argument("tool")
    parser.add_argument("packets", nargs="?", default="200000")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load before: {os.getloadavg()[0]:.1f}")
    tool, packets = os.path.abspath(options.tool), options.packets
    rates, whole, rows = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["make", "-s", "-C", TWINS, f"OUT={folder}"], check=True)
        for first in sorted(glob.glob(folder + "/*.xdp.bpf.o")):
            name = os.path.basename(first).split(".")[0]
            pair = [f"{folder}/{name}.{hook}.bpf.o:twin_{name}" for hook in ("xdp", "tc")]
            report = f"{folder}/report.json"
            before = used()
            subprocess.run(
                [tool, "-q", "--generate", packets, "--report", report, "--force", *pair],
                stdout=subprocess.DEVNULL,
                check=True,
            )
            with open(report) as file:
                result = json.load(file)
            rates.append(result["packets"] / result["seconds"])
            whole.append(result["packets"] / (used() - before))
            rows.append({"pair": name, "clock": rates[-1], "whole": whole[-1]})
            print(f"{name:10} {rates[-1]:10,.0f} packets a second, whole {whole[-1]:10,.0f}")
        began = time.monotonic()
        for _ in range(ALONE):
            subprocess.run(
                [tool, "-q", "--live=veth", "--no-shapes", "--generate", "1", *pair], stdout=subprocess.DEVNULL, check=False
            )
        alone = ALONE / (time.monotonic() - began)
    print(f"{'median':10} {statistics.median(rates):10,.0f} packets a second, least {min(rates):,.0f}")
    print(f"{'one by one':10} {alone:10,.1f} packets a second, each in a namespace of its own")
    print(f"load after: {os.getloadavg()[0]:.1f}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"packets": int(packets), "pairs": rows, "one-by-one": alone}, file, indent=2)
            file.write("\n")
    return min(whole) < WANTED


sys.exit(main())
