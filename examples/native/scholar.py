#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""A session beside the C++ agents: explains words, and makes a page of them."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "session"))
from tutti_session import Session

session = Session("scholar")


@session.task
def work(task):
    asked = [request["text"] for request in task.input.get("requests", [])]
    if asked:  # all that was asked meanwhile, in one attempt
        task.progress(50, f"explains {len(asked)} words in one go")
        texts = {word: f"{word[0]}-{word[-1]}, {len(word)} letters" for word in asked}
        return {**texts, "in_one_go": len(asked)}
    task.progress(50, "a page without a glossary")
    return {"page": "<dl></dl>"}


@session.integrate
def join(task):
    glossary = task.input["later"]["glossary"]["outputs"]
    glossary.pop("in_one_go")  # no word
    entries = "".join(f"<dt>{word}<dd>{text}" for word, text in sorted(glossary.items()))
    return {"page": task.input["earlier"]["outputs"]["page"].replace("><", f">{entries}<")}


if __name__ == "__main__":
    session.run()
