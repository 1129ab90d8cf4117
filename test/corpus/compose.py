#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compose.py - opened-compose over the programs of a compile database, judged by the kernel

Each program of a hook that loads alone is made a pipeline of one stage. Those that come through are put
together to pipelines of two and of three, chosen at random by a seed, so that each is in one of each size.
A pipeline must build, load and be equivalent to the originals run one after another, or be refused with
reasons. What opened-compose writes and the compiler, the linker or the verifier refuses, or what
opened-verify tells apart, is a failure: exit 1.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import products
import run as extraction
import selection

OUTCOMES = (
    "equivalent", "equivalent-partly", "inconclusive", "unverified", "untried", "refused",
    "unbuilt", "unloadable", "different", "error",
)
BAD = OUTCOMES[OUTCOMES.index("refused") + 1 :]
SIZES = (1, 2, 3)


def quiet(argv, seconds=300, cwd=None):
    try:
        return subprocess.run(
            argv, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", "took too long")


def programs(options):
    """(source, program) of each program that loads alone, as the list says, of the sources that are wanted."""
    wanted = {s.name for s in selection.chosen(options, list(options.sources.values()))}
    rows = [row for row in selection.lines(options.list) if row.get("outcome") != "not-loaded"]
    return sorted({(row["source"], row["program"]) for row in rows if row["source"] in wanted})


def groups(everyone, size, seed):
    """Pipelines of that many stages: each program in one, and the last filled up with others."""
    order = list(everyone)
    random.Random(f"{seed} {size}").shuffle(order)
    if len(order) < size:
        return []
    order += order[: -len(order) % size]  # the last one may need programs of the first
    return [tuple(order[i : i + size]) for i in range(0, len(order), size)]


def spec(options, stages):
    """A pipeline whose stages all run, whatever the one before returns."""
    names = ", ".join(options.verdicts)
    rows = [
        f"      - {{unit: {json.dumps(source)}, program: {name}, name: s{i}, continue: [{names}]}}"
        for i, (source, name) in enumerate(stages)
    ]
    head = f"opened: 1\ncompose:\n  - name: pipe\n    hook: {options.hook}\n    mechanism: {options.mechanism}\n    stages:\n"
    return head + "\n".join(rows) + "\n"


def first_error(text):
    errors = [line for line in text.splitlines() if "error:" in line]
    return re.sub(r"^.*?error: ", "", errors[0]) if errors else text.strip()[-200:]


def original(options, source, folder):
    """The object of a source as its own command makes it."""
    path = os.path.join(folder, re.sub(r"\W", "_", source) + ".o")
    entry = options.sources[source].entries[0]
    if not os.path.exists(path):
        argv = extraction.clang_argv(entry, "-w", "-c", "-o", path)
        subprocess.run(argv, cwd=entry["directory"], check=True, capture_output=True)
    return path


def least_kernel(report):
    """The first kernel that opened-compose says the pipeline needs; None: it says nothing."""
    with open(report) as file:
        rows = json.load(file)["diagnostics"]
    found = [re.search(r"Linux (\d+\.\d+)", row["message"]) for row in rows if "pipeline-kernel" in (row.get("flag") or "")]
    return products.newest(match.group(1) for match in found if match)


def verify(options, stages, folder, out):
    """The pipeline against the originals one after another, as its own description says they run."""
    with open(os.path.join(out, "pipe.json")) as file:
        (hook,) = json.load(file)["hooks"]
    originals = [(original(options, source, folder), name) for source, name in stages]
    left = {
        "opened": 1, "final": hook["final"], "exits": hook["exits"],
        "stages": [
            {"object": path, "program": name, "name": stage["name"], "continue": stage["continue"], "names": stage["names"]}
            for (path, name), stage in zip(originals, hook["stages"])
        ],
    }
    with open(os.path.join(folder, "left.yaml"), "w") as file:
        json.dump(left, file)
    (right,) = (os.path.join(out, "verify", name) for name in os.listdir(os.path.join(out, "verify")))
    with open(right) as file:
        product = json.load(file)
    built = os.path.join(out, "pipe.bpf.o")
    products.add(
        options.products, f"compose {options.hook}", name_of(stages), built, None, originals,
        least_kernel(os.path.join(folder, "diag.json")), sides=(left, product),
    )
    report = os.path.join(folder, "verify.json")
    argv = [options.verify, os.path.join(folder, "left.yaml"), right, "--generate", str(options.packets), "--seed", "1"]
    done = quiet(argv + ["--report", report], 600)
    if not os.path.exists(report):
        return "unverified", first_error(done.stderr)
    with open(report) as file:
        data = json.load(file)
    outcome, why = data["verdict"], data["sentence"]
    if outcome == "equivalent" and "all branches" not in why:
        outcome = "equivalent-partly"
    return outcome, why


def compose(options, stages):
    folder = tempfile.mkdtemp(prefix="opened-compose-")
    try:
        path = os.path.join(folder, "pipe.yaml")
        with open(path, "w") as file:
            file.write(spec(options, [(os.path.join(options.corpus, source), name) for source, name in stages]))
        out = os.path.join(folder, "out")
        report = os.path.join(folder, "diag.json")
        done = quiet([options.compose, "-p", options.corpus, "--diag-output", report, "-o", out, path])
        if done.returncode in (1, 3) and "error:" in done.stderr:
            return "refused", first_error(done.stderr)
        if done.returncode:
            return "error", f"exit {done.returncode}: " + done.stderr[-300:]
        done = quiet(["make", "-s", "-C", out, f"CLANG={options.clang}", "pipe.bpf.o"])
        if done.returncode:
            return "unbuilt", done.stderr.strip()[:600]
        refused = products.loads(options.loader, os.path.join(out, "pipe.bpf.o"))
        if refused:
            return "unloadable", refused
        return verify(options, stages, folder, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def name_of(stages):
    return " + ".join(f"{source}:{program}" for source, program in stages)


def compose_all(options, pipelines, clock):
    """Yields (stages, outcome, why); what a file of --resume has is not made again."""
    tool = selection.digest_of(options.compose, options.verify)
    known = selection.recall(options.resume, tool, "pipeline")

    def one(stages):
        facts = known.get(f"{options.hook}: {name_of(stages)}")
        if not facts and clock.late():
            return "untried", "the time was up before it"
        return (facts["outcome"], facts["why"]) if facts else compose(options, stages)

    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for stages, (outcome, why) in zip(pipelines, pool.map(one, pipelines)):
            name = f"{options.hook}: {name_of(stages)}"
            if name not in known and outcome != "untried":
                facts = {"tool": tool, "pipeline": name, "outcome": outcome, "why": why}
                selection.append(options.resume, facts)
            yield stages, outcome, why


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hook", required=True, help="the place, as opened-compose names it")
    parser.add_argument("--hookdefs", required=True)
    parser.add_argument("--mechanism", default="linked")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--json", help="write every pipeline's outcome, a line each, as it is known")
    parser.add_argument("--seed", type=int, default=1, help="which programs go together")
    parser.add_argument("--products", metavar="FOLDER", help="keep pipelines that load there")
    parser.add_argument("-j", type=int, default=1)
    selection.add_options(parser)
    parser.add_argument("--packets", type=int, default=2000, help="packets for each comparison")
    parser.add_argument("compose")
    parser.add_argument("verify")
    parser.add_argument("corpus")
    parser.add_argument("list", help="one JSON object a line with 'source' and 'program': those that load alone")
    options = parser.parse_args()
    options.compose, options.verify = os.path.abspath(options.compose), os.path.abspath(options.verify)
    os.environ["OPENED_HOOKDEFS"] = os.path.abspath(options.hookdefs)
    options.corpus = os.path.abspath(options.corpus)
    with open(os.path.join(options.hookdefs, re.match("[a-z]+", options.hook).group(0) + ".yaml")) as file:
        options.verdicts = list(yaml.safe_load(file)["verdicts"]["values"])
    options.loader = products.build_loader(options.clang, tempfile.mkdtemp(prefix="opened-compose-"))
    options.sources = {s.name: s for s in extraction.load_database(options.corpus)}
    everyone = programs(options)
    counts = collections.Counter()
    log = open(options.json, "w") if options.json else None
    fit = []
    clock = selection.Clock(options.minutes)
    for size in SIZES:
        made = groups(everyone if size == 1 else fit, size, options.seed)
        for stages, outcome, why in compose_all(options, made, clock.share(len(SIZES) + 1 - size)):
            counts[outcome] += 1
            if size == 1 and outcome not in (*BAD, "refused", "untried"):
                fit += stages
            if log:
                print(json.dumps({"stages": stages, "outcome": outcome, "why": why}), file=log, flush=True)
            if outcome in BAD:
                extraction.say(f"{outcome}: {name_of(stages)}: " + why.replace("\n", " | ")[:400])
    shutil.rmtree(os.path.dirname(options.loader))
    if log:
        log.close()
    print(", ".join(f"{counts[o]} {o}" for o in OUTCOMES))
    # With bounds there may be nothing to put together.
    bounded = options.limit is not None or options.only or options.text or options.minutes
    sys.exit(1 if any(counts[o] for o in BAD) or not (everyone or bounded) else 0)


if __name__ == "__main__":
    main()
