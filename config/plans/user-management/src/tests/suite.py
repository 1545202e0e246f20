# SPDX-License-Identifier: BSD-3-Clause
"""The tests; each names the acceptance criterion that it proves.

They read what the team made from the folder named by USERS_WORK.
"""
import json
import os
import re
import unittest
from html.parser import HTMLParser
from pathlib import Path

from harness import running_service

WORK = Path(os.environ["USERS_WORK"])
CASES = json.loads((WORK / "tests/cases.json").read_text(encoding="utf-8"))
COVERED = []


def proves(criterion):
    def note(test):
        COVERED.append({"criterion": criterion, "id": f"{test.__module__}.{test.__qualname__}"})
        return test
    return note


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        service = running_service(WORK / "backend", WORK / "db/users.db", WORK / "web")
        cls.call = staticmethod(service.__enter__())
        cls.addClassCleanup(service.__exit__, None, None, None)

    def user(self, name):
        return {"name": name, "email": f"{name.lower()}@example.org"}

    def rules(self, answer):
        status, value = answer
        self.assertEqual(status, 422, value)
        return {(mistake["field"], mistake["rule"]) for mistake in value["errors"]}

    def total(self):
        return self.call("GET", "/api/users")[1]["total"]


class Crud(Service):
    @proves("AC-1")
    def test_a_user_is_created_read_changed_listed_and_deleted(self):
        status, made = self.call("POST", "/api/users", self.user("Barbara"))
        self.assertEqual(status, 201)
        place = f"/api/users/{made['id']}"
        self.assertEqual(self.call("GET", place), (200, made))
        status, changed = self.call("PATCH", place, {"role": "admin"})
        self.assertEqual((status, changed), (200, {**made, "role": "admin"}))
        self.assertIn(changed, self.call("GET", "/api/users")[1]["users"])
        self.assertEqual(self.call("DELETE", place), (204, None))
        self.assertNotIn(changed, self.call("GET", "/api/users")[1]["users"])

    @proves("AC-4")
    def test_an_email_address_belongs_to_one_user_whatever_its_case(self):
        before = self.total()
        status, value = self.call("POST", "/api/users", {"name": "Other", "email": "ADA@example.ORG"})
        self.assertEqual((status, value["errors"][0]["field"]), (409, "email"))
        status, _ = self.call("PATCH", "/api/users/2", {"email": "Ada@Example.org"})
        self.assertEqual(status, 409)
        self.assertEqual(self.total(), before)

    @proves("AC-7")
    def test_a_user_that_is_not_there_answers_404(self):
        _, made = self.call("POST", "/api/users", self.user("Gone"))
        self.call("DELETE", f"/api/users/{made['id']}")
        for number in (made["id"], 999999):
            place = f"/api/users/{number}"
            answers = [self.call("GET", place), self.call("PATCH", place, {"name": "X"}), self.call("DELETE", place)]
            self.assertEqual([status for status, _ in answers], [404, 404, 404])

    def test_lists_are_cut_into_pages(self):
        first = self.call("GET", "/api/users?limit=1")[1]["users"]
        second = self.call("GET", "/api/users?limit=1&offset=1")[1]["users"]
        self.assertEqual([len(first), len(second)], [1, 1])
        self.assertLess(first[0]["id"], second[0]["id"])

    def test_other_methods_and_places_are_refused(self):
        self.assertEqual(self.call("PUT", "/api/users/1")[0], 405)
        self.assertEqual(self.call("GET", "/api/groups")[0], 404)


