// Garbage_collector deletes what deleted objects own: the one of Kubernetes'
// controllers that the controller relies on, alone. The whole
// kube-controller-manager takes minutes more to compile.
//
//	garbage_collector KUBECONFIG
package main

import (
	"context"
	"log"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
)

func main() {
	if err := collect(context.Background(), os.Args[1]); err != nil {
		log.Fatal("garbage_collector: ", err)
	}
}

// As newGarbageCollectorController of cmd/kube-controller-manager/app/core.go
// sets it up.
func collect(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	objects, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	typed := informers.NewSharedInformerFactory(client, 0)
	others := metadatainformer.NewSharedInformerFactory(objects, 0)
	started := make(chan struct{})
	collector, err := garbagecollector.NewGarbageCollector(ctx, client, objects, mapper,
		map[schema.GroupResource]struct{}{{Resource: "events"}: {}},
		informerfactory.NewInformerFactory(typed, others), started)
	if err != nil {
		return err
	}
	typed.Start(ctx.Done())
	others.Start(ctx.Done())
	close(started)
	go collector.Sync(ctx, client.Discovery(), time.Second)
	collector.Run(ctx, 4, 30*time.Second)
	return nil
}
