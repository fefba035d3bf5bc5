#!/usr/bin/env bash
# The example in C plans the example in YAML, and says what is wrong with
# something else.
set -euo pipefail

fail() { echo "$*" && exit 1; }

plan=$(examples/c/plan examples/build-pipeline.yaml) || fail "not planned"
grep -q clone <<<"$plan" || fail "no plan: $plan"

echo "apiVersion: tekton.dev/v1" >broken.yaml
if report=$(examples/c/plan broken.yaml 2>&1); then fail "not refused"; fi
grep -q COLO_REFUSED <<<"$report" || fail "$report"
grep -q "^broken.yaml:1:1: error: " <<<"$report" || fail "$report"

code=0
examples/c/plan nowhere.yaml 2>/dev/null || code=$?
[[ $code == 2 ]] || fail "the exit code for wrong usage is 2"
