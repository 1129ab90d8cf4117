#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check.py - that the corpus' tables cannot say that something is good which is not

Results with planted faults go through all that reads them; and the whole of conformance.py runs over
examples/edge with an opened-verify that finds every program different.

usage: check.py TOOLS
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

import compose
import matrix
import products
import results
import selection

HERE = os.path.dirname(os.path.abspath(__file__))
EDGE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples/edge")
TOOLS = None
EQUIVALENT = "equivalent on 10 packets, all branches reached"
STUB = """#!/usr/bin/env python3
import json, sys
if "--report" in sys.argv:
    with open(sys.argv[sys.argv.index("--report") + 1], "w") as f:
        json.dump({"verdict": "different", "sentence": "different: planted"}, f)
sys.exit(1)
"""


def program(outcome, name="p", why="", reasons=()):
    return {"source": "a.c", "program": name, "outcome": outcome, "why": why, "reasons": list(reasons), "conditions": []}


def pipeline(outcome, why=""):
    return {"stages": [["a.c", "p"], ["b.c", "q"]], "outcome": outcome, "why": why}


def extracted(failures=(), note=None, programs=("p", "q"), proved=True):
    levels = [["level-1", "identical", len(programs)]] if proved else []
    return {"source": "a.c", "programs": list(programs), "failures": list(failures), "note": note, "levels": levels}


def joined(records, steps=()):
    names = dict.fromkeys(row["step"].split(",")[0] for row in records)
    steps = list(steps) or [{"step": name, "status": "done", "tried": 1, "of": 2} for name in names]
    return {"command": "c", "made": {"date": "d"}, "steps": steps, "records": records, "skipped": [], "extract": None}


class Planted(unittest.TestCase):
    """Each way to be wrong is a failure, counted and listed with its cause."""

    def one_failure(self, records, cause):
        data = joined(records)
        self.assertEqual(list(results.check(data)), [])
        self.assertEqual(len(results.failures(records)), 1)
        text = results.markdown(data)
        self.assertIn("\n1 fail without a known reason, 0 with one.\n", text)
        listed = text.split(": fails\n", 1)[1]
        self.assertIn(cause, listed)
        head, row = (line.split("|") for line in results.table_of(data)[::2])
        self.assertEqual(row[head.index(" fails ")].strip(), "1")

    def test_extraction(self):
        rows = results.of_extraction(extracted([("q", "level-2", "instructions differ")]))
        self.assertEqual([row["class"] for row in rows], ["good", "fails"])
        self.one_failure(rows, "[level-2] instructions differ")

    def test_extraction_of_a_source(self):
        self.one_failure(results.of_extraction(extracted([("", "sources", "exit 1: crash")], programs=())), "crash")

    def test_transform(self):
        for outcome in ("different", "uncompiled", "unloadable", "error", "something new"):
            rows = [results.of_transform("xdp to tc", program(outcome, why="a byte")), results.of_transform("xdp to tc", program("equivalent", "q"))]
            self.one_failure(rows, f"[{outcome}] a byte")

    def test_compose(self):
        for outcome in ("different", "unbuilt", "unloadable", "error", "something new"):
            self.one_failure([results.of_pipeline("compose xdp", pipeline(outcome, "a map"))], f"[{outcome}] a map")

    def test_matrix(self):
        for outcome in ("different", "wrongly-refused", "wrongly-loads", "uncompared", "something new"):
            facts = {"kernel": "6.1", "step": "units", "name": "a.c:p", "outcome": outcome, "why": "said to need 4.8"}
            self.one_failure([results.of_matrix(facts)], f"[{outcome}] said to need 4.8")

    def test_known_is_listed_with_its_reason(self):
        rows = results.explain([results.of_transform("xdp to tc", program("different", why="a byte"))], {"a.c:p": "random"})
        self.assertEqual(results.failures(rows), [])
        text = results.markdown(joined(rows))
        self.assertIn("0 fail without a known reason, 1 with one.", text)
        self.assertIn("known: random", text)

    def test_known_by_cause(self):
        rows = [results.of_transform(step, program("unloadable", why="/tmp/x/a.c:1:2: error: stack of 544")) for step in ("a", "b")]
        results.explain(rows, {"[ac]: cause stack of \\d+": "r", "b: cause heap": "r"})
        self.assertEqual(rows[0]["known"], "r")
        self.assertEqual(results.failures(rows), [rows[1]])
        self.assertEqual(rows[1]["cause"], "[unloadable] stack of 544")

    def test_nothing_is_good_by_default(self):
        for table in (results.TRANSFORM, results.COMPOSE, results.MATRIX):
            self.assertLessEqual(set(table.values()), set(results.RANKS))
        self.assertEqual(results.of_transform("t", program("refused", reasons=[["f", "why"]]))["cause"], "why")
        self.assertEqual(results.of_extraction(extracted(note="no program", programs=())), [])
        self.assertEqual(results.of_extraction(extracted(note="broken"))[0]["class"], "untried")
        self.assertEqual([r["class"] for r in results.of_extraction(extracted(proved=False))], ["unshown", "unshown"])


