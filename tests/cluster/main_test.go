// Package cluster has the tests that need a whole cluster: real kubelets, and
// Tekton's own controller beside ours. cluster_test.sh
// builds the programs and runs them.
package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"colocation.dev/tests/cluster/box"
	"colocation.dev/tests/cluster/harness"
)

// Why no cluster can run here.
var unavailable error

func TestMain(m *testing.M) {
	unavailable = box.Enter(func() (string, error) {
		programs, err := harness.Build("../..", os.Getenv("COLOCATION_LAUNCHER"))
		if err != nil && !errors.Is(err, harness.ErrNoModules) {
			fmt.Println(err)
			os.Exit(1)
		}
		text, _ := json.Marshal(programs)
		return string(text), err
	})
	os.Exit(m.Run())
}

// One cluster for all tests: it takes its time to come up, and ends with the box.
var shared struct {
	sync.Once
	*harness.Cluster
}

// A space is a namespace of the cluster, for one test.
type space struct {
	*harness.Cluster
	name string
}

func newSpace(t *testing.T, name string) space {
	t.Helper()
	if unavailable != nil {
		t.Skipf("no cluster can run here: %v", unavailable)
	}
	shared.Do(func() {
		var programs harness.Programs
		if err := json.Unmarshal([]byte(box.Prepared()), &programs); err != nil {
			t.Fatal(err)
		}
		shared.Cluster = harness.Start(t, programs, harness.Node{Name: "node"})
	})
	if shared.Cluster == nil {
		t.Fatal("the cluster did not come up: see the first test that failed")
	}
	t.Cleanup(func() {
		if t.Failed() {
			shared.ShowLogs(t)
		}
	})
	shared.MakeNamespace(t, name)
	return space{shared.Cluster, name}
}

// create creates a run of a pipeline whose spec is given as YAML. "IMAGE" in it
// stands for an image with a shell.
func (s space) create(t *testing.T, name, manager, spec string) {
	t.Helper()
	s.Apply(t, s.name, fmt.Sprintf("apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: %s}\nspec:\n  managedBy: %s\n  pipelineSpec:\n%s",
		name, manager, strings.ReplaceAll(spec, "IMAGE", harness.StepImage)))
}

// result waits for the end of a run: "STATUS REASON", and its status.
func (s space) result(t *testing.T, name string) (string, map[string]any) {
	t.Helper()
	run := s.When(t, harness.PipelineRuns, s.name, name, harness.IsCompleted)
	status, _, _ := unstructured.NestedMap(run.Object, "status")
	condition := harness.Succeeded(run)
	t.Logf("%s: %v", name, condition["message"])
	return fmt.Sprint(condition["status"], " ", condition["reason"]), status
}

// awaitRunning waits until a container of a Pod runs.
func (s space) awaitRunning(t *testing.T, pod string) {
	t.Helper()
	s.When(t, harness.Pods, s.name, pod, func(object *unstructured.Unstructured) bool {
		statuses, _, _ := unstructured.NestedSlice(object.Object, "status", "containerStatuses")
		for _, status := range statuses {
			if _, running, _ := unstructured.NestedMap(status.(map[string]any), "state", "running"); running {
				return true
			}
		}
		return false
	})
}

func (s space) delete(t *testing.T, name string) {
	t.Helper()
	err := s.Client.Resource(harness.PipelineRuns).Namespace(s.name).Delete(t.Context(), name, metav1.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
}
