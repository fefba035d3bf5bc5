package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
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

// These tests have client-go's API server in memory, and fill the controller's
// caches themselves: nothing happens between two steps of a test, and time
// passes when the test says so. cluster_test.go has a real one.

// A cluster is an API server in memory and a controller that looks when told.
type cluster struct {
	*testing.T
	client     *dynamicfake.FakeDynamicClient
	controller *Controller
	events     chan string
	now        time.Time
}

func newCluster(t *testing.T, objects string) *cluster {
	lists := map[schema.GroupVersionResource]string{
		pipelineRuns: "PipelineRunList", pipelines: "PipelineList", tasks: "TaskList", taskRuns: "TaskRunList",
		customRuns: "CustomRunList", stepActions: "StepActionList", pods: "PodList",
		claims: "PersistentVolumeClaimList", configMaps: "ConfigMapList", limitRanges: "LimitRangeList",
		resolutionRequests: "ResolutionRequestList",
	}
	c := &cluster{
		T:      t,
		client: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists, parse(t, objects)...),
		now:    time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	c.restart()
	return c
}

// restart puts a new controller in the place of the old one.
func (c *cluster) restart() {
	options, err := makeOptions("isolated", "system/images")
	if err != nil {
		c.Fatal(err)
	}
	options.TektonNamespace = "tekton"
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
	for i, resource := range []schema.GroupVersionResource{pipelineRuns, pods, customRuns, taskRuns, resolutionRequests} {
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
	containers, _, _ := unstructured.NestedSlice(c.get(pods, pod).Object, "spec", "containers")
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
				"exitCode": 0, "startedAt": "2026-01-02T03:04:06Z", "finishedAt": "2026-01-02T03:04:07Z", "message": string(message)}},
		})
	}
	status, _ := json.Marshal(map[string]any{"status": map[string]any{"phase": "Succeeded", "containerStatuses": statuses}})
	c.change(pods, pod, string(status))
}

// condition of the run: "STATUS REASON", and the message.
func (c *cluster) condition() (string, string) {
	c.Helper()
	conditions, _, _ := unstructured.NestedSlice(c.get(pipelineRuns, "run").Object, "status", "conditions")
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
	c.expectNames(pods, "run-one-pod ")
	c.expectCondition("Unknown Running")
	pod := c.get(pods, "run-one-pod")
	if !metav1.IsControlledBy(pod, c.get(pipelineRuns, "run")) || pod.GetLabels()[runLabel] != "run" {
		t.Errorf("the Pod's owner is %v, its labels are %v", pod.GetOwnerReferences(), pod.GetLabels())
	}
	c.end("run-one-pod", "succeeded/1", "yes")
	c.mustLook()
	c.expectNames(pods, "run-one-pod run-two-pod ")
	c.end("run-two-pod", "succeeded/1", "")
	c.mustLook()
	c.expectCondition("True Succeeded")

	status, _, _ := unstructured.NestedMap(c.get(pipelineRuns, "run").Object, "status")
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
	done, _, _ := unstructured.NestedString(c.get(configMaps, "run-colocation").Object, "data", "done")
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
		c.expectNames(pods, "")
		c.expectNames(configMaps, "")
		c.expectCondition("[]")
	}
}

func TestADeletedRunIsLeftAlone(t *testing.T) {
	c := newCluster(t, strings.Replace(twoTasks, "uid: u1",
		"uid: u1, deletionTimestamp: '2026-01-02T03:04:05Z', finalizers: [foregroundDeletion]", 1))
	c.mustLook()
	c.expectNames(pods, "")
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
	if len(events) != 2 || events[0] != "Normal Started " || !strings.HasPrefix(events[1], "Warning Failed Tasks Completed: ") {
		t.Errorf("the events are %q", events)
	}
}

