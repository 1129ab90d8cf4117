#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""apply-fixes.py - apply Clang's replacements to the files that they name

usage: apply-fixes.py FIXES.yaml
"""
import sys

import yaml

by_path = {}
with open(sys.argv[1]) as file:
    for change in yaml.safe_load(file)["Replacements"]:
        by_path.setdefault(change["FilePath"], []).append(change)
for path, changes in by_path.items():
    with open(path, "rb") as file:
        text = file.read()
    # From the end, so that offsets stay; of several at one place the last stands last.
    for _, change in sorted(enumerate(changes), key=lambda item: (item[1]["Offset"], item[0]), reverse=True):
        end = change["Offset"] + change["Length"]
        text = text[: change["Offset"]] + change["ReplacementText"].encode() + text[end:]
    with open(path, "wb") as file:
        file.write(text)
