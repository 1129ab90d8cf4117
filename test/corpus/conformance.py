#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""conformance.py - the tools over a tree with a compile database, in one table

conformance.py run TOOLS [DIR] takes every source of DIR/compile_commands.json (default: the kernel's eBPF
programs, see kernel-db.py) through extraction with proof (run.py), rewriting both ways with proof
(transform.py), and pipelines of two and of three programs chosen at random (compose.py); with --kernels
what was made is loaded and run on other kernels too (matrix.py). conformance.py compare OLD NEW says what
became better and worse. Exit status 1: something fails without a known reason, or became worse.
"""
import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys

import yaml

import results
import run as extraction
import selection

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Both ways, with the choices that let most programs through.
WAYS = (("xdp", "tc", ()), ("tc", "xdp", ("vlan=bytes",)))
# What each step makes, by the names of products.
MADE = {"extract": "^units$", "transform": " to ", "compose": "^compose "}
PLACES = {"xdp": "xdp", "tc": "tc-ingress"}


def output(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    except OSError:
        return ""
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr)
        return ""


class Run:
    """One run of all steps: where they leave their results, and what became of each."""

    def __init__(self, options):
        self.options = options
        self.tools = os.path.abspath(options.tools)
        self.kernel_tree = options.database is None
        self.tree = output(os.path.join(HERE, "kernel-db.py")) if self.kernel_tree else os.path.realpath(options.database)
        if not os.path.exists(os.path.join(self.tree, "compile_commands.json")):
            sys.exit(f"conformance.py: no compile_commands.json in '{options.database or self.tree}'")
        self.work = os.path.abspath(options.work)
        os.makedirs(self.work, exist_ok=True)
        if not options.resume:
            self.forget()
        self.sources = extraction.load_database(self.tree)
        self.steps, self.records, self.extract = [], [], None
        with open(options.known) as f:
            self.known = yaml.safe_load(f) or {}
        os.environ["OPENED_HOOKDEFS"] = os.path.abspath(options.hookdefs)

    def forget(self):
        for name in os.listdir(self.work):
            if name.endswith((".jsonl", ".json")):
                os.remove(os.path.join(self.work, name))
        shutil.rmtree(self.at("products"), ignore_errors=True)

    def at(self, name):
        return os.path.join(self.work, name)

    def tool(self, name):
        return os.path.join(self.tools, "opened-" + name)

    def limit(self, step):
        """The limit of a step: its own, or that of all."""
        return self.options.limit.get(step, self.options.limit.get(""))

    def bounds(self, step):
        words = ["-j", str(self.options.jobs)]
        if self.options.sample is not None:
            words += ["--sample", str(self.options.sample)]
        if self.options.only:
            words += ["--only", self.options.only]
        if self.options.text:
            words += ["--text", self.options.text]
        if self.limit(step) is not None:
            words += ["--limit", str(self.limit(step))]
        minutes = self.options.minutes.get(step, self.options.minutes.get(""))
        return words + (["--minutes", str(minutes)] if minutes is not None else [])

    def chosen(self, step):
        chosen = argparse.Namespace(**{k: getattr(self.options, k) for k in ("only", "text", "sample")}, limit=self.limit(step))
        return selection.chosen(chosen, self.sources)

    def kept(self, step, name):
        """The last lines of a file of --resume for the chosen sources."""
        last = {row["source"]: row for row in selection.lines(self.at(name))}
        return [last[source.name] for source in self.chosen(step) if source.name in last]

    def call(self, step, title, name, *argv):
        """Runs a step's script; its results count, not its exit status. Returns whether it was run."""
        if step in self.options.skip:
            self.steps.append({"step": title, "status": "left out on demand"})
            return False
        extraction.say(f"---- {title}")
        done = subprocess.run([sys.executable, os.path.join(HERE, argv[0]), *argv[1:]], check=False)
        # 0 and 1 are verdicts; all else is a step that ended before its end, and must not look like one that is done.
        status = "done" if done.returncode in (0, 1) else f"ended with {done.returncode}: not complete"
        # run.py's verdict against a baseline is about more than records: less that is verbatim, or identical.
        if done.returncode == 1 and "--baseline" in argv:
            status = "worse than the baseline: not complete"
        # Pipelines are of programs of the sources that rewriting came to.
        tried = len(self.kept(step, name))
        self.steps.append({"step": title, "status": status, "tried": tried, "of": len(self.sources)})
        return True

    def extraction(self):
        path = self.at("extract.json")
        more = ["--load"] if os.geteuid() == 0 else []
        more += ["--products", self.at("products")] + ([] if self.options.prove else ["--no-prove"])
        more += ["--baseline", self.options.baseline] if self.options.baseline else []
        ran = self.call(
            "extract", "extract", "extract.jsonl", "run.py", self.tool("extract"), self.tree, "--time", str(self.options.time),
            "--resume", self.at("extract.jsonl"), "--json", path, *self.bounds("extract"), *more,
        )
        if not ran:
            return
        for row in self.kept("extract", "extract.jsonl"):
            self.records += results.of_extraction(row)
        if os.path.exists(path):
            with open(path) as f:
                self.extract = json.load(f)

    def rewriting(self):
        for source, target, choices in WAYS:
            title, name = f"{source} to {target}", f"{source}-to-{target}"
            words = [self.tool(tool) for tool in ("transform", "extract", "verify")]
            words += [self.tree, "--hookdefs", self.options.hookdefs, "--from", source, "--to", target]
            words += [f"--choice={choice}" for choice in choices]
            words += ["--packets", str(self.options.packets)]
            words += ["--products", self.at("products")]
            words += ["--json", self.at(name + ".programs.jsonl"), "--resume", self.at(name + ".jsonl")]
            if self.call("transform", title, name + ".jsonl", "transform.py", *words, *self.bounds("transform")):
                for facts in selection.lines(self.at(name + ".programs.jsonl")):
                    self.records.append(results.of_transform(title, facts))

    def composing(self):
        for hook, (source, target, _) in zip(("xdp", "tc"), WAYS):
            title, name = f"compose {hook}", f"compose-{hook}"
            listed = self.at(f"{source}-to-{target}.programs.jsonl")
            if not os.path.exists(listed):
                self.steps.append({"step": title, "status": "needs the programs that rewriting finds to load"})
                continue
            words = [self.tool("compose"), self.tool("verify"), self.tree, listed, "--hook", PLACES[hook], "--hookdefs", self.options.hookdefs]
            words += ["--json", self.at(name + ".pipelines.jsonl"), "--resume", self.at(name + ".jsonl")]
            words += ["--seed", str(self.options.seed), "--packets", str(max(1, self.options.packets // 10))]
            words += ["--products", self.at("products")]
            if self.call("compose", title, f"{source}-to-{target}.jsonl", "compose.py", *words, *self.bounds("compose")):
                for facts in selection.lines(self.at(name + ".pipelines.jsonl")):
                    self.records.append(results.of_pipeline(title, facts))

    def matrix(self):
        """What was made, on other kernels: one step for each kernel and kind of product."""
        if not self.options.kernels:
            self.steps.append({"step": "other kernels", "status": "not asked for (--kernels)"})
            return
        extraction.say("---- other kernels")
        found = self.at("matrix.products.jsonl")
        words = [self.tool("verify"), self.at("products"), "--hookdefs", self.options.hookdefs, "--json", found]
        words += ["--resume", self.at("matrix.jsonl")]
        words += ["--step", "|".join(MADE[step] for step in MADE if step not in self.options.skip) or "^$"]
        time = self.options.minutes.get("kernel", self.options.minutes.get(""))
        words += ["--minutes", str(time)] if time is not None else []
        limit = self.options.limit.get("kernel")
        words += ["--limit", str(limit)] if limit is not None else []
        done = subprocess.run([sys.executable, os.path.join(HERE, "matrix.py"), *words], check=False)
        made = {}
        for facts in selection.lines(found):
            row = results.of_matrix(facts)
            made.setdefault(row["step"], []).append(row)
        for step, rows in made.items():
            missing = sum(row["outcome"] == "not-run" for row in rows)
            status = f"{missing} of {len(rows)} not run: not complete" if missing else "done"
            of = max(len(made[other]) for other in made if other.split(": ", 1)[-1] == step.split(": ", 1)[-1])
            self.steps.append({"step": step, "status": status, "tried": len(rows), "of": of, "unit": "products"})
            self.records += rows
        if done.returncode not in (0, 1) or not made:
            self.steps.append({"step": "other kernels", "status": f"ended with {done.returncode}: not complete"})

    def skipped(self):
        """Sources that the database leaves out, as kernel-db.py lists them."""
        path = os.path.join(self.tree, "skipped.tsv")
        if not os.path.exists(path):
            return []
        with open(path) as f:
            rows = [line.rstrip("\n").split("\t") for line in f]
        return [(row[0], row[-1]) for row in rows]

    def made(self):
        skipped = self.skipped()
        named = self.options.name or ("the eBPF programs of linux-source-6.12" if self.kernel_tree else os.path.basename(self.tree))
        if self.kernel_tree and not self.options.name:
            version = re.sub(r"-\d+$", "", output("dpkg-query", "-W", "-f", "${Version}", "linux-source-6.12"))
            named += f" ({version})" if version else ""
        commit = output("git", "-C", ROOT, "rev-parse", "--short", "HEAD")
        clang = re.search(r"version ([\d.]+)", output("clang-19", "--version") or output("clang", "--version"))
        libbpf = re.search(r"libbpf v(\S+)", output("bpftool", "version"))
        return {
            "date": datetime.date.today().isoformat(),
            "tools": output(self.tool("extract"), "--version") + (f", commit {commit}" if commit else ""),
            "Clang that compiles": clang.group(1) if clang else "unknown",
            "libbpf of bpftool": libbpf.group(1) if libbpf else "unknown",
            "kernel of this machine": os.uname().release.split("-")[0],
            "tree": named,
            "sources": f"{len(self.sources)} that compile, {len(skipped)} that do not",
        }

    def join(self):
        records = results.explain(self.records, self.known)
        data = {
            "command": self.options.command, "note": self.options.note, "made": self.made(), "steps": self.steps, "records": records,
            "skipped": self.skipped(), "extract": self.extract,
        }
        wrong = list(results.check(data))
        if wrong:
            sys.exit("conformance.py: the results do not hold together:\n" + "\n".join(wrong))
        return data


def write(path, text):
    if path:
        with open(path, "w") as f:
            f.write(text)


def run(options):
    this = Run(options)
    this.extraction()
    this.rewriting()
    this.composing()
    this.matrix()
    data = this.join()
    write(options.json or this.at("conformance.json"), json.dumps(data, indent=1) + "\n")
    write(options.markdown, results.markdown(data))
    print("\n".join(results.table_of(data)))
    for row in data["records"]:
        if row["class"] == "fails":
            print(f"{'known' if 'known' in row else 'fails'}: {row['step']}: {row['name']}: {row['cause']}")
    bad = results.failures(data["records"])
    incomplete = [step for step in data["steps"] if "not complete" in step["status"]]
    for step in incomplete:
        print(f"not complete: {step['step']}: {step['status']}")
    good = sum(row["class"] == "good" for row in data["records"])
    print(f"{good} good, {len(bad)} failed")
    return 1 if bad or incomplete or not data["records"] else 0


def compare(options):
    data = []
    for path in (options.old, options.new):
        with open(path) as f:
            data.append(json.load(f))
    worse, better, other = results.compare(*data)
    for title, lines in (("worse", worse), ("better", better), ("other", other)):
        for line in lines:
            print(f"{title}: {line}")
    print(f"{len(worse)} worse, {len(better)} better, {len(other)} other")
    return 1 if worse else 0


def minutes(text):
    """N for each step, or STEP=N, and a part of a minute."""
    return limits(text, float)


def limits(text, kind=int):
    """N for all steps, or STEP=N."""
    step, _, number = text.rpartition("=")
    if step not in ("", "extract", "transform", "compose", "kernel"):
        raise argparse.ArgumentTypeError(f"no step '{step}'")
    return step, kind(number)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    one = commands.add_parser("run", help="take a tree through all steps")
    one.add_argument("tools", help="folder of the built tools")
    one.add_argument("database", nargs="?", help="folder of compile_commands.json (default: the kernel's programs)")
    one.add_argument("--work", default="build/corpus", metavar="FOLDER", help="where the steps leave their results")
    one.add_argument("--resume", action="store_true", help="go on from what is there")
    one.add_argument("--sample", type=int, metavar="SEED", help="choose the sources at random")
    one.add_argument("--limit", type=limits, action="append", default=[], metavar="[STEP=]N",
                     help="only N sources, in all steps or in extract, transform or compose; "
                     "kernel=N: only N products of each step on other kernels")
    one.add_argument("--only", metavar="REGEX", help="only sources whose path matches")
    one.add_argument("--text", metavar="REGEX", help="only sources whose own text has a match")
    one.add_argument("--minutes", type=minutes, action="append", default=[], metavar="[STEP=]N",
                     help="begin nothing more after N minutes of a step, or on each kernel; what is left is told")
    one.add_argument("--skip", action="append", default=[], choices=("extract", "transform", "compose"), help="leave a step out")
    one.add_argument("--seed", type=int, default=1, help="which programs are put together")
    one.add_argument("--packets", type=int, default=20000, help="packets for each comparison")
    one.add_argument("--no-prove", dest="prove", action="store_false", help="extract without proof: faster")
    one.add_argument("--time", type=int, default=0, metavar="N", help="measure extraction of N sources")
    one.add_argument("--kernels", action="store_true", help="load and run what was made on other kernels too")
    one.add_argument("--name", help="what the table calls the tree")
    one.add_argument("--note", default="", metavar="TEXT", help="what the table is to say of this run")
    one.add_argument("--json", metavar="FILE", help="all results")
    one.add_argument("--markdown", metavar="FILE", help="the table and all that is not good, by cause")
    one.add_argument("--baseline", metavar="FILE", help="see run.py")
    one.add_argument("--hookdefs", default=os.path.join(ROOT, "hookdefs"))
    one.add_argument("--known", default=os.path.join(HERE, "known.yaml"), help="what fails for a known reason")
    one.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    two = commands.add_parser("compare", help="what became better and worse; exit status 1: something worse")
    two.add_argument("old")
    two.add_argument("new")
    options = parser.parse_args()
    if options.what == "run":
        options.limit, options.minutes = dict(options.limit), dict(options.minutes)
        options.command = "./dev corpus " + " ".join(arguments_of(sys.argv[3:]))
    return options


def arguments_of(words):
    """The command line without folders of this machine."""
    kept = [word for before, word in zip(["", *words], words) if "--note" not in (before, word)]
    return [os.path.basename(word) if word.startswith("/") else word for word in kept]


def main():
    options = parse()
    sys.exit(run(options) if options.what == "run" else compare(options))


if __name__ == "__main__":
    main()
