package cluster

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"colocation.dev/tests/cluster/harness"
)

var (
	examples  = flag.Bool("examples", false, "TestTekton: Tekton's own examples, too; they take long")
	generated = flag.Int("generated", 6, "TestTekton: how many pipelines are made by chance")
	seed      = flag.Uint64("seed", 1, "TestTekton: the first one's seed")
	workers   = flag.Int("workers", 4, "TestTekton: how many cases run at once")
)

// TestTekton has every case run by Tekton's controller, with a Pod for each task
// and claims between them, and by ours, and compares what a client can see in
// the end. What differs has to be in expected_differences.tsv, with the reason.
func TestTekton(t *testing.T) {
	s := newSpace(t, "parity")
	groups := []struct {
		name  string
		cases []runCase
	}{
		{"outcomes", outcomeCases(t)},
		{"semantics", semanticsCases(t)},
		{"generated", nil},
		{"examples", nil},
	}
	for i := range *generated {
		groups[2].cases = append(groups[2].cases, generatedCase(*seed+uint64(i)))
	}
	if *examples {
		groups[3].cases = exampleCases(t, filepath.Join(filepath.Dir(s.TektonConfig()), "examples/v1/pipelineruns"))
	}
	expected := readExpected(t)
	for _, group := range groups {
		if group.cases == nil {
			continue
		}
		t.Run(group.name, func(t *testing.T) { compareGroup(t, s, group.cases, expected) })
	}
	if !t.Failed() {
		for _, one := range expected {
			if !one.seen {
				t.Logf("no longer so, so its line can go: %s %s", one.name, one.field)
			}
		}
	}
}

func compareGroup(t *testing.T, s space, cases []runCase, expected []*expectation) {
	var mutex sync.Mutex
	agreed, fields, excepted, excluded := 0, 0, 0, 0
	work := make(chan runCase)
	var running sync.WaitGroup
	for range *workers {
		running.Go(func() {
			for one := range work {
				differences, compared, err := compareCase(t.Context(), s, one)
				mutex.Lock()
				fields += compared
				if err != nil {
					t.Errorf("%s: %v", one.name, err)
				}
				agrees := err == nil
				for _, difference := range differences {
					if expect(expected, difference) {
						excepted++
					} else {
						agrees = false
						t.Errorf("%v", difference)
					}
				}
				if agrees {
					agreed++
				}
				mutex.Unlock()
			}
		})
	}
	for _, one := range cases {
		if one.excluded != "" {
			t.Logf("%s is left out: it %s", one.name, one.excluded)
			excluded++
			continue
		}
		work <- one
	}
	close(work)
	running.Wait()
	t.Logf("%d of %d cases agree, but for what is expected; that is %d of %d fields; %d cases are left out",
		agreed, len(cases)-excluded, excepted, fields, excluded)
}

// compareCase runs a case both ways and compares.
func compareCase(ctx context.Context, s space, one runCase) ([]difference, int, error) {
	views := [2][]view{}
	errs := [2]error{}
	var both sync.WaitGroup
	for i, side := range []string{"tekton", "ours"} {
		both.Go(func() { views[i], errs[i] = runCaseAs(ctx, s, side, one) })
	}
	both.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", []string{"Tekton's", "ours"}[i], err)
		}
	}
	var all []difference
	total := 0
	for i := range one.runs {
		name := one.name
		if len(one.runs) > 1 {
			name = fmt.Sprint(one.name, "/", i)
		}
		found, compared := diff(name, views[0][i], views[1][i])
		all = append(all, found...)
		total += compared
	}
	return all, total, nil
}

// runCaseAs runs a case in a namespace of its own, and returns what is to be seen
// of each run.
func runCaseAs(ctx context.Context, s space, side string, one runCase) ([]view, error) {
	namespace := strings.TrimSuffix(fmt.Sprintf("%.55s", one.name), "-") + "-" + side
	own, err := s.makeSpace(ctx, namespace)
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = s.Client.Resource(harness.Namespaces).Delete(context.WithoutCancel(ctx), namespace, metav1.DeleteOptions{})
	}()
	for _, object := range one.objects {
		if err := s.Create(ctx, namespace, object.DeepCopy()); err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	var views []view
	for _, run := range one.runs {
		run := run.DeepCopy()
		if side == "ours" {
			_ = unstructured.SetNestedField(run.Object, harness.Manager, "spec", "managedBy")
		} else {
			claim(run)
		}
		if err := s.Create(ctx, namespace, run); err != nil {
			if !apierrors.IsBadRequest(err) && !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) {
				return nil, err
			}
			// Refused at the door: by the same webhook, so for the same reason.
			views = append(views, view{"refused": own.normalise(err.Error())})
			continue
		}
		if one.patch != "" {
			if err := own.patchWhenRunning(ctx, run.GetName(), one.patch); err != nil {
				return nil, err
			}
		}
		ended, err := own.awaitEnd(ctx, run.GetName())
		if err != nil {
			return nil, err
		}
		seen, err := own.see(ctx, ended)
		if err != nil {
			return nil, err
		}
		views = append(views, seen)
	}
	return views, nil
}

