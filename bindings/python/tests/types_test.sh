#!/usr/bin/env bash
# The package's types are complete and right, by mypy at its strictest; and a
# wrong use of it is found.
set -euo pipefail
export MYPYPATH=bindings/python
python3 -m mypy --strict --cache-dir="$TEST_TMPDIR" -p colocation

cat >"$TEST_TMPDIR/right.py" <<'END'
import pathlib
import colocation

plan = colocation.plan([pathlib.Path("a"), "b", {"kind": "Pipeline"}], policy="isolated")
first: str = plan.pods[0].tasks[0]
kind: colocation.Need.Kind = colocation.Need().kind
END
python3 -m mypy --strict --cache-dir="$TEST_TMPDIR" "$TEST_TMPDIR/right.py"

sed 's/: str = /: int = /' "$TEST_TMPDIR/right.py" >"$TEST_TMPDIR/wrong.py"
if python3 -m mypy --strict --cache-dir="$TEST_TMPDIR" "$TEST_TMPDIR/wrong.py"; then
  echo "a task's name was taken for a number"
  exit 1
fi
