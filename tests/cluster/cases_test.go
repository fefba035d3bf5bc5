package cluster

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"colocation.dev/tests/cluster/harness"
)

// A runCase is a run, with what it refers to, that both controllers get.
type runCase struct {
	name    string
	objects []*unstructured.Unstructured
	// One or more.
	runs []*unstructured.Unstructured
	// What spec.status becomes once a container runs; empty: nothing.
	patch string
	// Why it can't be run here; empty: it can.
	excluded string
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parse(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := harness.Parse(strings.ReplaceAll(text, "IMAGE", harness.StepImage))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func newRun(name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": map[string]any{"name": name}, "spec": spec}}
}

// outcomeCases are those of cases.yaml.
func outcomeCases(t *testing.T) []runCase {
	var cases []runCase
	for _, one := range parse(t, readText(t, "cases.yaml")) {
		name, _ := one.Object["name"].(string)
		spec, _ := one.Object["spec"].(map[string]any)
		if one.Object["apart"] != true {
			share(spec)
		}
		patch, _ := one.Object["patch"].(string)
		result := runCase{name: name, patch: patch, runs: []*unstructured.Unstructured{newRun("run", spec)}}
		objects, _ := one.Object["objects"].([]any)
		for _, object := range objects {
			result.objects = append(result.objects, &unstructured.Unstructured{Object: object.(map[string]any)})
		}
		cases = append(cases, result)
	}
	return cases
}

// share gives all tasks of an embedded pipeline one workspace.
func share(spec map[string]any) {
	pipeline, ok := spec["pipelineSpec"].(map[string]any)
	if !ok {
		return
	}
	pipeline["workspaces"] = []any{map[string]any{"name": "shared"}}
	spec["workspaces"] = []any{map[string]any{"name": "shared", "emptyDir": map[string]any{}}}
	for _, list := range []string{"tasks", "finally"} {
		tasks, _ := pipeline[list].([]any)
		for _, task := range tasks {
			task := task.(map[string]any)
			if own, ok := task["taskSpec"].(map[string]any); ok {
				own["workspaces"] = []any{map[string]any{"name": "shared"}}
				task["workspaces"] = []any{map[string]any{"name": "shared"}}
			}
		}
	}
}

// A row of the table in tests/e2e/semantics_test.cc.
var semanticsRow = regexp.MustCompile(`(?s)\n    \{"(\w+)",\s*R"yaml\((.*?)\)yaml"`)

// semanticsCases are the rows that tests/e2e runs with podman.
func semanticsCases(t *testing.T) []runCase {
	var cases []runCase
	for _, row := range semanticsRow.FindAllStringSubmatch(readText(t, "../e2e/semantics_test.cc"), -1) {
		run := parse(t, `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces:
  - {name: shared, emptyDir: {}}
  pipelineSpec:
    workspaces: [{name: shared}]
    tasks:`+row[2])
		cases = append(cases, runCase{name: kebab(row[1]), runs: run})
	}
	if len(cases) < 20 {
		t.Fatalf("of the table of semantics only %d rows can be read", len(cases))
	}
	return cases
}

var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func kebab(name string) string { return strings.ToLower(hump.ReplaceAllString(name, "$1-$2")) }

// exampleCases are Tekton's own examples, with an image that has a shell in the
// place of theirs.
func exampleCases(t *testing.T, folder string) []runCase {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob(filepath.Join(folder, "beta", "*.yaml"))
	files = append(files, more...)
	slices.Sort(files)
	var cases []runCase
	for _, file := range files {
		one := runCase{name: strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".yaml"), "_", "-")}
		objects, err := harness.Parse(readText(t, file))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, object := range objects {
			if reason := standIn(object.Object); reason != "" {
				one.excluded = reason
			}
			object.SetNamespace("")
			switch {
			case object.GetAPIVersion() != "tekton.dev/v1" && strings.HasPrefix(object.GetAPIVersion(), "tekton.dev/"):
				one.excluded = "is not of the API v1: " + object.GetAPIVersion()
			case object.GetKind() == "PipelineRun":
				object.Object["metadata"].(map[string]any)["generateName"] = nil
				object.SetName(fmt.Sprint("run", len(one.runs)))
				// A busy machine is no part of the comparison.
				if _, set, _ := unstructured.NestedString(object.Object, "spec", "timeouts", "pipeline"); set {
					_ = unstructured.SetNestedField(object.Object, "1h0m0s", "spec", "timeouts", "pipeline")
				}
				one.runs = append(one.runs, object)
			case object.GetKind() == "TaskRun":
				one.excluded = "has a TaskRun"
			default:
				one.objects = append(one.objects, object)
			}
		}
		if len(one.runs) == 0 && one.excluded == "" {
			one.excluded = "has no PipelineRun"
		}
		cases = append(cases, one)
	}
	return cases
}

