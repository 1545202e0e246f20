#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""A dashboard: its design as data, built from it, and looked at by its designer."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import expect, hand_on, read, work_on, write

DESIGN = {
    "colors": {"ink": "#1c1c28", "paper": "#fdfcf7", "accent": "#0b6e4f"},
    "spacing": 8,
    "components": [
        {"name": "visits", "kind": "figure", "click": "/visits"},
        {"name": "users", "kind": "figure", "click": "/users"},
        {"name": "trend", "kind": "chart", "click": None},
    ],
}


def dashboard_design():
    expect(all(re.fullmatch("#[0-9a-f]{6}", color) for color in DESIGN["colors"].values()), "a colour is none")
    write("design/dashboard.json", json.dumps(DESIGN, indent=2) + "\n")
    hand_on(components=len(DESIGN["components"]))


def refine_designs():
    for page in ("profile", "settings"):
        write(f"design/{page}.json", json.dumps({**DESIGN, "components": []}, indent=2) + "\n")


def components():
    """Needs no design: how a figure and a chart are drawn at all."""
    write("ui/components.json", json.dumps({"figure": "<output>{name}</output>", "chart": "<svg><title>{name}</title></svg>"}))


def dashboard_ui():
    design = json.loads(read("design/dashboard.json"))
    drawn = json.loads(read("ui/components.json")) if Path("ui/components.json").exists() else {
        "figure": "<b>{name}</b>", "chart": "<i>{name}</i>"}
    body = ""
    for part in design["components"]:
        inner = drawn[part["kind"]].format(name=part["name"])
        body += f'<a href="{part["click"]}">{inner}</a>\n' if part["click"] else inner + "\n"
    write("ui/dashboard.html", body)
    colors = "".join(f"  --{name}: {color};\n" for name, color in design["colors"].items())
    write("ui/dashboard.css", f":root {{\n{colors}  --gap: {design['spacing']}px;\n}}\n")


def review():
    """Drew looks at what was built, at Drew's own desk."""
    page, style = read("ui/dashboard.html"), read("ui/dashboard.css")
    for part in DESIGN["components"]:
        expect(part["name"] in page, f"{part['name']} is missing")
        expect(not part["click"] or f'href="{part["click"]}"' in page, f"{part['name']} leads nowhere")
    for name, color in DESIGN["colors"].items():
        expect(f"--{name}: {color};" in style, f"{name} is not {color}")


work_on(dashboard_design=dashboard_design, refine_designs=refine_designs, components=components,
        dashboard_ui=dashboard_ui, review=review)
