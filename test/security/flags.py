# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""flags.py - compile commands of a stranger: none runs, loads or writes anything

flags.py OPENED-EXTRACT CLANG FOLDER

Each command is in a database beside a tree with a program and a library that leave a file when
they run. Whatever the tool makes of the command: the tree stays as it was, the tool ends by itself
with one of its own statuses, and it says what it left out. Every row did harm before
rewriters/safe_flags.cpp.
"""

import json
import os
import shutil
import subprocess
import sys

TOOL, CLANG, BASE = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
TREE, DATABASE = os.path.join(BASE, "tree"), os.path.join(BASE, "database")
BPF = ["-target", "bpf", "-O2", "-g"]
GPU = ["-target", "amdgcn-amd-amdhsa", "-mcpu=native"]

SOURCE = """__attribute__((section("xdp"), used)) int prog(void *ctx) { return 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
"""
PROGRAM = f"#!/bin/sh\ntouch {TREE}/RAN\necho gfx900\n"
LIBRARY = """#include <fcntl.h>
__attribute__((constructor)) static void run(void) { creat("%s/LOADED", 0644); }
"""


def frontend(*words):
    return [part for word in words for part in ("-Xclang", word)]


def in_tree(name):
    return os.path.join(TREE, name)


# name: command, and whether something of it is left out and told
COMMANDS = {
    "a program, by name": (["clang", *GPU, "--amdgpu-arch-tool=" + in_tree("bin/amdgpu-arch")], 1),
    "of HIP": (["clang", "-x", "hip", "--offload-arch=native", "-nogpulib", "-nogpuinc",
                "--amdgpu-arch-tool=" + in_tree("bin/amdgpu-arch")], 1),
    "of CUDA": (["clang", "-x", "cuda", "--offload-arch=native", "-nocudalib", "-nocudainc",
                 "--nvptx-arch-tool=" + in_tree("bin/amdgpu-arch")], 1),
    "of OpenMP": (["clang", *BPF, "-fopenmp=libomp", "--offload-arch=native",
                   "-B" + in_tree("bin")], 1),
    "a program below -B": (["clang", "-B" + in_tree("bin"), *GPU], 1),
    "beside the compiler": ([in_tree("bin/clang"), *GPU], 1),
    "behind a launcher": (["ccache", in_tree("bin/clang"), *GPU], 1),
    "of another compiler": ([in_tree("bin/gcc"), "-B" + in_tree("bin"), *GPU], 1),
    "flags beside the compiler": ([in_tree("bin/clang"), *BPF], 0),
    "flags of a file": (["clang", "--config=" + in_tree("bin/clang.cfg"), *BPF], 1),
    "a plugin": (["clang", "-fpass-plugin=" + in_tree("plugin.so"), *BPF], 1),
    "a plugin, behind -Xclang": (
        ["clang", *frontend("-fpass-plugin=" + in_tree("plugin.so")), *BPF], 1),
    "from a response file": (["clang", "@flags", *BPF], 1),
    "notes of coverage": (["clang", "--coverage", *BPF], 1),
    "notes of coverage, by name": (
        ["clang", "-ftest-coverage",
         *frontend("-coverage-notes-file=" + in_tree("notes.gcno")), *BPF], 1),
    "a part of a database": (["clang", "-gen-cdb-fragment-path", in_tree("parts"), *BPF], 1),
    "an endless response file": (["clang", "@/dev/zero", *BPF], 0),
    "a pipe to include": (["clang", "-include", in_tree("pipe"), *BPF], 0),
}


def write(name, text, mode=0o644):
    path = in_tree(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def make_tree():
    shutil.rmtree(BASE, ignore_errors=True)
    write("a.c", SOURCE)
    write("bin/amdgpu-arch", PROGRAM, 0o755)
    write("bin/clang.cfg", "--no-such-flag\n")
    write("flags", "-fpass-plugin=" + in_tree("plugin.so"))
    write("plugin.c", LIBRARY % TREE)
    os.mkfifo(in_tree("pipe"))
    subprocess.run([CLANG, "-shared", "-fPIC", in_tree("plugin.c"), "-o", in_tree("plugin.so")],
                   check=True)


def listing():
    return {os.path.join(root, name) for root, folders, files in os.walk(TREE)
            for name in folders + files}


def try_command(command, told):
    os.makedirs(DATABASE, exist_ok=True)
    entry = {"directory": TREE, "file": "a.c", "arguments": [*command, "-c", "a.c"]}
    with open(os.path.join(DATABASE, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump([entry], file)
    before = listing()
    shutil.rmtree(os.path.join(BASE, "out"), ignore_errors=True)
    try:
        run = subprocess.run(
            ["prlimit", "--data=2000000000", TOOL, "-p", DATABASE, "--prove", "--all", "-o",
             os.path.join(BASE, "out"), in_tree("a.c")],
            capture_output=True, cwd=BASE, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "it does not end"
    made = sorted(os.path.relpath(path, TREE) for path in listing() - before)
    for name in made:
        path = in_tree(name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.unlink(path)
    if made:
        return "it made " + ", ".join(made)
    if run.returncode not in (0, 1, 2):
        return f"it ended with {run.returncode}"
    errors = run.stderr.decode(errors="replace")
    if "no-such-flag" in errors:
        return "the file's flags were read"
    if told != ("[-Wopened-flag-unsafe]" in errors):
        return "it did not say what it left out" if told else "it left something out"
    return None


def main():
    make_tree()
    bad = 0
    if try_command(["clang", *BPF], 0):
        print("an ordinary command fails")
        bad += 1
    for name, (command, told) in COMMANDS.items():
        problem = try_command(command, told)
        print(f"{name}: {problem or 'harmless'}")
        bad += problem is not None
    return bad != 0


sys.exit(main())
