#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The users service: JSON over HTTP, and the page.

Prints "listening on ORIGIN" once it accepts connections; port 0 takes a free
one. Ends when its standard input does, so that it never outlives its owner.
"""
import argparse
import json
import os
import re
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from routes import ROUTES
from store import Conflict, Store
from validation import mistakes

BODY_BYTES_MAX = 64 * 1024
PAGE_ROWS_MAX = 100
PAGES = {"/": ("index.html", "text/html; charset=utf-8"),
         "/app.js": ("app.js", "text/javascript; charset=utf-8"),
         "/tokens.css": ("tokens.css", "text/css; charset=utf-8")}


def error(status, field, rule, message):
    return status, {"errors": [{"field": field, "rule": rule, "message": message}]}


def whole_number(query, name, default, highest):
    text = query.get(name, [str(default)])[0]
    return min(int(text), highest) if text.isascii() and text.isdigit() else default


def list_users(store, _user_id, _body, query):
    limit = whole_number(query, "limit", PAGE_ROWS_MAX, PAGE_ROWS_MAX)
    offset = whole_number(query, "offset", 0, 2**31)
    return 200, {"users": store.list(limit, offset), "total": store.count()}


def create(store, _user_id, body, _query):
    wrong = mistakes(body, whole=True)
    return (422, {"errors": wrong}) if wrong else (201, store.create(body))


def read(store, user_id, _body, _query):
    user = store.read(user_id)
    return (200, user) if user else error(404, "id", "exists", "no such user")


def change(store, user_id, body, _query):
    wrong = mistakes(body, whole=False)
    if wrong:
        return 422, {"errors": wrong}
    user = store.change(user_id, body)
    return (200, user) if user else error(404, "id", "exists", "no such user")


def delete(store, user_id, _body, _query):
    return (204, None) if store.delete(user_id) else error(404, "id", "exists", "no such user")


HANDLERS = {"list": list_users, "create": create, "read": read, "change": change, "delete": delete}
TABLE = [(method, re.compile(re.escape(path).replace(r"\{id\}", r"(\d{1,18})")), HANDLERS[name])
         for method, path, name in ROUTES]


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = None
    web = None

    def _answer(self, status, content, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def _body(self):
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return None
        try:
            return json.loads(self.rfile.read(int(length)) or b"null")
        except ValueError:
            return None

    def _handle(self):
        url = urlsplit(self.path)
        if self.command == "GET" and url.path in PAGES:
            name, kind = PAGES[url.path]
            if (self.web / name).is_file():
                return self._answer(200, (self.web / name).read_bytes(), kind)
        body = self._body()
        status, value = error(404, "", "route", "no such place")
        for method, pattern, handler in TABLE:
            match = pattern.fullmatch(url.path)
            if match and method != self.command and status == 404:
                status, value = error(405, "", "method", "cannot be done here")
            if match and method == self.command:
                user_id = int(match.group(1)) if match.groups() else None
                try:
                    status, value = handler(self.store, user_id, body, parse_qs(url.query))
                except Conflict:
                    status, value = error(409, "email", "unique", "belongs to another user")
                break
        content = b"" if value is None else json.dumps(value).encode()
        return self._answer(status, content, "application/json")

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle

    def log_message(self, form, *values):
        sys.stderr.write(f"{self.command} {form % values}\n")


class Server(ThreadingHTTPServer):
    def server_bind(self):
        """As the base class, without asking a name server for our name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--database", required=True)
    options.add_argument("--web", type=Path, default=Path(__file__).parent)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--stay", action="store_true", help="do not end with standard input")
    options = options.parse_args()
    Request.store = Store(options.database)
    Request.web = options.web
    server = Server((options.host, options.port), Request)
    print(f"listening on http://{options.host}:{server.server_address[1]}", flush=True)
    if options.stay:
        return server.serve_forever()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    while os.read(0, 4096):
        pass
    return server.shutdown()


if __name__ == "__main__":
    main()
