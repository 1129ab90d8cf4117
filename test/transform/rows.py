#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""rows.py - every row of a pair's table has a golden

usage: rows.py TABLE.yaml GOLDEN...

A row that refuses, or takes something only by --accept, has a golden that expects its reason under its
name; any other row is met by a golden that is rewritten. Prints the rows without one; exit status 1 then.
"""
import re
import sys

import yaml

SITES = ("sections", "fields", "calls", "maps")


def reasons(row):
    """What a row and all below it say no with."""
    if isinstance(row, dict):
        for key, value in row.items():
            if key in ("reject", "lossy"):
                yield value
            else:
                yield from reasons(value)
    elif isinstance(row, list):
        for value in row:
            yield from reasons(value)


def does(row):
    """Whether a row also lets something through."""
    return any(key in row for key in ("keep", "rename", "call", "by-map"))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        pair = yaml.safe_load(file)
    expected, used = [], set()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if f"--to={pair['to']}" not in text:
            continue
        expected += [line for line in text.splitlines() if re.match(r"// [A-Z-]+: .*error: ", line)]
        if "%rewritten" in text:
            code = re.split(r"^// [A-Z]+[A-Z-]*:", text, maxsplit=1, flags=re.M)[0]
            used |= set(re.findall(r"[\w/.]+", code))
    missing, rows = [], 0
    for site in SITES:
        for name, row in pair["rewrite"].get(site, {}).items():
            rows += 1
            for reason in reasons(row):
                # A map is met under the name that its program gives it.
                subject = "map '" if site == "maps" else f"'{name}'"
                if not any(subject in line and reason in line for line in expected):
                    missing.append(f"{site}.{name}: no golden expects: {reason}")
            if does(row) and not list(reasons(row)) and name not in used:
                missing.append(f"{site}.{name}: no golden rewrites it")
    for line in missing:
        print(line)
    print(f"{rows} rows of {pair['from']} to {pair['to']}, {len(missing)} without a golden")
    return 1 if missing or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
