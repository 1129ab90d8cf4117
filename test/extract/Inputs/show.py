# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""show.py - a JSON file as lines "path: value", in its order, for FileCheck

usage: show.py FILE
"""
import json
import sys


def show(path, value):
    if isinstance(value, dict) and value:
        for key, member in value.items():
            show(path + [key], member)
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            show(path + [str(index)], member)
    else:
        print(".".join(path) + ": " + (value if isinstance(value, str) else json.dumps(value)))


with open(sys.argv[1]) as file:
    show([], json.load(file))
