package reconciler

// What a run refers to: objects of the cluster, resolvers, images; and what a run
// without them becomes.

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
	"github.com/colocation/colocation/controller/registry"
	"github.com/colocation/colocation/controller/tekton"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

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
	c.expectNames(tekton.Pods, "run-pod ")
	containers, _, _ := unstructured.NestedSlice(c.get(tekton.Pods, "run-pod").Object, "spec", "containers")
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
	for _, question := range c.list(tekton.ResolutionRequests) {
		text, _ := json.Marshal(map[string]any{"status": status})
		c.change(tekton.ResolutionRequests, question.GetName(), string(text))
	}
}

const resolvedTask = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [{name: s, image: i, command: [make]}]}"

func TestResolversAreAsked(t *testing.T) {
	c := newCluster(t, referringAfar)
	c.mustLook()
	c.expectCondition("Unknown ResolvingTaskRef")
	c.expectNames(tekton.Pods, "")
	questions := c.list(tekton.ResolutionRequests)
	if len(questions) != 2 {
		t.Fatalf("%d questions were asked", len(questions))
	}
	for _, question := range questions {
		if question.GetLabels()[resolverLabel] != "git" || !isOwnedOnly(&question, c.get(tekton.PipelineRuns, "run")) {
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
	c.expectNames(tekton.Pods, "run-one-pod run-two-pod ")
	start, _, _ := unstructured.NestedString(c.get(tekton.PipelineRuns, "run").Object, "status", "startTime")
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
	c.change(tekton.PipelineRuns, "run", `{"spec":{"status":"Cancelled"}}`)
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
	account, _, _ := unstructured.NestedString(c.get(tekton.Pods, "run-one-pod").Object, "spec", "serviceAccountName")
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
	if pod := fmt.Sprint(c.get(tekton.Pods, "run-pod").Object["spec"]); !strings.Contains(pod, "/builder-for-default") {
		t.Errorf("the Pod is %s", pod)
	}
	c = newCluster(t, unlisted)
	c.controller.options.Registry = func(context.Context, *unstructured.Unstructured, string, string) (*colocationv1.ImageConfig, error) {
		return nil, errors.Join(registry.ErrNoImage, errors.New("404"))
	}
	c.mustLook()
	c.expectCondition("False ImageEntrypointUnknown")
}

func TestARunThatCannotBePlannedFails(t *testing.T) {
	for _, c := range []struct{ name, old, new, condition, message string }{
		{"NoPipeline", "kind: Pipeline\nmetadata: {name: build}", "kind: Pipeline\nmetadata: {name: other}",
			"False CouldntGetPipeline", `Error retrieving pipeline for pipelinerun default/run: error when getting Pipeline for PipelineRun run: pipelines.tekton.dev "build" not found`},
		{"NoTask", "metadata: {name: compile}", "metadata: {name: other}",
			"False CouldntGetTask", `Pipeline default/build can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "compile": tasks.tekton.dev "compile" not found`},
		{"NoStepAction", "metadata: {name: make}", "metadata: {name: other}",
			"False CouldntGetStepAction", `"make" not found`},
		{"NoEntrypoint", "image: builder,", "image: unknown,",
			"False ImageEntrypointUnknown", "image builder "},
		{"Invalid", "name: one,", "name: one, runAfter: [nobody],",
			"False PipelineInvalidGraph", "nobody"},
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
			cluster.expectNames(tekton.Pods, "")
			// It stays so.
			cluster.client.ClearActions()
			cluster.mustLook()
			cluster.expectReadsOnly()
		})
	}
}
