#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""planted.py - does a file fit its schema, and does the schema see what is wrong?

usage: planted.py SCHEMA FILE [EDITS]

FILE (JSON or YAML) must fit. Each line of EDITS behind "#:" is a mistake that is planted into it, alone,
and that must be found: "PATH = JSON", or "PATH -" to remove what is there. Parts of a PATH are keys and
indices with "/" between them.
"""
import copy
import json
import re
import sys

import jsonschema
import yaml


def plant(document, path, value):
    """A copy with value at path; None removes."""
    document = copy.deepcopy(document)
    node = document
    *parts, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in parts:
        node = node[part]
    if value is None:
        del node[last]
    elif isinstance(node, list) and last == len(node):
        node.append(json.loads(value))
    else:
        node[last] = json.loads(value)
    return document


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        document = json.load(file) if sys.argv[2].endswith(".json") else yaml.safe_load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = False
    for error in validator.iter_errors(document):
        print(f"{sys.argv[2]}: {error.json_path}: {error.message}")
        failed = True
    edits = []
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            edits = re.findall(r"^#: (\S+) (?:= (.*)|-)$", file.read(), flags=re.M)
        if not edits:
            sys.exit("planted.py: no edits in " + sys.argv[3])
    for path, value in edits:
        planted = plant(document, path, value or None)
        if planted == document or validator.is_valid(planted):
            print(f"not found: {path} = {value}")
            failed = True
    print(f"{len(edits)} planted, all found" if not failed else "failed")
    sys.exit(failed)


main()
