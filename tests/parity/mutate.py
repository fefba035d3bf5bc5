"""Makes wrong objects out of right ones, the same ones every time.

Mutant number i is a function of the seed, i and the cases it starts from: no
clock, no hash order, no library whose random numbers could change. It works on
the text, line by line, so that what both sides read is the very same bytes, and
so that odd YAML arises as well as odd objects.

What is done to a text (one change, one time in four two):

  drop          a key with all below it          rename      a misspelt key
  double        a list item or key once more     retype      a scalar of another type
  unknown       a key that nobody knows          rekey       another field's name
  variable      a $(...) that refers elsewhere   refer       runAfter, names of tasks, …
  cycle         a task that waits for a later    swap        the values of two keys
  name          a name that is no name           number      negative, too large, no unit
  insert        a field with a value that belongs there, or nearly so
  version       v1 <-> v1beta1                   move        a list item to another place
  flow          drops or renames or retypes within {…} and […]
"""

import re
from typing import List, Optional, Sequence

from cases import Case

_MASK = (1 << 64) - 1


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, *seeds: int):
        self._state = 0
        for seed in seeds:
            self._state = (self._state ^ (seed & _MASK)) & _MASK
            self.next()

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, n: int) -> int:
        return self.next() % n

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def choice(self, sequence: Sequence):
        return sequence[self.below(len(sequence))]


_KEY = re.compile(r'^(\s*)((?:- +)*)([A-Za-z_][\w.\-/]*|"[^"]*")\s*:(?:\s+(.*)|\s*)$')
_ITEM = re.compile(r"^(\s*)- ")
_BLOCK = re.compile(r"[|>][+-]?\d*\s*(#.*)?$")
_VARIABLE = re.compile(r"\$\(([^()\s]+)\)")

