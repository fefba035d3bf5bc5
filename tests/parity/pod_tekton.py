"""The form of a Pod that Tekton's builder made (pkg/pod/pod.go)."""

import base64
import json
import re
from typing import Any, Dict, List, Tuple

import pod_form
import substituted

# Volumes by which Tekton's own program works: what it runs, waits for and is told.
_INTERNAL = re.compile(r"tekton-internal-(bin|run-\d+|downward|scripts|debug-scripts|debug-info-volume)$")
# The directories that Tekton gives to steps.
_OWN = re.compile(r"tekton-(?:internal-(workspace|home|results|steps|artifacts)|creds-init-home-\d+)$")
_SCRIPT = re.compile(r"""scriptfile="([^"]+)"\n.*?<< '_EOF_'\n(.*?)\n_EOF_\n""", re.DOTALL)
# Of the entrypoint (cmd/entrypoint/main.go): those that take no value after them.
_SWITCHES = {"-wait_file_content", "-breakpoint_on_failure", "-debug_before_step", "-enable_spire"}
# And those that only make it work.
_INNER = {"-wait_file", "-post_file", "-termination_path", "-step_metadata_dir"}
_CREDENTIALS = {"-basic-git": "BASIC_GIT", "-ssh-git": "SSH_GIT", "-basic-docker": "BASIC_DOCKER",
                "-docker-config": "DOCKER_CONFIG_JSON", "-docker-cfg": "DOCKERCFG"}
_FLAG_FIELDS = {"-on_error": "onError", "-timeout": "timeout", "-stdout_path": "stdoutPath", "-stderr_path": "stderrPath",
                "-step_results": "results", "--when_expressions": "when", "-results": "taskResults", "-result_from": "resultFrom"}


def _credential(flag: str, value: str) -> str:
    # basic-git=SECRET=URL, docker-config=SECRET
    secret, _, url = value.partition("=")
    return f"{_CREDENTIALS[flag]} {secret} {url}".strip()


def _entrypoint(args: List[str]) -> Tuple[Dict[str, Any], List[str]]:
    """What the entrypoint is told, and the command line that it runs."""
    told: Dict[str, Any] = {"credentials": []}
    command: List[str] = []
    i = 0
    while args[i] != "--":
        flag, equals, value = args[i].partition("=")
        i += 1
        if flag in _CREDENTIALS:
            told["credentials"].append(_credential(flag, value))
        elif equals:
            told[flag.lstrip("-")] = value
        elif flag in _SWITCHES:
            if flag != "-wait_file_content":
                told[flag.lstrip("-")] = True
        else:
            if flag == "-entrypoint":
                command.append(args[i])
            elif flag in _FLAG_FIELDS:
                told[_FLAG_FIELDS[flag]] = args[i]
            else:
                assert flag in _INNER, f"the entrypoint has a flag {flag} that isn't known here"
            i += 1
    return told, command + args[i + 1:]