const referring = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec: {managedBy: colocation.dev/controller, pipelineRef: {name: build}}
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: build}
spec: {tasks: [{name: one, taskRef: {name: compile}}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: compile}
spec: {steps: [{name: s, ref: {name: make}}]}
---
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: make}
spec: {image: builder}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: images, namespace: system}
data: {images: "[{image: other, entrypoint: [/other]}, {image: builder, entrypoint: [/make], cmd: [all]}]"}
`

func TestReferencesAreResolvedInTheCluster(t *testing.T) {
	c := newCluster(t, referring)
	c.mustLook()
	c.expectNames(pods, "run-pod ")
	containers, _, _ := unstructured.NestedSlice(c.get(pods, "run-pod").Object, "spec", "containers")
	if command := fmt.Sprint(containers[0].(map[string]any)["command"], containers[0].(map[string]any)["args"]); !strings.Contains(command, "-- /make] [all]") {
		t.Errorf("the image's entrypoint is not in %s", command)
	}
}

const referringAfar = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, uid: u1}
spec:
  managedBy: colocation.dev/controller
  pipelineSpec:
    tasks:
    - {name: one, taskRef: {resolver: git, params: [{name: pathInRepo, value: one.yaml}]}}
    - {name: two, taskRef: {resolver: git, params: [{name: pathInRepo, value: two.yaml}]}}
    - {name: three, runAfter: [one], taskRef: {resolver: git, params: [{name: pathInRepo, value: one.yaml}]}}
`

// answer lets the resolver say something to all that it is asked.
func (c *cluster) answer(status map[string]any) {
	c.Helper()
	for _, question := range c.list(resolutionRequests) {
		text, _ := json.Marshal(map[string]any{"status": status})
		c.change(resolutionRequests, question.GetName(), string(text))
	}
}

const resolvedTask = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [{name: s, image: i, command: [make]}]}"

func TestResolversAreAsked(t *testing.T) {
	c := newCluster(t, referringAfar)
	c.mustLook()
	c.expectCondition("Unknown ResolvingTaskRef")
	c.expectNames(pods, "")
	questions := c.list(resolutionRequests)
	if len(questions) != 2 {
		t.Fatalf("%d questions were asked", len(questions))
	}
	for _, question := range questions {
		if question.GetLabels()[resolverLabel] != "git" || !metav1.IsControlledBy(&question, c.get(pipelineRuns, "run")) {
			t.Errorf("labels %v, owners %v", question.GetLabels(), question.GetOwnerReferences())
		}
	}
	// The name of a question tells nothing about its order.
	if spec := fmt.Sprint(questions[0].Object["spec"], questions[1].Object["spec"]); !strings.Contains(spec, "map[params:[map[name:pathInRepo value:one.yaml]]]") || !strings.Contains(spec, "value:two.yaml") {
		t.Errorf("the questions are %s", spec)
	}
	c.client.ClearActions()
	c.now = c.now.Add(time.Second)
	c.mustLook()
	c.expectReadsOnly()
	c.answer(map[string]any{
		"conditions": []any{map[string]any{"type": "Succeeded", "status": "True"}},
		"data":       base64.StdEncoding.EncodeToString([]byte(resolvedTask)),
	})
	c.mustLook()
	c.expectCondition("Unknown Running")
	c.expectNames(pods, "run-one-pod run-two-pod ")
	start, _, _ := unstructured.NestedString(c.get(pipelineRuns, "run").Object, "status", "startTime")
	if start != "2026-01-02T03:04:05Z" {
		t.Errorf("it started at %s: what it waited for resolvers doesn't count", start)
	}
}

func TestWhatNoResolverFindsFailsTheRun(t *testing.T) {
	for _, wrong := range []struct {
		name, condition, message string
		status                   map[string]any
	}{
		{"Failed", "False CouldntGetTask", `spec.pipelineSpec.tasks[0].taskRef: the resolver "git": no such revision`,
			map[string]any{"conditions": []any{map[string]any{"type": "Succeeded", "status": "False", "message": "no such revision"}}}},
		{"NotBase64", "False CouldntGetTask", "not base64",
			map[string]any{"conditions": []any{map[string]any{"type": "Succeeded", "status": "True"}}, "data": "?"}},
		{"NotATask", "False PipelineValidationFailed", "git/git-",
			map[string]any{"conditions": []any{map[string]any{"type": "Succeeded", "status": "True"}},
				"data": base64.StdEncoding.EncodeToString([]byte("kind: Nothing"))}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			c := newCluster(t, referringAfar)
			c.mustLook()
			c.answer(wrong.status)
			c.mustLook()
			c.expectCondition(wrong.condition)
			if _, message := c.condition(); !strings.Contains(message, wrong.message) {
				t.Errorf("the message is %q", message)
			}
		})
	}
}

