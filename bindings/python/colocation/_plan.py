"""Planning, and what can be done with a plan."""

from __future__ import annotations

import copy
import json
import pathlib
from typing import Any, Iterable, Mapping, TypeVar, Union, cast

from colocation import _library
from colocation._errors import throw
from colocation._messages import (
    Advance,
    ApiFields,
    Cluster,
    ColocationPlan,
    Decision,
    Dependency,
    Diagnostic,
    Document,
    ImageConfig,
    Observation,
    PlannedPod,
    PlannedTask,
    PlanOptions,
    PlanRequest,
    Policy,
    Report,
    RequestMode,
    ResolvedReference,
    SimulationRequest,
    SimulationResult,
)

# One YAML or JSON text (several documents in one YAML are fine), a file, an
# object as json.loads or yaml.safe_load gives it, or a text with a name.
Source = Union[str, bytes, pathlib.Path, Mapping[str, Any], Document]
Sources = Union[Source, Iterable[Source]]
ParamValue = Union[str, "list[str]", "dict[str, str]"]

_SOURCE = (str, bytes, pathlib.Path, Mapping, Document)
_ENDINGS = (".yaml", ".yml", ".json")
_E = TypeVar("_E", Policy, RequestMode, ApiFields)


def _document(source: Source, number: int) -> Document:
    if isinstance(source, Document):
        return source
    if isinstance(source, pathlib.Path):
        return Document(name=str(source), content=source.read_bytes())
    if isinstance(source, Mapping):
        return Document(name=f"object {number}", content=json.dumps(source).encode())
    if isinstance(source, str):
        if "\n" not in source and source.endswith(_ENDINGS):
            raise ValueError(f"a str is a text, and this looks like a file's name: use pathlib.Path({source!r})")
        source = source.encode()
    return Document(name=f"text {number}", content=source)


def _documents(sources: Sources) -> list[Document]:
    listed = [cast(Source, sources)] if isinstance(sources, _SOURCE) else list(sources)
    return [_document(source, number) for number, source in enumerate(listed, 1)]


def _member(kind: type[_E], value: _E | str) -> _E:
    """`pipelinerun` and `POLICY_PIPELINERUN` as well as Policy.PIPELINERUN."""
    if isinstance(value, kind):
        return value
    for member in kind.__members__.values():
        if value.upper() in (member.name, member.value):
            return member
    names = ", ".join(name.lower() for name in list(kind.__members__)[1:])
    raise ValueError(f"{value!r} is none of {names}")


def _request(
    documents: Sources,
    *,
    policy: Policy | str | None = None,
    requests: RequestMode | str | None = None,
    api_fields: ApiFields | str | None = None,
    run: str | None = None,
    params: Mapping[str, ParamValue] | None = None,
    workspaces: Iterable[Mapping[str, Any]] = (),
    images: Mapping[str, ImageConfig] | None = None,
    cluster: Cluster | None = None,
    resolved: Iterable[ResolvedReference] = (),
    options: PlanOptions | None = None,
) -> PlanRequest:
    chosen = copy.deepcopy(options) if options is not None else PlanOptions()
    if policy is not None:
        chosen.policy = _member(Policy, policy)
    if requests is not None:
        chosen.requests = _member(RequestMode, requests)
    if api_fields is not None:
        chosen.api_fields = _member(ApiFields, api_fields)
    if run is not None:
        chosen.run = run
    chosen.params += [{"name": name, "value": value} for name, value in (params or {}).items()]
    chosen.workspaces += [dict(workspace) for workspace in workspaces]
    configs = [
        ImageConfig(image=image, entrypoint=config.entrypoint, cmd=config.cmd)
        for image, config in (images or {}).items()
    ]
    return PlanRequest(
        documents=_documents(documents), options=chosen, cluster=cluster, images=configs, resolved=list(resolved)
    )


