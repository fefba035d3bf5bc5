// Controller shows how a controller embeds the planner: it runs PipelineRuns
// whose spec.managedBy is "example.dev/controller", one Pod or several for each.
// The product beside it, ../../controller, is the same loop with what a cluster
// asks for: a signed record, TaskRuns, resolvers, custom tasks, metrics.
//
//	controller --kubeconfig=$HOME/.kube/config
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
)

const (
	managedBy = "example.dev/controller"
	runLabel  = "tekton.dev/pipelineRun"
)

var (
	pipelineRuns = schema.GroupVersionResource{Group: "tekton.dev", Version: "v1", Resource: "pipelineruns"}
	pods         = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the cluster; empty: as a Pod in it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	watch(ctx, client)
}

// watch looks at a run whenever it or one of its Pods changes, and when the
// planner asked for it.
func watch(ctx context.Context, client dynamic.Interface) {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]())
	defer context.AfterFunc(ctx, queue.ShutDown)()
	informers := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	enqueue := func(object any) {
		if seen, ok := object.(*unstructured.Unstructured); ok {
			name := seen.GetName()
			if seen.GetKind() == "Pod" {
				name = seen.GetLabels()[runLabel]
			}
			queue.Add(cache.NewObjectName(seen.GetNamespace(), name))
		}
	}
	for _, resource := range []schema.GroupVersionResource{pipelineRuns, pods} {
		_, _ = informers.ForResource(resource).Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) }, DeleteFunc: enqueue})
	}
	informers.Start(ctx.Done())
	informers.WaitForCacheSync(ctx.Done())
	for {
		key, shutdown := queue.Get()
		if shutdown {
			return
		}
		again, err := look(ctx, client, key, time.Now())
		switch {
		case err != nil:
			log.Printf("%s: %v; will be tried again", key, err)
			queue.AddRateLimited(key)
		case again > 0:
			queue.AddAfter(key, again)
			fallthrough
		default:
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

// object is a message of the library as the dynamic client wants it.
func object(text []byte, err error) (*unstructured.Unstructured, error) {
	made := &unstructured.Unstructured{}
	if err == nil {
		err = json.Unmarshal(text, &made.Object)
	}
	return made, err
}
