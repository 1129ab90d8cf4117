#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compose.py - runs opened-compose for a golden, and demands what every result must have

usage: compose.py --compose=TOOL --clang=CLANG --scratch=DIR [--load] [--refused[=STATUS]] ARGUMENT...

The product goes to DIR/out and is printed, file by file, without the loader's own sources. It must be
the same when it is made again, compile with -Werror and, with --load, load.
"""
import os
import re
import shutil
import subprocess
import sys


def fail(text):
    sys.exit("compose.py: " + text)


def run(argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, **more)


def tree(folder):
    found = {}
    for base, folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, encoding="utf-8") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def build(options, out, name):
    made = run(["make", "-s", "-C", out, f"CLANG={options['clang']}", "EXTRA_CFLAGS=-Wall -Werror", name + ".bpf.o"])
    if made.returncode or made.stderr:
        fail("the product does not build\n" + made.stdout + made.stderr)
    if "load" not in options:
        return
    # In a BPF filesystem of its own: maps that are pinned by name go with it.
    script = 'mount -t bpf bpf /sys/fs/bpf && exec bpftool prog loadall "$0" /sys/fs/bpf/loaded'
    loaded = run(["unshare", "--mount", "sh", "-c", script, os.path.join(out, name + ".bpf.o")])
    if loaded.returncode:
        fail("the product does not load\n" + loaded.stderr)


def main():
    options, arguments = {}, sys.argv[1:]
    while arguments and arguments[0].startswith("--") and arguments[0].split("=")[0][2:] in (
        "compose", "clang", "scratch", "load", "refused",
    ):
        name, _, value = arguments.pop(0)[2:].partition("=")
        options[name] = value
    shutil.rmtree(options["scratch"], ignore_errors=True)
    os.makedirs(options["scratch"])
    out, again = (os.path.join(options["scratch"], name) for name in ("out", "again"))
    made = run([options["compose"], "-o", out, *arguments])
    if "refused" in options:
        print(made.stderr, end="")
        if made.returncode != int(options["refused"] or 1):
            fail(f"exit status {made.returncode}")
        if os.path.exists(out):
            fail("something was written")
        return
    if made.returncode:
        fail(f"exit status {made.returncode}\n{made.stderr}")
    first = tree(out)
    run([options["compose"], "-q", "-o", again, *arguments])
    if first != tree(again):
        fail("made again it is another")
    (manifest,) = [name for name in first if re.fullmatch(r"\w+\.json", name) and name != "compile_commands.json"]
    build(options, out, manifest[: -len(".json")])
    print(made.stderr, end="")
    for name in sorted(first):
        if not name.startswith(("loader/", ".")):
            print(f"==== {name}\n{first[name]}", end="")


main()
