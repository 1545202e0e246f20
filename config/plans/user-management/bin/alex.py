#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Alex, product: the requirements at the start, the summary at the end."""
import hashlib
import json
import os
from string import Template

from team import SOURCES, WORK, expect, hand_on, work_on, write


def prd():
    feature = json.loads((SOURCES / "feature.json").read_text(encoding="utf-8"))
    criteria = feature["criteria"]
    expect(criteria, "a feature without acceptance criteria cannot be accepted")
    rules = []
    for field in feature["fields"]:
        words = ["required" if field.get("required") else "optional"]
        words += [f"{key} {field[key]}" for key in ("min", "max", "default") if key in field]
        words += ["unique"] if field.get("unique") else []
        words += ["one of " + ", ".join(field["values"])] if "values" in field else []
        rules.append(f"| {field['name']} | {field['type']} | {'; '.join(words)} |")
    template = Template((SOURCES / "prd.md").read_text(encoding="utf-8"))
    text = template.substitute(
        feature=feature["feature"],
        problem=feature["problem"],
        stories="\n".join(f"- As {s['as']} I want {s['want']}, so that {s['so']}." for s in feature["stories"]),
        fields="\n".join(rules),
        criteria="\n".join(f"- **{name}** {text}" for name, text in criteria.items()),
    )
    hand_on(prd=write("docs/PRD.md", text), criteria=len(criteria))


def summary():
    lines = []
    for path in sorted(p for p in WORK.rglob("*") if p.is_file() and not p.name.startswith(".")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        lines.append(f"{digest}  {path.stat().st_size:>7}  {path.relative_to(WORK)}")
    handed = os.environ.get("TUTTI_INPUT")
    if handed and os.path.getsize(handed):
        with open(handed, encoding="utf-8") as file:
            for name, need in json.load(file).get("needs", {}).items():
                lines.append(f"{name}: {need.get('status', 'unknown')}")
    write("docs/summary.txt", "\n".join(lines) + "\n")
    print(f"{len(lines)} files in {WORK}")


work_on(prd=prd, summary=summary)