func TestACancelledRunWaitsForNoResolver(t *testing.T) {
	c := newCluster(t, referringAfar)
	c.mustLook()
	c.change(pipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	c.expectCondition("False Cancelled")
}

func TestTektonsConfigMapsCount(t *testing.T) {
	const configuration = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: config-defaults, namespace: tekton}
data: {default-service-account: robot, _example: "# of all settings"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: feature-flags, namespace: tekton}
data: {disable-inline-spec: "%s"}
`
	c := newCluster(t, twoTasks+fmt.Sprintf(configuration, ""))
	c.mustLook()
	account, _, _ := unstructured.NestedString(c.get(pods, "run-one-pod").Object, "spec", "serviceAccountName")
	if account != "robot" {
		t.Errorf("the service account is %q", account)
	}
	c = newCluster(t, twoTasks+fmt.Sprintf(configuration, "pipelinerun"))
	c.mustLook()
	c.expectCondition("False PipelineValidationFailed")
}

func TestAnImageThatIsNotListedIsLookedUp(t *testing.T) {
	unlisted := strings.Replace(referring, "image: builder,", "image: another,", 1)
	c := newCluster(t, unlisted)
	c.controller.options.Registry = func(_ context.Context, _ *unstructured.Unstructured, account, image string) (*colocationv1.ImageConfig, error) {
		return &colocationv1.ImageConfig{Image: image, Entrypoint: []string{"/" + image + "-for-" + account}}, nil
	}
	c.mustLook()
	if pod := fmt.Sprint(c.get(pods, "run-pod").Object["spec"]); !strings.Contains(pod, "/builder-for-default") {
		t.Errorf("the Pod is %s", pod)
	}
	c = newCluster(t, unlisted)
	c.controller.options.Registry = func(context.Context, *unstructured.Unstructured, string, string) (*colocationv1.ImageConfig, error) {
		return nil, errors.Join(errNoImage, errors.New("404"))
	}
	c.mustLook()
	c.expectCondition("False ImageEntrypointUnknown")
}

func TestARunThatCannotBePlannedFails(t *testing.T) {
	for _, c := range []struct{ name, old, new, condition, message string }{
		{"NoPipeline", "kind: Pipeline\nmetadata: {name: build}", "kind: Pipeline\nmetadata: {name: other}",
			"False CouldntGetPipeline", `"build" not found`},
		{"NoTask", "metadata: {name: compile}", "metadata: {name: other}",
			"False CouldntGetTask", `spec.tasks[0].taskRef: tasks.tekton.dev "compile" not found`},
		{"NoStepAction", "metadata: {name: make}", "metadata: {name: other}",
			"False CouldntGetStepAction", `"make" not found`},
		{"NoEntrypoint", "image: builder,", "image: unknown,",
			"False ImageEntrypointUnknown", "image builder "},
		{"Invalid", "name: one,", "name: one, runAfter: [nobody],",
			"False PipelineValidationFailed", "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(referring, c.old) {
				t.Fatalf("there is no %q", c.old)
			}
			cluster := newCluster(t, strings.Replace(referring, c.old, c.new, 1))
			cluster.mustLook()
			condition, message := cluster.condition()
			if condition != c.condition || !strings.Contains(message, c.message) || strings.Contains(message, "add the file") {
				t.Errorf("the run is %q: %s", condition, message)
			}
			cluster.expectNames(pods, "")
			// It stays so.
			cluster.client.ClearActions()
			cluster.mustLook()
			cluster.expectReadsOnly()
		})
	}
}

func TestThePlanOfARunStaysWhenThePipelineChanges(t *testing.T) {
	c := newCluster(t, strings.Replace(referring, "tasks: [", "tasks: [{name: two, runAfter: [one], taskRef: {name: compile}}, ", 1))
	c.mustLook()
	c.expectNames(pods, "run-one-pod ")
	c.change(pipelines, "build", `{"spec":{"tasks":[{"name":"changed","taskRef":{"name":"compile"}}]}}`)
	c.restart()
	c.end("run-one-pod", "succeeded/1", "")
	c.mustLook()
	c.expectNames(pods, "run-one-pod run-two-pod ")
}

func TestARunWhoseRecordWasDeletedKeepsItsStart(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.mustLook()
	if err := c.client.Resource(configMaps).Namespace("default").Delete(t.Context(), "run-colocation", metav1.DeleteOptions{}); err != nil {
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
	c.change(pipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	told := false
	for _, value := range c.get(pods, "run-one-pod").GetAnnotations() {
		told = told || value == "Cancelled"
	}
	if !told {
		t.Errorf("the Pod's annotations are %v", c.get(pods, "run-one-pod").GetAnnotations())
	}
	c.end("run-one-pod", "failed/1/TaskRunCancelled", "")
	c.mustLook()
	c.expectCondition("False Cancelled")
	c.expectNames(pods, "run-one-pod ")
}

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
	c.expectNames(customRuns, "run-ask ")
	c.expectNames(pods, "")
	spec, _, _ := unstructured.NestedMap(c.get(customRuns, "run-ask").Object, "spec")
	text, _ := json.Marshal(spec)
	const want = `{"customRef":{"apiVersion":"example.dev/v1","kind":"Approval","name":"boss"},` +
		`"params":[{"name":"question","value":"really"}],"serviceAccountName":"default","timeout":"5m0s",` +
		`"workspaces":[{"name":"w","persistentVolumeClaim":{"claimName":"mine"},"subPath":"a/b"}]}`
	if string(text) != want {
		t.Errorf("its spec is %s", text)
	}
	c.change(customRuns, "run-ask", `{"status":{"startTime":"2026-01-02T03:04:06Z","completionTime":"2026-01-02T03:04:07Z",
		"conditions":[{"type":"Succeeded","status":"True","reason":"Agreed"}],"results":[{"name":"answer","value":"yes"}]}}`)
	c.mustLook()
	c.expectNames(pods, "run-pod ")
	children, _, _ := unstructured.NestedSlice(c.get(pipelineRuns, "run").Object, "status", "childReferences")
	if got := fmt.Sprint(children[0]); !strings.Contains(got, "kind:CustomRun name:run-ask") {
		t.Errorf("childReferences[0] is %s", got)
	}
}

func TestACancelledRunCancelsItsCustomRuns(t *testing.T) {
	c := newCluster(t, customTask)
	c.mustLook()
	c.change(pipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	if status, _, _ := unstructured.NestedString(c.get(customRuns, "run-ask").Object, "spec", "status"); status != "RunCancelled" {
		t.Errorf("spec.status of the CustomRun is %q", status)
	}
}

func TestAPipelineInAPipelineIsARunOfThisController(t *testing.T) {
	c := newCluster(t, strings.NewReplacer(
		"taskRef: {apiVersion: example.dev/v1, kind: Approval, name: boss}", "pipelineRef: {name: inner}",
		"$(tasks.ask.results.answer)", "nothing").Replace(customTask))
	c.controller.options.Plan.ApiFields = 3 // alpha, as in Tekton
	c.mustLook()
	c.expectNames(pipelineRuns, "run run-ask ")
	inner := c.get(pipelineRuns, "run-ask")
	if !isOurs(inner) || !metav1.IsControlledBy(inner, c.get(pipelineRuns, "run")) {
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
	c.expectNames(taskRuns, "")
	c.end(c.list(pods)[0].GetName(), "succeeded/1", `["api","web"]`)
	c.mustLook()
	c.expectNames(taskRuns, "run-each-0 run-each-1 ")
	second := c.get(taskRuns, "run-each-1")
	if !metav1.IsControlledBy(second, c.get(pipelineRuns, "run")) {
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
		c.change(taskRuns, fmt.Sprint("run-each-", i), `{"status":{"startTime":"2026-01-02T03:04:06Z","completionTime":"2026-01-02T03:04:07Z",
			"conditions":[{"type":"Succeeded","status":"True","reason":"Succeeded"}],"results":[{"name":"r","type":"string","value":"`+result+`"}]}}`)
	}
	c.mustLook()
	c.expectCondition("True Succeeded")
	status, _, _ := unstructured.NestedMap(c.get(pipelineRuns, "run").Object, "status")
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
	c.end(c.list(pods)[0].GetName(), "succeeded/1", `["api","web"]`)
	c.mustLook()
	annotations := c.get(taskRuns, "run-each-1").GetAnnotations()
	if len(annotations) != 1 || annotations["pipeline.tekton.dev/pipeline-task-on-error"] != "continue" {
		t.Errorf("its annotations are %v", annotations)
	}
	if err := c.client.Resource(taskRuns).Namespace("default").Delete(c.Context(), "run-each-1", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	c.mustLook()
	c.expectNames(taskRuns, "run-each-0 run-each-1 ")
	c.change(pipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
	c.mustLook()
	for _, one := range c.list(taskRuns) {
		if status, _, _ := unstructured.NestedString(one.Object, "spec", "status"); status != "TaskRunCancelled" {
			t.Errorf("spec.status of %s is %q", one.GetName(), status)
		}
	}
}

const buildAndRun = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  managedBy: colocation.dev/controller
  workspaces: [{name: w, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: w}]
    tasks:
    - name: build
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: image}]
        steps: [{name: s, image: builder, command: [build]}]
    - name: use
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: $(tasks.build.results.image), command: [run]}]
`

// built lets the run's Pod build its image, and returns the name of the Pod.
func (c *cluster) built() string {
	c.Helper()
	c.controller.options.Plan.PatchImages = true
	c.controller.options.Plan.Policy = colocationv1.Policy_POLICY_WORKSPACES
	c.mustLook()
	pod := c.list(pods)[0].GetName()
	c.change(pods, pod, `{"status":{"phase":"Running","containerStatuses":[
		{"name":"use-step-s","state":{"running":{}}},
		{"name":"build-step-s","state":{"terminated":{"exitCode":0,"message":"[{\"key\":\"image\",\"value\":\"app@sha256:1\",\"type\":1},{\"key\":\"End\",\"value\":\"succeeded/1\",\"type\":3}]"}}}]}}`)
	return pod
}

func TestAnImageThatIsBuiltIsPutIntoTheRunningPod(t *testing.T) {
	c := newCluster(t, buildAndRun)
	pod := c.built()
	c.mustLook()
	containers, _, _ := unstructured.NestedSlice(c.get(pods, pod).Object, "spec", "containers")
	images := ""
	for _, container := range containers {
		fields := container.(map[string]any)
		images += fmt.Sprint(fields["name"], "=", fields["image"], " ")
	}
	if images != "build-step-s=builder use-step-s=app@sha256:1 " {
		t.Errorf("the images are %s", images)
	}
	c.restart()
	c.client.ClearActions()
	c.mustLook()
	for _, action := range c.client.Actions() {
		if action.GetVerb() == "patch" && action.GetResource() == pods {
			t.Error("it is put in again")
		}
	}
}

func TestAnImageThatIsRefusedFailsTheRun(t *testing.T) {
	c := newCluster(t, buildAndRun)
	pod := c.built()
	c.client.PrependReactor("patch", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, pod, fmt.Errorf("not signed"))
	})
	c.mustLook()
	c.expectCondition("False PodImageUpdateFailed")
}

