#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""workflow.py FILE - run the steps of a GitHub workflow here, as its runner does: by "bash -e", in turn

The step "install" is left out, and so are those that use an action.
"""
import subprocess
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as f:
    jobs = yaml.safe_load(f)["jobs"]
for job in jobs.values():
    for step in job["steps"]:
        if "run" in step and step["name"] != "install":
            print("step:", step["name"], flush=True)
            status = subprocess.run(["bash", "-e", "-c", step["run"]], check=False).returncode
            if status:
                sys.exit(f"ends with {status}")
