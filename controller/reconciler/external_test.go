package reconciler

// Tasks that are no Pod of the plan: custom tasks, pipelines, a matrix over
// results.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/colocation/colocation/controller/tekton"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const customTask = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec:
  managedBy: colocation.dev/controller
  workspaces: [{name: data, persistentVolumeClaim: {claimName: mine}, subPath: a}]
  pipelineSpec:
    workspaces: [{name: data}]
    tasks:
    - name: ask
      taskRef: {apiVersion: example.dev/v1, kind: Approval, name: boss}
      params: [{name: question, value: really}]
      workspaces: [{name: w, workspace: data, subPath: b}]
      timeout: 5m
    - name: use
      params: [{name: p, value: $(tasks.ask.results.answer)}]
      taskSpec:
        params: [{name: p}]
        steps: [{name: s, image: busybox, command: [echo, $(params.p)]}]
`

func TestACustomTaskIsACustomRun(t *testing.T) {
	c := newCluster(t, customTask)
	c.mustLook()
	c.expectNames(tekton.CustomRuns, "run-ask ")
	c.expectNames(tekton.Pods, "")
	spec, _, _ := unstructured.NestedMap(c.get(tekton.CustomRuns, "run-ask").Object, "spec")
	text, _ := json.Marshal(spec)
	const want = `{"customRef":{"apiVersion":"example.dev/v1","kind":"Approval","name":"boss"},` +
		`"params":[{"name":"question","value":"really"}],"serviceAccountName":"default","timeout":"5m0s",` +
		`"workspaces":[{"name":"w","persistentVolumeClaim":{"claimName":"mine"},"subPath":"a/b"}]}`
	if string(text) != want {
		t.Errorf("its spec is %s", text)
	}
	c.change(tekton.CustomRuns, "run-ask", `{"status":{"startTime":"2026-01-02T03:04:06Z","completionTime":"2026-01-02T03:04:07Z",
		"conditions":[{"type":"Succeeded","status":"True","reason":"Agreed"}],"results":[{"name":"answer","value":"yes"}]}}`)
	c.mustLook()
	c.expectNames(tekton.Pods, "run-pod ")
	children, _, _ := unstructured.NestedSlice(c.get(tekton.PipelineRuns, "run").Object, "status", "childReferences")
	if got := fmt.Sprint(children[0]); !strings.Contains(got, "kind:CustomRun name:run-ask") {
		t.Errorf("childReferences[0] is %s", got)
	}
}

func TestACancelledRunCancelsItsCustomRuns(t *testing.T) {
	c := newCluster(t, customTask)
	c.mustLook()
	c.change(tekton.PipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	if status, _, _ := unstructured.NestedString(c.get(tekton.CustomRuns, "run-ask").Object, "spec", "status"); status != "RunCancelled" {
		t.Errorf("spec.status of the CustomRun is %q", status)
	}
}

func TestAPipelineInAPipelineIsARunOfThisController(t *testing.T) {
	c := newCluster(t, strings.NewReplacer(
		"taskRef: {apiVersion: example.dev/v1, kind: Approval, name: boss}", "pipelineRef: {name: inner}",
		"$(tasks.ask.results.answer)", "nothing").Replace(customTask))
	c.controller.options.Plan.ApiFields = 3 // alpha, as in Tekton
	c.mustLook()
	c.expectNames(tekton.PipelineRuns, "run run-ask ")
	inner := c.get(tekton.PipelineRuns, "run-ask")
	if !tekton.IsOurs(inner) || !isOwnedOnly(inner, c.get(tekton.PipelineRuns, "run")) {
		t.Errorf("the inner run is %v", inner.Object)
	}
}

const matrixOverResults = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec:
  managedBy: colocation.dev/controller
  workspaces: [{name: shared, persistentVolumeClaim: {claimName: mine}}]
  taskRunTemplate: {serviceAccountName: builder, podTemplate: {hostNetwork: true, schedulerName: mine}}
  taskRunSpecs:
  - pipelineTaskName: each
    podTemplate: {schedulerName: own}
    metadata: {labels: {team: a}}
  pipelineSpec:
    workspaces: [{name: shared}]
    results: [{name: all, value: "$(tasks.each.results.r[*])"}]
    tasks:
    - name: list
      taskSpec:
        results: [{name: r, type: array}]
        steps: [{name: s, image: busybox, script: echo}]
    - name: each
      retries: 2
      timeout: 5m
      workspaces: [{name: w, workspace: shared, subPath: x}]
      params: [{name: more, value: really}]
      matrix: {params: [{name: module, value: "$(tasks.list.results.r[*])"}]}
      taskSpec:
        metadata: {labels: {app: b}}
        workspaces: [{name: w}]
        params: [{name: module}, {name: more}]
        results: [{name: r}]
        steps: [{name: s, image: busybox, command: [echo, $(params.module)]}]
`

