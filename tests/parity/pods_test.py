"""Kubernetes accepts every Pod that we render.

Usage: pods_test.py COLOCATE FILE...

Plans each file, and each of the corpus where that is there, as one Pod and as a
Pod for each task, and lets the API server's own code (pod_oracle/, a Go program
that is built here) validate the manifests. Parameters without a default get a
value. What can't be planned alone (a Task that is elsewhere, an image whose
entrypoint is unknown) is left out, and counted.

Skipped, with the reason, where there is no Go as new as pod_oracle/go.mod says,
or where its modules can't be had.
"""

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import xml.sax.saxutils

import compare
import parity
import verdicts
from cases import Case

_HERE = os.path.dirname(os.path.realpath(__file__))
_ORACLE = os.path.join(_HERE, "pod_oracle")
_POLICIES = ("pipelinerun", "isolated")
# Of a corpus at least so many plans must come about, so that the test can't
# pass by refusing all.
_LEAST_FROM_CORPUS = 300


class Skip(Exception):
    pass


def go_program() -> str:
    with open(os.path.join(_ORACLE, "go.mod"), encoding="utf-8") as file:
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


def build_oracle(folder: str) -> str:
    go = go_program()
    # Bazel's tests have no home directory, where Go keeps settings and modules.
    environment = dict(os.environ, HOME=pwd.getpwuid(os.getuid()).pw_dir)
    had = subprocess.run([go, "mod", "download"], cwd=_ORACLE, env=environment, capture_output=True, text=True,
                         check=False)
    if had.returncode:
        raise Skip("Go modules can't be had: " + (had.stderr.strip().splitlines() or ["no reason given"])[-1])
    program = os.path.join(folder, "pod_oracle")
    subprocess.run([go, "build", "-o", program, "."], cwd=_ORACLE, env=environment, check=True)
    return program


def inputs(files):
    yield from files
    corpus = parity.find_corpus()
    for folder, folders, names in os.walk(corpus) if corpus else ():
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


def render(colocate: str, path: str, policy: str):
    """The manifests, or None where the file can't be planned by itself."""
    command = [colocate, "render", path, "--controlled", "--policy=" + policy, "--diagnostics=json"]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0:
            return done.stdout
        if done.returncode != 1:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
        for diagnostic in json.loads(done.stderr)["diagnostics"]:
            if diagnostic["code"] == "missing-param":
                for name in re.findall(r'"([^"]+)"', diagnostic["message"]):
                    command += ["--param", name + "=x"]
    return None


def test(colocate: str, files) -> str:
    with tempfile.TemporaryDirectory() as folder:
        oracle = build_oracle(folder)
        manifests, left_out = [], 0
        for path in inputs(files):
            for policy in _POLICIES:
                text = render(colocate, path, policy)
                if text is None:
                    assert path not in files, f"{path} can't be planned with --policy={policy}"
                    left_out += 1
                else:
                    manifests.append((f"{path} --policy={policy}", text))
        group = [Case(id=str(number), text=text) for number, (_, text) in enumerate(manifests)]
        pods, faults = 0, []
        for (name, _), answer in zip(manifests, verdicts.run([oracle], group)):
            for pod in compare.parse_answer(answer)["pods"]:
                pods += 1
                faults += [f"{name}: {pod['name']}: {error['path']}: {error['message']}"
                           for error in pod.get("errors", ())]
        assert not faults, "\n".join(faults)
        if parity.find_corpus():
            assert len(manifests) >= _LEAST_FROM_CORPUS, f"only {len(manifests)} plans"
        return f"{pods} Pods of {len(manifests)} plans accepted, {left_out} inputs left out"


def report(element: str) -> None:
    path = os.environ.get("XML_OUTPUT_FILE")
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write('<testsuites><testsuite name="pods"><testcase name="KubernetesAcceptsEveryPod">'
                       f"{element}</testcase></testsuite></testsuites>\n")


def main() -> int:
    try:
        print(test(sys.argv[1], sys.argv[2:]))
        report("")
    except Skip as skip:
        print(f"SKIPPED: {skip}")
        report(f"<skipped message={xml.sax.saxutils.quoteattr(str(skip))}/>")
    except AssertionError as failure:
        print(failure, file=sys.stderr)
        report(f"<failure message={xml.sax.saxutils.quoteattr(str(failure))}/>")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
