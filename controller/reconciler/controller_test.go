package reconciler

// What a run goes through: its Pods, its status, its events, its plan and record.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/colocation/colocation/controller/tekton"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const twoTasks = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1, generation: 1}
spec:
  managedBy: colocation.dev/controller
  pipelineSpec:
    results: [{name: all, value: "$(tasks.one.results.r)!"}]
    tasks:
    - name: one
      taskSpec:
        results: [{name: r}]
        steps: [{name: s, image: busybox, script: echo}]
    - name: two
      params: [{name: p, value: $(tasks.one.results.r)}]
      taskSpec:
        params: [{name: p}]
        steps: [{name: s, image: busybox, command: [echo, $(params.p)]}]
`

func TestARunGoesThroughItsPods(t *testing.T) {
	c := newCluster(t, twoTasks)
	if lookAgain := c.mustLook(); lookAgain < time.Hour || lookAgain > time.Hour+time.Second {
		t.Errorf("looks again after %v, not at the timeout", lookAgain)
	}
	c.expectNames(tekton.Pods, "run-one-pod ")
	c.expectCondition("Unknown Running")
	pod := c.get(tekton.Pods, "run-one-pod")
	if !metav1.IsControlledBy(pod, c.get(tekton.PipelineRuns, "run")) || pod.GetLabels()[tekton.RunLabel] != "run" {
		t.Errorf("the Pod's owner is %v, its labels are %v", pod.GetOwnerReferences(), pod.GetLabels())
	}
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	c.expectNames(tekton.Pods, "run-one-pod run-two-pod ")
	c.end("run-two-pod", "succeeded/1", "")
	c.mustLook()
	c.expectCondition("True Succeeded")

	status, _, _ := unstructured.NestedMap(c.get(tekton.PipelineRuns, "run").Object, "status")
	for _, field := range notTektons {
		if _, set := status[field]; set {
			t.Errorf("status.%s is not Tekton's", field)
		}
	}
	if results := fmt.Sprint(status["results"]); results != "[map[name:all value:yes!]]" {
		t.Errorf("the results are %v", results)
	}
	if generation := status["observedGeneration"]; generation != int64(1) {
		t.Errorf("observedGeneration is %v", generation)
	}
	done, _, _ := unstructured.NestedString(c.get(tekton.ConfigMaps, "run-colocation").Object, "data", "done")
	if done != "true" {
		t.Error("the record doesn't say that the run is done")
	}
}

func TestNothingIsWrittenWhereNothingHasChanged(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.mustLook()
	c.client.ClearActions()
	c.mustLook()
	c.expectReadsOnly()
}

func TestOnlyRunsThatNameItAreTaken(t *testing.T) {
	for _, other := range []string{"managedBy: tekton.dev/pipeline", "timeouts: {}"} {
		c := newCluster(t, strings.Replace(twoTasks, "managedBy: colocation.dev/controller", other, 1))
		c.mustLook()
		c.expectNames(tekton.Pods, "")
		c.expectNames(tekton.ConfigMaps, "")
		c.expectCondition("[]")
	}
}

func TestADeletedRunIsLeftAlone(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, "uid: u1",
		"uid: u1, deletionTimestamp: '2026-01-02T03:04:05Z', finalizers: [foregroundDeletion]", 1))
	c.mustLook()
	c.expectNames(tekton.Pods, "")
	c.expectCondition("[]")
}

func TestARunThatIsGoneIsNoError(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, "name: run,", "name: another,", 1))
	if lookAgain, err := c.look(); lookAgain != 0 || err != nil {
		t.Errorf("%v, %v", lookAgain, err)
	}
}

func TestEventsSayHowARunStands(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.mustLook()
	c.end("run-one-pod", "failed/1", "")
	c.mustLook()
	c.mustLook()
	close(c.events)
	var events []string
	for event := range c.events {
		events = append(events, event)
	}
	want := []string{
		"Normal Started ",
		"Normal Running Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 2, Skipped: 0",
		"Warning Failed Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 1",
	}
	if !slices.Equal(events, want) {
		t.Errorf("the events are %q", events)
	}
}

func TestARunThatIsPendingHasNotStarted(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, "managedBy:", "status: PipelineRunPending\n  managedBy:", 1))
	c.mustLook()
	c.expectCondition("Unknown PipelineRunPending")
	c.change(tekton.PipelineRuns, "run", `{"spec":{"status":null}}`)
	c.mustLook()
	close(c.events)
	var events []string
	for event := range c.events {
		events = append(events, strings.Join(strings.Fields(event)[:2], " "))
	}
	if want := []string{"Normal PipelineRunPending", "Normal Started", "Normal Running"}; !slices.Equal(events, want) {
		t.Errorf("the events are %q", events)
	}
}

func TestEventsOfARunThatIsRefused(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, "name: two", "name: one", 1))
	c.mustLook()
	c.mustLook()
	close(c.events)
	var events []string
	for event := range c.events {
		events = append(events, strings.Join(strings.Fields(event)[:2], " "))
	}
	if want := []string{"Normal Started", "Warning Failed", "Warning InternalError"}; !slices.Equal(events, want) {
		t.Errorf("the events are %q", events)
	}
}

func TestAnEventSaysThatAResultIsMissing(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, `    results: [{name: all, value: "$(tasks.one.results.r)!"}]`+"\n", "", 1))
	c.mustLook()
	c.end("run-one-pod", "succeeded/1", "")
	c.mustLook()
	c.mustLook()
	c.expectCondition("False PipelineValidationFailed")
	close(c.events)
	told := 0
	for event := range c.events {
		if strings.HasPrefix(event, `Warning ResultValidationFailed Task "two" failed result validation: task "one" completed successfully but did not emit`) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("it is told %d times", told)
	}
}

func TestTheRunHasWhatItsPipelineHas(t *testing.T) {
	c := newCluster(t, strings.Replace(referring, "kind: Pipeline\nmetadata: {name: build}",
		"kind: Pipeline\nmetadata: {name: build, labels: {team: x, own: theirs}, annotations: {note: \"y\"}}", 1))
	c.change(tekton.PipelineRuns, "run", `{"metadata":{"labels":{"own":"mine"}}}`)
	c.mustLook()
	run := c.get(tekton.PipelineRuns, "run")
	if labels := run.GetLabels(); labels["team"] != "x" || labels["own"] != "mine" || labels[tekton.PipelineLabel] != "build" {
		t.Errorf("its labels are %v", labels)
	}
	if annotations := run.GetAnnotations(); annotations["note"] != "y" {
		t.Errorf("its annotations are %v", annotations)
	}
	if labels := c.list(tekton.Pods)[0].GetLabels(); labels["team"] != "x" || labels["own"] != "mine" {
		t.Errorf("the Pod's labels are %v", labels)
	}
	name, _, _ := unstructured.NestedString(run.Object, "status", "provenance", "featureFlags", "enableAPIFields")
	if name != "beta" {
		t.Errorf("status.provenance is %v", run.Object["status"])
	}
	tasks, _, _ := unstructured.NestedSlice(run.Object, "status", "pipelineSpec", "tasks")
	if len(tasks) == 0 {
		t.Errorf("status.pipelineSpec is %v", run.Object["status"])
	}
}

// Tekton's reasons for runs that don't fit what they refer to.
func TestReasonsOfRefusals(t *testing.T) {
	const run = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec:
  managedBy: colocation.dev/controller
  %s
  pipelineSpec:
    %s
    tasks:
    - name: one
      %s
      taskSpec: {params: [{name: p, default: d}], steps: [{name: s, image: busybox, command: [x]}]}
`
	for _, c := range []struct{ name, run, pipeline, task, reason string }{
		{"MissingParameter", "params: []", "params: [{name: needed}]", "retries: 0", "ParameterMissing"},
		{"WrongType", "params: [{name: p, value: [a]}]", "params: [{name: p}]", "retries: 0", "ParameterTypeMismatch"},
		{"MissingKey", "params: [{name: p, value: {a: x}}]", "params: [{name: p, type: object, properties: {a: {}, b: {}}}]", "retries: 0", "ObjectParameterMissKeys"},
		{"BeyondTheEnd", "params: [{name: p, value: [a]}]", "params: [{name: p, type: array}]", `params: [{name: p, value: "$(params.p[3])"}]`, "ParamArrayIndexingInvalid"},
		{"UnboundWorkspace", "params: []", "workspaces: [{name: w}]", "retries: 0", "InvalidWorkspaceBindings"},
		{"WrongTaskRunSpec", "taskRunSpecs: [{pipelineTaskName: nobody}]", "params: []", "retries: 0", "InvalidTaskRunSpecs"},
		{"OfTheTask", "params: []", "params: []", "params: [{name: p, value: [a]}]", "PipelineValidationFailed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cluster := newCluster(t, fmt.Sprintf(run, c.run, c.pipeline, c.task))
			cluster.mustLook()
			cluster.expectCondition("False " + c.reason)
		})
	}
}