class Together(unittest.TestCase):
    def test_faults_of_joined_results_are_found(self):
        good = results.record("extract", "a.c:p", "proved", "good")
        cases = (
            [good, dict(good)],
            [{**good, "class": "fine"}],
            [{**good, "class": "refused"}],
        )
        for records in cases:
            self.assertEqual(len(list(results.check(joined(records)))), 1)
        too_many = [{"step": "extract", "status": "done", "tried": 3, "of": 2}]
        self.assertEqual(len(list(results.check(joined([good], too_many)))), 1)

    def test_what_was_not_run_is_told(self):
        text = results.markdown(joined([], [{"step": "compose xdp", "status": "ended with 2: not complete"}]))
        self.assertIn("Not run:\n\n- compose xdp: ended with 2: not complete\n", text)

    def test_compare(self):
        def data(outcome):
            return joined([results.of_transform("xdp to tc", program(outcome, why="w"))])

        order = ("equivalent", "equivalent-partly", "inconclusive", "refused", "different")
        for better, worse in zip(order, order[1:]):
            self.assertEqual([len(x) for x in results.compare(data(better), data(worse))], [1, 0, 0])
            self.assertEqual([len(x) for x in results.compare(data(worse), data(better))], [0, 1, 0])
            self.assertEqual([len(x) for x in results.compare(data(worse), data(worse))], [0, 0, 0])
        self.assertEqual([len(x) for x in results.compare(joined([]), data("different"))], [1, 0, 0])
        self.assertEqual([len(x) for x in results.compare(data("equivalent"), joined([]))], [0, 0, 1])


