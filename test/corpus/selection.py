# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""selection.py - which sources the steps of the corpus take, and what is known of them already

All steps choose alike, so that the same bounds mean the same sources. With --resume a step keeps a line
for each source as soon as it is known; the next run goes on from there, unless a tool was built anew.
"""
import hashlib
import json
import os
import random
import re
import time


def add_options(parser):
    parser.add_argument("--only", metavar="REGEX", default="", help="only sources whose path matches")
    parser.add_argument("--limit", type=int, metavar="N", help="only N sources")
    parser.add_argument("--sample", type=int, metavar="SEED", help="choose the sources at random")
    parser.add_argument("--text", metavar="REGEX", default="", help="only sources whose own text has a match")
    parser.add_argument("--minutes", type=float, metavar="N", help="begin nothing more after N minutes")
    parser.add_argument("--resume", metavar="FILE", help="keep each source's results there, and go on from them")


def chosen(options, sources):
    """Those of the sources that the options want, in the order in which they are tried."""
    sources = [s for s in sources if re.search(options.only or "", s.name)]
    if options.text:
        sources = [s for s in sources if re.search(options.text, text_of(s.path))]
    if options.sample is not None:
        random.Random(options.sample).shuffle(sources)
    return sources[: options.limit]


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


class Clock:
    """Tells when the time of a step is up: nothing is begun then, and what was not is told as not tried."""

    def __init__(self, minutes):
        self.end = None if minutes is None else time.monotonic() + 60 * minutes

    def share(self, parts):
        """A clock for the next of so many parts that are left."""
        if self.end is None:
            return self
        clock = Clock(0)
        clock.end = time.monotonic() + max(0, self.end - time.monotonic()) / parts
        return clock

    def late(self):
        return self.end is not None and time.monotonic() >= self.end


def digest_of(*paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()[:16]


def lines(path):
    """The JSON lines of a file, without one that a crash cut off; none when there is no file."""
    if not path or not os.path.exists(path):
        return
    with open(path) as f:
        for line in f:
            try:
                yield json.loads(line)
            except ValueError:
                continue


def append(path, value):
    if path:
        with open(path, "a") as f:
            f.write(json.dumps(value) + "\n")


def recall(path, tool, key="source"):
    """The last facts of each source in a file of --resume that this tool found out."""
    return {facts[key]: facts for facts in lines(path) if facts.get("tool") == tool}
