#!/usr/bin/env bash
# Runs the tests of this module (main_test.go), which build the programs that
# they need. Arguments are those of `go test`, and flags of the tests:
#
#   bazel test --config=opt //tests/cluster:tekton_and_chaos_test --test_arg=-run=TestTekton --test_arg=-examples
set -euo pipefail
# shellcheck source=../../bindings/go/environment.sh
source bindings/go/environment.sh
report=$PWD/bindings/go/report.py
export COLOCATION_LAUNCHER=$PWD/launcher/launcher
# This test's own sources, without Bazel's links.
tree=$TEST_TMPDIR/tree
mkdir -p "$tree/bindings" "$tree/examples" "$tree/tests/parity" "$tree/tests/e2e"
cp -RL bindings/go "$tree/bindings/go"
cp -RL controller "$tree/"
cp -RL tests/cluster "$tree/tests/"
cp -RL tests/parity/tekton_oracle "$tree/tests/parity/"
cp -L tests/e2e/semantics_test.cc "$tree/tests/e2e/"
cp -L examples/build-pipeline.yaml "$tree/examples/"
cd "$tree/tests/cluster"
if ! said=$(go list -m 2>&1); then
  echo "SKIPPED: no cluster can run here: $said"
  echo "<testsuite name='cluster'><testcase name='cluster'><skipped message='Go is older than in go.mod'/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
fi
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted"; exit 1; }
go vet ./...
go test -count=1 -timeout=40m -json . "$@" | python3 "$report" "${XML_OUTPUT_FILE:-/dev/null}"
