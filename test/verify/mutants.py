#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mutants.py - what opened-verify says of twins, and of twins with one thing changed

Each pair of examples/edge/twins must be equivalent, with every branch reached. Then each mutant of the
second program (mutate.py) is compared with the first program and must be called different. A mutant
that is not, a survivor, is right only where it does the same as its original on every frame: such ones
are in survivors.yaml, each with its reason. A survivor that is not there fails the run, and so does
a row there whose mutant is caught or is no more. Rows with "live" are mutants that only the live
engine can tell from the original: it must.

Mutants that the compiler or the kernel's verifier refuses prove nothing; those that compile to the
same instructions are the same program. Both are only counted.

Exit status: 0 as it has to be, 1 not, 2 usage.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import yaml

sys.dont_write_bytecode = True
import mutate

HERE = os.path.dirname(os.path.abspath(__file__))
TWINS = os.path.join(HERE, "../../examples/edge/twins")
WORDS = ("caught", "caught live", "survived", "inconclusive", "same code", "does not compile", "does not load", "error")
NO_PROGRAM = ("same code", "does not compile", "does not load")
# Programs that no kernel runs: their instructions may even be gone (undefined behaviour).
REFUSED = r"-Wopened-(load-refused|load-failed|object-invalid)\b"


def run(command, **options):
    return subprocess.run(
        command, check=False, text=True, errors="replace", stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )


class Case:
    """One mutant of one pair, and what became of it."""

    def __init__(self, pair, mutant):
        self.pair, self.mutant = pair, mutant
        self.word, self.output, self.seconds = None, "", 0.0

    def key(self):
        return self.pair, self.mutant.line, self.mutant.change, self.mutant.nth

    def __str__(self):
        nth = f" ({self.mutant.nth})" if self.mutant.nth > 1 else ""
        return f"{self.pair}: {self.mutant.change}{nth}   in: {self.mutant.line}"


class Suite:
    def __init__(self, options, folder):
        self.options, self.folder, self.survivors = options, folder, load_survivors()
        make = run(["make", "-s", "-C", TWINS, "OUT=" + folder])
        if make.returncode:
            sys.exit(make.stdout)
        flags = run(["make", "-s", "-C", TWINS, "flags"]).stdout.split()
        flags = [f for f in flags if not f.startswith("-W") and f != "-I../include"]
        self.compile = [
            "clang-19", *flags, "-w", "-I" + TWINS, "-I" + os.path.join(TWINS, "../include"),
        ]

        self.assembly = {p: self.instructions(self.source(p, "tc")) for p in options.pair or pairs()}

    def source(self, pair, hook):
        return os.path.join(TWINS, f"{pair}.{hook}.bpf.c")

    def instructions(self, path):
        """The assembly of a source, without what tells where it came from; None: no C."""
        command = [f for f in self.compile if f != "-g"]
        done = run([*command, "-S", path, "-o", "-"])
        if done.returncode:
            return None
        return "\n".join(l for l in done.stdout.splitlines() if "\t.file\t" not in l)

    def verify(self, pair, second, report, live=None):
        """(verdict or None, output, report); live: a folder of maps' contents, for the live engine."""
        first = os.path.join(self.folder, f"{pair}.xdp.bpf.o")
        command = [
            self.options.tool, "--generate", str(self.options.packets),
            "--seed", str(self.options.seed), "--report", report, f"{first}:twin_{pair}", f"{second}:twin_{pair}",
        ]
        if live is not None:
            with open(report + ".maps.json", "w", encoding="ascii") as file:
                json.dump({"maps": live}, file)
            command += ["--live", "--maps", file.name]
        try:
            done = run(command, timeout=self.options.time)
        except subprocess.TimeoutExpired as late:
            return None, f"not done after {late.timeout} s", {}
        try:
            with open(report, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, ValueError):
            found = {}
        verdict = found.get("verdict")
        if (verdict == "equivalent") != (done.returncode == 0) or done.returncode not in (0, 1):
            verdict = None
        return verdict, f"exit status {done.returncode}\n{done.stdout}", found

    def original(self, pair):
        """What is wrong with a pair as it is, or None."""
        second = os.path.join(self.folder, f"{pair}.tc.bpf.o")
        verdict, output, report = self.verify(pair, second, os.path.join(self.folder, pair + ".json"))
        if verdict != "equivalent":
            return output
        missing = [
            f"{side['object']}: {edge['file']}:{edge['line']}: {edge['source']}"
            for side in report["programs"] for edge in side["coverage"]["branches"]
            if not edge["reached"] and not edge["unreachable"]
        ]
        return "branches not reached:\n" + "\n".join(missing) if missing else None

    def mutant(self, case):
        name = tempfile.mkdtemp(dir=self.folder)
        path = os.path.join(name, os.path.basename(self.source(case.pair, "tc")))
        with open(self.source(case.pair, "tc"), encoding="utf-8") as file:
            source = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(case.mutant.apply(source))
        start = time.monotonic()
        case.word, case.output = self.judge(case, path)
        case.seconds = time.monotonic() - start
        shutil.rmtree(name)
        if self.options.verbose:
            print(f"{case.seconds:6.1f} s  {case.word:16}  {case}", file=sys.stderr, flush=True)
        return case

    def judge(self, case, path):
        assembly = self.instructions(path)
        if assembly is None:
            return "does not compile", ""
        if assembly == self.assembly[case.pair]:
            return "same code", ""
        target = path[:-2] + ".o"
        compiled = run([*self.compile, "-c", path, "-o", target])
        if compiled.returncode:
            return "does not compile", compiled.stdout
        verdict, output, _ = self.verify(case.pair, target, path + ".json")
        words = {"different": "caught", "equivalent": "survived", "inconclusive": "inconclusive"}
        row = self.survivors.get(case.key(), {})
        if verdict == "equivalent" and "live" in row:
            if os.path.exists(path + ".json"):
                os.remove(path + ".json")
            verdict, output, _ = self.verify(case.pair, target, path + ".json", row["live"])
            return "caught live" if verdict == "different" else "survived", output
        if verdict in words:
            return words[verdict], output
        # for a constant that is also the size of a map
        if "-Wopened-map-shape]" in output:
            return "caught", output
        return ("does not load" if re.search(REFUSED, output) else "error"), output


