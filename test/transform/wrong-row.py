#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""wrong-row.py - a program rewritten by the tables, and by tables of which one row is wrong

usage: wrong-row.py --transform=TOOL --verify=TOOL --clang=CLANG --hookdefs=DIR --scratch=DIR SOURCE PAIR
                    SITE.NAME=ACTION:VALUE... -- FLAGS

By the tables the result is equivalent to the source. For each row that is given, a copy of the tables has
ACTION: VALUE (rename or call) in its place: what comes of that must differ, or the verifier refuses it.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

import yaml


def run(argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, **more)


def result(args, flags, tables, folder):
    """What opened-verify says of source and result, or why there is none."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    name = os.path.basename(args.source)
    shutil.copy(args.source, folder)
    to = args.pair.split("-to-")[1]
    argv = [args.transform, "--to=" + to, "-q", *args.option, "-o", "out", name, "--", *flags]
    done = run(argv, cwd=folder, env=dict(os.environ, OPENED_HOOKDEFS=os.path.abspath(tables)))
    if done.returncode:
        return "not rewritten: " + done.stderr
    for side, path in (("before", name), ("after", "out/" + name)):
        done = run([args.clang, *flags, "-c", path, "-o", side + ".o"], cwd=folder)
        if done.returncode:
            return "not compiled: " + done.stderr
    done = run([args.verify, "-q", "--generate=4000", str(folder / "before.o"), str(folder / "after.o")])
    return (done.stdout or done.stderr).splitlines()[0]


def spoilt(args, row, folder):
    """A copy of the tables with this row replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(args.hookdefs, folder)
    place, _, what = row.partition("=")
    (site, name), (action, value) = place.split("."), what.split(":")
    path = folder / (args.pair + ".yaml")
    table = yaml.safe_load(path.read_text())
    if name not in table["rewrite"][site]:
        sys.exit(f"wrong-row.py: no row {place}")
    table["rewrite"][site][name] = {action: value}
    path.write_text(yaml.safe_dump(table, sort_keys=False))
    return folder


def main():
    words = sys.argv[1:]
    parser = argparse.ArgumentParser()
    for name in ("transform", "verify", "clang", "hookdefs", "scratch"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("source")
    parser.add_argument("pair")
    parser.add_argument("rows", nargs="+")
    args = parser.parse_args(words[: words.index("--")])
    flags = words[words.index("--") + 1 :]
    scratch = pathlib.Path(args.scratch)
    failed = False
    said = result(args, flags, args.hookdefs, scratch / "right")
    print("right:", said)
    failed |= not said.startswith("equivalent on ")
    for row in args.rows:
        said = result(args, flags, spoilt(args, row, scratch / "tables"), scratch / "wrong")
        caught = said.startswith("different: ") or "the verifier refuses" in said
        print(f"{row}: {said}" if caught else f"{row}: not caught: {said}")
        failed |= not caught
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
