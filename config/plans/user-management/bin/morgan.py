#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Morgan, backend: storage, validation, and the service that joins them.

Each part is tried out the moment it is written, on a copy of the database.
"""
import importlib
import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from team import SOURCES, WORK, expect, hand_on, handed, handed_json, take, work_on, write

BACKEND = WORK / "backend"


def load(name):
    sys.path.insert(0, str(BACKEND))
    return importlib.import_module(name)


def crud():
    database = handed("DATABASE")
    with closing(sqlite3.connect(database)) as db:
        columns = [row[1] for row in db.execute("pragma table_info(users)")]
    expect(columns and columns[0] == "id", f"{database} has no table of users")
    write("backend/columns.py", "# Generated from the database.\n"
          f"COLUMNS = {tuple(columns)!r}\nGIVEN = {tuple(columns[1:-1])!r}\n")
    take("backend/store.py", "backend/store.py")
    store = load("store")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "users.db"
        shutil.copy(database, copy)
        users = store.Store(str(copy))
        before = users.count()
        made = users.create({"name": "Edsger", "email": "edsger@example.org"})
        expect(users.read(made["id"]) == made, "a user reads back differently")
        changed = users.change(made["id"], {"role": "admin"})
        expect(changed["role"] == "admin" and changed["name"] == "Edsger", "a change changed something else")
        expect(users.delete(made["id"]) and not users.delete(made["id"]), "a user can be deleted twice")
        expect(users.count() == before, "a deleted user is still counted")
    print("create, read, change, list and delete work")
    hand_on(database=database, columns=len(columns))


def validation():
    contract = handed_json("CONTRACT")
    write("backend/rules.py", "# Generated from the contract.\n"
          f"FIELDS = {json.loads(json.dumps(contract['fields']))!r}\n")
    take("backend/validation.py", "backend/validation.py")
    check = load("validation").mistakes
    good = {"name": "Ada", "email": "ada@example.org"}
    expect(not check(good, whole=True), "a good user is refused")
    wrong = 0
    for field in contract["fields"]:
        for value in (None, 1, "", "x" * (field.get("max", 254) + 1)):
            found = check({**good, field["name"]: value}, whole=True)
            expect([m["field"] for m in found] == [field["name"]], f"{field['name']}={value!r}: {found}")
            wrong += 1
    expect(not check({}, whole=False), "a change may name any field, or none")
    print(f"{wrong} wrong values refused")
    hand_on(rules=len(contract["fields"]))


def service():
    contract = handed_json("CONTRACT")
    routes = [(e["method"], e["path"], e["name"]) for e in contract["endpoints"]]
    write("backend/routes.py", "# Generated from the contract.\n" f"ROUTES = {routes!r}\n")
    take("backend/service.py", "backend/service.py")
    known = load("service").HANDLERS
    missing = {name for _, _, name in routes} - set(known)
    expect(not missing, f"no handler for {', '.join(sorted(missing))}")
    sys.path.insert(0, str(SOURCES / "tests"))
    from harness import running_service
    with running_service(BACKEND, handed("DATABASE"), WORK / "web") as call:
        status, users = call("GET", "/api/users")
        expect(status == 200 and users["users"], f"the service lists nobody: {status} {users}")
        print(f"the service answers on {call.origin} with {len(users['users'])} users")
    hand_on(backend=BACKEND, database=handed("DATABASE"), routes=len(routes))


work_on(crud=crud, validation=validation, service=service)
