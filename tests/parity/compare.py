"""Holds our verdicts against Tekton's, and counts."""

import collections
import csv
import dataclasses
import fnmatch
import json
from typing import Dict, List, Sequence, Tuple

import paths
from verdicts import Rules, Verdict, edges_text, place

# Verdicts of Tekton that say nothing about the object: its own code crashed, an
# object that the run needs was refused already, or the order of a map decides.
_SILENT = {"crashed", "blocked", "varies"}


@dataclasses.dataclass(frozen=True)
class Expected:
    """A line of expected_disagreements.tsv."""

    what: str  # verdict, code, path, edges
    case: str  # glob
    rule: str  # Tekton's rule, our code, or "*"
    reason: str

    def covers(self, what: str, case_id: str, names: Sequence[str]) -> bool:
        return (self.what == what and fnmatch.fnmatchcase(case_id, self.case)
                and (self.rule == "*" or self.rule in names))


def read_expected(path: str) -> List[Expected]:
    with open(path, encoding="utf-8") as file:
        return [Expected(row["what"], row["case"], row["rule"], row["reason"])
                for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


class Tally:
    """Agreement over one set of cases."""

    def __init__(self, name: str, rules: Rules, expected: List[Expected]):
        self.name = name
        self.rules = rules
        self.expected = expected
        self.count: Dict[str, int] = collections.Counter()
        self.expectedly: Dict[str, int] = collections.Counter()
        # Rejections by the rule: seen, with our verdict the same, and of those
        # whose code was looked at, with one of the rule's, and how many.
        self.by_rule: Dict[str, List[int]] = collections.defaultdict(lambda: [0, 0, 0, 0])
        self.disagreements: List[Tuple[str, str, str]] = []

    def _is_expected(self, what: str, case_id: str, names: Sequence[str]) -> bool:
        return any(line.covers(what, case_id, names) for line in self.expected)

    def _record(self, what: str, agree: bool, case_id: str, names: Sequence[str], text: str) -> None:
        if not agree and self._is_expected(what, case_id, names):
            self.expectedly[what] += 1
            return
        self.count[what] += 1
        if agree:
            self.count[what + " agree"] += 1
        else:
            self.disagreements.append((what, case_id, text))

    def add(self, case_id: str, tekton: List[Verdict], answer: dict) -> None:
        ours = {place(given, "object"): given for given in answer.get("objects") or ()}
        ours.update({place(given, "run"): given for given in answer.get("runs") or ()})
        if any(verdict.verdict == "crashed" and not verdict.kind for verdict in tekton):
            self.count["crashed"] += 1
            return
        if any("invalid-yaml" in finding.rules for verdict in tekton for finding in verdict.findings):
            # Kubernetes' reader splits a stream before it parses; ours can say
            # nothing about what follows the fault. Only the stream is compared.
            agree = any(given["verdict"] == "rejected" for given in ours.values())
            self._record("verdict", agree, case_id, ("invalid-yaml",), "Tekton can't read it, we can")
            return
        for theirs in tekton:
            if theirs.verdict in _SILENT:
                self.count[theirs.verdict] += 1
                continue
            mine = ours.get(theirs.place, {"verdict": "absent"})
            if theirs.place.startswith("run") and mine["verdict"] == "absent" and theirs.kind == "TaskRun":
                self.count["TaskRun not resolved"] += 1
                continue
            self._one(case_id, theirs, mine)

    def _one(self, case_id: str, theirs: Verdict, mine: dict) -> None:
        errors = mine.get("errors") or []
        my_codes = [error["code"] for error in errors]
        their_rules = [rule for finding in theirs.findings for rule in finding.rules]
        agree = theirs.verdict == mine["verdict"]
        where = f"{theirs.place} ({theirs.kind})"
        said = "; ".join(f"{error['path']}: {error.get('message', '')} [{error['code']}]" for error in errors[:4])
        theirs_said = "; ".join(finding.text() for finding in theirs.findings[:4])
        self._record("verdict", agree, case_id, their_rules + my_codes,
                     f"{where}: Tekton {theirs.verdict} ({theirs_said}), we {mine['verdict']} ({said})")
        if agree or not self._is_expected("verdict", case_id, their_rules + my_codes):
            for rule in dict.fromkeys(their_rules):
                self.by_rule[rule][0] += 1
                self.by_rule[rule][1] += agree
        if not agree:
            return
        if "edges" in mine and (theirs.edges or mine["edges"]):
            my_edges = edges_text(mine["edges"])
            self._record("edges", theirs.edges == my_edges, case_id, (), f"{where}: Tekton {theirs.edges}, we {my_edges}")
        if theirs.verdict != "rejected":
            return
        # Of an object that can't be read, what else there is depends on how it
        # was read all the same.
        unreadable = any(self._is_of_decoding(rule) for rule in their_rules)
        for finding in theirs.findings:
            if unreadable and not all(self._is_of_decoding(rule) for rule in finding.rules):
                continue
            codes = {code for rule in finding.rules if rule in self.rules.by_name for code in self.rules.by_name[rule].codes}
            same = [error for error in errors if error["code"] in codes]
            if codes:
                self._record("code", bool(same), case_id, finding.rules, f"{where}: Tekton {finding.text()} [{'|'.join(sorted(codes))}], we {said}")
                for rule in finding.rules:
                    self.by_rule[rule][2] += bool(same)
                    self.by_rule[rule][3] += 1
            if finding.path:
                # Any of ours will do: the same fault may have another name here.
                near = any(paths.leads_to(finding.path, error["path"], theirs.kind, codes) for error in (same or errors))
                self._record("path", near, case_id, finding.rules, f"{where}: Tekton {finding.text()}, we {said}")

    def _is_of_decoding(self, rule: str) -> bool:
        return rule in self.rules.by_name and self.rules.by_name[rule].stage == "decode"

    def add_substituted(self, case_id: str, theirs: Dict[str, str], ours: Dict[str, str], accepted: Sequence[str]) -> None:
        """Tasks as they are once substituted, of runs that both accept."""
        for key, text in theirs.items():
            if text is None or key.split("/")[0] not in accepted:
                continue
            mine = ours.get(key, "absent") or "has parameters left"
            at = next((i for i, (a, b) in enumerate(zip(text, mine)) if a != b), min(len(text), len(mine)))
            self._record("substituted", text == mine, case_id, (),
                         f"task {key}: Tekton …{text[max(0, at - 40):at + 60]}… we …{mine[max(0, at - 40):at + 60]}…")

    def add_converted(self, case_id: str, theirs: Dict[str, str], ours: Dict[str, str]) -> None:
        for key, text in theirs.items():
            mine = ours.get(key)
            if mine is None:  # Refused by us: the verdict tells.
                continue
            at = next((i for i, (a, b) in enumerate(zip(text, mine)) if a != b), min(len(text), len(mine)))
            self._record("converted", text == mine, case_id, (),
                         f"object {key}: Tekton …{text[max(0, at - 40):at + 60]}… we …{mine[max(0, at - 40):at + 60]}…")

    def share(self, what: str) -> float:
        return 1.0 if not self.count[what] else self.count[what + " agree"] / self.count[what]

    def report(self, limit: int, all_rules: bool = False) -> str:
        lines = [f"== {self.name}"]
        for what in ("verdict", "code", "path", "edges", "converted", "substituted"):
            lines.append(f"{what}: {self.count[what + ' agree']} of {self.count[what]} agree ({100 * self.share(what):.3f} %)"
                         + (f", {self.expectedly[what]} expected disagreements" if self.expectedly[what] else ""))
        for silent in ("crashed", "blocked", "varies", "TaskRun not resolved"):
            if self.count[silent]:
                lines.append(f"not compared: {self.count[silent]} {silent}")
        if all_rules:
            for rule, (seen, agreed, same, coded) in sorted(self.by_rule.items()):
                lines.append(f"  rule {rule}: verdict agrees in {agreed} of {seen}, code in {same} of {coded}")
        worst = sorted(((seen - agreed, rule) for rule, (seen, agreed, *_) in self.by_rule.items() if agreed < seen), reverse=True)
        for missed, rule in worst[:0 if all_rules else limit]:
            seen, agreed = self.by_rule[rule][:2]
            lines.append(f"  rule {rule}: verdict agrees in {agreed} of {seen}")
        shown = collections.Counter()
        for what, case_id, text in self.disagreements:
            shown[what] += 1
            if shown[what] <= limit:
                lines.append(f"  {what} {case_id}: {text}")
        for what, total in shown.items():
            if total > limit:
                lines.append(f"  … {total - limit} more about {what}")
        return "\n".join(lines)


def as_read(rules: Rules, tekton: List[Verdict]) -> List[Verdict]:
    """The verdicts as they would be if there were nothing after decoding."""
    found = []
    for verdict in tekton:
        if verdict.place.startswith("object") and verdict.verdict in ("accepted", "rejected"):
            findings = tuple(finding for finding in verdict.findings
                             if all(rule in rules.by_name and rules.by_name[rule].stage == "decode" for rule in finding.rules))
            found.append(dataclasses.replace(verdict, findings=findings, verdict="rejected" if findings else "accepted", edges=""))
    return found


def of_runs(tekton: List[Verdict]) -> List[Verdict]:
    """Those of runs, where the objects of the stream could be read."""
    if any("invalid-yaml" in finding.rules for verdict in tekton for finding in verdict.findings):
        return []
    return [verdict for verdict in tekton if verdict.place.startswith("run")]


def parse_answer(line: bytes) -> dict:
    return json.loads(line)
