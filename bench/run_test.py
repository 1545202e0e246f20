#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: run_test.py [FOLDER]

Proves what bench/run makes of rows; with the FOLDER of a build also that it
runs some of the programs there, writes what its schema says, and takes it as a
baseline. Times are not looked at."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import results  # noqa: E402  (beside this file)

HERE = Path(__file__).resolve().parent
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def mistakes(value, schema, where="result"):
    """What of `value` is not as a schema of the few words we use has it."""
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}"
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or isinstance(value, bool) and kind != "boolean"):
        yield f"{where} is no {kind}"
        return
    if kind == "object":
        known = schema.get("properties", {})
        yield from (f"{where}.{x} is missing" for x in schema.get("required", []) if x not in value)
        yield from (f"{where}.{x} is unknown" for x in value if x not in known)
        for x in value.keys() & known.keys():
            yield from mistakes(value[x], known[x], f"{where}.{x}")
    if kind == "array":
        for i, x in enumerate(value):
            yield from mistakes(x, schema["items"], f"{where}[{i}]")


def row(samples, reference=None, better="higher", unit="tasks/s"):
    result = {"name": "a", "unit": unit, "better": better, "value": sorted(samples)[len(samples) // 2],
              "samples": samples}
    if reference:
        by = sorted(reference)[len(reference) // 2]
        result["reference"] = {"name": "bare", "value": by, "samples": reference}
        result["ratio"] = result["value"] / by
        result["ratios"] = [x / y for x, y in zip(samples, reference)]
    return result


def judged(*arguments, target=None, **named):
    return results.judge(row(*arguments, **named), {"a": {"work": "w", **target}} if target else {})


class Rows(unittest.TestCase):
    def test_spread_encloses_the_median(self):
        self.assertIsNone(results.spread([]))
        self.assertEqual(results.spread([3]), [3, 3])
        self.assertEqual(results.spread([5, 1, 3, 2, 4]), [1, 5])  # 93.75 %
        self.assertEqual(results.spread(range(9)), [1, 7])  # 96 %
        self.assertEqual(results.spread(range(8)), [0, 7])  # 93 % would be too little with [1, 6]

    def test_target_of_a_ratio(self):
        high = judged([8, 8, 8], [4, 4, 4], target={"ratio": 2, "stretch": 3})
        self.assertTrue(high["met"])
        self.assertFalse(high["stretch_met"])
        self.assertFalse(judged([8], [4], better="lower", target={"ratio": 1.1})["met"])
        self.assertNotIn("met", judged([8], [4]))

    def test_target_of_a_value(self):
        self.assertTrue(judged([199], better="lower", unit="B", target={"value": 200})["met"])
        self.assertFalse(judged([201], [402], better="lower", unit="B", target={"value": 200})["met"])

    def test_change_is_of_ratios(self):
        # Half as fast a machine, the same program.
        then, now = judged([8, 8, 8], [4, 4, 4]), judged([4, 4, 4], [2, 2, 2])
        self.assertEqual(results.compare(now, then), (1, 1, 1))

    def test_change_knows_what_is_better(self):
        then, now = judged([4], [4], better="lower"), judged([2], [4], better="lower")
        self.assertEqual(results.compare(now, then), (2, 2, 2))

    def test_noise_is_no_change(self):
        then = judged([8, 10, 12, 9, 11], [10] * 5)
        now = judged([7, 9, 11, 8, 10], [10] * 5)
        change = results.compare(now, then)
        self.assertFalse(results.fell_below(change, 1))
        self.assertIn("same", results.change_text(change))
        much = results.compare(judged([4, 5, 6, 4, 5], [10] * 5), then)
        self.assertTrue(results.fell_below(much, 0.9))
        self.assertIn("worse", results.change_text(much))

    def test_tables_of_a_document_come_from_their_results(self):
        with tempfile.TemporaryDirectory() as folder:
            result = {"format": results.FORMAT, "rows": [judged([8], [4])], "commit": "0" * 40,
                      "date": "2026-01-02T03:04:05Z", "command": "bench/run",
                      "machine": {"cores": 2, "cpu": "c", "memory_mb": 1, "system": "s", "kernel": "k", "load": 0.5},
                      "build": {"type": "Release", "compiler": "g", "flags": "-O2"}}
            Path(folder, "r.json").write_text(json.dumps(result), encoding="utf-8")
            page = "a\n<!-- bench/run --markdown r.json -->\nold\n<!-- end -->\nb\n"
            new = results.with_tables(page, folder)
            self.assertIn("| `a` |  | 8 tasks/s | 4 bare | 2 | 2 to 2 |", new)
            self.assertNotIn("old", new)
            self.assertEqual(results.with_tables(new, folder), new)

    def test_times_of_two_machines_are_not_compared(self):
        self.assertIsNone(results.compare(judged([4], unit="s"), judged([2], unit="s")))
        self.assertEqual(results.compare(judged([4], unit="B", better="lower"), judged([2], unit="B", better="lower")),
                         (0.5, 0.5, 0.5))

    def test_numbers_have_three_digits(self):
        for x, text in ((0, "0"), (1234567, "1,230,000"), (999, "999"), (12.345, "12.3"), (0.01234, "0.0123"),
                        (200, "200"), (2.5, "2.5"), (-17.31, "-17.3"), (1e-9, "0")):
            self.assertEqual(results.number(x), text)

    def test_a_row_of_the_table_has_a_program(self):
        programs, targets = results.load_table(HERE / "targets.json")
        rows = {x["name"]: x["rows"] for x in programs}
        cmake = (HERE / "CMakeLists.txt").read_text(encoding="utf-8")
        for name in rows:
            self.assertIn(name.removeprefix("bench_"), cmake)
        for x in targets.values():
            self.assertIn(x["better"], ("higher", "lower"))
            self.assertTrue({"ratio", "value", "stretch"} & x.keys(), x["name"])
            self.assertIn(x["bench"], rows, x["name"])
            self.assertTrue(any(x["name"].startswith(begin) for begin in rows[x["bench"]]), x["name"])


class Checked(unittest.TestCase):
    """With a program that prints what it is told to."""
    def run_with(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "bench/bench_memory")
            program.parent.mkdir()
            program.write_text(f"#!/bin/sh\nprintf '%s' '{text}'\n", encoding="utf-8")
            program.chmod(0o755)
            return subprocess.run([HERE / "run", "--build", folder, "--only", "memory.task", *arguments],
                                  capture_output=True, text=True, check=False)

    def test_a_target_that_was_not_measured_is_a_failure(self):
        done = self.run_with("")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("NOT MEASURED, though they have targets: memory.task.", done.stderr)
        self.assertEqual(self.run_with("", "--check").returncode, 1)

    def test_a_target_is_met_or_missed(self):
        text = '{"name": "memory.task", "unit": "B", "better": "lower", "value": %d, "samples": [%d]}\n'
        met = self.run_with(text % (100, 100), "--check")
        self.assertEqual(met.returncode, 0, met.stdout + met.stderr)
        self.assertNotIn("NOT MEASURED", met.stderr)
        self.assertEqual(self.run_with(text % (300, 300), "--check").returncode, 1)


class Refused(unittest.TestCase):
    def run_with(self, *arguments):
        return subprocess.run([HERE / "run", *arguments], capture_output=True, text=True, check=False)

    def test_mistakes_are_named(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{"format": 99}')
            file.flush()
            for arguments, text in ((["--only", "nothing"], "no row begins with nothing"),
                                    (["--baseline", file.name], "no result of bench/run"),
                                    (["--baseline", "/does/not/exist"], "No such file"),
                                    (["--fail-below", "0.9"], "wants a --baseline"),
                                    (["--rounds", "0"], "at least 1")):
                done = self.run_with(*arguments)
                self.assertEqual(done.returncode, 2, arguments)
                self.assertIn(text, done.stderr)


@unittest.skipUnless(BUILD, "no folder of a build was named")
class Quick(unittest.TestCase):
    def test_a_small_part_of_the_set(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "result.json")
            parts = ["tasks.fan", "memory.", "agents.", "handoffs."]
            only = [x for part in parts for x in ("--only", part)]
            command = [HERE / "run", "--quick", "--build", BUILD, "--json", file, *only]
            first = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
            self.assertIn("none of these figures counts", first.stdout)
            result = json.loads(file.read_text(encoding="utf-8"))
            schema = json.loads((HERE / "result.schema.json").read_text(encoding="utf-8"))
            self.assertEqual(list(mistakes(result, schema)), [])
            rows = {x["name"]: x for x in result["rows"]}
            for part in parts:
                self.assertTrue(any(name.startswith(part) for name in rows), part)
            for x in rows.values():
                self.assertGreater(x["value"], 0, x["name"])
                self.assertNotIn("met", x)
            self.assertGreater(rows["tasks.fan"]["ratio"], 0)
            self.assertIn("target", rows["tasks.fan"])
            self.assertEqual(result["missing"], [])
            again = subprocess.run([*command, "--baseline", file], capture_output=True, text=True, check=False)
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            self.assertIn("rows compared", again.stdout)


if __name__ == "__main__":
    unittest.main()
