#!/usr/bin/env bash
# The module is formatted, `go vet` finds nothing, and its tests and examples
# pass under the race detector, with whatever Go there is from 1.19 on.
set -euo pipefail
# shellcheck source=environment.sh
source bindings/go/environment.sh
COLOCATION_EXPECTED_VERSION=$(pkg-config --modversion colocation)
export COLOCATION_EXPECTED_VERSION
report=$PWD/bindings/go/report.py
cp -RL bindings/go "$TEST_TMPDIR/module"
cd "$TEST_TMPDIR/module"
go version

unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
# -count=1: Go doesn't know that the library changed.
go test -race -count=1 -json ./... |
  python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
