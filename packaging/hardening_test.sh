#!/usr/bin/env bash
# What ships is built to withstand: read-only relocations, all symbols bound at
# the start, no executable stack, stack protector and checked string functions.
#
# Usage: hardening_test.sh FILE... | --not-what-ships
set -uo pipefail
failed=0

# expect FILE WHAT COMMAND...: the command finds something.
expect() {
  local file=$1 what=$2
  shift 2
  if ! "$@" >/dev/null; then
    echo "$file: $what" >&2
    failed=1
  fi
}

has() { # has PATTERN COMMAND...
  local pattern=$1
  shift
  "$@" 2>/dev/null | grep -E "$pattern" >/dev/null
}

if [[ ${1:-} == --not-what-ships ]]; then
  echo "SKIPPED: only what --config=opt builds ships" >&2
  exit 0
fi
[[ $# -gt 0 ]] || { echo "usage: hardening_test.sh FILE..." >&2; exit 2; }
for file in "$@"; do
  expect "$file" "no read-only relocations (GNU_RELRO)" has GNU_RELRO readelf -lW "$file"
  expect "$file" "an executable stack" has 'GNU_STACK.* RW ' readelf -lW "$file"
  # A static program has nothing to bind, and the launcher no symbols to look at.
  if has 'NEEDED' readelf -dW "$file"; then
    expect "$file" "no stack protector" has __stack_chk_fail readelf -sW "$file"
    expect "$file" "no checked functions (_FORTIFY_SOURCE)" has '__[a-z]+_chk' readelf -sW "$file"
    expect "$file" "symbols are bound when they are used" has 'BIND_NOW|Flags: NOW' readelf -dW "$file"
    expect "$file" "not position-independent" has 'Type:.*DYN' readelf -hW "$file"
  fi
done
exit "$failed"
