package main

import (
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/colocation/colocation/controller/reconciler"
	"github.com/colocation/colocation/controller/tekton"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	clientevents "k8s.io/client-go/tools/record"
)

// Two tasks that wait for each other.
func cyclicRun() *unstructured.Unstructured {
	task := func(name, after string) any {
		return map[string]any{"name": name, "runAfter": []any{after}, "taskSpec": map[string]any{
			"steps": []any{map[string]any{"name": "s", "image": "i", "command": []any{"c"}}}}}
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
		"metadata": map[string]any{"name": "run", "namespace": "default", "uid": "u"},
		"spec": map[string]any{"managedBy": tekton.ManagedBy,
			"pipelineSpec": map[string]any{"tasks": []any{task("a", "b"), task("b", "a")}}}}}
}

func memoryClient(objects ...runtime.Object) dynamic.Interface {
	return dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[schema.GroupVersionResource]string{
		tekton.PipelineRuns: "PipelineRunList", tekton.TaskRuns: "TaskRunList", tekton.CustomRuns: "CustomRunList",
		tekton.Pods: "PodList", tekton.ConfigMaps: "ConfigMapList", tekton.LimitRanges: "LimitRangeList",
		tekton.ResolutionRequests: "ResolutionRequestList",
	}, objects...)
}

// A served process, and how to ask it.
type served struct {
	*process
	t    *testing.T
	url  string
	stop func()
}

func begin(t *testing.T, clientset *fake.Clientset, client dynamic.Interface) served {
	t.Helper()
	options, err := reconciler.NewOptions("workspaces")
	if err != nil {
		t.Fatal(err)
	}
	options.Key = []byte("the key of all controllers of a test")
	p, err := newProcess(settings{workers: 1, election: "ns"}, clientset, func(options reconciler.Options) *reconciler.Controller {
		return reconciler.NewController(client, clientevents.NewFakeRecorder(100), "", options)
	}, options)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx, listener) }()
	return served{p, t, "http://" + listener.Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}}
}

func (s served) get(path string) (int, string) {
	s.t.Helper()
	answer, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// until asks until the answer has a text: nobody tells when it will.
func (s served) until(path, wanted string) {
	s.t.Helper()
	var text string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, text = s.get(path); strings.Contains(text, wanted) {
			return
		}
	}
	s.t.Fatalf("%s never has %q; it has %s", path, wanted, text)
}

func TestWhatIsToldOfAControllerAtWork(t *testing.T) {
	clientset, client := fake.NewClientset(), memoryClient(cyclicRun())
	first := begin(t, clientset, client)
	first.until("/readyz", "ok")
	first.until("/metrics", `colocation_refusals_total{code="cycle",reason="PipelineInvalidGraph"} 1`)
	first.until("/metrics", "colocation_leads 1")
	first.until("/metrics", "colocation_active_runs 0")
	first.until("/metrics", `workqueue_adds_total{name="runs"}`)
	first.until("/metrics", `colocation_runs_ended_total{reason="PipelineInvalidGraph"} 1`)
	if code, text := first.get("/healthz"); code != http.StatusOK {
		t.Errorf("%d %s", code, text)
	}
	second := begin(t, clientset, client)
	second.until("/readyz", "ok")
	second.until("/metrics", "colocation_leads 0")
	second.stop()
	first.stop()
}

func TestNotReadyBeforeTheCachesAreFilled(t *testing.T) {
	options, err := reconciler.NewOptions("workspaces")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProcess(settings{}, nil, func(options reconciler.Options) *reconciler.Controller {
		return reconciler.NewController(memoryClient(), clientevents.NewFakeRecorder(1), "", options)
	}, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ready(); err == nil || p.healthy() != nil {
		t.Errorf("ready: %v, healthy: %v", err, p.healthy())
	}
}

func TestNotReadyWhileNobodyIsKnownToLead(t *testing.T) {
	p, err := newProcess(settings{election: "ns"}, fake.NewClientset(), func(options reconciler.Options) *reconciler.Controller {
		return reconciler.NewController(memoryClient(), clientevents.NewFakeRecorder(1), "", options)
	}, reconciler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.ready() == nil {
		t.Error("ready")
	}
}

func TestFlagsThatSayNothingSensible(t *testing.T) {
	for _, wrong := range []string{"--policy=some", "--images=images", "--log-format=xml", "--unknown", "--signing-secret=key", "--serve=nowhere", "--kubeconfig=/nowhere"} {
		t.Run(wrong, func(t *testing.T) {
			flags := flag.NewFlagSet("controller", flag.ContinueOnError)
			flags.SetOutput(io.Discard)
			if err := mainWith(flags, []string{"--kubeconfig=testdata/kubeconfig.yaml", wrong}); err == nil {
				t.Error("it is accepted")
			}
		})
	}
}
