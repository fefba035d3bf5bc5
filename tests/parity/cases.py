"""Where the cases come from: the hard cases and the corpus.

A case is a stream of YAML documents together with the settings of the cluster
that judges it. Programs that judge (Tekton's code, ours) read cases as frames:

    CASE <id> <number of bytes> <settings>\n<bytes>\n

where settings is "-" or "key=value;key=value" with the keys of Tekton's
ConfigMaps feature-flags and config-defaults.
"""

import dataclasses
import hashlib
import os
import re
from typing import Iterator, List, Optional


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    text: bytes
    settings: str = "-"
    # Only hard cases have these: the rule that is shown, and the verdict.
    rule: Optional[str] = None
    accepted: Optional[bool] = None

    def frame(self) -> bytes:
        head = f"CASE {self.id} {len(self.text)} {self.settings}\n".encode()
        return head + self.text + b"\n"


def hard_cases(folder: str) -> Iterator[Case]:
    """The cases of hard_cases/*.yaml, split at their "# case:" lines."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".yaml"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            parts = re.split(r"^# case: ", file.read(), flags=re.MULTILINE)
        for part in parts[1:]:
            title, body = part.split("\n", 1)
            fields = dict(re.findall(r"^# (\w+): (.*)$", body, re.MULTILINE))
            yield Case(
                id=f"{name[:-5]}/{title.strip()}",
                text=body[body.index("---"):].encode(),
                settings=fields.get("settings", "-"),
                rule=fields["rule"],
                accepted={"accepted": True, "rejected": False}[fields["verdict"]],
            )


def digest(group: List[Case]) -> str:
    """Of all that a program is given: what was recorded of other cases says nothing about these."""
    total = hashlib.sha256()
    for case in group:
        total.update(case.frame())
    return total.hexdigest()[:16]


def find_corpus() -> str:
    """The folder of pipelines that other people wrote, or nothing.

    It is no part of the repository: $COLOCATION_CORPUS, or shared/corpus beside
    the checkout or further up, as tests/e2e/use_cases_test.cc looks for it. In
    Bazel's runfiles this file is a link into the checkout, so that local tests
    find it too.
    """
    given = os.environ.get("COLOCATION_CORPUS", "")
    if given:
        return given
    folder = os.path.dirname(os.path.realpath(__file__))
    while os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        if os.path.isdir(os.path.join(folder, "shared", "corpus")):
            return os.path.join(folder, "shared", "corpus")
    return ""


def corpus(folder: str, settings: str = "-") -> Iterator[Case]:
    """Every YAML file below the folder, in order of its path."""
    for directory, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not name.endswith((".yaml", ".yml")):
                continue
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                text = file.read()
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            yield Case(id="corpus/" + relative.replace(" ", "_"), text=text,
                       settings=settings)
