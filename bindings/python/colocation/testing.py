"""Assertions about plans, for the tests of other projects.

  import pathlib
  import colocation
  from colocation.testing import assert_share_pod, assert_waits_for

  def test_build_and_test_share_files():
      plan = colocation.plan(pathlib.Path("pipeline.yaml"))
      assert_share_pod(plan, "build", "test")
      assert_waits_for(plan, "deploy", "build")

They raise AssertionError and need no test framework.
"""

from __future__ import annotations

import difflib
import os
import pathlib

from colocation._plan import Plan

__all__ = [
    "assert_golden",
    "assert_may_overlap",
    "assert_separate_pods",
    "assert_share_pod",
    "assert_waits_for",
]

# pytest shows the line of the test, not of this file.
__tracebackhide__ = True


def _where(plan: Plan, task: str) -> str:
    planned = plan.task(task)
    return f"{task} is in Pod {planned.pod}" if planned.pod else f"{task} is in no Pod ({planned.placement.name.lower()})"


def _fail(plan: Plan, message: str) -> None:
    __tracebackhide__ = True
    raise AssertionError(f"{message}\n\n{plan.explain()}")


def assert_share_pod(plan: Plan, *tasks: str) -> None:
    """All these tasks run in one Pod."""
    __tracebackhide__ = True
    if not plan.share_pod(*tasks):
        _fail(plan, "they don't share a Pod: " + "; ".join(_where(plan, task) for task in tasks))


def assert_separate_pods(plan: Plan, *tasks: str) -> None:
    """No two of these tasks run in one Pod."""
    __tracebackhide__ = True
    for index, task in enumerate(tasks):
        for other in tasks[:index]:
            if plan.share_pod(task, other):
                _fail(plan, f"{other} and {task} share the Pod {plan.task(task).pod}")


def assert_waits_for(plan: Plan, task: str, other: str) -> None:
    """`task` starts only after `other` has ended."""
    __tracebackhide__ = True
    if not plan.waits_for(task, other):
        waits = plan.task(task).wait_for
        _fail(plan, f"{task} doesn't wait for {other}; it waits for {', '.join(waits) or 'nothing'}")


def assert_may_overlap(plan: Plan, task: str, other: str) -> None:
    """Neither of the two waits for the other."""
    __tracebackhide__ = True
    for later, earlier in ((task, other), (other, task)):
        if plan.waits_for(later, earlier):
            _fail(plan, f"{later} waits for {earlier}")


def assert_golden(actual: Plan | str, path: str | os.PathLike[str]) -> None:
    """`actual` is what the file at `path` holds: a plan's description
    (Plan.describe), or any text, such as Plan.manifests_yaml().

    With COLOCATION_UPDATE_GOLDEN=1 in the environment the file is written
    instead; look at the difference before you commit it."""
    __tracebackhide__ = True
    text = actual.describe() if isinstance(actual, Plan) else actual
    file = pathlib.Path(path)
    if os.environ.get("COLOCATION_UPDATE_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return
    if not file.exists():
        raise AssertionError(f"there is no {file}; COLOCATION_UPDATE_GOLDEN=1 writes it")
    golden = file.read_text(encoding="utf-8")
    if text != golden:
        difference = difflib.unified_diff(
            golden.splitlines(), text.splitlines(), str(file), "actual", lineterm=""
        )
        raise AssertionError("\n".join(["not as in the golden file; COLOCATION_UPDATE_GOLDEN=1 writes it", *difference]))
