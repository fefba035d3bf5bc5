package main

import (
	"context"
	"fmt"
	"maps"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/util/retry"
)

// notTektons are the fields of RunStatus that PipelineRunStatus has not got.
var notTektons = []string{"taskRuns", "pods", "stopTime"}

func same(a, b any) bool { return equality.Semantic.DeepEqual(a, b) }

func isCompleted(run *unstructured.Unstructured) bool {
	_, set, _ := unstructured.NestedString(run.Object, "status", "completionTime")
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
	return status
}

// waiting is the status of a run that can't be planned yet.
func waiting(run *unstructured.Unstructured, why *pending, now time.Time) *colocationv1.RunStatus {
	moment := now.UTC().Format(time.RFC3339)
	start, set, _ := unstructured.NestedString(run.Object, "status", "startTime")
	if !set {
		start = moment
	}
	if before := succeeded(run); before != nil && before["reason"] == why.reason {
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
	return fromObject(fields, status)
}

// writeStatus makes Tekton's part of status the run's, unless it is already.
func (c *Controller) writeStatus(ctx context.Context, run *unstructured.Unstructured, status *colocationv1.RunStatus) error {
	text, err := colocation.MarshalJSON(status)
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := utiljson.Unmarshal(text, &fields); err != nil {
		return err
	}
	for _, name := range notTektons {
		delete(fields, name)
	}
	fields["observedGeneration"] = run.GetGeneration()
	runs := c.client.Resource(pipelineRuns).Namespace(run.GetNamespace())
	current := run
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		before, _, _ := unstructured.NestedMap(current.Object, "status")
		after := maps.Clone(before)
		if after == nil {
			after = map[string]any{}
		}
		maps.Copy(after, fields)
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
	was, is := succeeded(before), succeeded(after)
	if is == nil || same(was, is) {
		return
	}
	message, _ := is["message"].(string)
	switch {
	case is["status"] == "True":
		c.recorder.Event(after, corev1.EventTypeNormal, "Succeeded", message)
	case is["status"] == "False":
		c.recorder.Event(after, corev1.EventTypeWarning, "Failed", message)
	case was == nil:
		c.recorder.Event(after, corev1.EventTypeNormal, "Started", "")
	default:
		c.recorder.Event(after, corev1.EventTypeNormal, fmt.Sprint(is["reason"]), message)
	}
}

// ignoreGone: a run that is deleted needs no status.
func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