class _Reader:
    def __init__(self, unit: Dict[str, Any], generate_name: str):
        self.pod = unit["pod"]
        self.unit = unit
        spec = self.pod["spec"]
        self.maker = pod_form.Maker(generate_name)
        self.sources = {volume["name"]: {key: value for key, value in volume.items() if key != "name"}
                        for volume in spec.get("volumes") or ()}
        self.places: Dict[str, List[str]] = {name: [] for name in self.sources}
        self.scripts: Dict[str, str] = {}
        for container in spec.get("initContainers") or ():
            if container["name"] == "place-scripts":
                for path, text in _SCRIPT.findall(container["args"][1]):
                    self.scripts[path] = base64.b64decode(text).decode()

    def _command(self, where: str, words: List[str]) -> None:
        if words and words[0] in self.scripts:
            self.maker.put(where, "script", self.scripts[words[0]])
            words = ["(script)"] + words[1:]
        self.maker.put(where, "command", [pod_form.with_dollars_kept(word) for word in words])

    def _container(self, where: str, container: Dict[str, Any]) -> None:
        container = dict(container, env=[dict(variable, value=pod_form.with_dollars_kept(variable.get("value", "")))
                                         for variable in container.get("env") or ()])
        self.maker.container(where, container, self.pod)
        self.maker.put(where, "workingDir", container.get("workingDir"))
        for mount in container.get("volumeMounts") or ():
            own = _OWN.match(mount["name"])
            if _INTERNAL.match(mount["name"]):
                continue
            if own:
                self.maker.mount(where, mount["mountPath"], f"own {own[1] or 'creds'}", mount)
                continue
            # What isn't there is said by others.
            self.maker.mount(where, mount["mountPath"], self.sources.get(mount["name"]), mount)
            self.places.setdefault(mount["name"], []).append(f"{where}:{pod_form.cleaned(mount['mountPath'])}")

    def _step(self, index: int, container: Dict[str, Any]) -> Dict[str, Any]:
        where = f"step {index}"
        told, command = _entrypoint(container["args"])
        self.maker.put(where, "name", container["name"])
        self._command(where, command)
        self._container(where, container)
        if told.get("onError") == "stopAndFail":
            del told["onError"]
        if "timeout" in told:
            told["timeout"] = substituted.duration(told["timeout"])
        if "when" in told:
            told["when"] = json.loads(told["when"])
        if "results" in told:
            told["results"] = told["results"].split(",")
        for field in ("onError", "timeout", "stdoutPath", "stderrPath", "results", "when", "breakpoint_on_failure", "debug_before_step"):
            self.maker.put(where, field, told.get(field))
        return told

    def _sidecar(self, index: int, container: Dict[str, Any]) -> None:
        where = f"sidecar {index}"
        self.maker.put(where, "name", container["name"])
        # Kubernetes leaves it to the image; our launcher has to know. As in pods.go.
        command = container.get("command") or (["/image-entrypoint"] if container.get("args") else ["/image-entrypoint", "image-cmd"])
        self._command(where, command + (container.get("args") or []))
        self._container(where, container)
        ports = container.get("ports") or []
        for kind in ("readinessProbe", "livenessProbe", "startupProbe"):
            self.maker.put(where, kind, pod_form.kubernetes_probe(container.get(kind) or {}, ports))
        for hook in ("postStart", "preStop"):
            handler = (container.get("lifecycle") or {}).get(hook)
            self.maker.put(where, hook, pod_form.kubernetes_check(handler, ports) if handler else None)
        self.maker.put(where, "restartPolicy", container.get("restartPolicy"))

    def _affinity(self) -> None:
        """Takes out what the affinity assistant put in (pkg/internal/affinityassistant/transformer.go)."""
        affinity = self.pod["spec"].get("affinity") or {}
        terms = (affinity.get("podAffinity") or {}).get("requiredDuringSchedulingIgnoredDuringExecution") or []
        own = [term for term in terms if (term.get("labelSelector") or {}).get("matchLabels", {}).get("app.kubernetes.io/component")
               == "affinity-assistant"]
        self.maker.put("pod", "affinityAssistant", bool(own))
        for term in own:
            terms.remove(term)

    def read(self) -> pod_form.Form:
        spec = self.pod["spec"]
        self._affinity()
        self.maker.pod(self.pod)
        containers = [container for container in spec.get("initContainers") or () if container.get("restartPolicy")]
        containers = spec["containers"] + containers
        steps = [container for container in containers if container["name"].startswith("step-")]
        sidecars = [container for container in containers if not container["name"].startswith("step-")]
        for index, container in enumerate(steps):
            told = self._step(index, container)
        for index, container in enumerate(sidecars):
            self._sidecar(index, container)
        self.maker.put("pod", "credentials", sorted(told["credentials"]))
        self.maker.put("pod", "results", sorted(filter(None, told.get("taskResults", "").split(","))))
        self.maker.put("pod", "resultFrom", told.get("resultFrom"))
        if self.unit.get("timeout"):
            self.maker.put("pod", "timeout", substituted.duration(self.unit["timeout"]))
        self.maker.put("pod", "retries", self.unit.get("retries"))
        self.maker.put("pod", "volumes", pod_form.volumes(self.sources, {
            name: places for name, places in self.places.items() if not _INTERNAL.match(name) and not _OWN.match(name)}))
        return self.maker.form


def form_of(unit: Dict[str, Any], generate_name: str) -> pod_form.Form:
    """Of one TaskRun in the answer of tekton_oracle --pods."""
    return _Reader(unit, generate_name).read()


def forms_of(answer: Dict[str, Any]) -> Dict[str, pod_form.Form]:
    """"DOC.ITEM/TASK/INDEX" -> form, for each run that is accepted."""
    found = {}
    for run in answer.get("runs") or ():
        if run["verdict"] != "accepted":
            continue
        for task in run.get("tasks") or ():
            if task.get("late") and "matrix" in (task.get("pipelineTask") or {}):
                continue  # How many there will be isn't known.
            for index, unit in enumerate(task.get("runs") or ()):
                name = "" if run["kind"] == "TaskRun" else task["name"]
                found[f"{run['doc']}.{run['item']}/{name}/{index}"] = form_of(unit, run.get("generateName", ""))
    return found
