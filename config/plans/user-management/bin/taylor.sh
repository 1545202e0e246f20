#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Taylor, database: the schema from the contract, loaded and put to the test.
set -eu

hand_on() {
  [ -z "${TUTTI_OUTPUT:-}" ] || echo "$1=$2" >>"$TUTTI_OUTPUT"
}

# Statements that the database must refuse; it is the last line of defence.
refuses() {
  if sqlite3 -bail "$1" "begin; $2; rollback;" >/dev/null 2>&1; then
    echo "the schema accepts: $2" >&2
    exit 1
  fi
  echo "refused: $2"
}

schema() {
  folder=$WORK/db
  mkdir -p "$folder"
  # The columns follow the contract, so that the two cannot drift apart.
  sqlite3 -batch -noheader :memory: \
    -cmd ".param init" -cmd ".param set @contract \"$CONTRACT\"" \
    <src/schema-generator.sql >"$folder/schema.sql"
  [ -s "$folder/schema.sql" ] || {
    echo "nothing was generated from $CONTRACT" >&2
    exit 1
  }
  cat "$folder/schema.sql"

  draft=$folder/.users.db
  rm -f "$draft"
  sqlite3 -bail "$draft" <"$folder/schema.sql"
  sqlite3 -bail "$draft" <src/seed.sql
  [ "$(sqlite3 "$draft" 'pragma integrity_check')" = ok ]
  refuses "$draft" "insert into users(name, email) values ('', 'a@example.org')"
  refuses "$draft" "insert into users(name, email, role) values ('A', 'a@example.org', 'king')"
  refuses "$draft" "insert into users(name, email) values ('A', 'ADA@EXAMPLE.ORG')"
  refuses "$draft" "insert into users(name) values ('A')"
  mv "$draft" "$folder/users.db"
  rows=$(sqlite3 "$folder/users.db" 'select count(*) from users')
  echo "loaded $rows users"
  hand_on database "$(cd "$folder" && pwd)/users.db"
  hand_on rows "$rows"
}

queries() {
  # Each query must run, and the ones for one user must use an index.
  for query in src/queries/*.sql; do
    name=$(basename "$query" .sql)
    plan=$(sqlite3 "$DATABASE" "explain query plan $(cat "$query")")
    case $name in
      by-*)
        case $plan in
          *SEARCH*) ;;
          *)
            echo "$name reads the whole table: $plan" >&2
            exit 1
            ;;
        esac
        ;;
    esac
    echo "$name: $(sqlite3 "$DATABASE" <"$query" | tr '\n' ' ')"
  done
  admins=$(sqlite3 "$DATABASE" <src/queries/count-roles.sql | sed -n 's/^admin|//p')
  hand_on admins "${admins:-0}"
}

case $TUTTI_TASK in
  schema) schema ;;
  queries) queries ;;
  *)
    echo "unknown task $TUTTI_TASK" >&2
    exit 1
    ;;
esac
