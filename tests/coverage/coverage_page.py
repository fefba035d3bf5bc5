#!/usr/bin/env python3
"""docs/coverage.md: what becomes of everything that an author can write.

  coverage_page.py write       writes the page
  coverage_page.py check       fails where the page is not what it would write, or where something has no row
  coverage_page.py record      api.txt: what Tekton's own types and code have, by the module that tests/parity pins
  coverage_page.py live        fails where api.txt is not what it would record

The rows come from effects.tsv, which says what a field was seen to do (effects_test.cc), and from ledger.tsv, which says
what that doesn't show: what is honoured elsewhere, and by which test, and why something has no effect.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple, Set, Tuple

_HERE = os.path.dirname(os.path.realpath(__file__))
_ROOT = os.path.dirname(os.path.dirname(_HERE))
_PAGE = os.path.join(_ROOT, "docs", "coverage.md")
_PARITY = os.path.join(_ROOT, "tests", "parity")
sys.path.insert(0, _PARITY)
import go_program  # noqa: E402

_HEAD = """\
# Coverage

What becomes here of each field of Tekton's objects (v1 and v1beta1, as of Tekton Pipelines v1.15), of the parts of
Kubernetes' that they hold, of the annotations and labels that Tekton reads, and of the objects that it looks up. Settings of
the installation have [a page of their own](settings.md).

| | |
| --- | --- |
| honoured | as in Tekton; the test shows it. *in the Pod*: `tests/coverage/effects_test.cc` sets the field and sees the Pod or its launcher's orders change |
| refused | an error with this code: see [diagnostics.md](diagnostics.md) |
| warned | a warning with this code, and nothing else |
| no effect | it changes nothing here, for the reason given |

{counts}

