#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""gen-rules.py - make the tables of docs/rules.md from the pairs of hooks

What stands above the marker in the page is written by hand; what follows is made from the FROM-to-TO.yaml
files here, one row for each rule.

usage: gen-rules.py [--check]      --check: only say whether docs/rules.md is up to date
"""
import pathlib
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "rules.md"
MARKER = "<!-- Made by hookdefs/gen-rules.py from here on. -->\n"
GROUPS = (
    ("sections", "Sections of programs"),
    ("fields", "Fields of the context"),
    ("calls", "Helpers"),
    ("maps", "Types of maps"),
)


def in_cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def what_is_done(row):
    """What becomes of the place, in a few words."""
    if "reject" in row:
        return "refused: " + row["reject"]
    words = []
    if "call" in row:
        words.append(f"`{row['call']}()` of the shim")
    if "rename" in row:
        words.append(f"`{row['rename']}`")
    if row.get("keep"):
        words.append("stays")
    if "lossy" in row:
        words.append(f"a loss, refused without `--accept`: {row['lossy']}")
    return "; ".join(words)


def conditions(when):
    """The condition of a row: a text, or several, of which choices settle some."""
    if not isinstance(when, list):
        return when
    return "; ".join(entry if isinstance(entry, str) else entry["text"] for entry in when)


def rows_of(name, row):
    """The rows of one rule: cases by a map's type, an argument or a direction stand below it."""
    cases = row.get("by-map", {}).get("types", {}) if isinstance(row.get("by-map"), dict) else {}
    done = what_is_done(row)
    if done or not cases:
        facts = [conditions(row.get("when")), row.get("note")]
        least = row.get("min-kernel")
        yield name, done, facts[0], row.get("help"), facts[1], least
    for kind, case in cases.items():
        yield from rows_of(f"{name} of {kind}", case)
    for argument in row.get("arguments", []):
        yield from rows_of(f"{name}, argument {argument['argument']}", argument)
    for direction in ("read", "write"):
        if isinstance(row.get(direction), dict):
            yield from rows_of(f"{name}, {direction}", row[direction])


def table(title, group, rules):
    yield f"### {title}: `{group}.NAME`\n\n"
    yield "| | what is done | if | otherwise, or instead | the kernel's source | since |\n"
    yield "|---|---|---|---|---|---|\n"
    for name, row in rules.items():
        for first, *others in rows_of(name, row):
            cells = [f"`{first}`"] + [in_cell(cell) if cell else "" for cell in others]
            yield "| " + " | ".join(cells) + " |\n"
    yield "\n"


def tables():
    for path in sorted(HERE.glob("*-to-*.yaml")):
        pair = yaml.safe_load(path.read_text())
        rewrite = pair.get("rewrite", {})
        yield f"\n## {pair['from']} to {pair['to']}\n\n"
        yield f"[hookdefs/{path.name}](../hookdefs/{path.name})"
        yield f", shim [{rewrite['shim']}](../hookdefs/shims/{rewrite['shim']})"
        yield f", Linux {rewrite['min-kernel']} or later.\n\n"
        for group, title in GROUPS:
            if group in rewrite:
                yield from table(title, group, rewrite[group])


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    old = PAGE.read_text()
    if MARKER not in old:
        print(f"{PAGE.name}: no line {MARKER.strip()}", file=sys.stderr)
        return 2
    new = (old.split(MARKER)[0] + MARKER + "".join(tables())).rstrip("\n") + "\n"
    if arguments:
        if new != old:
            print("docs/rules.md is out of date: run hookdefs/gen-rules.py", file=sys.stderr)
        return new != old
    PAGE.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
