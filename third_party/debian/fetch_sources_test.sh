#!/usr/bin/env bash
# Sources are fetched where apt has downloaded nothing yet, leave apt as it was, and
# have the version that is installed.
set -euo pipefail

fail() { echo "$*" && exit 1; }

fetch=$PWD/third_party/debian/fetch_sources.sh
mkdir -p "$TEST_TMPDIR/lists/partial" "$TEST_TMPDIR/out" "$TEST_TMPDIR/other"
echo "Dir::State::Lists \"$TEST_TMPDIR/lists\";" >"$TEST_TMPDIR/apt.conf"
export APT_CONFIG=$TEST_TMPDIR/apt.conf
cd "$TEST_TMPDIR/out"
"$fetch" libyaml=libyaml-dev || fail "libyaml isn't fetched"
[[ -s libyaml/src/scanner.c && -d libyaml/debian ]] || fail "the source isn't whole"
[[ $(echo *) == libyaml ]] || fail "other files were left: $(echo *)"
left=$(find "$TEST_TMPDIR/lists" -type f)
[[ -z $left ]] || fail "lists were left: $left"
version=$(dpkg-query -W -f='${source:Upstream-Version}' libyaml-dev)
grep -q "^libyaml ($version-" libyaml/debian/changelog || fail "the source has another version than $version"

# One and the other don't belong together.
cd "$TEST_TMPDIR/other"
if said=$("$fetch" libyaml=libprotobuf-dev 2>&1); then fail "a source of another version is taken"; fi
grep -q "libprotobuf-dev is of version .*, the source of $version" <<<"$said" || fail "$said"
[[ ! -e libyaml ]] || fail "it was unpacked"
if said=$("$fetch" libyaml=no-such-package 2>&1); then fail "what isn't installed is taken"; fi
grep -q "no-such-package is not installed" <<<"$said" || fail "$said"
