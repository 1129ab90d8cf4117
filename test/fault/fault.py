# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""fault.py - runs that are killed, that have no room, and that lack what they stand on

fault.py TOOLS FOLDER [--points=N] [--seed=S] [--only=COMMAND] [KIND...]

KIND: kill, disk, lacking, clock; all of them without. Each of opened-extract, opened-transform,
opened-compose and opened run is done once undisturbed; that output is what every other run is held
against. Then it is killed at points of a run that the seed chooses, run on disks that are too small
by ever less, without /proc, without rights, without each program that it calls, and over files of
other times. What was there stays as it was or is the whole new output; an error has words and one of
our statuses; and the next undisturbed run leaves exactly what a run from nothing leaves.
"""

import argparse
import filecmp
import os
import random
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.join(HERE, "../driver/Inputs/tree")
MULTIARCH = f"/usr/include/{os.uname().machine}-linux-gnu"
FLAGS = ["-target", "bpf", "-O2", "-g", "-Iinclude", "-idirafter", MULTIARCH]
SPEC = """opened: 1
extract:
- {unit: first, source: {path: .}, compile: {flags: [FLAGS]}, functions: [first]}
- {unit: second, source: {path: .}, compile: {flags: [FLAGS]}, functions: [second]}
transform:
- {unit: first, to: tc}
- {unit: second, to: tc}
compose:
- {name: chain, hook: tc-ingress, stages: [first, {unit: second, continue: [TC_ACT_UNSPEC]}]}
""".replace("FLAGS", ", ".join(FLAGS))
COMMANDS = {
    "extract": ["opened-extract", "-q", "--prove", "--all", "-o", "OUT", "first.bpf.c",
                "second.bpf.c", "--", *FLAGS],
    "transform": ["opened-transform", "-q", "--to=tc", "-o", "OUT", "first.bpf.c", "second.bpf.c",
                  "--", *FLAGS],
    "compose": ["opened-compose", "-q", "--hook=xdp", "--name=chain", "-o", "OUT", "first.bpf.c",
                "second.bpf.c", "--", *FLAGS],
    "run": ["opened", "run", "-q", "-o", "OUT", "opened.yaml"],
}
# What is staged in an output, until the next run.
TEMPORARY = ".opened-tmp-"
# Ours, and what a shell says of a signal.
STATUSES = (0, 1, 2, 3)


class Failed(Exception):
    """What a run left that it should not."""


class Bench:
    """One command in a folder of its own, with what it makes when nothing is in the way."""

    def __init__(self, name, arguments):
        self.name, self.arguments = name, arguments
        self.base = os.path.join(os.path.abspath(arguments.folder), name)
        self.tree = os.path.join(self.base, "tree")
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.copytree(TREE, self.tree)
        for name in ("maps.bpf.c", "mark.bpf.c"):
            os.unlink(os.path.join(self.tree, name))
        with open(os.path.join(self.tree, "opened.yaml"), "w", encoding="utf-8") as file:
            file.write(SPEC)
        os.mkdir(os.path.join(self.base, "tmp"))
        # Always the same place: objects say where they were made.
        self.place, self.out, self.good = map(self.path, ("place", "place/out", "good"))
        os.mkdir(self.place)
        started = time.monotonic()
        self.must_work(self.out)
        self.seconds = time.monotonic() - started
        os.rename(self.out, self.good)

    def path(self, name):
        return os.path.join(self.base, name)

    def words(self, out):
        words = [out if word == "OUT" else word for word in COMMANDS[self.name]]
        return [os.path.join(self.arguments.tools, words[0]), *words[1:]]

    def environment(self, **more):
        return {**os.environ, "TMPDIR": self.path("tmp"), "LC_ALL": "C", **more}

    def start(self, out, before=(), **more):
        return subprocess.Popen([*before, *self.words(out)], cwd=self.tree,
                                env=self.environment(**more), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True)

    def run(self, out, before=(), **more):
        process = self.start(out, before, **more)
        try:
            stdout, stderr = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            raise Failed("it does not end") from None
        return process.returncode, (stdout + stderr).decode(errors="replace")

    def is_staging(self, process):
        """Waits until a tool has begun to write into the output that is there; False: it ended."""
        while process.poll() is None:
            if any(name.startswith(TEMPORARY) for name in os.listdir(self.out)):
                return True
        return False

    def must_work(self, out):
        status, said = self.run(out)
        if status:
            raise Failed(f"an undisturbed run ended with {status}: {said[-500:]}")

    def must_refuse(self, status, said):
        """An error in words; it may also have worked."""
        if status not in STATUSES:
            raise Failed(f"it ended with {status}: {said[-500:]}")
        if status and "error: " not in said and "opened: " not in said:
            raise Failed(f"it ended with {status} and does not say why: {said[-500:]}")

    def same(self, out):
        """Whether an output is what an undisturbed run makes; returns the first difference."""
        return difference(self.good, out)

    def nothing_partial(self, out, was):
        """Of one tool: the output is as it was, or is the new one. A run is of several steps, each of
        which is done or not; what is there of a step must be whole, which a run from there shows."""
        if self.name == "run":
            return
        now = {name: text for name, text in snapshot(out).items()
               if not name.startswith(TEMPORARY)}
        if now != was and now != snapshot(self.good):
            raise Failed(f"part of an output is there: {self.same(out)}")

    def leftovers(self):
        """Private folders in TMPDIR stay when a run is killed: nobody is left to remove them."""
        return [name for name in os.listdir(self.place) if name.startswith(".")]

    def recovers(self, out):
        self.must_work(out)
        wrong = self.same(out)
        if wrong:
            raise Failed(f"the run after it leaves something else: {wrong}")


def snapshot(folder):
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, folder)] = file.read()
    return files


def difference(good, out):
    """The state of runs has times in it; pages and the loader's debug information say where they
    are."""
    left, right = snapshot(good), snapshot(out)
    for name in sorted(set(left) | set(right)):
        if name.startswith(".opened/") and not name.startswith(".opened/.opened"):
            continue
        if name.endswith((".html", "/chain")) and name in left and name in right:
            continue
        if left.get(name) != right.get(name):
            return name + (" is missing" if name not in right else
                           " is left over" if name not in left else " differs")
    return None


# ---- kinds ----


def kill(bench, rng):
    """At a point of a first run, and of a run over an output of other sources."""
    out, source = bench.out, os.path.join(bench.tree, "first.bpf.c")
    with open(source, encoding="utf-8") as file:
        text = file.read()
    ended = staged = 0
    for point in range(bench.arguments.points):
        shutil.rmtree(out, ignore_errors=True)
        if point % 2:
            with open(source, "w", encoding="utf-8") as file:
                file.write(text.replace("length < 20", "length < 30"))
            bench.must_work(out)
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
        was = snapshot(out)
        process = bench.start(out)
        # Most of what can go wrong is at the end, and all of it where files get their places.
        if point % 4 == 3:
            staged += bench.is_staging(process)
            time.sleep(rng.random() / 1000)
        else:
            time.sleep(bench.seconds * (rng.random() if point % 3 else 0.8 + rng.random() / 4))
        try:
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            pass
        process.communicate()
        ended += process.returncode == 0
        bench.nothing_partial(out, was)
        bench.recovers(out)
    if bench.leftovers():
        raise Failed(f"after the last run there is {bench.leftovers()}")
    print(f"  {bench.arguments.points} kills, {ended} of them after the end, {staged} while files "
          "were staged in an output")


def disk(bench, _):
    """On a file system of its own, from far too small to just too small."""
    mount = bench.place
    shutil.rmtree(bench.out, ignore_errors=True)
    size = sum(map(len, snapshot(bench.good).values()))
    refused = 0
    for share in (0.02, 0.2, 0.5, 0.8, 0.95, 1.1, 1.5, 2, 20):
        script = (f'mount -t tmpfs -o size={max(4096, int(size * share))} none "$0" && '
                  '"$@"; status=$?; rm -rf "$0.copy"; cp -r "$0" "$0.copy"; umount "$0"; '
                  'exit $status')
        status, said = bench.run(bench.out, ("unshare", "-m", "sh", "-c", script, mount),
                                 TMPDIR=mount)
        bench.must_refuse(status, said)
        refused += status != 0
        if status and "No space left" not in said and bench.name != "run":
            raise Failed(f"it does not say that the disk is full: {said[-500:]}")
        copy = mount + ".copy/out"
        if not status and bench.same(copy):
            raise Failed(f"it worked and {bench.same(copy)}")
        if status:
            bench.nothing_partial(copy, {})
        shutil.rmtree(mount + ".copy")
    bench.recovers(bench.out)
    if not refused or status:
        raise Failed("no disk was too small, or all were")
    print(f"  {refused} of 9 sizes were too small")


def lacking(bench, _):
    """Without what is around a run: rights, /proc, the BPF file system, programs."""
    out = bench.out
    hidden = {
        "a read-only output": 'mkdir "$0"; mount -t tmpfs none "$0" && mount -o remount,ro "$0" && "$@"',
        "no /proc": 'umount -l /proc && "$@"',
        "an empty /proc": 'mount -t tmpfs none /proc && "$@"',
        "no /sys": 'umount -l /sys && "$@"',
        "no TMPDIR": 'export TMPDIR=/nowhere; "$@"',
        "no descriptors": 'ulimit -n 8; "$@"',
        "closed streams": '"$@" <&- >&-',
    }
    for what, script in hidden.items():
        shutil.rmtree(out, ignore_errors=True)
        status, said = bench.run(out, ("unshare", "-m", "sh", "-c", script, out))
        bench.must_refuse(status, said)
        bench.nothing_partial(out, {})
        print(f"  {what}: status {status}")
        bench.recovers(out)
    for missing in ("clang", "make", "bpftool", "git", "dot"):
        shutil.rmtree(out, ignore_errors=True)
        status, said = bench.run(out, PATH=path_without(bench, missing))
        # make says it of the compiler, and who is missing.
        if f"{missing}: No such file or directory" not in said:
            bench.must_refuse(status, said)
        print(f"  no {missing}: status {status}")
        bench.recovers(out)


def path_without(bench, missing):
    """A folder with links to all programs but one."""
    folder = bench.path("bin-" + missing)
    if not os.path.isdir(folder):
        os.mkdir(folder)
        for place in os.environ["PATH"].split(":"):
            for name in os.listdir(place) if os.path.isdir(place) else ():
                if not re.match(missing + r"(-[0-9]+)?$", name) and not os.path.lexists(
                        os.path.join(folder, name)):
                    os.symlink(os.path.join(place, name), os.path.join(folder, name))
    return folder


def clock(bench, _):
    """Sources and outputs from the beginning of time, from the future, and of no order."""
    out = bench.out
    future = time.time() + 10 * 365 * 86400
    for when in (0, future, 1, time.time()):
        for folder in (bench.tree, out):
            for root, _, names in os.walk(folder):
                for name in names:
                    os.utime(os.path.join(root, name), (when, when))
        bench.recovers(out)
        # A change that keeps size and time must be seen.
        source = os.path.join(bench.tree, "first.bpf.c")
        with open(source, encoding="utf-8") as file:
            text = file.read()
        with open(source, "w", encoding="utf-8") as file:
            file.write(text.replace("length < 20", "length < 30"))
        os.utime(source, (when, when))
        bench.must_work(out)
        if not bench.same(out):
            raise Failed("a source that changed in the same instant was not seen")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(source, (when, when))
        bench.recovers(out)


KINDS = {"kill": kill, "disk": disk, "lacking": lacking, "clock": clock}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tools", type=os.path.abspath)
    parser.add_argument("folder")
    parser.add_argument("kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=COMMANDS)
    arguments = parser.parse_args()
    if os.geteuid() or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        print("skipped: it mounts file systems, and needs root for that")
        return 77
    bad = 0
    for name in [arguments.only] if arguments.only else COMMANDS:
        bench = Bench(name, arguments)
        for kind in arguments.kinds or KINDS:
            print(f"{name}, {kind}", flush=True)
            try:
                KINDS[kind](bench, random.Random(arguments.seed))
            except Failed as failed:
                print(f"  FAILED: {failed}", flush=True)
                bad += 1
    return int(bad != 0)


sys.exit(main())
