package reconciler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"time"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// startExternal makes what runs a task that no Pod of the plan runs: a CustomRun
// for whoever implements the custom task, a PipelineRun for this controller, or
// the TaskRuns of a matrix over results for Tekton's. As createCustomRun,
// createChildPipelineRun and createTaskRun of Tekton do it
// (pkg/reconciler/pipelinerun/pipelinerun.go).
func (c *Controller) startExternal(ctx context.Context, run *unstructured.Unstructured, start *colocationv1.StartExternal) error {
	text, err := colocation.MarshalJSON(start.PipelineTask)
	if err != nil {
		return err
	}
	task := map[string]any{}
	if err := utiljson.Unmarshal(text, &task); err != nil {
		return err
	}
	workspaces, err := workspacesOf(run, start.PipelineTask)
	if err != nil {
		return err
	}
	spec := map[string]any{}
	set := func(name string, value any) {
		if value != nil {
			spec[name] = value
		}
	}
	set("params", task["params"])
	if len(workspaces) > 0 {
		set("workspaces", workspaces)
	}
	var timeout any
	if start.TimeoutNs > 0 {
		timeout = time.Duration(start.TimeoutNs).String()
	}
	object := &unstructured.Unstructured{Object: map[string]any{"kind": start.Kind, "spec": spec}}
	var resource schema.GroupVersionResource
	switch start.Kind {
	case "CustomRun":
		resource = tekton.CustomRuns
		set("customRef", task["taskRef"])
		set("customSpec", task["taskSpec"])
		set("retries", task["retries"])
		set("serviceAccountName", start.ServiceAccountName)
		set("timeout", timeout)
	case "PipelineRun":
		resource = tekton.PipelineRuns
		set("managedBy", tekton.ManagedBy)
		set("pipelineRef", task["pipelineRef"])
		set("pipelineSpec", task["pipelineSpec"])
		set("taskRunTemplate", map[string]any{"serviceAccountName": start.ServiceAccountName})
		if timeout != nil {
			set("timeouts", map[string]any{"pipeline": timeout})
		}
	case "TaskRun":
		return c.createTaskRuns(ctx, run, start, task, spec)
	default:
		return fmt.Errorf("the task %s is to be run by a %s, which is not known here", start.Task, start.Kind)
	}
	object.SetAPIVersion(resource.GroupVersion().String())
	object.SetName(run.GetName() + "-" + start.Task)
	object.SetLabels(map[string]string{tekton.TaskLabel: start.Task})
	return c.createObject(ctx, run, resource, object)
}

// createTaskRuns makes those of a matrix. They differ in their names and params;
// spec has what they share with what runs other external tasks.
func (c *Controller) createTaskRuns(ctx context.Context, run *unstructured.Unstructured, start *colocationv1.StartExternal, task, spec map[string]any) error {
	given := taskRunSpecOf(run, start.Task)
	for _, field := range []string{"podTemplate", "stepSpecs", "sidecarSpecs", "computeResources"} {
		if value, set := given[field]; set {
			spec[field] = value
		}
	}
	spec["serviceAccountName"] = start.ServiceAccountName
	for _, field := range []string{"retries", "taskRef"} {
		if value, set := task[field]; set {
			spec[field] = value
		}
	}
	if start.TimeoutNs > 0 {
		spec["timeout"] = time.Duration(start.TimeoutNs).String()
	}
	metadata := map[string]any{}
	if embedded, set := task["taskSpec"].(map[string]any); set {
		metadata, _ = embedded["metadata"].(map[string]any)
		delete(embedded, "metadata")
		spec["taskSpec"] = embedded
	}
	ofSpec, _ := given["metadata"].(map[string]any)
	labels := merged(metadata["labels"], ofSpec["labels"], map[string]any{tekton.TaskLabel: start.Task})
	annotations := merged(metadata["annotations"], ofSpec["annotations"])
	if start.PipelineTask.OnError == "continue" {
		annotations["pipeline.tekton.dev/pipeline-task-on-error"] = "continue"
	}
	params, _ := spec["params"].([]any)
	var failures []error
	for _, made := range start.TaskRuns {
		all := []any{}
		for _, param := range made.Params {
			all = append(all, map[string]any{"name": param.Name, "value": param.Value.GetStringValue()})
		}
		spec["params"] = append(all, params...)
		object := &unstructured.Unstructured{Object: map[string]any{"kind": "TaskRun", "spec": spec}}
		object = object.DeepCopy()
		object.SetAPIVersion(tekton.TaskRuns.GroupVersion().String())
		object.SetName(made.Name)
		object.SetLabels(labels)
		object.SetAnnotations(annotations)
		failures = append(failures, c.createObject(ctx, run, tekton.TaskRuns, object))
	}
	return errors.Join(failures...)
}

