# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""faults.py - makes a loader fail, and kills it, at each place that it passes

usage: faults.py TRAFFIC PREFIX "ATTACH" "REPLACE"

Run in the sandbox. ATTACH and REPLACE are command lines; PREFIX is that of the pipeline's names in
the kernel. After a failure the listing of links, programs, maps, pins, filters and queueing
disciplines is what it was before. After a kill the pipeline runs on all hooks or on none, and
'clean' (after 'attach' and 'detach': and nothing else) brings the listing back. Prints what it has
tried; anything that is not so is one line "BAD: ...", and exit status 1.
"""

import json
import os
import re
import subprocess
import sys
import time

FRAMES = 10
bad = 0


def run(command, fault=None):
    environment = dict(os.environ)
    if fault:
        environment["OPN_LOADER_FAIL"] = fault
    return subprocess.run(command, shell=True, env=environment, capture_output=True, text=True)


def must(command):
    done = run(command)
    if done.returncode:
        complain("'%s' failed: %s" % (command, done.stderr))
    return done.stdout


def complain(text):
    global bad
    bad += 1
    print("BAD: " + text)


def bpf_list(kind):
    # What goes while it is listed ends bpftool's list.
    for _ in range(20):
        done = run("bpftool -j %s list" % kind)
        if not done.returncode:
            return [one for one in json.loads(done.stdout or "[]") if "id" in one]
        time.sleep(0.05)
    complain("bpftool %s list: %s" % (kind, done.stderr))
    return []


class Place:
    """What is attached, loaded and pinned."""

    def __init__(self, prefix):
        self.prefix = prefix

    def mine(self, kind):
        return [one for one in bpf_list(kind) if one.get("name", "").startswith(self.prefix)]

    def listing(self):
        programs = {one["id"]: one["name"] for one in self.mine("prog")}
        lines = ["program %d %s" % one for one in sorted(programs.items())]
        # A PROG_ARRAY may stay for good, empty: its last user takes a reference for the work that
        # empties it, and bpftool, listing it then, makes itself the last user once more
        # (kernel/bpf/arraymap.c: prog_array_map_clear() schedules the work once, and counts twice).
        lines += [
            "map %d %s" % (one["id"], one["name"])
            for one in self.mine("map")
            if one["type"] != "prog_array"
        ]
        lines += [
            "link %d of program %d" % (one["id"], one["prog_id"])
            for one in bpf_list("link")
            if one.get("prog_id") in programs
        ]
        for interface in "near", "far":
            lines.append(re.sub(r"(?m)^\s+.*state .*\n|qlen \d+", "", must("ip -o link show " + interface)))
            lines.append(must("tc filter show dev %s ingress; tc filter show dev %s egress" % (interface, interface)))
        lines.append(must("tc qdisc show"))
        lines += must("find /sys/fs/bpf | sort").splitlines()
        return lines

    def settled(self):
        """The listing, when what was removed just now is no longer in it."""
        before, since = self.listing(), time.monotonic()
        while time.monotonic() - since < 1:
            time.sleep(0.2)
            now = self.listing()
            if now != before:
                before, since = now, time.monotonic()
        return before

    def becomes(self, wanted, ignored=()):
        """Objects go some time after their last pin: the kernel waits for readers."""
        for _ in range(50):
            now = self.listing()
            if not difference(wanted, now, ignored):
                return []
            time.sleep(0.1)
        return difference(wanted, now, ignored)

    def counts(self):
        """Packets of each stage, by the map that counts them."""
        counts = {}
        for one in self.mine("map"):
            if "_counter" not in one["name"]:
                continue
            dump = run("bpftool -j map dump id %d" % one["id"])
            if dump.returncode:
                continue  # It went just now.
            rows = [value["value"]["cells"] for value in json.loads(dump.stdout)[0]["formatted"]["values"]]
            cells = [sum(column) for column in zip(*rows)]
            half = len(cells) // 2
            # Bytes are first; all other columns count packets.
            counts[one["id"]] = [sum(row[1:]) for row in (cells[:half], cells[half:])]
        return counts


def difference(before, after, ignored):
    def keep(lines):
        return [line for line in lines if not any(re.search(word, line) for word in ignored)]

    a, b = keep(before), keep(after)
    return ["-" + line for line in a if line not in b] + ["+" + line for line in b if line not in a]


def passes(traffic, place, wanted):
    """Do FRAMES frames in each direction add to the counters what is wanted?"""
    for _ in range(10):
        before = place.counts()
        must("%s near %d" % (traffic, FRAMES))
        must("%s far %d" % (traffic, FRAMES))
        time.sleep(0.05)
        after = place.counts()
        added = [
            [b - a for a, b in zip(before[one], after[one])] for one in after if one in before
        ]
        if wanted(added):
            return True
        # Maps of what was removed may be there still.
        time.sleep(0.2)
    return False


def all_run(added):
    return bool(added) and all(stage == FRAMES for stages in added for stage in stages)


def all_or_none(added):
    return all_run(added) or all(stage == 0 for stages in added for stage in stages)


def each_all_or_none(added):
    """Of several interfaces, each by itself."""
    return all(all_or_none([stages]) for stages in added)


def places_of(command):
    return re.findall(r"^fault: (\S+)", run(command, "?").stderr, flags=re.M)


def try_attach(traffic, place, attach, whole):
    loader = attach.split()[0]
    before = place.listing()
    faults = places_of(attach)
    must(loader + " detach; rm -f /sys/fs/bpf/own")
    for line in place.becomes(before):
        complain("detach leaves " + line)
    for fault in faults:
        done = run(attach, fault)
        if done.returncode != 1 or "what was done is undone" not in done.stderr:
            complain("attach, %s fails: status %d: %s" % (fault, done.returncode, done.stderr))
        for line in place.becomes(before):
            complain("attach, %s fails: %s" % (fault, line))
    for fault in faults:
        done = run(attach, "kill:" + fault)
        if done.returncode != -9 and done.returncode != 137:
            complain("attach, killed at %s: status %d" % (fault, done.returncode))
        if not passes(traffic, place, whole):
            complain("attach, killed at %s: half of it runs" % fault)
        status = json.loads(must(loader + " status --json"))
        states = [one["state"] for one in status["interfaces"]]
        if states == ["running"] and not passes(traffic, place, all_run):
            complain("attach, killed at %s: status says that it runs" % fault)
        if faults.index(fault) % 2:
            again = run(attach)
            if again.returncode and "it is attached to" not in again.stderr:
                complain("attach after a kill at %s: %s" % (fault, again.stderr))
            elif not again.returncode and not passes(traffic, place, all_run):
                complain("attach after a kill at %s: it does not run" % fault)
            must(loader + " detach")
        must(loader + " clean")
        if "running" in must(loader + " status"):
            must(loader + " detach")
        must("rm -f /sys/fs/bpf/own")
        for line in place.becomes(before):
            complain("attach, killed at %s, then clean: %s" % (fault, line))
    print("attach: %d places: %s" % (len(faults), " ".join(faults)))


def try_replace(traffic, place, attach, replace):
    loader = attach.split()[0]
    must(attach)
    faults = places_of(replace)
    before = place.settled()
    for fault in faults:
        if fault.startswith("settle"):
            continue  # Nothing there can fail.
        done = run(replace, fault)
        if done.returncode != 1 or "what was done is undone" not in done.stderr:
            complain("replace, %s fails: status %d: %s" % (fault, done.returncode, done.stderr))
        for line in place.becomes(before):
            complain("replace, %s fails: %s" % (fault, line))
        if not passes(traffic, place, all_run):
            complain("replace, %s fails: it does not run on" % fault)
    pins = must("find /sys/fs/bpf | sort")
    for number, fault in enumerate(faults):
        done = run(replace, "kill:" + fault)
        if done.returncode != -9 and done.returncode != 137:
            complain("replace, killed at %s: status %d" % (fault, done.returncode))
        if not passes(traffic, place, all_run):
            complain("replace, killed at %s: it does not run on" % fault)
        must(loader + (" clean" if number % 2 else " replace"))
        if must("find /sys/fs/bpf | sort") != pins:
            complain("replace, killed at %s, then clean: other pins: %s" % (fault, pins))
        if not passes(traffic, place, all_run):
            complain("replace, killed at %s, then clean: it does not run on" % fault)
    must(replace)
    must(loader + " detach")
    print("replace: %d places: %s" % (len(faults), " ".join(faults)))


def try_detach(traffic, place, attach, whole):
    loader = attach.split()[0]
    must("rm -f /sys/fs/bpf/own")
    before = place.settled()
    must(attach)
    faults = places_of(loader + " detach")
    for fault in faults:
        run(attach)
        run(loader + " detach", "kill:" + fault)
        if not passes(traffic, place, whole):
            complain("detach, killed at %s: half of it runs" % fault)
        if run(loader + " detach").returncode:
            complain("detach, killed at %s: the next fails" % fault)
    must("rm -f /sys/fs/bpf/own")
    for line in place.becomes(before):
        complain("detach after kills: %s" % line)
    print("detach: %d places: %s" % (len(faults), " ".join(faults)))


def main(arguments):
    traffic, prefix, attach, replace = arguments
    place = Place(prefix)
    whole = each_all_or_none if "near far" in attach else all_or_none
    try_attach(traffic, place, attach, whole)
    try_replace(traffic, place, attach, replace)
    try_detach(traffic, place, attach, whole)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