def _ask(function: str, request: PlanRequest) -> bytes:
    with _library.Request() as handle:
        # As bytes: JSON would need them in base64.
        for document in request.documents:
            handle.add_document(document.name.encode(), document.content)
        rest = request.to_json()
        rest.pop("documents", None)
        status, answer = _library.call(
            "colo_request_merge", handle.handle, _library.FORMAT_JSON, _library.view(json.dumps(rest).encode())
        )
        if status == _library.OK:
            planner = _library.planner(_library.FORMAT_JSON)
            status, answer = _library.call(function, planner, handle.handle)
        elif answer:
            # Merging writes its report as it read: in JSON.
            throw(status, answer)
    if status != _library.OK:
        throw(status, answer)
    return answer


def plan(
    documents: Sources,
    *,
    policy: Policy | str | None = None,
    requests: RequestMode | str | None = None,
    api_fields: ApiFields | str | None = None,
    run: str | None = None,
    params: Mapping[str, ParamValue] | None = None,
    workspaces: Iterable[Mapping[str, Any]] = (),
    images: Mapping[str, ImageConfig] | None = None,
    cluster: Cluster | None = None,
    resolved: Iterable[ResolvedReference] = (),
    options: PlanOptions | None = None,
) -> Plan:
    """Plans a run.

    documents: the objects of the run: texts, pathlib.Path of files, dictionaries,
        Document for a text with a name; one or several, in any order.
    policy: "workspaces" (default), "pipelinerun" or "isolated".
    requests: what a Pod asks for: "peak" (default) or "sum".
    api_fields: Tekton's enable-api-fields: "stable", "beta" (default) or "alpha".
    run: the name of the run, where the documents have several.
    params: values for parameters of the pipeline.
    workspaces: workspace bindings, as in a PipelineRun.
    images: the entrypoints of images, by the image as a step names it.
    cluster: limit ranges, nodes and abilities of the cluster.
    resolved: what remote references stand for.
    options: all other options; the ones above win.

    The answer depends on nothing else: no clock, network or environment is
    looked at, and no file that isn't named here. Other threads run meanwhile.

    Raises RefusedError, NeedsError, CannotShareError, LimitError, which are
    ColocationErrors.
    """
    request = _request(
        documents,
        policy=policy,
        requests=requests,
        api_fields=api_fields,
        run=run,
        params=params,
        workspaces=workspaces,
        images=images,
        cluster=cluster,
        resolved=resolved,
        options=options,
    )
    return Plan(_ask("colo_request_plan", request))


def validate(
    documents: Sources,
    *,
    api_fields: ApiFields | str | None = None,
    options: PlanOptions | None = None,
) -> list[Diagnostic]:
    """Checks the objects without planning: each as Tekton's webhook does, and runs
    with what they refer to. Returns the warnings; raises RefusedError."""
    answer = _ask("colo_request_validate", _request(documents, api_fields=api_fields, options=options))
    return Report.from_json(json.loads(answer or b"{}")).diagnostics


def simulate(request: SimulationRequest) -> SimulationResult:
    """What would happen if the runs of `request` came to its cluster, with a Pod
    for each task and as their plans have it. A workload's plan is Plan.message."""
    planner = _library.planner(_library.FORMAT_JSON)
    status, answer = _library.call(
        "colo_simulate", planner, _library.view(json.dumps(request.to_json()).encode())
    )
    if status != _library.OK:
        throw(status, answer)
    return SimulationResult.from_json(json.loads(answer))


