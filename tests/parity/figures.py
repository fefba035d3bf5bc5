"""docs/parity.md: how far we agree with Tekton, for each set of cases and each rule."""

import os
from typing import List

import pods_like_tekton
from compare import Tally
from verdicts import Rules

PAGE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "docs", "parity.md")
_WHAT = ["verdict", "code", "path", "edges", "converted", "substituted"]
_SETS = {"hard_cases": "hard cases", "hard_mutants": "mutants of hard cases", "corpus": "corpus", "mutants": "mutants of both"}

_HEAD = """\
# Agreement with Tekton

How far our verdicts are those of Tekton Pipelines v1.15.0, measured over recorded answers of Tekton's own code. Made by
`tests/parity/parity.py figures --write`; what is compared, and how, is in
[tests/parity/README.md](../tests/parity/README.md), what each rule says in [rules.md](rules.md).

*Verdict*: accepted, rejected, or in need of other objects. *Code*: our error is one of those that the rule has here. *Path*:
Tekton's field path leads to ours. *Edges*: the dependencies between tasks. *Converted*: a v1beta1 object as v1. *Substituted*: a
run's task, with all parameters put in. *On purpose*: left out of the figures, each with its reason in
[expected_disagreements.tsv](../tests/parity/expected_disagreements.tsv).

What runs end with, in one cluster with Tekton's own controller and ours, is compared by
[tests/cluster](../tests/cluster/README.md).

## Speed

`tests/parity/speed.py` runs one generated pipeline of 20,000 tasks (9.4 MB of YAML) through Tekton's code and ours, in turns on the
same machine: reading strictly, defaults and validation, and the graph of dependencies. Times were measured on a machine with two
cores that was busy with other things, so only their ratio says something.

| part | Tekton | ours | times faster |
| --- | --- | --- | --- |
| read | 3,092 ms | 451 ms | 6.9 |
| defaults, validation | 18,945 ms | 267 ms | 71 |
| graph | 695 ms | 41 ms | 17 |
| all | 22,732 ms | 758 ms | 30 |

## Sets of cases
"""


_PODS = """\
## Pods

For each TaskRun, and each task of each PipelineRun, of the cases made for it, the hard cases and the corpus: the Pod that Tekton's own builder makes
beside ours, each task in a Pod of its own. What a step or sidecar sees and may do is compared, not how it is brought about.
*Seen*: Pods or containers in which either side has the field, with maps (labels, mounts) counted by key. *On purpose*: each
with its source and reason in [expected_pod_differences.tsv](../tests/parity/expected_pod_differences.tsv).
"""


def _share(agreed: int, seen: int) -> str:
    return f"{agreed:,} of {seen:,}" if agreed < seen else f"{seen:,}" if seen else ""


def page(rules: Rules, tallies: List[Tally], pods: pods_like_tekton.Tally) -> str:
    lines = [_HEAD, "| set | " + " | ".join(_WHAT) + " | on purpose |", "| --- |" + " --- |" * (len(_WHAT) + 1)]
    for tally in tallies:
        cells = [_share(tally.count[what + " agree"], tally.count[what]) for what in _WHAT]
        lines.append(f"| {_SETS[tally.name]} | " + " | ".join(cells) + f" | {sum(tally.expectedly.values()) or ''} |")
    lines += ["", "One number: all of them agree.", "", _PODS, f"{pods.units} Pods.", "",
              "| field | seen | agree | on purpose |", "| --- | --- | --- | --- |"]
    for field in sorted(pods.seen):
        lines.append(f"| {field} | {pods.seen[field]:,} | {pods.same[field]:,} | {pods.expectedly[field] or ''} |")
    lines += ["", "## Rules", "",
              "Over all sets. *Seen*: rejections of Tekton's that may come from the rule; where its message fits several, each counts.",
              "", "| rule | seen | verdict | code |", "| --- | --- | --- | --- |"]
    for name, rule in rules.by_name.items():
        seen, verdict, code, coded = (sum(tally.by_rule[name][i] for tally in tallies if name in tally.by_rule) for i in range(4))
        if seen:
            lines.append(f"| `{name}` | {seen:,} | {_share(verdict, seen)} | {_share(code, coded)} |")
    unseen = [f"`{name}`" for name in rules.by_name if not any(name in tally.by_rule for tally in tallies)]
    lines += ["", "Never seen in a rejection: " + ", ".join(unseen) + "."]
    return "\n".join(lines) + "\n"
