//go:build cluster

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// A kubelet, and the scheduler too: every Pod is bound to it and run by podman
// (podman_kubelet.cc, a process for each).
type kubelet struct {
	testing.TB
	client    kubernetes.Interface
	program   []string
	mutex     sync.Mutex
	processes map[types.UID]*process
	running   sync.WaitGroup
	// podman makes the images only once.
	first sync.Mutex
}

// A process that runs a Pod. Its annotations are told to it when they change.
type process struct {
	input       io.WriteCloser
	annotations string
	deleted     bool
}

// start works until ctx is done; then all Pods are ended.
func (k *kubelet) start(ctx context.Context) {
	k.processes = map[types.UID]*process{}
	factory := informers.NewSharedInformerFactoryWithOptions(k.client, 0, informers.WithNamespace("default"))
	_, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { k.see(ctx, object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { k.see(ctx, object.(*corev1.Pod)) },
	})
	if err != nil {
		k.Fatal(err)
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
}

func (k *kubelet) see(ctx context.Context, pod *corev1.Pod) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	annotations, _ := json.Marshal(pod.Annotations)
	one, known := k.processes[pod.UID]
	if !known {
		one = &process{annotations: string(annotations)}
		k.processes[pod.UID] = one
		binding := &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name},
			Target:     corev1.ObjectReference{Kind: "Node", Name: "podman"},
		}
		if err := k.client.CoreV1().Pods(pod.Namespace).Bind(ctx, binding, metav1.CreateOptions{}); err != nil {
			k.Error(err)
			return
		}
		k.run(ctx, pod, one)
		return
	}
	if one.annotations != string(annotations) {
		one.annotations = string(annotations)
		// A Pod that has ended needs to know nothing any more.
		_, _ = one.input.Write(append(annotations, '\n'))
	}
	if pod.DeletionTimestamp != nil && !one.deleted {
		one.deleted = true
		one.input.Close()
	}
}

// run starts the Pod's process and passes its status on.
func (k *kubelet) run(ctx context.Context, pod *corev1.Pod, one *process) {
	command := exec.Command(k.program[0], k.program[1:]...)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		k.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		k.Fatal(err)
	}
	one.input = input
	manifest, _ := json.Marshal(pod)
	k.running.Go(func() {
		k.first.Lock()
		unlock := sync.OnceFunc(k.first.Unlock)
		defer unlock()
		if err := command.Start(); err != nil {
			k.Error(err)
			return
		}
		_, _ = input.Write(append(manifest, '\n'))
		stop := context.AfterFunc(ctx, func() { input.Close() })
		defer stop()
		lines := bufio.NewReader(output)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break
			}
			unlock()
			k.report(pod, line)
		}
		if err := command.Wait(); err != nil {
			k.Errorf("the Pod %s was not run: %v", pod.Name, err)
		}
		k.mutex.Lock()
		defer k.mutex.Unlock()
		if one.deleted {
			now := int64(0)
			_ = k.client.CoreV1().Pods(pod.Namespace).Delete(context.Background(), pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		}
	})
}

func (k *kubelet) report(pod *corev1.Pod, status []byte) {
	patch := append(append([]byte(`{"status":`), status...), '}')
	_, err := k.client.CoreV1().Pods(pod.Namespace).
		Patch(context.Background(), pod.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	if err != nil {
		k.Errorf("the status of %s: %v\n%s", pod.Name, err, status)
	}
}
