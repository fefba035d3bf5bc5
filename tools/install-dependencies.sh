#!/usr/bin/env bash
# Installs the distribution packages that a purpose needs and that are missing.
#
#   tools/install-dependencies.sh [build] [run] [test]
#
#   build   to build the library and the colocate program
#   run     to run Pods with podman (colocate run)
#   test    to run every test
#
# Without arguments: all three. Root rights (sudo, where one isn't root) are
# used for apt-get alone, and only when a package is missing.
set -euo pipefail

declare -A packages=(
  [build]="bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto
    g++ libabsl-dev libprotobuf-dev libyaml-dev pkg-config protobuf-compiler"
  [run]="podman crun catatonit uidmap"
  [test]="abigail-tools busybox-static cmake etcd-server libbenchmark-dev libgmock-dev
    libgtest-dev mypy python3 python3-protobuf python3-pytest python3-venv"
)

# Any Go from 1.19 on will do, and one that is newer than the distribution's is
# often here already.
if ! command -v go >/dev/null && [[ ! -x /usr/local/go/bin/go ]]; then
  packages[test]+=" golang-go"
fi

# What tells, on a distribution without dpkg, that a package's equivalent is
# there: commands, and modules of pkg-config.
commands="bazel g++ pkg-config protoc podman crun python3 cmake abidiff mypy"
modules="absl_status gmock benchmark protobuf yaml-0.1"

say() { echo "install-dependencies: $*" >&2; }

is_installed() {
  # dpkg-query fails when it knows none of the packages; it lists those it does.
  { dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
    awk '$2 == "installed" {print $1}'
}

wanted=()
for purpose in "${@:-build run test}"; do
  for name in $purpose; do
    if [[ -z ${packages[$name]:-} ]]; then
      say "no such purpose: $name (there are: build, run, test)"
      exit 2
    fi
    # shellcheck disable=SC2206  # the lists are lists of words
    wanted+=(${packages[$name]})
  done
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  missing=()
  for name in $commands; do
    command -v "$name" >/dev/null || missing+=("$name")
  done
  for name in $modules; do
    pkg-config --exists "$name" 2>/dev/null || missing+=("$name.pc")
  done
  [[ ${#missing[@]} == 0 ]] && exit 0
  say "this is not a Debian or Ubuntu system, so nothing was installed."
  say "not found here: ${missing[*]}"
  say "Debian's names of the packages: ${wanted[*]}"
  exit 1
fi

missing=$(printf '%s\n' "${wanted[@]}" | sort -u |
  comm -23 - <(is_installed "${wanted[@]}" | sort -u))
[[ -z $missing ]] && exit 0
# shellcheck disable=SC2086  # one word per package
set -- $missing

as_root=()
if [[ $(id -u) != 0 ]]; then
  if ! command -v sudo >/dev/null; then
    say "root rights are needed to install: $*"
    say "run as root: apt-get install --no-install-recommends $*"
    exit 1
  fi
  as_root=(sudo)
fi

say "installing with apt-get: $*"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" \
    </dev/null >>"$log" 2>&1
}
# A failing update (one source of several is down) may still leave what we need.
apt update || say "apt-get update failed; trying with the lists that are here"
if ! apt install -y --no-install-recommends "$@"; then
  cat "$log" >&2
  say "apt-get could not install: $*"
  exit 1
fi
