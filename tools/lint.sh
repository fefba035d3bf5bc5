#!/usr/bin/env bash
# Style of C++ files: clang-format says whether they are formatted, clang-tidy
# finds faults.
#
#   tools/lint.sh            the files that differ from the main branch
#   tools/lint.sh FILE...    these
#
# Needs the packages clang-format and clang-tidy, and a build (./colocate) for
# the generated headers.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

if [[ $# == 0 ]]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d \
    "$(git merge-base HEAD main)" -- '*.cc' '*.h')
  set -- "${files[@]}"
fi
[[ $# == 0 ]] && exit 0

clang-format --dry-run --Werror "$@"

sources=()
for file in "$@"; do
  # Headers are looked at through the sources that include them, and tests are
  # mostly GoogleTest's macros.
  [[ $file == *.cc && $file != *_test.cc ]] && sources+=("$file")
done
[[ ${#sources[@]} == 0 ]] && exit 0
includes=(-I. -Ibazel-opt-bin)
for directory in bazel-opt-bin/proto/colocation/v1/_virtual_includes/*; do
  includes+=("-I$directory")
done
clang-tidy --quiet "${sources[@]}" -- -std=c++20 "${includes[@]}" 2> >(
  grep -v 'warnings generated' >&2
)
