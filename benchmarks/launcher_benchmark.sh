#!/usr/bin/env bash
# The launcher beside Tekton's entrypoint (launcher_measurements.cc), which is
# built here from the module that tests/parity pins: minutes the first time, and
# it needs the network then.
#
#   bazel run --config=opt //benchmarks:launcher_benchmark [-- FLAGS]
#
# FLAGS are those of launcher_measurements, and --no-tekton.
set -euo pipefail

flags=()
tekton=yes
for flag in "$@"; do
  if [[ $flag == --no-tekton ]]; then tekton=; else flags+=("$flag"); fi
done
if [[ $tekton ]]; then
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  # Static and stripped, as it has to run in any image.
  CGO_ENABLED=0 GOFLAGS="-trimpath '-ldflags=-s -w'" python3 - "$directory" <<'PYTHON'
import sys

sys.path.insert(0, "tests/parity")
import go_program

try:
    go_program.build("tekton_oracle", sys.argv[1], "github.com/tektoncd/pipeline/cmd/entrypoint")
except go_program.Skip as skip:
    sys.exit(f"{skip}\nwith --no-tekton the launcher is measured alone")
PYTHON
  flags+=("--tekton=$directory/tekton_oracle")
fi
benchmarks/launcher_measurements "${flags[@]}"
