#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""matrix.py - what the steps of the corpus made, on this kernel and on others

Each product and what it was made of is loaded on each kernel, one virtual machine for a kernel, and what
can be run is compared there with opened-verify. What the tools said of the first kernel that will do is
held against it: a product that is refused by a kernel which was said to do, and on which the originals
load, is a wrong prediction; so is one that loads on a kernel which was said not to do.
"""
import argparse
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import products
import run as extraction
import selection

HERE = os.path.dirname(os.path.abspath(__file__))
VM = os.path.join(os.path.dirname(HERE), "vm")
SCRIPT = r"""
PATH=$PWD/bin:$PATH OPENED_HOOKDEFS=$PWD/hookdefs
export PATH OPENED_HOOKDEFS
cd products
end=$(($(date +%s) + $1))
load <../loads
while IFS='	' read -r number command; do
	[ "$(date +%s)" -lt "$end" ] || break
	echo "@@VERIFY $number"
	timeout 300 sh -c "$command" 2>&1 </dev/null
	echo "@@ENDED $number $?"
done <../compares
"""
BAD = ("different", "wrongly-refused", "wrongly-loads", "not-run", "uncompared")


def call(command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


class Stage:
    """All that a kernel gets: objects, a list of loads, a list of comparisons."""

    def __init__(self, options, rows, folder):
        self.options, self.rows, self.folder = options, rows, folder
        self.loads = {}  # (object, program) to its number
        self.compares = set()
        for row in rows:
            for what in [(row["object"], row["program"]), *map(tuple, row["originals"])]:
                self.loads.setdefault(what, len(self.loads))
        os.makedirs(self.at("products"))
        for name in {name for name, _ in self.loads}:
            shutil.copy2(os.path.join(options.products, name), self.at("products"))
        with open(self.at("loads"), "w") as f:
            f.writelines(f"{number} {name} {program or '-'}\n" for (name, program), number in self.loads.items())
        with open(self.at("compares"), "w") as f:
            # In an order of chance: what there is time for must not go by the alphabet.
            for number, row in random.Random(1).sample(list(enumerate(rows)), len(rows)):
                command = self.comparison(number, row)
                if command:
                    self.compares.add(number)
                    f.write(f"{number}\t{command}\n")
        os.makedirs(self.at("bin"))
        products.build_loader("clang-19", self.at("bin"))
        shutil.copy2(options.verify, self.at("bin/opened-verify"))
        shutil.copytree(options.hookdefs, self.at("hookdefs"))
        with open(self.at("script"), "w") as f:
            f.write(SCRIPT)

    def at(self, name):
        return os.path.join(self.folder, name)

    def comparison(self, number, row):
        words = f"--seed 1 --generate {self.options.packets} --no-shapes --color=never"
        if row.get("hooks"):
            ((original, program),) = row["originals"]
            source, target = row["hooks"]
            return f"opened-verify {original}:{program} {row['object']}:{row['program']} --from {source} --to {target} {words}"
        if row.get("sides"):
            for side, data in zip(("left", "right"), row["sides"]):
                with open(self.at(f"products/{number}.{side}.yaml"), "w") as f:
                    json.dump(data, f)
            return f"opened-verify {number}.left.yaml {number}.right.yaml {words}"
        return None

    def on_this_kernel(self):
        done = subprocess.run(
            ["unshare", "--mount", "--net", "sh", self.at("script"), str(self.options.seconds)], check=False, cwd=self.folder, text=True,
            errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )
        return done.stdout

    def in_machine(self, tree):
        with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
            script.write(f"cd /t/stage && sh ./script {self.options.seconds}\n")
            script.flush()
            command = [os.path.join(VM, "vm.sh"), "-k", tree, "-s", script.name, "-c", "2", "-r", "2048"]
            # Loads, and a comparison that has begun, may still come to their end.
            command += ["-t", str(self.options.seconds + 1200), "-b", self.at("bin/load"), "-b", self.at("bin/opened-verify")]
            for part in ("products", "hookdefs", "loads", "compares", "script"):
                command += ["-f", f"{self.at(part)}:/t/stage/{part}"]
            done = subprocess.run(
                command, check=False, text=True, errors="replace",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )
        return done.stdout


class Answers:
    """What a kernel said: of each load (error, reason), of each comparison (status, text)."""

    def __init__(self, text):
        self.loads = {
            int(number): (int(error), products.reason(said))
            for number, error, said in re.findall(r"^@@LOAD (\d+) (\d+)\n(.*?)^@@DONE$", text, flags=re.M | re.S)
        }
        self.compares = {
            int(number): (int(status), said)
            for number, said, status in re.findall(r"^@@VERIFY (\d+)\n(.*?)^@@ENDED \1 (\d+)$", text, flags=re.M | re.S)
        }


def compared(status, text):
    """(outcome, why) of a comparison."""
    # Both "different" and "inconclusive" end with 1: the line with the verdict tells.
    verdict = re.search(r"^(equivalent|different|inconclusive)\b.*", text, flags=re.M)
    if not verdict or (status == 0) != (verdict[1] == "equivalent"):
        return "uncompared", f"opened-verify ended with {status}: " + extraction.first_error(text)
    outcome, why = verdict[1], verdict[0]
    if outcome == "equivalent" and "all branches" not in why:
        outcome = "equivalent-partly"
    return outcome, why


def judge(stage, answers, number, row, release):
    """(outcome, why) of a product on a kernel."""
    own = answers.loads.get(stage.loads[row["object"], row["program"]])
    originals = [answers.loads.get(stage.loads[tuple(o)]) for o in row["originals"]]
    if own is None or None in originals:
        return "not-run", "the machine did not get to it"
    predicted = None if row["minimum"] is None else products.version(row["minimum"]) <= products.version(release)
    refused = [why for error, why in originals if error]
    if own[0]:
        if predicted is False:
            return "lacks", ""
        if refused:
            return "original-refused", refused[0]
        said = "it was not said what it needs" if predicted is None else f"said to need {row['minimum']}"
        return "wrongly-refused", f"{said}: {own[1]}"
    if predicted is False:
        return "wrongly-loads", f"said to need {row['minimum']}"
    if refused: # there is nothing to compare it with
        return "original-refused", refused[0]
    if number in answers.compares:
        return compared(*answers.compares[number])
    if number in stage.compares:
        return "loads-uncompared", "loads; the time was up before it was compared"
    return "loads", ""


def releases(tree):
    if tree == "host":
        return os.uname().release
    image = sorted(glob.glob(tree + "/boot/vmlinuz-*"))
    if not image:
        sys.exit(f"matrix.py: no kernel in '{tree}'")
    return image[-1].rsplit("vmlinuz-", 1)[1]


def sampled(rows, limit):
    """At most so many of each step."""
    steps = {}
    for row in rows:
        steps.setdefault(row["step"], []).append(row)
    return [row for of_step in steps.values() for row in random.Random(1).sample(of_step, min(limit, len(of_step)))]


def on_kernels(options, rows, kernels):
    """Yields what became of each product on each kernel; what a file of --resume has is not run again."""
    tool = selection.digest_of(options.verify)
    again = ("not-run", "loads-uncompared") if options.seconds else ("not-run",)
    for tree in kernels:
        release = releases(tree)
        name = ("host " if tree == "host" else "") + ".".join(release.split(".")[:2])
        last = {
            (facts["step"], facts["name"], facts["object"]): facts
            for facts in selection.lines(options.resume)
            if facts["tool"] == tool and facts["kernel"] == name and facts["outcome"] not in again
        }
        new = []
        for row in rows if options.limit is None or tree == "host" else sampled(rows, options.limit):
            if (row["step"], row["name"], row["object"]) in last:
                yield last[row["step"], row["name"], row["object"]]
            else:
                new.append(row)
        if not new:
            continue
        with tempfile.TemporaryDirectory(prefix="opened-matrix-") as folder:
            stage = Stage(options, new, folder)
            text = stage.on_this_kernel() if tree == "host" else stage.in_machine(tree)
        answers = Answers(text)
        extraction.say(f"{name}: {len(answers.loads)} of {len(stage.loads)} loads, {len(answers.compares)} comparisons")
        if len(answers.loads) < len(stage.loads):
            extraction.say(text[-1000:])
        for number, row in enumerate(new):
            outcome, why = judge(stage, answers, number, row, release)
            facts = {"kernel": name, "step": row["step"], "name": row["name"], "outcome": outcome, "why": why}
            selection.append(options.resume, {"tool": tool, "object": row["object"], **facts})
            yield facts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("verify", help="the opened-verify to run")
    parser.add_argument("products", help="the folder that the steps filled")
    parser.add_argument("--hookdefs", required=True)
    parser.add_argument("--kernel", action="append", help="an unpacked linux-image package, or 'host'; repeatable"
                        " (default: host, and those of test/vm/kernels.sh)")
    parser.add_argument("--step", default="", metavar="REGEX", help="products of these steps only")
    parser.add_argument("--limit", type=int, metavar="N", help="N products of each step, chosen at random, on other kernels than this one")
    parser.add_argument("--packets", type=int, default=200, help="packets for each comparison")
    parser.add_argument("--minutes", type=float, default=60, metavar="N",
                        help="compare nothing more after N minutes on a kernel")
    parser.add_argument("--resume", metavar="FILE", help="keep what became of each product there, and go on from it")
    parser.add_argument("--json", help="write what became of each product on each kernel, a line each")
    options = parser.parse_args()
    for name in ("verify", "products", "hookdefs"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    options.seconds = int(60 * options.minutes)
    rows = [row for row in products.index(options.products) if re.search(options.step, row["step"])]
    kernels = options.kernel or ["host", *call([os.path.join(VM, "kernels.sh")]).split()]
    log = open(options.json, "w") if options.json else None
    bad = 0
    for facts in on_kernels(options, rows, kernels):
        bad += facts["outcome"] in BAD
        if log:
            print(json.dumps(facts), file=log, flush=True)
        if facts["outcome"] in BAD:
            extraction.say(f"{facts['kernel']}: {facts['step']}: {facts['name']}: {facts['outcome']}: {facts['why'][:300]}")
    if log:
        log.close()
    sys.exit(1 if bad or not rows else 0)


if __name__ == "__main__":
    main()
