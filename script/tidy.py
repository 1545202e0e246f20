#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks the house rules that a compiler does not: tidy.py [FOLDER].

Every finding is one line, `file:line: [rule] what is wrong`; the exit code is
1 if there is any. `--no-format` leaves out clang-format. CONTRIBUTING.md says
what the rules are for; tidy_test.py proves that each one can fail.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LINES_MAX = 500
CPP = {".cpp", ".hpp"}
CODE = CPP | {".py", ".sh", ".cmake", ".sql", ".js"}
TEXT = CODE | {".md", ".txt", ".yaml", ".yml", ".json", ".html", ".css", ".supp"}
SKIPPED = {".git", ".tutti", "__pycache__", "build", "out"}

# Arrows point at users: messages <- { config, actors } <- runtime.
LAYERS = {
    "messages": {"messages"},
    "config": {"config", "messages"},
    "actors": {"actors", "messages"},
    "runtime": {"runtime", "config", "actors", "messages"},
}
ABOVE = {"tests", "bench", "fuzz"}
ENGINE = "actors/orchestrator/engine/"
CAF_ALLOWED = ("actors/", "runtime/", "messages/inspect/", "messages/type_ids.hpp",
               "messages/interfaces.hpp", "tests/", "bench/", "fuzz/")
CAF_REFUSED = (ENGINE, "runtime/process/", "runtime/report/", "runtime/display/")
CAF_HEADERS = ("messages/inspect/", "messages/type_ids.hpp", "messages/interfaces.hpp")

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
STANDARD = re.compile(r"[a-z_0-9]+")
GENERATED = re.compile(r"\w+\.inc")  # made by the build, from no folder of ours
USING = re.compile(r"\s*using\s+namespace\b")
TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b|\bsleep\s*\(")
# Written in pieces, so that this file keeps its own rules.
MACHINE_PATH = re.compile(r"(?<![\w.~}*/-])/(?:" + "|".join(("work", "root", "home")) + r")/[\w.]")


def files_of(root):
    """Paths relative to the root of all text files, sorted."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders
                            if name not in SKIPPED and not name.startswith(("build-", ".git")))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            if path.suffix in TEXT or is_script(path):
                found.append(path.relative_to(root).as_posix())
    return found


def is_script(path):
    if path.suffix:
        return False
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def is_code(name):
    path = Path(name)
    return path.suffix in CODE or path.name == "CMakeLists.txt" or not path.suffix


def may_include_caf(name):
    return name.startswith(CAF_ALLOWED) and not name.startswith(CAF_REFUSED)


def check_include(name, quote, target):
    """The findings of one #include line."""
    layer = name.split("/")[0]
    if quote == "<":
        if target.startswith("caf/") and not may_include_caf(name):
            yield "caf-include", f"<{target}>: this folder does without CAF"
        if target == "caf/all.hpp" and name.endswith(".hpp"):
            yield "caf-all", "a header includes what it uses, not all of CAF"
        if name.startswith(ENGINE) and not STANDARD.fullmatch(target):
            yield "engine-pure", f"<{target}>: the engine knows the standard library and messages only"
        return
    if layer not in LAYERS and layer not in ABOVE or GENERATED.fullmatch(target):
        return
    top = target.split("/")[0]
    allowed = LAYERS.get(layer, set(LAYERS) | ABOVE)
    if top not in allowed:
        yield "include-direction", f'"{target}": {layer} may include {", ".join(sorted(allowed))}, from the root'
    elif target.startswith(CAF_HEADERS) and not may_include_caf(name):
        yield "caf-include", f'"{target}" brings CAF along; this folder does without it'
    elif name.startswith(ENGINE) and top == "actors" and not target.startswith(ENGINE):
        yield "engine-pure", f'"{target}": the engine knows no actor'


def check_cpp(root, name, lines):
    header = name.endswith(".hpp")
    if header and "#pragma once" not in lines:
        yield 1, "pragma-once", "a header says #pragma once"
    first = None
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            if first is None:
                first = (number, match.group(2))
            for rule, text in check_include(name, match.group(1), match.group(2)):
                yield number, rule, text
        elif header and USING.match(line):
            yield number, "using-namespace", "a header opens no namespace for those who include it"
        if name.startswith("tests/") and SLEEP.search(line):
            yield number, "sleep", "a test waits for what must happen, never for time to pass"
    own = name[:-len(".cpp")] + ".hpp"
    if not header and (root / own).is_file() and (first is None or first[1] != own):
        yield first[0] if first else 1, "own-header-first", f'"{own}" comes first, which proves that it compiles alone'


def check_file(root, name):
    """The findings of one file as (line, rule, text)."""
    try:
        text = (root / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        if is_code(name):
            yield 1, "encoding", "code is UTF-8"
        return
    lines = text.splitlines()
    if is_code(name):
        head = lines[1 if lines and lines[0].startswith("#!") else 0:][:1]
        if not head or "SPDX-License-Identifier: BSD-3-Clause" not in head[0]:
            yield 1, "spdx", "the first line (after #!) is the SPDX line"
        if len(lines) > LINES_MAX:
            yield LINES_MAX + 1, "file-length", f"{len(lines)} lines; {LINES_MAX} are the limit"
        for number, line in enumerate(lines, 1):
            if TODO.search(line) and Path(name).name not in ("tidy.py", "tidy_test.py"):
                yield number, "todo", "only as TODO(#n), with an issue"
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield number, "machine-path", "a path of one machine has no place here"
    if Path(name).suffix in CPP:
        yield from check_cpp(root, name, lines)


def check_format(root, names):
    """What clang-format would change, as (file, line, rule, text)."""
    program = shutil.which("clang-format-14")
    names = [name for name in names if Path(name).suffix in CPP]
    if not program or not names:
        return
    count = max(1, min(os.cpu_count() or 1, len(names)))

    def run(part):
        return subprocess.run([program, "--dry-run", "-Werror", *part], cwd=root,
                              capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(count) as pool:
        for result in pool.map(run, [names[i::count] for i in range(count)]):
            seen = set()
            for name, line in re.findall(r"^(.+?):(\d+):\d+: error:", result.stderr, re.MULTILINE):
                if name not in seen:
                    seen.add(name)
                    yield name, int(line), "format", "not as clang-format-14 has it"
            if result.returncode and not seen:
                yield ".clang-format", 1, "format", result.stderr.strip()


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    options.add_argument("--no-format", action="store_true")
    options = options.parse_args(arguments)
    root = options.folder.resolve()
    names = files_of(root)
    findings = [(name, *finding) for name in names for finding in check_file(root, name)]
    if not options.no_format:
        findings += check_format(root, names)
    for name, line, rule, text in sorted(findings):
        print(f"{name}:{line}: [{rule}] {text}")
    print(f"tidy: {len(names)} files, {len(findings)} findings")
    return 1 if findings or not names else 0


if __name__ == "__main__":
    sys.exit(main())
