package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unsafe"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	"github.com/tektoncd/pipeline/pkg/client/clientset/versioned"
	clientv1beta1 "github.com/tektoncd/pipeline/pkg/client/clientset/versioned/typed/pipeline/v1beta1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipeline/dag"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/pipelinespec"
	runresources "github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	taskresources "github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	"github.com/tektoncd/pipeline/pkg/trustedresources"
	"github.com/tektoncd/pipeline/pkg/workspace"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"knative.dev/pkg/apis"
)

var (
	// An object that isn't in the stream, or has to be fetched from elsewhere.
	errNeeded = errors.New("not found")
	// One that is in the stream and was rejected.
	errBlocked = errors.New("was rejected")
)

// One pipeline task of a run.
type runTask struct {
	Name string `json:"name"`
	// Whether it waits for results of others.
	Late bool `json:"late,omitempty"`
	// Only whether it has a matrix.
	PipelineTask map[string]any `json:"pipelineTask,omitempty"`
	Runs         []taskUnit     `json:"runs"`
}

// One TaskRun of it, as its Pod is made of it.
type taskUnit struct {
	TaskSpec json.RawMessage `json:"taskSpec,omitempty"`
	// Only with --pods: the Pod, and what the TaskRun says of it besides. A
	// timeout only where somebody asked for it.
	Pod     json.RawMessage `json:"pod,omitempty"`
	Timeout string          `json:"timeout,omitempty"`
	Retries int             `json:"retries,omitempty"`
}

// What is made of a TaskRun.
type readyTask struct {
	spec *v1.TaskSpec
	pod  *corev1.Pod
	// Of the TaskRun, before its defaults.
	timeout *metav1.Duration
	retries int
}

func unitOf(ready readyTask) (unit taskUnit) {
	if text, err := json.Marshal(ready.spec); ready.spec != nil && err == nil {
		unit.TaskSpec = text
	}
	if text, err := json.Marshal(ready.pod); ready.pod != nil && err == nil {
		unit.Pod = text
		unit.Retries = ready.retries
		if ready.timeout != nil {
			unit.Timeout = ready.timeout.Duration.String()
		}
	}
	return unit
}

// The objects of the stream.
type cluster struct {
	accepted map[string]any // "Task namespace/name" -> *v1.Task
	rejected map[string]bool
	// Kubernetes' own: "Secret namespace/name" -> *corev1.Secret.
	core map[string]any
	run  []*object
	// Whether to make Pods.
	makesPods bool
}

func newCluster(makesPods bool) *cluster {
	return &cluster{accepted: map[string]any{}, rejected: map[string]bool{}, core: map[string]any{}, makesPods: makesPods}
}

func (c *cluster) add(o *object) {
	key := keyOf(o.Kind, o.namespace, o.Name)
	switch {
	case o.core != nil:
		c.core[key] = o.core
	case o.Verdict == "ignored":
	case o.stored == nil:
		c.rejected[key] = true
	case o.Kind == "PipelineRun" || o.Kind == "TaskRun":
		kept := *o
		c.run = append(c.run, &kept)
	default:
		// The first of a name is it; a later one would have been refused.
		if _, given := c.accepted[key]; !given {
			c.accepted[key] = o.stored
		}
	}
}

func keyOf(kind, namespace, name string) string { return kind + " " + namespace + "/" + name }

func get[T any](c *cluster, kind, namespace, name string) (*T, error) {
	key := keyOf(kind, namespace, name)
	if found, isThere := c.accepted[key].(*T); isThere {
		return copied(found), nil
	}
	if c.rejected[key] {
		return nil, fmt.Errorf("%s %q %w", kind, name, errBlocked)
	}
	return nil, fmt.Errorf("%s %q %w", kind, name, errNeeded)
}

func (c *cluster) getTask(namespace string, ref *v1.TaskRef) taskresources.GetTask {
	return func(_ context.Context, name string) (*v1.Task, *v1.RefSource, *trustedresources.VerificationResult, error) {
		if ref != nil && ref.Resolver != "" {
			return nil, nil, nil, fmt.Errorf("remote Task %w", errNeeded)
		}
		task, err := get[v1.Task](c, "Task", namespace, name)
		return task, nil, nil, err
	}
}

