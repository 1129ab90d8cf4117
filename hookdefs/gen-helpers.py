#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""gen-helpers.py - make hookdefs/helpers.yaml from hookdefs/data/helpers.tsv

The table was measured on kernels; the YAML is what the tools read. A helper whose first kernel is
not known ("?") has no min-kernel, so that nothing is claimed for programs that call it.

usage: gen-helpers.py [--check]      --check: only say whether helpers.yaml is up to date
"""
import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# helpers - the first kernel that has each helper, and whether it wants a GPL-compatible licence
#
# Made by gen-helpers.py from data/helpers.tsv: change it there.
schema: opened/helpers/1
helpers:
"""


def rows():
    with open(HERE / "data" / "helpers.tsv", newline="") as table:
        lines = (line for line in table if not line.startswith("#"))
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            kernel = row["min_kernel_any_type(bcc)"]
            gpl = {"y": "true", "n": "false"}[row["gpl_only(probed 6.18)"]]
            first = "" if kernel == "?" else f'min-kernel: "{kernel}", '
            yield f"  bpf_{row['helper']}: {{{first}gpl-only: {gpl}}}\n"


def main():
    text = HEAD + "".join(rows())
    target = HERE / "helpers.yaml"
    if sys.argv[1:] == ["--check"]:
        if target.read_text() != text:
            sys.exit("hookdefs/helpers.yaml is not what gen-helpers.py makes of the table")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        target.write_text(text)


main()