func TestThePlanOfARunStaysWhenThePipelineChanges(t *testing.T) {
	c := newCluster(t, strings.Replace(referring, "tasks: [", "tasks: [{name: two, runAfter: [one], taskRef: {name: compile}}, ", 1))
	c.mustLook()
	c.expectNames(tekton.Pods, "run-one-pod ")
	c.change(tekton.Pipelines, "build", `{"spec":{"tasks":[{"name":"changed","taskRef":{"name":"compile"}}]}}`)
	c.restart()
	c.end("run-one-pod", "succeeded/1", "")
	c.mustLook()
	c.expectNames(tekton.Pods, "run-one-pod run-two-pod ")
}

func TestARunWhoseRecordWasDeletedKeepsItsStart(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	if err := c.client.Resource(tekton.ConfigMaps).Namespace("default").Delete(t.Context(), "run-colocation", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(59 * time.Minute)
	c.restart()
	if lookAgain := c.mustLook(); lookAgain > 2*time.Minute {
		t.Errorf("its timeout would be over in %v", lookAgain)
	}
}

func TestACancelledRunTellsItsPods(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.change(tekton.PipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	told := false
	for _, value := range c.get(tekton.Pods, "run-one-pod").GetAnnotations() {
		told = told || value == "Cancelled"
	}
	if !told {
		t.Errorf("the Pod's annotations are %v", c.get(tekton.Pods, "run-one-pod").GetAnnotations())
	}
	c.end("run-one-pod", "failed/1/TaskRunCancelled", "")
	c.mustLook()
	c.expectCondition("False Cancelled")
	c.expectNames(tekton.Pods, "run-one-pod ")
}

func TestThereIsNoSuchPolicy(t *testing.T) {
	if _, err := NewOptions("some"); err == nil {
		t.Error("it is accepted")
	}
}

func TestWhatARunDoesIsCounted(t *testing.T) {
	c := newCluster(t, twoTasks)
	registry := prometheus.NewRegistry()
	if err := c.metrics.Register(registry); err != nil {
		t.Fatal(err)
	}
	c.mustLook()
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	// The same again counts once.
	c.mustLook()
	c.end("run-two-pod", "failed/1", "")
	c.mustLook()
	c.mustLook()
	const want = `
# HELP colocation_planned_pods_total Pods in the plans that were made.
# TYPE colocation_planned_pods_total counter
colocation_planned_pods_total 2
# HELP colocation_planned_tasks_total Tasks in the plans that were made.
# TYPE colocation_planned_tasks_total counter
colocation_planned_tasks_total 2
# HELP colocation_pods_created_total Pods that were created.
# TYPE colocation_pods_created_total counter
colocation_pods_created_total 2
# HELP colocation_runs_ended_total Runs that have ended, by the reason of their condition.
# TYPE colocation_runs_ended_total counter
colocation_runs_ended_total{reason="Failed"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "colocation_planned_pods_total",
		"colocation_planned_tasks_total", "colocation_pods_created_total", "colocation_runs_ended_total"); err != nil {
		t.Error(err)
	}
}
