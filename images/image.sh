#!/usr/bin/env bash
# Writes the image of one of this project's programs, without a container engine:
#
#   bazel run --config=opt //images:controller -- [NAME[:TAG]] [--push] >FILE
#   bazel run --config=opt //images:cli -- ...
#   bazel run --config=opt //images:launcher -- [NAME[:TAG]] >FILE
#
# FILE is an archive that podman, docker, skopeo, crane and ctr read; --push puts
# the image into its registry instead. The same sources on the same distribution
# give the same bytes. That of the launcher is what `colocate launcher-image`
# writes.
set -euo pipefail

usage() {
  echo "usage: bazel run --config=opt //images:launcher|controller|cli -- [NAME[:TAG]] [--push] >FILE" >&2
  exit 2
}

which=$1
shift
name=ghcr.io/colocation/$which
[[ $which != cli ]] || name=ghcr.io/colocation/colocate
options=()
for argument in "$@"; do
  case $argument in
    --push) options+=(--push) ;;
    -*) usage ;;
    *) name=$argument ;;
  esac
done
[[ ${#options[@]} != 0 || ! -t 1 ]] || usage

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TEST_TMPDIR=$work
# shellcheck source=../bindings/go/environment.sh
source bindings/go/environment.sh
if [[ $which == launcher ]]; then
  [[ ${#options[@]} == 0 ]] || usage
  "$work/prefix/bin/colocate" launcher-image "$name"
  exit
fi
# What Go has in its cache may say where the library was the last time.
export LIBRARY_PATH=$work/prefix/lib
mkdir -p "$work/tree/bindings"
cp -RL bindings/go "$work/tree/bindings/go"
cp -RL controller images "$work/tree/"
version=$(pkg-config --modversion colocation)
write=("$work/images" --name="$name" --version="$version" --licence="$work/prefix/share/doc/colocation/copyright" "${options[@]}")
(cd "$work/tree/images" && go build -o "$work/images" .)

case $which in
  controller)
    # No path of this machine is in it, and names and accounts are looked up by Go,
    # not by plug-ins of the C library.
    (cd "$work/tree/controller" && go build -trimpath -tags=netgo,osusergo -ldflags="-s -w -buildid=" -o "$work/controller" .)
    "${write[@]}" --program="$work/controller=/controller" --shared --certificates --title="controller of colocation"
    ;;
  cli)
    "${write[@]}" --program="$work/prefix/bin/colocate=/colocate" --shared --title="colocate, the command line of colocation"
    ;;
  *) usage ;;
esac
