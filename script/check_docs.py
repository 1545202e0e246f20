#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the documents speak of what exists.

Links between files lead somewhere, files and folders named in `code` in the
architecture exist, and every paragraph (§) that the code cites is in
docs/semantics.md.
"""
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PLACE = re.compile(r"`([A-Za-z_.][\w.-]*(?:/[\w.-]+)*/?)`")
CITED = re.compile(r"§(\d+)")
CODE_FOLDERS = ("messages", "config", "actors", "runtime", "tests")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def exists(name):
    """`name/` is a folder; `name` is a file, or a pair name.hpp, name.cpp."""
    place = ROOT / name
    if name.endswith("/"):
        return place.is_dir()
    return place.exists() or any(place.with_name(place.name + end).is_file() for end in (".hpp", ".cpp"))


def broken_links(path, text):
    for match in LINK.finditer(text):
        target = match.group(1)
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            yield line_of(text, match.start()), f"the link to {target} leads nowhere"


def missing_places(text):
    for match in PLACE.finditer(text):
        name = match.group(1)
        if name.split("/")[0] in CODE_FOLDERS + ("script", "docs", "bench", "fuzz", "cmake") and "/" in name \
                and not exists(name):
            yield line_of(text, match.start()), f"`{name}` does not exist"


def unknown_paragraphs(known):
    for folder in CODE_FOLDERS:
        for place, _, names in os.walk(ROOT / folder):
            for name in sorted(names):
                if not name.endswith((".hpp", ".cpp")):
                    continue
                path = Path(place, name)
                text = path.read_text(encoding="utf-8")
                for match in CITED.finditer(text):
                    if match.group(1) not in known:
                        yield path, line_of(text, match.start()), f"cites §{match.group(1)}, which is not there"


def main():
    findings = []
    pages = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
    for path in pages:
        text = path.read_text(encoding="utf-8")
        findings += [(path, *finding) for finding in broken_links(path, text)]
        if path.name == "architecture.md":
            findings += [(path, *finding) for finding in missing_places(text)]
    semantics = (ROOT / "docs/semantics.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^§(\d+)\b", semantics, re.MULTILINE))
    findings += unknown_paragraphs(known)
    for path, line, text in findings:
        print(f"{path.relative_to(ROOT)}:{line}: {text}")
    print(f"docs: {len(pages)} pages, {len(known)} paragraphs, {len(findings)} findings")
    return 1 if findings or not known else 0


if __name__ == "__main__":
    sys.exit(main())
