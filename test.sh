#!/usr/bin/env bash
# Runs every test, on a machine where nothing has been prepared:
#
#   ./test.sh              every test
#   ./test.sh //cli/...    those of some Bazel target patterns
#
# Three times over: as people run it (opt), with address and undefined-behaviour
# sanitizers (asan), and with the thread sanitizer where there are threads
# (tsan). Without patterns, also as a project builds it that embeds it (embed).
# Ends with what was skipped and why, what failed, and as last line "N passed, N
# failed" (", N skipped" where there are any); fails if a test did.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" || exit 1

tools/install-dependencies.sh || exit 1

events=$(mktemp -d)
trap 'rm -rf "$events"' EXIT
patterns=("${@:-//...}")

# run NAME BAZEL_ARGUMENTS...: tests with --config=NAME. What Bazel says about it
# goes to a file of its own, which the summary reads.
run() {
  local name=$1
  shift
  echo "== $name"
  bazel test --config="$name" --keep_going --build_tests_only \
    --test_summary=terse --build_event_json_file="$events/$name.json" \
    "$@" -- "${patterns[@]}"
  # Even a Bazel that never got as far as writing the file is to be accounted for.
  echo "$?" >"$events/$name.exit"
}

run opt
run asan --test_tag_filters=-podman,-noasan
run tsan --test_tag_filters=threads
if [[ $# == 0 ]]; then
  echo "== embed"
  tests/embed/bazel_test.sh --build_event_json_file="$events/embed.json"
  echo "$?" >"$events/embed.exit"
fi

python3 tools/summarize_tests.py "$events"
