# SPDX-License-Identifier: BSD-3-Clause
"""Write a session agent for tutti in a few lines. One file, no dependencies.

    from tutti_session import Session

    session = Session("sam")

    @session.task
    def work(task):
        task.progress(50, "half way")
        return {"url": "http://localhost:8080"}  # the outputs that it hands on

    @session.integrate
    def join(task):
        return {"uses": task.input["later"]["crud"]["outputs"]["url"]}

    session.run()

Each task runs in a thread of its own. To fail one, raise an exception. `print`
goes to standard error, which tutti keeps as the log: standard output belongs
to the protocol. docs/sessions.md describes what travels.
"""
import json
import queue
import sys
import threading

PROTOCOL = 1


class Cancelled(Exception):
    """tutti wants the task to end; raised by Task.check()."""


class Refused(Exception):
    """tutti refused what was said; the text says why."""


class Task:
    """One attempt at a phase of a task. Its methods may be called anywhere."""

    def __init__(self, session, message):
        self._session = session
        self.id = message["id"]
        self.name = message["task"]
        self.phase = message["phase"]  # "run" or "integrate"
        self.attempt = message["attempt"]
        self.version = message["version"]
        self.round = message["round"]
        self.prompt = message["prompt"]
        self.feedback = message["feedback"]
        self.input = message["input"]  # what a command finds in TUTTI_INPUT
        self.env = message["env"]
        self.env_files = message["env-files"]
        self.directory = message["directory"]
        self.inbox = queue.Queue()  # handoffs and answers, as they arrive
        self.cancelled = threading.Event()

    def progress(self, percent=None, text=""):
        """For who looks on; it also shows that the task is not idle."""
        self._session.send("progress", id=self.id, percent=percent, text=text)

    def note(self, text):
        """Adds a note to what the task hands on."""
        self._session.call("note", id=self.id, text=text)

    def hand_on(self, note="", **outputs):
        """Adds outputs to what the task hands on when it is done."""
        self._session.call("handoff", id=self.id, outputs=outputs, note=note)

    def request(self, to, *texts, note="", key="", wait=True):
        """Asks another agent; returns a name for each text. The answers come
        to the inbox, or to `integrate` under input["answers"]."""
        reply = self._session.call("request", id=self.id, to=to, text=list(texts),
                                   note=note, key=key, wait=wait)
        return reply["ids"]

    def check(self):
        """Raises Cancelled once tutti wants the task to end."""
        if self.cancelled.is_set():
            raise Cancelled(f"{self.name} was cancelled")


class Session:
    def __init__(self, name, slots=1):
        self.name = name
        self.slots = slots
        self.agent = None   # what the plan calls it
        self.waiting = []   # tasks whose run phase an earlier process has done
        self._work = {}     # phase -> function
        self._tasks = {}    # id -> Task
        self._calls = {}    # number -> queue for the reply
        self._last_call = 0
        self._lock = threading.Lock()
        self._out = sys.stdout
        self._threads = []

    # -- what to do ------------------------------------------------------------

    def task(self, function):
        """Decorates what works on tasks."""
        self._work["run"] = function
        return function

    def integrate(self, function):
        """Decorates what integrates; without it, integrating does nothing."""
        self._work["integrate"] = function
        return function

    # -- talking ---------------------------------------------------------------

    def send(self, kind, **fields):
        line = json.dumps({"type": kind, **fields})
        with self._lock:
            try:
                self._out.write(line + "\n")
                self._out.flush()
            except BrokenPipeError:
                pass  # tutti is gone; the end of the input says so, too

    def call(self, kind, **fields):
        """Sends and waits for the reply."""
        answer = queue.Queue()
        with self._lock:
            self._last_call += 1
            number = self._last_call
            self._calls[number] = answer
        self.send(kind, call=number, **fields)
        reply = answer.get()
        if not reply["ok"]:
            raise Refused(reply["text"])
        return reply

    def run(self):
        """Works until tutti says bye or is gone."""
        sys.stdout = sys.stderr  # a stray print must not break the protocol
        self.send("hello", protocol=PROTOCOL, name=self.name, slots=self.slots)
        for line in sys.stdin:
            message = json.loads(line)
            if message["type"] == "bye":
                break
            handle = self._HANDLERS.get(message["type"])
            if handle:  # what a later tutti says beside that is not for us
                handle(self, message)
        self._leave()

    # -- what tutti says ---------------------------------------------------------

    def _hello(self, message):
        self.agent = message["agent"]
        self.waiting = message["waiting"]

    def _start(self, message):
        task = Task(self, message)
        with self._lock:
            self._tasks[task.id] = task
        thread = threading.Thread(target=self._do, args=(task,), daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def _deliver(self, message):
        for task in self._all():
            if task.name == message["task"]:
                task.inbox.put(message)

    def _reply(self, message):
        with self._lock:
            answer = self._calls.pop(message.get("call"), None)
        if answer:
            answer.put(message)

    def _cancel(self, message):
        for task in self._all():
            if task.id == message["id"]:
                task.cancelled.set()

    _HANDLERS = {"hello": _hello, "task": _start, "integrate": _start, "handoff": _deliver,
                 "answer": _deliver, "reply": _reply, "cancel": _cancel}

    # -- the work ----------------------------------------------------------------

    def _all(self):
        with self._lock:
            return list(self._tasks.values())

    def _do(self, task):
        try:
            work = self._work.get(task.phase)
            if work is None and task.phase == "run":
                raise RuntimeError("this session works on no tasks")
            outputs = (work(task) if work else None) or {}
            self.send("done", id=task.id, outputs=outputs)
        except BaseException as failure:  # the other tasks go on
            self.send("failed", id=task.id, message=str(failure) or type(failure).__name__)
        finally:
            with self._lock:
                self._tasks.pop(task.id, None)

    def _leave(self):
        for task in self._all():
            task.cancelled.set()
        with self._lock:
            calls, self._calls = self._calls, {}
        for answer in calls.values():
            answer.put({"ok": False, "text": "tutti has said bye"})
        for thread in self._threads:
            thread.join(timeout=5)
