package cluster

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"colocation.dev/tests/cluster/harness"
)

const resultAcrossPods = `
    results: [{name: all, value: $(tasks.two.results.r)}]
    tasks:
    - name: one
      taskSpec:
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nsleep SECONDS; printf one >$(results.r.path)"}]
    - name: two
      params: [{name: p, value: $(tasks.one.results.r)}]
      taskSpec:
        params: [{name: p}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.p) and two' >$(results.r.path)"}]
`

// The controller, with the rights of its service account, and real kubelets.
func TestController(t *testing.T) {
	s := newSpace(t, "controller")
	s.create(t, "other", "somebody.else", strings.Replace(resultAcrossPods, "SECONDS", "0", 1))

	t.Run("ResultsGoFromPodToPod", func(t *testing.T) {
		s.create(t, "results", harness.Manager, strings.Replace(resultAcrossPods, "SECONDS", "0", 1))
		how, status := s.result(t, "results")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:one and two]]" {
			t.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	t.Run("FinallyRunsAfterAFailure", func(t *testing.T) {
		s.create(t, "fails", harness.Manager, `
    results: [{name: said, value: $(finally.last.results.r)}]
    tasks:
    - {name: bad, taskSpec: {steps: [{name: s, image: IMAGE, command: ["false"]}]}}
    - {name: after, runAfter: [bad], taskSpec: {steps: [{name: s, image: IMAGE, command: ["true"]}]}}
    finally:
    - name: last
      params: [{name: how, value: $(tasks.bad.status)}]
      taskSpec:
        params: [{name: how}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.how)' >$(results.r.path)"}]
`)
		how, status := s.result(t, "fails")
		if how != "False Failed" || fmt.Sprint(status["results"]) != "[map[name:said value:Failed]]" {
			t.Errorf("it is %s, with %v", how, status["results"])
		}
		if skipped := status["skippedTasks"].([]any); len(skipped) != 1 || skipped[0].(map[string]any)["name"] != "after" {
			t.Errorf("skipped are %v", skipped)
		}
	})
	t.Run("ACancelledRunStops", func(t *testing.T) {
		s.create(t, "cancelled", harness.Manager, strings.Replace(resultAcrossPods, "SECONDS", "600", 1))
		s.awaitRunning(t, "cancelled-one-pod")
		s.Patch(t, harness.PipelineRuns, s.name, "cancelled", map[string]any{"spec": map[string]any{"status": "Cancelled"}})
		if how, _ := s.result(t, "cancelled"); how != "False Cancelled" {
			t.Errorf("it is %s", how)
		}
	})
	t.Run("ARunGoesOnAfterTheControllerWasKilled", func(t *testing.T) {
		s.create(t, "restarted", harness.Manager, strings.Replace(resultAcrossPods, "SECONDS", "3", 1))
		s.awaitRunning(t, "restarted-one-pod")
		controller := s.Processes["controller"]
		controller.Kill()
		s.When(t, harness.Pods, s.name, "restarted-one-pod", func(pod *unstructured.Unstructured) bool {
			phase, _, _ := unstructured.NestedString(pod.Object, "status", "phase")
			return phase == "Succeeded"
		})
		if err := controller.Start(); err != nil {
			t.Fatal(err)
		}
		how, status := s.result(t, "restarted")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:one and two]]" {
			t.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	t.Run("ACustomTaskIsLeftToOthers", func(t *testing.T) {
		s.create(t, "custom", harness.Manager, `
    results: [{name: all, value: $(tasks.use.results.r)}]
    tasks:
    - {name: ask, taskRef: {apiVersion: example.dev/v1, kind: Approval, name: boss}}
    - name: use
      params: [{name: p, value: $(tasks.ask.results.answer)}]
      taskSpec:
        params: [{name: p}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.p)' >$(results.r.path)"}]
`)
		s.When(t, harness.CustomRuns, s.name, "custom-ask", func(*unstructured.Unstructured) bool { return true })
		// Whoever implements Approvals.
		s.Patch(t, harness.CustomRuns, s.name, "custom-ask", map[string]any{"status": map[string]any{
			"conditions": []any{map[string]any{"type": "Succeeded", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}},
			"results":    []any{map[string]any{"name": "answer", "value": "yes"}},
		}}, "status")
		how, status := s.result(t, "custom")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:yes]]" {
			t.Errorf("it is %s, with %v", how, status["results"])
		}
	})
	t.Run("TektonsControllerStartsNothingForIt", func(t *testing.T) {
		found, err := s.Client.Resource(harness.TaskRuns).Namespace(s.name).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range found.Items {
			if manager, _, _ := unstructured.NestedString(run.Object, "spec", "managedBy"); manager != harness.Manager {
				t.Errorf("there is the TaskRun %s, managed by %q", run.GetName(), manager)
			}
		}
	})
	t.Run("AResolverIsAsked", func(t *testing.T) {
		s.create(t, "resolved", harness.Manager, "\n    tasks: [{name: far, taskRef: {resolver: git, params: [{name: url, value: https://example.dev/tasks.git}]}}]\n")
		question := ""
		s.When(t, harness.PipelineRuns, s.name, "resolved", func(run *unstructured.Unstructured) bool {
			message, _ := harness.Succeeded(run)["message"].(string)
			_, question, _ = strings.Cut(message, "ResolutionRequest ")
			question = strings.TrimSuffix(question, ")")
			return question != ""
		})
		// Whoever resolves it.
		task := "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: far}\nspec: {steps: [{name: s, image: " + harness.StepImage + ", command: ['true']}]}"
		s.Patch(t, harness.ResolutionRequests, s.name, question, map[string]any{"status": map[string]any{
			"conditions": []any{map[string]any{"type": "Succeeded", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}},
			"data":       base64.StdEncoding.EncodeToString([]byte(task)),
		}}, "status")
		if how, _ := s.result(t, "resolved"); how != "True Succeeded" {
			t.Errorf("it is %s", how)
		}
		var told []string
		s.Until(t, "there are the events of the run", func() bool {
			list, err := s.Client.Resource(harness.Events).Namespace(s.name).List(t.Context(), metav1.ListOptions{FieldSelector: "involvedObject.name=resolved"})
			if err != nil {
				t.Fatal(err)
			}
			told = nil
			for _, event := range list.Items {
				told = append(told, fmt.Sprint(event.Object["reason"]))
			}
			return slices.Contains(told, "Succeeded")
		})
		if slices.Sort(told); !slices.Equal(told, []string{"ResolvingTaskRef", "Running", "Started", "Succeeded"}) {
			t.Errorf("the events are %q", told)
		}
	})
	t.Run("AnImageThatIsBuiltFirstRunsInTheSamePod", func(t *testing.T) {
		s.create(t, "images", harness.Manager, `
    workspaces: [{name: w}]
    results: [{name: all, value: $(tasks.use.results.r)}]
    tasks:
    - name: build
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf built >$(workspaces.w.path)/app; printf localhost/app:1 >$(results.r.path)"}]
    - name: use
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: r}]
        steps: [{name: s, image: $(tasks.build.results.r), command: [cp, $(workspaces.w.path)/app, $(results.r.path)]}]
  workspaces: [{name: w, emptyDir: {}}]
`)
		how, status := s.result(t, "images")
		if how != "True Succeeded" || fmt.Sprint(status["results"]) != "[map[name:all value:built]]" {
			t.Errorf("it is %s, with %v", how, status["results"])
		}
		pod, err := s.Typed.CoreV1().Pods(s.name).Get(t.Context(), "images-pod", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if image := pod.Spec.Containers[1].Image; image != "localhost/app:1" {
			t.Errorf("the image is %s", image)
		}
	})
	t.Run("WhatADeletedRunOwnsGoesWithIt", func(t *testing.T) {
		s.create(t, "deleted", harness.Manager, strings.Replace(resultAcrossPods, "SECONDS", "600", 1))
		s.awaitRunning(t, "deleted-one-pod")
		s.delete(t, "deleted")
		for _, owned := range []struct {
			resource schema.GroupVersionResource
			name     string
		}{{harness.Pods, "deleted-one-pod"}, {harness.ConfigMaps, "deleted-colocation"}} {
			s.Until(t, owned.name+" is gone", func() bool {
				_, err := s.Client.Resource(owned.resource).Namespace(s.name).Get(t.Context(), owned.name, metav1.GetOptions{})
				return apierrors.IsNotFound(err)
			})
		}
	})
	t.Run("TheRunOfAnotherIsLeftAlone", func(t *testing.T) {
		run, err := s.Client.Resource(harness.PipelineRuns).Namespace(s.name).Get(t.Context(), "other", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if run.Object["status"] != nil {
			t.Errorf("its status is %v", run.Object["status"])
		}
	})
	// The last step: nothing else can be created after it.
	t.Run("APodThatAdmissionRefusesFailsTheRun", func(t *testing.T) {
		s.Patch(t, harness.Namespaces, "", s.name, map[string]any{"metadata": map[string]any{
			"labels": map[string]any{"pod-security.kubernetes.io/enforce": "restricted"}}})
		probe := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "probe"},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "i"}}}}
		s.Until(t, "the namespace is restricted", func() bool {
			_, err := s.Typed.CoreV1().Pods(s.name).Create(t.Context(), probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			return apierrors.IsForbidden(err)
		})
		s.create(t, "refused", harness.Manager, strings.Replace(resultAcrossPods, "SECONDS", "0", 1))
		if how, _ := s.result(t, "refused"); how != "False PodCreationFailed" {
			t.Errorf("it is %s", how)
		}
	})
}
