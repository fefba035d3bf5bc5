package reconciler

import (
	"context"
	"fmt"
	"maps"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/records"
	"github.com/colocation/colocation/controller/tekton"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/retry"
	"k8s.io/klog/v2"
)

// notTektons are the fields of RunStatus that PipelineRunStatus has not got.
var notTektons = []string{"taskRuns", "pods", "stopTime"}

func same(a, b any) bool { return equality.Semantic.DeepEqual(a, b) }

func isCompleted(run *unstructured.Unstructured) bool {
	_, set, _ := unstructured.NestedString(run.Object, "status", "completionTime")
	return set
}

func hasStarted(run *unstructured.Unstructured) bool {
	_, set, _ := unstructured.NestedString(run.Object, "status", "startTime")
	return set
}

// failed is the status of a run that ends for a reason of the controller's.
func failed(status *colocationv1.RunStatus, why *refusal, now time.Time) *colocationv1.RunStatus {
	moment := now.UTC().Format(time.RFC3339)
	if status.StartTime == "" {
		status.StartTime = moment
	}
	if status.CompletionTime == "" {
		status.CompletionTime = moment
	}
	status.Conditions = []*colocationv1.Condition{{
		Type: "Succeeded", Status: "False", Reason: why.reason, Message: why.message, LastTransitionTime: moment,
	}}
	for _, record := range status.TaskRuns {
		if conditions := record.Status.GetConditions(); len(conditions) == 1 && conditions[0].Status == "Unknown" {
			record.Status.CompletionTime = moment
			record.Status.Conditions = []*colocationv1.Condition{{
				Type: "Succeeded", Status: "False", Reason: "TaskRunCancelled", LastTransitionTime: moment,
				Message: fmt.Sprintf("TaskRun %q was cancelled. The PipelineRun it belongs to has failed: %s", record.Name, why.reason),
			}}
		}
	}
	return status
}

// waiting is the status of a run that can't be planned yet.
func waiting(run *unstructured.Unstructured, why *pending, now time.Time) *colocationv1.RunStatus {
	moment := now.UTC().Format(time.RFC3339)
	start, set, _ := unstructured.NestedString(run.Object, "status", "startTime")
	if !set {
		start = moment
	}
	if before := tekton.Succeeded(run); before != nil && before["reason"] == why.reason {
		moment = fmt.Sprint(before["lastTransitionTime"])
	}
	return &colocationv1.RunStatus{
		StartTime: start,
		Conditions: []*colocationv1.Condition{{
			Type: "Succeeded", Status: "Unknown", Reason: why.reason, Message: why.message, LastTransitionTime: moment,
		}},
	}
}

// readStatus reads Tekton's part of a run's status.
func readStatus(run *unstructured.Unstructured, status *colocationv1.RunStatus) error {
	fields, set, _ := unstructured.NestedMap(run.Object, "status")
	if !set {
		return nil
	}
	return tekton.FromObject(fields, status)
}

// dispensable are what a status can do without, one after the other, where the
// API server finds the run too large with it: what says how the run ended is
// what has to be there.
var dispensable = []string{"pipelineSpec", "childReferences", "skippedTasks", "results"}

// writeStatus makes Tekton's part of status the run's, unless it is already.
// plan is nil where there is none.
func (c *Controller) writeStatus(ctx context.Context, run *unstructured.Unstructured, plan *colocation.RunPlan, status *colocationv1.RunStatus) error {
	fields, err := tekton.ToObject(status)
	if err != nil {
		return err
	}
	for _, name := range notTektons {
		delete(fields, name)
	}
	fields["observedGeneration"] = run.GetGeneration()
	if plan != nil {
		// A record of an older version has none.
		if plan.PipelineSpec != nil {
			if fields["pipelineSpec"], err = tekton.ToObject(plan.PipelineSpec); err != nil {
				return err
			}
		}
		if _, set, _ := unstructured.NestedMap(run.Object, "status", "provenance"); !set {
			provenance, err := c.provenance(ctx)
			if err != nil {
				return err
			}
			if provenance != nil {
				fields["provenance"] = provenance
			}
		}
	}
	err = c.updateStatus(ctx, run, fields)
	for _, name := range dispensable {
		if !records.IsTooLarge(err) {
			break
		}
		klog.ErrorS(err, "the status is too large", "run", klog.KObj(run), "without", name)
		fields[name] = nil
		err = c.updateStatus(ctx, run, fields)
	}
	return err
}