// refuse lets the API server refuse what is created, as often as it is asked.
func (c *cluster) refuse(resource string, err error) {
	c.client.PrependReactor("create", resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, err })
}

func TestAPodThatIsRefusedFailsTheRun(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.refuse("pods", apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "run-one-pod", fmt.Errorf("violates PodSecurity")))
	c.mustLook()
	c.expectCondition("False PodCreationFailed")
	c.client.ClearActions()
	c.mustLook()
	for _, action := range c.client.Actions() {
		if action.GetVerb() == "create" {
			t.Error("it tries again")
		}
	}
}

func TestAPodThatExceedsTheQuotaIsTriedAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.refuse("pods", apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "run-one-pod", fmt.Errorf("exceeded quota: small")))
	if _, err := c.look(); err == nil {
		t.Error("there is nothing to try again")
	}
	c.expectCondition("Unknown Running")
	c.client.ReactionChain = c.client.ReactionChain[1:]
	c.mustLook()
	c.expectNames(pods, "run-one-pod ")
}

func TestAPodOfSomebodyElseIsNotTaken(t *testing.T) {
	c := newCluster(t, twoTasks+"---\napiVersion: v1\nkind: Pod\nmetadata: {name: run-one-pod}\n")
	if _, err := c.look(); err == nil || !strings.Contains(err.Error(), "belongs to somebody else") {
		t.Errorf("the error is %v", err)
	}
}

func TestAStatusThatConflictsIsWrittenAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	conflicts := 2
	c.client.PrependReactor("update", "pipelineruns", func(clienttesting.Action) (bool, runtime.Object, error) {
		conflicts--
		return conflicts >= 0, nil, apierrors.NewConflict(schema.GroupResource{Resource: "pipelineruns"}, "run", nil)
	})
	c.mustLook()
	c.expectCondition("Unknown Running")
}

func TestARecordThatConflictsIsLookedAtAgain(t *testing.T) {
	c := newCluster(t, twoTasks)
	c.client.PrependReactor("update", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewConflict(schema.GroupResource{Resource: "configmaps"}, "run-colocation", nil)
	})
	if _, err := c.look(); !apierrors.IsConflict(err) {
		t.Errorf("the error is %v", err)
	}
	c.expectCondition("[]")
}

func TestOptions(t *testing.T) {
	for _, wrong := range [][2]string{{"some", ""}, {"workspaces", "images"}} {
		if _, err := makeOptions(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v is accepted", wrong)
		}
	}
}
