#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Proves that tidy.py passes a clean tree and that each of its rules fails."""
import contextlib
import io
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import tidy as tidy_program

TIDY = Path(__file__).resolve().parent / "tidy.py"
SPDX = "// SPDX-License-Identifier: BSD-3-Clause\n"
HASH_SPDX = "# SPDX-License-Identifier: BSD-3-Clause\n"
ONCE = "#pragma once\n"

CLEAN = {
    "CMakeLists.txt": HASH_SPDX,
    "script/go": "#!/bin/sh\n" + HASH_SPDX,
    "messages/a.hpp": SPDX + ONCE + "\n#include <string>\n",
    "messages/interfaces.hpp": SPDX + ONCE + "\n#include <caf/typed_actor.hpp>\n",
    "config/b.hpp": SPDX + ONCE + "\n#include \"messages/a.hpp\"\n",
    "config/b.cpp": SPDX + "#include \"config/b.hpp\"\n",
    "actors/orchestrator/engine/e.hpp": SPDX + ONCE + "\n#include \"messages/a.hpp\"\n\n#include <vector>\n",
    "actors/o.cpp": SPDX + "#include \"actors/orchestrator/engine/e.hpp\"\n\n#include <caf/all.hpp>\n",
    "runtime/report/r.cpp": SPDX + "#include \"config/b.hpp\"\n",
    "runtime/cli/c.cpp": SPDX + "#include \"messages/interfaces.hpp\"\n// TODO(#12): later.\n",
    "tests/t.cpp": SPDX + "#include \"runtime/x.hpp\"\n#include \"tests/support/y.hpp\"\n",
}

# rule, file, its content; added to the clean tree, it must be found.
BROKEN = [
    ("include-direction", "messages/x.cpp", SPDX + "#include \"config/b.hpp\"\n"),
    ("include-direction", "config/x.cpp", SPDX + "#include \"actors/o.hpp\"\n"),
    ("include-direction", "actors/x.cpp", SPDX + "#include \"config/b.hpp\"\n"),
    ("include-direction", "actors/y.cpp", SPDX + "#include \"runtime/r.hpp\"\n"),
    ("include-direction", "config/y.cpp", SPDX + "  #  include \"runtime/r.hpp\"\n"),
    ("include-direction", "runtime/x.cpp", SPDX + "#include \"tests/support/y.hpp\"\n"),
    ("include-direction", "runtime/y.cpp", SPDX + "#include \"../messages/a.hpp\"\n"),
    ("caf-include", "messages/x.hpp", SPDX + ONCE + "#include <caf/actor.hpp>\n"),
    ("caf-include", "config/x.hpp", SPDX + ONCE + "#include <caf/actor.hpp>\n"),
    ("caf-include", "actors/orchestrator/engine/x.hpp", SPDX + ONCE + "#include <caf/actor.hpp>\n"),
    ("caf-include", "runtime/process/x.cpp", SPDX + "#include <caf/actor.hpp>\n"),
    ("caf-include", "runtime/report/x.cpp", SPDX + "#include \"messages/interfaces.hpp\"\n"),
    ("caf-include", "runtime/display/x.cpp", SPDX + "#include <caf/actor.hpp>\n"),
    ("engine-pure", "actors/orchestrator/engine/x.cpp", SPDX + "#include <fmt/core.h>\n"),
    ("engine-pure", "actors/orchestrator/engine/y.cpp", SPDX + "#include \"actors/agent/a.hpp\"\n"),
    ("own-header-first", "config/b.cpp", SPDX + "#include \"messages/a.hpp\"\n#include \"config/b.hpp\"\n"),
    ("spdx", "messages/x.cpp", "int x;\n"),
    ("spdx", "script/x", "#!/bin/sh\necho\n"),
    ("spdx", "script/x.py", "import os\n"),
    ("spdx", "tests/CMakeLists.txt", "project(x)\n"),
    ("pragma-once", "messages/x.hpp", SPDX + "int x;\n"),
    ("using-namespace", "config/x.hpp", SPDX + ONCE + "using namespace std;\n"),
    ("caf-all", "actors/x.hpp", SPDX + ONCE + "#include <caf/all.hpp>\n"),
    ("file-length", "messages/x.cpp", SPDX + "\n" * 500),
    ("todo", "messages/x.cpp", SPDX + "// TODO: some day\n"),
    ("sleep", "tests/x.cpp", SPDX + "void f() { std::this_thread::sleep_for(x); }\n"),
    ("sleep", "tests/y.cpp", SPDX + "void f() { sleep(1); }\n"),
    ("machine-path", "docs/x.md", "See /" + "home/somebody/notes.\n"),
    ("machine-path", "messages/x.cpp", SPDX + "auto x = \"/" + "work/y\";\n"),
    ("encoding", "messages/x.cpp", b"\xff\xfe"),
]


def tidy(files, *options):
    """The exit code and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = tidy_program.main([folder, *options])
        return code, output.getvalue()


class Tidy(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        code, text = tidy(CLEAN, "--no-format")
        self.assertEqual(code, 0, text)

    def test_an_empty_tree_is_no_success(self):
        self.assertEqual(tidy({})[0], 1)

    def test_each_broken_rule_is_found_and_named(self):
        for rule, name, content in BROKEN:
            with self.subTest(rule=rule, file=name):
                code, text = tidy({**CLEAN, name: content}, "--no-format")
                self.assertEqual(code, 1, text)
                self.assertRegex(text, rf"(?m)^{name}:\d+: \[{rule}\]")

    def test_every_rule_has_a_case(self):
        source = TIDY.read_text(encoding="utf-8")
        for rule, _, _ in BROKEN:
            self.assertIn(f'"{rule}"', source)

    @unittest.skipUnless(shutil.which("clang-format-14"), "needs clang-format-14")
    def test_unformatted_code_is_found(self):
        code, text = tidy({**CLEAN, "messages/x.cpp": SPDX + "int  x  ;\n"})
        self.assertEqual(code, 1, text)
        self.assertRegex(text, r"(?m)^messages/x.cpp:2: \[format\]")


if __name__ == "__main__":
    unittest.main()
