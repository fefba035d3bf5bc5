"""The comparison of Pods finds what it should find, and nothing else."""

import base64
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pod_form  # noqa: E402
import pod_ours  # noqa: E402
import pod_tekton  # noqa: E402
import pods_like_tekton  # noqa: E402


def tekton_pod(**changes):
    """What tekton_oracle says of a TaskRun with one step and one sidecar."""
    script = base64.b64encode(b"#!/bin/sh\nset -e\necho hello").decode()
    step = {
        "name": "step-build", "image": "alpine", "command": ["/tekton/bin/entrypoint"],
        "args": ["-post_file", "/tekton/run/0/out", "-basic-git=token=https://git.example", "-timeout", "1m0s", "-on_error", "continue",
                 "-results", "digest,url", "-entrypoint", "/tekton/scripts/script-0-abcde", "--", "one"],
        "env": [{"name": "A", "value": "1"}], "workingDir": "/workspace/source", "terminationMessagePath": "/tekton/termination",
        "resources": {"requests": {"memory": "1024Mi"}},
        "volumeMounts": [{"name": "ws-12345", "mountPath": "/workspace/source/"},
                         {"name": "tekton-internal-home", "mountPath": "/tekton/home"},
                         {"name": "tekton-internal-bin", "mountPath": "/tekton/bin", "readOnly": True}]}
    step.update(changes)
    sidecar = {"name": "sidecar-server", "image": "server", "command": ["serve"], "ports": [{"name": "http", "containerPort": 80}],
               "readinessProbe": {"httpGet": {"path": "/up", "port": "http"}, "periodSeconds": 10, "initialDelaySeconds": 2}}
    return {"timeout": "1h0m0s", "pod": {
        "metadata": {"namespace": "default", "labels": {"app": "x"}},
        "spec": {"securityContext": {"runAsUser": 7, "fsGroup": 8}, "restartPolicy": "Never", "containers": [step, sidecar],
                 "initContainers": [{"name": "place-scripts", "args": ["-c", (
                     'scriptfile="/tekton/scripts/script-0-abcde"\ntouch ${scriptfile} && chmod +x ${scriptfile}\n'
                     f"cat > ${{scriptfile}} << '_EOF_'\n{script}\n_EOF_\n")]}],
                 "volumes": [{"name": "ws-12345", "emptyDir": {}}, {"name": "tekton-internal-home", "emptyDir": {}},
                             {"name": "tekton-internal-bin", "emptyDir": {}}]}}}


def our_pod():
    """What pods_subject says of the same."""
    step = {"name": "build-build", "image": "alpine", "command": ["/colocation/program/launcher", "run", "build-build", "--"], "args": ["one"],
            "env": [{"name": "A", "value": "1"}], "terminationMessagePath": "/tekton/termination",
            "resources": {"requests": {"memory": "1Gi"}},
            "volumeMounts": [{"name": "colocation-program", "mountPath": "/colocation/program"},
                             {"name": "colocation-private", "mountPath": "/tekton", "subPath": "build/tekton"},
                             {"name": "source", "mountPath": "/workspace/source"}]}
    sidecar = {"name": "build-server", "image": "server", "command": ["/colocation/program/launcher", "run", "build-server", "--", "serve"],
               "ports": [{"name": "http", "containerPort": 80}]}
    return {
        "pod": {"metadata": {"namespace": "default", "labels": {"app": "x"}},
                "spec": {"securityContext": {"runAsUser": 7, "fsGroup": 8}, "restartPolicy": "Never", "containers": [step, sidecar],
                         "volumes": [{"name": "colocation-program", "emptyDir": {}}, {"name": "colocation-private", "emptyDir": {}},
                                     {"name": "source", "emptyDir": {}}]}},
        "install": {
            "scripts": [{"container": "build-build", "content": "#!/bin/sh\nset -e\necho hello"}],
            "launch": {
                "credentials": [{"kind": "CREDENTIAL_KIND_BASIC_GIT", "secret": "token", "url": "https://git.example"}],
                "tasks": [{"name": "build", "timeoutNs": str(3600 * 10**9), "results": [{"name": "url"}, {"name": "digest"}],
                           "units": [{"name": "build", "steps": ["build-build"], "sidecars": ["build-server"]}]}],
                "containers": [
                    {"name": "build-build", "step": "build", "stepDirectory": "step-build", "script": True, "continueOnError": True,
                     "timeoutNs": 60 * 10**9, "workingDir": "/workspace/source"},
                    {"name": "build-server", "step": "server", "ready": {
                        "http": {"port": 80, "path": "up"}, "initialDelayNs": 2 * 10**9, "periodNs": 10 * 10**9}}]}}}


