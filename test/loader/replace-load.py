# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""replace-load.py - replaces a pipeline under traffic and counts what it missed

usage: replace-load.py TRAFFIC OBSERVER.o WHERE FRAMES "ATTACH" "REPLACE"...

ATTACH puts the pipeline on "far"; the REPLACE commands are run in turn while FRAMES frames come
from "near". Prints "N replaced, 0 missed" when every frame that the observer saw went through every
stage, and the state of the stages survived.
"""

import json
import os
import subprocess
import sys


def run(command):
    return subprocess.run(command, shell=True, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(arguments):
    traffic, observer, where, frames, attach, *replaces = arguments
    loader = attach.split()[0]
    run(attach)
    # Each run of the script is one replace; which one is kept in a file.
    script = os.path.splitext(observer)[0] + "-" + os.path.basename(loader) + ".sh"
    turns = "".join("%d) %s ;;\n" % turn for turn in enumerate(replaces))
    with open(script, "w", encoding="utf-8") as file:
        file.write(
            "turn=$(cat $0.turn 2>/dev/null || echo 0)\n"
            "echo $(( (turn + 1) %% %d )) > $0.turn\ncase $turn in\n%sesac\n" % (len(replaces), turns)
        )
    command = [traffic, "near", frames, observer, "far", where, "sh", script]
    runs, arrived = map(int, subprocess.check_output(command, text=True).split())
    stats = json.loads(run(loader + " stats --json"))
    missed = 0
    for interface in stats["interfaces"]:
        for hook in interface["hooks"]:
            for stage in hook["stages"]:
                missed += abs(arrived - stage["packets"]) + stage.get("missed", 0)
    seen = json.loads(run("bpftool -j map dump pinned /sys/fs/bpf/small/maps/ol_seen"))
    by_version = [entry["formatted"]["value"] for entry in seen]
    if sum(by_version) != arrived:
        print("state was lost: %d of %d" % (sum(by_version), arrived))
    if sum(1 for count in by_version if count) < 2:
        print("one version only has run: %s" % by_version)
    if arrived < int(frames) * 0.9:
        print("too few frames arrived: %d" % arrived)
    print("%d frames, %d replaced, %d missed" % (arrived, runs, missed))
    run(loader + " detach")


if __name__ == "__main__":
    main(sys.argv[1:])
