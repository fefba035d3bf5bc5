#!/usr/bin/env bash
# Unpacks source packages of this Debian in the current folder, each as a folder
# of its name, with Debian's patches applied:
#
#   fetch_sources.sh SOURCE_PACKAGE=BINARY_PACKAGE...
#
# The upstream version is that of the binary package, which is installed: headers
# of one and code of the other fit together. The lists and settings of apt that
# the machine has stay as they are: what is needed beside them lives in a folder
# that goes away.
set -euo pipefail

fail() {
  echo "fetch_sources: $*" >&2
  exit 1
}

for command in apt-get dpkg-query dpkg-source; do
  command -v "$command" >/dev/null ||
    fail "no $command: sources are fetched on Debian and its like, with the package dpkg-dev"
done

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"

# mirrors [APT_OPTION...]: the machine's own, as lines that ask them for sources. Which
# are Debian's is in what apt downloaded of them.
mirrors() {
  apt-get "$@" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
    awk '($4 == "Debian" || $4 == "Ubuntu") && !seen[$1, $2, $3]++ {print "deb-src", $1, $2, $3}' >"$state/sources.list"
  [[ -s $state/sources.list ]]
}
if ! mirrors; then
  # Nothing was downloaded yet, or it was deleted, as in images of containers.
  mkdir -p "$state/binary/partial"
  apt-get -qq -o "Dir::State::Lists=$state/binary" -o APT::Sandbox::User=root update >"$state/log" 2>&1 || cat "$state/log" >&2
  mirrors -o "Dir::State::Lists=$state/binary" || fail "apt knows no repository of Debian"
fi

apt() {
  LC_ALL=C apt-get -qq -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache" -o Acquire::Languages=none \
    -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" </dev/null
}
apt update >"$state/log" 2>&1 || { cat "$state/log" >&2; fail "the lists of sources can't be had"; }

for pair in "$@"; do
  source=${pair%%=*}
  binary=${pair#*=}
  # Neither epoch nor Debian's own revision: a security update is the same code.
  upstream=$(dpkg-query -W -f='${source:Upstream-Version}' "$binary") || fail "$binary is not installed"
  mkdir "$state/$source"
  (cd "$state/$source" && apt source --download-only "$source") >"$state/log" 2>&1 ||
    { cat "$state/log" >&2; fail "the source of $source can't be had"; }
  description=$(echo "$state/$source"/*.dsc)
  version=$(sed -n 's/^Version: \([0-9]*:\)\?//p' "$description")
  [[ ${version%-*} == "$upstream" ]] ||
    fail "$binary is of version $upstream, the source of ${version%-*}: apt-get upgrade makes them the same"
  dpkg-source --no-check --no-copy --extract "$description" "$PWD/$source" >"$state/log" 2>&1 ||
    { cat "$state/log" >&2; fail "$description can't be unpacked"; }
done
