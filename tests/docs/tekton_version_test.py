#!/usr/bin/env python3
"""`colocate version -o json` names the Tekton that the expectations are made with."""

import os
import re
import unittest

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def found(path: str, pattern: str) -> str:
    with open(os.path.join(_ROOT, path), encoding="utf-8") as file:
        return re.search(pattern, file.read(), re.MULTILINE).group(1)


class TektonVersion(unittest.TestCase):

    def test_is_that_of_the_oracle(self):
        self.assertEqual(found("cli/colocate.cc", r'kTektonVersion\[\] = "(.*)";'),
                         found("tests/parity/tekton_oracle/go.mod", r"github.com/tektoncd/pipeline (\S+)"))


if __name__ == "__main__":
    unittest.main()
