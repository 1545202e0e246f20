#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""A to-do list that takes payments, by a team of eleven. What somebody writes
stands in parts.py; here is how it is written, tested, reviewed and deployed."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from parts import PARTS, SECOND_THOUGHTS
from team import FEEDBACK, INPUT, PLAN, ROUND, TASK, WORK, expect, hand_on, handed, load, read, work_on, write


def make():
    """The part of this task; a part that was sent back is written anew."""
    path, text = PARTS[TASK]
    if ROUND > 1 and TASK in SECOND_THOUGHTS:
        print("asked to change:", FEEDBACK)
        text = text.replace(*SECOND_THOUGHTS[TASK])
    hand_on(file=write(path, text), round=ROUND)


def verify():
    for program in ("python3", "sqlite3", "tar"):
        expect(shutil.which(program), f"{program} is not installed")
    write("GO", "all there\n")


def prd():
    write("docs/PRD.md", "# To-do\n\nAdd a thing, see the things, pay for more than three.\n")
    hand_on(payments=True, free_things=3)


def architecture():
    """The contract: which actions there will be, as a schema and as a mock."""
    actions = ["add_thing", "list_things"]
    schema = {"type": "object", "required": ["file", "actions"],
              "properties": {"file": {"type": "string"}, "actions": {"const": actions}}}
    folder = PLAN / "out"
    folder.mkdir(exist_ok=True)
    (folder / "actions.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "actions.mock.json").write_text(json.dumps({"file": "mock", "actions": actions}), encoding="utf-8")


def server_actions():
    path, text = PARTS[TASK]
    hand_on(file=write(path, text), actions=re.findall(r"^def (\w+)", text, re.MULTILINE))


def integration():
    contract = INPUT["contracts"]["actions-api"]
    buttons = "".join(f'<button data-action="{name}">{name}</button>\n' for name in contract["mock"]["actions"])
    write("web/things.html", read("web/components.html").replace("<slot></slot>", buttons))


def integration_integrate():
    wanted = re.findall(r'data-action="(\w+)"', read("web/things.html"))
    expect(wanted == handed("server-actions", "actions"), f"the page calls {wanted}")
    expect(load("backend/auth.py").allowed("ada", "ada"), "nobody may see their own things")
    hand_on(file="web/things.html", payments=load("backend/payments.py").price(4))


def base():
    result = sqlite3.connect(":memory:")
    result.executescript(read("db/schema.sql"))
    return result


def check_queries():
    for query in filter(None, read("db/queries.sql").splitlines()):
        plan = str(base().execute("explain query plan " + query).fetchall())
        expect("SEARCH" in plan, f"'{query}' reads a whole table")


CHECKS = {
    "schema": base,
    "migrations": lambda: base().executescript(read("db/migrations.sql")),
    "queries": check_queries,
    "server-actions": lambda: expect(load("backend/actions.py").list_things([("ada", "milk")], "ada") == ["milk"],
                                     "ada does not see her milk"),
    "api-routes": lambda: expect(set(load("backend/routes.py").ROUTES.values()) == {"add_thing", "list_things"},
                                 "a route leads nowhere"),
    "validation": lambda: expect(not load("backend/validation.py").good_thing("x" * 201), "a thing may have no end"),
    "auth": lambda: expect(not load("backend/auth.py").allowed("eve", "ada"), "eve sees ada's things"),
    "payments": lambda: expect([load("backend/payments.py").price(n) for n in (3, 4)] == [0, 100],
                               "the fourth thing costs 1.00"),
}


def unit_tests():
    for trigger in os.environ["TUTTI_TRIGGER"].split():
        CHECKS.get(trigger, lambda: None)()
        print(f"{trigger}: good")


def e2e_tests():
    page = read("web/things.html")
    actions = load("backend/actions.py")
    for name in re.findall(r'data-action="(\w+)"', page):
        expect(callable(getattr(actions, name, None)), f"the button {name} does nothing")
    things = actions.add_thing([], "ada", "milk")
    expect(actions.list_things(things, "ada") == ["milk"], "what was added is not listed")


def reviews():
    """Looks at what was just finished, never at all of it."""
    for trigger in os.environ["TUTTI_TRIGGER"].split():
        path = PARTS.get(trigger, ("",))[0]
        text = read(path) if path else ""
        for smell in ("eval(", "shell=True", "password="):
            expect(smell not in text, f"{path} has {smell}")
        print(f"{trigger}: reviewed")


def review():
    """Jordan's code review of the whole change: production opens after it."""
    good = load("backend/validation.py").good_thing
    if good("  "):
        hand_on(verdict="changes-requested", to="validation", feedback="A thing of blanks is no thing.")
    else:
        hand_on(verdict="approved", feedback=f"Reviewed {len(PARTS)} parts.")


def deploy():
    place = WORK / "release.tar.gz"
    with tarfile.open(place, "w:gz") as package:
        for folder in ("backend", "db", "infra", "web"):
            package.add(WORK / folder, arcname=folder)
    listed = subprocess.run(["tar", "-tzf", place], capture_output=True, text=True, check=True).stdout.split()
    missing = [path for path, _ in PARTS.values() if not path.startswith("docs/") and path not in listed]
    expect(not missing, f"not in the release: {', '.join(missing)}")
    hand_on(release=place, files=len(listed))


def monitor():
    expect(Path(handed("deploy", "release")).stat().st_size > 0, "the release is empty")
    for check in CHECKS.values():
        check()
    print("all is well")


work_on(verify=verify, prd=prd, architecture=architecture, server_actions=server_actions, integration=integration,
        integration_integrate=integration_integrate, unit_tests=unit_tests, e2e_tests=e2e_tests, reviews=reviews,
        review=review, deploy=deploy, monitor=monitor, **{name.replace("-", "_"): make for name in PARTS
                                                          if name != "server-actions"})
