#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""covered.py - every function of a shim header is wrong in some copy that a test catches

usage: covered.py HEADER TEST...

A test's WRONG rows (run.py) each change one line of the header that it includes. Prints the functions in which
no row changes a line; exit status 1 then. A macro that only chooses among functions has none of its own.
"""
import os
import re
import sys

import run

FUNCTION = re.compile(r"^(?:OPN_INLINE|static)\b[^;=]*?\b(opn_\w+)\(", re.M)


def functions(text):
    """(name, first offset, end) of each function's definition."""
    for match in FUNCTION.finditer(text):
        start = text.find("\n{\n", match.end())
        if start < 0 or ";" in text[match.end() : start]:
            continue
        yield match[1], match.start(), text.index("\n}\n", start)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        header = file.read()
    name = os.path.basename(sys.argv[1])
    changed = []
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if f'#include "{name}"' in text:
            changed += [header.find(old) for _, old, _ in run.WRONG.findall(text)]
    every = list(functions(header))
    found = {f for f, start, end in every if any(start <= at <= end for at in changed)}
    # One that has a definition for each choice counts once.
    missing = sorted({f for f, _, _ in every} - found)
    for function in missing:
        print(f"{function}: no wrong copy")
    print(f"{name}: {len(every)} functions, {len(changed)} wrong copies, {len(missing)} functions without")
    return 1 if missing or not every else 0


if __name__ == "__main__":
    sys.exit(main())
