#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""coverage.py - what the tests ran of our C and C++, as a page

coverage.py BUILD

BUILD is a build folder with OPENED_COVERAGE whose tests were run. The page goes to standard output.
Functions that no test ran are named: a figure alone tells nobody what to test.
"""

import datetime
import glob
import json
import os
import subprocess
import sys

LLVM = "/usr/lib/llvm-19/bin/"
FOLDERS = ("lib", "rewriters", "tools")
KINDS = ("lines", "functions", "branches")


def read(build):
    """The export of llvm-cov over all of our binaries."""
    profiles = glob.glob(os.path.join(build, "profiles/*.profraw"))
    if not profiles:
        sys.exit(f"coverage.py: no profiles in {build}: build with OPENED_COVERAGE and run the tests")
    merged = os.path.join(build, "profiles/all.profdata")
    # Profiles of runs that were killed are cut; the others count.
    subprocess.run([LLVM + "llvm-profdata", "merge", "-sparse", "-failure-mode=all", "-o", merged,
                    *profiles], check=True)
    binaries = [path for path in [*glob.glob(os.path.join(build, "tools/opened*")),
                                  *glob.glob(os.path.join(build, "test/unit/*"))]
                if os.access(path, os.X_OK) and os.path.isfile(path)]
    more = [word for path in binaries[1:] for word in ("-object", path)]
    text = subprocess.run([LLVM + "llvm-cov", "export", "-instr-profile", merged, binaries[0], *more],
                          check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text)["data"][0]


def folder_of(path, root):
    """"lib/verify" of a file of ours; None of a file that is not: tests, system headers, generated."""
    path = os.path.relpath(path, root)
    return os.path.dirname(path) if path.split("/")[0] in FOLDERS else None


def share(covered, count):
    return f"{100 * covered / count:.1f} %" if count else ""


def commit(root):
    done = subprocess.run(["git", "-C", root, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True)
    return f", commit {done.stdout.strip()}" if done.returncode == 0 else ""


def add(sums, summary):
    for kind in KINDS:
        part = sums.setdefault(kind, [0, 0])
        part[0] += summary[kind]["covered"]
        part[1] += summary[kind]["count"]


def row(name, sums):
    cells = [f"{sums['lines'][1]:,}", *(share(*sums[kind]) for kind in KINDS)]
    return f"| {name} | {' | '.join(cells)} |"


def main():
    build = os.path.abspath(sys.argv[1])
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    data = read(build)
    folders, languages = {}, {}
    for file in data["files"]:
        folder = folder_of(file["filename"], root)
        if folder is None:
            continue
        add(folders.setdefault(folder, {}), file["summary"])
        language = "C++" if folder.startswith("rewriters") else "C"
        add(languages.setdefault(language, {}), file["summary"])
    idle = {}
    for function in data["functions"]:
        path = function["filenames"][0]
        if folder_of(path, root) is not None:
            # A static function of a header is one function for each file that includes it.
            key = os.path.relpath(path, root), function["name"].split(":")[-1]
            idle[key] = max(idle.get(key, 0), function["count"])
    never = {}
    for (path, name), count in sorted(idle.items()):
        if not count:
            never.setdefault(path, []).append(name)
    if any(name.startswith("_Z") for names in never.values() for name in names):
        flat = "\n".join(name for names in never.values() for name in names)
        plain = iter(subprocess.run([LLVM + "llvm-cxxfilt", "-p"], input=flat, text=True, check=True,
                                    stdout=subprocess.PIPE).stdout.splitlines())
        never = {path: [next(plain) for _ in names] for path, names in never.items()}

    print("# Coverage\n\nMade by `./dev coverage`, not by hand: what the tests of ctest ran of the tools, on "
          f"{datetime.date.today()}{commit(root)}, built with Clang 19\nand run on Linux {os.uname().release.split('-')[0]}. "
          "What is compiled into a user's program (`hookdefs/`) is counted by the tests of the\nshims themselves. "
          "Tools that a test ends with a signal write no counts.\n")
    print("| language | lines | of lines | of functions | of branches |\n|---|--:|--:|--:|--:|")
    for name, sums in sorted(languages.items()):
        print(row(name, sums))
    print("\n| folder | lines | of lines | of functions | of branches |\n|---|--:|--:|--:|--:|")
    for name, sums in sorted(folders.items()):
        print(row(f"`{name}`", sums))
    print("\n## Least covered files\n\n| file | lines | of lines |\n|---|--:|--:|")
    files = [(file["summary"]["lines"], os.path.relpath(file["filename"], root))
             for file in data["files"] if folder_of(file["filename"], root) is not None]
    files.sort(key=lambda file: file[0]["percent"])
    for lines, name in files[:15]:
        print(f"| `{name}` | {lines['count']} | {share(lines['covered'], lines['count'])} |")
    print("\n## Functions that no test ran\n")
    for path, names in never.items():
        print(f"- `{path}`: " + ", ".join(f"`{name}`" for name in names))
    if not never:
        print("None.")


main()
