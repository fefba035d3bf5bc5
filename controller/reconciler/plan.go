package reconciler

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/accounts"
	"github.com/colocation/colocation/controller/metrics"
	"github.com/colocation/colocation/controller/registry"
	"github.com/colocation/colocation/controller/tekton"
	"google.golang.org/protobuf/proto"
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
	// Asked for the entrypoints of images that are not in it; nil: none is.
	Registry registry.Ask
	// What records are signed with.
	Key []byte
	// Asked for the ServiceAccounts of runs, whose Secrets are credentials for
	// steps; nil: steps have none.
	Accounts accounts.Ask
	// Where Tekton's ConfigMaps `feature-flags` and `config-defaults` are. May be
	// empty.
	TektonNamespace string
	// Counts what happens; nil: nobody wants to know.
	Metrics *metrics.Metrics
}

// NewOptions has what is the same for every controller. Fails where there is no
// such policy.
func NewOptions(policy string) (Options, error) {
	value, known := colocationv1.Policy_value["POLICY_"+strings.ToUpper(policy)]
	if !known {
		return Options{}, fmt.Errorf("there is no policy %q", policy)
	}
	return Options{Plan: &colocationv1.PlanOptions{
		Policy:     colocationv1.Policy(value),
		Controlled: true,
		// For status.pipelineSpec and the TaskRuns.
		KeepSpecs: true,
		// The API server has checked the fields; a Tekton newer than the library
		// may have more.
		AllowUnknownFields: true,
	}}, nil
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
		// All that is needed is asked for before any answer is waited for.
		var waits error
		for _, need := range needs.Needs {
			key := fmt.Sprint(need.Kind, "/", need.Name, "/", need.Resolver, need.Params)
			switch given[key] {
			case 0:
			case round:
				continue // Several refer to it.
			default:
				return nil, &refusal{reason: "PipelineValidationFailed",
					message: fmt.Sprintf("%s %q was given and is still missing", need.Kind, need.Name)}
			}
			err := c.give(ctx, run, need, request)
			if errors.As(err, new(*pending)) {
				waits = cmp.Or(waits, err)
			} else if err != nil {
				return nil, err
			}
			given[key] = round
		}
		if waits != nil {
			return nil, waits
		}
	}
}

// request is the run alone, with what is known of its namespace.
func (c *Controller) request(ctx context.Context, run *unstructured.Unstructured) (*colocationv1.PlanRequest, error) {
	document, err := documentOf(run)
	if err != nil {
		return nil, err
	}
	ranges, err := c.client.Resource(tekton.LimitRanges).Namespace(run.GetNamespace()).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	cluster := &colocationv1.Cluster{PodLevelResources: c.options.PodLevelResources}
	for i := range ranges.Items {
		limitRange := &colocationv1.LimitRange{}
		if err := tekton.FromObject(ranges.Items[i].Object, limitRange); err != nil {
			return nil, err
		}
		cluster.LimitRanges = append(cluster.LimitRanges, limitRange)
	}
	options := proto.CloneOf(c.options.Plan)
	options.NeedServiceAccounts = c.options.Accounts != nil
	if options.FeatureFlags, err = c.tektonsOptions(ctx); err != nil {
		return nil, err
	}
	return &colocationv1.PlanRequest{
		Documents: []*colocationv1.Document{document},
		Options:   options,
		Cluster:   cluster,
	}, nil
}

// tektonsOptions are those of Tekton's ConfigMaps that a run can be planned by;
// they are read for each run, so that a change counts from the next one on.
func (c *Controller) tektonsOptions(ctx context.Context) (map[string]string, error) {
	if c.options.TektonNamespace == "" {
		return nil, nil
	}
	options := map[string]string{}
	for _, name := range []string{"feature-flags", "config-defaults"} {
		source, err := c.client.Resource(tekton.ConfigMaps).Namespace(c.options.TektonNamespace).Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		data, _, _ := unstructured.NestedStringMap(source.Object, "data")
		maps.Copy(options, data)
	}
	return options, nil
}

