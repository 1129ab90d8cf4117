#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""vscode.py TASKS LABEL FILE - run a task as VS Code does, print the problems that its matcher finds

Of VS Code's rules: the variables that the tasks use; a problem's severity must be one that it knows
(error, warning, info, hint, note), or it is dropped.
"""
import json
import re
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    task = next(t for t in json.load(f)["tasks"] if t["label"] == sys.argv[2])
variables = {"${relativeFile}": sys.argv[3], "${workspaceFolder}": "."}
words = [task["command"]] + task["args"]
for name, value in variables.items():
    words = [word.replace(name, value) for word in words]
done = subprocess.run(words, capture_output=True, text=True, check=False)
pattern = task["problemMatcher"]["pattern"]
for line in (done.stdout + done.stderr).splitlines():
    match = re.match(pattern["regexp"], line)
    if not match:
        continue
    found = {name: match[group] for name, group in pattern.items() if name != "regexp"}
    assert found["severity"] in ("error", "warning", "info", "hint", "note"), found
    print("{file}|{line}|{column}|{severity}|{message}|{code}".format(**found))
print("status", done.returncode)