`X.*` are the fields below X, but for those that have a line of their own. Made by `tests/coverage/coverage_page.py write` from `tests/coverage/ledger.tsv` and
`tests/coverage/effects.tsv`; it fails where a field, annotation, label or object of Tekton's has no row, and where a row
names a test, a code or a field that doesn't exist.
"""

_OUTCOMES = ("honoured", "refused", "warned", "no effect")
# What an effect of effects.tsv is by itself. Of the others somebody has to say what they are: a field of which no value
# was accepted may be honoured with others.
_BY_ITSELF = {"pod": "honoured", "warned": "warned"}
_SEEN = "in the Pod"
# Names of Go's types where the model has another.
_RENAMED = {
    "Template": "PodTemplate", "TaskRunSidecarSpec": "TaskRunStepSpec", "TaskRunStepOverride": "TaskRunStepSpec",
    "TaskRunSidecarOverride": "TaskRunStepSpec", "Time": "", "FieldsV1": "RawValue", "RawExtension": "RawValue",
}


class Row(NamedTuple):
    here: str
    by: str
    note: str


class Field(NamedTuple):
    name: str
    old: str  # v1beta1's name for it
    type: str
    only_v1beta1: bool


def _table(name: str) -> List[Dict[str, str]]:
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda m: m.group(1).upper(), name)


def messages(proto: str) -> Dict[str, List[Field]]:
    """The messages of a .proto file; those that are no mapping in YAML have no fields."""
    with open(os.path.join(_ROOT, "proto", "colocation", "v1", proto), encoding="utf-8") as file:
        text = re.sub(r"//[^\n]*", "", file.read())
    found = {}
    for name, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        fields = []
        for type_, field, options in re.findall(
                r"(?:repeated |optional )?([\w.]+|map<[\w., ]+>) (\w+) = \d+\s*(?:\[(.*?)\])?;", body, re.DOTALL):
            if "(hidden) = true" in options or "option (form)" in body:
                continue
            json = re.search(r'json_name = "(\w+)"', options)
            name_ = json.group(1) if json else _camel(field)
            old = re.search(r'\(v1beta1_name\) = "(\w+)"', options)
            if "(inlined) = true" in options:
                name_ = ""
            fields.append(Field(name_, old.group(1) if old else "", re.sub(r"map<\w+, (\w+)>", r"\1", type_),
                                "(v1beta1_only) = true" in options))
        found[name] = fields
    return found


def codes() -> Set[str]:
    with open(os.path.join(_ROOT, "docs", "diagnostics.md"), encoding="utf-8") as file:
        return set(re.findall(r"^\| `([a-z-]+)` \|", file.read(), re.MULTILINE))


def tests() -> Set[str]:
    """Names of tests: Suite.Name of C++, functions of Go and Python, names of tests in BUILD files."""
    found = set()
    for folder, folders, names in os.walk(_ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "bazel-"))]
        for name in names:
            patterns = {"_test.cc": r"\bTEST(?:_[FP])?\((\w+),\s*(\w+)\)", "_test.go": r"^func (Test\w+)\(",
                        "_test.py": r"def (test_\w+)\(", "BUILD.bazel": r'name = "(\w+_test)"'}
            for ending, pattern in patterns.items():
                if name.endswith(ending):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        for match in re.findall(pattern, file.read(), re.MULTILINE):
                            found.add(match if isinstance(match, str) else ".".join(match))
    return found


class Ledger:
    """All rows, and what is wrong with them."""

    def __init__(self):
        self.faults: List[str] = []
        self.tekton, self.kubernetes = messages("tekton.proto"), messages("kubernetes.proto")
        self.effects = {row["field"]: row for row in _table("effects.tsv")}
        with open(os.path.join(_HERE, "api.txt"), encoding="utf-8") as file:
            self.api = [line.split(" ") for line in file.read().splitlines() if not line.startswith("#")]
        self.said: Dict[str, Row] = {}
        self._known_codes, self._known_tests = codes(), tests()
        for row in _table("ledger.tsv"):
            self._say(row)
        self._used: Set[str] = set()
        self.rows: Dict[str, Row] = {}
        self._fields()
        self._api()
        self.others = {what: row for what, row in self.said.items() if " " in what}
        for what in sorted(set(self.said) - self._used):
            self.faults.append(f"ledger.tsv: {what}: there is no such field, annotation, label or object")

    def _say(self, row: Dict[str, str]) -> None:
        what, here, by, note = (row[name] or "" for name in ("what", "here", "by", "note"))
        if what in self.said:
            self.faults.append(f"ledger.tsv: {what} stands twice")
        if here not in _OUTCOMES:
            self.faults.append(f"ledger.tsv: {what}: \"{here}\" is none of {', '.join(_OUTCOMES)}")
        known = {"honoured": self._known_tests, "refused": self._known_codes, "warned": self._known_codes}.get(here, set())
        for name in filter(None, by.split(" ")):
            if name not in known:
                self.faults.append(f"ledger.tsv: {what}: there is no {'test' if here == 'honoured' else 'code'} {name}")
        if not (by if here != "no effect" else note):
            self.faults.append(f"ledger.tsv: {what}: {'a reason' if here == 'no effect' else 'a test or code'} is missing")
        self.said[what] = Row(here, by, note)

    def _find(self, key: str, seen: str):
        """What ledger.tsv says of a field: by its name; or, where that isn't seen, of all below another, in any message."""
        message, _, rest = key.partition(".")
        parts = rest.split(".")
        patterns = [key]
        if seen not in _BY_ITSELF:
            for depth in range(len(parts), -1, -1):
                below = ".".join(parts[:depth]) + (".*" if depth < len(parts) else "")
                patterns += [f"{message}.{below}".replace("..", "."), f"*.{below}".replace("..", ".")]
        for pattern in patterns:
            if pattern in self.said:
                self._used.add(pattern)
                return self.said[pattern]
        return None

    def _row(self, key: str) -> None:
        effect = self.effects.get(key)
        seen = effect["effect"] if effect else ""
        said = self._find(key, seen)
        if said is None:
            if seen not in _BY_ITSELF:
                self.faults.append(f"{key}: {'changes the plan alone' if seen == 'plan' else 'changes nothing' if seen else 'is not tried'}"
                                   ", and ledger.tsv doesn't say why")
                return
            self.rows[key] = Row(_BY_ITSELF[seen], effect["codes"] or _SEEN, "")
            return
        if said.here == "no effect" and seen == "pod":
            self.faults.append(f"ledger.tsv: {key} has an effect")
        if said.here == "refused" and seen and seen != "refused":
            self.faults.append(f"ledger.tsv: {key} is not refused: {seen}")
        self.rows[key] = said

    def _fields(self) -> None:
        for key in self.effects:
            self._row(key)
        for message, fields in self.tekton.items():
            if message in ("ObjectSet", "OtherObject", "StringList", "StringMap"):
                continue
            for field in fields:
                key = f"{message}.{field.name}"
                below = any(other.startswith(key + ".") for other in self.effects)
                if field.only_v1beta1 or (field.name and key not in self.effects and not below and field.type not in self.tekton):
                    self._row(key)

    def _has(self, message: str, field: str) -> bool:
        for models in (self.tekton, self.kubernetes):
            for known in models.get(message, ()):
                if field in (known.name, known.old):
                    return True
                if not known.name and self._has(known.type, field):
                    return True
        return False

    def _api(self) -> None:
        for kind, *rest in self.api:
            if kind == "field":
                package, type_, field = rest
                if not self._has(_RENAMED.get(type_, type_), field):
                    self._other(f"{package} {type_}.{field}")
            elif kind == "key":
                self._other(f"key {rest[0]}")
            else:
                self._other("object " + "/".join(filter(None, rest)))

    def _other(self, what: str) -> None:
        of_all = what.rsplit(".", 1)[0] + ".*"
        for row in (what, of_all):
            if row in self.said:
                self._used.add(row)
                return
        self.faults.append(f"{what}: Tekton has it, and ledger.tsv has no row")


