#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""round-trip.py - there and back again: each pair of examples/edge/twins around two hooks

usage: round-trip.py [--packets=N] [--only=NAME,...] TRANSFORM VERIFY CLANG SCRATCH

The twins X (at XDP) and C (at tc) are one task, written by hand for each hook. X is rewritten to X' at
tc, and C to C' at XDP; the circle closes when X' is equivalent to C' and C' to X. The last is at one
hook, where no pair's table forgives anything.

Then X' and C' are rewritten once more, back to where they came from. What comes out has to be
equivalent to the start. It may be refused, since a shim is no exact rule: it sees the context by its
layout. Wrong it may not be.

Prints a line for each pair, and the sum. Exit status 1: something is not equivalent.
"""
import argparse
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys

TWINS = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/edge/twins"))
# Test runs show tc programs packets with their tags; a packet that comes in once more (balanced) is what
# only the pair from XDP knows.
CHOICES = {"tc": ["--fidelity=plain"], "xdp": ["--vlan=bytes"]}

# Not of exact rules only, and what becomes of them.
LEFT_OUT = {
    # XDP_TX at tc is a redirect to the packet's own device, and that is one at XDP, where drivers have
    # another function for it: opened-verify tells them apart at one hook.
    "echo": "fate 'reflect (XDP_TX)' against 'redirect to interface",
    "ping": "fate 'reflect (XDP_TX)' against 'redirect to interface",
    # What the shim of bpf_xdp_adjust_head() keeps does not fit the verifier's stack slots.
    "wrap": "the verifier refuses 'twin_wrap': invalid size of register spill",
}


def run(argv, cwd=None):
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, errors="replace", check=False)


class Trip:
    def __init__(self, options, name):
        self.options, self.name = options, name
        self.folder = os.path.join(options.scratch, name)
        os.makedirs(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def source(self, tree, hook):
        (found,) = glob.glob(f"{tree}/**/{self.name}.{hook}.bpf.c", recursive=True)
        return found

    def compile(self, source, target):
        done = run([self.options.clang, *self.options.flags, "-Werror", "-c", source, "-o", self.path(target)], TWINS)
        if done.returncode:
            sys.exit(f"round-trip.py: {source} does not compile\n{done.stderr}")

    def rewrite(self, source, start, to, out, options):
        """Why it was refused, or None."""
        argv = [self.options.transform, "-q", f"--from={start}", f"--to={to}", *options, "-o", self.path(out)]
        done = run([*argv, source, "--", *self.options.flags], TWINS)
        if not done.returncode:
            return None
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        if done.returncode != 1 or not errors:
            sys.exit(f"round-trip.py: {source}: exit status {done.returncode}\n{done.stderr}")
        return re.sub(r"^.*?error: ", "", errors[0])

    def compare(self, first, second, hooks):
        """What differs, or None."""
        pair = [f"{self.path(first)}:twin_{self.name}", f"{self.path(second)}:twin_{self.name}"]
        hooks = [f"--from={hooks[0]}", f"--to={hooks[1]}"]
        said = run([self.options.verify, "-q", f"--generate={self.options.packets}", "--seed=1", *hooks, *pair])
        text = said.stdout or said.stderr
        return None if said.stdout.startswith("equivalent") else text.split("\n", 1)[0]

    def there(self, start, to):
        """The rewritten twin as an object, named by where it came from."""
        why = self.rewrite(f"{TWINS}/{self.name}.{start}.bpf.c", start, to, f"{start}-tree", CHOICES[to])
        if why:
            sys.exit(f"round-trip.py: {self.name}: {start} to {to}: {why}")
        self.compile(self.source(self.path(f"{start}-tree"), start), f"{start}-there.o")

    def back(self, start, to):
        """What is wrong with the way back, or None; and why it was refused, or None."""
        tree = self.path(f"{start}-back")
        first = self.source(self.path(f"{start}-tree"), start)
        why = self.rewrite(first, to, start, tree, CHOICES[start])
        if why:
            return None, why
        self.compile(self.source(tree, start), f"{start}-back.o")
        return self.compare(f"{start}.o", f"{start}-back.o", (start, start)), None

    def circle(self):
        """[what was compared and differs]"""
        self.compile(f"{TWINS}/{self.name}.xdp.bpf.c", "xdp.o")
        self.compile(f"{TWINS}/{self.name}.tc.bpf.c", "tc.o")
        self.there("xdp", "tc")
        self.there("tc", "xdp")
        rows = (
            ("X' against C'", "xdp-there.o", "tc-there.o", ("tc", "xdp")),
            ("C' against X", "xdp.o", "tc-there.o", ("xdp", "xdp")),
        )
        return [(what, why) for what, *row in rows if (why := self.compare(*row))]


def flags(options):
    """Those of the twins' Makefile."""
    text = run(["make", "-s", "-C", TWINS, "flags", f"CLANG={options.clang}"]).stdout
    return [word for word in shlex.split(text) if word not in ("-Wall", "-Wextra", "-Werror")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packets", type=int, default=2000)
    parser.add_argument("--only", default="")
    for name in ("transform", "verify", "clang", "scratch"):
        parser.add_argument(name)
    options = parser.parse_args()
    for name in ("transform", "verify", "clang", "scratch"):
        setattr(options, name, os.path.abspath(shutil.which(getattr(options, name)) or getattr(options, name)))
    options.flags = flags(options)
    shutil.rmtree(options.scratch, ignore_errors=True)
    names = [os.path.basename(path).split(".")[0] for path in sorted(glob.glob(TWINS + "/*.xdp.bpf.c"))]
    names = [name for name in names if not options.only or name in options.only.split(",")]
    closed, came_back, refused, bad = 0, 0, 0, 0
    for name in names:
        trip = Trip(options, name)
        wrong = trip.circle()
        print(f"{name:10} " + ("; ".join(f"{what}: {why}" for what, why in wrong) or "closed"), flush=True)
        closed += not wrong
        expected = LEFT_OUT.get(name)
        bad += bool(wrong) and not (expected and all(expected in why for _, why in wrong))
        for start, to in (("xdp", "tc"), ("tc", "xdp")):
            why, reason = trip.back(start, to)
            came_back += not why and not reason
            refused += bool(reason)
            bad += bool(why)
            print(f"{name:10}   back to {start}: {why or reason or 'equivalent'}", flush=True)
        shutil.rmtree(trip.folder)
    print(f"{closed} of {len(names)} circles closed; {came_back} of {2 * len(names)} rewritten back, {refused} refused; {bad} wrong")
    sys.exit(1 if bad or not names else 0)


main()