class Prediction(unittest.TestCase):
    """matrix.judge() over all that a kernel can say."""

    ROW = {"object": "o", "program": "p", "originals": [["a", "p"]], "minimum": "6.4"}

    def outcome(self, release, own, original, minimum="6.4", compares=None, late=()):
        stage = types.SimpleNamespace(loads={("o", "p"): 0, ("a", "p"): 1}, compares=compares or late)
        answers = matrix.Answers("")
        answers.loads = {0: (own, "no"), 1: (original, "old")}
        answers.compares = compares or {}
        return matrix.judge(stage, answers, 7, {**self.ROW, "minimum": minimum}, release)[0]

    def test_all(self):
        self.assertEqual(self.outcome("6.12.1", 0, 0), "loads")
        self.assertEqual(self.outcome("6.12.1", 22, 0), "wrongly-refused")
        self.assertEqual(self.outcome("6.12.1", 22, 22), "original-refused")
        self.assertEqual(self.outcome("6.1.0", 22, 0), "lacks")
        self.assertEqual(self.outcome("6.1.0", 0, 0), "wrongly-loads")
        self.assertEqual(self.outcome("6.1.0", 22, 0, None), "wrongly-refused")
        self.assertEqual(self.outcome("6.4.0", 0, 0, compares={7: (0, EQUIVALENT)}), "equivalent")
        self.assertEqual(self.outcome("6.4.0", 0, 0, compares={7: (1, "different: x")}), "different")
        self.assertEqual(self.outcome("6.4.0", 0, 0, compares={7: (2, "error: y")}), "uncompared")
        self.assertEqual(self.outcome("6.4.0", 0, 0, compares={7: (1, "note\ninconclusive: one path")}), "inconclusive")
        self.assertEqual(self.outcome("6.4.0", 0, 0, compares={7: (1, EQUIVALENT)}), "uncompared")
        self.assertEqual(self.outcome("6.4.0", 0, 0, late=[7]), "loads-uncompared")
        self.assertEqual(self.outcome("6.4.0", 0, 22, compares={7: (2, "error: y")}), "original-refused")
        self.assertEqual(products.newest(["6.4", None, "6.12", "5.10"]), "6.12")

    def test_what_a_machine_did_not_say_is_not_run(self):
        stage = types.SimpleNamespace(loads={("o", "p"): 0, ("a", "p"): 1})
        answers = matrix.Answers("@@LOAD 0 0\n@@DONE\n@@LOAD 1 22\ncut o")
        self.assertEqual(matrix.judge(stage, answers, 0, self.ROW, "6.12")[0], "not-run")


class Choice(unittest.TestCase):
    def test_pipelines(self):
        everyone = [("a.c", f"p{i}") for i in range(7)]
        for size in (2, 3):
            made = compose.groups(everyone, size, 1)
            self.assertEqual(made, compose.groups(everyone, size, 1))
            self.assertNotEqual(made, compose.groups(everyone, size, 2))
            self.assertEqual({stage for group in made for stage in group}, set(everyone))
            self.assertTrue(all(len(set(group)) == size for group in made))
        self.assertEqual(compose.groups(everyone[:1], 2, 1), [])

    def test_sources(self):
        sources = [types.SimpleNamespace(name=f"{i}.c") for i in range(20)]
        options = types.SimpleNamespace(only="", text="", sample=1, limit=5)
        self.assertEqual(selection.chosen(options, sources), selection.chosen(options, sources))
        self.assertEqual(len(selection.chosen(options, sources)), 5)
        self.assertTrue(selection.Clock(0).late() and not selection.Clock(None).late() and not selection.Clock(9).late())


class Whole(unittest.TestCase):
    """A proof that finds a difference ends as exit status 1 and a row that fails, whatever stands between."""

    def run_edge(self, folder, edge, tools):
        found = os.path.join(folder, "found.json")
        argv = [sys.executable, os.path.join(HERE, "conformance.py"), "run", tools, edge, "--work", folder + "/work"]
        argv += ["--skip", "extract", "--skip", "compose", "--only", "limiter", "--packets", "10", "--json", found]
        done = subprocess.run(argv, check=False, capture_output=True, text=True)
        with open(found) as f:
            return done, json.load(f)

    def test_different(self):
        with tempfile.TemporaryDirectory() as folder:
            edge = shutil.copytree(EDGE, os.path.join(folder, "edge"))
            subprocess.run(["make", "-s", "-C", edge, "compile_commands.json"], check=True)
            tools = os.path.join(folder, "tools")
            os.makedirs(tools)
            for name in ("opened-transform", "opened-extract", "opened-compose"):
                os.symlink(os.path.join(TOOLS, name), os.path.join(tools, name))
            with open(os.path.join(tools, "opened-verify"), "w") as f:
                f.write(STUB)
            os.chmod(os.path.join(tools, "opened-verify"), 0o755)
            done, data = self.run_edge(folder, edge, tools)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertEqual([row["cause"] for row in results.failures(data["records"])], ["[different] different: planted"])
            self.assertIn("0 good, 1 failed", done.stdout)


if __name__ == "__main__":
    TOOLS = os.path.abspath(sys.argv.pop(1))
    unittest.main()
