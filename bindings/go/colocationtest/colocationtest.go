// Package colocationtest has assertions about plans, for the tests of other
// projects:
//
//	func TestBuildAndTestShareFiles(t *testing.T) {
//		plan := colocationtest.PlanFiles(t, "pipeline.yaml")
//		colocationtest.SharePod(t, plan, "build", "test")
//		colocationtest.WaitsFor(t, plan, "deploy", "build")
//		colocationtest.Golden(t, plan, "testdata/pipeline.txt")
//	}
//
// An assertion that doesn't hold says so with Errorf, and why the plan is as it
// is; a task that isn't there is Fatal.
package colocationtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	colocation "github.com/colocation/colocation/bindings/go"
)

// PlanFiles plans the run in the files; no plan is Fatal.
func PlanFiles(t testing.TB, paths ...string) *colocation.RunPlan {
	t.Helper()
	documents, err := colocation.ReadFiles(paths...)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := colocation.Plan(context.Background(), documents)
	if err != nil {
		t.Fatalf("there is no plan:\n%v", err)
	}
	return plan
}

// SharePod asserts that all these tasks run in one Pod.
func SharePod(t testing.TB, plan *colocation.RunPlan, tasks ...string) {
	t.Helper()
	known(t, plan, tasks...)
	if plan.SharePod(tasks...) {
		return
	}
	places := make([]string, len(tasks))
	for i, task := range tasks {
		places[i] = where(plan, task)
	}
	fail(t, plan, "they don't share a Pod: %s", strings.Join(places, "; "))
}

// SeparatePods asserts that no two of these tasks run in one Pod.
func SeparatePods(t testing.TB, plan *colocation.RunPlan, tasks ...string) {
	t.Helper()
	known(t, plan, tasks...)
	for i, task := range tasks {
		for _, other := range tasks[:i] {
			if plan.SharePod(other, task) {
				fail(t, plan, "%s and %s share the Pod %s", other, task, plan.PodOf(task).Name)
			}
		}
	}
}

// WaitsFor asserts that task starts only after other has ended.
func WaitsFor(t testing.TB, plan *colocation.RunPlan, task, other string) {
	t.Helper()
	known(t, plan, task, other)
	if plan.WaitsFor(task, other) {
		return
	}
	waits := strings.Join(plan.Task(task).WaitFor, ", ")
	if waits == "" {
		waits = "nothing"
	}
	fail(t, plan, "%s doesn't wait for %s; it waits for %s", task, other, waits)
}

// MayOverlap asserts that neither of the two waits for the other.
func MayOverlap(t testing.TB, plan *colocation.RunPlan, task, other string) {
	t.Helper()
	known(t, plan, task, other)
	for _, pair := range [][2]string{{task, other}, {other, task}} {
		if plan.WaitsFor(pair[0], pair[1]) {
			fail(t, plan, "%s waits for %s", pair[0], pair[1])
		}
	}
}

// Golden asserts that the plan's description is what the file holds.
// COLOCATION_UPDATE_GOLDEN=1 in the environment writes the file instead; look at
// the difference before you commit it.
func Golden(t testing.TB, plan *colocation.RunPlan, path string) {
	t.Helper()
	description, err := plan.Describe()
	if err != nil {
		t.Fatal(err)
	}
	GoldenText(t, description, path)
}

// GoldenText asserts that a text, such as ManifestsYAML, is what the file holds;
// otherwise as Golden.
func GoldenText(t testing.TB, text, path string) {
	t.Helper()
	if os.Getenv("COLOCATION_UPDATE_GOLDEN") == "1" {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; COLOCATION_UPDATE_GOLDEN=1 writes it", err)
	}
	if text == string(golden) {
		return
	}
	line, expected, found := firstDifference(string(golden), text)
	t.Errorf("not as in the golden file; COLOCATION_UPDATE_GOLDEN=1 writes it\n%s:%d:\n-%s\n+%s",
		path, line, expected, found)
}

// firstDifference returns the first line that differs, counted from one, in both.
func firstDifference(a, b string) (line int, inA, inB string) {
	linesA, linesB := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := 0; ; i++ {
		inA, inB = "", ""
		if i < len(linesA) {
			inA = linesA[i]
		}
		if i < len(linesB) {
			inB = linesB[i]
		}
		if inA != inB || (i >= len(linesA) && i >= len(linesB)) {
			return i + 1, inA, inB
		}
	}
}

func known(t testing.TB, plan *colocation.RunPlan, tasks ...string) {
	t.Helper()
	for _, task := range tasks {
		if plan.Task(task) != nil {
			continue
		}
		names := make([]string, len(plan.Tasks))
		for i, planned := range plan.Tasks {
			names[i] = planned.Name
		}
		t.Fatalf("the plan has no task %q; it has %s", task, strings.Join(names, ", "))
	}
}

func where(plan *colocation.RunPlan, task string) string {
	if pod := plan.PodOf(task); pod != nil {
		return task + " is in Pod " + pod.Name
	}
	placement := strings.TrimPrefix(plan.Task(task).Placement.String(), "PLACEMENT_")
	return task + " is in no Pod (" + strings.ToLower(placement) + ")"
}

func fail(t testing.TB, plan *colocation.RunPlan, message string, arguments ...any) {
	t.Helper()
	why, err := plan.Explain("")
	if err != nil {
		why = err.Error()
	}
	t.Errorf(message+"\n\n%s", append(arguments, why)...)
}
