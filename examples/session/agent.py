#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A session agent: one process for all tasks of an agent, which remembers.

In a plan:

    agents:
      sam: { role: Frontend, session: ./agent.py }
    tasks:
      page: { agent: sam, prompt: Build the page, needs-later: crud, integrate: { prompt: Join } }

    tutti session-test ./agent.py    # proves that it speaks the protocol
"""
import queue

from tutti_session import Session

session = Session("example", slots=2)
seen = []  # what this process has worked on: a command would have to read it from a file


@session.task
def work(task):
    seen.append(task.name)
    words = task.prompt.split()
    for number, word in enumerate(words, 1):
        task.check()
        task.progress(100 * number // len(words), word)
    # What arrived meanwhile can be used at once; the rest comes to `integrate`.
    early = sorted(message["from"] for message in arrived(task) if message["type"] == "handoff")
    return {"words": len(words), "early": ",".join(early), "place": len(seen)}


@session.integrate
def join(task):
    later = task.input.get("later", {})
    joined = sorted(name for name, x in later.items() if x["status"] == "succeeded")
    return {"joined": ",".join(joined)}


def arrived(task):
    while True:
        try:
            yield task.inbox.get_nowait()
        except queue.Empty:
            return


if __name__ == "__main__":
    session.run()
