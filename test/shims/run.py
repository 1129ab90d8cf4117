#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run.py - a program beside itself behind a shim header, and behind wrong copies of that header

A source has two forms: as it was written for the first hook, and, with -DOPN_AFTER, as the transformer
emits it for the second. The shim header is the one whose name the source includes. Both are compiled and
compared by opened-verify: they must be equivalent, on packets that take every branch of the first form (the
second has branches that wait for the kernel to refuse something). Then the header is copied with one thing changed, for
each line of the source's head comment

	WRONG: NAME: OLD => NEW

and the second form behind that copy must be different. OLD stands in the header exactly once, in one line:
a row whose text is gone fails, as does one whose copy does not compile or load.

Exit status: 0 as it has to be, 1 not, 2 usage.
"""

import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
SHIMS = os.path.join(ROOT, "hookdefs/shims")
WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-sign-compare", "-Werror"]
WRONG = re.compile(r"^ \* WRONG: ([a-z0-9-]+): (.+?) => ?(.*)$", re.MULTILINE)


def parse(arguments):
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source")
    parser.add_argument("-o", "--option", action="append", default=[], metavar="NAME=VALUE",
                        help="a define at the top of the header's copy, as the transformer writes it")
    parser.add_argument("-D", dest="define", action="append", default=[], metavar="NAME[=VALUE]",
                        help="a define for both forms")
    parser.add_argument("--cpu", default="v1", help="instructions that the compiler may use")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="of the wrong copies only these; 'none' for none")
    parser.add_argument("--program", metavar="NAME", help="the program, where there are more")
    parser.add_argument("--unreached", type=int, default=0, metavar="N",
                        help="so many branches of the first form are not reached")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--verify", default="opened-verify")
    parser.add_argument("--scratch", required=True, metavar="PREFIX", help="where copies and objects go")
    options = parser.parse_args(arguments[:cut])
    options.rest = arguments[cut + 1:]
    return options


def run(command):
    return subprocess.run(command, check=False, text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Case:
    def __init__(self, options):
        self.options = options
        with open(options.source, encoding="utf-8") as file:
            self.text = file.read()
        names = re.findall(r'^#include "([a-z0-9-]+\.h)"$', self.text, re.MULTILINE)
        self.names = [n for n in names if os.path.exists(os.path.join(SHIMS, n))]
        if len(self.names) != 1:
            sys.exit(f"run.py: {options.source} includes {len(self.names)} shim headers, not one")
        with open(os.path.join(SHIMS, self.names[0]), encoding="utf-8") as file:
            self.header = file.read()
        self.failed = False

    def wrong(self):
        rows = WRONG.findall(self.text)
        if self.options.only:
            unknown = set(self.options.only) - {name for name, _, _ in rows} - {"none"}
            if unknown:
                sys.exit(f"run.py: no such row: {', '.join(unknown)}")
            rows = [row for row in rows if row[0] in self.options.only]
        return rows

    def fail(self, name, text):
        print(f"{name}: {text}")
        self.failed = True

    def compile(self, name, flags, header=None):
        """The object's path, or None after telling why not."""
        folder = f"{self.options.scratch}.{name}"
        os.makedirs(folder, exist_ok=True)
        if header is not None:
            with open(os.path.join(folder, self.names[0]), "w", encoding="utf-8") as file:
                for option in self.options.option:
                    file.write("#define " + option.replace("=", " ", 1) + "\n")
                file.write(header)
        out = os.path.join(folder, "program.o")
        multiarch = run([self.options.clang, "-print-target-triple"]).stdout.split("-")[0]
        result = run([
            self.options.clang, "-target", "bpf", "-mcpu=" + self.options.cpu, "-O2", "-g", *WARNINGS, *flags, "-I" + folder,
            f"-I/usr/include/{multiarch}-linux-gnu", *("-D" + d for d in self.options.define),
            "-c", self.options.source, "-o", out,
        ])
        if result.returncode:
            self.fail(name, "does not compile\n" + result.stdout)
            return None
        return out

    def compare(self, first, second):
        if self.options.program:
            first, second = (f"{path}:{self.options.program}" for path in (first, second))
        return run([self.options.verify, "--color=never", *self.options.rest, first, second])

    def right(self, first):
        second = self.compile("right", ["-DOPN_AFTER"], self.header)
        if not second:
            return
        result = self.compare(first, second)
        line = (result.stdout.splitlines() or [""])[0]
        if result.returncode or not line.startswith("equivalent on "):
            self.fail("right", f"exit status {result.returncode}\n{result.stdout}")
            return
        reached = re.search(r"^ +left .*, (\d+) of (\d+) branches reached", result.stdout, re.MULTILINE)
        unreached = int(reached[2]) - int(reached[1]) if reached else 0
        # On devices no packet is led by what the ones before reached: those runs are for what a test
        # run cannot show, and the same shims have tests that reach every branch.
        live = any(word.startswith("--live") for word in self.options.rest)
        if unreached != self.options.unreached and not live:
            self.fail("right", f"{unreached} branches of the first form are not reached\n{result.stdout}")
        else:
            print(f"right: {line}")

    def one_wrong(self, first, name, old, new):
        count = self.header.count(old)
        if count != 1:
            self.fail(name, f"'{old}' stands in {self.names[0]} {count} times")
            return
        second = self.compile(name, ["-DOPN_AFTER", "-w"], self.header.replace(old, new))
        if not second:
            return
        result = self.compare(first, second)
        line = (result.stdout.splitlines() or [""])[0]
        if result.returncode != 1 or not line.startswith("different: "):
            self.fail(name, f"exit status {result.returncode}, and had to be different\n{result.stdout}")
        else:
            print(f"{name}: {line}")


def main():
    case = Case(parse(sys.argv[1:]))
    first = case.compile("first", [])
    if first:
        case.right(first)
        for name, old, new in case.wrong():
            case.one_wrong(first, name, old, new)
    return 1 if case.failed or not first else 0


if __name__ == "__main__":
    sys.exit(main())
