package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// Options are those of all runs.
type Options struct {
	// How tasks are put together, image of the launcher, Tekton's defaults, ...
	Plan *colocationv1.PlanOptions
	// Pods may have spec.resources.
	PodLevelResources bool
	// The ConfigMap (namespace and name) that has the entrypoints of images, as
	// YAML under the key "images": a list of {image, entrypoint, cmd}. May be
	// empty.
	ImagesNamespace, ImagesName string
}

// plan plans a run with all that it refers to in the cluster: the planner is
// asked, says what it needs, and is asked again.
func (c *Controller) plan(ctx context.Context, run *unstructured.Unstructured) (*colocation.RunPlan, error) {
	request, err := c.request(ctx, run)
	if err != nil {
		return nil, err
	}
	given := map[string]int{}
	for round := 1; ; round++ {
		plan, err := colocation.PlanRequest(ctx, request)
		var needs *colocation.NeedsError
		if !errors.As(err, &needs) {
			return plan, planFailure(err)
		}
		for _, need := range needs.Needs {
			key := fmt.Sprint(need.Kind, "/", need.Name)
			switch given[key] {
			case 0:
			case round:
				continue // Several refer to it.
			default:
				return nil, &refusal{"PipelineValidationFailed",
					fmt.Sprintf("%s %q was given and is still missing", need.Kind, need.Name)}
			}
			if err := c.give(ctx, run, need, request); err != nil {
				return nil, err
			}
			given[key] = round
		}
	}
}

// request is the run alone, with what is known of its namespace.
func (c *Controller) request(ctx context.Context, run *unstructured.Unstructured) (*colocationv1.PlanRequest, error) {
	document, err := documentOf(run)
	if err != nil {
		return nil, err
	}
	ranges, err := c.client.Resource(limitRanges).Namespace(run.GetNamespace()).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	cluster := &colocationv1.Cluster{PodLevelResources: c.options.PodLevelResources}
	for i := range ranges.Items {
		limitRange := &colocationv1.LimitRange{}
		if err := fromObject(ranges.Items[i].Object, limitRange); err != nil {
			return nil, err
		}
		cluster.LimitRanges = append(cluster.LimitRanges, limitRange)
	}
	return &colocationv1.PlanRequest{
		Documents: []*colocationv1.Document{document},
		Options:   c.options.Plan,
		Cluster:   cluster,
	}, nil
}

// give adds what is needed to the request.
func (c *Controller) give(ctx context.Context, run *unstructured.Unstructured, need *colocationv1.Need, request *colocationv1.PlanRequest) error {
	if need.Kind == colocationv1.Need_IMAGE_CONFIG {
		image, err := c.imageConfig(ctx, need.Name)
		if err == nil {
			request.Images = append(request.Images, image)
		}
		return err
	}
	resources := map[colocationv1.Need_Kind]schema.GroupVersionResource{
		colocationv1.Need_PIPELINE: pipelines, colocationv1.Need_TASK: tasks, colocationv1.Need_STEP_ACTION: stepActions,
	}
	// Tekton's (pkg/apis/pipeline/v1/pipelinerun_types.go); it has none for
	// StepActions, which its TaskRuns look for.
	reasons := map[colocationv1.Need_Kind]string{
		colocationv1.Need_PIPELINE: "CouldntGetPipeline", colocationv1.Need_TASK: "CouldntGetTask",
		colocationv1.Need_STEP_ACTION: "CouldntGetStepAction",
	}
	resource, known := resources[need.Kind]
	if !known {
		return fmt.Errorf("the planner needs %s %q, which is not known here", need.Kind, need.Name)
	}
	if need.Resolver != "" {
		return &refusal{reasons[need.Kind],
			fmt.Sprintf("%s: the resolver %q can't be asked by this controller", need.Path, need.Resolver)}
	}
	object, err := c.client.Resource(resource).Namespace(run.GetNamespace()).Get(ctx, need.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return &refusal{reasons[need.Kind], fmt.Sprintf("%s: %v", need.Path, err)}
	}
	if err != nil {
		return err
	}
	document, err := documentOf(object)
	if err != nil {
		return err
	}
	request.Documents = append(request.Documents, document)
	return nil
}

// imageConfig finds an image's entrypoint in the ConfigMap. This controller
// doesn't ask registries: that takes their credentials.
func (c *Controller) imageConfig(ctx context.Context, image string) (*colocationv1.ImageConfig, error) {
	missing := &refusal{"ImageEntrypointUnknown", fmt.Sprintf(
		"a step with the image %s has neither command nor script, and the image's entrypoint is not known: "+
			"give the step a command, or add the image to the ConfigMap of --images", image)}
	if c.options.ImagesName == "" {
		return nil, missing
	}
	source, err := c.client.Resource(configMaps).Namespace(c.options.ImagesNamespace).Get(ctx, c.options.ImagesName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	text, _, _ := unstructured.NestedString(source.Object, "data", "images")
	var images []json.RawMessage
	if err := yaml.Unmarshal([]byte(text), &images); err != nil {
		return nil, fmt.Errorf("ConfigMap %s: images: %w", c.options.ImagesName, err)
	}
	for _, one := range images {
		config := &colocationv1.ImageConfig{}
		if err := colocation.UnmarshalJSON(one, config); err != nil {
			return nil, fmt.Errorf("ConfigMap %s: images: %w", c.options.ImagesName, err)
		}
		if config.Image == image {
			return config, nil
		}
	}
	return nil, missing
}

// documentOf is an object as its author wrote it, more or less: without what
// the API server and controllers add.
func documentOf(object *unstructured.Unstructured) (*colocationv1.Document, error) {
	written := object.DeepCopy()
	unstructured.RemoveNestedField(written.Object, "status")
	written.SetManagedFields(nil)
	content, err := written.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return &colocationv1.Document{
		Name:    strings.ToLower(object.GetKind()) + "/" + object.GetName(),
		Content: content,
	}, nil
}
