#!/usr/bin/env bash
# The project in examples/embed, copied out of the tree, builds colocation from
# source as an external repository of Bazel, and passes its test.
#
#   tests/embed/bazel_test.sh [BAZEL_OPTIONS...]
#
# Not a test of Bazel's, which would build within a build; ./test.sh runs it by
# itself. What was built is kept for the next time in the user's cache.
set -euo pipefail
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/colocation-embed
copy=$cache/embed
mkdir -p "$cache"
rm -rf "$copy"
cp -R "$root/examples/embed" "$copy"
cd "$copy"
sed -i "s|\"../..\"|\"$root\"|" WORKSPACE
bazel --output_base="$cache/output" --max_idle_secs=5 test \
  --disk_cache="$cache/disk" --noshow_progress --test_output=errors "$@" //...
