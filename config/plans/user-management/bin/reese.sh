#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Reese verifies what everybody else relies on. Without it there is no GO.
set -eu

missing=
for program in sqlite3 python3 tar sha256sum; do
  if found=$(command -v "$program"); then
    echo "found $program at $found"
  else
    echo "missing: $program" >&2
    missing="$missing $program"
  fi
done
[ -z "$missing" ] || exit 1

sqlite3 :memory: 'select json_extract('"'"'{"a":1}'"'"', "$.a");' >/dev/null || {
  echo "this sqlite3 has no JSON functions" >&2
  exit 1
}
python3 - <<'PYTHON'
import socket
import sqlite3
import sys

if sys.version_info < (3, 9):
    sys.exit("python3 is older than 3.9")
with socket.create_server(("127.0.0.1", 0)):
    print("python", sys.version.split()[0], "with sqlite", sqlite3.sqlite_version)
PYTHON

# A folder that this plan did not make is never emptied.
: "${WORK:?is not set}"
mark="$WORK/.user-management"
mkdir -p "$WORK"
if [ ! -e "$mark" ] && [ -n "$(ls -A "$WORK")" ]; then
  echo "$WORK holds other files; name an empty folder with --set work=FOLDER" >&2
  exit 1
fi
: >"$mark"
for part in docs contract design db backend web infra tests release; do
  rm -rf "${WORK:?}/$part"
done
folder=$(cd "$WORK" && pwd)
echo "GO: results go to $folder"
[ -z "${TUTTI_OUTPUT:-}" ] || echo "work=$folder" >>"$TUTTI_OUTPUT"
