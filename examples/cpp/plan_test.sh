#!/usr/bin/env bash
# The example in C++ plans the example in YAML.
set -euo pipefail
found=$(examples/cpp/plan examples/build-pipeline.yaml)
expected="build-pod: clone lint build unit-test api-test storage-test browser-test report"
[[ $found == "$expected" ]] || { echo "$found"; exit 1; }
code=0
examples/cpp/plan nowhere.yaml 2>/dev/null || code=$?
[[ $code == 2 ]] || { echo "the exit code for wrong usage is $code"; exit 1; }