class Plan:
    """The plan of a run: which tasks share which Pod, and all that a controller
    needs. `message` is all of it."""

    def __init__(self, text: str | bytes) -> None:
        """Reads what `to_json` gives, of any version of the library that makes
        plans of version 1. What isn't known here is kept."""
        self._json = text.encode() if isinstance(text, str) else text
        self.message = ColocationPlan.from_json(json.loads(self._json))

    def __repr__(self) -> str:
        pods = ", ".join(f"{pod.name}: {' '.join(pod.tasks)}" for pod in self.pods)
        return f"<colocation.Plan {pods}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def to_json(self) -> str:
        """The plan as a text; the same plan gives the same text."""
        return self._json.decode()

    # -- What is in it

    @property
    def tasks(self) -> list[PlannedTask]:
        """Every pipeline task, as written: first `tasks`, then `finally`."""
        return self.message.tasks

    @property
    def pods(self) -> list[PlannedPod]:
        """In the order of their first task."""
        return self.message.pods

    @property
    def dependencies(self) -> list[Dependency]:
        return self.message.dependencies

    @property
    def decisions(self) -> list[Decision]:
        """Why the plan is as it is."""
        return self.message.decisions

    @property
    def warnings(self) -> list[Diagnostic]:
        return self.message.warnings

    def task(self, name: str) -> PlannedTask:
        """The task of that name; KeyError where there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise KeyError(f"the plan has no task {name!r}; it has {', '.join(task.name for task in self.tasks)}")

    def pod(self, name: str) -> PlannedPod:
        """The Pod of that name; KeyError where there is none."""
        for pod in self.pods:
            if pod.name == name:
                return pod
        raise KeyError(f"the plan has no Pod {name!r}; it has {', '.join(pod.name for pod in self.pods)}")

    def pod_of(self, task: str) -> PlannedPod | None:
        """The Pod that the task runs in; None for one that is skipped or that
        something else runs."""
        name = self.task(task).pod
        return self.pod(name) if name else None

    def share_pod(self, *tasks: str) -> bool:
        """Whether all these tasks run in one Pod."""
        pods = {self.task(task).pod for task in tasks}
        return len(pods) == 1 and pods != {""}

    def waits_for(self, task: str, other: str) -> bool:
        """Whether `task` starts only after `other` has ended, itself or because
        of what it waits for."""
        self.task(other)
        seen: set[str] = set()
        waiting = [task]
        while waiting:
            for parent in self.task(waiting.pop()).wait_for:
                if parent == other:
                    return True
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return False

    # -- What becomes of it

    def _call(self, function: str, *arguments: object, message_format: int = _library.FORMAT_JSON) -> str:
        planner = _library.planner(message_format)
        status, answer = _library.call(function, planner, _library.view(self._json), *arguments)
        if status != _library.OK:
            # A YAML planner reads JSON, but writes reports in YAML. What it
            # could refuse, the other one has read before.
            throw(status, answer if message_format == _library.FORMAT_JSON else b"")
        return answer.decode()

    def manifests(self) -> list[dict[str, Any]]:
        """The claims and Pods to create, as Kubernetes has them."""
        listed = json.loads(self._call("colo_render", _library.view(b"")))
        return list(listed["items"]) if listed.get("kind") == "List" else [listed]

    def manifests_yaml(self) -> str:
        """The same as what `kubectl create` takes."""
        return self._call("colo_render", _library.view(b""), message_format=_library.FORMAT_YAML)

    def manifest(self, pod: str) -> dict[str, Any]:
        """The Pod of that name, as Kubernetes has it."""
        self.pod(pod)
        return dict(json.loads(self._call("colo_render", _library.view(pod.encode()))))

    def describe(self) -> str:
        """The plan as a text for people."""
        return self._call("colo_describe")

    def explain(self, task: str = "") -> str:
        """Why it is as it is; all of it, or what concerns a task."""
        if task:
            self.task(task)
        return self._call("colo_explain", _library.view(task.encode()))

    def dot(self) -> str:
        """A picture, in Graphviz' language."""
        return self._call("colo_graph", _library.DRAWING_DOT)

    def svg(self) -> str:
        return self._call("colo_graph", _library.DRAWING_SVG)

    def html(self) -> str:
        """A page with the picture and tables."""
        return self._call("colo_graph", _library.DRAWING_HTML)

    def advance(self, observation: Observation) -> Advance:
        """What a controller has to do next, and how the run stands. Keeps
        nothing: hand the status that comes back in with the next observation."""
        seen = json.dumps(observation.to_json()).encode()
        return Advance.from_json(json.loads(self._call("colo_advance", _library.view(seen))))

    def check(self) -> None:
        """Verifies the plan independently of the planner; RefusedError says what
        is wrong. A plan of `plan` was verified already."""
        self._call("colo_check")
