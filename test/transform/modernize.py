#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""modernize.py - modernize one source and demand that its maps and instructions stay what they are

usage: modernize.py --transform=TOOL --clang=CLANG --llvm=DIR --scratch=DIR [--load] SOURCE OPTION... -- FLAGS

The source without what is there for FileCheck is rewritten with --modernize and OPTIONs. Both texts
compile with -Wall -Werror. What the section "maps" of the first object holds is what libbpf finds in
the second one; with --load the kernel takes it. The instructions are equal where no OPTION moves the
programs. The manifest fits its schema, a second run changes nothing. The new text is printed.
"""
import argparse
import ctypes
import pathlib
import re
import shutil
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE.parent.parent / "hookdefs/schema/transform.schema.json"
NAMES = ("type", "key_size", "value_size", "max_entries", "map_flags")


def run(*argv, cwd=None):
    done = subprocess.run([str(a) for a in argv], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"modernize.py: {argv}: {done.returncode}\n{done.stdout}{done.stderr}")
    if "warning:" in done.stderr:
        sys.exit(f"modernize.py: {done.stderr}")
    return done.stdout


def legacy_maps(llvm, item):
    """The records in section "maps", by their symbols."""
    run(llvm / "llvm-objcopy", f"--dump-section=maps={item}.maps", item, "/dev/null")
    data = pathlib.Path(f"{item}.maps").read_bytes()
    index = re.search(r"^\s+\[ *(\d+)\] maps\s", run(llvm / "llvm-readelf", "-SW", item), re.M)[1]
    found = {}
    for line in run(llvm / "llvm-readelf", "-sW", item).splitlines():
        words = line.split()
        if len(words) == 8 and words[3] == "OBJECT" and words[6] == index:
            at = int(words[1], 16)
            found[words[7]] = struct.unpack_from("<5I", data, at)
    return found


def btf_maps(item, load):
    """What libbpf makes of an object."""
    lib = ctypes.CDLL("libbpf.so.1")
    lib.bpf_object__open.restype = ctypes.c_void_p
    lib.bpf_object__next_map.restype = ctypes.c_void_p
    lib.bpf_map__name.restype = ctypes.c_char_p
    opened = ctypes.c_void_p(lib.bpf_object__open(str(item).encode()))
    if not opened:
        sys.exit("modernize.py: libbpf does not open the result")
    found, at = {}, ctypes.c_void_p(lib.bpf_object__next_map(opened, None))
    while at:
        values = []
        for name in NAMES:
            get = getattr(lib, "bpf_map__" + name)
            get.restype = ctypes.c_uint32
            values.append(get(at))
        found[lib.bpf_map__name(at).decode()] = tuple(values)
        at = ctypes.c_void_p(lib.bpf_object__next_map(opened, at))
    if load and lib.bpf_object__load(opened):
        sys.exit("modernize.py: the result does not load")
    lib.bpf_object__close(opened)
    return found


def main():
    words = sys.argv[1 : sys.argv.index("--")]
    flags = sys.argv[sys.argv.index("--") + 1 :]
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("transform", "clang", "llvm", "scratch"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("source", type=pathlib.Path)
    args, options = parser.parse_known_args(words)

    shutil.rmtree(args.scratch, ignore_errors=True)
    home, out = args.scratch / "in", args.scratch / "out"
    home.mkdir(parents=True)
    name = args.source.name
    text = re.sub(r"^ \* RUN:.*$", " *", args.source.read_text(), flags=re.M)
    found = re.search(r"^// [A-Z][A-Z0-9-]*:", text, re.M)
    (home / name).write_text(text[: found.start()] if found else text)

    tool = [args.transform, "--modernize", *options]
    run(*tool, "-o", out, name, "--", *flags, cwd=home)
    run(sys.executable, HERE.parent / "unit/schema-check.py", SCHEMA, out / f"{name}.transform.json")
    for folder in (home, out):
        run(args.clang, *flags, "-Wall", "-Werror", "-c", name, "-o", folder / "it.o", cwd=folder)
    before, after = legacy_maps(args.llvm, home / "it.o"), btf_maps(out / "it.o", args.load)
    if not before:
        sys.exit("modernize.py: no legacy maps in the source")
    for key, values in before.items():
        if after.get(key) != values:
            sys.exit(f"modernize.py: map '{key}' was {values} and is {after.get(key)}: {NAMES}")
    if not options:
        listed = [
            run(args.llvm / "llvm-objdump", "-dr", folder / "it.o").replace(str(folder), "")
            for folder in (home, out)
        ]
        if listed[0] != listed[1]:
            sys.exit("modernize.py: the instructions differ")
    if run(args.transform, "--modernize", "--dry-run", name, "--", *flags, cwd=out):
        sys.exit("modernize.py: a second run changes something")
    sys.stdout.write((out / name).read_text())


main()
