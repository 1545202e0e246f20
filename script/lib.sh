# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What the scripts here share; sourced, never run.
set -euo pipefail

# shellcheck disable=SC2034  # these are for those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
cores=$(nproc 2>/dev/null || echo 2)

say() {
  printf '%s\n' "-- $*"
}

die() {
  printf '%s\n' "$(basename "$0"): $*" >&2
  exit 2
}

# Prints the comment at the head of the script as its help.
help_of() {
  sed -nE '/^# usage:/,/^([^#]|$)/{/^#/{s/^# ?//;p}}' "$1"
}
