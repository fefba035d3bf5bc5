package main

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
)

const head = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // paths of the errors, or "" where the Pod is accepted
	}{
		{"Smallest", head + "  containers: [{name: a, image: i}]\n", ""},
		{"SharedEmptyDir", head + "  containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v, subPath: a}]}, {name: b, image: i, volumeMounts: [{name: v, mountPath: /v}]}]\n  volumes: [{name: v, emptyDir: {}}]\n", ""},
		{"GeneratedName", strings.Replace(head, "name: p", "generateName: p-", 1) + "  containers: [{name: a, image: i}]\n", ""},
		{"PodLevelResources", head + "  resources: {requests: {cpu: 1}}\n  containers: [{name: a, image: i, resources: {requests: {cpu: 500m}}}]\n", ""},
		{"NoContainers", head + "  containers: []\n", "spec.containers"},
		{"TwoContainersOfOneName", head + "  containers: [{name: a, image: i}, {name: a, image: i}]\n", "spec.containers[1].name"},
		{"UnknownVolume", head + "  containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v}]}]\n", "spec.containers[0].volumeMounts[0].name"},
		{"TwoMountsAtOnePath", head + "  containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /v}]}]\n  volumes: [{name: v, emptyDir: {}}]\n", "spec.containers[0].volumeMounts[1].mountPath"},
		{"SubPathThatLeaves", head + "  containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v, subPath: ../x}]}]\n  volumes: [{name: v, emptyDir: {}}]\n", "spec.containers[0].volumeMounts.subPath"},
		{"RequestOverLimit", head + "  containers: [{name: a, image: i, resources: {requests: {cpu: 2}, limits: {cpu: 1}}}]\n", "spec.containers[0].resources.requests"},
		{"LongName", head + "  containers: [{name: " + strings.Repeat("a", 64) + ", image: i}]\n", "spec.containers[0].name"},
		{"UnknownField", head + "  containers: [{name: a, image: i, script: x}]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := check([]byte(c.text))
			if len(found) != 1 {
				t.Fatalf("%d verdicts", len(found))
			}
			var paths []string
			for _, err := range found[0].Errors {
				paths = append(paths, err.Path)
			}
			if got := strings.Join(paths, " "); got != c.want {
				t.Errorf("errors at %q, want %q", got, c.want)
			}
			if rejected := found[0].Verdict == "rejected"; rejected != (len(found[0].Errors) > 0) {
				t.Errorf("verdict %s with %d errors", found[0].Verdict, len(found[0].Errors))
			}
			if c.name == "UnknownField" && found[0].Verdict != "rejected" {
				t.Error("unknown field accepted")
			}
		})
	}
}

func TestFrames(t *testing.T) {
	pod := head + "  containers: [{name: a, image: i}]\n---\n" + head + "  containers: []\n---\nkind: Other\n"
	var out bytes.Buffer
	in := fmt.Sprintf("CASE one %d -\n%s\nCASE two 0 -\n\n", len(pod), pod)
	if err := run(bufio.NewReader(strings.NewReader(in)), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"verdict":"accepted"`) || !strings.Contains(lines[0], `"verdict":"rejected"`) || lines[1] != `{"id":"two","pods":[]}` {
		t.Errorf("answers %q", lines)
	}
	if err := run(bufio.NewReader(strings.NewReader("CASE one\n")), &out); err == nil {
		t.Error("a broken frame is accepted")
	}
}

func TestPodSecurity(t *testing.T) {
	const all = "securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}"
	for _, c := range []struct {
		name, container string
		allowed         bool
	}{
		{"NothingSaid", "{name: a, image: i}", false},
		{"AllGivenUp", "{name: a, image: i, " + all + "}", true},
		{"ThePrivilegedInitContainer", "{name: a, image: i, " + all + "}\n  initContainers: [{name: b, image: i}]", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := check([]byte(head + "  containers:\n  - " + c.container + "\n"))
			if len(found) != 1 || found[0].Verdict != "accepted" {
				t.Fatalf("verdicts %+v", found)
			}
			if allowed := len(found[0].Restricted) == 0; allowed != c.allowed {
				t.Errorf("restricted: %q", found[0].Restricted)
			}
		})
	}
}
