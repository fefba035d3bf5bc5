#!/usr/bin/env bash
# The library's binary interface is the one described in colocation.abi.
#
# After a function was added (only then):
#   bazel build //capi:libcolocation_with_types.so
#   capi/abi_test.sh bazel-bin/capi/libcolocation_with_types.so \
#     capi/colocation.h capi/colocation.abi --update
set -euo pipefail
library=$1
header=$2
description=$3

current=$(mktemp)
trap 'rm -f "$current"' EXIT
# What the header has, and no file, folder or machine that is this one's.
abidw --header-file "$header" --drop-private-types --no-corpus-path \
  --no-show-locs --no-comp-dir-path --no-elf-needed --short-locs \
  --exported-interfaces-only --no-architecture \
  --out-file "$current" "$library"

if [[ ${4:-} == --update ]]; then
  mv "$current" "$description"
  chmod 644 "$description"
  trap - EXIT
  exit
fi

# https://sourceware.org/libabigail/manual/abidiff.html, return values.
changed=4
incompatible=8
code=0
abidiff "$description" "$current" || code=$?
if ((code & incompatible)); then
  echo "programs that were built before would break; this may not be (colocation.h, 7)"
elif ((code & changed)); then
  echo "the interface changed: added to? then update $description (how: abi_test.sh)"
elif ((code == 0)); then
  # And the other way round: this test can tell.
  grep -q "name='colo_plan'" "$current" || { echo "the description is empty"; exit 1; }
  exit 0
fi
exit 1