var interpreter = regexp.MustCompile(`^#!\s*(\S+)(?:\s+(\S+))?`)

// standIn changes all images of a value; it says why its steps can't run in the
// image that is there, or "".
func standIn(value any) string {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if reason := standIn(element); reason != "" {
				return reason
			}
		}
	case map[string]any:
		if image, ok := value["image"].(string); ok && image != "" {
			value["image"] = harness.StepImage
			script, _ := value["script"].(string)
			if value["command"] == nil && script == "" {
				return "has a step that relies on its image's entrypoint: " + image
			}
			words := interpreter.FindStringSubmatch(script)
			if words != nil && !slices.Contains([]string{"sh", "bash"}, filepath.Base(words[1])) &&
				!(filepath.Base(words[1]) == "env" && (words[2] == "sh" || words[2] == "bash")) {
				return "has a script for " + strings.TrimPrefix(words[0], "#!")
			}
		}
		if resolver, ok := value["resolver"].(string); ok && resolver != "" {
			return "asks a resolver: " + resolver
		}
		for _, element := range value {
			if reason := standIn(element); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// generatedCase makes a pipeline by chance, always the same one for a seed.
func generatedCase(seed uint64) runCase {
	random := rand.New(rand.NewPCG(seed, 0))
	chance := func(percent int) bool { return random.IntN(100) < percent }
	count := 2 + random.IntN(4)
	var tasks, finally []any
	step := func(script string) map[string]any {
		return map[string]any{"name": "s", "image": harness.StepImage, "script": "#!/bin/sh\n" + script}
	}
	for i := range count {
		name := fmt.Sprint("t", i)
		script := fmt.Sprintf("printf %s >$(results.r.path)\n", name)
		task := map[string]any{"name": name}
		spec := map[string]any{"results": []any{map[string]any{"name": "r"}}}
		var when []any
		for j := range i {
			switch before := fmt.Sprint("t", j); random.IntN(6) {
			case 0:
				task["runAfter"] = append(list(task["runAfter"]), before)
			case 1:
				task["params"] = append(list(task["params"]), map[string]any{"name": before, "value": "$(tasks." + before + ".results.r)"})
				spec["params"] = append(list(spec["params"]), map[string]any{"name": before})
				script += "test '$(params." + before + ")' = " + before + "\n"
			case 2:
				operator := "in"
				if chance(30) {
					operator = "notin"
				}
				when = append(when, map[string]any{"input": "$(tasks." + before + ".results.r)", "operator": operator, "values": []any{before, "other"}})
			}
		}
		if when != nil {
			task["when"] = when
		}
		switch {
		case chance(10):
			script += "exit 3\n"
		case chance(8):
			script += "sleep 60\n"
			task["timeout"] = "12s"
		case chance(10):
			script += "test $(context.task.retry-count) = 1\n"
			task["retries"] = int64(1)
		}
		if chance(10) {
			task["onError"] = "continue"
			delete(task, "retries")
		}
		spec["steps"] = []any{step(script)}
		task["taskSpec"] = spec
		tasks = append(tasks, task)
	}
	if chance(50) {
		finally = append(finally, map[string]any{
			"name":   "last",
			"params": []any{map[string]any{"name": "all", "value": "$(tasks.status)"}, map[string]any{"name": "one", "value": "$(tasks.t0.status)"}},
			"taskSpec": map[string]any{
				"params":  []any{map[string]any{"name": "all"}, map[string]any{"name": "one"}},
				"results": []any{map[string]any{"name": "r"}},
				"steps":   []any{step("printf '$(params.all) $(params.one)' >$(results.r.path)")},
			},
		})
	}
	pipeline := map[string]any{
		"tasks":   tasks,
		"results": []any{map[string]any{"name": "last", "value": fmt.Sprintf("$(tasks.t%d.results.r)", count-1)}},
	}
	if finally != nil {
		pipeline["finally"] = finally
	}
	spec := map[string]any{"pipelineSpec": pipeline}
	share(spec)
	return runCase{name: fmt.Sprintf("seed-%d", seed), runs: []*unstructured.Unstructured{newRun("run", spec)}}
}

func list(value any) []any {
	elements, _ := value.([]any)
	return elements
}
