package reconciler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/records"
	"github.com/colocation/colocation/controller/tekton"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
)

// A refusal ends a run: trying again would change nothing.
type refusal struct {
	// Of the condition "Succeeded", one word.
	reason, message string
	// Of the diagnostics that the planner has, if it has any.
	codes []string
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
	if !tekton.IsOurs(run) || run.GetDeletionTimestamp() != nil {
		return 0, nil
	}
	record, err := c.records.Load(ctx, run)
	if err != nil {
		return 0, err
	}
	if record == nil {
		if isCompleted(run) {
			return 0, nil
		}
		run, record, err = c.start(ctx, run)
		var waits *pending
		if errors.As(err, &waits) {
			if asked, _, _ := unstructured.NestedString(run.Object, "spec", "status"); asked != "Cancelled" {
				return 0, c.writeStatus(ctx, run, nil, waiting(run, waits, c.now()))
			}
			err = &refusal{reason: "Cancelled", message: fmt.Sprintf("PipelineRun %q was cancelled", run.GetName())}
		}
		var refused *refusal
		if errors.As(err, &refused) {
			return 0, c.refuse(ctx, run, nil, &colocationv1.RunStatus{}, refused)
		}
		if err != nil {
			return 0, err
		}
	}
	if record.Done {
		return 0, c.writeStatus(ctx, run, record.Plan, record.Status)
	}
	return c.advance(ctx, run, record)
}

// start plans the run and keeps the plan. Gives the run as it is then.
func (c *Controller) start(ctx context.Context, run *unstructured.Unstructured) (*unstructured.Unstructured, *records.Record, error) {
	begin := c.now()
	plan, err := c.plan(ctx, run)
	if err != nil {
		return run, nil, err
	}
	c.metrics.Planned(c.now().Sub(begin), plan.ColocationPlan)
	if run, err = c.label(ctx, run, plan); err != nil {
		return run, nil, err
	}
	// Where there is no record but a status, somebody deleted the record.
	status := &colocationv1.RunStatus{}
	if err := readStatus(run, status); err != nil {
		return run, nil, err
	}
	klog.InfoS("planned", "run", klog.KObj(run), "tasks", len(plan.Tasks), "pods", len(plan.Pods))
	record, err := c.records.Create(ctx, run, plan, status)
	if errors.Is(err, records.ErrPlanTooLarge) {
		err = &refusal{reason: "PlanTooLarge", message: err.Error()}
	}
	return run, record, err
}

func (c *Controller) advance(ctx context.Context, run *unstructured.Unstructured, record *records.Record) (time.Duration, error) {
	observed, err := c.observe(ctx, run, record)
	if err != nil {
		return 0, err
	}
	next, err := record.Plan.Advance(observed)
	if err != nil {
		return 0, fmt.Errorf("advance: %w", err)
	}
	failure := c.doAll(ctx, run, next.Actions)
	before := record.Status
	record.Status = next.Status
	var refused *refusal
	if errors.As(failure, &refused) {
		if failure = c.deletePods(ctx, run); failure == nil {
			record.Status = failed(record.Status, refused, c.now())
			next.Status, next.Done = record.Status, true
		}
	}
	record.Done = next.Done && failure == nil
	// The record first: it is what the next call builds on.
	if err := c.records.Save(ctx, run, record); records.IsTooLarge(err) {
		return 0, errors.Join(failure, c.giveUp(ctx, run, record, err))
	} else if err != nil {
		return 0, errors.Join(failure, err)
	}
	c.tellOfTasks(run, before, record.Status)
	if err := c.writeStatus(ctx, run, record.Plan, record.Status); err != nil {
		return 0, errors.Join(failure, err)
	}
	if err := c.keepTaskRuns(ctx, run, next); err != nil {
		failure = errors.Join(failure, err)
		if record.Done {
			// They are looked at until they are right.
			record.Done = false
			failure = errors.Join(failure, c.records.Save(ctx, run, record))
		}
	}
	if refused != nil {
		c.tellOfRefusal(run, refused)
	}
	if failure != nil || record.Done || next.LookAgain == "" {
		return 0, failure
	}
	moment, err := time.Parse(time.RFC3339Nano, next.LookAgain)
	if err != nil {
		return 0, fmt.Errorf("advance: lookAgain: %w", err)
	}
	return max(moment.Sub(c.now()), time.Millisecond), nil
}

// refuse ends a run before it has begun.
func (c *Controller) refuse(ctx context.Context, run *unstructured.Unstructured, plan *colocation.RunPlan, status *colocationv1.RunStatus, why *refusal) error {
	klog.InfoS("refused", "run", klog.KObj(run), "reason", why.reason, "message", why.message)
	err := c.writeStatus(ctx, run, plan, failed(status, why, c.now()))
	if err == nil {
		c.tellOfRefusal(run, why)
	}
	return err
}

