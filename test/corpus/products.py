# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""products.py - what the steps of the corpus made, kept for the kernels of the matrix

A folder of objects with an index: a line for each product, with the program in it, the programs that
it was made of, and the first kernel that the tool said will load it.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = threading.Lock()


def version(text):
    return tuple(int(n) for n in re.findall(r"\d+", text)[:2])


def build_loader(clang, folder):
    """The program of load.c. bpftool has a libbpf of its own, which may be older than the system's."""
    path = os.path.join(folder, "load")
    argv = [clang, "-O2", "-o", path, os.path.join(HERE, "load.c"), "-lbpf", "-lelf", "-lz"]
    subprocess.run(argv, check=True, capture_output=True)
    return path


def loads(loader, path, program="-"):
    """Why an object, or one program of it, does not load on this kernel; None: it loads."""
    done = subprocess.run([loader], input=f"0 {path} {program}\n", check=True, capture_output=True, text=True, errors="replace")
    ((error, said),) = re.findall(r"^@@LOAD 0 (\d+)\n(.*?)^@@DONE$", done.stdout, flags=re.M | re.S)
    return reason(said) if int(error) else None


def reason(text):
    """Why a program did not load: the verifier's last word, or libbpf's first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    ends = [i for i, line in enumerate(lines) if line.startswith(("processed ", "-- END PROG LOAD LOG"))]
    if ends and ends[0] > 0:
        return re.sub(r"^\d+: ", "", lines[ends[0] - 1])
    lines = [re.sub(r"^libbpf: (prog '[^']*': )?", "", line) for line in lines]
    return next((line for line in lines if "failed" not in line), lines[0] if lines else "nothing was said")


def newest(kernels):
    """The newest of some first kernels; None when none is known."""
    known = [kernel for kernel in kernels if kernel]
    return max(known, key=version) if known else None


def stored(folder, path):
    """The name below folder of a copy of the file: equal files are kept once."""
    with open(path, "rb") as f:
        name = hashlib.sha256(f.read()).hexdigest()[:24] + ".o"
    target = os.path.join(folder, name)
    with LOCK:
        if not os.path.exists(target):
            shutil.copy2(path, target + ".new")
            os.rename(target + ".new", target)
    return name


def add(folder, step, name, path, program, originals, minimum, hooks=None, sides=None):
    """originals: (object, program) of each; program: None for a whole object.

    What can be compared has hooks, the first program's and the second's, or two sides: what a file of
    stages says of the originals and of the product, whose objects get their names below folder.
    """
    if not folder:
        return
    os.makedirs(folder, exist_ok=True)
    row = {
        "step": step, "name": name, "object": stored(folder, path), "program": program,
        "originals": [(stored(folder, o), p) for o, p in originals], "minimum": minimum, "hooks": hooks,
    }
    if sides:
        left, right = sides
        for stage, (stored_name, _) in zip(left["stages"], row["originals"]):
            stage["object"] = stored_name
        row["sides"] = left, {**right, "object": row["object"]}
    with LOCK, open(os.path.join(folder, "index.jsonl"), "a") as f:
        f.write(json.dumps(row) + "\n")


def index(folder):
    """The products by step and name; what was made last counts."""
    found = {}
    path = os.path.join(folder, "index.jsonl")
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                row = json.loads(line)
                found[row["step"], row["name"]] = row
    return [found[key] for key in sorted(found)]
