# SPDX-License-Identifier: BSD-3-Clause
"""Users in SQLite. One connection a call: any thread may use a store."""
import sqlite3
from contextlib import closing

from columns import COLUMNS, GIVEN


class Conflict(Exception):
    """Another user has that email address."""


class Store:
    def __init__(self, database):
        self.database = database

    def _connect(self):
        db = sqlite3.connect(self.database, timeout=5)
        db.row_factory = sqlite3.Row
        return closing(db)

    def _write(self, statement, values):
        with self._connect() as db, db:
            try:
                cursor = db.execute(statement, values)
            except sqlite3.IntegrityError as error:
                if "UNIQUE" in str(error):
                    raise Conflict from error
                raise
            return cursor.lastrowid, cursor.rowcount

    def count(self):
        with self._connect() as db:
            return db.execute("select count(*) from users").fetchone()[0]

    def list(self, limit, offset):
        with self._connect() as db:
            rows = db.execute(f"select {', '.join(COLUMNS)} from users order by id limit ? offset ?", (limit, offset))
            return [dict(row) for row in rows]

    def read(self, user_id):
        with self._connect() as db:
            row = db.execute(f"select {', '.join(COLUMNS)} from users where id = ?", (user_id,)).fetchone()
            return dict(row) if row else None

    def create(self, values):
        names = [name for name in GIVEN if name in values]
        marks = ", ".join("?" for _ in names)
        user_id, _ = self._write(f"insert into users ({', '.join(names)}) values ({marks})",
                                 [values[name] for name in names])
        return self.read(user_id)

    def change(self, user_id, values):
        names = [name for name in GIVEN if name in values]
        if names:
            _, found = self._write(f"update users set {', '.join(name + ' = ?' for name in names)} where id = ?",
                                   [values[name] for name in names] + [user_id])
            if not found:
                return None
        return self.read(user_id)

    def delete(self, user_id):
        _, found = self._write("delete from users where id = ?", (user_id,))
        return found > 0
