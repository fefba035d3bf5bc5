package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A record is what is kept of a run: a ConfigMap beside it, which it owns.
//
// The plan, because a Pipeline may be changed while a run of it goes on (Tekton
// keeps status.pipelineSpec for the same reason). The whole RunStatus, because
// PipelineRun.status can't hold the fields that are ours: Tekton's webhook
// refuses unknown fields there, and an annotation has room for 256 KiB in all.
// PipelineRun.status is written from it and never read back.
type record struct {
	plan   *colocation.RunPlan
	status *colocationv1.RunStatus
	// Nothing is left to do but to write the run's status.
	done bool
	// As last read, to find out whether somebody else wrote meanwhile.
	object *unstructured.Unstructured
}

func recordName(run *unstructured.Unstructured) string { return run.GetName() + "-colocation" }

// load reads the record of a run; nil where there is none.
func (c *Controller) load(ctx context.Context, run *unstructured.Unstructured) (*record, error) {
	// From the API server: an old one would be written over a new one in vain.
	object, err := c.client.Resource(configMaps).Namespace(run.GetNamespace()).Get(ctx, recordName(run), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !isOwnedBy(object, run) {
		return nil, fmt.Errorf("the ConfigMap %s belongs to another run; waiting for it to be deleted", object.GetName())
	}
	record := &record{object: object, status: &colocationv1.RunStatus{}}
	packed, _, _ := unstructured.NestedString(object.Object, "binaryData", "plan")
	if record.plan, err = unpack(packed); err != nil {
		return nil, fmt.Errorf("ConfigMap %s: plan: %w", object.GetName(), err)
	}
	text, _, _ := unstructured.NestedString(object.Object, "data", "status")
	if err := colocation.UnmarshalJSON([]byte(text), record.status); err != nil {
		return nil, fmt.Errorf("ConfigMap %s: status: %w", object.GetName(), err)
	}
	done, _, _ := unstructured.NestedString(object.Object, "data", "done")
	record.done = done == "true"
	return record, nil
}

// create makes the record of a run that has just been planned.
func (c *Controller) create(ctx context.Context, run *unstructured.Unstructured, plan *colocation.RunPlan, status *colocationv1.RunStatus) (*record, error) {
	packed, err := pack(plan)
	if err != nil {
		return nil, err
	}
	record := &record{plan: plan, status: status, object: &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"name": recordName(run)},
		"binaryData": map[string]any{"plan": packed},
	}}}
	if err := record.write(); err != nil {
		return nil, err
	}
	own(run, record.object)
	record.object, err = c.client.Resource(configMaps).Namespace(run.GetNamespace()).Create(ctx, record.object, metav1.CreateOptions{})
	if apierrors.IsInvalid(err) || apierrors.IsRequestEntityTooLargeError(err) {
		return nil, &refusal{"PlanTooLarge", err.Error()}
	}
	return record, err
}

// save writes the record unless the cluster has it so already. Fails with a
// conflict where somebody else wrote since it was read.
func (c *Controller) save(ctx context.Context, record *record) error {
	before := record.object.DeepCopy()
	if err := record.write(); err != nil {
		return err
	}
	if same(before.Object, record.object.Object) {
		return nil
	}
	_, err := c.client.Resource(configMaps).Namespace(before.GetNamespace()).Update(ctx, record.object, metav1.UpdateOptions{})
	return err
}

func (r *record) write() error {
	text, err := colocation.MarshalJSON(r.status)
	if err != nil {
		return err
	}
	return unstructured.SetNestedField(r.object.Object,
		map[string]any{"status": string(text), "done": fmt.Sprint(r.done)}, "data")
}

func pack(plan *colocation.RunPlan) (string, error) {
	message, err := plan.Marshal()
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	// Neither fails on a buffer.
	_, _ = writer.Write(message)
	_ = writer.Close()
	return base64.StdEncoding.EncodeToString(packed.Bytes()), nil
}

func unpack(text string) (*colocation.RunPlan, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	message, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	return colocation.ParsePlan(message)
}
