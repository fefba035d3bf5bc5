"""What a program said about a case, in terms of rules.tsv.

Tekton's messages become names of rules here, so that no recorded verdict
depends on its wording. Where a message and a path fit several rules (an unknown
variable, say, may be a parameter or a context), all of them are named.
"""

import csv
import dataclasses
import functools
import re
import subprocess
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from cases import Case

_ANY_NAME = r"\[[^\]]*\]"
_PIPELINE = r"(?:spec(?:\.pipelineSpec)?(?:\.(?:tasks|finally)\[\d+\]\.pipelineSpec)*)"
_TASK = rf"(?:spec(?:\.taskSpec)?|{_PIPELINE}\.(?:tasks|finally)\[\d+\]\.taskSpec)"
_REF = rf"(?:.*(?:taskRef|pipelineRef)|{_TASK}\.steps\[\d+\])"
_NESTED = r"(?:steps\[\d+\]\.)*"


@dataclasses.dataclass(frozen=True)
class Rule:
    name: str
    codes: Tuple[str, ...]
    stage: str
    objects: str
    message: "re.Pattern"
    path: Optional["re.Pattern"]  # None: Tekton gives none
    gate: str
    note: str

    def fits(self, stage: str, kind: str, version: str, message: str, path: Optional[str]) -> bool:
        if self.stage != stage and not (self.stage == "webhook" and stage == "reconcile"):
            return False
        if stage == self.stage == "webhook" and not self.objects.startswith("all") and kind:
            if kind not in re.sub(r" \(\w+\)", "", self.objects).split(", "):
                return False
        if "(v1beta1)" in self.objects and version == "v1" and stage == "webhook":
            return False
        if not self.message.search(message):
            return False
        if self.path is None:
            return path is None or self.stage != "webhook"
        if path is None:
            return self.stage != "webhook"
        return bool(self.path.fullmatch(path) or (stage == "reconcile" and self.path.fullmatch("spec." + path)))


def _alternatives(column: str) -> List[str]:
    """The comma-separated paths of a column; commas in braces don't count."""
    found, depth, start = [], 0, 0
    for i, char in enumerate(column + ","):
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            found.append(column[start:i].strip())
            start = i + 1
    return [text for text in found if text]


def _path_regex(column: str) -> Optional[str]:
    if not column:
        return None
    out = []
    for text in _alternatives(column):
        pattern = re.escape(text)
        for sign, regex in (("{P}", _PIPELINE), ("{T}", _TASK), ("{S}", "spec"), ("{R}", _REF), ("{L}", "(?:tasks|finally)")):
            pattern = pattern.replace(re.escape(sign), regex)
        pattern = pattern.replace(re.escape("[I]"), r"\[\d+\]").replace(re.escape("[K]"), _ANY_NAME)
        pattern = pattern.replace(re.escape(".K."), r"\.(?:.*\.)?")
        pattern = re.sub(r"\\\{([^{}]*)\\\}", lambda m: "(?:" + m.group(1).replace(",", "|") + ")", pattern)
        pattern = pattern.replace("…", ".*").replace(re.escape("…"), ".*")
        pattern = pattern.replace(r"\.steps\[\d+\]", r"\." + _NESTED + r"steps\[\d+\]")
        out.append(pattern)
    return "|".join(f"(?:{pattern})" for pattern in out)


class Rules:
    def __init__(self, path: str):
        self.by_name: Dict[str, Rule] = {}
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                regex = _path_regex(row["path"])
                self.by_name[row["rule"]] = Rule(
                    name=row["rule"], codes=tuple(code for code in row["code"].split("|") if code), stage=row["stage"], objects=row["objects"],
                    message=re.compile(row["message"] or "(?!)", re.DOTALL),
                    path=re.compile(regex) if regex else None, gate=row["gate"], note=row["note"])

    @functools.lru_cache(maxsize=None)
    def names(self, stage: str, kind: str, version: str, message: str, path: Optional[str]) -> List[str]:
        found = [rule.name for rule in self.by_name.values() if rule.fits(stage, kind, version, message, path)]
        if stage == "reconcile":
            # A rule of the reconciler's own goes before one of the webhook's.
            own = [name for name in found if self.by_name[name].stage == "reconcile"]
            found = own or found
        return found


