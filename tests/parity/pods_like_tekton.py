#!/usr/bin/env python3
"""Compares the Pods that we make of runs with those of Tekton's own Pod builder; see README.md.

  pods_like_tekton.py check  --subject PROGRAM [--corpus=] [--oracle PROGRAM]   with the recorded Pods, or the oracle's
  pods_like_tekton.py record [--oracle PROGRAM]           writes golden/pods.jsonl.gz; builds tekton_oracle/ where no program is named
  pods_like_tekton.py show   CASE --subject PROGRAM --oracle PROGRAM            both forms of one case
"""

import argparse
import collections
import csv
import dataclasses
import gzip
import json
import os
import re
import sys
import tempfile
from typing import Dict, Iterator, List, Sequence, Tuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402
import compare  # noqa: E402
import go_program  # noqa: E402
import pod_ours  # noqa: E402
import pod_tekton  # noqa: E402
import substituted  # noqa: E402
import verdicts  # noqa: E402
from pod_form import Form  # noqa: E402

_HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(_HERE, "golden", "pods.jsonl.gz")
# How many differences are printed of each field.
_SHOWN = 3


def _matches(glob: str, text: str) -> bool:
    """With "*" only: names of fields have brackets in them."""
    return re.fullmatch(".*".join(map(re.escape, glob.split("*"))), text) is not None


@dataclasses.dataclass(frozen=True)
class Expected:
    """A line of expected_pod_differences.tsv."""

    what: str  # glob: "step mounts[/tekton/steps]"
    case: str  # glob
    source: str
    reason: str


