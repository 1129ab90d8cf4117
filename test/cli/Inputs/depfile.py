#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""depfile.py FILE - print what the first rule of a dependency file depends on, one name a line

Make itself reads the file, so that it is the judge of the quoting.
"""
import os
import subprocess
import sys

path = sys.argv[1]
done = subprocess.run(
    ["make", "-pnqf", path], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=os.getcwd()
)
with open(path, encoding="utf-8") as f:
    target = f.readline().split(":")[0]
for line in done.stdout.splitlines():
    # Make prints names with a space as it has read them: told apart by asking for each.
    if line.startswith(target + ":"):
        words, names = line[len(target) + 1 :].split(), []
        for word in words:
            if names and not os.path.exists(names[-1]):
                names[-1] += " " + word
            else:
                names.append(word)
        print("\n".join(sorted({os.path.normpath(name) for name in names})))
