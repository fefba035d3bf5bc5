package colocationtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/colocation/colocation/bindings/go/colocationtest"
)

// recorder is a test that notes what it is told.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, arguments ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, arguments...))
}

type stopped struct{}

func (r *recorder) Fatal(arguments ...any) {
	r.failures = append(r.failures, fmt.Sprint(arguments...))
	panic(stopped{})
}

func (r *recorder) Fatalf(format string, arguments ...any) {
	r.Fatal(fmt.Sprintf(format, arguments...))
}

// failuresOf is what a test that runs the function is told.
func failuresOf(function func(t testing.TB)) []string {
	recorder := &recorder{}
	func() {
		defer func() {
			if reason := recover(); reason != nil && reason != any(stopped{}) {
				panic(reason)
			}
		}()
		function(recorder)
	}()
	return recorder.failures
}

func TestAssertions(t *testing.T) {
	plan := colocationtest.PlanFiles(t, "testdata/release.yaml")
	for _, c := range []struct {
		name     string
		asserted func(t testing.TB)
		failure  string
	}{
		{"SharePodHolds", func(t testing.TB) { colocationtest.SharePod(t, plan, "clone", "build") }, ""},
		{"SeparatePodsHolds", func(t testing.TB) { colocationtest.SeparatePods(t, plan, "clone", "announce", "deploy") }, ""},
		{"WaitsForHolds", func(t testing.TB) { colocationtest.WaitsFor(t, plan, "deploy", "clone") }, ""},
		{"MayOverlapHolds", func(t testing.TB) { colocationtest.MayOverlap(t, plan, "announce", "clone") }, ""},
		{
			"SharePodFails", func(t testing.TB) { colocationtest.SharePod(t, plan, "clone", "deploy") },
			"they don't share a Pod: clone is in Pod release-clone-pod; deploy is in Pod release-deploy-pod",
		},
		{
			"SeparatePodsFails", func(t testing.TB) { colocationtest.SeparatePods(t, plan, "deploy", "clone", "build") },
			"clone and build share the Pod release-clone-pod",
		},
		{
			"WaitsForFails", func(t testing.TB) { colocationtest.WaitsFor(t, plan, "clone", "build") },
			"clone doesn't wait for build; it waits for nothing",
		},
		{
			"MayOverlapFails", func(t testing.TB) { colocationtest.MayOverlap(t, plan, "clone", "deploy") },
			"deploy waits for clone",
		},
		{
			"UnknownTask", func(t testing.TB) { colocationtest.SharePod(t, plan, "clone", "biuld") },
			`the plan has no task "biuld"; it has clone, build, announce, deploy`,
		},
		{"NoFile", func(t testing.TB) { colocationtest.PlanFiles(t, "testdata/nowhere.yaml") }, "no such file"},
		{"NoPlan", func(t testing.TB) { colocationtest.PlanFiles(t, "colocationtest_test.go") }, "there is no plan:\ncolocationtest_test.go:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			failures := failuresOf(c.asserted)
			if c.failure == "" {
				if len(failures) != 0 {
					t.Errorf("it doesn't hold: %v", failures)
				}
				return
			}
			if len(failures) != 1 || !strings.Contains(failures[0], c.failure) {
				t.Errorf("it says %q", failures)
			}
		})
	}
}

func TestAFailureSaysWhyThePlanIsSo(t *testing.T) {
	plan := colocationtest.PlanFiles(t, "testdata/release.yaml")
	failures := failuresOf(func(t testing.TB) { colocationtest.SharePod(t, plan, "clone", "deploy") })
	if len(failures) != 1 || !strings.Contains(failures[0], "shares-workspace") {
		t.Errorf("it says %q", failures)
	}
}

func TestGolden(t *testing.T) {
	plan := colocationtest.PlanFiles(t, "testdata/release.yaml")
	file := filepath.Join(t.TempDir(), "new", "release.txt")
	golden := func(t testing.TB) { colocationtest.Golden(t, plan, file) }

	t.Setenv("COLOCATION_UPDATE_GOLDEN", "")
	if failures := failuresOf(golden); len(failures) != 1 || !strings.Contains(failures[0], "writes it") {
		t.Errorf("without a file it says %q", failures)
	}
	t.Setenv("COLOCATION_UPDATE_GOLDEN", "1")
	colocationtest.Golden(t, plan, file)
	t.Setenv("COLOCATION_UPDATE_GOLDEN", "")
	colocationtest.Golden(t, plan, file)

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "4 tasks", "5 tasks", 1)
	if err := os.WriteFile(file, []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	failures := failuresOf(golden)
	if len(failures) != 1 || !strings.Contains(failures[0], "release.txt:2:\n-5 tasks") || !strings.Contains(failures[0], "\n+4 tasks") {
		t.Errorf("with a changed file it says %q", failures)
	}
}
