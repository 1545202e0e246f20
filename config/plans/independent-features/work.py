#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""Two features that share nothing: each has an interface, a page and a check."""
import sys
from pathlib import Path
from string import Template

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import expect, hand_on, handed, load, read, work_on, write

HOSTILE = "<script>alert(1)</script>"


def profile_api():
    hand_on(module=write("api/profiles.py", '''"""Profiles: what others may see of a user."""
from html import escape

PUBLIC = ("name", "role")


def profile(user):
    return {key: escape(user[key]) for key in PUBLIC}
'''))


def profile_ui():
    hand_on(page=write("ui/profile.html", "<h1>$name</h1>\n<p>Role: $role</p>\n"))


def profile_check():
    user = {"name": HOSTILE, "role": "admin", "password": "secret"}
    page = Template(read("ui/profile.html")).substitute(load(handed("profile-api", "module")).profile(user))
    expect("admin" in page, "the page does not show the role")
    expect(HOSTILE not in page, "a name can smuggle a script into the page")
    expect("secret" not in page, "the password leaks")
    write("checked/profile.html", page)


def dashboard_api():
    hand_on(module=write("api/dashboard.py", '''"""The dashboard's figures: visits a day, and the busiest day."""
from collections import Counter


def figures(visits):
    days = Counter(day for day, _ in visits)
    busiest = min(days, key=lambda day: (-days[day], day))
    return {"visits": len(visits), "users": len({user for _, user in visits}), "busiest": busiest}
'''))


def dashboard_ui():
    hand_on(page=write("ui/dashboard.html",
                       "<dl><dt>Visits<dd>$visits<dt>Users<dd>$users<dt>Busiest day<dd>$busiest</dl>\n"))


def dashboard_check():
    visits = [(f"day {n % 7}", f"user {n % 11}") for n in range(100)]
    page = Template(read("ui/dashboard.html")).substitute(load(handed("dashboard-api", "module")).figures(visits))
    for figure in ("100", "11", "day 0"):
        expect(f"<dd>{figure}<" in page, f"the dashboard does not show {figure}")
    write("checked/dashboard.html", page)


work_on(profile_api=profile_api, profile_ui=profile_ui, profile_check=profile_check,
        dashboard_api=dashboard_api, dashboard_ui=dashboard_ui, dashboard_check=dashboard_check)
