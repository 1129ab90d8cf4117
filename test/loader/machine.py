#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""machine.py - what the tests of the loader demand here, on another kernel

usage: machine.py BUILD KERNEL-TREE [NAME...]

In a virtual machine (test/vm/vm.sh): every command of every shape of a loader (kernels.sh); and in
the sandbox of the lit tests, replacing under 300,000 frames (replace-load.py), and failures and
deaths at each step (faults.py). A NAME is a row of the table below. Prints a line for each row; exit
status 1: one is not as it must be. FRAMES in the environment: another number than 300,000.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CLANG = os.environ.get("CLANG", "clang-19")
FRAMES = os.environ.get("FRAMES", "300000")
PYTHON = "/usr/bin/python3"
LOAD = "replace-load.py ./opened-traffic observer.o %s " + FRAMES + " './%s1 attach %sfar' '%s' '%s'"
FAULTS = "faults.py ./opened-traffic %s './%s1 attach %s' './%s2 replace'"


def load(shape, where, mode="", stage=""):
    """One after another: version 2 and version 1, of the whole or of a stage."""
    ways = [f"./{shape}{n} replace" for n in (2, 1)]
    if stage:
        ways = [f"./{shape}1 replace --stage={stage}={shape}{n}.o:ol_{stage}" for n in (2, 1)]
    return LOAD % (where, shape, mode, *ways)


def faults(shape, arguments):
    return FAULTS % ("ol_", shape, arguments, shape)


# row, what runs there, first kernel that has what it needs
ROWS = (
    ("load-xdp", load("LINKED", "tc"), (0, 0)),
    ("load-tcx", load("TC", "xdp", "--mode=tcx "), (6, 6)),
    ("load-cls_bpf", load("TC", "xdp", "--mode=cls_bpf "), (0, 0)),
    ("load-slots", load("TAIL", "tc"), (0, 0)),
    ("load-slot", load("TAIL", "tc", "", "mark"), (0, 0)),
    ("faults-link", faults("LINKED", "near far"), (0, 0)),
    ("faults-tail", faults("TAIL", "far"), (0, 0)),
    ("faults-tcx-each", faults("EACH", "--mode=tcx far"), (6, 6)),
    ("faults-cls_bpf", faults("TC", "--mode=cls_bpf far"), (0, 0)),
    ("faults-two", faults("TWO", "far"), (0, 0)),
    ("faults-two-cls_bpf", faults("TWO", "--mode=cls_bpf far"), (0, 0)),
)


def run(command, **more):
    done = subprocess.run(
        command, check=False, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more
    )
    return done.stdout, done.returncode


def must(command, **more):
    said, status = run(command, **more)
    if status:
        sys.exit(f"machine.py: {' '.join(command)}\n{said}")
    return said


def release(tree):
    (path,) = glob.glob(tree + "/boot/vmlinuz-*")
    name = path.rsplit("vmlinuz-", 1)[1]
    return name, tuple(map(int, re.findall(r"\d+", name)[:2]))


def prepare(build, folder):
    archive = os.path.join(build, "test/loader/libopened-loader.a")
    for shape in ("LINKED", "TAIL", "TC", "EACH", "TWO"):
        for version in "12":
            options = [f"-DVARIANT={shape}", f"-DVERSION={version}"]
            must(["sh", HERE + "/build.sh", CLANG, archive, folder, shape + version, *options])
    shutil.copy2(os.path.join(build, "test/loader/opened-traffic"), folder)
    flags = ["-target", "bpf", "-O2", "-g", f"-I/usr/include/{os.uname().machine}-linux-gnu"]
    must([CLANG, *flags, "-c", HERE + "/Inputs/observer.bpf.c", "-o", folder + "/observer.o"])
    for name in ("kernels.sh", "sandbox.sh", "replace-load.py", "faults.py"):
        shutil.copy2(os.path.join(HERE, name), folder)
    library = must([PYTHON, "-c", "import os; print(os.path.dirname(os.__file__))"]).strip()
    drop = ("test", "dist-packages", "__pycache__", "config-*", "idlelib", "lib2to3", "ensurepip", "pydoc_data")
    shutil.copytree(library, folder + "/python", ignore=shutil.ignore_patterns(*drop))
    return library


def judge(name, said, status):
    """What is wrong, or nothing; and the words to print."""
    words = said.strip().splitlines() or ["nothing was said"]
    if status or "BAD" in said:
        return said, ""
    if name.startswith("load"):
        good = re.search(r"^(\d+) frames, ([1-9]\d*) replaced, 0 missed$", said, flags=re.M)
        return ("" if good and not re.search("lost|only|too few", said) else said), words[-1]
    if name.startswith("faults"):
        rows = re.findall(r"^(attach|replace|detach): (\d+) places", said, flags=re.M)
        return ("" if len(rows) == 3 else said), ", ".join(f"{what} {count} places" for what, count in rows)
    return "", "; ".join(words)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build, tree, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    title, version = release(tree)
    commands = [("commands", "sh kernels.sh .")]  # which makes its interfaces itself
    commands += [(name, f"sh sandbox.sh {PYTHON} {command}") for name, command, since in ROWS if version >= since]
    commands = [row for row in commands if not names or row[0] in names]
    with tempfile.TemporaryDirectory(prefix="opened-loader-") as folder:
        library = prepare(build, folder)
        arguments = []
        for path in sorted(os.listdir(folder)):
            if path.endswith((".py", ".sh", ".o")) or path.startswith("opened"):
                arguments += ["-f", f"{folder}/{path}:/t/{path}"]
            elif os.path.isfile(f"{folder}/{path}"):
                # as a binary for its libraries, and where the scripts look
                arguments += ["-b", f"{folder}/{path}", "-f", f"{folder}/{path}:/t/{path}"]
        script = "export PYTHONDONTWRITEBYTECODE=1\n"
        for name, command in commands:
            script += f"echo @@ROW {name}\n{command} 2>&1\necho @@END $?\n"
        with open(folder + "/script", "w", encoding="utf-8") as file:
            file.write(script)
        for binary in (PYTHON, "bpftool", "ip", "tc", "unshare"):
            arguments += ["-b", os.path.realpath(shutil.which(binary))]
        arguments += ["-f", f"{folder}/python:{library}", "-f", f"{os.path.realpath(PYTHON)}:{PYTHON}"]
        # With several processors qemu's translation dies of code that another one patches
        # (bpf_dispatcher_xdp_func()): the machine has one.
        for module in ("veth", "sch_ingress", "cls_bpf"):
            arguments += ["-m", module]
        vm = os.path.join(HERE, "../vm/vm.sh")
        said, _ = run([vm, "-k", tree, "-s", folder + "/script", "-r", "1024", "-t", "3000", *arguments])
    bad = 0
    for name, _ in commands:
        found = re.search(rf"^@@ROW {name}\n(.*?)^@@END (\d+)$", said, flags=re.M | re.S)
        wrong, words = judge(name, found[1], int(found[2])) if found else ("it did not end", "")
        bad += wrong != ""
        print(f"{title.split('-cloud')[0]} {name}: {'FAIL' if wrong else words}", flush=True)
        if wrong:
            print(wrong)
    if bad:
        print("the machine's last words:\n" + said[-500:])
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
