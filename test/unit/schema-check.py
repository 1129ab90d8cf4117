#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""schema-check.py - do files fit a JSON Schema of ours?

usage: schema-check.py SCHEMA FILE...       FILE: JSON or YAML; exit status 1 when one does not fit
"""
import json
import sys

import jsonschema
import yaml


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = False
    for path in sys.argv[2:]:
        with open(path) as file:
            value = json.load(file) if path.endswith(".json") else yaml.safe_load(file)
        for error in validator.iter_errors(value):
            print(f"{path}: {error.json_path}: {error.message}")
            failed = True
    sys.exit(failed)


main()
