#!/usr/bin/env python3
"""No part of a Secret's content is in anything that colocate prints.

  leak_test.py COLOCATE
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

_MARKER = "hunter2-marker"
_ENCODED = base64.b64encode(_MARKER.encode()).decode()

_RUN = """
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  taskRunTemplate: {serviceAccountName: builder}
  pipelineSpec:
    tasks:
    - name: one
      taskSpec: {steps: [{name: s, image: i, script: "true"}], sidecars: [{name: db, image: i, command: [db]}]}
"""
_ACCOUNT = """---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
secrets: [{name: git}, {name: registry}]
"""
_GIT = f"""---
apiVersion: v1
kind: Secret
metadata:
  name: git
  labels: {{l: {_MARKER}}}
  annotations:
    tekton.dev/git-0: https://git.example.org
    kubectl.kubernetes.io/last-applied-configuration: '{{"data":{{"password":"{_ENCODED}"}}}}'
    note: {_MARKER}
  managedFields: [{{manager: {_MARKER}}}]
type: kubernetes.io/basic-auth
stringData:
  username: {_MARKER}
  password: |
    {_MARKER}
data: {{other: {_ENCODED}}}
"""
# What the value of a key is before the object says that it is a Secret.
_REGISTRY = f"""---
stringData: {{.dockerconfigjson: '{{"auths": {{"https://r": {{"auth": "{_MARKER}"}}}}}}'}}
type: kubernetes.io/dockerconfigjson
metadata: {{name: registry}}
kind: Secret
apiVersion: v1
"""
_GOOD = _RUN + _ACCOUNT + _GIT + _REGISTRY


def _flow(secret: str) -> str:
    """Everything on the line that a diagnostic is about."""
    return f"---\n{{apiVersion: v1, kind: Secret, metadata: {{name: git, annotations: {{{secret}}}}}, " \
           f"type: kubernetes.io/basic-auth, stringData: {{username: {_MARKER}, password: {_MARKER}}}}}\n"


_LIST = json.dumps({
    "apiVersion": "v1", "kind": "List", "items": [
        {"data": {"password": _ENCODED}, "kind": "Secret", "apiVersion": "v1", "type": "kubernetes.io/basic-auth",
         "metadata": {"name": "git", "annotations": {"tekton.dev/git-0": "https://h"}}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "registry"}, "stringData": {"x": _MARKER}}]})

# Of each the text, and a code or word that shows that the fault was found.
_FAULTS = {
    "bad url": (_RUN + _ACCOUNT + _flow("tekton.dev/git-0: 'git@h:r'"), "bad-credential-url"),
    "url of no text": (_RUN + _ACCOUNT + _flow("tekton.dev/git-0: 5"), "wrong-type"),
    "same url twice": (_RUN + _ACCOUNT + _flow("tekton.dev/git-0: 'https://h', tekton.dev/git-1: 'https://h'"),
                       "duplicate-credential"),
    "two of one name": (_RUN + _ACCOUNT + _flow("") + _flow(""), "duplicate-object"),
    "missing secret": (_RUN + _ACCOUNT + _REGISTRY, "unknown-secret"),
    "no apiVersion": (_RUN + f"---\nkind: Secret\nstringData: {{password: {_MARKER}}}\n", "missing-api-version"),
    "no kind": (_RUN + f"---\napiVersion: v1\nstringData: {{password: {_MARKER}}}\ntype: kubernetes.io/basic-auth\n",
                "missing-kind"),
    "syntax": (_RUN + f"---\napiVersion: v1\nkind: Secret\nstringData: {{password: '{_MARKER}\n", "error"),
    "syntax before the kind": (_RUN + f"---\nstringData: {{password: [{_MARKER}}}\nkind: Secret\n", "error"),
    "indentation": (_RUN + f"---\napiVersion: v1\nkind: Secret\nstringData:\n  a: {_MARKER}\n b: {_MARKER}\n", "error"),
    "template": (_RUN + f"---\napiVersion: v1\nkind: Secret\nstringData:\n  a: {{{{ {_MARKER} }}}}: x\n", "error"),
    "alias": (_RUN + f"---\napiVersion: v1\nkind: Secret\nstringData: {{a: *{_MARKER}}}\n", "error"),
    "json": (_RUN.replace("name: one", "name: One") + "---\n" + _LIST + "\n", "invalid-name"),
    "fault of the run": (_GOOD.replace("name: one", "name: One"), "invalid-name"),
}

_VIEWS = [
    ["plan"], ["plan", "-o", "json"], ["plan", "-o", "yaml"], ["explain"], ["render"], ["render", "-o", "json"],
    ["validate"], ["graph"], ["graph", "-o", "svg"], ["graph", "-o", "html"],
]


class Leaks(unittest.TestCase):

    def output_of(self, text: str, arguments: list) -> tuple:
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "run.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            ran = subprocess.run([_COLOCATE, *arguments, path], capture_output=True, text=True, check=False)
            return ran.returncode, ran.stdout + ran.stderr

    def check(self, text: str, arguments: list) -> tuple:
        code, output = self.output_of(text, arguments)
        self.assertNotIn(_MARKER, output)
        self.assertNotIn(_ENCODED[:12], output)
        self.assertNotIn("fault of colocation", output)
        return code, output

    def test_what_is_planned(self):
        for arguments in _VIEWS:
            with self.subTest(arguments):
                code, output = self.check(_GOOD, arguments)
                self.assertEqual(code, 0, output)
        self.assertIn("/tekton/creds-secrets/git", self.check(_GOOD, ["render"])[1])

    def test_a_list(self):
        code, output = self.check(_RUN + _ACCOUNT + "---\n" + _LIST + "\n", ["render"])
        self.assertEqual(code, 0, output)
        self.assertIn("/tekton/creds-secrets/git", output)

    def test_what_is_known_of_the_cluster(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "cluster.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(_ACCOUNT + _GIT + _REGISTRY)
            code, output = self.check(_RUN, ["render", f"--cluster={path}"])
        self.assertEqual(code, 0, output)
        self.assertIn("/tekton/creds-secrets/git", output)

    def test_what_is_refused(self):
        for name, (text, shows) in _FAULTS.items():
            for arguments in _VIEWS:
                with self.subTest(name, arguments=arguments):
                    _, output = self.check(text, arguments)
                    if arguments == ["plan"]:
                        self.assertIn(shows, output)


if __name__ == "__main__":
    _COLOCATE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
