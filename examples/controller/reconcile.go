package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
)

// A refusal ends a run: trying again would change nothing.
type refusal struct {
	// Of the condition "Succeeded", one word.
	reason, message string
}

func (r *refusal) Error() string { return r.reason + ": " + r.message }

// reconcile looks at a run, does what is to be done now, and writes down how it
// stands. Zero: there is nothing to look at again unless something changes.
func (c *Controller) reconcile(ctx context.Context, key types.NamespacedName) (time.Duration, error) {
	object, exists, err := c.runs.GetStore().GetByKey(key.String())
	if err != nil || !exists {
		return 0, err
	}
	run := object.(*unstructured.Unstructured)
	// What a deleted run owns is deleted with it.
	if !isOurs(run) || run.GetDeletionTimestamp() != nil {
		return 0, nil
	}
	record, err := c.load(ctx, run)
	if err != nil {
		return 0, err
	}
	if record == nil {
		if isCompleted(run) {
			return 0, nil
		}
		record, err = c.start(ctx, run)
		var waits *pending
		if errors.As(err, &waits) {
			if asked, _, _ := unstructured.NestedString(run.Object, "spec", "status"); asked != "Cancelled" {
				return 0, c.writeStatus(ctx, run, waiting(run, waits, c.now()))
			}
			err = &refusal{"Cancelled", fmt.Sprintf("PipelineRun %q was cancelled", run.GetName())}
		}
		var refused *refusal
		if errors.As(err, &refused) {
			klog.InfoS("refused", "run", key, "reason", refused.reason, "message", refused.message)
			return 0, c.writeStatus(ctx, run, failed(&colocationv1.RunStatus{}, refused, c.now()))
		}
		if err != nil {
			return 0, err
		}
	}
	if record.done {
		return 0, c.writeStatus(ctx, run, record.status)
	}
	return c.advance(ctx, run, record)
}

// start plans the run and keeps the plan.
func (c *Controller) start(ctx context.Context, run *unstructured.Unstructured) (*record, error) {
	plan, err := c.plan(ctx, run)
	if err != nil {
		return nil, err
	}
	// Where there is no record but a status, somebody deleted the record.
	status := &colocationv1.RunStatus{}
	if err := readStatus(run, status); err != nil {
		return nil, err
	}
	klog.InfoS("planned", "run", klog.KObj(run), "tasks", len(plan.Tasks), "pods", len(plan.Pods))
	return c.create(ctx, run, plan, status)
}

func (c *Controller) advance(ctx context.Context, run *unstructured.Unstructured, record *record) (time.Duration, error) {
	observed, err := c.observe(ctx, run, record)
	if err != nil {
		return 0, err
	}
	next, err := record.plan.Advance(observed)
	if err != nil {
		return 0, fmt.Errorf("advance: %w", err)
	}
	failure := c.doAll(ctx, run, next.Actions)
	record.status = next.Status
	record.done = next.Done && failure == nil
	var refused *refusal
	if errors.As(failure, &refused) {
		if failure = c.deletePods(ctx, run); failure == nil {
			record.status = failed(record.status, refused, c.now())
			record.done = true
		}
	}
	// The record first: it is what the next call builds on.
	if err := c.save(ctx, record); err != nil {
		return 0, errors.Join(failure, err)
	}
	if err := c.writeStatus(ctx, run, record.status); err != nil {
		return 0, errors.Join(failure, err)
	}
	if failure != nil || record.done || next.LookAgain == "" {
		return 0, failure
	}
	moment, err := time.Parse(time.RFC3339Nano, next.LookAgain)
	if err != nil {
		return 0, fmt.Errorf("advance: lookAgain: %w", err)
	}
	return max(moment.Sub(c.now()), time.Millisecond), nil
}

// planFailure says what to do about an error of the planner: most are the
// author's business and end the run.
func planFailure(err error) error {
	var failure *colocation.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Status {
	case colocation.Refused:
		// With errors, nothing is asked for any more: that what is referred to was
		// not given is no fault of the author's.
		faults := slices.DeleteFunc(slices.Clone(failure.Diagnostics), func(one *colocation.Diagnostic) bool {
			return slices.Contains([]string{"unknown-pipeline-ref", "unknown-task-ref", "unknown-step-ref"}, one.Code)
		})
		if len(faults) > 0 {
			failure = &colocation.Error{Status: failure.Status, Diagnostics: faults}
		}
		return &refusal{"PipelineValidationFailed", failure.Error()}
	case colocation.CannotShare:
		return &refusal{"CannotSharePod", failure.Error()}
	case colocation.Limit:
		return &refusal{"LimitExceeded", failure.Error()}
	}
	return err
}