func (c *cluster) getPipeline(namespace string, ref *v1.PipelineRef) pipelinespec.GetPipeline {
	return func(_ context.Context, name string) (*v1.Pipeline, *v1.RefSource, *trustedresources.VerificationResult, error) {
		if ref != nil && ref.Resolver != "" {
			return nil, nil, nil, fmt.Errorf("remote Pipeline %w", errNeeded)
		}
		pipeline, err := get[v1.Pipeline](c, "Pipeline", namespace, name)
		return pipeline, nil, nil, err
	}
}

// A client that has StepActions and nothing else.
type stepActionClient struct {
	versioned.Interface
	clientv1beta1.TektonV1beta1Interface
	clientv1beta1.StepActionInterface
	cluster   *cluster
	namespace string
}

func (c stepActionClient) TektonV1beta1() clientv1beta1.TektonV1beta1Interface { return c }

func (c stepActionClient) StepActions(namespace string) clientv1beta1.StepActionInterface {
	c.namespace = namespace
	return c
}

func (c stepActionClient) Get(_ context.Context, name string, _ metav1.GetOptions) (*v1beta1.StepAction, error) {
	return get[v1beta1.StepAction](c.cluster, "StepAction", c.namespace, name)
}

func (c *cluster) runs(ctx context.Context, full bool) (found []verdict) {
	for _, o := range c.run {
		v := verdict{Document: o.Document, Item: o.Item, Kind: o.Kind, Name: o.Name, GenerateName: o.GenerateName}
		c.one(ctx, o, &v)
		if !full {
			v.Tasks = nil
		}
		found = append(found, v)
	}
	return found
}

func (c *cluster) one(ctx context.Context, o *object, v *verdict) {
	defer func() {
		if reason := recover(); reason != nil {
			v.Verdict, v.Errors = "panic", []fault{{Stage: "reconcile", Message: fmt.Sprint(reason)}}
		}
	}()
	var err error
	switch run := o.stored.(type) {
	case *v1.PipelineRun:
		err = c.pipelineRun(ctx, copied(run), v)
	case *v1.TaskRun:
		run = copied(run)
		run.Namespace = namespaceOf(run.Namespace)
		var ready readyTask
		ready, err = c.taskRun(ctx, run)
		v.Tasks = []runTask{{Name: run.Name, Runs: []taskUnit{unitOf(ready)}}}
	}
	var field *apis.FieldError
	switch {
	case err == nil:
		v.Verdict = "accepted"
	case errors.Is(err, errBlocked):
		v.Verdict = "blocked"
	case errors.Is(err, errNeeded):
		v.Verdict = "needs"
	default:
		v.Verdict = "rejected"
		if errors.As(err, &field) {
			for _, err := range field.WrappedErrors() {
				v.Errors = append(v.Errors, fault{Stage: "reconcile", Message: err.Message, Paths: err.Paths})
			}
		} else {
			v.Errors = []fault{{Stage: "reconcile", Message: err.Error()}}
		}
	}
}

func namespaceOf(given string) string {
	if given == "" {
		return "default"
	}
	return given
}