func (s space) makeSpace(ctx context.Context, name string) (space, error) {
	namespace := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}}
	if err := s.Create(ctx, "", namespace); err != nil {
		return space{}, err
	}
	return space{s.Cluster, name}, poll(ctx, name+" has a service account", func() (bool, error) {
		_, err := s.Typed.CoreV1().ServiceAccounts(name).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, nil
	})
}

// claim puts a claim in the place of each emptyDir: Tekton's tasks can't share
// one.
func claim(run *unstructured.Unstructured) {
	workspaces, _, _ := unstructured.NestedSlice(run.Object, "spec", "workspaces")
	for _, workspace := range workspaces {
		workspace := workspace.(map[string]any)
		if workspace["emptyDir"] != nil {
			delete(workspace, "emptyDir")
			workspace["volumeClaimTemplate"] = map[string]any{"spec": map[string]any{
				"accessModes": []any{"ReadWriteOnce"},
				"resources":   map[string]any{"requests": map[string]any{"storage": "64Mi"}},
			}}
		}
	}
	if workspaces != nil {
		_ = unstructured.SetNestedSlice(run.Object, workspaces, "spec", "workspaces")
	}
}

// patchWhenRunning sets spec.status as soon as a step runs, not only waits.
func (s space) patchWhenRunning(ctx context.Context, run, status string) error {
	err := poll(ctx, "a step of "+run+" runs", func() (bool, error) {
		pods, err := s.Typed.CoreV1().Pods(s.name).List(ctx, metav1.ListOptions{LabelSelector: "tekton.dev/pipelineRun=" + run})
		if err != nil {
			return false, err
		}
		for _, pod := range pods.Items {
			for _, container := range pod.Status.ContainerStatuses {
				if running := container.State.Running; running != nil && time.Since(running.StartedAt.Time) > 2*time.Second {
					return true, nil
				}
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	patch, _ := json.Marshal(map[string]any{"spec": map[string]any{"status": status}})
	_, err = s.Client.Resource(harness.PipelineRuns).Namespace(s.name).Patch(ctx, run, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

func (s space) awaitEnd(ctx context.Context, run string) (*unstructured.Unstructured, error) {
	var last *unstructured.Unstructured
	err := poll(ctx, run+" ends", func() (bool, error) {
		var err error
		last, err = s.Client.Resource(harness.PipelineRuns).Namespace(s.name).Get(ctx, run, metav1.GetOptions{})
		return err == nil && harness.IsCompleted(last), err
	})
	if err != nil && last != nil {
		err = fmt.Errorf("%w; its condition is %v", err, harness.Succeeded(last))
	}
	return last, err
}

func poll(ctx context.Context, what string, holds func() (bool, error)) error {
	for end := time.Now().Add(harness.Patience); ; time.Sleep(200 * time.Millisecond) {
		done, err := holds()
		if done || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("it never came true that %s", what)
		}
	}
}

// An expectation is a line of expected_differences.tsv.
type expectation struct {
	name, field   string
	names, fields *regexp.Regexp
	seen          bool
}

// readExpected reads lines of case, field and reason; * stands for anything.
func readExpected(t *testing.T) []*expectation {
	t.Helper()
	var all []*expectation
	text, err := os.ReadFile("expected_differences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for number, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 3 || columns[2] == "" {
			t.Fatalf("expected_differences.tsv:%d: not a case, a field and a reason: %q", number+1, line)
		}
		pattern := func(text string) *regexp.Regexp {
			return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*") + "$")
		}
		all = append(all, &expectation{name: columns[0], field: columns[1], names: pattern(columns[0]), fields: pattern(columns[1])})
	}
	return all
}

func expect(all []*expectation, found difference) bool {
	for _, one := range all {
		if one.names.MatchString(found.name) && one.fields.MatchString(found.field) {
			one.seen = true
			return true
		}
	}
	return false
}
