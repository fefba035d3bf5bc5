package reconciler

// The API server in memory that the tests of the controller have. They fill the
// controller's caches themselves: nothing happens between two steps of a test,
// and time passes when the test says so. tests/cluster has a real one.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/colocation/colocation/controller/metrics"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	clientevents "k8s.io/client-go/tools/record"
	"sigs.k8s.io/yaml"
)

// A cluster is an API server in memory and a controller that looks when told.
type cluster struct {
	*testing.T
	client     *dynamicfake.FakeDynamicClient
	controller *Controller
	events     chan string
	metrics    *metrics.Metrics
	now        time.Time
}

func newCluster(t *testing.T, objects string) *cluster {
	lists := map[schema.GroupVersionResource]string{
		tekton.PipelineRuns: "PipelineRunList", tekton.Pipelines: "PipelineList", tekton.Tasks: "TaskList", tekton.TaskRuns: "TaskRunList",
		tekton.CustomRuns: "CustomRunList", tekton.StepActions: "StepActionList", tekton.Pods: "PodList",
		tekton.Claims: "PersistentVolumeClaimList", tekton.ConfigMaps: "ConfigMapList", tekton.LimitRanges: "LimitRangeList",
		tekton.ResolutionRequests: "ResolutionRequestList",
	}
	c := &cluster{
		T:       t,
		client:  dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists, parse(t, objects)...),
		metrics: metrics.New(),
		now:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	// The API server gives everything a uid, and heeds preconditions.
	uids := 0
	c.client.PrependReactor("create", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		object := action.(clienttesting.CreateAction).GetObject().(*unstructured.Unstructured)
		if object.GetUID() == "" {
			uids++
			object.SetUID(types.UID(fmt.Sprint("uid-", uids)))
		}
		return false, nil, nil
	})
	c.client.PrependReactor("delete", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		name := action.(clienttesting.DeleteAction).GetName()
		wanted := action.(clienttesting.DeleteActionImpl).DeleteOptions.Preconditions
		if wanted == nil || wanted.UID == nil {
			return true, nil, apierrors.NewBadRequest("a Pod is deleted whatever it is")
		}
		there, err := c.client.Tracker().Get(tekton.Pods, "default", name)
		if err == nil && there.(*unstructured.Unstructured).GetUID() != *wanted.UID {
			return true, nil, apierrors.NewConflict(schema.GroupResource{Resource: "pods"}, name, nil)
		}
		return false, nil, nil
	})
	c.restart()
	return c
}

// restart puts a new controller in the place of the old one.
func (c *cluster) restart() {
	options, err := NewOptions("isolated")
	if err != nil {
		c.Fatal(err)
	}
	options.ImagesNamespace, options.ImagesName = "system", "images"
	options.Metrics = c.metrics
	options.TektonNamespace = "tekton"
	options.Key = []byte("the key of all controllers of a test")
	recorder := clientevents.NewFakeRecorder(100)
	c.events = recorder.Events
	c.controller = NewController(c.client, recorder, "", options)
	c.controller.now = func() time.Time { return c.now }
}

func parse(t *testing.T, text string) []runtime.Object {
	t.Helper()
	var objects []runtime.Object
	for _, document := range strings.Split(text, "\n---\n") {
		object := &unstructured.Unstructured{}
		text, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if err := object.UnmarshalJSON(text); err != nil {
			t.Fatal(err)
		}
		if object.GetNamespace() == "" {
			object.SetNamespace("default")
		}
		objects = append(objects, object)
	}
	return objects
}

// look fills the caches and lets the controller look at the run once.
func (c *cluster) look() (time.Duration, error) {
	c.Helper()
	for i, resource := range []schema.GroupVersionResource{tekton.PipelineRuns, tekton.Pods, tekton.CustomRuns, tekton.TaskRuns, tekton.ResolutionRequests} {
		var seen []any
		for _, object := range c.list(resource) {
			seen = append(seen, &object)
		}
		if err := c.controller.children[i].GetStore().Replace(seen, ""); err != nil {
			c.Fatal(err)
		}
	}
	return c.controller.reconcile(c.Context(), types.NamespacedName{Namespace: "default", Name: "run"})
}

