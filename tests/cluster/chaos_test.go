package cluster

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"colocation.dev/tests/cluster/harness"
)

var (
	chaos     = flag.Int("chaos", 6, "TestChaos: how many runs are disturbed")
	chaosSeed = flag.Uint64("chaos-seed", 1, "TestChaos: the first one's seed")
)

// What is killed as a failing machine would kill it, and started again.
var victims = []string{"controller", "kubelet-node", "containerd-node", "kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager"}

// Two Pods, with a result between them. Each task says in the workspace or its
// result that it ran, so that one that runs twice shows.
const disturbed = `
    workspaces: [{name: w}]
    results:
    - {name: log, value: $(tasks.read.results.log)}
    - {name: far, value: $(tasks.far.results.r)}
    - {name: how, value: $(finally.last.results.how)}
    tasks:
    - name: write
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nsleep 1; echo write >>$(workspaces.w.path)/log"}]
    - name: read
      runAfter: [write]
      workspaces: [{name: w}]
      taskSpec:
        workspaces: [{name: w}]
        results: [{name: log}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nsleep 1; echo read >>$(workspaces.w.path)/log; tr '\\n' ' ' <$(workspaces.w.path)/log >$(results.log.path)"}]
    - name: far
      params: [{name: p, value: $(tasks.read.results.log)}]
      taskSpec:
        params: [{name: p}]
        results: [{name: r}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nsleep 1; printf '$(params.p)far' >$(results.r.path)"}]
    finally:
    - name: last
      params: [{name: how, value: $(tasks.status)}]
      taskSpec:
        params: [{name: how}]
        results: [{name: how}]
        steps: [{name: s, image: IMAGE, script: "#!/bin/sh\nprintf '$(params.how)' >$(results.how.path)"}]
  workspaces: [{name: w, emptyDir: {}}]
`

// TestChaos disturbs runs at random moments. Each has to end, as it would have
// ended undisturbed where nothing of it was destroyed, and to leave nothing
// behind when it is deleted.
func TestChaos(t *testing.T) {
	s := newSpace(t, "chaos")
	// Some programs give up when their API server is away for long; on a node they
	// would be started again.
	t.Cleanup(func() { s.Revive(t) })
	for i := range *chaos {
		seed := *chaosSeed + uint64(i)
		t.Run(fmt.Sprint("seed-", seed), func(t *testing.T) { s.disturb(t, seed) })
	}
}

func (s space) disturb(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	name := fmt.Sprint("seed-", seed)
	s.create(t, name, harness.Manager, disturbed)
	moment := time.Duration(random.IntN(8000)) * time.Millisecond
	time.Sleep(moment)
	victim := "a Pod"
	if choice := random.IntN(len(victims) + 1); choice < len(victims) {
		victim = victims[choice]
		process := s.Processes[victim]
		process.Kill()
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
	} else {
		found, err := s.Typed.CoreV1().Pods(s.name).List(t.Context(), metav1.ListOptions{LabelSelector: "tekton.dev/pipelineRun=" + name})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Items) > 0 {
			victim = found.Items[random.IntN(len(found.Items))].Name
			_ = s.Typed.CoreV1().Pods(s.name).Delete(t.Context(), victim, metav1.DeleteOptions{})
		}
	}
	t.Logf("%s was lost %v after the run was created", victim, moment)
	s.Revive(t)
	how, status := s.result(t, name)
	results := map[string]any{}
	for _, result := range list(status["results"]) {
		result := result.(map[string]any)
		results[fmt.Sprint(result["name"])] = result["value"]
	}
	destroyed := strings.HasPrefix(victim, name)
	switch {
	case how == "True Succeeded":
		if results["log"] != "write read " || results["far"] != "write read far" || results["how"] != "Succeeded" {
			t.Errorf("its results are %v", results)
		}
	case destroyed && how == "False Failed":
		// The files of a Pod are gone with it.
	default:
		t.Errorf("it is %s", how)
	}
	s.delete(t, name)
	s.Until(t, "nothing of it is left", func() bool { return s.isGone(t.Context(), name) })
}

// isGone says whether nothing is there any more that a run owned.
func (s space) isGone(ctx context.Context, run string) bool {
	for _, resource := range []string{"pods", "configmaps", "persistentvolumeclaims"} {
		kind := harness.Pods
		kind.Resource = resource
		found, err := s.Client.Resource(kind).Namespace(s.name).List(ctx, metav1.ListOptions{LabelSelector: "tekton.dev/pipelineRun=" + run})
		if err != nil || len(found.Items) > 0 {
			return false
		}
	}
	_, err := s.Client.Resource(harness.PipelineRuns).Namespace(s.name).Get(ctx, run, metav1.GetOptions{})
	return apierrors.IsNotFound(err)
}