def _cells(row: Row) -> str:
    by = row.by if row.by == _SEEN else ", ".join(f"`{name}`" for name in row.by.split(" ") if name)
    return f"{row.here} | {by} | {row.note.replace('|', chr(92) + '|')}"


def _collapsed(rows: Dict[str, Row]) -> List[Tuple[str, Row]]:
    """Fields that have all below them in common become one line."""
    lines: List[Tuple[str, Row]] = []
    names = sorted(rows)
    while names:
        first = names[0]
        parts = first.split(".")
        # From the top down: the largest part of which all rows are equal. A message's own fields stay apart.
        for depth in range(2, len(parts)):
            prefix = ".".join(parts[:depth])
            group = [name for name in names if name == prefix or name.startswith(prefix + ".")]
            if len(group) > 1 and len({rows[name] for name in group}) == 1:
                lines.append((prefix + ".*", rows[first]))
                names = [name for name in names if name not in group]
                break
        else:
            lines.append((first, rows[first]))
            names = names[1:]
    return lines


def page(ledger: Ledger) -> str:
    rows = {key: row for key, row in ledger.rows.items()
            if not (key in ledger.effects and any(other.startswith(key + ".") for other in ledger.rows) and key not in ledger.said)}
    counts = {here: sum(row.here == here for row in [*rows.values(), *ledger.others.values()]) for here in _OUTCOMES}
    lines = [_HEAD.format(counts=f"{len(rows)} fields and {len(ledger.others)} other things: " +
                          ", ".join(f"{count} {here}" for here, count in counts.items()) + ".")]
    by_message: Dict[str, Dict[str, Row]] = {}
    for key, row in rows.items():
        by_message.setdefault(key.split(".")[0], {})[key] = row
    for message in sorted(by_message):
        lines += [f"## {message}", "| field | here | by | |", "| --- | --- | --- | --- |"]
        lines += [f"| `{key}` | {_cells(row)} |" for key, row in _collapsed(by_message[message])]
        lines.append("")
    for title, beginning in (("Annotations and labels", "key "), ("Objects that Tekton looks up", "object "), ("Of other versions", "v1")):
        found = sorted((what, row) for what, row in ledger.others.items() if what.startswith(beginning))
        if found:
            lines += [f"## {title}", "| | here | by | |", "| --- | --- | --- | --- |"]
            lines += [f"| `{what.removeprefix(beginning)}` | {_cells(row)} |" for what, row in found]
            lines.append("")
    return "\n".join(lines)


def recorded() -> str:
    """What fields/ of the oracle says of the pinned module; raises go_program.Skip."""
    with tempfile.TemporaryDirectory() as folder:
        program = go_program.build("tekton_oracle", folder, "./fields")
        sources = go_program.module_folder("tekton_oracle", "github.com/tektoncd/pipeline")
        return subprocess.run([program, sources], capture_output=True, text=True, check=True).stdout


def live() -> str:
    with open(os.path.join(_HERE, "api.txt"), encoding="utf-8") as file:
        assert file.read() == recorded(), "tests/coverage/api.txt is not what Tekton has: coverage_page.py record"
    return "Tekton has what api.txt says"


def main() -> int:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode == "record":
        with open(os.path.join(_HERE, "api.txt"), "w", encoding="utf-8") as file:
            file.write(recorded())
        return 0
    if mode == "live":
        return go_program.main("api", "IsWhatTektonHas", live)
    ledger = Ledger()
    for fault in ledger.faults:
        print(fault)
    text = page(ledger)
    if mode == "write":
        with open(_PAGE, "w", encoding="utf-8") as file:
            file.write(text)
        return 1 if ledger.faults else 0
    if mode != "check":
        print(__doc__)
        return 2
    with open(_PAGE, encoding="utf-8") as file:
        if file.read() != text:
            print("docs/coverage.md is not up to date: tests/coverage/coverage_page.py write")
            return 1
    print(f"{len(ledger.rows)} fields, {len(ledger.others)} other rows")
    return 1 if ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main())
