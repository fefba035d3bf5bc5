package reconciler

import (
	"context"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/records"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// observe collects what is seen of a run. Caches may be behind: advance() is
// made for that.
func (c *Controller) observe(ctx context.Context, run *unstructured.Unstructured, record *records.Record) (*colocationv1.Observation, error) {
	observed := &colocationv1.Observation{
		Now:    c.now().UTC().Format(time.RFC3339Nano),
		Status: record.Status,
	}
	observed.SpecStatus, _, _ = unstructured.NestedString(run.Object, "spec", "status")
	for _, child := range c.childrenOf(run) {
		switch child.GetKind() {
		case "ResolutionRequest":
			continue
		case "CustomRun", "PipelineRun", "TaskRun":
			if tekton.IsOurTaskRun(child) {
				if isKept(child) {
					observed.TaskRuns = append(observed.TaskRuns, child.GetName())
				}
				continue
			}
			external := &colocationv1.ExternalRun{}
			if err := tekton.FromObject(externalRun(child), external); err != nil {
				return nil, err
			}
			observed.ExternalRuns = append(observed.ExternalRuns, external)
			continue
		}
		pod := &colocationv1.Pod{}
		seen := map[string]any{"metadata": child.Object["metadata"], "spec": images(child), "status": child.Object["status"]}
		if err := tekton.FromObject(seen, pod); err != nil {
			return nil, err
		}
		observed.Pods = append(observed.Pods, pod)
	}
	for _, claim := range record.Plan.Claims {
		name := claim.GetMetadata().GetName()
		_, err := c.client.Resource(tekton.Claims).Namespace(run.GetNamespace()).Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			observed.Claims = append(observed.Claims, name)
		} else if !apierrors.IsNotFound(err) {
			return nil, err
		}
	}
	return observed, nil
}

// childrenOf is what the caches have of the objects that run controls.
func (c *Controller) childrenOf(run *unstructured.Unstructured) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	for _, informer := range c.children {
		// It fails where there is no such index; there is.
		objects, _ := informer.GetIndexer().ByIndex(byOwner, string(run.GetUID()))
		for _, object := range objects {
			found = append(found, object.(*unstructured.Unstructured))
		}
	}
	return found
}

// images is what is looked at of a Pod's spec.
func images(pod *unstructured.Unstructured) map[string]any {
	spec := map[string]any{}
	for _, list := range []string{"initContainers", "containers"} {
		containers, _, _ := unstructured.NestedSlice(pod.Object, "spec", list)
		seen := []any{}
		for _, container := range containers {
			if fields, ok := container.(map[string]any); ok {
				seen = append(seen, map[string]any{"name": fields["name"], "image": fields["image"]})
			}
		}
		spec[list] = seen
	}
	return spec
}

// externalRun is the ExternalRun of a CustomRun, a PipelineRun or a TaskRun,
// whose statuses have these fields in common.
func externalRun(child *unstructured.Unstructured) map[string]any {
	status, _, _ := unstructured.NestedMap(child.Object, "status")
	external := map[string]any{
		"task":       child.GetLabels()[tekton.TaskLabel],
		"name":       child.GetName(),
		"apiVersion": child.GetAPIVersion(),
		"kind":       child.GetKind(),
	}
	for _, field := range []string{"startTime", "completionTime"} {
		if value, set := status[field]; set {
			external[field] = value
		}
	}
	if condition := tekton.Succeeded(child); condition != nil {
		external["condition"] = condition
	}
	results, _ := status["results"].([]any)
	params := []any{}
	for _, result := range results {
		if fields, ok := result.(map[string]any); ok {
			params = append(params, map[string]any{"name": fields["name"], "value": fields["value"]})
		}
	}
	external["results"] = params
	return external
}
