# SPDX-License-Identifier: BSD-3-Clause
"""What the agents of this plan share: where things lie, how to hand them on."""
import json
import os
import sys
from pathlib import Path

PLAN = Path(__file__).resolve().parent.parent
SOURCES = PLAN / "src"
WORK = Path(os.environ.get("WORK") or "out").resolve()
TASK = os.environ.get("TUTTI_TASK", "")


def fail(reason):
    sys.exit(f"{TASK}: {reason}")


def expect(condition, reason):
    if not condition:
        fail(reason)


def handed(name):
    """The value that the plan put into an environment variable."""
    return os.environ.get(name) or fail(f"{name} was not handed over")


def handed_json(name):
    return json.loads(Path(handed(name)).read_text(encoding="utf-8"))


def write(path, text):
    """Writes a work product whole: a reader sees the old file or the new."""
    target = WORK / path
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    print(f"wrote {target.relative_to(WORK)}, {len(text)} characters")
    return target


def write_json(path, value):
    return write(path, json.dumps(value, indent=2) + "\n")


def take(source, path):
    return write(path, (SOURCES / source).read_text(encoding="utf-8"))


def hand_on(**outputs):
    """Outputs travel to whoever needs this task."""
    name = os.environ.get("TUTTI_OUTPUT")
    if not name:
        return
    with open(name, "a", encoding="utf-8") as file:
        for key, value in outputs.items():
            file.write(f"{key}={value}\n")


def work_on(**tasks):
    """Runs the function of the task that this process was started for."""
    task = tasks.get(TASK.replace("-", "_"))
    expect(task, f"unknown task; this agent knows {', '.join(tasks)}")
    task()