class Validation(Service):
    @proves("AC-2")
    def test_a_name_has_1_to_80_characters(self):
        self.assertEqual(self.rules(self.call("POST", "/api/users", {**self.user("A"), "name": ""})), {("name", "min")})
        self.assertEqual(self.rules(self.call("POST", "/api/users", {**self.user("A"), "name": "x" * 81})),
                         {("name", "max")})
        self.assertEqual(self.call("POST", "/api/users", {**self.user("Longest"), "name": "x" * 80})[0], 201)

    @proves("AC-3")
    def test_every_wrong_value_is_refused_by_its_rule(self):
        before = self.total()
        for case in CASES["wrong"]:
            with self.subTest(**case):
                body = {**self.user("Wrong"), case["field"]: case["value"]}
                self.assertEqual(self.rules(self.call("POST", "/api/users", body)), {(case["field"], case["rule"])})
                self.assertEqual(self.rules(self.call("PATCH", "/api/users/1", {case["field"]: case["value"]})),
                                 {(case["field"], case["rule"])})
        self.assertEqual(self.total(), before)

    @proves("AC-5")
    def test_a_role_is_one_of_those_agreed_and_member_by_default(self):
        self.assertEqual(self.call("POST", "/api/users", self.user("Plain"))[1]["role"], "member")
        for role in ("admin", "member", "guest"):
            self.assertEqual(self.call("POST", "/api/users", {**self.user(f"R-{role}"), "role": role})[1]["role"], role)
        self.assertEqual(self.rules(self.call("PATCH", "/api/users/1", {"role": "king"})), {("role", "values")})

    @proves("AC-6")
    def test_all_mistakes_are_named_at_once_and_nothing_changes(self):
        before = self.call("GET", "/api/users/1")
        body = {"name": "", "email": "nowhere", "role": "king", "shoe-size": "44"}
        expected = {("name", "min"), ("email", "email"), ("role", "values"), ("shoe-size", "unknown")}
        self.assertEqual(self.rules(self.call("POST", "/api/users", body)), expected)
        self.assertEqual(self.rules(self.call("PATCH", "/api/users/1", body)), expected)
        self.assertEqual(self.rules(self.call("POST", "/api/users", {})), {("name", "required"), ("email", "required")})
        self.assertEqual(self.call("GET", "/api/users/1"), before)

    def test_what_is_no_json_object_is_refused(self):
        for body in ("", "[]", "{", "\xff", '"text"'):
            status, _, _ = self.call.raw("POST", "/api/users", body.encode("latin-1"))
            self.assertEqual(status, 422, body)


class PageParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.controls = {}

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in ("input", "select"):
            self.controls[attributes["name"]] = attributes


class Page(Service):
    def page(self):
        status, headers, content = self.call.raw("GET", "/")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        parser = PageParser()
        parser.feed(content.decode())
        return parser.controls

    def script(self):
        status, headers, content = self.call.raw("GET", "/app.js")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/javascript"))
        return content.decode()

    @proves("AC-8")
    def test_the_page_offers_every_field_with_its_limits(self):
        controls = self.page()
        self.assertEqual(list(controls), [field["name"] for field in CASES["fields"]])
        for field in CASES["fields"]:
            control = controls[field["name"]]
            self.assertEqual(control.get("maxlength"), str(field["max"]) if "max" in field else None)
            self.assertEqual("required" in control, field.get("required", False))

    @proves("AC-8")
    def test_the_page_never_renders_text_as_html(self):
        script = self.script()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            self.assertNotIn(word, script)
        markup = "<img src=x onerror=alert(1)>"
        _, made = self.call("POST", "/api/users", {**self.user("Mallory"), "name": markup})
        _, headers, content = self.call.raw("GET", f"/api/users/{made['id']}")
        self.assertEqual((headers["Content-Type"], headers["X-Content-Type-Options"]), ("application/json", "nosniff"))
        self.assertEqual(json.loads(content)["name"], markup)

    def test_the_client_calls_only_what_the_service_answers(self):
        calls = re.findall(r'(\w+): \["([A-Z]+)", "([^"]+)"\]', self.script())
        self.assertEqual(len(calls), 5)
        for name, method, path in calls:
            status, _ = self.call(method, path.replace("{id}", "3"), {"name": "Alan"} if name == "change" else None)
            self.assertIn(status, (200, 204, 422), name)
