package main

import (
	"context"
	"reflect"
	"unsafe"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	runresources "github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	taskresources "github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	"github.com/tektoncd/pipeline/pkg/workspace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	corev1 "k8s.io/api/core/v1"
	k8serrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	clientcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"knative.dev/pkg/kmeta"
)

// A client of a cluster with the stream's ServiceAccounts and Secrets, every
// other ServiceAccount with nothing in it, and Kubernetes 1.36. A Pod that is
// created is only handed back.
type kubeClient struct {
	kubernetes.Interface
	clientcorev1.CoreV1Interface
	discovery.DiscoveryInterface
	cluster *cluster
}

func (c kubeClient) CoreV1() clientcorev1.CoreV1Interface { return c }

func (c kubeClient) Discovery() discovery.DiscoveryInterface { return c }

func (c kubeClient) ServerVersion() (*version.Info, error) {
	return &version.Info{Major: "1", Minor: "36"}, nil
}

func (c kubeClient) RESTClient() rest.Interface { return nil }

func (c kubeClient) ServiceAccounts(namespace string) clientcorev1.ServiceAccountInterface {
	return accounts{cluster: c.cluster, namespace: namespace}
}

func (c kubeClient) Secrets(namespace string) clientcorev1.SecretInterface {
	return secrets{cluster: c.cluster, namespace: namespace}
}

func (c kubeClient) Pods(string) clientcorev1.PodInterface { return pods{} }

type accounts struct {
	clientcorev1.ServiceAccountInterface
	cluster   *cluster
	namespace string
}

func (a accounts) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.ServiceAccount, error) {
	if found, isThere := a.cluster.core[keyOf("ServiceAccount", a.namespace, name)].(*corev1.ServiceAccount); isThere {
		return found, nil
	}
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.namespace}}, nil
}

type secrets struct {
	clientcorev1.SecretInterface
	cluster   *cluster
	namespace string
}

func (s secrets) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Secret, error) {
	if found, isThere := s.cluster.core[keyOf("Secret", s.namespace, name)].(*corev1.Secret); isThere {
		return found, nil
	}
	return nil, k8serrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, name)
}

type pods struct {
	clientcorev1.PodInterface
}

func (pods) Create(_ context.Context, pod *corev1.Pod, _ metav1.CreateOptions) (*corev1.Pod, error) {
	return pod, nil
}

// The TaskRun's reconciler, with what making a Pod needs.
func (c *cluster) reconciler() *taskrun.Reconciler {
	limits := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	for _, object := range c.core {
		if limitRange, is := object.(*corev1.LimitRange); is {
			// Never fails: it has a name.
			_ = limits.Add(withLimitDefaults(limitRange))
		}
	}
	made := &taskrun.Reconciler{
		KubeClientSet: kubeClient{cluster: c},
		Images: pipeline.Images{EntrypointImage: "entrypoint", SidecarLogResultsImage: "results", NopImage: "nop",
			ShellImage: "shell", ShellImageWin: "pwsh", WorkingDirInitImage: "workingdir"},
	}
	setHidden(made, "limitrangeLister", corelisters.NewLimitRangeLister(limits))
	setHidden[trace.TracerProvider](made, "tracerProvider", noop.NewTracerProvider())
	return made
}

// As the API server stores it: SetDefaults_LimitRangeItem in Kubernetes'
// pkg/apis/core/v1/defaults.go.
func withLimitDefaults(given *corev1.LimitRange) *corev1.LimitRange {
	stored := given.DeepCopy()
	fill := func(from corev1.ResourceList, into *corev1.ResourceList) {
		for name, quantity := range from {
			if *into == nil {
				*into = corev1.ResourceList{}
			}
			if _, has := (*into)[name]; !has {
				(*into)[name] = quantity.DeepCopy()
			}
		}
	}
	for i := range stored.Spec.Limits {
		if item := &stored.Spec.Limits[i]; item.Type == corev1.LimitTypeContainer {
			fill(item.Max, &item.Default)
			fill(item.Default, &item.DefaultRequest)
			fill(item.Min, &item.DefaultRequest)
		}
	}
	return stored
}

