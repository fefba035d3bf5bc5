package reconciler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/klog/v2"
)

// keepTaskRuns makes the TaskRuns that advance() asks for, and gives all of the
// run the status that advance() has for them: Tekton's own tools look there
// (tkn, the Dashboard, Chains). Nobody runs them, as spec.managedBy names this
// controller. One write for each that has changed.
//
// They only show what happens: that one is refused (a webhook, no such kind)
// is no reason to fail the run.
func (c *Controller) keepTaskRuns(ctx context.Context, run *unstructured.Unstructured, next *colocationv1.Advance) error {
	there := map[string]*unstructured.Unstructured{}
	for _, child := range c.childrenOf(run) {
		if tekton.IsOurTaskRun(child) {
			there[child.GetName()] = child
		}
	}
	specs := map[string]map[string]any{}
	var failures []error
	for _, action := range next.Actions {
		if action.PutTaskRun == nil {
			continue
		}
		made, spec, err := c.putTaskRun(ctx, run, action.PutTaskRun)
		if err != nil {
			failures = append(failures, err)
		} else if made != nil {
			there[made.GetName()], specs[made.GetName()] = made, spec
		}
	}
	for _, record := range next.Status.GetTaskRuns() {
		if object := there[record.Name]; object != nil {
			failures = append(failures, c.writeTaskRunStatus(ctx, run, object, record.Status, specs[record.Name]))
			delete(there, record.Name)
		}
	}
	if next.Done {
		// Those of tasks that seemed to start, and were skipped after all.
		for _, name := range slices.Sorted(maps.Keys(there)) {
			failures = append(failures, c.writeTaskRunStatus(ctx, run, there[name], c.neverRan(there[name]), specs[name]))
		}
	}
	var serious []error
	for _, err := range failures {
		if isFinal(err) || apierrors.IsNotFound(err) {
			klog.ErrorS(err, "a TaskRun is not kept", "run", klog.KObj(run))
		} else if err != nil {
			serious = append(serious, err)
		}
	}
	return errors.Join(serious...)
}

// neverRan is the status of a TaskRun whose task has not run.
func (c *Controller) neverRan(object *unstructured.Unstructured) *colocationv1.TaskRunStatus {
	moment := c.now().UTC().Format(time.RFC3339)
	if before := tekton.Succeeded(object); before != nil && before["status"] == "False" {
		moment = fmt.Sprint(before["lastTransitionTime"])
	}
	return &colocationv1.TaskRunStatus{
		CompletionTime: moment,
		Conditions: []*colocationv1.Condition{{
			Type: "Succeeded", Status: "False", Reason: "TaskRunCancelled", LastTransitionTime: moment,
			Message: fmt.Sprintf("TaskRun %q was cancelled. Its task was skipped.", object.GetName()),
		}},
	}
}

// isKept says whether nothing is missing of a TaskRun but what changes.
func isKept(object *unstructured.Unstructured) bool {
	_, set, _ := unstructured.NestedMap(object.Object, "status", "taskSpec")
	return tekton.IsOurTaskRun(object) && set
}

// putTaskRun creates a TaskRun, or finds the one that is there; and gives its
// status.taskSpec.
func (c *Controller) putTaskRun(ctx context.Context, run *unstructured.Unstructured, put *colocationv1.PutTaskRun) (*unstructured.Unstructured, map[string]any, error) {
	fields, err := tekton.ToObject(put.TaskRun)
	if err != nil {
		return nil, nil, err
	}
	spec, err := tekton.ToObject(put.TaskSpec)
	if err != nil {
		return nil, nil, err
	}
	object := &unstructured.Unstructured{Object: fields}
	if err := unstructured.SetNestedField(object.Object, tekton.ManagedBy, "spec", "managedBy"); err != nil {
		return nil, nil, err
	}
	tekton.Own(run, object)
	there := c.client.Resource(tekton.TaskRuns).Namespace(run.GetNamespace())
	made, err := there.Create(ctx, object, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		made, err = there.Get(ctx, object.GetName(), metav1.GetOptions{})
		if err == nil && (!tekton.IsOwnedBy(made, run) || !tekton.IsOurTaskRun(made)) {
			klog.InfoS("a TaskRun of somebody else has this name", "run", klog.KObj(run), "taskRun", object.GetName())
			return nil, nil, nil
		}
	}
	return made, spec, err
}

// writeTaskRunStatus makes status the TaskRun's, unless it is already. spec is
// nil where the TaskRun has its status.taskSpec.
func (c *Controller) writeTaskRunStatus(ctx context.Context, run, object *unstructured.Unstructured, status *colocationv1.TaskRunStatus, spec map[string]any) error {
	fields, err := tekton.ToObject(status)
	if err != nil {
		return err
	}
	delete(fields, "attempts")
	if spec != nil {
		fields["taskSpec"] = spec
	}
	before, _, _ := unstructured.NestedMap(object.Object, "status")
	if before["provenance"] == nil {
		if provenance, _, _ := unstructured.NestedMap(run.Object, "status", "provenance"); provenance != nil {
			fields["provenance"] = map[string]any{"featureFlags": provenance["featureFlags"]}
		}
	}
	after := maps.Clone(before)
	if after == nil {
		after = map[string]any{}
	}
	maps.Copy(after, fields)
	if same(before, after) {
		return nil
	}
	changed := object.DeepCopy()
	changed.Object["status"] = after
	_, err = c.client.Resource(tekton.TaskRuns).Namespace(run.GetNamespace()).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	return ignoreGone(err)
}
