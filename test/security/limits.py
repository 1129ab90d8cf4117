# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""limits.py - every reader's limit: refused in words, in bounded memory and time

limits.py TOOLS CLANG FOLDER

Files that are larger than the reader takes, that are nested deeper than it goes, or that name
themselves again and again (aliases of YAML) are given to each reader. It must say what is wrong,
with its own status, within half a minute and without more memory than a few times its limit. Large files
have holes: they take no room.
"""

import json
import os
import re
import shutil
import subprocess
import sys

TOOLS, CLANG, BASE = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
BPF = ["-target", "bpf", "-O2", "-g"]
SECONDS = 30
MEGA = 1 << 20
# Of the address space: libraries take most of the first gigabyte.
MEMORY = 3 << 30
SOURCE = """__attribute__((section("xdp"), used)) int prog(void *ctx) { return 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
"""


def path_of(name):
    return os.path.join(BASE, name)


def write(name, text, size=0):
    """Writes a text, and behind it as many zeros as make it that large."""
    path = path_of(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="latin-1") as file:
        file.write(text)
    if size:
        os.truncate(path, size)
    return path


def bomb(depth):
    """A text that is nine times itself at each step, were it written out."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for i in range(1, depth):
        lines.append(f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]")
    return "\n".join(lines) + "\n"


SPEC = "opened: 1\nextract:\n  - {unit: one, source: {path: .}, functions: [prog]}\n"
STAGE = "opened: 1\ncompose:\n  - {name: x, hook: xdp, stages: [a.c]}\n"
YAML = {
    "too large": ("# ", 2 * MEGA),
    "one long word": ("opened: " + "x" * 1000000, 0),
    "deep lists": ("opened: " + "[" * 200000, 0),
    "deep mappings": ("opened: " + "{a: " * 200000, 0),
    "deep lines": ("".join(" " * i + "a:\n" for i in range(4000)), 0),
    "aliases of aliases": (SPEC + bomb(40), 0),
    "aliases in a stage": (STAGE.replace("[a.c]", "*a30").replace("opened: 1\n",
                                                               "opened: 1\n" + bomb(31)), 0),
    "itself": ("opened: 1\ncompose: &a [*a]\nextract: &b {b: *b}\n", 0),
    "many keys": ("".join(f"k{i}: 1\n" for i in range(30000)), 0),
    "many anchors": ("".join(f"- &k{i} x\n" for i in range(30000)), 0),
    "as many as there may be": ("".join(f"k{i}: &k{i} 1\n" for i in range(9000)), 0),
}
DEEP_JSON = "[" * 1000000
JSON = {"too large": ("[", 257 * MEGA), "deep": (DEEP_JSON, 0),
        "deep objects": ('{"a":' * 1000000, 0), "no end": ('[{"file": "' + "x" * MEGA, 0)}


def run(*words):
    """Returns what is wrong with how it ended, or None."""
    command = ["prlimit", f"--as={MEMORY}", os.path.join(TOOLS, words[0]), *words[1:]]
    try:
        done = subprocess.run(command, capture_output=True, cwd=BASE, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "it does not end"
    errors = done.stderr.decode(errors="replace")
    if done.returncode not in (1, 2):
        return f"it ended with {done.returncode}: {errors[-300:]}"
    if not re.search(r"error: .*\[-Wopened-[a-z-]+\]", errors):
        return f"it does not say what is wrong: {errors[-300:]}"
    if re.search(r"out of memory|cannot allocate|internal", errors, re.IGNORECASE):
        return f"it wanted too much: {errors[-300:]}"
    return None


def try_all(what, inputs, name, *commands):
    bad = 0
    for case, (text, size) in inputs.items():
        write(name, text, size)
        for command in commands:
            problem = run(*command)
            print(f"{what}, {case}, {command[0]}: {problem or 'refused'}", flush=True)
            bad += problem is not None
    if os.path.exists(path_of(name)):
        os.unlink(path_of(name))
    return bad


def main():
    shutil.rmtree(BASE, ignore_errors=True)
    write("a.c", SOURCE)
    compiled = subprocess.run([CLANG, *BPF, "-c", path_of("a.c"), "-o", path_of("a.o")], check=False)
    bad = compiled.returncode != 0
    flags = ["--", *BPF]
    bad += try_all("a spec", YAML, "opened.yaml", ("opened", "run", "opened.yaml"),
                   ("opened", "check", "opened.yaml"), ("opened-compose", "--check", "opened.yaml"))
    bad += try_all("a list of stages", YAML, "stages.yaml",
                   ("opened-verify", "stages.yaml", "stages.yaml"))
    bad += try_all("a database", JSON, "db/compile_commands.json",
                   ("opened-extract", "-p", "db", "--list", "a.c"),
                   ("opened-transform", "-p", "db", "--check", "--to=tc", "a.c"))
    bad += try_all("cases", JSON, "cases.json", ("opened-verify", "--cases=cases.json", "a.o", "a.o"))
    bad += try_all("maps", JSON, "maps.json", ("opened-verify", "--maps=maps.json", "a.o", "a.o"))
    bad += try_all("a list of files", {"too large": ("{", 257 * MEGA), "deep": (DEEP_JSON, 0)},
                   "out/.opened-files.json",
                   ("opened-extract", "--all", "-o", "out", "a.c", *flags))
    cases = {"too large": ("int a;", 5 * MEGA), "brackets": ("{" * 200000, 0),
             "parentheses": ("int f(" + "(" * 200000, 0)}
    for suffix in ("c", "go", "py"):
        bad += try_all("a source with cases", cases, "cases." + suffix,
                       ("opened-verify", "--cases=cases." + suffix, "a.o", "a.o"))
    pcap = "\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + "\x00" * 8 + "\xff\xff\xff\x7f\x01\x00\x00\x00"
    captures = {"a frame of any length": (pcap + "\x00" * 8 + "\xff\xff\xff\x7f" * 2, 0),
                "no capture": ("x" * 64, 0)}
    bad += try_all("a capture", captures, "p.pcap",
                   ("opened-verify", "--packets=p.pcap", "a.o", "a.o"))
    objects = {"too large": ("\x7fELF", 300 * MEGA), "cut": ("\x7fELF\x02\x01\x01", 0)}
    bad += try_all("an object", objects, "b.o", ("opened-verify", "b.o", "b.o"))
    sources = {"too large": (SOURCE, 300 * MEGA), "deep": ("int a = " + "(" * 100000, 0),
               "deep blocks": ("int f(void) " + "{" * 100000, 0),
               "itself": ('#include "big.c"\n', 0)}
    bad += try_all("a source", sources, "big.c", ("opened-extract", "--list", "big.c", *flags),
                   ("opened-transform", "--to=tc", "--check", "big.c", *flags),
                   ("opened-compose", "--hook=xdp", "-o", "never", "big.c", *flags))
    return bad != 0


sys.exit(main())
