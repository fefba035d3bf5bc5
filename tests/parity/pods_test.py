"""Kubernetes accepts every Pod that we render, and Pod Security those whose authors do.

Usage: pods_test.py COLOCATE FILE... --restricted FEATURE_FLAGS FILE...

Plans each file, and each of the corpus where that is there, as one Pod and as a
Pod for each task, and lets the API server's own code (pod_oracle/, a Go program
that is built here) validate the manifests. Parameters without a default get a
value. What can't be planned alone (a Task that is elsewhere, an image whose
entrypoint is unknown) is left out, and counted.

As one Pod they are planned with the settings FEATURE_FLAGS, which have
set-security-context: whatever keeps such a Pod out of a namespace of Pod
Security's level "restricted", its init container is not what does. The FILEs
after it have steps that keep to that level: their Pods do too, with these
settings and without.

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
_INIT_CONTAINER = "colocation-install"
# Of a corpus at least so many plans must come about, so that the test can't
# pass by refusing all.
_LEAST_FROM_CORPUS = 300


def inputs(files):
    yield from files
    corpus = cases.find_corpus()
    for folder, folders, names in os.walk(corpus) if corpus else ():
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml")))


def render(colocate: str, path: str, policy: str, feature_flags: str = ""):
    """The manifests, or None where the file can't be planned by itself."""
    command = [colocate, "render", path, "--controlled", "--policy=" + policy, "--diagnostics=json"]
    if feature_flags:
        command.append("--feature-flags=" + feature_flags)
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


def judge(oracle: str, manifests):
    """Each Pod of `manifests`, (name, text), as (name, verdict)."""
    group = [cases.Case(id=str(number), text=text) for number, (_, text) in enumerate(manifests)]
    for (name, _), answer in zip(manifests, verdicts.run([oracle], group)):
        for pod in compare.parse_answer(answer)["pods"]:
            yield f"{name}: {pod['name']}", pod


def test_restricted(colocate: str, oracle: str, feature_flags: str, files) -> int:
    """Pods of steps that keep to the level "restricted" do; their number."""
    manifests = [(f"{path} --policy={policy} {flags}", render(colocate, path, policy, flags))
                 for path in files for policy in _POLICIES for flags in ("", feature_flags)]
    pods = list(judge(oracle, manifests))
    faults = [f"{name}: {reason}" for name, pod in pods for reason in pod.get("restricted", ())]
    assert not faults, "\n".join(faults)
    assert len(pods) >= len(manifests), "there are too few Pods"
    return len(pods)


def test(colocate: str, arguments) -> str:
    split = arguments.index("--restricted")
    files, (feature_flags, *restricted) = arguments[:split], arguments[split + 1:]
    with tempfile.TemporaryDirectory() as folder:
        oracle = go_program.build("pod_oracle", folder)
        manifests, left_out = [], 0
        for path in inputs(files):
            for policy in _POLICIES:
                text = render(colocate, path, policy, feature_flags if policy == "pipelinerun" else "")
                if text is None:
                    assert path not in files, f"{path} can't be planned with --policy={policy}"
                    left_out += 1
                else:
                    manifests.append((f"{path} --policy={policy}", text))
        pods, faults = 0, []
        for name, pod in judge(oracle, manifests):
            pods += 1
            faults += [f"{name}: {error['path']}: {error['message']}" for error in pod.get("errors", ())]
            faults += [f"{name}: {reason}" for reason in pod.get("restricted", ())
                       if "--policy=pipelinerun" in name and _INIT_CONTAINER in reason]
        assert not faults, "\n".join(faults)
        keep_to_it = test_restricted(colocate, oracle, feature_flags, restricted)
        if cases.find_corpus():
            assert len(manifests) >= _LEAST_FROM_CORPUS, f"only {len(manifests)} plans"
        return (f"{pods} Pods of {len(manifests)} plans accepted, {left_out} inputs left out; "
                f"{keep_to_it} Pods keep to the level restricted")


if __name__ == "__main__":
    sys.exit(go_program.main("pods", "KubernetesAcceptsEveryPod", lambda: test(sys.argv[1], sys.argv[2:])))
