# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""at-tc.py - the example's spec with all stages moved to one hook: at-tc.py SPEC MECHANISM"""
import sys

import yaml

with open(sys.argv[1]) as file:
    spec = yaml.safe_load(file)
spec["transform"] = [{"unit": row["unit"], "to": "tc"} for row in spec["extract"]]
first, second = spec["compose"]
first.update(hook=second["hook"], mechanism=sys.argv[2], stages=first["stages"] + second["stages"])
spec["compose"] = [first]
spec["verify"] = {"generate": 300}
yaml.safe_dump(spec, sys.stdout, sort_keys=False)