// updateStatus puts fields into the run's status; nil removes one.
func (c *Controller) updateStatus(ctx context.Context, run *unstructured.Unstructured, fields map[string]any) error {
	runs := c.client.Resource(tekton.PipelineRuns).Namespace(run.GetNamespace())
	current := run
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		before, _, _ := unstructured.NestedMap(current.Object, "status")
		after := maps.Clone(before)
		if after == nil {
			after = map[string]any{}
		}
		maps.Copy(after, fields)
		maps.DeleteFunc(after, func(_ string, value any) bool { return value == nil })
		if same(before, after) {
			return nil
		}
		changed := current.DeepCopy()
		changed.Object["status"] = after
		_, err := runs.UpdateStatus(ctx, changed, metav1.UpdateOptions{})
		if err == nil {
			c.tell(current, changed)
		}
		if !apierrors.IsConflict(err) {
			return ignoreGone(err)
		}
		fresh, failure := runs.Get(ctx, run.GetName(), metav1.GetOptions{})
		if failure != nil || fresh.GetUID() != run.GetUID() {
			return ignoreGone(failure)
		}
		current = fresh
		return err
	})
}

// tell emits the event of a run whose condition has changed, as Tekton's
// EmitK8sEvents does (pkg/reconciler/events/k8sevent/event.go).
func (c *Controller) tell(before, after *unstructured.Unstructured) {
	was, is := tekton.Succeeded(before), tekton.Succeeded(after)
	if hasStarted(after) && !hasStarted(before) {
		c.recorder.Event(after, corev1.EventTypeNormal, "Started", "")
	}
	if is == nil || same(was, is) {
		return
	}
	if is["status"] != "Unknown" && (was == nil || was["status"] == "Unknown") {
		c.metrics.Ended(fmt.Sprint(is["reason"]))
	}
	message, _ := is["message"].(string)
	switch {
	case is["status"] == "True":
		c.recorder.Event(after, corev1.EventTypeNormal, "Succeeded", message)
	case is["status"] == "False":
		c.recorder.Event(after, corev1.EventTypeWarning, "Failed", message)
	default:
		c.recorder.Event(after, corev1.EventTypeNormal, fmt.Sprint(is["reason"]), message)
	}
}

// tellOfRefusal emits the event of a run that has been ended for good, as
// Tekton's controller does for a permanent error (knative.dev/pkg/reconciler).
func (c *Controller) tellOfRefusal(run *unstructured.Unstructured, why *refusal) {
	if why.reason != "Cancelled" {
		c.metrics.Refused(why.reason, why.codes)
	}
	c.recorder.Event(run, corev1.EventTypeWarning, "InternalError", why.message)
}

// tellOfTasks emits the events of tasks that could not start for want of a
// result (runNextSchedulableTask in pkg/reconciler/pipelinerun/pipelinerun.go).
func (c *Controller) tellOfTasks(run *unstructured.Unstructured, before, after *colocationv1.RunStatus) {
	known := map[string]bool{}
	for _, record := range before.GetTaskRuns() {
		known[record.Name] = len(record.Status.GetConditions()) == 1 && record.Status.Conditions[0].Status != "Unknown"
	}
	for _, record := range after.GetTaskRuns() {
		conditions := record.Status.GetConditions()
		if !known[record.Name] && len(conditions) == 1 && conditions[0].Reason == "InvalidTaskResultReference" {
			c.recorder.Eventf(run, corev1.EventTypeWarning, "ResultValidationFailed",
				"Task %q failed result validation: %s", record.PipelineTaskName, conditions[0].Message)
		}
	}
}

// ignoreGone: a run that is deleted needs no status.
func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