def pairs():
    return sorted(n[: -len(".tc.bpf.c")] for n in os.listdir(TWINS) if n.endswith(".tc.bpf.c"))


def choose(found, limit):
    """At most limit of them, evenly spread, the same each time."""
    if not limit or len(found) <= limit:
        return found
    return [found[i * len(found) // limit] for i in range(limit)]


def load_survivors():
    with open(os.path.join(HERE, "survivors.yaml"), encoding="utf-8") as file:
        rows = yaml.safe_load(file) or []
    return {(r["pair"], r["line"], r["change"], r.get("nth", 1)): r for r in rows}


def check_originals(suite, names, pool):
    wrong = 0
    for pair, why in zip(names, pool.map(suite.original, names)):
        if why:
            wrong += 1
            print(f"pair {pair}: not as it has to be: {why}")
    print(f"{len(names) - wrong} of {len(names)} pairs equivalent with every branch reached")
    return wrong


def tell(cases, survivors, every):
    """Prints the table and what is wrong; returns how much is."""
    counts = collections.defaultdict(collections.Counter)
    for case in cases:
        counts[case.pair][case.word] += 1
        counts["all"][case.word] += 1
    print("pair".ljust(12) + "".join(w.rjust(len(w) + 2) for w in WORDS))
    for pair in [*sorted(k for k in counts if k != "all"), "all"]:
        print(pair.ljust(12) + "".join(str(counts[pair][w]).rjust(len(w) + 2) for w in WORDS))
    wrong = 0
    for case in cases:
        row = survivors.get(case.key())
        right = ("caught",)
        if row:
            right = ("caught live",) if "live" in row else ("survived", "inconclusive")
        if case.word in (*right, *NO_PROGRAM) and not (row and case.word in NO_PROGRAM):
            continue
        wrong += 1
        listed = "in survivors.yaml" if row else "not in survivors.yaml"
        print(f"{case.word}, and {listed}: {case}")
        if case.word == "error":
            print(case.output)
    for key in survivors:
        if key[0] in every and key not in every[key[0]]:
            print(f"in survivors.yaml, but there is no such mutant: {key}")
            wrong += 1
    total = counts["all"]
    print(f"{total['caught'] + total['caught live']} caught, {total['survived']} survived, {wrong} wrong")
    return wrong


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", help="opened-verify")
    parser.add_argument("--pair", action="append", help="only this pair; may be repeated")
    parser.add_argument("--limit", type=int, default=0, metavar="N",
                        help="at most N mutants of each pair (default: all)")
    parser.add_argument("--originals", action="store_true", help="only the pairs as they are")
    parser.add_argument("--packets", type=int, default=10000, metavar="N", help="generated packets")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which packets")
    parser.add_argument("--time", type=int, default=300, metavar="SECONDS", help="limit of each run")
    parser.add_argument("--json", metavar="FILE", help="write what became of each there")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell each as it is done")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, metavar="N")
    options = parser.parse_args(arguments)
    options.tool = os.path.abspath(options.tool)
    return options


def main(arguments):
    options = parse(arguments)
    names = options.pair or pairs()
    unknown = set(names) - set(pairs())
    if unknown:
        print(f"mutants.py: no pair '{unknown.pop()}'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="opened-mutants-") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        suite = Suite(options, folder)
        wrong = check_originals(suite, names, pool)
        if options.originals:
            return 1 if wrong else 0
        every, cases = {}, []
        for pair in names:
            with open(suite.source(pair, "tc"), encoding="utf-8") as file:
                found = mutate.mutants(file.read())
            every[pair] = {Case(pair, m).key() for m in found}
            cases += [Case(pair, m) for m in choose(found, options.limit)]
        cases = list(pool.map(suite.mutant, cases))
        wrong += tell(cases, suite.survivors, every)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([{"pair": c.pair, "line": c.mutant.line, "change": c.mutant.change,
                        "nth": c.mutant.nth, "operator": c.mutant.operator, "word": c.word,
                        "seconds": round(c.seconds, 2), "output": c.output} for c in cases],
                      file, indent=1)
    return 1 if wrong else 0


if __name__ == "__main__":
    # as an exception, so that what was made is removed
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
