"""What the steps and sidecars of a TaskRun's Pod see and may do, in a form in
which Tekton's Pod and ours can be held against each other.

A form is flat: "step 0 image" -> "alpine". Absent and empty mean the same. What
only makes the containers of one side work (its own program, its events, its
names of volumes) is left out; pod_tekton.py and pod_ours.py say what that is.
"""

import json
import re
from typing import Any, Dict, List, Optional

import substituted

Form = Dict[str, Any]

# Kubernetes mounts these read-only, whatever the mount says.
_ALWAYS_READ_ONLY = {"secret", "configMap", "downwardAPI", "projected"}
_POD_FIELDS = ["nodeSelector", "tolerations", "affinity", "runtimeClassName", "automountServiceAccountToken", "schedulerName",
               "hostNetwork", "hostUsers", "hostPID", "hostIPC", "dnsPolicy", "dnsConfig", "enableServiceLinks", "priorityClassName",
               "priority", "preemptionPolicy", "imagePullSecrets", "hostAliases", "topologySpreadConstraints", "serviceAccountName",
               "shareProcessNamespace", "restartPolicy", "hostname", "subdomain", "setHostnameAsFQDN", "readinessGates", "overhead", "os",
               "schedulingGates", "resourceClaims", "resources", "terminationGracePeriodSeconds"]
_TRUE_IF_ABSENT = {"automountServiceAccountToken", "enableServiceLinks", "hostUsers"}
_CONTAINER_FIELDS = ["image", "imagePullPolicy", "env", "envFrom", "volumeDevices", "ports", "stdin", "stdinOnce", "tty",
                     "terminationMessagePath", "terminationMessagePolicy"]
