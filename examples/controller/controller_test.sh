#!/usr/bin/env bash
# The controller is formatted and passes its tests. Skipped where Go is older
# than client-go wants it.
set -euo pipefail
# shellcheck source=../../bindings/go/environment.sh
source bindings/go/environment.sh
report=$PWD/bindings/go/report.py
mkdir -p "$TEST_TMPDIR/tree/bindings" "$TEST_TMPDIR/tree/examples"
cp -RL bindings/go "$TEST_TMPDIR/tree/bindings/go"
cp -RL examples/controller "$TEST_TMPDIR/tree/examples/"
cd "$TEST_TMPDIR/tree/examples/controller"
if ! version=$(go list -m 2>&1); then
  echo "SKIPPED: this Go can't build it: $version"
  echo "<testsuite name='controller'><testcase name='controller'><skipped message='Go is older than in go.mod'/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
fi
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
go test -count=1 -json ./... | python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