def ours(pod):
    return pod_ours.forms_of({"runs": [{"doc": 0, "item": -1, "kind": "PipelineRun", "pods": [pod]}]}, {})["0.-1/build/0"]


def difference(theirs, mine):
    return {field: (theirs.get(field), mine.get(field)) for field in theirs.keys() | mine.keys() if theirs.get(field) != mine.get(field)}


class FormTest(unittest.TestCase):
    # Tekton's other directories for steps aren't in the short Pod above.
    _OWN = {f"{where} mounts[/tekton/{name}]" for name in pod_ours._OWN for where in ("step 0", "sidecar 0")} - {"step 0 mounts[/tekton/home]"}

    def test_same_pod_has_same_form(self):
        found = difference(pod_tekton.form_of(tekton_pod(), ""), ours(our_pod()))
        self.assertEqual({}, {field: pair for field, pair in found.items() if field not in self._OWN})

    def test_form_has_what_the_step_sees(self):
        form = pod_tekton.form_of(tekton_pod(), "")
        self.assertEqual(["(script)", "one"], form["step 0 command"])
        self.assertEqual("#!/bin/sh\nset -e\necho hello", form["step 0 script"])
        self.assertEqual("7", form["step 0 securityContext[runAsUser]"])
        self.assertEqual(["digest", "url"], form["pod results"])
        self.assertEqual(["BASIC_GIT token https://git.example"], form["pod credentials"])
        self.assertEqual({"http": {"path": "up", "port": 80}, "initialDelayNs": 2 * 10**9}, form["sidecar 0 readinessProbe"])

    def test_each_change_shows(self):
        changes = {
            "image": "other", "env": [{"name": "A", "value": "2"}], "workingDir": "/", "resources": {"requests": {"memory": "2Gi"}},
            "securityContext": {"runAsUser": 9}, "imagePullPolicy": "Always", "volumeMounts": [], "terminationMessagePath": "/x",
            "args": ["-entrypoint", "ls", "--"]}
        for field, value in changes.items():
            found = difference(pod_tekton.form_of(tekton_pod(**{field: value}), ""), ours(our_pod()))
            self.assertNotEqual({}, {name: pair for name, pair in found.items() if name not in self._OWN}, field)

    def test_unknown_flag_of_the_entrypoint_is_an_error(self):
        with self.assertRaises(AssertionError):
            pod_tekton.form_of(tekton_pod(args=["-new_flag", "x", "--"]), "")

    def test_dollars_are_kept_before_references_only(self):
        self.assertEqual("$$$(tasks.a.results.b) $$(A)", pod_form.with_dollars_kept("$$(tasks.a.results.b) $$(A)"))
        self.assertEqual("$(tasks.a.results.b)", pod_form.with_dollars_kept("$(tasks.a.results.b)"))


class TallyTest(unittest.TestCase):
    _LINE = pods_like_tekton.Expected("step mounts[*]", "*", "", "")

    def test_difference_is_reported_with_its_field(self):
        tally = pods_like_tekton.Tally([self._LINE])
        tally.add("case", {"0.-1/a/0": {"step 0 image": "x"}}, {"0.-1/a/0": {"step 0 image": "y"}})
        self.assertEqual(["step image"], list(tally.differences))
        self.assertFalse(tally.report_faults(False))

    def test_expected_difference_is_counted_apart(self):
        tally = pods_like_tekton.Tally([self._LINE])
        tally.add("case", {"0.-1/a/0": {"step 0 mounts[/x]": 1}}, {"0.-1/a/0": {}})
        self.assertEqual({}, tally.differences)
        self.assertEqual(1, tally.expectedly["step mounts"])
        self.assertTrue(tally.report_faults(True))

    def test_unused_line_is_a_fault_where_the_corpus_is(self):
        tally = pods_like_tekton.Tally([self._LINE])
        tally.add("case", {"0.-1/a/0": {}}, {"0.-1/a/0": {}})
        self.assertTrue(tally.report_faults(False))
        self.assertFalse(tally.report_faults(True))

    def test_missing_pod_and_refused_run_are_differences(self):
        tally = pods_like_tekton.Tally([])
        tally.add("case", {"0.-1/a/0": {}, "1.-1/a/0": {}}, {"1.-1": {"refused": ["some-code"]}})
        self.assertEqual(["pod missing", "pod refused[some-code]"], sorted(tally.differences))

    def test_recorded_pods_are_many(self):
        digests, found = pods_like_tekton.recorded()
        self.assertIn("hard_cases", digests)
        self.assertGreater(sum(len(case["units"]) for case in found.values()), 60)


if __name__ == "__main__":
    unittest.main()
