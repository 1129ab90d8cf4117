# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""again.py - extract every unit below a folder again; the units must come out as they are

usage: again.py EXTRACT FOLDER OUT      FOLDER: what opened-extract --all wrote
"""
import filecmp
import json
import os
import subprocess
import sys


def main():
    extract, folder, out = sys.argv[1:]
    count = 0
    for base, _, names in os.walk(folder):
        if "compile_commands.json" not in names:
            continue
        for manifest in sorted(n for n in names if n.endswith(".json") and n[0] != "."):
            if manifest == "compile_commands.json":
                continue
            with open(os.path.join(base, manifest)) as file:
                unit = json.load(file)["unit"]
            tree = not os.path.exists(os.path.join(base, unit + ".bpf.c"))
            with open(os.path.join(base, "compile_commands.json")) as file:
                sources = {entry["file"] for entry in json.load(file)}
            source = sources.pop() if tree else unit + ".bpf.c"
            target = os.path.abspath(os.path.join(out, base, unit))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            subprocess.run(
                [extract, "-q", "-p", ".", "-f", unit, "-o", target, source]
                + (["--layout=tree"] if tree else []),
                cwd=base,
                check=True,
            )
            again = os.path.join(target, unit) if tree else target
            for inner, _, files in os.walk(again):
                for name in files:
                    path = os.path.relpath(os.path.join(inner, name), again)
                    if name == "Makefile" or name.endswith(".json") or name[0] == ".":
                        continue
                    if not filecmp.cmp(os.path.join(inner, name), os.path.join(base, path), False):
                        subprocess.run(["diff", "-u", os.path.join(base, path), os.path.join(inner, name)])
                        sys.exit(f"again.py: {base}/{path} of {unit} differs")
                    count += 1
    if count == 0:
        sys.exit("again.py: nothing was extracted again")
    print(count, "files are the same")


main()
