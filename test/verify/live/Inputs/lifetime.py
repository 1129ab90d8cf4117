#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lifetime.py - nothing of a live run outlives its process, and runs do not meet

usage: lifetime.py killed SIGNAL COMMAND...
       lifetime.py beside COMMAND... --and COMMAND...

killed: COMMAND, which is to take seconds, is ended by SIGNAL (a number; 0: it may finish) once its
programs are attached. Then none of the kernel's objects that it held may be left. The observer's
program is held by a device of the namespace too: when it is gone, so is the namespace.
beside: the first command is run alone, then again while the second one runs, and has to report the
same.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time

PROGRAMS = 4  # two under test, the observer, the one for a veth's peer
LIBBPF = ctypes.CDLL("libbpf.so.1", use_errno=True)


def exists(kind, number):
    descriptor = getattr(LIBBPF, f"bpf_{kind}_get_fd_by_id")(ctypes.c_uint32(number))
    if descriptor >= 0:
        os.close(descriptor)
    return descriptor >= 0


def held(process):
    """The kernel's objects that the process has descriptors of: {("prog", 17), ("map", 4)...}"""
    found = set()
    folder = f"/proc/{process.pid}/fdinfo"
    try:
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", encoding="ascii") as file:
                text = file.read()
            for kind in ("prog", "map", "link"):
                match = re.search(rf"^{kind}_id:\s*(\d+)", text, flags=re.M)
                if match and not (kind == "prog" and re.search(r"^link_id:", text, flags=re.M)):
                    found.add((kind, int(match[1])))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def outside():
    """What the rest of the machine sees: interfaces, named namespaces, pins."""
    lists = [sorted(os.listdir("/sys/class/net"))]
    for folder in ("/run/netns", "/sys/fs/bpf"):
        lists.append(sorted(os.listdir(folder)) if os.path.isdir(folder) else [])
    return lists


def children(process):
    found = []
    for task in os.listdir(f"/proc/{process.pid}/task"):
        with open(f"/proc/{process.pid}/task/{task}/children", encoding="ascii") as file:
            found += file.read().split()
    return found


def namespaces(process):
    folder = f"/proc/{process.pid}/task"
    return {os.readlink(f"{folder}/{task}/ns/net") for task in os.listdir(folder)}


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"lifetime.py: not within {seconds} s: {what}")
        time.sleep(0.02)


def killed(number, command):
    before = outside()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    objects = set()

    def is_attached():
        objects.update(held(process))
        kinds = [kind for kind, _ in objects]
        return process.poll() is not None or ("link" in kinds and kinds.count("prog") >= PROGRAMS)

    wait_until(is_attached, "the command has a program attached")
    if process.poll() is not None:
        sys.exit("lifetime.py: the command ended before anything was attached")
    if len(namespaces(process)) < 2 or os.readlink("/proc/self/ns/net") not in namespaces(process):
        sys.exit("lifetime.py: not one thread of the command is in a namespace of its own")
    if children(process):
        sys.exit("lifetime.py: the command has children that could be left behind")
    if outside() != before:
        sys.exit("lifetime.py: the run can be seen from outside")
    if not all(exists(*item) for item in objects):
        sys.exit(f"lifetime.py: not all of these are there: {objects}")
    if number:
        process.send_signal(number)
    status = process.wait()
    if number and status != -number:
        sys.exit(f"lifetime.py: ended with status {status}, not by the signal")
    wait_until(
        lambda: not [item for item in objects if exists(*item)], f"all objects are gone: {objects}"
    )
    if outside() != before:
        sys.exit(f"lifetime.py: left behind: {outside()} after {before}")
    print(f"all {len(objects)} objects are gone")


def report(command):
    """The report without what timing decides."""
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    return re.sub(r"(?m)^  ran .*$|behind the first .*$", "", text)


def beside(first, second):
    alone = report(first)
    if not alone:
        sys.exit("lifetime.py: the first command reports nothing")
    other = subprocess.Popen(second, stdout=subprocess.DEVNULL)
    try:
        wait_until(
            lambda: any(kind == "link" for kind, _ in held(other)) or other.poll() is not None,
            "the second command has a program attached",
        )
        together = report(first)
        if other.poll() is not None:
            sys.exit("lifetime.py: the second command was over before the first")
    finally:
        other.kill()
        other.wait()
    if together != alone:
        sys.exit(f"lifetime.py: alone:\n{alone}\nbeside another:\n{together}")
    print("the same beside another run")


def main(arguments):
    if arguments[:1] == ["killed"] and len(arguments) > 2:
        killed(int(arguments[1]) and signal.Signals(int(arguments[1])), arguments[2:])
    elif arguments[:1] == ["beside"] and "--and" in arguments:
        split = arguments.index("--and")
        beside(arguments[1:split], arguments[split + 1 :])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
