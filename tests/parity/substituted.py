"""What a run's tasks look like once everything is substituted, in a form in
which Tekton's and ours can be held against each other.

Left out: what only one of the two has at this stage (defaults that a Pod gets,
the names of unnamed steps, parameters that have been substituted away).
"""

import fractions
import json
import re
from typing import Any, Dict, List, Optional

_STEP = ["name", "image", "command", "args", "workingDir", "script", "env", "envFrom", "computeResources", "volumeMounts", "onError", "timeout",
         "imagePullPolicy", "securityContext", "when", "workspaces", "stdoutConfig", "stderrConfig", "results"]
_SIDECAR = _STEP + ["ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle", "restartPolicy"]
_UNIT_NS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000, "µs": 1000, "μs": 1000, "ns": 1}


def _plain(value: Any) -> Any:
    """Without what is empty: absent and empty mean the same."""
    if isinstance(value, dict):
        found = {key: _plain(item) for key, item in sorted(value.items())}
        return {key: item for key, item in found.items() if item not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [_plain(item) if not isinstance(item, str) else item for item in value]
    return value


def duration(text: str) -> str:
    """One text for each value: 60s and 1m are the same."""
    total = 0
    for number, unit in re.findall(r"([\d.]+)(h|ms|us|µs|μs|ns|m|s)", text):
        whole, _, part = number.partition(".")
        total += int(whole or 0) * _UNIT_NS[unit] + (int(part.ljust(9, "0")[:9]) * _UNIT_NS[unit] // 10**9 if part else 0)
    return f"{total}ns"


_SUFFIX = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def quantity(text: str) -> str:
    """One text for each value: 1024Mi and 1Gi are the same."""
    match = re.fullmatch(r"([+-]?[\d.]+)(?:([KMGTPE])i|([numkMGTPE]?)|[eE]([+-]?\d+))", str(text))
    if not match:
        return str(text)
    number, binary, decimal, exponent = match.groups()
    value = fractions.Fraction(number)
    if binary:
        value *= 1024 ** ("KMGTPE".index(binary) + 1)
    else:
        value *= fractions.Fraction(10) ** (int(exponent) if exponent else _SUFFIX[decimal])
    return str(value)


def plain_references(text: str) -> str:
    """References to results, of which there are several ways to write one, in one way; and the number of the first attempt."""
    text = re.sub(r"""\$\(tasks\.([\w-]+)\.results(?:\.|\["|\[')([\w.-]+?)(?:"\]|'\])?((?:\[[\d*]+\])?)\)""", r"$(tasks.\1.results.\2\3)", text)
    # Ours knows it only when the attempt starts; Tekton's TaskRun begins with 0.
    return text.replace("$(context.task.retry-count)", "0")


def _container(given: Dict[str, Any], fields: List[str]) -> Dict[str, Any]:
    found = {field: given[field] for field in fields if field in given}
    if re.fullmatch(r"(unnamed|sidecar)-\d+", found.get("name", "")):
        del found["name"]
    if "timeout" in found:
        found["timeout"] = duration(found["timeout"])
    if found.get("onError") == "stopAndFail":
        del found["onError"]
    for result in found.get("results", ()):
        if result.get("type") == "string":
            del result["type"]
    for kind in ("requests", "limits"):
        amounts = found.get("computeResources", {}).get(kind, {})
        for name in amounts:
            amounts[name] = quantity(amounts[name])
    found = _plain(found)
    # Kubernetes knows no order among these.
    for field, key in (("env", "name"), ("volumeMounts", "mountPath")):
        if field in found:
            found[field] = sorted(found[field], key=lambda item: json.dumps(item.get(key, ""), sort_keys=True))
    return found


def normal(spec: Dict[str, Any], generate_name: str) -> Optional[str]:
    """Nothing where the form depends on what the run's results will be."""
    spec = json.loads(json.dumps(spec))
    workspaces = []
    for given in spec.get("workspaces", ()):
        # Tekton accepts a declaration without a name.
        name = given.get("name", "")
        workspaces.append(_plain({"name": name, "mountPath": (given.get("mountPath") or "/workspace/" + name).rstrip("/"),
                                  "readOnly": given.get("readOnly")}))
    form = _plain({
        "steps": [_container(step, _STEP) for step in spec.get("steps", ())],
        "sidecars": [_container(sidecar, _SIDECAR) for sidecar in spec.get("sidecars", ())],
        "volumes": sorted((_plain(volume) for volume in spec.get("volumes", ())), key=lambda volume: volume.get("name", "")),
    })
    form["workspaces"] = sorted(workspaces, key=lambda workspace: workspace.get("name", ""))
    text = json.dumps(form, sort_keys=True, ensure_ascii=False)
    # The volume of a workspace has a name of each side's own.
    text = re.sub(r"\bws-[a-z0-9.-]*[a-z0-9]\b", "ws-?????", text)
    if generate_name:
        # What the API server, Tekton's stand-in for it, and we add.
        text = re.sub(re.escape(generate_name) + r"[a-z0-9]{5}", generate_name + "?????", text)
    # Ours knows it only when the attempt starts; Tekton's TaskRun begins with 0.
    text = text.replace("$(context.task.retry-count)", "0")
    # References to results may be written in several ways.
    text = re.sub(r"""\$\(tasks\.([\w-]+)\.results(?:\.|\[\\"|\[')([\w.-]+?)(?:\\"\]|'\])?((?:\[[\d*]+\])?)\)""", r"$(tasks.\1.results.\2\3)", text)
    # Tekton puts results into a TaskRun's params before it makes the TaskRun.
    return None if "$(params" in text else text


_DURATIONS = {"timeout", "pipeline", "tasks", "finally"}


def _as_converted(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        found = {name: _as_converted(item, name) for name, item in value.items()}
        # An unconverted type stays out; converting writes the default in.
        if found.get("type") == "string":
            del found["type"]
        return found
    if isinstance(value, list):
        return [_as_converted(item, key) for item in value]
    if key in _DURATIONS and isinstance(value, str) and re.fullmatch(r"0|[+-]?[\d.]+(h|m|s|ms|us|µs|ns).*", value):
        return duration(value)
    if key in ("requests", "limits", "cpu", "memory", "storage"):
        return quantity(value)
    return value


def converted(answer: dict) -> Dict[str, str]:
    """"DOC.ITEM" -> v1beta1 objects that are accepted, as v1."""
    found = {}
    for given in answer.get("objects") or ():
        if "v1" not in given or given["verdict"] != "accepted":
            continue
        form = dict(given["v1"])
        for field in ("apiVersion", "kind", "status"):
            form.pop(field, None)
        form["metadata"] = {name: item for name, item in form.get("metadata", {}).items() if name != "creationTimestamp"}
        # What v1 hasn't is kept by Tekton in annotations.
        annotations = form["metadata"].get("annotations", {})
        form["metadata"]["annotations"] = {name: text for name, text in annotations.items() if not name.startswith("tekton.dev/v1beta1")}
        form.get("spec", {}).pop("resources", None)
        found[f"{given['doc']}.{given['item']}"] = json.dumps(_plain(_as_converted(form)), sort_keys=True, ensure_ascii=False)
    return found


def generate_names(answer: dict) -> Dict[str, str]:
    """"DOC.ITEM" -> generateName, of Tekton's answer."""
    return {f"{run['doc']}.{run['item']}": run.get("generateName", "") for run in answer.get("runs") or ()}


def of_answer(answer: dict, generate_names: Dict[str, str]) -> Dict[str, Optional[str]]:
    """"DOC.ITEM/TASK/INDEX" -> normal form, for each run that is accepted.

    `generate_names` has the generateName of the runs, by "DOC.ITEM".
    """
    found = {}
    for run in answer.get("runs") or ():
        if run["verdict"] != "accepted":
            continue
        at = f"{run['doc']}.{run['item']}"
        for task in run.get("tasks") or ():
            if task.get("late") and "matrix" in task.get("pipelineTask", {}):
                continue  # How many there will be isn't known.
            for index, unit in enumerate(task.get("runs") or ()):
                if "taskSpec" in unit:
                    # A TaskRun is a run of one task, whatever its name is here.
                    name = "" if run["kind"] == "TaskRun" else task["name"]
                    found[f"{at}/{name}/{index}"] = normal(unit["taskSpec"], generate_names.get(at, ""))
    return found
