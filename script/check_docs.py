#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the documents speak of what exists.

Links between files lead somewhere, files and folders named in `code` in the
architecture exist, tables of figures are those of their results, every
paragraph (§) that the code cites is in docs/semantics.md, and every paragraph
that says it is done is cited by a test.
"""
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
sys.dont_write_bytecode = True
import results  # noqa: E402

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PLACE = re.compile(r"`([A-Za-z_.][\w.-]*(?:/[\w.-]+)*/?)`")
CITED = re.compile(r"§(\d+)")
PARAGRAPH = re.compile(r"^§(\d+)\b.*?(?=^§|^## |\Z)", re.MULTILINE | re.DOTALL)
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


def stale_tables(text):
    """Tables that are not what the result they name makes of them."""
    try:
        fresh = results.with_tables(text, ROOT)
    except ValueError as e:
        yield 1, f"of a table: {e}"
        return
    if fresh != text:
        yield 1, "its tables are not those of their results: bench/run --documents"


def citations(folders):
    """Path, line and number of each § in the sources of folders."""
    for folder in folders:
        for place, _, names in os.walk(ROOT / folder):
            for name in sorted(names):
                if not name.endswith((".hpp", ".cpp")):
                    continue
                path = Path(place, name)
                text = path.read_text(encoding="utf-8")
                for match in CITED.finditer(text):
                    yield path, line_of(text, match.start()), match.group(1)


def unknown_paragraphs(known):
    for path, line, number in citations(CODE_FOLDERS):
        if number not in known:
            yield path, line, f"cites §{number}, which is not there"


def untested_paragraphs(page, text):
    tested = {number for _, _, number in citations(["tests"])}
    for match in PARAGRAPH.finditer(text):
        if match.group(1) not in tested and "*[later]*" not in match.group(0):
            yield page, line_of(text, match.start()), f"no test cites §{match.group(1)}"


def main():
    findings = []
    pages = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
    for path in pages:
        text = path.read_text(encoding="utf-8")
        findings += [(path, *finding) for finding in broken_links(path, text)]
        if path.name == "performance.md":
            findings += [(path, *finding) for finding in stale_tables(text)]
        if path.name == "architecture.md":
            findings += [(path, *finding) for finding in missing_places(text)]
    page = ROOT / "docs/semantics.md"
    semantics = page.read_text(encoding="utf-8")
    known = set(re.findall(r"^§(\d+)\b", semantics, re.MULTILINE))
    findings += unknown_paragraphs(known)
    findings += untested_paragraphs(page, semantics)
    for path, line, text in findings:
        print(f"{path.relative_to(ROOT)}:{line}: {text}")
    print(f"docs: {len(pages)} pages, {len(known)} paragraphs, {len(findings)} findings")
    return 1 if findings or not known else 0


if __name__ == "__main__":
    sys.exit(main())