// The reconciler's constructor wants a running cluster.
func setHidden[T any](reconciler *taskrun.Reconciler, field string, value T) {
	at := reflect.ValueOf(reconciler).Elem().FieldByName(field)
	*(*T)(unsafe.Pointer(at.UnsafeAddr())) = value
}

// What a container runs whose author leaves it to the image: of every image the
// same, and by the rule of imageInfo in pkg/pod/entrypoint_lookup_impl.go. (A
// cache of Tekton's that says so can't be made: its method is not exported.)
func withEntrypoints(spec *v1.TaskSpec) error {
	merged, err := v1.MergeStepsWithStepTemplate(spec.StepTemplate, spec.DeepCopy().Steps)
	if err != nil {
		return err
	}
	for i, step := range merged {
		if len(step.Command) > 0 || step.Script != "" {
			continue
		}
		spec.Steps[i].Command = []string{"/image-entrypoint"}
		if len(step.Args) == 0 {
			spec.Steps[i].Command = append(spec.Steps[i].Command, "image-cmd")
		}
	}
	return nil
}

// The Pod of a TaskRun whose spec has everything put in.
func (c *cluster) podOf(ctx context.Context, run *v1.TaskRun, spec *v1.TaskSpec, task *taskresources.ResolvedTask, volumes map[string]corev1.Volume) (*corev1.Pod, error) {
	spec = spec.DeepCopy()
	if err := withEntrypoints(spec); err != nil {
		return nil, err
	}
	return createPod(c.reconciler(), ctx, spec, run, task, volumes)
}

// Claims that are made of templates, as reconcile in
// pkg/reconciler/taskrun/taskrun.go names them.
func withClaims(run *v1.TaskRun) {
	if run.HasVolumeClaimTemplate() {
		run.Spec.Workspaces = applyVolumeClaimTemplates(run.Spec.Workspaces, *kmeta.NewControllerRef(run))
	}
}

// As GetAffinityAssistantBehavior in pkg/internal/affinityassistant and
// getAffinityAssistantAnnotationVal in pkg/reconciler/pipelinerun have it.
func affinityAssistantOf(ctx context.Context, claim, run string) string {
	switch config.FromContextOrDefaults(ctx).FeatureFlags.Coschedule {
	case config.CoscheduleWorkspaces:
		if claim == "" {
			return ""
		}
		return pipelinerun.GetAffinityAssistantName(claim, run)
	case config.CoschedulePipelineRuns, config.CoscheduleIsolatePipelineRun:
		return pipelinerun.GetAffinityAssistantName("", run)
	}
	return ""
}

// Labels, annotations and timeout of a task's TaskRun, as createTaskRun in
// pkg/reconciler/pipelinerun/pipelinerun.go has them.
func describeTaskRun(ctx context.Context, run *v1.PipelineRun, task *runresources.ResolvedPipelineTask, claim string, made *v1.TaskRun) {
	made.Labels = combineTaskRunAndTaskSpecLabels(run, task.PipelineTask)
	made.Annotations = combineTaskRunAndTaskSpecAnnotations(run, task.PipelineTask)
	if task.PipelineTask.OnError == v1.PipelineTaskContinue {
		made.Annotations[v1.PipelineTaskOnErrorAnnotation] = string(v1.PipelineTaskContinue)
	}
	if name := affinityAssistantOf(ctx, claim, run.Name); name != "" {
		made.Annotations[workspace.AnnotationAffinityAssistantName] = name
	}
	// That of the run, which a TaskRun without one may be given, is the run's.
	made.Spec.Timeout = task.PipelineTask.Timeout
	if own := run.GetTaskRunSpec(task.PipelineTask.Name).Timeout; own != nil {
		made.Spec.Timeout = own
	}
}