_SCALARS = ['""', "null", "x", '"5"', '""', "null", "x", "other", "", "true", "5", "-1", "[]", "{}", "[a]", "[1]", "{a: b}", "{a: 1}", "y", "1.5"]
_NAMES = ["UPPER", "a.b", "a_b", "-a", "a-", '""', "a b", "a/b", "0", "x" * 64, "$(params.name)", "$(context.taskRun.name)"]
_NUMBERS = ["-1", "0", "1", "99999999999999999999", "1h", "-1h", "5", '"5"', "1d", "100h", "0s", "1.5h", "1h30m"]
_VARIABLES = [
    "params.nowhere", "params.nowhere[*]", "params.nowhere[0]", 'params["no.where"]', "tasks.nobody.results.r", "tasks.nobody.status",
    "tasks.status", "context.pipelineRun.nmae", "context.taskRun.nmae", "context.task.name", "workspaces.nowhere.path",
    "results.nothing.path", "step.results.nothing.path", "steps.nobody.results.r", "finally.nobody.results.r", "date", "params.a.b.c",
    "tasks.nobody.outputs.image", "step.artifacts.path",
]
# (parent key, field, value): fields that belong there, or nearly so.
_INSERTS = [
    ("tasks", "runAfter", "[nobody]"), ("tasks", "retries", "2"), ("tasks", "onError", "continue"), ("tasks", "onError", "never"),
    ("tasks", "timeout", "-5s"), ("tasks", "matrix", "{params: [{name: m, value: [a, b]}]}"),
    ("tasks", "matrix", "{include: [{params: [{name: m, value: a}]}]}"), ("tasks", "when", "[{input: a, operator: in, values: [a]}]"),
    ("tasks", "when", "[{input: $(params.nowhere), operator: in, values: [a]}]"), ("tasks", "when", "[{}]"),
    ("tasks", "when", '[{cel: "true"}]'), ("tasks", "params", "[{name: extra, value: a}]"),
    ("tasks", "params", "[{name: extra, value: $(tasks.nobody.results.r)}]"), ("tasks", "params", "[{name: d, value: a}, {name: d, value: b}]"),
    ("tasks", "workspaces", "[{name: nowhere}]"), ("tasks", "taskRef", "{name: other}"), ("tasks", "pipelineRef", "{name: other}"),
    ("tasks", "taskSpec", "{steps: [{image: i}]}"), ("finally", "runAfter", "[a]"), ("finally", "params", "[{name: s, value: $(tasks.status)}]"),
    ("steps", "onError", "continue"), ("steps", "onError", "ignore"), ("steps", "timeout", "5s"), ("steps", "timeout", "-5s"),
    ("steps", "script", "echo $(params.nowhere)"), ("steps", "command", "[a]"), ("steps", "ref", "{name: s}"), ("steps", "image", "i"),
    ("steps", "results", "[{name: r}]"), ("steps", "results", "[{name: r, type: object}]"), ("steps", "when", "[{input: a, operator: eq, values: [a]}]"),
    ("steps", "stdoutConfig", "{path: /p}"), ("steps", "volumeMounts", "[{name: v, mountPath: /tekton/x}]"),
    ("steps", "volumeMounts", "[{name: v, mountPath: /workspace/source}]"), ("steps", "workspaces", "[{name: nowhere, mountPath: /m}]"),
    ("steps", "env", "[{name: e, value: $(params.nowhere)}]"), ("steps", "args", '["a$(params.nowhere[*])"]'),
    ("steps", "computeResources", "{requests: {memory: 2Gi}, limits: {memory: 1Gi}}"), ("steps", "name", "twice"), ("steps", "workingDir", "$(steps.a.results.r)"),
    ("spec", "params", "[{name: x, type: number}]"), ("spec", "params", "[{name: x}, {name: x}]"), ("spec", "params", "[{name: o, type: object}]"),
    ("spec", "params", "[{name: e, enum: [a, a]}]"), ("spec", "params", "[{name: x, value: a}]"), ("spec", "workspaces", "[{name: w}]"),
    ("spec", "workspaces", "[{name: w, emptyDir: {}}]"), ("spec", "workspaces", "[{name: w}, {name: w}]"), ("spec", "results", "[{name: r}]"),
    ("spec", "results", "[{name: r, value: constant}]"), ("spec", "results", "[{name: r, value: $(tasks.nobody.results.r)}]"),
    ("spec", "timeouts", "{pipeline: 1h, tasks: 2h}"), ("spec", "timeouts", "{tasks: 30m, finally: 40m}"), ("spec", "status", "Cancelled"),
    ("spec", "status", "whatever"), ("spec", "taskRunSpecs", "[{pipelineTaskName: nobody}]"), ("spec", "finally", "[{name: f, taskRef: {name: t}}]"),
    ("spec", "stepTemplate", "{env: [{name: e, value: $(params.nowhere)}]}"), ("spec", "stepTemplate", "{image: i, command: [c]}"),
    ("spec", "volumes", "[{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]"), ("spec", "sidecars", "[{name: s}]"), ("spec", "sidecars", "[{name: s, image: i, script: a, command: [b]}]"),
    ("spec", "pipelineRef", "{name: other}"), ("spec", "taskRef", "{name: other}"), ("spec", "description", "text"), ("spec", "displayName", "text"),
    ("params", "type", "array"), ("params", "type", "object"), ("params", "default", "[a]"), ("params", "default", "a"), ("params", "default", "{a: b}"),
    ("params", "properties", "{a: {type: array}}"), ("params", "enum", "[a, b]"), ("taskRef", "kind", "Other"), ("taskRef", "apiVersion", "x.dev/v1"),
    ("taskRef", "resolver", "git"), ("taskRef", "params", "[{name: p, value: v}]"), ("workspaces", "optional", "true"), ("workspaces", "subPath", "$(params.nowhere)"),
    ("workspaces", "emptyDir", "{}"), ("workspaces", "configMap", "{}"), ("results", "type", "object"), ("results", "type", "array"),
    ("results", "value", "$(steps.S.results.r)"), ("metadata", "namespace", "other"), ("metadata", "labels", "{a: 1}"),
]
_OTHER_KEYS = ["name", "value", "type", "default", "image", "script", "args", "command", "params", "tasks", "steps", "taskRef", "taskSpec",
               "workspaces", "results", "when", "runAfter", "spec", "description", "timeout", "resources", "computeResources", "env"]


def _block_scalars(lines: List[str]) -> List[bool]:
    """For each line: is it text of a block scalar."""
    inside: List[bool] = []
    limit: Optional[int] = None
    for line in lines:
        stripped = line.lstrip(" ")
        indent = len(line) - len(stripped)
        if limit is not None and (not stripped or indent > limit):
            inside.append(True)
            continue
        limit = None
        inside.append(False)
        match = _KEY.match(line)
        if match and match.group(4) and _BLOCK.match(match.group(4)):
            limit = len(match.group(1)) + len(match.group(2))
    return inside


