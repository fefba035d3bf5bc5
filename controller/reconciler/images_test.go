package reconciler

// Images that a run builds, put into its running Pods.

import (
	"fmt"
	"testing"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clienttesting "k8s.io/client-go/testing"
)

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
	pod := c.list(tekton.Pods)[0].GetName()
	c.change(tekton.Pods, pod, `{"status":{"phase":"Running","containerStatuses":[
		{"name":"use-step-s","state":{"running":{}}},
		{"name":"build-step-s","state":{"terminated":{"exitCode":0,"message":"[{\"key\":\"image\",\"value\":\"app@sha256:1\",\"type\":1},{\"key\":\"End\",\"value\":\"succeeded/1\",\"type\":3}]"}}}]}}`)
	return pod
}

func TestAnImageThatIsBuiltIsPutIntoTheRunningPod(t *testing.T) {
	c := newCluster(t, buildAndRun)
	pod := c.built()
	c.mustLook()
	containers, _, _ := unstructured.NestedSlice(c.get(tekton.Pods, pod).Object, "spec", "containers")
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
		if action.GetVerb() == "patch" && action.GetResource() == tekton.Pods {
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
