#!/usr/bin/env bash
# Runs pytest over files, with the package beside them and the library that Bazel
# built. Every case is one in the report.
set -euo pipefail
export COLOCATION_LIBRARY=$PWD/capi/libcolocation.so.1
export PYTHONPATH=$PWD/bindings/python PYTHONDONTWRITEBYTECODE=1
exec python3 -m pytest -q -p no:cacheprovider \
  --junitxml="${XML_OUTPUT_FILE:-/dev/null}" "$@"
