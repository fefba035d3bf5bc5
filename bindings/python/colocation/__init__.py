"""colocation: plans the tasks of a Tekton pipeline into shared Pods.

  import pathlib
  import colocation

  try:
      plan = colocation.plan(pathlib.Path("pipeline.yaml"), policy="pipelinerun")
  except colocation.NeedsError as error:
      ...  # error.needs says what to fetch and to give
  except colocation.ColocationError as error:
      print(error)  # build.yaml:41:18: error: spec.tasks[3]...
  for pod in plan.pods:
      print(pod.name, pod.tasks)

Everything may be used from several threads at once; other threads run while the
library works. Nothing has to be released.
"""

from colocation import _library
from colocation._errors import (
    BadArgumentError,
    CannotShareError,
    ColocationError,
    InternalError,
    LimitError,
    NeedsError,
    RefusedError,
    format_diagnostic,
)
from colocation._messages import *  # noqa: F403  # all that it declares
from colocation._messages import __all__ as _messages
from colocation._plan import ParamValue, Plan, Source, Sources, plan, simulate, validate


def version() -> str:
    """The version of the C library, such as "1.2.3"."""
    found: bytes = _library.load().colo_version()
    return found.decode()


__all__ = [
    "BadArgumentError",
    "CannotShareError",
    "ColocationError",
    "InternalError",
    "LimitError",
    "NeedsError",
    "ParamValue",
    "Plan",
    "RefusedError",
    "Source",
    "Sources",
    "format_diagnostic",
    "plan",
    "simulate",
    "validate",
    "version",
]
__all__ += _messages