// In the order of reconcile, pkg/reconciler/pipelinerun/pipelinerun.go, but with
// all tasks, also those that would start later.
func (c *cluster) pipelineRun(ctx context.Context, run *v1.PipelineRun, v *verdict) error {
	run.Namespace = namespaceOf(run.Namespace)
	run.SetDefaults(ctx)
	if err := propagatePipelineNameLabelToPipelineRun(run); err != nil {
		return err
	}
	meta, spec, err := pipelinespec.GetPipelineData(ctx, run, c.getPipeline(run.Namespace, run.Spec.PipelineRef))
	if err != nil {
		return err
	}
	run.Status = v1.PipelineRunStatus{}
	if err := storePipelineSpecAndMergeMeta(ctx, run, spec, unsafe.Pointer(meta)); err != nil {
		return err
	}
	tasks := v1.PipelineTaskList(spec.Tasks)
	graph, err := dag.Build(tasks, tasks.Deps())
	if err != nil {
		return fmt.Errorf("Pipeline DAG is invalid: %w", err)
	}
	v.Edges = edgesOf(graph)
	final, err := dag.Build(v1.PipelineTaskList(spec.Finally), map[string][]string{})
	if err != nil {
		return fmt.Errorf("Pipeline DAG is invalid: %w", err)
	}
	if err := spec.Validate(ctx); err != nil {
		return fmt.Errorf("it has an invalid spec: %w", err)
	}
	hasEnums := config.FromContextOrDefaults(ctx).FeatureFlags.EnableParamEnum
	checks := []func() error{
		func() error { return runresources.ValidateRequiredParametersProvided(&spec.Params, &run.Spec.Params) },
		func() error { return runresources.ValidateParamTypesMatching(spec, run) },
		func() error {
			if !hasEnums {
				return nil
			}
			return taskrun.ValidateEnumParam(ctx, run.Spec.Params, spec.Params)
		},
		func() error { return runresources.ValidateObjectParamRequiredKeys(spec.Params, run.Spec.Params) },
		func() error { return runresources.ValidateParamArrayIndex(spec, run.Spec.Params) },
		func() error { return runresources.ValidateWorkspaceBindings(spec, run) },
		func() error { return runresources.ValidateTaskRunSpecs(spec, run) },
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}

	runresources.ApplyParametersToWorkspaceBindings(run)
	asWritten := append(spec.DeepCopy().Tasks, spec.DeepCopy().Finally...)
	if spec, err = runresources.ApplyParameters(spec, run); err != nil {
		return err
	}
	spec = runresources.ApplyContexts(spec, meta.Name, run)
	spec = runresources.ApplyWorkspaces(spec, run)
	run.Status.PipelineSpec = spec
	if err := validatePipelineSpecAfterApplyParameters(ctx, spec); err != nil {
		return err
	}

	facts := &runresources.PipelineRunFacts{TasksGraph: graph, FinalTasksGraph: final}
	for _, task := range append(append([]v1.PipelineTask{}, spec.Tasks...), spec.Finally...) {
		resolved, err := runresources.ResolvePipelineTask(ctx, *run,
			func(string) (*v1.PipelineRun, error) { return nil, nil }, c.getPipeline(run.Namespace, task.PipelineRef), c.getTask(run.Namespace, task.TaskRef),
			func(string) (*v1.TaskRun, error) { return nil, nil }, func(string) (*v1beta1.CustomRun, error) { return nil, nil },
			task, facts.State)
		if err != nil {
			return err
		}
		facts.State = append(facts.State, resolved)
	}
	isOwn := func(task *runresources.ResolvedPipelineTask) bool {
		return !task.IsCustomTask() && !task.IsChildPipeline()
	}
	for i, task := range facts.State {
		// Without a combination no Task was asked for.
		if !isOwn(task) || task.ResolvedTask == nil {
			continue
		}
		if err := taskrun.ValidateResolvedTask(ctx, task.PipelineTask.Params, task.PipelineTask.Matrix, task.ResolvedTask); err != nil {
			return err
		}
		if hasEnums {
			if err := runresources.ValidateParamEnumSubset(asWritten[i].Params, spec.Params, task.ResolvedTask); err != nil {
				return err
			}
		}
	}
	for _, task := range facts.State {
		if err := task.EvaluateCEL(); err != nil {
			return fmt.Errorf("error evaluating CEL: %w", err)
		}
	}
	if err := runresources.ValidatePipelineTaskResults(facts.State); err != nil {
		return err
	}
	if err := runresources.ValidatePipelineResults(spec, facts.State); err != nil {
		return err
	}
	if err := runresources.ValidateOptionalWorkspaces(spec.Workspaces, facts.State); err != nil {
		return err
	}

	for _, task := range facts.State {
		late := len(v1.PipelineTaskResultRefs(task.PipelineTask)) > 0
		if !isOwn(task) || cannotRun(task) {
			continue
		}
		if task.PipelineTask.IsMatrixed() {
			// Looks at all of the run's tasks each time.
			if err := runresources.ValidateParameterTypesInMatrix(facts.State); err != nil {
				return err
			}
		}
		found := runTask{Name: task.PipelineTask.Name, Late: late}
		if task.PipelineTask.IsMatrixed() {
			found.PipelineTask = map[string]any{"matrix": true}
		}
		units, err := c.taskRunsOf(ctx, run, task, facts)
		for _, ready := range units {
			found.Runs = append(found.Runs, unitOf(ready))
		}
		if err != nil {
			return err
		}
		v.Tasks = append(v.Tasks, found)
	}
	return nil
}

