#!/usr/bin/env bash
# What the bindings have of the .proto files is up to date.
set -euo pipefail
# shellcheck source=go/environment.sh
source bindings/go/environment.sh
cd "$(dirname "$(readlink -f "$0")")"
mkdir -p "$TEST_TMPDIR/out/python/colocation" "$TEST_TMPDIR/out/go"
./generate.sh "$TEST_TMPDIR/out"
# The version of protoc is written into what it generates.
same() {
  diff -r -I '^// 	protoc  *v' "$TEST_TMPDIR/out/$1" "$1" || {
    echo "out of date; run bindings/generate.sh"
    exit 1
  }
}
same go/colocationv1
same python/colocation/_messages.py
