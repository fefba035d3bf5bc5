#!/usr/bin/env bash
# The example in Go, a module of its own, is formatted and passes its tests.
set -euo pipefail
# shellcheck source=../../bindings/go/environment.sh
source bindings/go/environment.sh
report=$PWD/bindings/go/report.py
mkdir -p "$TEST_TMPDIR/tree/bindings" "$TEST_TMPDIR/tree/examples"
cp -RL bindings/go "$TEST_TMPDIR/tree/bindings/go"
cp -RL examples/go examples/build-pipeline.yaml "$TEST_TMPDIR/tree/examples/"
cd "$TEST_TMPDIR/tree/examples/go"
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
go test -count=1 -json ./... | python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
