#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Jordan, architect: the interface that everybody else works against."""
import json

from team import SOURCES, expect, hand_on, work_on, write_json


def api_design():
    feature = json.loads((SOURCES / "feature.json").read_text(encoding="utf-8"))
    many = f"/api/{feature['resource']}"
    one = many + "/{id}"
    contract = {
        "version": 1,
        "resource": feature["resource"],
        "fields": feature["fields"],
        "endpoints": [
            {"name": "list", "method": "GET", "path": many, "answers": [200]},
            {"name": "create", "method": "POST", "path": many, "answers": [201, 409, 422]},
            {"name": "read", "method": "GET", "path": one, "answers": [200, 404]},
            {"name": "change", "method": "PATCH", "path": one, "answers": [200, 404, 409, 422]},
            {"name": "delete", "method": "DELETE", "path": one, "answers": [204, 404]},
        ],
        "errors": {"shape": {"errors": [{"field": "text", "rule": "text", "message": "text"}]}},
    }
    names = [endpoint["name"] for endpoint in contract["endpoints"]]
    routes = [(endpoint["method"], endpoint["path"]) for endpoint in contract["endpoints"]]
    expect(len(set(names)) == len(names), "two endpoints share a name")
    expect(len(set(routes)) == len(routes), "two endpoints share method and path")
    for field in contract["fields"]:
        expect(field["type"] in ("text", "email", "enum"), f"{field['name']}: unknown type {field['type']}")
        if field["type"] == "enum":
            expect(field.get("default") in field["values"], f"{field['name']}: the default is not a value")
    hand_on(contract=write_json(f"contract/{feature['resource']}.json", contract), endpoints=len(names))


work_on(api_design=api_design)
