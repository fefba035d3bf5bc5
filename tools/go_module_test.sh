#!/usr/bin/env bash
# go_module_test.sh FOLDER: a Go module of this tree is formatted, `go vet` finds
# nothing, and its tests pass. Skipped where Go is older than the module wants it.
set -euo pipefail
# shellcheck source=../bindings/go/environment.sh
source bindings/go/environment.sh
report=$PWD/bindings/go/report.py
module=$1
mkdir -p "$TEST_TMPDIR/tree/bindings" "$TEST_TMPDIR/tree/${module%/*}"
cp -RL bindings/go "$TEST_TMPDIR/tree/bindings/go"
cp -RLT "$module" "$TEST_TMPDIR/tree/$module"
cd "$TEST_TMPDIR/tree/$module"
if ! version=$(go list -m 2>&1); then
  echo "SKIPPED: this Go can't build it: $version"
  echo "<testsuite name='$module'><testcase name='$module'><skipped message='Go is older than in go.mod'/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
fi
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
go test -count=1 -json ./... | python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
