"""What comes out of the Python package, and what is raised."""

import concurrent.futures
import ctypes
import json
import pathlib

import colocation
import pytest
from colocation import _library

PIPELINE = """
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: release}
spec:
  params: [{name: revision, default: main}]
  workspaces: [{name: source}]
  tasks:
  - name: clone
    workspaces: [{name: source}]
    taskSpec:
      workspaces: [{name: source}]
      steps: [{name: git, image: busybox, command: [echo, $(params.revision)]}]
  - name: build
    runAfter: [clone]
    workspaces: [{name: source}]
    taskSpec:
      workspaces: [{name: source}]
      steps: [{name: make, image: busybox, script: make}]
  - name: announce
    taskSpec:
      steps: [{name: say, image: busybox, script: echo}]
  - name: deploy
    runAfter: [build]
    taskSpec:
      steps: [{name: apply, image: busybox, script: apply}]
"""


def test_tasks_over_one_workspace_share_a_pod():
    plan = colocation.plan(PIPELINE)
    assert plan.share_pod("clone", "build")
    assert not plan.share_pod("clone", "deploy")
    assert [pod.tasks for pod in plan.pods][0] == ["clone", "build"]
    assert plan.pod_of("build") is plan.pods[0]


def test_waiting_is_transitive():
    plan = colocation.plan(PIPELINE)
    assert plan.waits_for("deploy", "clone")
    assert not plan.waits_for("clone", "deploy")
    assert not plan.waits_for("announce", "clone")


def test_what_is_not_in_the_plan_is_a_key_error():
    plan = colocation.plan(PIPELINE)
    with pytest.raises(KeyError, match="biuld.*clone, build"):
        plan.share_pod("clone", "biuld")
    with pytest.raises(KeyError):
        plan.manifest("nowhere")
    with pytest.raises(KeyError):
        plan.explain("nobody")


@pytest.mark.parametrize("policy", ["pipelinerun", "POLICY_PIPELINERUN", colocation.Policy.PIPELINERUN])
def test_an_option_by_any_of_its_names(policy):
    plan = colocation.plan(PIPELINE, policy=policy)
    assert plan.message.policy is colocation.Policy.PIPELINERUN
    assert len(plan.pods) == 1


def test_an_unknown_option_is_a_value_error():
    with pytest.raises(ValueError, match="'all' is none of workspaces, pipelinerun, isolated"):
        colocation.plan(PIPELINE, policy="all")


def test_documents_of_every_kind_give_the_same_plan(tmp_path):
    # JSON is YAML; one line of it, so that all positions are alike too.
    value = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "p"},
        "spec": {"tasks": [{"name": "a", "taskSpec": {"steps": [{"image": "i", "script": "ls"}]}}]},
    }
    text = json.dumps(value)
    file = tmp_path / "p.json"
    file.write_text(text)
    shapes = [value, text, text.encode(), file, colocation.Document(name="p", content=text.encode()), [value]]
    assert len({colocation.plan(shape).describe() for shape in shapes}) == 1


def test_a_file_name_is_not_taken_for_a_text():
    with pytest.raises(ValueError, match="pathlib.Path"):
        colocation.plan("pipeline.yaml")


def test_params_reach_the_containers():
    plan = colocation.plan(PIPELINE, params={"revision": "v1.2"})
    assert "v1.2" in plan.manifests_yaml()


