"""The forms of our Pods, of their manifests and of what their init containers are told."""

from typing import Any, Dict, List

import pod_form

# By which the launcher works.
_INTERNAL = {"colocation-program", "colocation-events", "colocation-gates"}
_PRIVATE = "colocation-private"
_CREDENTIALS = "colocation-credentials"
# What Tekton has as volumes are directories of one volume of ours.
_OWN = ["home", "results", "steps", "artifacts", "creds"]
_PROBES = {"ready": "readinessProbe", "live": "livenessProbe", "startup": "startupProbe"}
_HOOKS = {"postStart": "postStart", "preStop": "preStop"}
_NUMBERS = ["initialDelayNs", "periodNs", "timeoutNs", "successThreshold", "failureThreshold", "terminationGraceNs"]


def _check(given: Dict[str, Any]) -> Dict[str, Any]:
    found = {}
    for key, value in given.items():
        if key in _NUMBERS or key == "sleepNs":
            found[key] = int(value)
        elif key == "http":
            found[key] = dict(value, path=value.get("path", "").removeprefix("/"))
        else:
            found[key] = value
    return pod_form.probe(found)


class _Reader:
    def __init__(self, given: Dict[str, Any], task: Dict[str, Any], unit: Dict[str, Any], generate_name: str):
        self.pod = given["pod"]
        self.install = given["install"]
        self.launch = self.install["launch"]
        self.task = task
        self.unit = unit
        self.maker = pod_form.Maker(generate_name)
        spec = self.pod["spec"]
        self.told = {container["name"]: container for container in self.launch["containers"]}
        self.sources = {volume["name"]: self._by_tektons_names({key: value for key, value in volume.items() if key != "name"})
                        for volume in spec.get("volumes") or ()}
        self.places: Dict[str, List[str]] = {name: [] for name in self.sources}
        self.containers = {container["name"]: container for container in spec["containers"]}
        self.scripts = {script["container"]: script["content"] for script in self.install.get("scripts") or ()}

    def _by_tektons_names(self, value: Any) -> Any:
        """What refers to our containers refers to Tekton's."""
        if isinstance(value, list):
            return [self._by_tektons_names(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {key: self._by_tektons_names(item) for key, item in value.items()}
        told = self.told.get(found.get("containerName"))
        if told:
            found["containerName"] = told.get("stepDirectory") or "sidecar-" + told["step"]
        return found

    def _mounts(self, where: str, container: Dict[str, Any]) -> None:
        mounts = [mount for mount in container.get("volumeMounts") or () if mount["name"] not in _INTERNAL]
        taken = {pod_form.cleaned(mount["mountPath"]) for mount in mounts}
        for mount in mounts:
            path = pod_form.cleaned(mount["mountPath"])
            own = {key: value for key, value in mount.items() if key != "subPath"}
            if mount["name"] == _CREDENTIALS:
                self.maker.mount(where, path, "own creds", own)
            elif mount["name"] == _PRIVATE and path == "/tekton":
                for name in _OWN:
                    if f"/tekton/{name}" not in taken:
                        self.maker.mount(where, f"/tekton/{name}", f"own {name}", own)
            elif mount["name"] == _PRIVATE:
                self.maker.mount(where, path, f"own {path[1:]}", own)
            else:
                self.maker.mount(where, path, self.sources.get(mount["name"]), mount)
                self.places[mount["name"]].append(f"{where}:{path}")

    def _container(self, where: str, name: str) -> Dict[str, Any]:
        container, told = self.containers[name], self.told[name]
        words = container["command"]
        words = words[words.index("--") + 1:] + (container.get("args") or [])
        if told.get("script"):
            self.maker.put(where, "script", self.scripts[name])
            words = ["(script)"] + words
        self.maker.put(where, "command", words)
        self.maker.container(where, self._by_tektons_names(container), self.pod)
        self.maker.put(where, "workingDir", told.get("workingDir"))
        self._mounts(where, container)
        return told

    def _step(self, index: int, name: str) -> None:
        where = f"step {index}"
        told = self._container(where, name)
        self.maker.put(where, "name", told["stepDirectory"])
        self.maker.put(where, "onError", "continue" if told.get("continueOnError") else None)
        if int(told.get("timeoutNs", 0)):
            self.maker.put(where, "timeout", f"{told['timeoutNs']}ns")
        for field in ("stdoutPath", "stderrPath", "when"):
            self.maker.put(where, field, told.get(field))
        self.maker.put(where, "results", [result["name"] for result in told.get("results") or ()])

    def _sidecar(self, index: int, name: str) -> None:
        where = f"sidecar {index}"
        told = self._container(where, name)
        self.maker.put(where, "name", "sidecar-" + told["step"])
        for ours, theirs in _PROBES.items():
            self.maker.put(where, theirs, _check(told.get(ours) or {}))
        for ours, theirs in _HOOKS.items():
            self.maker.put(where, theirs, _check(told.get(ours) or {}))
        self.maker.put(where, "restartPolicy", "Always" if told.get("restart") else None)

    def read(self) -> pod_form.Form:
        self.maker.pod(self.pod)
        for index, name in enumerate(self.unit["steps"]):
            self._step(index, name)
        for index, name in enumerate(self.unit.get("sidecars") or ()):
            self._sidecar(index, name)
        self.maker.put("pod", "credentials", sorted(
            f"{credential['kind'].removeprefix('CREDENTIAL_KIND_')} {credential['secret']} {credential.get('url', '')}".strip()
            for credential in self.launch.get("credentials") or ()))
        self.maker.put("pod", "results", sorted(result["name"] for result in self.task.get("results") or () if not result.get("value")))
        if int(self.task.get("timeoutNs", 0)):
            self.maker.put("pod", "timeout", f"{self.task['timeoutNs']}ns")
        self.maker.put("pod", "retries", self.task.get("retries"))
        own = {_PRIVATE, _CREDENTIALS} | _INTERNAL
        self.maker.put("pod", "volumes", pod_form.volumes(self.sources, {
            name: places for name, places in self.places.items() if name not in own}))
        return self.maker.form


def forms_of(answer: Dict[str, Any], generate_names: Dict[str, str]) -> Dict[str, pod_form.Form]:
    """"DOC.ITEM/TASK/INDEX" -> form; "DOC.ITEM" -> the codes of a run that is refused."""
    found: Dict[str, pod_form.Form] = {}
    for run in answer.get("runs") or ():
        at = f"{run['doc']}.{run['item']}"
        if "refused" in run:
            found[at] = {"refused": sorted(set(run["refused"]))}
        for pod in run.get("pods") or ():
            for task in pod["install"]["launch"]["tasks"]:
                units = task.get("units") or ()
                for index, unit in enumerate(units):
                    name = "" if run["kind"] == "TaskRun" else task["name"]
                    found[f"{at}/{name}/{index}"] = _Reader(pod, task, unit, generate_names.get(at, "")).read()
    return found