class _Text:
    """Lines with their keys; edits are made on the list of lines."""

    def __init__(self, text: str):
        self.lines = text.split("\n")
        self.scan()

    def scan(self) -> None:
        self.inside = _block_scalars(self.lines)
        self.keys = []
        for i, line in enumerate(self.lines):
            if not self.inside[i]:
                match = _KEY.match(line)
                if match and not line.lstrip().startswith("#"):
                    self.keys.append((i, match))

    def column(self, i: int) -> int:
        match = _KEY.match(self.lines[i])
        if match:
            return len(match.group(1)) + len(match.group(2))
        return len(self.lines[i]) - len(self.lines[i].lstrip(" "))

    def end(self, i: int, column: int) -> int:
        """The line after the block that starts in line i at the column."""
        j = i + 1
        while j < len(self.lines):
            line = self.lines[j]
            stripped = line.lstrip(" ")
            indent = len(line) - len(stripped)
            if stripped and not self.inside[j]:
                if indent < column or (indent == column and not stripped.startswith("- ")):
                    break
                if indent == column and _ITEM.match(self.lines[i]) and len(_ITEM.match(self.lines[i]).group(1)) == indent:
                    break
            j += 1
        return j

    def items(self) -> List[int]:
        return [i for i, line in enumerate(self.lines) if not self.inside[i] and _ITEM.match(line)]

    def item_end(self, i: int) -> int:
        indent = len(_ITEM.match(self.lines[i]).group(1))
        j = i + 1
        while j < len(self.lines):
            line = self.lines[j]
            stripped = line.lstrip(" ")
            if stripped and not self.inside[j] and len(line) - len(stripped) <= indent:
                break
            j += 1
        return j

    def parent(self, i: int) -> Optional[str]:
        """The key below which line i stands."""
        column = self.column(i)
        for j in range(i - 1, -1, -1):
            if self.inside[j]:
                continue
            match = _KEY.match(self.lines[j])
            if not match:
                continue
            own = len(match.group(1)) + len(match.group(2))
            if own < column and (not match.group(4) or match.group(4).startswith(("&", "#"))):
                return match.group(3)
        return None


def _pick(text: _Text, random: Random, test=lambda match: True):
    found = [(i, match) for i, match in text.keys if test(match)]
    return random.choice(found) if found else None


def _set_value(text: _Text, i: int, match, value: str) -> None:
    stop = text.end(i, text.column(i))
    text.lines[i:stop] = [f"{match.group(1)}{match.group(2)}{match.group(3)}: {value}"]


def _drop(text, random):
    picked = _pick(text, random)
    if not picked:
        return False
    i, match = picked
    stop = text.end(i, text.column(i))
    keep = []
    if match.group(2):
        # The item's first key: the next one takes over the dash.
        if stop < len(text.lines) and text.column(stop) == text.column(i) and not _ITEM.match(text.lines[stop]):
            head = match.group(1) + match.group(2)
            text.lines[stop] = head + text.lines[stop][len(head):]
        else:
            keep = [match.group(1) + match.group(2) + "{}"]
    text.lines[i:stop] = keep
    return True


def _double(text, random):
    items = text.items()
    if items and random.chance(70):
        i = random.choice(items)
        stop = text.item_end(i)
        text.lines[stop:stop] = text.lines[i:stop]
        return True
    picked = _pick(text, random, lambda m: not m.group(2))
    if not picked:
        return False
    i, _ = picked
    stop = text.end(i, text.column(i))
    text.lines[stop:stop] = text.lines[i:stop]
    return True


