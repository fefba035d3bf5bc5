package reconciler

// The TaskRuns that show what units of work do.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

// taskRunCondition is "STATUS REASON" of a TaskRun.
func (c *cluster) taskRunCondition(name string) string {
	c.Helper()
	condition := tekton.Succeeded(c.get(tekton.TaskRuns, name))
	return fmt.Sprint(condition["status"], " ", condition["reason"])
}

func TestEachUnitHasATaskRun(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.expectNames(tekton.TaskRuns, "run-one ")
	made := c.get(tekton.TaskRuns, "run-one")
	if !isOwnedOnly(made, c.get(tekton.PipelineRuns, "run")) || !tekton.IsOurTaskRun(made) {
		t.Errorf("it is %v", made.Object)
	}
	for label, want := range map[string]string{tekton.RunLabel: "run", tekton.TaskLabel: "one", tekton.PipelineLabel: "run", "tekton.dev/memberOf": "tasks"} {
		if got := made.GetLabels()[label]; got != want {
			t.Errorf("%s is %q, not %q", label, got, want)
		}
	}
	if got := c.taskRunCondition("run-one"); got != "Unknown Pending" {
		t.Errorf("it is %q", got)
	}
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	if got := c.taskRunCondition("run-one"); got != "True Succeeded" {
		t.Errorf("it is %q", got)
	}
	status, _, _ := unstructured.NestedMap(c.get(tekton.TaskRuns, "run-one").Object, "status")
	if status["podName"] != "run-one-pod" || status["startTime"] == nil || status["completionTime"] == nil ||
		fmt.Sprint(status["results"]) != "[map[name:r type:string value:yes]]" || status["attempts"] != nil {
		t.Errorf("its status is %v", status)
	}
	steps := status["steps"].([]any)
	if step := steps[0].(map[string]any); step["name"] != "s" || step["container"] != "one-step-s" || step["terminationReason"] == nil {
		t.Errorf("its steps are %v", steps)
	}
	if spec, _, _ := unstructured.NestedSlice(status, "taskSpec", "steps"); len(spec) != 1 {
		t.Errorf("status.taskSpec is %v", status["taskSpec"])
	}
	if flags, _, _ := unstructured.NestedMap(status, "provenance", "featureFlags"); len(flags) == 0 {
		t.Errorf("status.provenance is %v", status["provenance"])
	}
	// What was a reference has its value.
	c.expectNames(tekton.TaskRuns, "run-one run-two ")
	params, _, _ := unstructured.NestedSlice(c.get(tekton.TaskRuns, "run-two").Object, "spec", "params")
	if fmt.Sprint(params) != "[map[name:p value:yes]]" {
		t.Errorf("its params are %v", params)
	}
	children, _, _ := unstructured.NestedSlice(c.get(tekton.PipelineRuns, "run").Object, "status", "childReferences")
	for _, child := range children {
		c.get(tekton.TaskRuns, fmt.Sprint(child.(map[string]any)["name"]))
	}
}

func TestATaskRunIsWrittenOnlyWhenItHasChanged(t *testing.T) {
	c := newCluster(t, twoTasks)
	writes := 0
	c.client.PrependReactor("*", "taskruns", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if verb := action.GetVerb(); verb != "get" && verb != "list" {
			writes++
		}
		return false, nil, nil
	})
	c.mustLook()
	c.mustLook()
	c.mustLook()
	// It is made, waits for its Pod to be made, and then for the Pod.
	if writes != 3 {
		t.Errorf("%d writes", writes)
	}
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	c.mustLook()
	// Its end, and as much for the next one.
	if writes != 3+1+3 {
		t.Errorf("%d writes", writes)
	}
}

func TestATaskRunThatIsLostIsMadeAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	if err := c.client.Resource(tekton.TaskRuns).Namespace("default").Delete(t.Context(), "run-one", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	c.mustLook()
	c.expectNames(tekton.TaskRuns, "run-one ")
}

func TestATaskRunThatIsRefusedFailsNothing(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.refuse("taskruns", apierrors.NewForbidden(schema.GroupResource{Resource: "taskruns"}, "run-one", fmt.Errorf("no")))
	c.mustLook()
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	c.end("run-two-pod", "succeeded/1", "")
	c.mustLook()
	c.expectCondition("True Succeeded")
}

func TestATaskRunOfSomebodyElseIsLeftAlone(t *testing.T) {
	c := newCluster(t, twoTasks+"---\napiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: run-one}\nspec: {}\n")
	c.mustLook()
	if _, set, _ := unstructured.NestedMap(c.get(tekton.TaskRuns, "run-one").Object, "status"); set {
		t.Error("it has a status")
	}
}

func TestATaskRunOfATaskThatWasSkippedAfterAllIsOver(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	c.end("run-one-pod", "skipped/STOPPING", "")
	c.mustLook()
	if got := c.taskRunCondition("run-one"); got != "False TaskRunCancelled" {
		t.Errorf("it is %q", got)
	}
}

func TestTaskRunsOfARunThatFailsAreOver(t *testing.T) {
	c := newCluster(t, manyTasks(2))
	created := 0
	c.client.PrependReactor("create", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		created++
		return created == 2, nil, apierrors.NewInvalid(schema.GroupKind{Kind: "Pod"}, "run-t1-pod", nil)
	})
	c.mustLook()
	c.expectNames(tekton.Pods, "")
	c.expectCondition("False PodCreationFailed")
	for _, name := range strings.Fields(c.names(tekton.TaskRuns)) {
		if got := c.taskRunCondition(name); got != "False TaskRunCancelled" {
			t.Errorf("%s is %q", name, got)
		}
	}
}
