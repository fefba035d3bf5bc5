"""Builds the Go programs that judge with Kubernetes' and Tekton's own code.

Skip says why where that can't be done: no Go as new as their go.mod wants, or
their modules can't be had.
"""

import os
import pwd
import re
import subprocess
import sys
import xml.sax.saxutils

_HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(_HERE, "..", "..", "tools"))
import newest_go  # noqa: E402


class Skip(Exception):
    pass


def _go(folder: str) -> str:
    with open(os.path.join(folder, "go.mod"), encoding="utf-8") as file:
        wanted = re.search(r"^go (\S+)", file.read(), re.MULTILINE).group(1)
    found = newest_go.newest()
    if found is None:
        raise Skip("there is no Go here")
    go, version = found
    if version < newest_go.parse(wanted):
        raise Skip(f"needs Go {wanted}, the newest here is {'.'.join(map(str, version))}")
    return go


def _environment() -> dict:
    # Bazel's tests have no home directory, where Go keeps settings, modules and
    # what it has compiled.
    return dict(os.environ, HOME=pwd.getpwuid(os.getuid()).pw_dir)


def module_folder(name: str, module: str) -> str:
    """Where the sources are of a module that the program tests/parity/NAME, once built, is made with."""
    source = os.path.join(_HERE, name)
    said = subprocess.run([_go(source), "list", "-m", "-f", "{{.Dir}}", module], cwd=source, env=_environment(),
                          capture_output=True, text=True, check=True)
    return said.stdout.strip()


def build(name: str, into: str, package: str = ".") -> str:
    """The program of tests/parity/NAME, built into a folder; or of another package of the modules it has."""
    source = os.path.join(_HERE, name)
    go = _go(source)
    environment = _environment()
    had = subprocess.run([go, "mod", "download"], cwd=source, env=environment, capture_output=True, text=True,
                         check=False)
    if had.returncode:
        raise Skip("Go modules can't be had: " + (had.stderr.strip().splitlines() or ["no reason given"])[-1])
    program = os.path.join(into, name)
    subprocess.run([go, "build", "-o", program, package], cwd=source, env=environment, check=True)
    return program


def skipped(reason: str) -> str:
    return f"<skipped message={xml.sax.saxutils.quoteattr(reason)}/>"


def report(suite: str, case: str, element: str) -> None:
    """The result for Bazel, in which a skip shows."""
    path = os.environ.get("XML_OUTPUT_FILE")
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<testsuites><testsuite name="{suite}"><testcase name="{case}">'
                       f"{element}</testcase></testsuite></testsuites>\n")


def main(suite: str, case: str, test) -> int:
    """Runs the test, which returns what it found or asserts."""
    try:
        print(test())
        report(suite, case, "")
    except Skip as skip:
        print(f"SKIPPED: {skip}")
        report(suite, case, skipped(str(skip)))
    except AssertionError as failure:
        print(failure, file=sys.stderr)
        report(suite, case, f"<failure message={xml.sax.saxutils.quoteattr(str(failure))}/>")
        return 1
    return 0