// An empty matrix parameter, or a `when` that is false without any result.
func cannotRun(task *runresources.ResolvedPipelineTask) bool {
	if task.PipelineTask.IsMatrixed() {
		for _, param := range task.PipelineTask.Matrix.Params {
			if param.Value.Type == v1.ParamTypeArray && len(param.Value.ArrayVal) == 0 {
				return true
			}
		}
	}
	for _, when := range task.PipelineTask.When {
		expressions, _ := when.GetVarSubstitutionExpressions()
		if len(expressions) == 0 && !(v1.WhenExpressions{when}).AllowsExecution(task.EvaluatedCEL) {
			return true
		}
	}
	return false
}

// As createTaskRuns and createTaskRun make them, and the TaskRun's own reconciler
// looks at them.
func (c *cluster) taskRunsOf(ctx context.Context, run *v1.PipelineRun, task *runresources.ResolvedPipelineTask, facts *runresources.PipelineRunFacts) (ready []readyTask, err error) {
	var combinations []v1.Params
	if task.PipelineTask.IsMatrixed() {
		combinations = task.PipelineTask.Matrix.FanOut()
	}
	paramsOf := func(i int) (params v1.Params) {
		if i < len(combinations) {
			params = append(params, combinations[i]...)
		}
		return withWholeArrays(append(params, task.PipelineTask.Params...), task.ResolvedTask.TaskSpec.Params)
	}
	if config.FromContextOrDefaults(ctx).FeatureFlags.EnableParamEnum {
		for i := range task.TaskRunNames {
			if err := taskrun.ValidateEnumParam(ctx, known(paramsOf(i)), task.ResolvedTask.TaskSpec.Params); err != nil {
				return nil, err
			}
		}
	}
	for i, name := range task.TaskRunNames {
		task.PipelineTask = runresources.ApplyPipelineTaskContexts(task.PipelineTask, run.Status, facts)
		own := run.GetTaskRunSpec(task.PipelineTask.Name)
		made := &v1.TaskRun{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: run.Namespace},
			Spec: v1.TaskRunSpec{
				Retries:            task.PipelineTask.Retries,
				Params:             paramsOf(i),
				ServiceAccountName: own.ServiceAccountName,
				PodTemplate:        own.PodTemplate,
				StepSpecs:          own.StepSpecs,
				SidecarSpecs:       own.SidecarSpecs,
				ComputeResources:   own.ComputeResources,
			},
		}
		if task.ResolvedTask.TaskName != "" {
			made.Spec.TaskRef = task.PipelineTask.TaskRef
		} else {
			made.Spec.TaskSpec = task.ResolvedTask.TaskSpec.DeepCopy()
		}
		var claim string
		made.Spec.Workspaces, claim, err = getTaskrunWorkspaces(&pipelinerun.Reconciler{}, ctx, run, task)
		if err != nil {
			return ready, err
		}
		describeTaskRun(ctx, run, task, claim, made)
		one, err := c.taskRun(ctx, made)
		if err != nil {
			return ready, err
		}
		ready = append(ready, one)
	}
	return ready, nil
}

var wholeResult = regexp.MustCompile(`^\$\(tasks\.[^$]*\[\*\]\)$`)

// A whole result stands as a string until it is known. Where an array is wanted
// it is taken for an array of one, so that $(params.x[*]) has what it asks for.
func withWholeArrays(params v1.Params, declared v1.ParamSpecs) (found v1.Params) {
	types := map[string]v1.ParamType{}
	for _, spec := range declared {
		types[spec.Name] = spec.Type
	}
	for _, param := range params {
		wanted, isDeclared := types[param.Name]
		if wholeResult.MatchString(param.Value.StringVal) && (!isDeclared || wanted == v1.ParamTypeArray) {
			param.Value = v1.ParamValue{Type: v1.ParamTypeArray, ArrayVal: []string{param.Value.StringVal}}
		}
		found = append(found, param)
	}
	return found
}

// Those whose values are known before any result is.
func known(params v1.Params) (found v1.Params) {
	for _, param := range params {
		if !strings.Contains(param.Value.StringVal, "$(tasks.") {
			found = append(found, param)
		}
	}
	return found
}