def test_everything_else_that_can_be_given():
    plan = colocation.plan(
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "Pipeline",
            "metadata": {"name": "p"},
            "spec": {
                "params": [{"name": "names", "type": "array"}],
                "workspaces": [{"name": "w"}],
                "tasks": [
                    {"name": "a", "taskRef": {"resolver": "git", "params": [{"name": "url", "value": "u"}]}},
                    {
                        "name": "b",
                        "workspaces": [{"name": "w"}],
                        "taskSpec": {
                            "workspaces": [{"name": "w"}],
                            "steps": [{"name": "s", "image": "tool", "args": ["$(params.names[*])"]}],
                        },
                    },
                ],
            },
        },
        requests="sum",
        params={"names": ["x", "y"]},
        workspaces=[{"name": "w", "persistentVolumeClaim": {"claimName": "disk"}}],
        images={"tool": colocation.ImageConfig(entrypoint=["/bin/tool"])},
        cluster=colocation.Cluster(pod_level_resources=True),
        resolved=[
            colocation.ResolvedReference(
                resolver="git",
                params=[{"name": "url", "value": "u"}],
                document=colocation.Document(
                    name="remote.yaml",
                    content=b"{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: t}, spec: {steps: [{image: i, script: ls}]}}",
                ),
            )
        ],
        options=colocation.PlanOptions(default_service_account="builder", controlled=True),
    )
    assert plan.message.requests is colocation.RequestMode.SUM
    pod = plan.pod_of("b")
    assert pod is not None
    assert pod.spec["serviceAccountName"] == "builder"
    assert any(volume.volume["persistentVolumeClaim"]["claimName"] == "disk" for volume in pod.volumes if volume.workspace)
    arguments = pod.containers[0].container
    assert "/bin/tool" in arguments["command"] and "x" in arguments["args"]


def test_options_given_are_not_changed():
    options = colocation.PlanOptions()
    colocation.plan(PIPELINE, params={"revision": "x"}, policy="isolated", options=options)
    assert options == colocation.PlanOptions()


def test_refused_says_where():
    with pytest.raises(colocation.RefusedError) as caught:
        colocation.plan(colocation.Document(name="release.yaml", content=PIPELINE.replace("[clone]", "[clnoe]").encode()))
    error = caught.value
    diagnostic = error.diagnostics[0]
    assert diagnostic.path == "spec.tasks[1].runAfter[0]"
    assert diagnostic.position.file == "release.yaml"
    assert (diagnostic.position.line, diagnostic.position.column) == (15, 16)
    assert diagnostic.severity is colocation.Severity.ERROR
    assert error.codes == [diagnostic.code]
    assert "clone" in diagnostic.hint
    assert str(error).startswith("release.yaml:15:16: error: spec.tasks[1].runAfter[0]: ")


def test_needs_say_what_to_fetch():
    text = PIPELINE.replace("taskSpec:\n      steps: [{name: say, image: busybox, script: echo}]", "taskRef: {name: say}")
    with pytest.raises(colocation.NeedsError) as caught:
        colocation.plan(text)
    [need] = caught.value.needs
    assert (need.kind, need.name) == (colocation.Need.Kind.TASK, "say")
    task = "{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: say}, spec: {steps: [{image: i, script: ls}]}}"
    assert colocation.plan([text, task]).task("announce").task_ref == "say"


def test_what_cannot_share_a_pod():
    text = PIPELINE + """---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  pipelineRef: {name: release}
  workspaces: [{name: source, emptyDir: {}}]
  taskRunSpecs: [{pipelineTaskName: clone, serviceAccountName: other}]
"""
    with pytest.raises(colocation.CannotShareError, match="other"):
        colocation.plan(text)


def test_a_limit():
    with pytest.raises(colocation.LimitError, match="input_bytes"):
        colocation.plan(PIPELINE, options=colocation.PlanOptions(limits=colocation.Limits(input_bytes=10)))


def test_a_bad_argument_says_what():
    with pytest.raises(colocation.BadArgumentError, match="wrong-type"):
        colocation.plan(PIPELINE, workspaces=[{"name": 1}])


def test_validate():
    assert colocation.validate(PIPELINE) == []
    with pytest.raises(colocation.RefusedError):
        colocation.validate("{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: t}, spec: {}}")


def test_what_becomes_of_a_plan():
    plan = colocation.plan(PIPELINE, policy="pipelinerun")
    [pod] = plan.manifests()
    assert pod["kind"] == "Pod"
    assert pod == plan.manifest(plan.pods[0].name)
    assert f"name: {plan.pods[0].name}" in plan.manifests_yaml()
    assert "4 tasks in 1 Pod" in plan.describe()
    assert "build" in plan.explain("build")
    assert plan.dot().startswith("digraph")
    assert "<svg" in plan.svg()
    assert "<html" in plan.html()
    plan.check()


