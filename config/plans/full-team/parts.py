# SPDX-License-Identifier: BSD-3-Clause
"""What each task of the team writes: where to, and what."""

PARTS = {
    "assessment": ("docs/assessment.md", "One table, one page, one process: nothing speaks against it.\n"),
    "user-flows": ("docs/flows.md", "1. See the things. 2. Add one. 3. Pay for the fourth.\n"),
    "database-design": ("docs/tables.md", "things(id, owner, text), found by owner.\n"),
    "security-design": ("docs/security.md", "Everybody sees their own things only.\n"),
    "infra-plan": ("docs/infra.md", "One container, no root, one volume.\n"),
    "payment-plan": ("docs/payments.md", "Three things are free, each further one costs 1.00.\n"),
    "docker": ("infra/Dockerfile", "FROM python:3.11-slim\nCOPY . /app\nUSER nobody\nCMD [\"python3\", \"/app/serve.py\"]\n"),
    "ci-cd": ("infra/pipeline.sh", "set -eu\npython3 -m compileall -q backend\n"),
    "env-config": ("infra/env.example", "PORT=8000\nDATABASE=/data/things.db\n"),
    "db-provisioning": ("infra/provision.sh", "set -eu\nsqlite3 \"$DATABASE\" <db/schema.sql\n"),
    "schema": ("db/schema.sql", "create table things(id integer primary key, owner text not null, text text not null);\n"
                                "create index things_by_owner on things(owner);\n"),
    "migrations": ("db/migrations.sql", "alter table things add column done integer not null default 0;\n"),
    "queries": ("db/queries.sql", "select text from things where owner = 'ada';\nselect text from things where id = 1;\n"),
    "server-actions": ("backend/actions.py", '''"""Server actions on a list of (owner, thing)."""


def add_thing(things, owner, text):
    return [*things, (owner, text)]


def list_things(things, owner):
    return [text for whose, text in things if whose == owner]
'''),
    "api-routes": ("backend/routes.py", 'ROUTES = {"POST /things": "add_thing", "GET /things": "list_things"}\n'),
    "validation": ("backend/validation.py", "def good_thing(text):\n    return 0 < len(text) <= 200\n"),
    "auth": ("backend/auth.py", "def allowed(user, owner):\n    return user == owner\n"),
    "payments": ("backend/payments.py", "def price(count):\n    return max(0, count - 3) * 100\n"),
    "app-setup": ("web/index.html", '<link rel="stylesheet" href="kit.css">\n<a href="things.html">My things</a>\n'),
    "ui-kit": ("web/kit.css", "button { padding: 8px; }\n"),
    "layouts": ("web/layout.html", "<header></header><main></main><footer></footer>\n"),
    "components": ("web/components.html", "<ul></ul>\n<slot></slot>\n"),
    "test-setup": ("docs/tests.md", "Each part is tested when it is finished, the whole at the end.\n"),
}

# What is put right in the second round: (before, after).
SECOND_THOUGHTS = {"validation": ("len(text)", "len(text.strip())")}
