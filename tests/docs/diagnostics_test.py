#!/usr/bin/env python3
"""docs/diagnostics.md lists every code that is used, and no other."""

import csv
import glob
import os
import re
import unittest

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# A call that makes a diagnostic, up to its code; a condition may choose one.
_CALL = re.compile(r'\b(?:Error|Warning|Fail|WarnOf\w*|set_code)\(\s*(?:[^"();]*?(?:\([^"();]*\)[^"();]*?)*)"(?P<code>[a-z]+(?:-[a-z]+)*)"'
                   r'(?:\s*:\s*"(?P<other>[a-z]+(?:-[a-z]+)*)")?')
# Tekton's rules that no part of ours can meet (rules.tsv, notes), and those whose answer is a need or a plan of its own.
_NOT_OURS = {"affinity-conflict", "needed-pipeline", "needed-task", "unknown-sidecar", "unknown-step"}


def used() -> set:
    codes = set()
    for path in glob.glob(os.path.join(_ROOT, "colocation", "**", "*.cc"), recursive=True):
        if path.endswith(("_test.cc", "_fuzzer.cc")):
            continue
        with open(path, encoding="utf-8") as file:
            for call in _CALL.finditer(file.read()):
                codes.update(code for code in call.groups() if code)
    return codes


def listed() -> set:
    with open(os.path.join(_ROOT, "docs", "diagnostics.md"), encoding="utf-8") as file:
        return set(re.findall(r"^\| `([a-z-]+)` \|", file.read(), re.MULTILINE))


def of_rules() -> set:
    with open(os.path.join(_ROOT, "tests", "parity", "rules.tsv"), encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {code for row in rows for code in row["code"].split("|") if code}


class DiagnosticsPage(unittest.TestCase):

    def test_lists_every_code_that_is_used(self):
        self.assertGreater(len(used()), 50)
        self.assertEqual(sorted(used() - listed()), [])

    def test_lists_no_other_code(self):
        self.assertEqual(sorted(listed() - used() - of_rules()), [])

    def test_lists_every_code_of_a_rule(self):
        self.assertEqual(sorted(of_rules() - listed() - _NOT_OURS), [])


if __name__ == "__main__":
    unittest.main()
