# SPDX-License-Identifier: BSD-3-Clause
"""Starts the real service on a free port with its own copy of the database."""
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_S = 20


class Call:
    def __init__(self, origin):
        self.origin = origin

    def raw(self, method, path, body=None, headers=None):
        connection = HTTPConnection(urlsplit(self.origin).netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def __call__(self, method, path, value=None):
        body = None if value is None else json.dumps(value)
        status, _, content = self.raw(method, path, body)
        return status, json.loads(content) if content else None


@contextmanager
def running_service(backend, database, web):
    with tempfile.TemporaryDirectory(prefix="users-") as folder:
        copy = Path(folder) / "users.db"
        shutil.copy(database, copy)
        with open(Path(folder) / "log", "w+", encoding="utf-8") as log:
            command = [sys.executable, "-B", str(Path(backend) / "service.py"),
                       "--database", str(copy), "--web", str(web)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                first = process.stdout.readline()
                if not first.startswith("listening on "):
                    log.seek(0)
                    raise RuntimeError(f"the service did not start: {first}{log.read()}")
                yield Call(first.split()[-1])
            finally:
                process.stdin.close()
                try:
                    process.wait(TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                process.stdout.close()
