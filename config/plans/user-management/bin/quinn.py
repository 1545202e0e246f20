#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Quinn, quality: tests against the running service, and the proof that every
acceptance criterion has been tested."""
import json
import os
import re
import sys
import unittest
from pathlib import Path

from team import WORK, expect, handed, handed_json, hand_on, take, work_on, write_json

TESTS = WORK / "tests"


def criteria():
    text = Path(handed("PRD")).read_text(encoding="utf-8")
    return re.findall(r"^- \*\*(AC-\d+)\*\*", text, re.MULTILINE)


def wrong_values(field):
    """Values just past each limit of a field, with the rule they break."""
    found = [(7, "type"), (None, "type"), ([], "type")]
    if field.get("min"):
        found.append(("x" * (field["min"] - 1), "min"))
    if "max" in field:
        found.append(("x" * (field["max"] + 1), "max"))
    if field["type"] == "email":
        found += [(text, "email") for text in ("", "ada", "ada@example.org, eve", "@example.org", "ada@", "ada@example", "a b@example.org")]
    if field["type"] == "enum":
        found += [("", "values"), (field["values"][0].upper(), "values")]
    return found


def test_setup():
    contract = handed_json("CONTRACT")
    known = criteria()
    expect(known, "the PRD names no acceptance criteria")
    cases = [{"field": field["name"], "value": value, "rule": rule}
             for field in contract["fields"] for value, rule in wrong_values(field)]
    write_json("tests/cases.json", {"fields": contract["fields"], "wrong": cases})
    for name in ("harness.py", "suite.py"):
        take(f"tests/{name}", f"tests/{name}")
    hand_on(cases=len(cases), criteria=len(known))


def run_tests(suite):
    os.environ["USERS_WORK"] = str(WORK)
    sys.path.insert(0, str(TESTS))
    import suite as tests
    loaded = unittest.defaultTestLoader.loadTestsFromTestCase(getattr(tests, suite))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(loaded)
    broken = {test.id() for test, _ in result.failures + result.errors}
    passed = [test for test in tests.COVERED if test["id"].split(".")[-2] == suite and test["id"] not in broken]
    write_json(f"tests/results/{suite}.json", {"ran": result.testsRun, "passed": passed})
    expect(result.testsRun > 0, f"{suite} holds no test")
    expect(result.wasSuccessful(), f"{len(broken)} of {result.testsRun} tests failed")
    hand_on(tests=result.testsRun)


def acceptance():
    results = [json.loads(path.read_text(encoding="utf-8")) for path in (TESTS / "results").glob("*.json")]
    proof = {}
    for result in results:
        for test in result["passed"]:
            proof.setdefault(test["criterion"], []).append(test["id"].split(".")[-1])
    for name in criteria():
        print(f"{name}: {', '.join(sorted(proof.get(name, []))) or 'NOT PROVED'}")
    unproved = [name for name in criteria() if name not in proof]
    expect(not unproved, f"no passed test proves {', '.join(unproved)}")
    hand_on(criteria=len(proof), tests=sum(result["ran"] for result in results))


work_on(test_setup=test_setup, acceptance=acceptance, test_crud=lambda: run_tests("Crud"),
        test_validation=lambda: run_tests("Validation"), test_page=lambda: run_tests("Page"))