def _misspell(word, random):
    how = random.below(4)
    if how == 0 and len(word) > 2:
        at = random.below(len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if how == 1:
        return word + "s"
    if how == 2 and len(word) > 2:
        return word[:-1]
    return word[0].swapcase() + word[1:]


def _rename(text, random):
    picked = _pick(text, random, lambda m: not m.group(3).startswith('"'))
    if not picked:
        return False
    i, match = picked
    start = match.start(3)
    text.lines[i] = text.lines[i][:start] + _misspell(match.group(3), random) + text.lines[i][match.end(3):]
    return True


def _rekey(text, random):
    picked = _pick(text, random)
    if not picked:
        return False
    i, match = picked
    text.lines[i] = text.lines[i][:match.start(3)] + random.choice(_OTHER_KEYS) + text.lines[i][match.end(3):]
    return True


def _retype(text, random):
    picked = _pick(text, random)
    if not picked:
        return False
    _set_value(text, *picked, random.choice(_SCALARS))
    return True


def _unknown(text, random):
    picked = _pick(text, random)
    if not picked:
        return False
    i, _ = picked
    stop = text.end(i, text.column(i))
    text.lines.insert(stop, " " * text.column(i) + random.choice(["bogus: 1", "x-note: text", "Name: a", "unknown: {a: b}"]))
    return True


def _variable(text, random):
    places = [(i, m) for i, line in enumerate(text.lines) for m in _VARIABLE.finditer(line)]
    if not places:
        return False
    i, match = random.choice(places)
    inner = match.group(1)
    how = random.below(6)
    if how == 0:
        new = random.choice(_VARIABLES)
    elif how == 1:
        new = inner + random.choice(["[*]", "[0]", "[9]", ".key", ".path", "x"])
    elif how == 2:
        new = re.sub(r"\[.*\]$", "", inner)
    elif how == 3:
        parts = inner.split(".")
        parts[random.below(len(parts))] += "x"
        new = ".".join(parts)
    elif how == 4:
        other = random.choice(places)[1].group(1)
        new = other
    else:
        new = re.sub(r"^params\.(.*)$", r'params["\1"]', inner)
    line = text.lines[i]
    prefix = random.choice(["", "", "", "a ", "$"])
    text.lines[i] = line[:match.start()] + prefix + f"$({new})" + line[match.end():]
    return True


def _refer(text, random):
    keys = {"runAfter", "name", "workspace", "pipelineTaskName", "kind", "mountPath", "claimName"}
    picked = _pick(text, random, lambda m: m.group(3) in keys and m.group(4))
    if not picked:
        return False
    i, match = picked
    names = [m.group(4).strip() for _, m in text.keys if m.group(3) == "name" and m.group(4)]
    value = random.choice(names + ["nobody"]) if names else "nobody"
    if match.group(3) == "runAfter":
        value = f"[{value}]"
    _set_value(text, i, match, value)
    return True


def _tasks(text):
    """(line, name) of list items that begin with a name and have a task."""
    found = []
    for i, match in text.keys:
        if match.group(3) == "name" and match.group(2) and match.group(4) and text.parent(i) == "tasks":
            found.append((i, match.group(4).strip()))
    return found


def _cycle(text, random):
    tasks = _tasks(text)
    if not tasks:
        return False
    i, _ = random.choice(tasks)
    _, name = random.choice(tasks)
    if random.chance(50):
        line = f"runAfter: [{name}]"
    else:
        line = f"when: [{{input: $(tasks.{name}.results.r), operator: in, values: [x]}}]"
    text.lines.insert(i + 1, " " * text.column(i) + line)
    return True


def _swap(text, random):
    one = _pick(text, random, lambda m: m.group(4))
    two = _pick(text, random, lambda m: m.group(4))
    if not one or not two or one[0] == two[0] or _BLOCK.match(one[1].group(4)) or _BLOCK.match(two[1].group(4)):
        return False
    for (i, match), (_, other) in ((one, two), (two, one)):
        text.lines[i] = f"{match.group(1)}{match.group(2)}{match.group(3)}: {other.group(4)}"
    return True


def _name(text, random):
    picked = _pick(text, random, lambda m: m.group(3) in ("name", "generateName"))
    if not picked:
        return False
    _set_value(text, *picked, random.choice(_NAMES))
    return True


def _number(text, random):
    keys = {"retries", "timeout", "tasks", "finally", "pipeline", "memory", "cpu", "storage", "value", "runAsUser", "periodSeconds", "port"}
    picked = _pick(text, random, lambda m: m.group(3) in keys and m.group(4))
    if not picked:
        return False
    _set_value(text, *picked, random.choice(_NUMBERS))
    return True


def _insert(text, random):
    for _ in range(6):
        parent, field, value = random.choice(_INSERTS)
        spots = [i for i, match in text.keys if text.parent(i) == parent and (parent in ("spec", "metadata", "taskRef") or match.group(2))]
        if parent == "spec":
            spots = [i for i in spots if text.column(i) <= 4]
        if not spots:
            continue
        i = random.choice(spots)
        match = _KEY.match(text.lines[i])
        text.lines.insert(text.end(i, text.column(i)), " " * text.column(i) + f"{field}: {value}")
        del match
        return True
    return False


def _version(text, random):
    picked = _pick(text, random, lambda m: m.group(3) == "apiVersion" and m.group(4) and "tekton.dev" in m.group(4))
    if not picked:
        return False
    i, match = picked
    old = match.group(4)
    _set_value(text, i, match, "tekton.dev/v1" if "beta" in old else random.choice(["tekton.dev/v1beta1", "tekton.dev/v1beta1", "tekton.dev/v2", "v1"]))
    return True


def _move(text, random):
    items = text.items()
    if len(items) < 2:
        return False
    i = random.choice(items)
    stop = text.item_end(i)
    block = text.lines[i:stop]
    del text.lines[i:stop]
    text.scan()
    rest = [j for j in text.items() if len(_ITEM.match(text.lines[j]).group(1)) == len(_ITEM.match(block[0]).group(1))]
    j = random.choice(rest) if rest else i
    text.lines[j:j] = block
    return True


_PAIR = re.compile(r"([{,]\s*)([A-Za-z_]\w*): ([^,{}\[\]]+)(?=[,}])")


def _flow(text, random):
    places = [(i, m) for i, line in enumerate(text.lines) if not text.inside[i] and not line.startswith("#") for m in _PAIR.finditer(line)]
    if not places:
        return False
    i, match = random.choice(places)
    line = text.lines[i]
    lead, key, value = match.groups()
    how = random.choice([0, 0, 0, 1, 2, 3, 3, 4, 4, 4, 4, 5])
    if how == 0:
        new = lead if lead.startswith("{") else ""
        rest = line[match.end():]
        if new and rest.startswith(","):
            rest = rest[1:].lstrip()
        text.lines[i] = line[:match.start()] + new + rest
        return True
    if how == 1:
        key = _misspell(key, random)
    elif how == 2:
        value = random.choice(_SCALARS)
    elif how == 3:
        value = random.choice(_NAMES)
    elif how == 4:
        value = random.choice(places)[1].group(3)
    else:
        key = random.choice(_OTHER_KEYS)
    text.lines[i] = f"{line[:match.start()]}{lead}{key}: {value}{line[match.end():]}"
    return True


_OPERATIONS = (
    [_drop] * 7 + [_double] * 4 + [_rename] + [_rekey] + [_retype] * 3 + [_unknown] + [_variable] * 9 + [_refer] * 6
    + [_cycle] * 4 + [_swap] * 2 + [_name] * 4 + [_number] * 2 + [_insert] * 12 + [_version] + [_move] * 2 + [_flow] * 4
)
_SETTINGS = ["-"] * 14 + [
    "enable-api-fields=stable", "enable-api-fields=stable", "enable-api-fields=alpha", "enable-api-fields=alpha",
    "enable-api-fields=alpha;enable-param-enum=true;enable-artifacts=true;enable-concise-resolver-syntax=true",
    "enable-api-fields=alpha;enable-cel-in-whenexpression=true",
]


def mutant(bases: Sequence[Case], seed: int, number: int) -> Case:
    random = Random(seed, number)
    hard = [case for case in bases if case.rule is not None]
    soft = [case for case in bases if case.rule is None]
    base = random.choice(soft if soft and random.chance(70) else hard)
    text = _Text(base.text.decode("utf-8", "replace"))
    done = []
    wanted = 2 if random.chance(25) else 1
    for _ in range(12):
        operation = random.choice(_OPERATIONS)
        if operation is not _flow and base.rule is not None and random.chance(40):
            operation = _flow
        if operation(text, random):
            done.append(operation.__name__[1:])
            text.scan()
            if len(done) == wanted:
                break
    settings = random.choice(_SETTINGS) if base.settings == "-" else base.settings
    return Case(id=f"mutant/{number}/{'+'.join(done) or 'none'}/{base.id}", text="\n".join(text.lines).encode(), settings=settings)
