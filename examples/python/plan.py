"""Plans the Tekton objects in files, and prints which tasks share a Pod.

  python3 plan.py FILE...
"""

import pathlib
import sys

import colocation


def shared_pods(plan: colocation.Plan) -> str:
    """A line for each Pod: "build-pod: clone build test"."""
    return "\n".join(f"{pod.name}: {' '.join(pod.tasks)}" for pod in plan.pods)


def main(paths: list[str]) -> int:
    try:
        plan = colocation.plan([pathlib.Path(path) for path in paths])
    except colocation.ColocationError as error:
        print(error, file=sys.stderr)
        return 1
    print(shared_pods(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
