#!/usr/bin/env python3
"""docs/rules.md, made from tests/parity/rules.tsv.

  rules_page.py write    writes the page
  rules_page.py check    fails where the page is not what it would write
"""

import csv
import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_TABLE = os.path.join(_ROOT, "tests", "parity", "rules.tsv")
_PAGE = os.path.join(_ROOT, "docs", "rules.md")

_HEAD = """\
# Rules

What Tekton refuses, and so do we: {count} rules, as of Tekton Pipelines v1.15. Made from `tests/parity/rules.tsv` by
`tests/docs/rules_page.py write`; how the rules are compared with Tekton's own code is in
[tests/parity/README.md](../tests/parity/README.md). What each code means is in [diagnostics.md](diagnostics.md).

*Flag*: `beta` is refused while `enable-api-fields` is `stable`, `alpha` unless it is `alpha`; anything else is the name of a flag
or setting of Tekton's. *Example*: a case in `tests/parity/hard_cases/`, `FILE/CASE`.
"""

_STAGES = [
    ("decode", "Reading", "Of the text alone, by the decoder (`colocation/decode`)."),
    ("webhook", "Each object alone", "With its defaults set, as Tekton's webhook looks at it (`colocation/validate`)."),
    ("reconcile", "The whole run", "Of all objects of a run together, as Tekton's reconcilers look at them (`colocation/resolve`)."),
]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").strip()


def _codes(text: str) -> str:
    return ", ".join(f"`{code}`" for code in text.split("|") if code)


def page() -> str:
    with open(_TABLE, encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    lines = [_HEAD.format(count=len(rows))]
    for stage, title, about in _STAGES:
        lines += [f"## {title}", about, "",
                  "| rule | code | objects | in Tekton | flag | to know | example |", "| --- | --- | --- | --- | --- | --- | --- |"]
        for row in rows:
            if row["stage"] == stage:
                cells = [f"`{row['rule']}`", _codes(row["code"]), *(_cell(row[name]) for name in ("objects", "source", "gate", "note", "example"))]
                lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    if sys.argv[1:] == ["write"]:
        with open(_PAGE, "w", encoding="utf-8") as file:
            file.write(page())
        return 0
    with open(_PAGE, encoding="utf-8") as file:
        if file.read() == page():
            return 0
    print("docs/rules.md is not what rules.tsv says; run tests/docs/rules_page.py write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
