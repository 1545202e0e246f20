#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Drew, designer: design tokens with enough contrast, and a wireframe."""
import json
from xml.sax.saxutils import escape

from team import SOURCES, expect, hand_on, work_on, write

TOKENS = {
    "text": "#1f2933",
    "muted": "#52606d",
    "surface": "#ffffff",
    "panel": "#f5f7fa",
    "accent": "#0b69a3",
    "danger": "#a61b1b",
}
PAIRS = [("text", "surface"), ("text", "panel"), ("muted", "surface"),
         ("surface", "accent"), ("danger", "surface")]
CONTRAST_MIN = 4.5  # WCAG 2.1, level AA, text of normal size


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mockups():
    worst = min(PAIRS, key=lambda pair: contrast(TOKENS[pair[0]], TOKENS[pair[1]]))
    ratio = contrast(TOKENS[worst[0]], TOKENS[worst[1]])
    expect(ratio >= CONTRAST_MIN, f"{worst[0]} on {worst[1]} has contrast {ratio:.2f}, less than {CONTRAST_MIN}")
    print(f"lowest contrast: {worst[0]} on {worst[1]}, {ratio:.2f}")
    css = ":root {\n" + "".join(f"  --{name}: {value};\n" for name, value in TOKENS.items()) + "}\n"

    feature = json.loads((SOURCES / "feature.json").read_text(encoding="utf-8"))
    boxes = [f'<text x="20" y="36" font-size="20">{escape(feature["feature"])}</text>']
    for row, field in enumerate(feature["fields"]):
        y = 60 + 44 * row
        boxes.append(f'<rect x="120" y="{y}" width="260" height="32" fill="{TOKENS["panel"]}"/>')
        boxes.append(f'<text x="20" y="{y + 21}">{escape(field["name"])}</text>')
    height = 60 + 44 * len(feature["fields"]) + 20
    picture = (f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="{height}" '
               f'font-family="sans-serif" fill="{TOKENS["text"]}">\n' + "\n".join(boxes) + "\n</svg>\n")
    hand_on(tokens=write("design/tokens.css", css), wireframe=write("design/users.svg", picture),
            contrast=f"{ratio:.2f}")


work_on(mockups=mockups)