// giveUp ends a run whose record can't be kept: it would otherwise never end.
func (c *Controller) giveUp(ctx context.Context, run *unstructured.Unstructured, record *records.Record, why error) error {
	if err := c.deletePods(ctx, run); err != nil {
		return err
	}
	refused := &refusal{reason: "RecordTooLarge", message: fmt.Sprintf("what is known of the run can't be kept: %v", why)}
	c.metrics.Refused(refused.reason, refused.codes)
	record.Status = failed(&colocationv1.RunStatus{StartTime: record.Status.StartTime}, refused, c.now())
	record.Done = true
	if err := c.records.Save(ctx, run, record); err != nil {
		return err
	}
	return c.writeStatus(ctx, run, record.Plan, record.Status)
}

// label gives the run the labels and annotations of its Pipeline, as Tekton does
// (storePipelineSpecAndMergeMeta, propagatePipelineNameLabelToPipelineRun in
// pkg/reconciler/pipelinerun/pipelinerun.go).
func (c *Controller) label(ctx context.Context, run *unstructured.Unstructured, plan *colocation.RunPlan) (*unstructured.Unstructured, error) {
	missing := func(wanted, has map[string]string) map[string]string {
		lacks := map[string]string{}
		for key, value := range wanted {
			if has[key] != value {
				lacks[key] = value
			}
		}
		return lacks
	}
	labels := missing(plan.Run.Labels, run.GetLabels())
	if _, has := plan.Run.Labels[tekton.PipelineLabel]; !has && run.GetLabels()[tekton.PipelineLabel] != plan.Run.Pipeline {
		labels[tekton.PipelineLabel] = plan.Run.Pipeline
	}
	annotations := missing(plan.Run.Annotations, run.GetAnnotations())
	if len(labels)+len(annotations) == 0 {
		return run, nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": run.GetUID(), "labels": labels, "annotations": annotations}})
	if err != nil {
		return run, err
	}
	labelled, err := c.client.Resource(tekton.PipelineRuns).Namespace(run.GetNamespace()).
		Patch(ctx, run.GetName(), types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return run, err
	}
	return labelled, nil
}

// planFailure says what to do about an error of the planner: it ends the run,
// unless it is the machine's.
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
		return refusalOf(reasonOf(failure.Diagnostics), failure)
	case colocation.CannotShare:
		return refusalOf("CannotSharePod", failure)
	case colocation.Limit:
		return refusalOf("LimitExceeded", failure)
	case colocation.NoMemory:
		return err
	}
	// The same input would give the same again.
	return refusalOf("InternalError", failure)
}

func refusalOf(reason string, failure *colocation.Error) *refusal {
	refused := &refusal{reason: reason, message: failure.Error()}
	for _, one := range failure.Diagnostics {
		if one.Severity != colocationv1.Severity_SEVERITY_WARNING && !slices.Contains(refused.codes, one.Code) {
			refused.codes = append(refused.codes, one.Code)
		}
	}
	return refused
}

// reasons are Tekton's for a run that does not fit what it refers to, by what is
// wrong (reconcile in pkg/reconciler/pipelinerun/pipelinerun.go, in its order).
// What a Task lacks is a PipelineValidationFailed there.
var reasons = []struct{ code, path, reason string }{
	{"cycle", "", "PipelineInvalidGraph"},
	{"missing-param", "spec.params", "ParameterMissing"},
	{"missing-param", "spec", "ParameterMissing"},
	{"param-type", "spec.params", "ParameterTypeMismatch"},
	{"param-enum", "spec.params", "InvalidParamValue"},
	{"missing-key", "spec.params", "ObjectParameterMissKeys"},
	{"index-out-of-bounds", "", "ParamArrayIndexingInvalid"},
	{"unbound-workspace", "spec.workspaces", "InvalidWorkspaceBindings"},
	{"unknown-task", "spec.taskRunSpecs", "InvalidTaskRunSpecs"},
	{"workspace-not-optional", "", "RequiredWorkspaceMarkedOptional"},
}

// reasonOf is Tekton's reason for the fault that it would find first.
func reasonOf(diagnostics []*colocation.Diagnostic) string {
	for _, one := range diagnostics {
		if one.Code == "unknown-task" && strings.Contains(one.Path, ".runAfter[") {
			return "PipelineInvalidGraph"
		}
	}
	for _, known := range reasons {
		found := slices.ContainsFunc(diagnostics, func(one *colocation.Diagnostic) bool {
			inRun := one.Origin.GetFile() == "" || strings.HasPrefix(one.Origin.GetFile(), "pipelinerun/")
			path, _, _ := strings.Cut(one.Path, "[")
			return one.Code == known.code && (known.path == "" || inRun && path == known.path)
		})
		if found {
			return known.reason
		}
	}
	return "PipelineValidationFailed"
}
