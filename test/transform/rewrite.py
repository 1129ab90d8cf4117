#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""rewrite.py - rewrite the programs of one source and demand what every result must have

usage: rewrite.py --transform=TOOL --clang=CLANG --scratch=DIR [--verify=TOOL] [-r] [-c] [-w TEXT]...
                  [-u] [-V OPTION]... SOURCE OPTION... -- FLAGS

A copy of SOURCE without what is there for FileCheck, and of the folder Inputs/<name of SOURCE>
beside it, is rewritten as a project of its own. Source and result compile with -Wall -Werror; the
manifest fits its schema; the diff of --dry-run makes the same files; --check does not call it
infeasible; and (with --verify) each program is equivalent to what it was made of. Then the rewritten
files are printed, with their names when there are several.

-r         it must be refused instead: exit status 1, nothing written, and --check has said so; the
           reasons are printed
-c         --check looks at one program at a time and cannot know of the refusal
-w TEXT    a warning that must be given, as a part of its text; any other warning fails
-u         do not run it: what it does cannot be seen on test packets
-V OPTION  an option for opened-verify
"""
import argparse
import filecmp
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE.parent.parent / "hookdefs/schema/transform.schema.json"
CHECKS = re.compile(r"^// [A-Z][A-Z0-9-]*:", re.M)
RUNS = re.compile(r"^ \* RUN:.*$", re.M)


def fail(why, text=""):
    sys.exit(f"rewrite.py: {why}\n{text}")


def run(argv, cwd, wanted=0):
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)
    if wanted is not None and done.returncode != wanted:
        fail(f"exit status {done.returncode}, not {wanted}: {' '.join(argv)}", done.stdout + done.stderr)
    return done


def arguments():
    words = sys.argv[1:]
    flags = []
    if "--" in words:
        flags = words[words.index("--") + 1 :]
        words = words[: words.index("--")]
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--transform", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--verify")
    parser.add_argument("-r", dest="refused", action="store_true")
    parser.add_argument("-c", dest="unchecked", action="store_true")
    parser.add_argument("-w", dest="warnings", action="append", default=[])
    parser.add_argument("-u", dest="unverified", action="store_true")
    parser.add_argument("-V", dest="verify_options", action="append", default=[])
    parser.add_argument("source", type=pathlib.Path)
    known, options = parser.parse_known_args(words)
    return known, options, flags


def prepare(source, scratch):
    """The project that is rewritten."""
    shutil.rmtree(scratch, ignore_errors=True)
    inputs = source.parent / "Inputs" / source.stem
    if inputs.is_dir():
        shutil.copytree(inputs, scratch / "in")
    else:
        (scratch / "in").mkdir(parents=True)
    text = RUNS.sub(" *", source.read_text())
    found = CHECKS.search(text)
    (scratch / "in" / source.name).write_text(text[: found.start()] if found else text)


def files_of(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def check_warnings(wanted, text):
    given = [line for line in text.splitlines() if " warning: " in line or line.startswith("warning: ")]
    for word in wanted:
        if not any(word in line for line in given):
            fail(f"no warning '{word}'", text)
    if any(not any(word in line for word in wanted) for line in given):
        fail("unexpected warning", text)


def check_diff(diff, home, out, again):
    """The diff makes of the project what was written."""
    shutil.copytree(home, again)
    done = subprocess.run(["patch", "-p1", "-s"], cwd=again, input=diff, capture_output=True, text=True, check=False)
    if done.returncode:
        fail("the diff cannot be applied", done.stdout + done.stderr)
    for name in files_of(again):
        # What the source does not use is not written.
        written = out / name if (out / name).exists() else home / name
        if not filecmp.cmp(written, again / name, shallow=False):
            fail(f"the diff makes another {name}", diff)


def judgement(transform, source, home):
    """The worst that --check says of the programs."""
    words = ["exact", "exact under conditions", "lossy", "infeasible"]
    said = json.loads(run([*transform, "--check", *source], home).stdout)
    return max((program["verdict"] for program in said["programs"]), key=words.index)


def compile_in(args, flags, folder, target):
    run([args.clang, *flags, "-Wall", "-Werror", "-c", args.source.name, "-o", target], folder)


def main():
    args, options, flags = arguments()
    scratch = pathlib.Path(args.scratch).resolve()
    prepare(args.source, scratch)
    home, name = scratch / "in", args.source.name
    before = {path: (home / path).read_bytes() for path in files_of(home)}
    compile_in(args, flags, home, "../before.o")

    transform = [args.transform, *options]
    source = [name, "--", *flags]
    wanted = 1 if args.refused else 0
    done = run([*transform, "-o", "../out", *source], home, wanted)
    diff = run([*transform, "--dry-run", *source], home, wanted)
    if diff.stderr != done.stderr:
        fail("--dry-run says something else", diff.stderr)
    verdict = judgement(transform, source, home)
    if before != {path: (home / path).read_bytes() for path in files_of(home)}:
        fail("the project itself was changed")
    if args.refused:
        if sorted(p.name for p in scratch.iterdir()) != ["before.o", "in"] or diff.stdout:
            fail("something was written", diff.stdout)
        if not args.unchecked and verdict not in ("lossy", "infeasible"):
            fail(f"--check says '{verdict}'")
        sys.stdout.write(done.stderr)
        return
    check_warnings(args.warnings, done.stderr)
    if verdict == "infeasible":
        fail("--check says 'infeasible'")
    out = scratch / "out"
    check_diff(diff.stdout, home, out, scratch / "again")
    manifest = out / f"{name}.transform.json"
    run([sys.executable, str(HERE.parent / "unit/schema-check.py"), str(SCHEMA), str(manifest)], out)
    compile_in(args, flags, out, "../after.o")
    report = json.loads(manifest.read_text())
    programs = report["programs"]
    if not programs:
        fail("nothing was rewritten")
    for program in programs if args.verify and not args.unverified else ():
        pair = [f"before.o:{program}", f"after.o:{program}"]
        said = run([args.verify, "-q", "--generate=4000", f"--from={report['from']}", *args.verify_options, *pair], scratch).stdout
        if not said.startswith("equivalent"):
            fail(f"'{program}' is not equivalent", said)
    for path in files_of(out):
        text = (out / path).read_bytes()
        if path not in before or text == before[path]:
            continue
        if len(before) > 1:
            print(f"==> {path} <==")
        sys.stdout.write(text.decode())


main()
