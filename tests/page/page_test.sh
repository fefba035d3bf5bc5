#!/usr/bin/env bash
# Runs a test of the page's program with the packages that its lock file pins.
#
#   page_test.sh TEST PAGE_FOLDER ARGUMENTS...
#
# TEST is a file of node:test. The packages are kept in the user's cache.
set -euo pipefail
test=$(readlink -f "$1")
page=$(readlink -f "$2/package.json")
page=${page%/*}
shift 2

skip() {
  echo "SKIPPED: $1"
  echo "<testsuite name='page'><testcase name='$(basename "$test")'><skipped message='$1'/></testcase></testsuite>" \
    >"${XML_OUTPUT_FILE:-/dev/null}"
  exit 0
}

command -v node >/dev/null || skip "there is no Node.js here"
command -v npm >/dev/null || skip "there is no npm here"
browser=
for name in chromium chromium-browser google-chrome; do
  browser=${browser:-$(command -v "$name" || true)}
done
[[ $browser || $test != */page_test.mjs ]] || skip "there is no Chromium here"
# Bazel's tests have no HOME, which has npm's settings.
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
lock=$(sha256sum "$page/package-lock.json" | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/colocation-page/$lock
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
if [[ ! -e $folder/complete ]]; then
  cp "$page/package.json" "$page/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || {
    cat "$folder/npm.log"
    skip "npm could not get the packages"
  }
  touch "$folder/complete"
fi
flock -u 9

export BROWSER=$browser PAGE=$page PACKAGES=$folder/node_modules
report=()
if [[ $(node --version) != v18.* ]]; then
  report=(--test-reporter=spec --test-reporter-destination=stdout
    --test-reporter=junit --test-reporter-destination="${XML_OUTPUT_FILE:-/dev/null}")
fi
exec node "${report[@]}" "$test" "$@"
