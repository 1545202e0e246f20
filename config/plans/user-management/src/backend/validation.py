# SPDX-License-Identifier: BSD-3-Clause
"""What is wrong with a user, all of it at once."""
import re

from rules import FIELDS

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _rule_broken(field, value):
    if not isinstance(value, str):
        return "type", "must be text"
    if len(value) < field.get("min", 0):
        return "min", f"needs at least {field['min']} characters"
    if len(value) > field.get("max", len(value)):
        return "max", f"may have at most {field['max']} characters"
    if field["type"] == "email" and not EMAIL.fullmatch(value):
        return "email", "is not an email address"
    if field["type"] == "enum" and value not in field["values"]:
        return "values", "must be one of " + ", ".join(field["values"])
    return None


def mistakes(user, whole):
    """The mistakes in a new user (`whole`) or in a change of one."""
    if not isinstance(user, dict):
        return [{"field": "", "rule": "type", "message": "must be an object"}]
    known = {field["name"]: field for field in FIELDS}
    found = []
    for name in user:
        if name not in known:
            found.append({"field": name, "rule": "unknown", "message": "is not a field of a user"})
    for name, field in known.items():
        if name in user:
            broken = _rule_broken(field, user[name])
            if broken:
                found.append({"field": name, "rule": broken[0], "message": broken[1]})
        elif whole and field.get("required"):
            found.append({"field": name, "rule": "required", "message": "is missing"})
    return found