# A container's own wins over the Pod's.
_INHERITED = ["runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "windowsOptions", "seccompProfile", "appArmorProfile"]
# What Kubernetes takes where nothing is written.
_PROBE_DEFAULTS = {"periodNs": 10 * 10**9, "timeoutNs": 10**9, "successThreshold": 1, "failureThreshold": 3}
_SECOND = 10**9


def cleaned(path: str) -> str:
    """As the kubelet has a mount path: absolute, without empty parts."""
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def with_dollars_kept(text: str) -> str:
    """One more "$" before a reference that has an odd number of them before it, as our Pods need it."""
    return re.sub(r"(?<!\$)(\$+)(?=\$\(tasks\.)", lambda match: match[1] + "$" * (len(match[1]) % 2), text)


def quantities(resources: Dict[str, Any]) -> Dict[str, Dict[str, str]]:
    """With the requests that Kubernetes takes from limits."""
    found = {kind: {name: substituted.quantity(text) for name, text in (resources.get(kind) or {}).items()}
             for kind in ("requests", "limits")}
    return {"requests": {**found["limits"], **found["requests"]}, "limits": found["limits"]}


def probe(given: Dict[str, Any]) -> Dict[str, Any]:
    """As launch.proto has it, without defaults."""
    return {key: value for key, value in given.items() if _PROBE_DEFAULTS.get(key) != value}


def kubernetes_check(handler: Dict[str, Any], ports: List[Dict[str, Any]]) -> Dict[str, Any]:
    """A probe's or hook's handler, as launch.proto has it."""
    by_name = {port["name"]: port["containerPort"] for port in ports if "name" in port}

    def port_of(value):
        return by_name.get(value, value) if not str(value).isdigit() else int(value)

    if "exec" in handler:
        return {"exec": {"command": handler["exec"].get("command")}}
    if "httpGet" in handler:
        get = handler["httpGet"]
        return {"http": {"host": get.get("host"), "port": port_of(get["port"]), "path": get.get("path", "").removeprefix("/"),
                         "headers": get.get("httpHeaders")}}
    if "tcpSocket" in handler:
        return {"tcp": {"host": handler["tcpSocket"].get("host"), "port": port_of(handler["tcpSocket"]["port"])}}
    if "grpc" in handler:
        return {"grpc": {"port": handler["grpc"]["port"], "service": handler["grpc"].get("service")}}
    if "sleep" in handler:
        return {"sleepNs": handler["sleep"]["seconds"] * _SECOND}
    return {}


def kubernetes_probe(given: Dict[str, Any], ports: List[Dict[str, Any]]) -> Dict[str, Any]:
    if not given:
        return {}
    found = kubernetes_check(given, ports)
    for ours, theirs, unit in (("initialDelayNs", "initialDelaySeconds", _SECOND), ("periodNs", "periodSeconds", _SECOND),
                               ("timeoutNs", "timeoutSeconds", _SECOND), ("successThreshold", "successThreshold", 1),
                               ("failureThreshold", "failureThreshold", 1), ("terminationGraceNs", "terminationGracePeriodSeconds", _SECOND)):
        if given.get(theirs):
            found[ours] = given[theirs] * unit
    return probe(found)


class Maker:
    """Fills a form."""

    def __init__(self, generate_name: str):
        self.form: Form = {}
        self.generate_name = generate_name

    def _text(self, text: str) -> str:
        # Names that each side makes in its own way, of volumes and of claims.
        text = re.sub(r"\bws-[a-z0-9.-]*[a-z0-9]\b", "ws-?????", text)
        text = re.sub(r"\bpvc-[0-9a-f]{8,10}\b", "pvc-?????", text)
        if self.generate_name:
            text = re.sub(re.escape(self.generate_name) + r"[a-z0-9]{5}", self.generate_name + "?????", text)
        return substituted.plain_references(text)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            found = {key: self._plain(item) for key, item in sorted(value.items())}
            # Kubernetes counts in ones where nothing is written.
            if found.get("divisor") == "0":
                del found["divisor"]
            return {key: item for key, item in found.items() if item not in (None, "", [], {}, False)}
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        return value

    def put(self, where: str, field: str, value: Any) -> None:
        value = self._plain(value)
        if value not in (None, "", [], {}, False):
            self.form[f"{where} {field}"] = value

    def put_each(self, where: str, field: str, values: Optional[Dict[str, Any]]) -> None:
        """Each key by itself."""
        for key, value in (values or {}).items():
            # An empty label is one, too.
            self.put(where, f"{field}[{self._text(key)}]", value if value != "" else '""')

    def pod(self, pod: Dict[str, Any]) -> None:
        spec = pod["spec"]
        for field in _POD_FIELDS:
            value = spec.get(field)
            # As text where false says something.
            self.put("pod", field, str(value).lower() if field in _TRUE_IF_ABSENT and value is not None else value)
        context = spec.get("securityContext") or {}
        self.put_each("pod", "securityContext", {key: value for key, value in context.items() if key not in _INHERITED})
        self.put("pod", "namespace", pod["metadata"].get("namespace"))
        self.put_each("pod", "labels", pod["metadata"].get("labels"))
        self.put_each("pod", "annotations", pod["metadata"].get("annotations"))

    def container(self, where: str, container: Dict[str, Any], pod: Dict[str, Any]) -> None:
        for field in _CONTAINER_FIELDS:
            self.put(where, field, container.get(field))
        of_pod = pod["spec"].get("securityContext") or {}
        own = container.get("securityContext") or {}
        effective = {key: of_pod[key] for key in _INHERITED if key in of_pod}
        effective.update(own)
        # As text: false says something where the default is another.
        self.put_each(where, "securityContext", {key: json.dumps(value, sort_keys=True) for key, value in effective.items()})
        for kind, amounts in quantities(container.get("resources") or {}).items():
            self.put_each(where, kind, amounts)

    def mount(self, where: str, path: str, source: Any, mount: Dict[str, Any]) -> None:
        found = {key: mount.get(key) for key in ("subPath", "subPathExpr", "readOnly", "mountPropagation", "recursiveReadOnly")}
        if isinstance(source, dict) and _ALWAYS_READ_ONLY & source.keys():
            found["readOnly"] = True
        self.put(where, f"mounts[{cleaned(path)}]", {**found, "source": source})


def volumes(sources: Dict[str, Any], places: Dict[str, List[str]]) -> List[Any]:
    """Each volume's source with the places where it is mounted, heedless of names and order."""
    return sorted(([sources.get(name), sorted(where)] for name, where in places.items()), key=lambda item: json.dumps(item, sort_keys=True))
