#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""transform.py - opened-transform over every source of a compile database, judged from outside

Every program at the first hook that loads as it is must come out as one that loads at the second
and is equivalent under opened-verify, or be refused with reasons. A source whose programs cannot
all go together is tried program by program, each extracted first. What loads and differs is a
failure, always: exit 1, unless known.yaml says why it is no fault of the rewriting.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import bpfobj
import products
import run as extraction
import selection

OUTCOMES = (
    ("equivalent", "equivalent, every branch taken"),
    ("equivalent-partly", "equivalent on what was tried, not every branch taken"),
    ("inconclusive", "nothing differed and nothing was shown"),
    ("refused", "refused with reasons"),
    ("unloadable", "rewritten, and the verifier refuses it"),
    ("uncompiled", "rewritten, and it does not compile"),
    ("different", "rewritten, and it differs"),
    ("error", "something else went wrong"),
    ("not-loaded", "not tried: the kernel refuses it as it is"),
)
BAD = ("uncompiled", "different", "error")


class Program:
    def __init__(self, source, name):
        self.source, self.name = source, name
        self.outcome, self.why, self.reasons, self.conditions = None, "", [], []

    KEPT = ("outcome", "why", "reasons", "conditions")

    def facts(self):
        return {"source": self.source.name, "program": self.name, **{k: getattr(self, k) for k in self.KEPT}}

    def take(self, facts):
        for name in self.KEPT:
            setattr(self, name, facts[name])
        return self


