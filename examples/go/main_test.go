package main

import (
	"strings"
	"testing"

	"github.com/colocation/colocation/bindings/go/colocationtest"
)

const pipeline = "../build-pipeline.yaml"

// How a project tests that its pipeline is planned as it expects.
func TestThePipelineIsPlannedAsWeExpect(t *testing.T) {
	plan := colocationtest.PlanFiles(t, pipeline)
	colocationtest.SharePod(t, plan, "clone", "build", "unit-test", "api-test")
	colocationtest.WaitsFor(t, plan, "api-test", "build")
	colocationtest.MayOverlap(t, plan, "api-test", "storage-test")
	colocationtest.WaitsFor(t, plan, "report", "browser-test")
}

func TestWhatIsPrinted(t *testing.T) {
	var out strings.Builder
	if err := run(&out, pipeline); err != nil {
		t.Fatal(err)
	}
	expected := "build-pod: clone lint build unit-test api-test storage-test browser-test report\n"
	if out.String() != expected {
		t.Errorf("it prints %q", out.String())
	}
}

func TestErrorsSayWhere(t *testing.T) {
	err := run(&strings.Builder{}, "main.go")
	if err == nil || !strings.HasPrefix(err.Error(), "main.go:") {
		t.Errorf("it says %v", err)
	}
}
