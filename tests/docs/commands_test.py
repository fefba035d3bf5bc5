#!/usr/bin/env python3
"""The commands in the pages do what the pages say; links and named tests exist.

Usage: commands_test.py COLOCATE

Every line of every block ```sh is run, in a folder that has what the pages speak
of: the examples, and the files of tests/docs/files. It has to succeed. A block
without a language right after one of commands is what the first of them prints.
What isn't run here is listed with the reason, and a listed line that no page has
is a fault as well.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

# Begin of the line: who else runs it, or why nobody does.
_NOT_RUN = {
    "./test.sh": "this is one of its tests",
    "bazel ": "builds and tests: what ./test.sh does",
    "./colocate run examples/build-pipeline.yaml": "needs podman: //tests/e2e:colocate_run_test",
    "./colocate launcher-image": "has the launcher only where ./colocate builds it: //cli:colocate_test",
    "colocate run pipeline.yaml tasks/ --param": "needs podman: //tests/e2e:colocate_run_test",
    "colocate run pipeline.yaml tasks/ --only": "needs podman: //tests/e2e:colocate_run_test",
    "colocate simulate FOLDER": "FOLDER stands for one of the examples: //tests/simulate",
    "export PKG_CONFIG_PATH": "needs what is installed: //packaging:install_test",
    "cc ": "needs what is installed: //packaging:install_test",
    "cmake ": "needs what is installed: //packaging:install_test",
    "go test": "//bindings/go:go_test",
    "go run .": "needs a cluster: //examples/controller:controller_test has one in memory",
    "R=": "the name of a registry, for the lines after it",
    "podman load": "needs a registry: //images:images_test looks into the images",
    "skopeo copy": "needs a registry: //images:images_test looks into the images",
    "sed \"s#ghcr.io": "needs a cluster: //tests/deploy checks the manifests",
    "kubectl apply -k": "needs a cluster: //tests/deploy checks the manifests",
    "helm install": "needs a cluster: //tests/deploy checks the chart",
    "kubectl rollout": "needs a cluster",
    "kubectl create -f hello.yaml": "needs a cluster",
    "kubectl get": "needs a cluster",
    "kubectl delete": "needs a cluster",
    "pip install": "//bindings/python",
    "tests/parity/": "takes minutes and Tekton's modules: //tests/parity",
    "(cd tests/parity/": "takes minutes and Kubernetes' modules: //tests/parity:pods_test",
    "tests/fuzz/": "needs clang, and ten minutes: //tests/fuzz",
}


def files(ending: str) -> list[str]:
    """The project's files whose name ends so."""
    found = subprocess.run(["git", "ls-files", f"*{ending}"], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return sorted(found.stdout.split())


def read(path: str) -> str:
    with open(os.path.join(_ROOT, path), encoding="utf-8") as file:
        return file.read()


def folder(page: str, colocate: str, at: str) -> dict[str, str]:
    """Makes the folder that the page's commands run in; returns their environment."""
    shutil.copytree(os.path.join(_ROOT, "tests", "docs", "files"), at, dirs_exist_ok=True)
    if not page.startswith("docs/"):
        shutil.copytree(os.path.join(_ROOT, "examples"), os.path.join(at, "examples"))
    os.symlink(colocate, os.path.join(at, "colocate"))
    programs = os.path.join(at, ".programs")
    os.mkdir(programs)
    os.symlink(colocate, os.path.join(programs, "colocate"))
    # Takes manifests as kubectl does: an empty input is an error.
    with open(os.path.join(programs, "kubectl"), "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\ngrep -q '^kind: Pod' || { echo 'error: no objects passed to create' >&2; exit 1; }\n")
    os.chmod(os.path.join(programs, "kubectl"), 0o755)
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment["PATH"] = f"{programs}:{environment.get('PATH', '/usr/bin:/bin')}"
    return environment


def check_commands(page: str, colocate: str, used: set[str]) -> tuple[int, list[str]]:
    """How many commands of the page were run, and what is wrong with them."""
    faults = []
    run = 0
    blocks = re.findall(r"^```sh\n(.*?)^```\n(?:\n?```\n(.*?)^```$)?", read(page), re.MULTILINE | re.DOTALL)
    for commands, expected in blocks:
        with tempfile.TemporaryDirectory() as at:
            environment = folder(page, colocate, at)
            for number, line in enumerate(commands.replace("\\\n", " ").splitlines()):
                listed = [begin for begin in _NOT_RUN if line.startswith(begin)]
                used.update(listed)
                if listed or not line.strip() or line.startswith("#"):
                    continue
                done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=at, env=environment, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                run += 1
                if done.returncode != 0:
                    faults.append(f"{page}: `{line}` ends with {done.returncode}:\n{done.stderr}{done.stdout}")
                if number == 0 and expected and done.stdout != expected:
                    faults.append(f"{page}: `{line}` prints something else:\n" + "\n".join(
                        difflib.unified_diff(expected.splitlines(), done.stdout.splitlines(), "the page", "the command", lineterm="")))
    return run, faults


def anchors(page: str) -> set[str]:
    """As forges make them of headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


def check_links(page: str) -> list[str]:
    faults = []
    text = re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        to = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if not os.path.exists(os.path.join(_ROOT, to)):
            faults.append(f"{page}: the link {target} leads nowhere")
        elif anchor and to.endswith(".md") and anchor not in anchors(to):
            faults.append(f"{page}: {to} has no heading #{anchor}")
    return faults


def check_faults() -> list[str]:
    """Every row of docs/faults.md names a test, and every test there exists."""
    tests = set()
    for path in files("_test.cc") + files("_test.go"):
        text = read(path)
        tests.update(".".join(names) for names in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", text, re.MULTILINE))
        tests.update(re.findall(r"^func (Test\w+)\(", text, re.MULTILINE))
    rows = [row for row in read("docs/faults.md").splitlines() if re.match(r"\| (?!fault \||---)", row)]
    faults = [] if rows else ["docs/faults.md has no rows"]
    for row in rows:
        named = re.findall(r"`(\w+\.\w+|Test\w+)`", row.rsplit(" | ", 1)[1])
        if not named:
            faults.append(f"docs/faults.md: no test in {row}")
        faults += [f"docs/faults.md: there is no test {name}" for name in named if name not in tests]
    return faults


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    colocate = os.path.abspath(sys.argv[1])
    faults = check_faults()
    used: set[str] = set()
    run = 0
    names = files(".md")
    for page in names:
        more, wrong = check_commands(page, colocate, used)
        run += more
        faults += wrong + check_links(page)
    faults += [f"no page has a command that begins with `{begin}`: take it out of the list" for begin in _NOT_RUN if begin not in used]
    if run == 0:
        faults.append("no page has a command that was run")
    print("\n".join(faults))
    print(f"{run} commands of {len(names)} pages were run")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
