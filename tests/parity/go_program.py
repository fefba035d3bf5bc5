"""Builds the Go programs that judge with Kubernetes' and Tekton's own code.

Skip says why where that can't be done: no Go as new as their go.mod wants, or
their modules can't be had.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
import xml.sax.saxutils

_HERE = os.path.dirname(os.path.realpath(__file__))


class Skip(Exception):
    pass


def _go(folder: str) -> str:
    with open(os.path.join(folder, "go.mod"), encoding="utf-8") as file:
        wanted = re.search(r"^go (\d+)\.(\d+)", file.read(), re.MULTILINE)
    found = []
    for go in (shutil.which("go"), "/usr/local/go/bin/go"):
        if not go or not os.access(go, os.X_OK):
            continue
        said = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"go(\d+)\.(\d+)", said)
        if version and tuple(map(int, version.groups())) >= tuple(map(int, wanted.groups())):
            return go
        found.append(said.strip() or go)
    raise Skip(f"needs Go {wanted.group(1)}.{wanted.group(2)}, found {', '.join(found) or 'none'}")


def build(name: str, into: str, package: str = ".") -> str:
    """The program of tests/parity/NAME, built into a folder; or of another package of the modules it has."""
    source = os.path.join(_HERE, name)
    go = _go(source)
    # Bazel's tests have no home directory, where Go keeps settings, modules and
    # what it has compiled.
    environment = dict(os.environ, HOME=pwd.getpwuid(os.getuid()).pw_dir)
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
