package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/yaml"
)

const twoTasks = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, namespace: default, uid: u1}
spec:
  managedBy: example.dev/controller
  pipelineSpec:
    tasks:
    - {name: one, taskSpec: {steps: [{name: s, image: busybox, command: [x]}]}}
    - {name: two, runAfter: [one], taskSpec: {steps: [{name: s, image: busybox, command: [x]}]}}
`

// memory is an API server in memory with one run.
func memory(t *testing.T, text string) *dynamicfake.FakeDynamicClient {
	run := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &run.Object); err != nil {
		t.Fatal(err)
	}
	return dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(),
		map[schema.GroupVersionResource]string{pipelineRuns: "PipelineRunList", pods: "PodList"}, run)
}

func mustLook(t *testing.T, client *dynamicfake.FakeDynamicClient) time.Duration {
	t.Helper()
	again, err := look(t.Context(), client, cache.NewObjectName("default", "run"), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func expectPods(t *testing.T, client *dynamicfake.FakeDynamicClient, want string) {
	t.Helper()
	list, err := client.Resource(pods).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, pod := range list.Items {
		names += pod.GetName() + " "
	}
	if names != want {
		t.Errorf("there are %q, not %q", names, want)
	}
}

// end ends all containers of a Pod as their launchers would.
func end(t *testing.T, client *dynamicfake.FakeDynamicClient, name string) {
	t.Helper()
	there := client.Resource(pods).Namespace("default")
	pod, err := there.Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	message, _ := json.Marshal([]any{map[string]any{"key": "End", "value": "succeeded/1", "type": 3}})
	containers, _, _ := unstructured.NestedSlice(pod.Object, "spec", "containers")
	var statuses []any
	for _, container := range containers {
		statuses = append(statuses, map[string]any{"name": container.(map[string]any)["name"], "state": map[string]any{
			"terminated": map[string]any{"exitCode": int64(0), "reason": "Completed", "message": string(message),
				"startedAt": "2026-01-02T03:04:06Z", "finishedAt": "2026-01-02T03:04:07Z"}}})
	}
	pod.Object["status"] = map[string]any{"phase": "Succeeded", "containerStatuses": statuses}
	if _, err := there.Update(t.Context(), pod, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestARunGoesThroughItsPods(t *testing.T) {
	client := memory(t, twoTasks)
	if again := mustLook(t, client); again <= 0 {
		t.Error("it does not look at the run when its time is over")
	}
	expectPods(t, client, "run-one-pod ")
	end(t, client, "run-one-pod")
	mustLook(t, client)
	expectPods(t, client, "run-one-pod run-two-pod ")
	end(t, client, "run-two-pod")
	mustLook(t, client)
	run, err := client.Resource(pipelineRuns).Namespace("default").Get(t.Context(), "run", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	conditions, _, _ := unstructured.NestedSlice(run.Object, "status", "conditions")
	if len(conditions) != 1 || fmt.Sprint(conditions[0].(map[string]any)["status"]) != "True" {
		t.Errorf("the conditions are %v", conditions)
	}
	client.ClearActions()
	mustLook(t, client)
	for _, action := range client.Actions() {
		if verb := action.GetVerb(); verb != "get" && verb != "list" {
			t.Errorf("%s after the end", verb)
		}
	}
}

func TestTheRunOfAnotherIsLeftAlone(t *testing.T) {
	client := memory(t, "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run, namespace: default}\nspec: {managedBy: colocation.dev/controller}\n")
	mustLook(t, client)
	expectPods(t, client, "")
}
