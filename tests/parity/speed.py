#!/usr/bin/env python3
"""How much faster we are than Tekton's own code, on one generated pipeline.

  bazel build --config=opt //tests/parity:speed
  tests/parity/speed.py bazel-bin/tests/parity/speed [TASKS]

Reading, defaults, validation and the graph of dependencies, which both do in one
process from the same bytes. The two take turns, so that what else the machine
does hits both; of each part the best round counts. Builds tekton_oracle/.
"""

import os
import subprocess
import sys
import tempfile
from typing import Dict, List

import go_program

_ROUNDS = 3


def took(command: List[str]) -> Dict[str, int]:
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name: int(ns) for name, ns in (line.split() for line in said.splitlines())}


def main(program: str, tasks: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        oracle = go_program.build("tekton_oracle", folder)
        path = os.path.join(folder, "pipeline.yaml")
        subprocess.run([program, "--write=" + path, tasks], check=True)
        ours: Dict[str, int] = {}
        theirs: Dict[str, int] = {}
        for _ in range(_ROUNDS):
            for best, command in ((ours, [program, path]), (theirs, [oracle, "--bench=" + path])):
                for part, ns in took(command).items():
                    best[part] = min(ns, best.get(part, ns))
        print(f"{tasks} tasks, {os.path.getsize(path) / 1e6:.1f} MB")
        theirs["validate"] += theirs.pop("defaults")
        for part in ("decode", "validate", "graph"):
            print(f"{part}: Tekton {theirs[part] / 1e6:.0f} ms, ours {ours[part] / 1e6:.0f} ms, {theirs[part] / ours[part]:.1f} times faster")
        whole = sum(theirs.values()), sum(ours.values())
        print(f"all: Tekton {whole[0] / 1e6:.0f} ms, ours {whole[1] / 1e6:.0f} ms, {whole[0] / whole[1]:.1f} times faster")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "20000"))
