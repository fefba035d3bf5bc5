#!/usr/bin/env bash
# Writes what the bindings have of the .proto files: run it after a change to
# those. A test of each says when that was forgotten.
#
#   bindings/generate.sh [DIRECTORY]   default: the bindings themselves
#
# The files are checked in because `go get` takes a module as it is in the
# repository, and a wheel is built without protoc. Needs protoc, python3-protobuf
# and Go.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
out=${1:-$here}
cd "$here/../proto"

generate_python() {
  # The Python that the package python3-protobuf is for.
  /usr/bin/python3 "$here/python/generate_messages.py" . \
    "$out/python/colocation/_messages.py"
}

generate_go() {
  local module plugin flags=()
  module=$(sed -n 's/^module //p' "$here/go/go.mod")
  plugin=$(mktemp -d)
  # Of the same version as the library that the generated code is for.
  (cd "$here/go" &&
    go build -o "$plugin/" google.golang.org/protobuf/cmd/protoc-gen-go)
  for proto in colocation/v1/*.proto; do
    flags+=("--go_opt=M$proto=$module/colocationv1;colocationv1")
  done
  PATH=$plugin:$PATH protoc -I . --go_out="$out/go" \
    --go_opt="module=$module" "${flags[@]}" colocation/v1/*.proto
  rm -rf "$plugin"
}

generate_python
generate_go
