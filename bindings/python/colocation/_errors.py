"""What is raised when there is no plan."""

from __future__ import annotations

import json
from typing import NoReturn

from colocation._messages import Diagnostic, Need, Report, Severity


def format_diagnostic(diagnostic: Diagnostic) -> str:
    """The diagnostic as a compiler would print it, on one line:
    build.yaml:4:7: error: spec.tasks[0].name: ... [code]; the hint follows on a
    line of its own."""
    parts = []
    position = diagnostic.position
    if position is not None:
        parts.append(f"{position.file}:{position.line}:{position.column}")
    elif diagnostic.origin is not None and diagnostic.origin.file:
        parts.append(diagnostic.origin.file)
    parts.append("warning" if diagnostic.severity == Severity.WARNING else "error")
    if diagnostic.path:
        parts.append(diagnostic.path)
    line = f"{': '.join(parts)}: {diagnostic.message} [{diagnostic.code}]"
    return f"{line}\n  hint: {diagnostic.hint}" if diagnostic.hint else line


class ColocationError(Exception):
    """There is no plan. `diagnostics` says why: each has a code, a message, a
    hint, the field's path, and the position in the text where there is one."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n".join(format_diagnostic(diagnostic) for diagnostic in self.diagnostics)

    @property
    def codes(self) -> list[str]:
        """The codes of the errors, in their order, each once."""
        return list(dict.fromkeys(each.code for each in self.diagnostics if each.severity == Severity.ERROR))


class RefusedError(ColocationError):
    """The objects are wrong."""


class NeedsError(ColocationError):
    """Something has to be given first: `needs` says what. Fetch it and ask again."""

    def __init__(self, diagnostics: list[Diagnostic], needs: list[Need]) -> None:
        super().__init__(diagnostics)
        self.args = (diagnostics, needs)
        self.needs = needs


class CannotShareError(ColocationError):
    """Valid, but what has to share a Pod can't."""


class LimitError(ColocationError):
    """A limit of the options is exceeded."""


class BadArgumentError(ColocationError, ValueError):
    """There is no such option, Pod or task, or a plan can't be read."""


class InternalError(ColocationError):
    """A fault of the library. Please report it."""


# By colo_status. 6 is COLO_NO_MEMORY.
_ERRORS: dict[int, type[ColocationError]] = {
    1: RefusedError,
    3: CannotShareError,
    4: LimitError,
    5: BadArgumentError,
}
_NEEDS, _NO_MEMORY = 2, 6


def throw(status: int, answer: bytes) -> NoReturn:
    """Raises what a status other than COLO_OK is; `answer` is the Report in JSON."""
    if status == _NO_MEMORY:
        raise MemoryError("colocation: no memory")
    report = Report.from_json(json.loads(answer or b"{}"))
    if status == _NEEDS:
        raise NeedsError(report.diagnostics, report.needs)
    raise _ERRORS.get(status, InternalError)(report.diagnostics)