func TestAMatrixOverResultsIsTaskRuns(t *testing.T) {
	c := newCluster(t, matrixOverResults)
	c.mustLook()
	c.expectNames(tekton.TaskRuns, "run-list ")
	c.end(c.list(tekton.Pods)[0].GetName(), "succeeded/1", `["api","web"]`)
	c.mustLook()
	c.expectNames(tekton.TaskRuns, "run-each-0 run-each-1 run-list ")
	second := c.get(tekton.TaskRuns, "run-each-1")
	if !isOwnedOnly(second, c.get(tekton.PipelineRuns, "run")) {
		t.Errorf("it belongs to %v", second.GetOwnerReferences())
	}
	spec, _, _ := unstructured.NestedMap(second.Object, "spec")
	embedded, _ := json.Marshal(spec["taskSpec"])
	if !strings.Contains(string(embedded), "$(params.module)") || strings.Contains(string(embedded), "metadata") {
		t.Errorf("its taskSpec is %s", embedded)
	}
	delete(spec, "taskSpec")
	text, _ := json.Marshal(spec)
	const want = `{"params":[{"name":"module","value":"web"},{"name":"more","value":"really"}],` +
		`"podTemplate":{"hostNetwork":true,"schedulerName":"own"},"retries":2,"serviceAccountName":"builder","timeout":"5m0s",` +
		`"workspaces":[{"name":"w","persistentVolumeClaim":{"claimName":"mine"},"subPath":"x"}]}`
	if string(text) != want {
		t.Errorf("its spec is %s", text)
	}
	text, _ = json.Marshal(map[string]any{"labels": second.GetLabels(), "annotations": second.GetAnnotations()})
	if want := `{"annotations":{},"labels":{"app":"b","team":"a",` +
		`"tekton.dev/pipelineRun":"run","tekton.dev/pipelineTask":"each"}}`; string(text) != want {
		t.Errorf("its metadata are %s", text)
	}

	for i, result := range []string{"one", "two"} {
		c.change(tekton.TaskRuns, fmt.Sprint("run-each-", i), `{"status":{"startTime":"2026-01-02T03:04:06Z","completionTime":"2026-01-02T03:04:07Z",
			"conditions":[{"type":"Succeeded","status":"True","reason":"Succeeded"}],"results":[{"name":"r","type":"string","value":"`+result+`"}]}}`)
	}
	c.mustLook()
	c.expectCondition("True Succeeded")
	status, _, _ := unstructured.NestedMap(c.get(tekton.PipelineRuns, "run").Object, "status")
	text, _ = json.Marshal(status["results"])
	if want := `[{"name":"all","value":["one","two"]}]`; string(text) != want {
		t.Errorf("the run's results are %s", text)
	}
	text, _ = json.Marshal(status["childReferences"])
	if !strings.Contains(string(text), `"kind":"TaskRun","name":"run-each-1","pipelineTaskName":"each"`) {
		t.Errorf("childReferences are %s", text)
	}
}

// One that was not made, as the API server could not be reached, or that
// somebody deleted, is made by the next look.
func TestTaskRunsOfAMatrixThatAreMissingAreMade(t *testing.T) {
	c := newCluster(t, strings.Replace(matrixOverResults, "retries: 2", "onError: continue", 1))
	c.mustLook()
	c.end(c.list(tekton.Pods)[0].GetName(), "succeeded/1", `["api","web"]`)
	c.mustLook()
	annotations := c.get(tekton.TaskRuns, "run-each-1").GetAnnotations()
	if len(annotations) != 1 || annotations["pipeline.tekton.dev/pipeline-task-on-error"] != "continue" {
		t.Errorf("its annotations are %v", annotations)
	}
	if err := c.client.Resource(tekton.TaskRuns).Namespace("default").Delete(c.Context(), "run-each-1", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	c.mustLook()
	c.expectNames(tekton.TaskRuns, "run-each-0 run-each-1 run-list ")
	c.change(tekton.PipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	for _, one := range c.list(tekton.TaskRuns) {
		// What a Pod of ours runs is not cancelled by its TaskRun.
		if tekton.IsOurTaskRun(&one) {
			continue
		}
		if status, _, _ := unstructured.NestedString(one.Object, "spec", "status"); status != "TaskRunCancelled" {
			t.Errorf("spec.status of %s is %q", one.GetName(), status)
		}
	}
}
