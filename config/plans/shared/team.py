# SPDX-License-Identifier: BSD-3-Clause
"""What the agents of the small plans share: where things lie, what they were
handed, how to hand on. A plan's work.py has one function a task."""
import importlib.util
import json
import os
import sys
from pathlib import Path

PLAN = Path(os.environ.get("TUTTI_PLAN_DIR") or Path(sys.argv[0]).resolve().parent)
# Where the plan says; else its agents have desks of their own and work there.
WORK = PLAN / os.environ["WORK"] if os.environ.get("WORK") else Path.cwd()
TASK = os.environ.get("TUTTI_TASK", "")
PHASE = os.environ.get("TUTTI_PHASE", "run")
ROUND = int(os.environ.get("TUTTI_ROUND", "1"))
FEEDBACK = os.environ.get("TUTTI_FEEDBACK", "")
_INPUT = os.environ.get("TUTTI_INPUT")
INPUT = json.loads(Path(_INPUT).read_text(encoding="utf-8")) if _INPUT else {}


def fail(reason):
    sys.exit(f"{TASK}: {reason}")


def expect(condition, reason):
    if not condition:
        fail(reason)


def handed(task, name):
    """An output of a task that this one needs, now or later."""
    for place in ("needs", "later"):
        outputs = INPUT.get(place, {}).get(task, {}).get("outputs", {})
        if name in outputs:
            return outputs[name]
    return fail(f"{task} has handed on no {name}")


def write(path, text):
    """Writes a work product whole: a reader sees the old file or the new."""
    target = WORK / path
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    print(f"wrote {path}, {len(text)} characters")
    return str(target)


def read(path):
    return (WORK / path).read_text(encoding="utf-8")


def load(path):
    """A Python module that somebody in the team has written."""
    place = WORK / path
    spec = importlib.util.spec_from_file_location(place.stem, place)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def hand_on(**outputs):
    """Outputs travel to whoever needs this task."""
    name = os.environ.get("TUTTI_OUTPUT")
    if name:
        Path(name).write_text(json.dumps(outputs, default=str), encoding="utf-8")


def work_on(**tasks):
    """Runs the function of the task, or of its integrate phase, that this
    process was started for; `review` is any review, `requests` any answer."""
    name = TASK.split("/")[0].replace("-", "_")
    task = tasks.get(f"{name}_{PHASE}") or tasks.get(name)
    expect(task, f"unknown task; this team knows {', '.join(sorted(tasks))}")
    task()