// needed says where what a run refers to is, and Tekton's reasons while it is
// being looked for and where it is not (pkg/apis/pipeline/v1/pipelinerun_types.go,
// taskrun_types.go). Tekton has none for a missing StepAction, which its TaskRuns
// look for.
var needed = map[colocationv1.Need_Kind]struct {
	resource           schema.GroupVersionResource
	resolving, missing string
}{
	colocationv1.Need_PIPELINE:    {tekton.Pipelines, "ResolvingPipelineRef", "CouldntGetPipeline"},
	colocationv1.Need_TASK:        {tekton.Tasks, "ResolvingTaskRef", "CouldntGetTask"},
	colocationv1.Need_STEP_ACTION: {tekton.StepActions, "ResolvingStepActionRef", "CouldntGetStepAction"},
}

// give adds what is needed to the request.
func (c *Controller) give(ctx context.Context, run *unstructured.Unstructured, need *colocationv1.Need, request *colocationv1.PlanRequest) error {
	if need.Kind == colocationv1.Need_IMAGE_CONFIG {
		image, err := c.imageConfig(ctx, run, request.Options, need.Name)
		if err == nil {
			request.Images = append(request.Images, image)
		}
		return err
	}
	if need.Kind == colocationv1.Need_SERVICE_ACCOUNT {
		return c.giveAccount(ctx, run, need.Name, request)
	}
	kind, known := needed[need.Kind]
	if !known {
		return fmt.Errorf("the planner needs %s %q, which is not known here", need.Kind, need.Name)
	}
	if need.Resolver != "" {
		resolved, err := c.ask(ctx, run, need)
		if err == nil {
			request.Resolved = append(request.Resolved, resolved)
		}
		return err
	}
	object, err := c.client.Resource(kind.resource).Namespace(run.GetNamespace()).Get(ctx, need.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return &refusal{reason: kind.missing, message: missingText(run, need, err)}
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

// missingText says that what a run refers to is not there, in Tekton's words
// (reconcile and resolvePipelineState in
// pkg/reconciler/pipelinerun/pipelinerun.go).
func missingText(run *unstructured.Unstructured, need *colocationv1.Need, err error) string {
	switch need.Kind {
	case colocationv1.Need_PIPELINE:
		return fmt.Sprintf("Error retrieving pipeline for pipelinerun %s/%s: error when getting Pipeline for PipelineRun %s: %v",
			run.GetNamespace(), run.GetName(), run.GetName(), err)
	case colocationv1.Need_TASK:
		pipeline, _, _ := unstructured.NestedString(run.Object, "spec", "pipelineRef", "name")
		return fmt.Sprintf("Pipeline %s/%s can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task %q: %v",
			run.GetNamespace(), cmp.Or(pipeline, run.GetName()), need.Name, err)
	}
	return fmt.Sprintf("%s: %v", need.Path, err)
}

// imageConfig finds an image's entrypoint: in the ConfigMap, or else by asking
// its registry.
func (c *Controller) imageConfig(ctx context.Context, run *unstructured.Unstructured, options *colocationv1.PlanOptions, image string) (*colocationv1.ImageConfig, error) {
	if config, err := c.listedImage(ctx, image); config != nil || err != nil {
		return config, err
	}
	why := "and no registry is asked"
	if c.options.Registry != nil {
		account, _, _ := unstructured.NestedString(run.Object, "spec", "taskRunTemplate", "serviceAccountName")
		account = cmp.Or(account, options.DefaultServiceAccount, options.FeatureFlags["default-service-account"], "default")
		config, err := c.options.Registry(ctx, run, account, image)
		if !errors.Is(err, registry.ErrNoImage) {
			return config, err
		}
		why = err.Error()
	}
	return nil, &refusal{reason: "ImageEntrypointUnknown", message: fmt.Sprintf(
		"a step with the image %s has neither command nor script, the image is not in the ConfigMap of --images, %s: "+
			"give the step a command, or add the image to the ConfigMap", image, why)}
}

// listedImage is what the ConfigMap of --images says; nil where it is silent.
func (c *Controller) listedImage(ctx context.Context, image string) (*colocationv1.ImageConfig, error) {
	if c.options.ImagesName == "" {
		return nil, nil
	}
	source, err := c.client.Resource(tekton.ConfigMaps).Namespace(c.options.ImagesNamespace).Get(ctx, c.options.ImagesName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
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
	return nil, nil
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