@dataclasses.dataclass(frozen=True)
class Finding:
    """One error at one place: the rules that it may come from, the path if any."""

    rules: Tuple[str, ...]
    path: str = ""

    def text(self) -> str:
        return "|".join(self.rules) + ("@" + self.path if self.path else "")

    @staticmethod
    def parse(text: str) -> "Finding":
        rules, _, path = text.partition("@")
        return Finding(tuple(rules.split("|")), path)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Of one object or one run of a case."""

    place: str  # "object 0", "object 1.2" (item 2 of a list), "run 0"
    kind: str
    verdict: str  # accepted rejected ignored; of a run also needs, blocked; crashed
    findings: Tuple[Finding, ...] = ()
    edges: str = ""

    def line(self, case_id: str) -> str:
        findings = ";".join(sorted({finding.text() for finding in self.findings}))
        return "\t".join([case_id, self.place, self.kind, self.verdict, findings, self.edges])

    @staticmethod
    def parse(line: str) -> Tuple[str, "Verdict"]:
        case_id, place, kind, verdict, findings, edges = line.rstrip("\n").split("\t")
        return case_id, Verdict(place, kind, verdict, tuple(Finding.parse(text) for text in findings.split(";") if text), edges)


def run(command: Sequence[str], cases: Iterable[Case]) -> Iterator[bytes]:
    """Feeds the cases to the program; yields its answers, one line a case."""
    frames = b"".join(case.frame() for case in cases)
    done = subprocess.run(list(command), input=frames, stdout=subprocess.PIPE, check=False)
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode} after {len(lines)} answers")
    return iter(lines)


def edges_text(edges: Sequence[Sequence[str]]) -> str:
    return " ".join(sorted(f"{a}>{b}" for a, b in edges or ()))


def place(answer: dict, what: str) -> str:
    item = answer.get("item", -1)
    return f"{what} {answer['doc']}" + (f".{item}" if item >= 0 else "")


# Paths may hold names with any character in them.
_PRINTABLE = re.compile(r"[^\w\[\].$()/-]+")


def of_tekton(rules: Rules, answer: dict) -> List[Verdict]:
    """The oracle's answer in terms of rules."""
    if answer.get("panic"):
        return [Verdict("object 0", "", "crashed")]
    found = []

    def findings(errors, kind, version, of_run=False):
        for error in errors or ():
            stage = "reconcile" if of_run else error["stage"]
            # Errors of one message come as one with several paths.
            for path in error.get("paths") or (None,):
                path = _PRINTABLE.sub("?", path) if path else None
                names = rules.names(stage, kind, version, error["message"], path)
                if not names:
                    names = ["?" + re.sub(r"\W+", "-", error["message"])[:60]]
                # A run's errors come from objects made on the way, or have no path.
                yield Finding(tuple(names), "" if of_run else path or "")

    for given in answer["objects"] or ():
        version = given.get("apiVersion", "").rpartition("/")[2]
        kind = given.get("kind", "")
        found.append(Verdict(place(given, "object"), kind, given["verdict"], tuple(findings(given.get("errors"), kind, version)),
                             edges_text(given.get("edges"))))
    for given in answer.get("runs") or ():
        verdict = {"panic": "crashed"}.get(given["verdict"], given["verdict"])
        # What is needed or blocks, and edges, in the same columns.
        found.append(Verdict(place(given, "run"), given["kind"], verdict, tuple(findings(given.get("errors"), "", "v1", of_run=True)),
                             edges_text(given.get("edges"))))
    # What Tekton has no opinion on is compared with nothing.
    return [verdict for verdict in found if verdict.verdict != "ignored"]


def merge(rounds: Sequence[List[Verdict]]) -> List[Verdict]:
    """One answer from several to the same case.

    Tekton stops at the first error it meets, in places in the order of a map:
    then each of the errors met counts as one that it may have meant. A verdict
    that itself varies becomes "varies", and is compared with nothing.
    """
    merged = []
    for same in zip(*rounds):
        first = same[0]
        if len({verdict.verdict for verdict in same}) > 1:
            merged.append(dataclasses.replace(first, verdict="varies", findings=()))
        elif len({verdict.findings for verdict in same}) > 1:
            common = set(first.findings).intersection(*(verdict.findings for verdict in same))
            rules = sorted({rule for verdict in same for finding in verdict.findings if finding not in common for rule in finding.rules})
            merged.append(dataclasses.replace(first, findings=tuple(sorted(common, key=Finding.text)) + (Finding(tuple(rules)),)))
        else:
            merged.append(first)
    return merged
