// Package reconciler runs the PipelineRuns that name this controller, in shared
// Pods.
//
//	reconcile.go   one look at one run, from beginning to end
//	plan.go        the run and what it refers to -> the plan
//	resolve.go     what Tekton's resolvers are asked for
//	credentials.go what is known of ServiceAccounts
//	observe.go     what is seen of a run
//	act.go         what has to be done
//	external.go    what no Pod runs: custom tasks, pipelines in pipelines
//	status.go      PipelineRun.status
//	taskrun.go     the TaskRuns that show what units of work do
//	provenance.go  status.provenance
package reconciler

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/colocation/colocation/controller/metrics"
	"github.com/colocation/colocation/controller/records"
	"github.com/colocation/colocation/controller/tekton"
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

// byOwner indexes what runs a part of a PipelineRun by that one's uid.
const byOwner = "owner"

// Controller runs the PipelineRuns that name it. All that it knows is in the
// cluster: several may run one after the other, but only one at a time.
type Controller struct {
	client   dynamic.Interface
	recorder clientevents.EventRecorder
	records  *records.Store
	metrics  *metrics.Metrics
	options  Options
	now      func() time.Time

	runs cache.SharedIndexInformer
	// What belongs to a run: Pods, CustomRuns, TaskRuns, PipelineRuns,
	// ResolutionRequests.
	children []cache.SharedIndexInformer
	queue    workqueue.TypedRateLimitingInterface[types.NamespacedName]
}

// HasSynced says whether the caches are filled: from then on runs are looked at.
func (c *Controller) HasSynced() bool {
	for _, informer := range c.children {
		if !informer.HasSynced() {
			return false
		}
	}
	return true
}

// Active counts the runs of this controller's that have not ended.
func (c *Controller) Active() int {
	active := 0
	for _, object := range c.runs.GetStore().List() {
		if run, ok := object.(*unstructured.Unstructured); ok && tekton.IsOurs(run) && !isCompleted(run) {
			active++
		}
	}
	return active
}

// NewController makes a controller of a namespace, or of all with "".
func NewController(client dynamic.Interface, recorder clientevents.EventRecorder, namespace string, options Options) *Controller {
	c := &Controller{
		client:   client,
		recorder: recorder,
		records:  &records.Store{Client: client, Key: options.Key},
		metrics:  options.Metrics,
		options:  options,
		now:      time.Now,
		queue: workqueue.NewTypedRateLimitingQueueWithConfig(
			workqueue.DefaultTypedControllerRateLimiter[types.NamespacedName](),
			workqueue.TypedRateLimitingQueueConfig[types.NamespacedName]{Name: "runs"}),
	}
	informer := func(resource schema.GroupVersionResource, selector string) cache.SharedIndexInformer {
		return dynamicinformer.NewFilteredDynamicInformer(client, resource, namespace, 0,
			cache.Indexers{
				cache.NamespaceIndex: cache.MetaNamespaceIndexFunc,
				byOwner:              ownerIndex,
			},
			func(list *metav1.ListOptions) { list.LabelSelector = selector }).Informer()
	}
	if c.metrics == nil {
		c.metrics = metrics.New()
	}
	c.runs = informer(tekton.PipelineRuns, "")
	c.children = []cache.SharedIndexInformer{
		c.runs,
		informer(tekton.Pods, tekton.RunLabel),
		informer(tekton.CustomRuns, tekton.RunLabel),
		informer(tekton.TaskRuns, tekton.RunLabel),
		informer(tekton.ResolutionRequests, tekton.RunLabel),
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
	klog.InfoS("ready", "managedBy", tekton.ManagedBy)
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
	begin := c.now()
	lookAgain, err := c.reconcile(ctx, key)
	c.metrics.Reconciled(c.now().Sub(begin), err)
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
		if tekton.IsOurs(seen) {
			c.queue.Add(types.NamespacedName{Namespace: seen.GetNamespace(), Name: seen.GetName()})
		}
		if owner := tekton.OwnerOf(seen); owner != nil {
			c.queue.Add(types.NamespacedName{Namespace: seen.GetNamespace(), Name: owner.Name})
		}
	}
	// TaskRuns that only this controller writes say nothing new, unless one is
	// deleted.
	changed := func(object any) {
		if seen, ok := object.(*unstructured.Unstructured); !ok || !tekton.IsOurTaskRun(seen) {
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

func ownerIndex(object any) ([]string, error) {
	if seen, ok := object.(*unstructured.Unstructured); ok {
		if owner := tekton.OwnerOf(seen); owner != nil {
			return []string{string(owner.UID)}, nil
		}
	}
	return nil, nil
}