// An embedded Task need not declare the workspaces that its run binds.
func declaredOf(run *v1.TaskRun, spec *v1.TaskSpec) (declared []v1.WorkspaceDeclaration) {
	if run.Spec.TaskSpec == nil {
		return spec.Workspaces
	}
	for _, bound := range run.Spec.Workspaces {
		declared = append(declared, v1.WorkspaceDeclaration{Name: bound.Name})
	}
	return append(declared, spec.Workspaces...)
}

// In the order of prepare and createPod, pkg/reconciler/taskrun/taskrun.go.
func (c *cluster) taskRun(ctx context.Context, run *v1.TaskRun) (made readyTask, err error) {
	made.timeout, made.retries = run.Spec.Timeout, run.Spec.Retries
	run.SetDefaults(ctx)
	meta, spec, err := taskresources.GetTaskData(ctx, run, c.getTask(run.Namespace, run.Spec.TaskRef))
	if err != nil {
		return made, err
	}
	for _, step := range spec.Steps {
		if step.Ref != nil && step.Ref.Resolver != "" {
			return made, fmt.Errorf("remote StepAction %w", errNeeded)
		}
	}
	spec.Steps, err = taskresources.GetStepActionsData(ctx, *spec, run, stepActionClient{cluster: c}, nil, nil)
	if err != nil {
		return made, err
	}
	if err := storeTaskSpecAndMergeMeta(ctx, run, spec, unsafe.Pointer(meta)); err != nil {
		return made, err
	}
	task := &taskresources.ResolvedTask{TaskName: meta.Name, TaskSpec: spec, Kind: taskresources.GetTaskKind(run)}
	checks := []func() error{
		func() error { return validateTaskSpecRequestResources(spec) },
		func() error { return taskrun.ValidateResolvedTask(ctx, run.Spec.Params, &v1.Matrix{}, task) },
		func() error {
			if !config.FromContextOrDefaults(ctx).FeatureFlags.EnableParamEnum {
				return nil
			}
			return taskrun.ValidateEnumParam(ctx, known(run.Spec.Params), spec.Params)
		},
		func() error { return taskresources.ValidateParamArrayIndex(spec, run.Spec.Params) },
		func() error { return updateTaskRunWithDefaultWorkspaces(c.reconciler(), ctx, run, spec) },
		func() error { return workspace.ValidateBindings(ctx, declaredOf(run, spec), run.Spec.Workspaces) },
		func() error {
			if config.FromContextOrDefaults(ctx).FeatureFlags.Coschedule != config.CoscheduleWorkspaces {
				return nil
			}
			return workspace.ValidateOnlyOnePVCIsUsed(run.Spec.Workspaces)
		},
		func() error { return validateOverrides(spec, &run.Spec) },
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return made, err
		}
	}

	if c.makesPods {
		withClaims(run)
	}
	taskresources.ApplyParametersToWorkspaceBindings(spec, run)
	volumes := workspace.CreateVolumes(run.Spec.Workspaces)
	ready, err := applyParamsContextsResultsAndWorkspaces(ctx, run, task, volumes)
	if err != nil {
		return made, err
	}
	if c.makesPods {
		made.pod, err = c.podOf(ctx, run, ready, task, volumes)
		return made, err
	}
	ready = ready.DeepCopy()
	if err := v1.ValidateUsageOfDeclaredParameters(ctx, ready.Steps, ready.Params); err != nil {
		return made, err
	}
	if err := ready.Validate(ctx); err != nil {
		return made, err
	}
	ready = taskresources.ApplyCredentialsPath(ready, pipeline.CredsDir)
	// How the volumes of workspaces are called is each side's own business: what
	// is compared has none of them.
	if _, err := workspace.Apply(ctx, *ready.DeepCopy(), run.Spec.Workspaces, volumes); err != nil {
		return made, err
	}
	if ready.Steps, err = v1.MergeStepsWithStepTemplate(ready.StepTemplate, ready.Steps); err != nil {
		return made, err
	}
	if ready.Steps, err = v1.MergeStepsWithSpecs(ready.Steps, run.Spec.StepSpecs); err != nil {
		return made, err
	}
	if ready.Sidecars, err = v1.MergeSidecarsWithSpecs(ready.Sidecars, run.Spec.SidecarSpecs); err != nil {
		return made, err
	}
	made.spec = ready
	return made, nil
}