def quiet(argv, seconds, cwd=None):
    try:
        return subprocess.run(
            argv, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", "took too long")


def sections(options):
    """Regular expressions of the sections of the first hook, from its table."""
    with open(os.path.join(options.hookdefs, options.source_hook + ".yaml")) as file:
        rows = yaml.safe_load(file)["sections"]
    rows = [re.escape(row["name"]) + ("(/.*)?" if row.get("prefix") else "") for row in rows]
    return re.compile(r"\??(" + "|".join(rows) + ")$")


def compile_original(source, target):
    entry = source.entries[0]
    return quiet(extraction.clang_argv(entry, "-w", "-c", "-o", target), 300, entry["directory"])


def compile_result(tree, main, target):
    """The rewritten source, as the tree's own compile database says."""
    with open(os.path.join(tree, "compile_commands.json")) as file:
        (entry, *_) = [e for e in json.load(file) if os.path.normpath(e["file"]) == main]
    directory = os.path.normpath(os.path.join(tree, entry["directory"]))
    return quiet(extraction.clang_argv(entry, "-w", "-c", "-o", target), 300, directory)


def find_main(tree):
    for folder, _, names in os.walk(tree):
        for name in names:
            if name.endswith(".transform.json"):
                return os.path.relpath(os.path.join(folder, name[: -len(".transform.json")]), tree)
    raise FileNotFoundError("no manifest in " + tree)


def transform(options, source, programs, tree):
    report = tree + ".diag.json"
    argv = [options.transform, "-p", source.root, f"--to={options.target_hook}", f"--from={options.source_hook}"]
    argv += [f"--function={program.name}" for program in programs]
    argv += [f"--{word}" for word in options.choice] + [f"--accept={rule}" for rule in options.accept]
    argv += ["--color=never", "--diag-output", report, "--diag-format", "json", "-o", tree, source.path]
    done = quiet(argv, options.timeout)
    reasons = []
    if os.path.exists(report):
        with open(report) as file:
            rows = json.load(file)["diagnostics"]
        reasons = [(row.get("flag") or "clang", row["message"]) for row in rows if row["severity"] == "error"]
    return done, reasons


def judge(options, program, original, result):
    report = result + "." + program.name + ".json"
    argv = [options.verify, f"{original}:{program.name}", f"{result}:{program.name}", "--generate", str(options.packets)]
    argv += ["--seed", "1", "--from", options.source_hook, "--to", options.target_hook, "--report", report]
    done = quiet(argv, options.timeout)
    if not os.path.exists(report):
        program.outcome = "unloadable" if "load-refused" in done.stderr else "error"
        program.why = extraction.first_error(done.stderr)
        return
    with open(report) as file:
        data = json.load(file)
    program.outcome, program.why = data["verdict"], data["sentence"]
    if data["verdict"] == "equivalent" and "all branches" not in data["sentence"]:
        program.outcome = "equivalent-partly"


def why_not_loaded(options, program, original):
    """What the kernel says against the original: compared with itself it is at least not refused."""
    argv = [options.verify, f"{original}:{program.name}", f"{original}:{program.name}", "--generate", "1", "--no-shapes"]
    done = quiet(argv + ["--from", options.source_hook, "--to", options.source_hook], options.timeout)
    refused = re.search(r"error: (.*\[-Wopened-.*)", done.stderr)
    return refused and refused.group(1)


def together(options, source, programs, original, folder, number):
    """Rewrites these programs in one run. False when it was refused."""
    tree = os.path.join(folder, f"tree{number}")
    done, reasons = transform(options, source, programs, tree)
    if done.returncode:
        for program in programs:
            program.outcome = "refused" if done.returncode == 1 and reasons else "error"
            program.reasons = reasons
            program.why = "; ".join(message for _, message in reasons) or extraction.first_error(done.stderr)
            if any(flag.endswith("transform-broken") for flag, _ in reasons):
                program.outcome = "uncompiled"
        return False
    main = find_main(tree)
    with open(os.path.join(tree, main + ".transform.json")) as file:
        manifest = json.load(file)
    result = os.path.join(folder, f"result{number}.o")
    built = compile_result(tree, main, result)
    for program in programs:
        program.conditions = sorted({row["condition"] for row in manifest["sites"] if "condition" in row})
        if built.returncode:
            program.outcome, program.why = "uncompiled", extraction.first_error(built.stderr)
        else:
            judge(options, program, original, result)
            keep_product(options, program, original, result, manifest)
    return True


def keep_product(options, program, original, result, manifest):
    """Hands the rewritten program on to the kernel matrix, with what was predicted of it."""
    kernels = [manifest.get("min-kernel"), *(row.get("min-kernel") for row in manifest["sites"])]
    products.add(
        options.products, f"{options.source_hook} to {options.target_hook}", f"{program.source.name}:{program.name}",
        result, program.name, [(original, program.name)], products.newest(kernels),
        hooks=(options.source_hook, options.target_hook),
    )


def alone(options, source, program, original, folder, number):
    """Rewrites one program, cut out of its source first."""
    out = os.path.join(folder, f"unit{number}")
    argv = [options.extract, "-p", source.root, f"--function={program.name}", "-q", "--color=never", "-o", out]
    done = quiet(argv + [source.path], options.timeout)
    if done.returncode:
        program.outcome, program.why = "error", "not extracted: " + extraction.first_error(done.stderr)
        return
    with open(os.path.join(out, "compile_commands.json")) as file:
        entries = json.load(file)
    for entry in entries:
        entry["directory"] = os.path.normpath(os.path.join(out, entry["directory"]))
    unit = extraction.Source(out, entries)
    together(options, unit, [program], original, folder, number)


def examine(options, source):
    folder = tempfile.mkdtemp(prefix="opened-corpus-", dir=options.scratch)
    try:
        original = os.path.join(folder, "original.o")
        if compile_original(source, original).returncode:
            program = Program(source, "")
            program.outcome, program.why = "not-loaded", "the original does not compile"
            return [program]
        wanted = sections(options)
        found = bpfobj.Object(original)
        programs = [
            Program(source, name)
            for name, section in sorted(program_sections(found).items())
            if wanted.match(section)
        ]
        for program in programs:
            refused = why_not_loaded(options, program, original)
            if refused:
                program.outcome, program.why = "not-loaded", refused
        loaded = [program for program in programs if not program.outcome]
        if loaded and not together(options, source, loaded, original, folder, 0) and len(loaded) > 1:
            for number, program in enumerate(loaded, 1):
                alone(options, source, program, original, folder, number)
        return programs
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        program = Program(source, "")
        program.outcome, program.why = "error", f"{type(error).__name__}: {error}"
        return [program]
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def program_sections(found):
    names = set(found.programs())
    return {row[0]: row[1] for row in found.symbols if row[0] in names}


KINDS = ("exact", "exact under conditions", "lossy, refused without consent", "refused by rule")


def kind(program):
    """What the tables say of a program, whatever came of it."""
    if program.outcome == "refused":
        return KINDS[2] if all(flag.endswith("-lossy") for flag, _ in program.reasons) else KINDS[3]
    return KINDS[1] if program.conditions else KINDS[0]


def summarise(options, programs):
    counts = collections.Counter(program.outcome for program in programs)
    kinds = collections.Counter(kind(program) for program in programs if program.outcome not in (*BAD, "not-loaded"))
    refusals = collections.Counter()
    for program in programs:
        if program.outcome == "refused":
            refusals.update({re.sub("^([^:]*)'[^']*'", r"\1...", message) for _, message in program.reasons})
    lines = [
        f"## {options.source_hook} to {options.target_hook}",
        "",
        "| outcome | programs |",
        "|---|---|",
    ]
    lines += [f"| {title} | {counts[name]} |" for name, title in OUTCOMES]
    loaded = len(programs) - counts["not-loaded"]
    lines += [f"| all that load as they are | {loaded} |", "", "| by the tables | programs |", "|---|---|"]
    lines += [f"| {name} | {kinds[name]} |" for name in KINDS]
    lines += ["", "| refused because | programs |", "|---|---|"]
    lines += [f"| {reason} | {count} |" for reason, count in refusals.most_common()]
    return "\n".join(lines) + "\n", counts


def examine_all(options, sources):
    """Yields each source's programs, those of a file of --resume without trying them again."""
    tools = selection.digest_of(options.transform, options.extract, options.verify)
    known = selection.recall(options.resume, tools)
    clock = selection.Clock(options.minutes)

    def one(source):
        if source.name not in known and clock.late():
            return None
        if source.name in known:
            return [Program(source, facts["program"]).take(facts) for facts in known[source.name]["programs"]]
        return examine(options, source)

    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for source, found in zip(sources, pool.map(one, sources)):
            if found is None:
                continue
            if source.name not in known:
                facts = [program.facts() for program in found]
                selection.append(options.resume, {"tool": tools, "source": source.name, "programs": facts})
            yield found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("transform")
    parser.add_argument("extract")
    parser.add_argument("verify")
    parser.add_argument("database")
    parser.add_argument("--hookdefs", required=True, help="the folder of the tables")
    parser.add_argument("--from", dest="source_hook", required=True)
    parser.add_argument("--to", dest="target_hook", required=True)
    parser.add_argument("--choice", action="append", default=[], help="an option of the pair, like fidelity=exact")
    parser.add_argument("--accept", action="append", default=[])
    selection.add_options(parser)
    parser.add_argument("--packets", type=int, default=20000)
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("--json", help="write every program's outcome, a line each, as it is known")
    parser.add_argument("--markdown")
    parser.add_argument("--known", default=os.path.join(os.path.dirname(__file__), "known.yaml"))
    parser.add_argument("--scratch", help="where temporary folders go")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--products", metavar="FOLDER", help="keep originals and what was made of them there")
    options = parser.parse_args()
    for name in ("transform", "extract", "verify", "hookdefs"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    os.environ["OPENED_HOOKDEFS"] = options.hookdefs
    with open(options.known) as file:
        known = yaml.safe_load(file)
    sources = selection.chosen(options, extraction.load_database(options.database))
    programs = []
    log = open(options.json, "w") if options.json else None
    for number, found in enumerate(examine_all(options, sources), 1):
        for program in found:
            programs.append(program)
            if log:
                print(json.dumps(program.facts()), file=log, flush=True)
            if program.outcome not in ("equivalent", "refused", "not-loaded"):
                extraction.say(f"{program.source.name}:{program.name}: {program.outcome}: {program.why[:300]}")
        if number % 50 == 0:
            extraction.say(f"[{number}/{len(sources)}]")
    if log:
        log.close()
    text, counts = summarise(options, programs)
    print(text)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(text)
    bad = [p for p in programs if p.outcome in BAD and f"{p.source.name}:{p.name}" not in known]
    for program in bad:
        extraction.say(f"not as it has to be: {program.source.name}:{program.name}: {program.outcome}")
    # Nothing of the hook among the sources that were asked for is no fault; in all of them it is.
    bounded = options.limit is not None or options.only or options.text or options.minutes
    sys.exit(1 if bad or not (programs or bounded) else 0)


if __name__ == "__main__":
    main()
