package main

import (
	"context"
	"unsafe" // for go:linkname too

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	runresources "github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	taskresources "github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// Heeds of the reconciler its tracer, here and below.
//
//go:linkname updateTaskRunWithDefaultWorkspaces github.com/tektoncd/pipeline/pkg/reconciler/taskrun.(*Reconciler).updateTaskRunWithDefaultWorkspaces
func updateTaskRunWithDefaultWorkspaces(c *taskrun.Reconciler, ctx context.Context, run *v1.TaskRun, spec *v1.TaskSpec) error

// And its clients and images.
//
//go:linkname createPod github.com/tektoncd/pipeline/pkg/reconciler/taskrun.(*Reconciler).createPod
func createPod(c *taskrun.Reconciler, ctx context.Context, spec *v1.TaskSpec, run *v1.TaskRun, task *taskresources.ResolvedTask, volumes map[string]corev1.Volume) (*corev1.Pod, error)

//go:linkname applyVolumeClaimTemplates github.com/tektoncd/pipeline/pkg/reconciler/taskrun.applyVolumeClaimTemplates
func applyVolumeClaimTemplates(workspaces []v1.WorkspaceBinding, owner metav1.OwnerReference) []v1.WorkspaceBinding

// The type of `meta`, as here and below, is internal to Tekton's module.
//
//go:linkname storeTaskSpecAndMergeMeta github.com/tektoncd/pipeline/pkg/reconciler/taskrun.storeTaskSpecAndMergeMeta
func storeTaskSpecAndMergeMeta(ctx context.Context, run *v1.TaskRun, spec *v1.TaskSpec, meta unsafe.Pointer) error

//go:linkname storePipelineSpecAndMergeMeta github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.storePipelineSpecAndMergeMeta
func storePipelineSpecAndMergeMeta(ctx context.Context, run *v1.PipelineRun, spec *v1.PipelineSpec, meta unsafe.Pointer) error

//go:linkname propagatePipelineNameLabelToPipelineRun github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.propagatePipelineNameLabelToPipelineRun
func propagatePipelineNameLabelToPipelineRun(run *v1.PipelineRun) error

//go:linkname combineTaskRunAndTaskSpecLabels github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.combineTaskRunAndTaskSpecLabels
func combineTaskRunAndTaskSpecLabels(run *v1.PipelineRun, task *v1.PipelineTask) map[string]string

//go:linkname combineTaskRunAndTaskSpecAnnotations github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun.combineTaskRunAndTaskSpecAnnotations
func combineTaskRunAndTaskSpecAnnotations(run *v1.PipelineRun, task *v1.PipelineTask) map[string]string
