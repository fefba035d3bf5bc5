package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
)

// keptIn is the annotation with what Advance said the last time.
const keptIn = "example.dev/status"

// look does what is to be done now for one run, and says when to look again; zero:
// when something has changed.
func look(ctx context.Context, client dynamic.Interface, key cache.ObjectName, now time.Time) (time.Duration, error) {
	run, err := client.Resource(pipelineRuns).Namespace(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	if by, _, _ := unstructured.NestedString(run.Object, "spec", "managedBy"); by != managedBy {
		return 0, nil
	}
	// 1. Plan. The same run gives the same plan, so that it need not be kept, as
	// long as nothing that it refers to changes. Here a run refers to nothing: an
	// error that is a *colocation.NeedsError says what would have to be given.
	document := run.DeepCopy()
	unstructured.RemoveNestedField(document.Object, "status")
	text, err := document.MarshalJSON()
	if err != nil {
		return 0, err
	}
	plan, err := colocation.Plan(ctx, []colocation.Document{{Name: "run", Content: text}},
		colocation.WithOptions(&colocationv1.PlanOptions{Controlled: true, AllowUnknownFields: true}))
	if err != nil {
		return 0, err
	}
	// 2. See: the run's Pods, and what was said of it before.
	observed, err := observe(ctx, client, run, now)
	if err != nil {
		return 0, err
	}
	// 3. Ask what to do.
	next, err := plan.Advance(observed)
	if err != nil {
		return 0, err
	}
	// 4. Do it.
	for _, action := range next.Actions {
		if err := do(ctx, client, run, action); err != nil {
			return 0, err
		}
	}
	// 5. Keep what was said. One condition stands for the rest of the status.
	if err := keep(ctx, client, run, next.Status); err != nil || next.Done || next.LookAgain == "" {
		return 0, err
	}
	moment, err := time.Parse(time.RFC3339Nano, next.LookAgain)
	return max(moment.Sub(now), time.Millisecond), err
}

func observe(ctx context.Context, client dynamic.Interface, run *unstructured.Unstructured, now time.Time) (*colocationv1.Observation, error) {
	observed := &colocationv1.Observation{Now: now.UTC().Format(time.RFC3339Nano), Status: &colocationv1.RunStatus{}}
	observed.SpecStatus, _, _ = unstructured.NestedString(run.Object, "spec", "status")
	if kept := run.GetAnnotations()[keptIn]; kept != "" {
		if err := colocation.UnmarshalJSON([]byte(kept), observed.Status); err != nil {
			return nil, err
		}
	}
	list, err := client.Resource(pods).Namespace(run.GetNamespace()).List(ctx, metav1.ListOptions{LabelSelector: runLabel + "=" + run.GetName()})
	if err != nil {
		return nil, err
	}
	for _, item := range list.Items {
		if !metav1.IsControlledBy(&item, run) {
			continue
		}
		pod := &colocationv1.Pod{}
		text, err := json.Marshal(map[string]any{"metadata": item.Object["metadata"], "status": item.Object["status"]})
		if err == nil {
			err = colocation.UnmarshalJSON(text, pod)
		}
		if err != nil {
			return nil, err
		}
		observed.Pods = append(observed.Pods, pod)
	}
	return observed, nil
}

func do(ctx context.Context, client dynamic.Interface, run *unstructured.Unstructured, action *colocationv1.Action) error {
	there := client.Resource(pods).Namespace(run.GetNamespace())
	switch {
	case action.CreatePod != nil:
		pod, err := object(colocation.MarshalJSON(action.CreatePod))
		if err != nil {
			return err
		}
		// Deleted with the run, and found again by the label that it has.
		pod.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(run, run.GroupVersionKind())})
		_, err = there.Create(ctx, pod, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil // By a look before this one, which was interrupted.
		}
		return err
	case action.AnnotatePod != nil:
		return annotate(ctx, there, action.AnnotatePod.Pod, action.AnnotatePod.Annotations)
	case action.DeletePod != nil:
		err := there.Delete(ctx, action.DeletePod.Pod, metav1.DeleteOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	case action.PutTaskRun != nil:
		return nil // They only show what happens.
	}
	return fmt.Errorf("this example doesn't do %v", action)
}

func annotate(ctx context.Context, there dynamic.ResourceInterface, name string, annotations map[string]string) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		return err
	}
	_, err = there.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

func keep(ctx context.Context, client dynamic.Interface, run *unstructured.Unstructured, status *colocationv1.RunStatus) error {
	runs := client.Resource(pipelineRuns).Namespace(run.GetNamespace())
	kept, err := colocation.MarshalJSON(status)
	if err != nil || string(kept) == run.GetAnnotations()[keptIn] {
		return err
	}
	if err := annotate(ctx, runs, run.GetName(), map[string]string{keptIn: string(kept)}); err != nil {
		return err
	}
	// For people who look at the run.
	conditions, err := object(colocation.MarshalJSON(&colocationv1.RunStatus{Conditions: status.Conditions}))
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"status": conditions.Object})
	if err != nil {
		return err
	}
	_, err = runs.Patch(ctx, run.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}
