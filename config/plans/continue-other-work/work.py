#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""Morgan stores users with slow hashes, as one should; Sam makes pages of them."""
import hashlib
import json
import re
import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import expect, hand_on, handed, read, work_on, write

PAGES = 60
MOCK = [{"name": "Somebody", "email": "somebody@example.org"}]


def crud():
    """Thirty-two users; each hash takes its time, which is what it is for."""
    users = []
    for n in range(32):
        digest = hashlib.pbkdf2_hmac("sha256", f"password {n}".encode(), f"salt {n}".encode(), 250_000)
        users.append({"name": f"User {n}", "email": f"user{n}@example.org", "hash": digest.hex()})
    expect(len({user["hash"] for user in users}) == len(users), "two users share a hash")
    hand_on(users=write("actions/users.json", json.dumps(users)), count=len(users))


def table(users):
    return "".join(f"<tr><td>{user['name']}<td>{user['email']}\n" for user in users)


def users_page():
    write("ui/users.html", f"<table>\n{table(MOCK)}</table>\n")
    squeeze("users", [table(MOCK)] * PAGES * 4)


def users_page_integrate():
    users = json.loads(Path(handed("crud", "users")).read_text(encoding="utf-8"))
    page = f"<table>\n{table(users)}</table>\n"
    expect(page.count("<tr>") == handed("crud", "count"), "somebody is missing")
    expect("somebody@" not in page and "hash" not in page, "the page shows the mock, or a hash")
    write("ui/users.html", page)
    hand_on(users=len(users))


def squeeze(name, parts):
    """As servers want it: each part packed as small as can be, and it unpacks."""
    packed = b""
    for n, part in enumerate(parts):
        text = "".join(re.sub(r"\s+", " ", f"<section id={name}-{n}-{i}>{part}</section>") for i in range(80)).encode()
        squeezed = zlib.compress(text, 9)
        expect(zlib.decompress(squeezed) == text, "it does not unpack")
        packed += squeezed
    write(f"ui/{name}.size", f"{len(packed)}\n")


def layouts():
    squeeze("layouts", [f"<main style='columns: {n % 4 + 1}'>  <slot> </slot> </main>" for n in range(PAGES)])


def navigation():
    squeeze("navigation", ["<nav>" + "".join(f"<a href='/{n}/{i}'>{i}</a>" for i in range(n % 9 + 1)) + "</nav>" for n in range(PAGES)])


def forms():
    squeeze("forms", [f"<form><input name='field{n}' required></form>" for n in range(PAGES)])
    expect(read("ui/forms.size").strip().isdigit(), "nothing was packed")


work_on(crud=crud, users_page=users_page, users_page_integrate=users_page_integrate, layouts=layouts,
        navigation=navigation, forms=forms)
