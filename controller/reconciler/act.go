package reconciler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	"google.golang.org/protobuf/proto"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
)

// doAll does the actions in their order. One that fails doesn't keep later ones
// from being done: a Pod that waits for quota must not hold back a cancellation.
func (c *Controller) doAll(ctx context.Context, run *unstructured.Unstructured, actions []*colocationv1.Action) error {
	var failures []error
	for _, action := range actions {
		failures = append(failures, c.do(ctx, run, action))
	}
	return errors.Join(failures...)
}

func (c *Controller) do(ctx context.Context, run *unstructured.Unstructured, action *colocationv1.Action) error {
	in := func(resource schema.GroupVersionResource, name string) {
		klog.V(1).InfoS("action", "run", klog.KObj(run), "resource", resource.Resource, "name", name)
	}
	switch {
	case action.CreateClaim != nil:
		in(tekton.Claims, action.CreateClaim.GetMetadata().GetName())
		return c.createMessage(ctx, run, tekton.Claims, action.CreateClaim)
	case action.CreatePod != nil:
		in(tekton.Pods, action.CreatePod.GetMetadata().GetName())
		return c.createMessage(ctx, run, tekton.Pods, action.CreatePod)
	case action.AnnotatePod != nil:
		in(tekton.Pods, action.AnnotatePod.Pod)
		return c.annotate(ctx, run, action.AnnotatePod)
	case action.PutImages != nil:
		in(tekton.Pods, action.PutImages.Pod)
		return c.putImages(ctx, run, action.PutImages)
	case action.DeletePod != nil:
		klog.InfoS("deleting", "run", klog.KObj(run), "pod", action.DeletePod.Pod, "reason", action.DeletePod.Reason)
		return c.deletePod(ctx, run, action.DeletePod.Pod, types.UID(action.DeletePod.Uid))
	case action.PutTaskRun != nil:
		return nil // keepTaskRuns does these, with the statuses.
	case action.StartExternal != nil:
		return c.startExternal(ctx, run, action.StartExternal)
	case action.CancelExternal != nil:
		return c.cancelExternal(ctx, run, action.CancelExternal.Task)
	}
	return errors.New("advance asks for an action that is not known here")
}

// createMessage creates a claim or a Pod.
func (c *Controller) createMessage(ctx context.Context, run *unstructured.Unstructured, resource schema.GroupVersionResource, message proto.Message) error {
	fields, err := tekton.ToObject(message)
	if err != nil {
		return err
	}
	return c.createObject(ctx, run, resource, &unstructured.Unstructured{Object: fields})
}

// createObject creates an object that run owns. One that exists already counts
// as created if it is the run's.
func (c *Controller) createObject(ctx context.Context, run *unstructured.Unstructured, resource schema.GroupVersionResource, object *unstructured.Unstructured) error {
	tekton.Own(run, object)
	there := c.client.Resource(resource).Namespace(run.GetNamespace())
	_, err := there.Create(ctx, object, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		existing, err := there.Get(ctx, object.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		if !tekton.IsOwnedBy(existing, run) {
			return fmt.Errorf("%s %s belongs to somebody else; waiting for it to be deleted", object.GetKind(), object.GetName())
		}
		return nil
	}
	if err == nil && resource == tekton.Pods {
		c.metrics.PodCreated()
	}
	if isFinal(err) {
		return &refusal{reason: object.GetKind() + "CreationFailed", message: err.Error()}
	}
	return err
}

// isFinal says whether the API server would refuse the same object again. A
// quota may be free later (isExceededResourceQuotaError in Tekton's taskrun.go).
func isFinal(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || apierrors.IsRequestEntityTooLargeError(err) ||
		apierrors.IsForbidden(err) && !strings.Contains(err.Error(), "exceeded quota")
}

func (c *Controller) annotate(ctx context.Context, run *unstructured.Unstructured, action *colocationv1.AnnotatePod) error {
	// The API server refuses a patch of metadata.uid to another one: a Pod that
	// only has the name is left alone.
	metadata := map[string]any{"annotations": action.Annotations}
	if action.Uid != "" {
		metadata["uid"] = action.Uid
	}
	patch, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return err
	}
	return c.patch(ctx, run, tekton.Pods, action.Pod, patch)
}

// putImages changes the images of containers in a Pod that runs, all in one
// update: the kubelet starts these containers anew.
func (c *Controller) putImages(ctx context.Context, run *unstructured.Unstructured, action *colocationv1.PutImages) error {
	there := c.client.Resource(tekton.Pods).Namespace(run.GetNamespace())
	pod, err := there.Get(ctx, action.Pod, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	} else if err != nil {
		return err
	}
	if action.Uid != "" && pod.GetUID() != types.UID(action.Uid) {
		return nil
	}
	containers, _, _ := unstructured.NestedSlice(pod.Object, "spec", "containers")
	var operations []map[string]any
	for i, container := range containers {
		fields, _ := container.(map[string]any)
		image, wanted := action.Images[fmt.Sprint(fields["name"])]
		if !wanted {
			continue
		}
		at := fmt.Sprintf("/spec/containers/%d/", i)
		operations = append(operations,
			map[string]any{"op": "test", "path": at + "name", "value": fields["name"]},
			map[string]any{"op": "replace", "path": at + "image", "value": image})
	}
	if action.Uid != "" {
		operations = append(operations, map[string]any{"op": "test", "path": "/metadata/uid", "value": action.Uid})
	}
	patch, err := json.Marshal(operations)
	if err != nil {
		return err
	}
	_, err = there.Patch(ctx, action.Pod, types.JSONPatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if isFinal(err) {
		return &refusal{reason: "PodImageUpdateFailed", message: err.Error()}
	}
	return err
}

// patch merges into an object; one that is gone needs nothing any more, nor does
// one that has another uid than the patch names.
func (c *Controller) patch(ctx context.Context, run *unstructured.Unstructured, resource schema.GroupVersionResource, name string, patch []byte) error {
	_, err := c.client.Resource(resource).Namespace(run.GetNamespace()).Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

// deletePod deletes the Pod of that uid, and no other one of its name.
func (c *Controller) deletePod(ctx context.Context, run *unstructured.Unstructured, name string, uid types.UID) error {
	options := metav1.DeleteOptions{}
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err := c.client.Resource(tekton.Pods).Namespace(run.GetNamespace()).Delete(ctx, name, options)
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	if err == nil {
		c.metrics.PodDeleted()
	}
	return err
}

// deletePods deletes all Pods of a run, and cancels what else runs for it.
func (c *Controller) deletePods(ctx context.Context, run *unstructured.Unstructured) error {
	// From the API server: one may have been created a moment ago.
	made, err := c.client.Resource(tekton.Pods).Namespace(run.GetNamespace()).List(ctx, metav1.ListOptions{LabelSelector: tekton.RunLabel + "=" + run.GetName()})
	if err != nil {
		return err
	}
	var failures []error
	for _, pod := range made.Items {
		if metav1.IsControlledBy(&pod, run) {
			failures = append(failures, c.deletePod(ctx, run, pod.GetName(), pod.GetUID()))
		}
	}
	for _, child := range c.childrenOf(run) {
		if child.GetKind() != "Pod" && !tekton.IsOurTaskRun(child) {
			failures = append(failures, c.cancelExternal(ctx, run, child.GetLabels()[tekton.TaskLabel]))
		}
	}
	return errors.Join(failures...)
}
