#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Sam, frontend: the layout, the client, and both together with the backend."""
import re
import sys
from html import escape
from pathlib import Path
from string import Template

from team import SOURCES, WORK, expect, hand_on, handed, handed_json, work_on, write


def control(field):
    name = escape(field["name"])
    needed = " required" if field.get("required") else ""
    if field["type"] == "enum":
        options = "".join(f'<option{" selected" if value == field.get("default") else ""}>{escape(value)}</option>'
                          for value in field["values"])
        return f'<select name="{name}" id="{name}"{needed}>{options}</select>'
    limits = "".join(f' {key}length="{field[key]}"' for key in ("min", "max") if key in field)
    kind = "email" if field["type"] == "email" else "text"
    return f'<input type="{kind}" name="{name}" id="{name}"{limits}{needed}>'


def layout():
    contract = handed_json("CONTRACT")
    write("web/tokens.css", Path(handed("TOKENS")).read_text(encoding="utf-8"))
    names = [escape(field["name"]) for field in contract["fields"]]
    page = Template((SOURCES / "web/index.html").read_text(encoding="utf-8")).substitute(
        controls="\n".join(f'      <label for="{escape(f["name"])}">{escape(f["name"])}</label> {control(f)}'
                           for f in contract["fields"]),
        heads="".join(f'<th scope="col">{name}</th>' for name in names))
    hand_on(page=write("web/index.html", page), controls=len(names))


def client():
    """Built against the contract alone: the backend need not exist yet."""
    contract = handed_json("CONTRACT")
    source = (SOURCES / "web/app.js").read_text(encoding="utf-8")
    used = set(re.findall(r'call\("([a-z]+)"', source))
    known = {endpoint["name"] for endpoint in contract["endpoints"]}
    expect(used <= known, f"the client calls what nobody agreed to: {', '.join(sorted(used - known))}")
    table = "".join(f'  {e["name"]}: ["{e["method"]}", "{e["path"]}"],\n' for e in contract["endpoints"])
    fields = ", ".join(f'"{field["name"]}"' for field in contract["fields"])
    script = Template(source).substitute(endpoints=table.rstrip("\n"), fields=fields)
    hand_on(script=write("web/app.js", script), calls=len(used))


def integrate():
    """The real backend serves the page and answers what the page will read."""
    sys.path.insert(0, str(SOURCES / "tests"))
    from harness import running_service
    script = (WORK / "web/app.js").read_text(encoding="utf-8")
    fields = re.findall(r'"(\w+)"', re.search(r"FIELDS = \[(.*?)\]", script).group(1))
    with running_service(handed("BACKEND"), handed("DATABASE"), WORK / "web") as call:
        for path in re.findall(r'(?:src|href)="(/[^"]*)"', (WORK / "web/index.html").read_text(encoding="utf-8")):
            status, _, _ = call.raw("GET", path)
            expect(status == 200, f"the page asks for {path}: {status}")
        for method, path in re.findall(r'\["(GET)", "([^"]+)"\]', script):
            status, value = call(method, path.replace("{id}", "1"))
            expect(status == 200, f"{method} {path}: {status}")
            user = value["users"][0] if "users" in value else value
            missing = [name for name in fields if name not in user]
            expect(not missing, f"{method} {path} answers without {', '.join(missing)}")
    print("the page and the backend agree on", ", ".join(fields))
    hand_on(web=WORK / "web")


work_on(layout=layout, client=client, integrate=integrate)