// taskRunSpecOf is what the run says of one of its tasks: its taskRunSpecs, and
// the podTemplate of its taskRunTemplate, of which the former's fields win
// (GetTaskRunSpec in pkg/apis/pipeline/v1/pipelinerun_types.go).
func taskRunSpecOf(run *unstructured.Unstructured, task string) map[string]any {
	found := map[string]any{}
	specs, _, _ := unstructured.NestedSlice(run.Object, "spec", "taskRunSpecs")
	for _, spec := range specs {
		if fields, ok := spec.(map[string]any); ok && fields["pipelineTaskName"] == task {
			found = fields
		}
	}
	template, _, _ := unstructured.NestedMap(run.Object, "spec", "taskRunTemplate", "podTemplate")
	if len(template) == 0 {
		return found
	}
	if own, set := found["podTemplate"].(map[string]any); set {
		maps.Copy(template, own)
	}
	found["podTemplate"] = template
	return found
}

// merged joins maps of texts; the last one that has a key gives its value.
func merged(all ...any) map[string]string {
	joined := map[string]string{}
	for _, one := range all {
		fields, _ := one.(map[string]any)
		for key, value := range fields {
			joined[key] = fmt.Sprint(value)
		}
	}
	return joined
}

// workspacesOf binds the workspaces of a pipeline task as the run binds those of
// the pipeline.
func workspacesOf(run *unstructured.Unstructured, task *colocationv1.PipelineTask) ([]any, error) {
	bound, _, _ := unstructured.NestedSlice(run.Object, "spec", "workspaces")
	byName := map[string]map[string]any{}
	for _, binding := range bound {
		if fields, ok := binding.(map[string]any); ok {
			byName[fmt.Sprint(fields["name"])] = fields
		}
	}
	var workspaces []any
	for _, wanted := range task.Workspaces {
		name := wanted.Workspace
		if name == "" {
			name = wanted.Name
		}
		binding, found := byName[name]
		if !found {
			continue // An optional one.
		}
		if binding["volumeClaimTemplate"] != nil {
			return nil, &refusal{reason: "NotSupported", message: fmt.Sprintf(
				"the task %s shares the workspace %s, whose claim is made for the run; bind it to a claim that exists", task.Name, name)}
		}
		binding["name"] = wanted.Name
		if wanted.SubPath != "" {
			above, _ := binding["subPath"].(string)
			binding["subPath"] = path.Join(above, wanted.SubPath)
		}
		workspaces = append(workspaces, binding)
	}
	return workspaces, nil
}

// cancelExternal asks those who run a task to stop.
func (c *Controller) cancelExternal(ctx context.Context, run *unstructured.Unstructured, task string) error {
	how := map[string]struct {
		resource schema.GroupVersionResource
		status   string
	}{
		"CustomRun":   {tekton.CustomRuns, "RunCancelled"},
		"PipelineRun": {tekton.PipelineRuns, "Cancelled"},
		"TaskRun":     {tekton.TaskRuns, "TaskRunCancelled"},
	}
	var failures []error
	for _, child := range c.childrenOf(run) {
		cancel, external := how[child.GetKind()]
		asked, _, _ := unstructured.NestedString(child.Object, "spec", "status")
		if !external || tekton.IsOurTaskRun(child) || child.GetLabels()[tekton.TaskLabel] != task || asked == cancel.status {
			continue
		}
		patch, err := json.Marshal(map[string]any{"spec": map[string]any{"status": cancel.status}})
		if err == nil {
			err = c.patch(ctx, run, cancel.resource, child.GetName(), patch)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}
