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
import re
import subprocess
import sys
import tempfile

import cases
import compare
import go_program
import verdicts

_POLICIES = ("pipelinerun", "isolated")
# Of a corpus at least so many plans must come about, so that the test can't
# pass by refusing all.
_LEAST_FROM_CORPUS = 300


def inputs(files):
    yield from files
    corpus = cases.find_corpus()
    for folder, folders, names in os.walk(corpus) if corpus else ():
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


def render(colocate: str, path: str, policy: str):
    """The manifests, or None where the file can't be planned by itself."""
    command = [colocate, "render", path, "--controlled", "--policy=" + policy, "--diagnostics=json"]
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0:
            return done.stdout
        if done.returncode != 1:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
        for diagnostic in json.loads(done.stderr)["diagnostics"]:
            if diagnostic["code"] == "missing-param":
                for name in re.findall(r'"([^"]+)"', diagnostic["message"]):
                    command += ["--param", name + "=x"]
            elif diagnostic["code"] == "late-field" and "--patch-images" not in command:
                command.append("--patch-images")
    return None


def test(colocate: str, files) -> str:
    with tempfile.TemporaryDirectory() as folder:
        oracle = go_program.build("pod_oracle", folder)
        manifests, left_out = [], 0
        for path in inputs(files):
            for policy in _POLICIES:
                text = render(colocate, path, policy)
                if text is None:
                    assert path not in files, f"{path} can't be planned with --policy={policy}"
                    left_out += 1
                else:
                    manifests.append((f"{path} --policy={policy}", text))
        group = [cases.Case(id=str(number), text=text) for number, (_, text) in enumerate(manifests)]
        pods, faults = 0, []
        for (name, _), answer in zip(manifests, verdicts.run([oracle], group)):
            for pod in compare.parse_answer(answer)["pods"]:
                pods += 1
                faults += [f"{name}: {pod['name']}: {error['path']}: {error['message']}"
                           for error in pod.get("errors", ())]
        assert not faults, "\n".join(faults)
        if cases.find_corpus():
            assert len(manifests) >= _LEAST_FROM_CORPUS, f"only {len(manifests)} plans"
        return f"{pods} Pods of {len(manifests)} plans accepted, {left_out} inputs left out"


if __name__ == "__main__":
    sys.exit(go_program.main("pods", "KubernetesAcceptsEveryPod", lambda: test(sys.argv[1], sys.argv[2:])))
