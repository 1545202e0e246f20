#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""Actions of the backend, and the pages that call them."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import expect, hand_on, handed, load, read, work_on, write

AUTH = '''"""Auth actions; a session knows its tenant and its role."""
USERS, SESSIONS = {}, {}


def sign_up(tenant, email, password, role="member"):
    if (tenant, email) in USERS:
        return None
    USERS[tenant, email] = [password, role]
    return sign_in(tenant, email, password)


def sign_in(tenant, email, password):
    known = USERS.get((tenant, email))
    if known is None or known[0] != password:
        return None
    SESSIONS[len(SESSIONS) + 1] = {"tenant": tenant, "email": email, "role": known[1]}
    return len(SESSIONS)


def sign_out(session):
    return SESSIONS.pop(session, None) is not None


def reset_password(tenant, email, password):
    USERS[tenant, email][0] = password
'''

CRUD = '''"""User actions, for admins of a tenant."""
USERS = {}


def create_user(session, email):
    if session["role"] != "admin":
        raise PermissionError("only an admin creates users")
    USERS.setdefault(session["tenant"], []).append(email)


def list_users(session):
    return list(USERS.get(session["tenant"], []))
'''


def actions(path, source):
    hand_on(module=write(path, source), actions=re.findall(r"^def (\w+)", source, re.MULTILINE))


def page(path, calls):
    """Against a mock for now: every button names the action that it wants."""
    write(path, "".join(f'<button data-action="{call}">{call}</button>\n' for call in calls))


def wire(task, path):
    """The page's buttons against the actions that were handed over."""
    wanted = re.findall(r'data-action="(\w+)"', read(path))
    missing = set(wanted) - set(handed(task, "actions"))
    expect(not missing, f"{path} wants {', '.join(missing)}, which {task} has not")
    return load(handed(task, "module"))


def login_ui_integrate():
    auth = wire("auth-actions", "ui/login.html")
    session = auth.sign_up("acme", "ada@example.org", "correct horse")
    expect(auth.SESSIONS[session]["tenant"] == "acme", "the session does not know its tenant")
    expect(auth.sign_in("other", "ada@example.org", "correct horse") is None, "tenants see each other")
    auth.reset_password("acme", "ada@example.org", "battery staple")
    expect(auth.sign_in("acme", "ada@example.org", "correct horse") is None, "the old password still works")
    expect(auth.sign_out(session), "nobody can sign out")
    hand_on(page="ui/login.html")


def user_ui_integrate():
    crud = wire("user-crud", "ui/users.html")
    crud.create_user({"tenant": "acme", "role": "admin"}, "bob@example.org")
    expect(crud.list_users({"tenant": "acme"}) == ["bob@example.org"], "the new user is not listed")
    expect(crud.list_users({"tenant": "other"}) == [], "tenants see each other")
    try:
        crud.create_user({"tenant": "acme", "role": "member"}, "eve@example.org")
        expect(False, "everybody may create users")
    except PermissionError as refusal:
        print("refused:", refusal)
    hand_on(page="ui/users.html")


work_on(auth_actions=lambda: actions("actions/auth.py", AUTH), user_crud=lambda: actions("actions/users.py", CRUD),
        login_ui=lambda: page("ui/login.html", ["sign_in", "sign_up", "sign_out", "reset_password"]),
        user_ui=lambda: page("ui/users.html", ["create_user", "list_users"]),
        login_ui_integrate=login_ui_integrate, user_ui_integrate=user_ui_integrate)
