#!/usr/bin/env bash
# Installs the distribution packages that a purpose needs and that are missing.
#
#   tools/install-dependencies.sh [build] [run] [test]
#
#   build   to build the library and the colocate program
#   run     to run Pods with podman (colocate run)
#   test    to run every test; Go too, in the user's module cache, where none is as
#           new as the go.mod files want it
#
# Without arguments: all three. Root rights (sudo, where one isn't root) are
# used for apt-get alone, and only when a package is missing.
set -euo pipefail

declare -A packages=(
  [build]="bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto
    dpkg-dev g++ libabsl-dev libprotobuf-dev libssl-dev libyaml-dev pkg-config protobuf-compiler"
  [run]="podman crun catatonit uidmap"
  [test]="abigail-tools busybox-static cmake containerd containernetworking-plugins crun etcd-server
    iproute2 libbenchmark-dev libgmock-dev libgtest-dev mypy python3 python3-jsonschema
    python3-protobuf python3-pytest python3-venv python3-yaml"
)

# Those that are newer than the distribution's are often here already.
command -v chromium >/dev/null || packages[test]+=" chromium"
command -v node >/dev/null || packages[test]+=" nodejs"
command -v npm >/dev/null || packages[test]+=" npm"
if ! command -v go >/dev/null && [[ ! -x /usr/local/go/bin/go ]]; then
  packages[test]+=" golang-go"
fi

# What tells, on a distribution without dpkg, that a package's equivalent is
# there: commands, and modules of pkg-config.
commands="bazel g++ pkg-config protoc podman crun python3 cmake abidiff mypy containerd etcd ip go chromium node npm"
modules="absl_status gmock benchmark libcrypto protobuf yaml-0.1"

say() { echo "install-dependencies: $*" >&2; }

is_installed() {
  # dpkg-query fails when it knows none of the packages; it lists those it does.
  { dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
    awk '$2 == "installed" {print $1}'
}

# install_go has Go's own toolchain module downloaded, by whatever Go there is:
# that of Debian 12 is older than Kubernetes and Tekton want it.
install_go() {
  local tools root wanted go toolchain
  tools=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
  root=${tools%/*}
  wanted=$(sed -n 's/^go //p' "$root"/bindings/go/go.mod "$root"/controller/go.mod "$root"/examples/*/go.mod "$root"/tests/*/go.mod \
    "$root"/tests/parity/*/go.mod | sort -V | tail -n 1)
  "$tools/newest_go.py" "$wanted" >/dev/null 2>&1 && return
  go=$("$tools/newest_go.py")
  # Folders of the module cache are named so.
  toolchain=golang.org/toolchain@v0.0.1-go$wanted.linux-$("$go" env GOARCH)
  say "downloading Go $wanted"
  if ! (cd / && "$go" mod download "$toolchain" 2>/dev/null); then
    say "Go $wanted can't be had; the tests that need it are skipped"
    return
  fi
  # A module's files are not executable (cmd/go/internal/toolchain/select.go, Exec).
  toolchain=$("$go" env GOMODCACHE)/$toolchain
  chmod +x "$toolchain"/bin/* "$toolchain"/pkg/tool/*/*
}

wanted=()
with_go=
for purpose in "${@:-build run test}"; do
  for name in $purpose; do
    [[ $name != test ]] || with_go=yes
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
if [[ -z $missing ]]; then
  [[ ! $with_go ]] || install_go
  exit 0
fi
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
# apt waits while another one works. DPkg::Lock::Timeout is about one of apt's
# three locks.
apt() {
  local waited=
  until "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -qq -o DPkg::Lock::Timeout=600 "$@" \
    </dev/null >"$log" 2>&1; do
    grep -q "Could not get lock\|Unable to lock" "$log" || return 1
    [[ $waited ]] || say "waiting for another apt-get to end"
    waited=yes
    sleep 1
  done
}
# A failing update (one source of several is down) may still leave what we need.
apt update || say "apt-get update failed; trying with the lists that are here"
if ! apt install -y --no-install-recommends "$@"; then
  cat "$log" >&2
  say "apt-get could not install: $*"
  exit 1
fi
[[ ! $with_go ]] || install_go
