#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in: strategy, design and infrastructure; backend, page and tests."""
import re
import secrets
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import expect, hand_on, handed, load, read, work_on, write


def auth_strategy():
    hand_on(hash="sha256", rounds=20000, attempts_max=3, password_length_min=10)


def login_design():
    hand_on(fields=["email", "password"], action="sign_in")


def auth_infra():
    hand_on(env=write("infra/auth.env", f"AUTH_PEPPER={secrets.token_hex(16)}\n"))


def auth_backend():
    strategy = {name: handed("auth-strategy", name) for name in ("hash", "rounds", "attempts_max", "password_length_min")}
    hand_on(module=write("backend/auth.py", f'''"""Sign up, sign in; a name is locked after too many wrong passwords."""
import hashlib
import hmac
import os

STRATEGY = {strategy!r}


class Auth:
    def __init__(self, pepper):
        self.pepper, self.users, self.wrong = pepper, {{}}, {{}}

    def digest(self, password, salt):
        return hashlib.pbkdf2_hmac(STRATEGY["hash"], (password + self.pepper).encode(), salt, STRATEGY["rounds"])

    def sign_up(self, email, password):
        if len(password) < STRATEGY["password_length_min"] or email in self.users:
            return False
        salt = os.urandom(16)
        self.users[email] = (salt, self.digest(password, salt))
        return True

    def sign_in(self, email, password):
        if self.wrong.get(email, 0) >= STRATEGY["attempts_max"]:
            return "locked"
        salt, known = self.users.get(email, (b"", b""))
        if hmac.compare_digest(self.digest(password, salt), known):
            self.wrong.pop(email, None)
            return "ok"
        self.wrong[email] = self.wrong.get(email, 0) + 1
        return "wrong"
'''))


def login_ui():
    inputs = "".join(f'  <input name="{name}" type="{name}" required>\n' for name in handed("login-design", "fields"))
    action = handed("login-design", "action")
    hand_on(page=write("ui/login.html", f'<form data-action="{action}">\n{inputs}</form>\n'))


def auth_tests():
    attempts = handed("auth-strategy", "attempts_max")
    short = "x" * (handed("auth-strategy", "password_length_min") - 1)
    hand_on(module=write("tests/auth_tests.py", f'''"""What must hold of any backend that follows the strategy."""


def run(auth):
    assert not auth.sign_up("eve@example.org", {short!r}), "a short password is taken"
    assert auth.sign_up("ada@example.org", "correct horse"), "nobody can sign up"
    assert not auth.sign_up("ada@example.org", "battery staple"), "a name is taken twice"
    assert auth.sign_in("ada@example.org", "correct horse") == "ok"
    for _ in range({attempts}):
        assert auth.sign_in("ada@example.org", "guess guess") == "wrong"
    assert auth.sign_in("ada@example.org", "correct horse") == "locked", "guessing has no end"
    assert auth.sign_in("nobody@example.org", "guess guess") == "wrong"
    return {attempts} + 6
'''))


def connect():
    """Backend, page, tests and infrastructure, together for the first time."""
    backend = load(handed("auth-backend", "module"))
    pepper = read("infra/auth.env").strip().partition("=")[2]
    page = read("ui/login.html")
    action = re.search(r'data-action="(\w+)"', page).group(1)
    expect(hasattr(backend.Auth, action), f"the page calls {action}, which the backend has not")
    fields = re.findall(r'name="(\w+)"', page)
    expect(fields == ["email", "password"], f"the page sends {fields}")
    checks = load(handed("auth-tests", "module")).run(backend.Auth(pepper))
    hand_on(checks=checks, backend=handed("auth-backend", "module"))


def sign_off():
    source = Path(handed("connect", "backend")).read_text(encoding="utf-8")
    expect("compare_digest" in source, "passwords are compared in a way that leaks time")
    expect("os.urandom" in source, "the salt is no random one")
    write("reviews/auth.md", f"Reviewed after {handed('connect', 'checks')} checks: salted, slow, compared in constant time.\n")


work_on(auth_strategy=auth_strategy, login_design=login_design, auth_infra=auth_infra, auth_backend=auth_backend,
        login_ui=login_ui, auth_tests=auth_tests, connect=connect, sign_off=sign_off)