def test_a_run_advances():
    plan = colocation.plan(PIPELINE, policy="pipelinerun")
    first = plan.advance(colocation.Observation(now="2026-01-02T03:04:05Z"))
    [action] = first.actions
    assert action.create_pod is not None
    assert action.create_pod["metadata"]["name"] == plan.pods[0].name
    assert first.status is not None and first.status.start_time == "2026-01-02T03:04:05Z"
    assert not first.done
    # Cancelled before the Pod was there: nothing to create any more.
    second = plan.advance(
        colocation.Observation(now="2026-01-02T03:04:06Z", spec_status="Cancelled", status=first.status)
    )
    assert second.done
    assert second.status.conditions[0].status == "False"
    with pytest.raises(colocation.BadArgumentError, match="now"):
        plan.advance(colocation.Observation())


def test_a_run_is_simulated():
    plan = colocation.plan(PIPELINE, policy="pipelinerun")
    result = colocation.simulate(
        colocation.SimulationRequest(
            workloads=[colocation.SimulatedWorkload(plan=plan.message)],
            cluster=colocation.SimulationCluster(
                nodes=[colocation.SimulatedNode(name="one", allocatable={"cpu": "4", "memory": "8Gi"})]
            ),
        )
    )
    assert [each.kind for each in result.executions] == [
        colocation.ExecutionKind.POD_PER_TASK,
        colocation.ExecutionKind.COLOCATED,
    ]
    with pytest.raises(colocation.ColocationError):
        colocation.simulate(colocation.SimulationRequest())


def test_manifests_of_several_pods():
    assert [pod["metadata"]["name"] for pod in colocation.plan(PIPELINE).manifests()] == [
        pod.name for pod in colocation.plan(PIPELINE).pods
    ]


def test_a_changed_plan_is_found_out():
    text = colocation.plan(PIPELINE).to_json().replace('"waitFor":["clone"]', '"waitFor":["deploy"]')
    with pytest.raises(colocation.RefusedError):
        colocation.Plan(text).check()


def test_a_plan_is_read_back_whole():
    plan = colocation.plan(PIPELINE)
    again = colocation.Plan(plan.to_json())
    assert again == plan and hash(again) == hash(plan)
    assert again.message == plan.message
    # Every field that the library writes is known here.
    assert plan.message.to_json() == json.loads(plan.to_json())


def test_what_a_newer_library_writes_is_read():
    text = colocation.plan(PIPELINE).to_json()
    newer = colocation.Plan(
        text.replace('"version":2', '"version":2,"novelty":{}').replace("POLICY_WORKSPACES", "POLICY_NOVEL")
    )
    assert newer.message.policy == "POLICY_NOVEL"
    assert newer.message.policy.name == "POLICY_NOVEL"
    assert "novelty" in newer.to_json()


def test_the_same_input_gives_the_same_bytes():
    assert colocation.plan(PIPELINE).to_json() == colocation.plan(PIPELINE).to_json()


def test_threads():
    expected = colocation.plan(PIPELINE)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        plans = list(pool.map(lambda _: colocation.plan(PIPELINE), range(100)))
    assert all(plan == expected for plan in plans)


def test_the_lock_of_the_interpreter_is_given_up():
    # ctypes does so for a CDLL, and doesn't for a PyDLL.
    assert type(_library.load()) is ctypes.CDLL


def test_the_answer_of_the_library_may_have_zeros():
    # Not read as a C string, which would end at the first of them.
    library = _library.load()
    source = ctypes.create_string_buffer(b"a\0b")
    copy = ctypes.CDLL(None).malloc
    copy.restype = ctypes.c_void_p
    memory = copy(3)
    ctypes.memmove(memory, source, 3)
    assert _library.take(_library.Bytes(memory, 3)) == b"a\0b"
    assert library is _library.load()


def test_a_library_that_is_not_there(monkeypatch):
    monkeypatch.setenv("COLOCATION_LIBRARY", "/nowhere/libcolocation.so.1")
    with pytest.raises(ImportError, match="COLOCATION_LIBRARY"):
        _library.load.__wrapped__()


def test_the_version_is_the_library_s():
    header = pathlib.Path("colocation/version.h").read_text()
    assert f'"{colocation.version()}"' in header
