package main

import (
	"context"
	_ "unsafe" // for go:linkname

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	runresources "github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	taskresources "github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	corev1 "k8s.io/api/core/v1"
	"knative.dev/pkg/apis"
)

// Checks of the reconcilers that Tekton doesn't export. They are called under
// their own names, so that it is its code that judges and not a copy; go.mod
// names the version in which they are so.

//go:linkname validatePipelineSpecAfterApplyParameters github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.validatePipelineSpecAfterApplyParameters
func validatePipelineSpecAfterApplyParameters(ctx context.Context, spec *v1.PipelineSpec) *apis.FieldError

// Heeds nothing of the reconciler itself.
//
//go:linkname getTaskrunWorkspaces github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.(*Reconciler).getTaskrunWorkspaces
func getTaskrunWorkspaces(c *pipelinerun.Reconciler, ctx context.Context, run *v1.PipelineRun, task *runresources.ResolvedPipelineTask) ([]v1.WorkspaceBinding, string, error)

//go:linkname validateTaskSpecRequestResources github.com/tektoncd/pipeline/pkg/reconciler/taskrun.validateTaskSpecRequestResources
func validateTaskSpecRequestResources(spec *v1.TaskSpec) error

//go:linkname validateOverrides github.com/tektoncd/pipeline/pkg/reconciler/taskrun.validateOverrides
func validateOverrides(spec *v1.TaskSpec, run *v1.TaskRunSpec) error

//go:linkname applyParamsContextsResultsAndWorkspaces github.com/tektoncd/pipeline/pkg/reconciler/taskrun.applyParamsContextsResultsAndWorkspaces
func applyParamsContextsResultsAndWorkspaces(ctx context.Context, run *v1.TaskRun, task *taskresources.ResolvedTask, volumes map[string]corev1.Volume) (*v1.TaskSpec, error)
