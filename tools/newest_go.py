#!/usr/bin/env python3
"""Finds the newest Go of this machine.

  newest_go.py [MAJOR.MINOR[.PATCH]]

Prints the path of its `go`; fails where there is none, or none as new as asked
for. A distribution's Go in /usr/bin is often older than one that stands
elsewhere: looked at are PATH, /usr/local/go, Debian's /usr/lib/go-*, and the
toolchains in Go's module cache (tools/install-dependencies.sh puts one there).
"""

import glob
import os
import pwd
import re
import shutil
import subprocess
import sys


def parse(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def _candidates() -> list[str]:
    # Bazel's tests have no HOME.
    home = os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    path = os.environ.get("GOPATH", os.path.join(home, "go")).split(os.pathsep)[0]
    modules = os.environ.get("GOMODCACHE", os.path.join(path, "pkg", "mod"))
    return [shutil.which("go") or "", "/usr/local/go/bin/go", *glob.glob("/usr/lib/go-*/bin/go"),
            *glob.glob(os.path.join(modules, "golang.org", "toolchain@*", "bin", "go"))]


def newest() -> tuple[str, tuple[int, ...]] | None:
    """The path and version of the newest Go; of equal ones, that in PATH."""
    found: tuple[str, tuple[int, ...]] | None = None
    for go in _candidates():
        if not os.access(go, os.X_OK):
            continue
        # Its own version, not that of a toolchain it would fetch.
        said = subprocess.run([go, "version"], env=dict(os.environ, GOTOOLCHAIN="local"), cwd="/",
                              capture_output=True, text=True, check=False).stdout
        version = re.search(r"\bgo(\d+(?:\.\d+)+)", said)
        if version and (found is None or parse(version.group(1)) > found[1]):
            found = go, parse(version.group(1))
    return found


def main() -> int:
    found = newest()
    if found is None:
        print("newest_go: there is no Go here; tools/install-dependencies.sh test installs one", file=sys.stderr)
        return 1
    go, version = found
    if len(sys.argv) > 1 and version < parse(sys.argv[1]):
        said = ".".join(map(str, version))
        print(f"newest_go: Go {sys.argv[1]} is needed, and {go} is {said}", file=sys.stderr)
        return 1
    print(go)
    return 0


if __name__ == "__main__":
    sys.exit(main())
