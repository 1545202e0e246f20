#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""A note book in layers: schema below, actions, pages and design on top of it."""
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import INPUT, WORK, expect, hand_on, handed, load, read, work_on, write

SCHEMA = """create table users(id integer primary key, name text not null unique);
create table notes(
  id integer primary key,
  owner integer not null references users(id),
  text text not null check(length(text) between 1 and 200));
create index notes_by_owner on notes(owner);
"""


def schema():
    base = sqlite3.connect(":memory:")
    base.executescript(SCHEMA)
    base.execute("insert into users(name) values ('ada')")
    try:
        base.execute("insert into notes(owner, text) values (1, '')")
        expect(False, "the schema accepts an empty note")
    except sqlite3.IntegrityError as refusal:
        print("refused:", refusal)
    hand_on(schema=write("db/schema.sql", SCHEMA))


def actions():
    hand_on(actions=["add_note", "list_notes"], module=write("actions/notes.py", '''"""Server actions on notes; each takes an open data base."""


def add_note(base, owner, text):
    return base.execute("insert into notes(owner, text) values (?, ?)", (owner, text)).lastrowid


def list_notes(base, owner):
    return [text for (text,) in base.execute("select text from notes where owner = ? order by id", (owner,))]
'''))


def permissions():
    hand_on(module=write("actions/permissions.py", '''"""Who may do what: one's own notes, and an admin everybody's."""


def may_read(user, owner):
    return user["admin"] or user["id"] == owner
'''))


def rows(notes):
    return "".join(f"  <li>{text}</li>\n" for text in notes)


def notes_page():
    contract = INPUT["contracts"]["notes-api"]
    known = contract["mock"]["actions"]
    expect({"add_note", "list_notes"} <= set(known), f"the contract has only {known}")
    write("ui/notes.html", f"<ul>\n{rows(['a note of the mock'])}</ul>\n")


def notes_page_integrate():
    """The mock goes, the real actions come in."""
    base = sqlite3.connect(":memory:")
    base.executescript(read("db/schema.sql"))
    base.executemany("insert into users(name) values (?)", [("ada",), ("bob",)])
    notes = load(handed("actions", "module"))
    allowed = load(handed("permissions", "module")).may_read
    notes.add_note(base, 1, "a real note")
    notes.add_note(base, 2, "somebody else's")
    seen = [text for owner in (1, 2) if allowed({"id": 1, "admin": False}, owner)
            for text in notes.list_notes(base, owner)]
    expect(seen == ["a real note"], f"ada sees {seen}")
    hand_on(page=write("ui/notes.html", f"<ul>\n{rows(seen)}</ul>\n"))


def settings_page():
    hand_on(page=write("ui/settings.html", '<form><input name="name" maxlength="40" required></form>\n'))


def infrastructure():
    script = write("infra/start.sh", 'set -eu\nexec python3 -m http.server "${PORT:-8000}" --directory "$1"\n')
    check = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    expect(check.returncode == 0, check.stderr)
    hand_on(script=script)


def light(color):
    red, green, blue = (int(color[i:i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def design():
    ink, paper = "#1c1c28", "#fdfcf7"
    contrast = (light(paper) + 0.05) / (light(ink) + 0.05)
    expect(contrast >= 7, f"a contrast of {contrast:.1f} is hard to read")
    hand_on(tokens=write("ui/tokens.css", f":root {{ --ink: {ink}; --paper: {paper}; }}\n"), contrast=round(contrast, 1))


def walk_through():
    # The index is this task's own, of a run before this one.
    pages = sorted(path.name for path in (WORK / "ui").glob("*.html") if path.name != "index.html")
    expect(pages == ["notes.html", "settings.html"], f"there are the pages {pages}")
    expect("mock" not in read("ui/notes.html"), "the page still shows the mock")
    links = "".join(f'<a href="{page}">{page[:-5]}</a>\n' for page in pages)
    expect(len(re.findall("<a ", links)) == 2, "a link is missing")
    write("ui/index.html", f'<link rel="stylesheet" href="tokens.css">\n{links}')


work_on(schema=schema, actions=actions, permissions=permissions, notes_page=notes_page,
        notes_page_integrate=notes_page_integrate, settings_page=settings_page,
        infrastructure=infrastructure, design=design, walk_through=walk_through)