func (c *cluster) mustLook() time.Duration {
	c.Helper()
	lookAgain, err := c.look()
	if err != nil {
		c.Fatal(err)
	}
	return lookAgain
}

func (c *cluster) list(resource schema.GroupVersionResource) []unstructured.Unstructured {
	c.Helper()
	list, err := c.client.Resource(resource).List(c.Context(), metav1.ListOptions{})
	if err != nil {
		c.Fatal(err)
	}
	return list.Items
}

func (c *cluster) get(resource schema.GroupVersionResource, name string) *unstructured.Unstructured {
	c.Helper()
	object, err := c.client.Resource(resource).Namespace("default").Get(c.Context(), name, metav1.GetOptions{})
	if err != nil {
		c.Fatal(err)
	}
	return object
}

// names of the objects of a kind, each followed by a blank.
func (c *cluster) names(resource schema.GroupVersionResource) string {
	c.Helper()
	names := ""
	for _, object := range c.list(resource) {
		names += object.GetName() + " "
	}
	return names
}

// change merges JSON into an object.
func (c *cluster) change(resource schema.GroupVersionResource, name, patch string) {
	c.Helper()
	_, err := c.client.Resource(resource).Namespace("default").
		Patch(c.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		c.Fatal(err)
	}
}

// end ends all containers of a Pod as their launchers would, with a result r.
func (c *cluster) end(pod, how, result string) {
	c.Helper()
	containers, _, _ := unstructured.NestedSlice(c.get(tekton.Pods, pod).Object, "spec", "containers")
	var statuses []any
	for _, container := range containers {
		entries := []any{map[string]any{"key": "End", "value": how, "type": 3}}
		if result != "" {
			entries = append(entries, map[string]any{"key": "r", "value": result, "type": 1})
		}
		message, _ := json.Marshal(entries)
		statuses = append(statuses, map[string]any{
			"name": container.(map[string]any)["name"],
			"state": map[string]any{"terminated": map[string]any{
				"exitCode": 0, "reason": "Completed", "startedAt": "2026-01-02T03:04:06Z", "finishedAt": "2026-01-02T03:04:07Z", "message": string(message)}},
		})
	}
	status, _ := json.Marshal(map[string]any{"status": map[string]any{"phase": "Succeeded", "containerStatuses": statuses}})
	c.change(tekton.Pods, pod, string(status))
}

// condition of the run: "STATUS REASON", and the message.
func (c *cluster) condition() (string, string) {
	c.Helper()
	conditions, _, _ := unstructured.NestedSlice(c.get(tekton.PipelineRuns, "run").Object, "status", "conditions")
	if len(conditions) != 1 {
		return fmt.Sprint(conditions), ""
	}
	condition := conditions[0].(map[string]any)
	return fmt.Sprint(condition["status"], " ", condition["reason"]), fmt.Sprint(condition["message"])
}

func (c *cluster) expectCondition(want string) {
	c.Helper()
	if got, message := c.condition(); got != want {
		c.Errorf("the run is %q (%s), not %q", got, message, want)
	}
}

func (c *cluster) expectNames(resource schema.GroupVersionResource, want string) {
	c.Helper()
	if got := c.names(resource); got != want {
		c.Errorf("%s: %q, not %q", resource.Resource, got, want)
	}
}

// expectReadsOnly: nothing was written since the actions were cleared.
func (c *cluster) expectReadsOnly() {
	c.Helper()
	for _, action := range c.client.Actions() {
		if verb := action.GetVerb(); verb != "get" && verb != "list" {
			c.Errorf("%s of %s", verb, action.GetResource().Resource)
		}
	}
}

// isOwnedOnly says whether run owns object, as one that Tekton's controller must
// not take for a reason to look at the run (see own).
func isOwnedOnly(object, run *unstructured.Unstructured) bool {
	return tekton.IsOwnedBy(object, run) && metav1.GetControllerOf(object) == nil
}
