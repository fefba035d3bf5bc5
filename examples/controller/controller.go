package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	clientevents "k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// managedBy is what spec.managedBy of a PipelineRun has to be for it to be ours.
const managedBy = "colocation.dev/controller"

// Tekton's labels on what belongs to a run
// (pkg/apis/pipeline/register.go).
const (
	runLabel      = "tekton.dev/pipelineRun"
	taskLabel     = "tekton.dev/pipelineTask"
	pipelineLabel = "tekton.dev/pipeline"
)

var (
	pipelineRuns = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "pipelineruns"}
	pipelines    = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "pipelines"}
	tasks        = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "tasks"}
	taskRuns     = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "taskruns"}
	customRuns   = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1beta1", Resource: "customruns"}
	stepActions  = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1beta1", Resource: "stepactions"}
	pods         = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	claims       = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	configMaps   = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	limitRanges  = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}

	resolutionRequests = schema.GroupVersionResource{Group: "resolution.tekton.dev", Version: "v1beta1", Resource: "resolutionrequests"}
)

// byOwner indexes what runs a part of a PipelineRun by that one's uid.
const byOwner = "owner"

// Controller runs the PipelineRuns that name it. All that it knows is in the
// cluster: several may run one after the other, but only one at a time.
type Controller struct {
	client   dynamic.Interface
	recorder clientevents.EventRecorder
	options  Options
	now      func() time.Time

	runs cache.SharedIndexInformer
	// What belongs to a run: Pods, CustomRuns, TaskRuns, PipelineRuns,
	// ResolutionRequests.
	children []cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[types.NamespacedName]
}

// NewController makes a controller of a namespace, or of all with "".
func NewController(client dynamic.Interface, recorder clientevents.EventRecorder, namespace string, options Options) *Controller {
	c := &Controller{
		client:   client,
		recorder: recorder,
		options:  options,
		now:      time.Now,
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.DefaultTypedControllerRateLimiter[types.NamespacedName]()),
	}
	informer := func(resource schema.GroupVersionResource, selector string) cache.SharedIndexInformer {
		return dynamicinformer.NewFilteredDynamicInformer(client, resource, namespace, 0,
			cache.Indexers{
				cache.NamespaceIndex: cache.MetaNamespaceIndexFunc,
				byOwner:              ownerIndex,
			},
			func(list *metav1.ListOptions) { list.LabelSelector = selector }).Informer()
	}
	c.runs = informer(pipelineRuns, "")
	c.children = []cache.SharedIndexInformer{
		c.runs,
		informer(pods, runLabel),
		informer(customRuns, runLabel),
		informer(taskRuns, runLabel),
		informer(resolutionRequests, runLabel),
	}
	for _, child := range c.children {
		c.handle(child)
	}
	return c
}

// Run works until ctx is done, with as many runs at once as there are workers.
func (c *Controller) Run(ctx context.Context, workers int) error {
	defer c.queue.ShutDown()
	var group sync.WaitGroup
	defer group.Wait()
	synced := []cache.InformerSynced{}
	for _, informer := range c.children {
		group.Go(func() { informer.RunWithContext(ctx) })
		synced = append(synced, informer.HasSynced)
	}
	if !cache.WaitForCacheSync(ctx.Done(), synced...) {
		return fmt.Errorf("stopped before the caches were filled")
	}
	klog.InfoS("ready", "managedBy", managedBy)
	for range workers {
		group.Go(func() { wait.UntilWithContext(ctx, c.work, time.Second) })
	}
	<-ctx.Done()
	c.queue.ShutDown()
	return nil
}

func (c *Controller) work(ctx context.Context) {
	for {
		key, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		c.process(ctx, key)
		c.queue.Done(key)
	}
}

func (c *Controller) process(ctx context.Context, key types.NamespacedName) {
	lookAgain, err := c.reconcile(ctx, key)
	if err != nil {
		// Conflicts are ordinary: somebody else wrote, and we look again.
		klog.ErrorS(err, "will be tried again", "run", key)
		c.queue.AddRateLimited(key)
		return
	}
	c.queue.Forget(key)
	if lookAgain > 0 {
		c.queue.AddAfter(key, lookAgain)
	}
}

// handle puts the run that an object is, and the one that it is part of, into
// the queue.
func (c *Controller) handle(informer cache.SharedIndexInformer) {
	enqueue := func(object any) {
		if deleted, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = deleted.Obj
		}
		seen, ok := object.(*unstructured.Unstructured)
		if !ok {
			return
		}
		if isOurs(seen) {
			c.queue.Add(types.NamespacedName{Namespace: seen.GetNamespace(), Name: seen.GetName()})
		}
		if owner := ownerOf(seen); owner != nil {
			c.queue.Add(types.NamespacedName{Namespace: seen.GetNamespace(), Name: owner.Name})
		}
	}
	// TaskRuns that only this controller writes say nothing new, unless one is
	// deleted.
	changed := func(object any) {
		if seen, ok := object.(*unstructured.Unstructured); !ok || !isOurTaskRun(seen) {
			enqueue(object)
		}
	}
	// An error means that the informer has been stopped: there is nothing to
	// handle any more.
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    changed,
		UpdateFunc: func(_, object any) { changed(object) },
		DeleteFunc: enqueue,
	})
}

// isOurs says whether object is a PipelineRun that names this controller. The
// field can't be changed (validateUpdate in Tekton's pipelinerun_validation.go).
func isOurs(object *unstructured.Unstructured) bool {
	name, _, _ := unstructured.NestedString(object.Object, "spec", "managedBy")
	return object.GetKind() == "PipelineRun" && name == managedBy
}

// ownerOf is the PipelineRun that owns object, nil if there is none.
func ownerOf(object *unstructured.Unstructured) *metav1.OwnerReference {
	for _, owner := range object.GetOwnerReferences() {
		if owner.Kind == "PipelineRun" {
			return &owner
		}
	}
	return nil
}

// isOwnedBy says whether object was made for run (see own).
func isOwnedBy(object, run *unstructured.Unstructured) bool {
	owner := ownerOf(object)
	return owner != nil && owner.UID == run.GetUID()
}

func ownerIndex(object any) ([]string, error) {
	if seen, ok := object.(*unstructured.Unstructured); ok {
		if owner := ownerOf(seen); owner != nil {
			return []string{string(owner.UID)}, nil
		}
	}
	return nil, nil
}
