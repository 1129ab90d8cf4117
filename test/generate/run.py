#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run.py - programs that grammar.py writes, through all tools

Each program that compiles and loads must
  extract    be extracted whole, proved identical or explained, and compile as a unit;
  transform  be rewritten for the other hook, compile without new warnings and be equivalent, or be
             refused by a row that its rules name;
  back       come back byte for byte;
  compose    be a pipeline with the programs before it that does what its stages do one after another;
and every product must be the same when made again. Each stage is done for every program, and some of
them in another way by rotation: which ones is a function of the seed. One JSON line a program, and a
table at the end; exit status 1 when anything failed.
"""
import argparse
import collections
import concurrent.futures
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

import grammar

HERE = os.path.dirname(os.path.abspath(__file__))
OTHER = {"xdp": "tc", "tc": "xdp"}
# Test runs show tc programs packets with their tags; a packet that comes in once more (balanced) is
# what only the pair from XDP knows.
CHOICES = {"tc": ["--fidelity=plain"], "xdp": ["--vlan=bytes"]}
PLACES = {"xdp": "xdp", "tc": "tc-ingress"}
CONTINUE = {"xdp": ["XDP_PASS"], "tc": ["TC_ACT_UNSPEC", "TC_ACT_OK", "TC_ACT_PIPE"]}
FINAL = {"xdp": "XDP_PASS", "tc": "TC_ACT_UNSPEC"}
MECHANISMS = ("linked", "fused", "tail")
PART = 10  # seeds that are done one after another, for pipelines of them


class Failure(Exception):
    def __init__(self, kind, text):
        super().__init__(text)
        self.kind, self.text = kind, text.strip()


def errors_of(text):
    return [line for line in text.splitlines() if "error:" in line]


def first_error(text):
    errors = errors_of(text)
    return re.sub(r"^.*?error: ", "", errors[0]) if errors else text.strip()[-300:]


def joined(path):
    with open(path, "rb") as file:
        return re.sub(rb"(?<=\w)\\\r?\n(?=\w)", b"", file.read())


class Trial:
    """One program and the folder in which it goes its way."""

    def __init__(self, options, program, folder):
        self.options, self.program, self.folder = options, program, folder
        self.loads, self.notes, self.units = False, [], []
        self.flags = ["-target", "bpf", "-O2", "-g", *options.flags, *program.flags]
        if program.vmlinux:
            self.flags.append("-I" + options.vmlinux)
        shutil.rmtree(folder, ignore_errors=True)
        for name, data in program.files.items():
            os.makedirs(os.path.dirname(self.path("in", name)), exist_ok=True)
            with open(self.path("in", name), "wb") as file:
                file.write(data)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def run(self, argv, cwd="in", kind="tool"):
        try:
            done = subprocess.run(
                argv, cwd=self.path(cwd), capture_output=True, text=True, errors="replace",
                timeout=self.options.timeout, stdin=subprocess.DEVNULL, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Failure(kind + "-timeout", " ".join(argv)) from error
        tool = os.path.basename(argv[0])
        if tool.startswith("opened") and done.returncode not in (0, 1, 2, 3):
            raise Failure(kind + "-crash", f"{tool}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return done

    def tool(self, name, *words, kind):
        return self.run([os.path.join(self.options.tools, "opened-" + name), *words], kind=kind)

    def compile(self, cwd, target, *more):
        return self.run([self.options.clang, *self.flags, *more, "-c", "main.bpf.c", "-o", target], cwd, "compile")

    def same(self, first, second, kind):
        """Both folders hold the same."""
        for base, _, names in os.walk(self.path(first)):
            for name in names:
                path = os.path.join(base, name)
                twin = os.path.join(self.path(second), os.path.relpath(path, self.path(first)))
                if not os.path.exists(twin) or not filecmp.cmp(path, twin, shallow=False):
                    raise Failure(kind + "-unsteady", os.path.relpath(path, self.path(first)))

    def original(self):
        """False when the program is none: a fault of the grammar."""
        done = self.compile("in", self.path("a.o"), "-w")
        if done.returncode:
            self.notes.append("uncompiled: " + first_error(done.stderr))
            return False
        self.strict = not self.compile("in", self.path("w.o"), "-Wall", "-Werror").returncode
        done = self.tool("extract", "--list", "main.bpf.c", "--", *self.flags, kind="list")
        self.names = re.findall(r"^ *(\w+) +" + self.program.hook + r"\b", done.stdout, re.M)
        for name in self.names if self.options.packets else ():
            done = self.verify("a.o", "a.o", name, self.program.hook, self.program.hook, packets=1)
            if re.search(r"error: .*\[-Wopened-", done.stderr):
                self.notes.append("unloadable: " + done.stderr.strip()[-300:])
                return False
        if not self.names:
            raise Failure("list", done.stdout + done.stderr)
        return True

    def verify(self, first, second, name, start, to, packets=0):
        words = ["-q", f"--generate={packets or self.options.packets}", "--seed=1"]
        if name:
            first, second = f"{first}:{name}", f"{second}:{name}"
            words += [f"--from={start}", f"--to={to}"]
        return self.run([os.path.join(self.options.tools, "opened-verify"), *words, first, second], ".", "verify")

    def equivalent(self, done, kind):
        if done.stdout.startswith("equivalent"):
            return
        if done.stdout.startswith("inconclusive"):
            self.notes.append(kind + " inconclusive: " + done.stdout.split("\n", 1)[0])
            return
        word = "different" if done.stdout.startswith("different") else "unloadable"
        raise Failure(f"{kind}-{word}", (done.stdout or done.stderr)[:3000])

    def extract(self):
        words = ["--all", "--prove", "-v"]
        turn = self.program.seed % 4
        if turn == 1:
            words.append("--layout=tree")
        if self.program.vmlinux and turn != 2:
            words.append("--slim-vmlinux")
        if turn == 3:
            words = ["--prove", "-v", "--load", *[f"--function={name}" for name in self.names]]
        done = self.tool("extract", *words, "-o", "../units", "main.bpf.c", "--", *self.flags, kind="extract")
        if done.returncode:
            raise Failure("extract", done.stderr[:3000])
        for line in re.findall(r"^ +\d (\w+ +(?!identical|skipped)\w+.*)$", done.stdout + done.stderr, re.M):
            self.notes.append("proof: " + re.sub(r" +", " ", line))
            if not line.split()[1].startswith("explained"):
                raise Failure("extract-proof", line)
        if turn in (0, 1):
            self.tool("extract", *words, "-j2", "-q", "-o", "../units2", "main.bpf.c", "--", *self.flags, kind="extract")
            self.same("units", "units2", "extract")
        if turn in (0, 2):
            done = self.run(["make", "-s", "-C", self.path("units"), "CLANG=" + self.options.clang], kind="unit")
            if done.returncode:
                raise Failure("extract-unit", done.stderr[:3000])

    def transform(self):
        start, to = self.program.hook, OTHER[self.program.hook]
        words = [f"--from={start}", f"--to={to}", *CHOICES[to]]
        accepts = [f"--accept={rule}" for rule in sorted(self.program.accept)] if to == "xdp" else []
        done = self.tool("transform", *words, *accepts, "-o", "../there", "main.bpf.c", "--", *self.flags, kind="transform")
        if done.returncode:
            errors = re.findall(r"error: (.*)", done.stderr)
            if errors and all(any(re.search(r, e) for r in self.program.refuse) for e in errors):
                self.notes.append("refused: " + errors[0])
                return False
            raise Failure("transform-refused", done.stderr[:3000])
        if self.program.seed % 4 == 2:
            self.tool("transform", *words, *accepts, "-q", "-o", "../there2", "main.bpf.c", "--", *self.flags, kind="transform")
            self.same("there", "there2", "transform")
        strict = ["-Wall", "-Werror"] if self.strict else ["-w"]
        built = self.compile("there", self.path("b.o"), *strict)
        if built.returncode:
            raise Failure("transform-uncompiled", built.stderr[:3000])
        seen = self.options.packets and not any("unseen" in rule for rule in self.program.rules)
        for name in self.names if seen else ():
            self.equivalent(self.verify("a.o", "b.o", name, start, to), "transform")
        if self.program.seed % 3 == 0:
            done = self.tool("transform", "--check", f"--to={to}", "main.bpf.c", "--", *self.flags, kind="check")
            if '"infeasible"' in done.stdout:
                raise Failure("check-infeasible", done.stdout[:3000])
        return True

    def back(self):
        start, to = self.program.hook, OTHER[self.program.hook]
        words = [f"--from={to}", f"--to={start}", "-q"]
        accepts = [f"--accept={rule}" for rule in sorted(self.program.accept)]
        argv = [os.path.join(self.options.tools, "opened-transform"), *words, *accepts, "-o", "../back", "main.bpf.c"]
        done = self.run([*argv, "--", *self.flags], "there", "back")
        if done.returncode:
            raise Failure("back-refused", done.stderr[:3000])
        if any("back" in rule for rule in self.program.rules):
            return
        for name in self.program.files:
            there = self.path("back", name)
            if not os.path.exists(there):
                there = self.path("there", name)
            # A word that goes on in the next line is written in one when it comes back.
            if os.path.exists(there) and joined(there) != joined(self.path("in", name)):
                done = self.run(["diff", self.path("in", name), there])
                raise Failure("back-other", name + "\n" + done.stdout[:2000])

    def data_of(self, names):
        """Those that are maps and variables of the object, and no functions."""
        done = self.run([self.options.nm, self.path("a.o")])
        data = {line.split()[-1] for line in done.stdout.splitlines() if re.search(r" [bBdDrR] ", line)}
        return {old: new for old, new in names.items() if old in data}

    def compose(self, before):
        """A pipeline of this one behind those before it, each with one program."""
        trials = [*before, self]
        mechanism = MECHANISMS[self.program.seed % len(MECHANISMS)]
        hook = self.program.hook
        stages = [
            {
                "unit": os.path.relpath(trial.path("in/main.bpf.c"), self.folder),
                "name": f"s{number}",
                "program": trial.names[-1],
                "continue": CONTINUE[hook],
                "compile": {"flags": trial.flags},
            }
            for number, trial in enumerate(trials)
        ]
        # Flags are relative to the folder of the spec.
        spec = {"opened": 1, "compose": [{"name": "pipe", "hook": PLACES[hook], "mechanism": mechanism, "stages": stages}]}
        with open(self.path("pipe.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump(spec, file)
        done = self.tool("compose", "-o", "../pipe", "../pipe.yaml", kind="compose")
        told = done.stderr
        flags = {line.rpartition("[")[2] for line in errors_of(told)}
        if done.returncode == 1 and flags == {"-Wopened-stage-unreached]"}:
            self.notes.append("compose refused: " + first_error(done.stderr))
            return False
        if done.returncode:
            raise Failure("compose-refused", f"{mechanism}\n" + done.stderr[:3000])
        if self.program.seed % 4 == 3:
            self.tool("compose", "-q", "-o", "../pipe2", "../pipe.yaml", kind="compose")
            self.same("pipe2", "pipe", "compose")
        make = ["make", "-s", "-C", self.path("pipe"), "CLANG=" + self.options.clang, "pipe.bpf.o"]
        done = self.run(make, kind="compose")
        if done.returncode and "[-Wopened-stage-kfunc]" in told:
            self.notes.append("compose unbuilt as told")
            return False
        if done.returncode:
            raise Failure("compose-unbuilt", f"{mechanism}\n" + done.stderr[:3000])
        if not self.options.packets:
            return
        with open(self.path("pipe/pipe.json"), encoding="utf-8") as file:
            renamed = json.load(file)
        left = {
            "opened": 1,
            "final": FINAL[hook],
            "stages": [
                {
                    "name": f"s{number}",
                    "object": os.path.relpath(trial.path("a.o"), self.folder),
                    "program": trial.names[-1],
                    "continue": CONTINUE[hook],
                    "names": trial.data_of(renamed["hooks"][0]["stages"][number]["names"]),
                }
                for number, trial in enumerate(trials)
            ],
        }
        with open(self.path("left.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump(left, file)
        done = self.verify("left.yaml", f"pipe/verify/{PLACES[hook]}.yaml", None, hook, hook)
        self.equivalent(done, "compose-" + mechanism)


def examine(options, seed, last):
    """The outcome of one seed; `last` holds the latest programs of each hook."""
    began = time.monotonic()
    program = grammar.Program(seed)
    trial = Trial(options, program, os.path.join(options.scratch, str(seed)))
    row = {"seed": seed, "hook": program.hook, "rules": [rule["name"] for rule in program.rules], "stages": []}
    try:
        if not trial.original():
            row["outcome"] = "invalid"
            return row
        row["strict"] = trial.strict
        failures = []
        for stage in options.stages:
            try:
                if stage == "back" and not os.path.exists(trial.path("b.o")):
                    continue
                if stage == "compose":
                    before = last[program.hook]
                    if not before or program.vmlinux:
                        continue
                    done = trial.compose(before[-(1 + seed % 2) :])
                else:
                    done = getattr(trial, stage)()
                if done is False:
                    row["stages"].append(stage + " refused")
                    continue
                row["stages"].append(stage)
            except Failure as failure:
                failures.append({"kind": failure.kind, "text": failure.text})
        row["outcome"] = "failed" if failures else "passed"
        row["failures"] = failures
        return row
    finally:
        row["notes"], row["seconds"] = trial.notes, round(time.monotonic() - began, 2)
        if row.get("outcome") == "passed" and not program.vmlinux:
            last[program.hook].append(trial)
        elif row.get("outcome") != "failed" and not options.keep:
            shutil.rmtree(trial.folder, ignore_errors=True)
        while len(last[program.hook]) > 3:
            old = last[program.hook].pop(0)
            if not options.keep:
                shutil.rmtree(old.folder, ignore_errors=True)


def examine_part(options, seeds):
    """Some seeds one after another, since pipelines are made with those before."""
    rows, last = [], {"xdp": [], "tc": []}
    for seed in seeds:
        if options.end and time.monotonic() > options.end:
            break
        row = examine(options, seed, last)
        rows.append(row)
        for failure in row.get("failures", []):
            print(f"seed {seed}: {failure['kind']}: {first_error(failure['text'])[:300]}", flush=True)
        if options.json:
            with open(options.json, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    for trials in last.values():
        for trial in trials:
            if not options.keep:
                shutil.rmtree(trial.folder, ignore_errors=True)
    return rows


def table(rows):
    outcomes = collections.Counter(row["outcome"] for row in rows)
    stages = collections.Counter(stage for row in rows for stage in row["stages"])
    kinds = collections.Counter(failure["kind"] for row in rows for failure in row.get("failures", []))
    notes = collections.Counter(re.sub(r":.*", "", note) for row in rows for note in row["notes"])
    used = collections.Counter(name for row in rows for name in row["rules"])
    lines = [f"{len(rows)} programs: " + ", ".join(f"{n} {word}" for word, n in outcomes.most_common())]
    for title, counts in (("done", stages), ("failures", kinds), ("notes", notes)):
        lines += [f"{title}:"] + [f"  {n:6} {word}" for word, n in sorted(counts.items())]
    every = [rule["name"] for kind in grammar.KINDS for rule in grammar.RULES[kind]]
    lines.append("rules that no program used: " + (", ".join(name for name in every if not used[name]) or "none"))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tools", required=True, help="folder of the tools")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--nm", default="llvm-nm-19")
    parser.add_argument("--flags", default="-idirafter /usr/include/%s-linux-gnu" % os.uname().machine, help="for every program")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=float, help="begin no further program after so long")
    parser.add_argument("--packets", type=int, default=300, help="for each comparison; 0: run and load nothing")
    parser.add_argument("--timeout", type=float, default=60, help="for one command")
    parser.add_argument("--stages", default="extract,transform,back,compose")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--scratch", help="folder to work in; what failed stays there")
    parser.add_argument("--known", action="append", default=[], metavar="SEED:KIND", help="fails so, and must")
    parser.add_argument("--keep", action="store_true", help="everything stays there")
    parser.add_argument("--json", help="write a line for each program")
    parser.add_argument("--show", type=int, metavar="SEED", help="only print this program")
    options = parser.parse_args()
    if options.show is not None:
        for name, data in grammar.Program(options.show).files.items():
            print(f"==== {name}\n{data.decode()}", end="")
        return
    options.stages, options.flags = options.stages.split(","), options.flags.split()
    options.tools = os.path.abspath(options.tools)
    is_ours = not options.scratch
    options.scratch = os.path.abspath(options.scratch or tempfile.mkdtemp(prefix="opened-generate-"))
    options.vmlinux = os.path.join(options.scratch, "vmlinux")
    os.makedirs(options.vmlinux, exist_ok=True)
    if any(grammar.Program(seed).vmlinux for seed in range(options.first, options.first + options.count)):
        with open(options.vmlinux + "/vmlinux.h", "w", encoding="utf-8") as file:
            subprocess.run("bpftool btf dump file /sys/kernel/btf/vmlinux format c".split(), stdout=file, check=True)
    rows, began = [], time.monotonic()
    options.end = began + options.seconds if options.seconds else None
    last = options.first + options.count
    parts = [range(at, min(at + PART, last)) for at in range(options.first, last, PART)]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for done in pool.map(examine_part, [options] * len(parts), parts):
            rows += done
    rows.sort(key=lambda row: row["seed"])
    for row in rows:
        kinds = [f"{row['seed']}:{failure['kind']}" for failure in row.get("failures", [])]
        if kinds and set(kinds) <= set(options.known):
            row["outcome"] = "known"
        elif not kinds and any(known.startswith(f"{row['seed']}:") for known in options.known):
            row["outcome"] = "failed"
            print(f"seed {row['seed']}: it is known to fail, and did not")
    print(table(rows))
    failed = any(row["outcome"] == "failed" for row in rows)
    print(f"{time.monotonic() - began:.0f} s" + (f"; what failed is in {options.scratch}" if failed else ""))
    if is_ours and not failed and not options.keep:
        shutil.rmtree(options.scratch, ignore_errors=True)
    sys.exit(1 if failed or not rows else 0)


if __name__ == "__main__":
    main()
