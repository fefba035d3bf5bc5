#!/usr/bin/env bash
# Runs the tests of this module. Arguments are flags of the tests.
set -euo pipefail
HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
export HOME
go=$(tools/newest_go.py) || exit 1
export PATH=${go%/*}:$PATH GOFLAGS="-mod=readonly -buildvcs=false" GOWORK=off
report=$PWD/bindings/go/report.py
tree=${TEST_TMPDIR:=$(mktemp -d)}/tree
mkdir -p "$tree/tests"
cp -RL controller colocation "$tree/"
cp -RL tests/deploy "$tree/tests/"
cd "$tree/tests/deploy"
if ! said=$(go list -m 2>&1); then
  echo "SKIPPED: this Go can't build it: $said"
  echo "<testsuite name='deploy'><testcase name='deploy'><skipped message='Go is older than in go.mod'/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
fi
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
go test -count=1 -json . "$@" | python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