def read_expected() -> List[Expected]:
    with open(os.path.join(_HERE, "expected_pod_differences.tsv"), encoding="utf-8") as file:
        return [Expected(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


class Tally:
    """Agreement, by field."""

    def __init__(self, expected: List[Expected]):
        self.expected = expected
        self.units = self.refused = 0
        # Of a field: how often it is set on a side, how often both are equal,
        # and how often they differ as expected.
        self.seen: Dict[str, int] = collections.Counter()
        self.same: Dict[str, int] = collections.Counter()
        self.expectedly: Dict[str, int] = collections.Counter()
        self.used: Dict[Expected, int] = collections.Counter()
        self.differences: Dict[str, List[str]] = collections.defaultdict(list)

    def _one(self, case_id: str, where: str, what: str, theirs, ours) -> None:
        group = what.split("[")[0]
        self.seen[group] += 1
        if theirs == ours:
            self.same[group] += 1
            return
        for line in self.expected:
            if _matches(line.what, what) and _matches(line.case, case_id):
                self.used[line] += 1
                self.expectedly[group] += 1
                return
        self.differences[what].append(f"{case_id} {where}: Tekton {json.dumps(theirs)}, we {json.dumps(ours)}")

    def add(self, case_id: str, theirs: Dict[str, Form], ours: Dict[str, Form]) -> None:
        for key, form in theirs.items():
            run, _, rest = key.partition("/")
            task = key.rpartition("/")[0]
            self.units += 1
            if run in ours:
                self.refused += 1
                for code in ours[run]["refused"]:
                    self._one(case_id, key, f"pod refused[{code}]", None, code)
                continue
            mine = ours.get(key)
            if mine is None:
                self._one(case_id, key, "pod missing", "a Pod", None)
                continue
            shared = f"{task}/1" in ours
            for field in sorted(form.keys() | mine.keys()):
                what = re.sub(r"^(step|sidecar) \d+", r"\1", field)
                if shared and what.startswith("pod "):
                    # Units of a matrix are containers of one Pod.
                    if what == "pod volumes":
                        continue
                    what = "matrix " + what
                self._one(case_id, f"{key} {field}", what, form.get(field), mine.get(field))

    def report(self) -> str:
        lines = [f"{self.units} Pods of Tekton's, {self.refused} of runs that we refuse"]
        for group in sorted(self.seen):
            lines.append(f"  {group}: {self.same[group]} of {self.seen[group] - self.expectedly[group]} agree, "
                         f"{self.expectedly[group]} differ on purpose")
        for what, found in sorted(self.differences.items()):
            lines.append(f"{len(found)} times {what}")
            lines += ["    " + text[:600] for text in found[:_SHOWN]]
        return "\n".join(lines)

    def report_faults(self, has_corpus: bool) -> bool:
        """Prints the report and what is wrong; whether nothing is. Some lines are only of use with the corpus."""
        print(self.report())
        if self.differences:
            print(f"FAILED: {sum(map(len, self.differences.values()))} differences are in no line of expected_pod_differences.tsv")
        unused = [line for line in self.expected if not self.used[line]] if has_corpus else []
        for line in unused:
            print(f"FAILED: expected_pod_differences.tsv: never seen: {line.what} {line.case}")
        return not self.differences and not unused


def sets(corpus: str) -> Iterator[Tuple[str, List[cases.Case]]]:
    yield "pod_cases", list(cases.hard_cases(os.path.join(_HERE, "pod_cases")))
    yield "hard_cases", list(cases.hard_cases(os.path.join(_HERE, "hard_cases")))
    if corpus:
        yield "corpus", list(cases.corpus(corpus))


def of_tekton(oracle: Sequence[str], group: List[cases.Case]) -> Iterator[Tuple[cases.Case, dict]]:
    """Of each case: the forms of Tekton's Pods, and the generateName of runs."""
    for case, line in zip(group, verdicts.run([*oracle, "--pods"], group)):
        answer = compare.parse_answer(line)
        yield case, {"names": substituted.generate_names(answer), "units": pod_tekton.forms_of(answer)}


def record(oracle: List[str], corpus: str) -> None:
    lines = []
    for name, group in sets(corpus):
        lines.append({"set": name, "digest": cases.digest(group)})
        lines += [{"id": case.id, **found} for case, found in of_tekton(oracle, group) if found["units"]]
    data = gzip.compress("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines).encode(), mtime=0)
    with open(GOLDEN, "wb") as file:
        file.write(data)
    print(f"pods: {len(lines)} cases, {len(data)} bytes")


def recorded() -> Tuple[Dict[str, str], Dict[str, dict]]:
    """The digest of each set, and what was recorded of each case."""
    digests, found = {}, {}
    with gzip.open(GOLDEN, "rt", encoding="utf-8") as file:
        for line in map(json.loads, file):
            if "set" in line:
                digests[line["set"]] = line["digest"]
            else:
                found[line["id"]] = line
    return digests, found


def tally(subject: List[str], corpus: str, oracle: Sequence[str] = ()) -> Tally:
    """Ours beside what is recorded, or beside the oracle's. Raises ValueError where the record is of other cases."""
    total = Tally(read_expected())
    digests, have = ({}, {}) if oracle else recorded()
    for name, group in sets(corpus):
        if oracle:
            have = {case.id: found for case, found in of_tekton(oracle, group)}
        elif digests.get(name) != cases.digest(group):
            raise ValueError(f"golden/pods.jsonl.gz was recorded for other {name}: record it again (README.md)")
        group = [case for case in group if have.get(case.id, {}).get("units")]
        for case, line in zip(group, verdicts.run(subject, group)):
            found = have[case.id]
            total.add(case.id, found["units"], pod_ours.forms_of(compare.parse_answer(line), found["names"]))
    return total


def check(args: argparse.Namespace) -> int:
    return 0 if tally(args.subject, args.corpus, args.oracle).report_faults(bool(args.corpus)) else 1


def show(args: argparse.Namespace) -> int:
    for _, group in sets(args.corpus):
        for case in group:
            if case.id != args.case:
                continue
            ((_, theirs),) = of_tekton(args.oracle, [case])
            (line,) = verdicts.run(args.subject, [case])
            ours = pod_ours.forms_of(compare.parse_answer(line), theirs["names"])
            print(json.dumps({"tekton": theirs["units"], "ours": ours}, indent=1, sort_keys=True))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "record", "show"])
    parser.add_argument("case", nargs="?")
    parser.add_argument("--subject", type=str.split, default=[])
    parser.add_argument("--oracle", type=str.split, default=[])
    parser.add_argument("--corpus", default=cases.find_corpus())
    args = parser.parse_args()
    if args.command != "record":
        return {"check": check, "show": show}[args.command](args)
    with tempfile.TemporaryDirectory() as folder:
        record(args.oracle or [go_program.build("tekton_oracle", folder)], args.corpus)
    return 0


if __name__ == "__main__":
    sys.exit(main())
