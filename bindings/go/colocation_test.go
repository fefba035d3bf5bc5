package colocation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
)

func documents(t testing.TB) []colocation.Document {
	t.Helper()
	documents, err := colocation.ReadFiles("testdata/release.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// changed is the pipeline with a text in it replaced.
func changed(t testing.TB, old, new string) []colocation.Document {
	t.Helper()
	read := documents(t)
	if !bytes.Contains(read[0].Content, []byte(old)) {
		t.Fatalf("there is no %q", old)
	}
	read[0].Content = bytes.ReplaceAll(read[0].Content, []byte(old), []byte(new))
	return read
}

func plan(t testing.TB, options ...colocation.Option) *colocation.RunPlan {
	t.Helper()
	plan, err := colocation.Plan(context.Background(), documents(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestTasksOverOneWorkspaceShareAPod(t *testing.T) {
	plan := plan(t)
	if !plan.SharePod("clone", "build") || plan.SharePod("clone", "deploy") {
		t.Errorf("the Pods are %v", plan.Pods)
	}
	if plan.PodOf("build") != plan.Pods[0] {
		t.Errorf("build is in %v", plan.PodOf("build"))
	}
}

func TestWhatIsNotThereSharesNothing(t *testing.T) {
	plan := plan(t)
	if plan.SharePod("nobody") || plan.SharePod("clone", "nobody") || plan.PodOf("nobody") != nil {
		t.Error("a task that isn't there has a Pod")
	}
}

func TestWaitingIsTransitive(t *testing.T) {
	plan := plan(t)
	for _, c := range []struct {
		task, other string
		waits       bool
	}{
		{"deploy", "build", true},
		{"deploy", "clone", true},
		{"clone", "deploy", false},
		{"announce", "clone", false},
		{"nobody", "clone", false},
	} {
		if got := plan.WaitsFor(c.task, c.other); got != c.waits {
			t.Errorf("WaitsFor(%q, %q) = %v", c.task, c.other, got)
		}
	}
}

func TestOptionsHaveAnEffect(t *testing.T) {
	plan := plan(t,
		colocation.WithPolicy(colocationv1.Policy_POLICY_PIPELINERUN),
		colocation.WithRequests(colocationv1.RequestMode_REQUEST_MODE_SUM),
		colocation.WithRun("release"),
		colocation.WithParam("revision", "v1.2"),
		colocation.WithCluster(&colocationv1.Cluster{PodLevelResources: true}),
		colocation.WithOptions(&colocationv1.PlanOptions{DefaultServiceAccount: "builder"}),
	)
	if len(plan.Pods) != 1 || plan.Requests != colocationv1.RequestMode_REQUEST_MODE_SUM {
		t.Errorf("policy or requests had no effect: %v", plan)
	}
	manifests, err := plan.ManifestsYAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, expected := range []string{"v1.2", "serviceAccountName: builder"} {
		if !strings.Contains(string(manifests), expected) {
			t.Errorf("no %q in\n%s", expected, manifests)
		}
	}
}

func TestRefusedSaysWhere(t *testing.T) {
	_, err := colocation.Plan(context.Background(), changed(t, "[clone]", "[clnoe]"))
	var refused *colocation.Error
	if !errors.As(err, &refused) || !errors.Is(err, colocation.Refused) {
		t.Fatalf("the error is %#v", err)
	}
	if errors.Is(err, colocation.CannotShare) {
		t.Error("refused is not the same as can't share")
	}
	diagnostic := refused.Diagnostics[0]
	if diagnostic.Path != "spec.tasks[1].runAfter[0]" || diagnostic.Position.Line != 14 ||
		diagnostic.Position.File != "testdata/release.yaml" {
		t.Errorf("it says %v", diagnostic)
	}
	if !strings.HasPrefix(err.Error(), "testdata/release.yaml:14:16: error: spec.tasks[1].runAfter[0]: ") ||
		!strings.Contains(err.Error(), "\n  hint: ") {
		t.Errorf("the text is %q", err)
	}
}

func TestNeedsSayWhatToFetch(t *testing.T) {
	text := "    taskSpec:\n      steps: [{name: say, image: busybox, script: echo}]"
	asked := changed(t, text, "    taskRef: {resolver: git, params: [{name: url, value: u}]}")
	_, err := colocation.Plan(context.Background(), asked)
	var needs *colocation.NeedsError
	if !errors.As(err, &needs) || !errors.Is(err, colocation.Needs) {
		t.Fatalf("the error is %#v", err)
	}
	var general *colocation.Error
	if !errors.As(err, &general) || len(general.Diagnostics) == 0 {
		t.Errorf("the error is no *Error: %#v", err)
	}
	if len(needs.Needs) != 1 || needs.Needs[0].Kind != colocationv1.Need_TASK || needs.Needs[0].Resolver != "git" {
		t.Fatalf("the needs are %v", needs.Needs)
	}
	plan, err := colocation.Plan(context.Background(), asked,
		colocation.WithResolved("git", needs.Needs[0].Params, colocation.Document{
			Name:    "say.yaml",
			Content: []byte("{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: say}, spec: {steps: [{image: tool}]}}"),
		}),
		colocation.WithImage("tool", []string{"/bin/tool"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if plan.PodOf("announce") == nil {
		t.Error("what was resolved has no Pod")
	}
}

func TestStatuses(t *testing.T) {
	run := "\n---\n{apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {name: run}, spec: {pipelineRef: {name: release}, " +
		"workspaces: [{name: source, emptyDir: {}}], taskRunSpecs: [{pipelineTaskName: clone, serviceAccountName: other}]}}\n"
	_, err := colocation.Plan(context.Background(),
		append(documents(t), colocation.Document{Name: "run.yaml", Content: []byte(run)}))
	if !errors.Is(err, colocation.CannotShare) {
		t.Errorf("two accounts: %v", err)
	}
	_, err = colocation.Plan(context.Background(), documents(t),
		colocation.WithOptions(&colocationv1.PlanOptions{Limits: &colocationv1.Limits{InputBytes: 10}}))
	if !errors.Is(err, colocation.Limit) || !strings.Contains(err.Error(), "input_bytes") {
		t.Errorf("a limit: %v", err)
	}
	_, err = colocation.Plan(context.Background(), documents(t), colocation.WithParam("revision", "\xff"))
	if !errors.Is(err, colocation.BadArgument) {
		t.Errorf("no UTF-8: %v", err)
	}
	if _, err := colocation.ParsePlan([]byte("\xff")); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("no plan: %v", err)
	}
	if _, err := colocation.ParsePlan(nil); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("a plan of version 0: %v", err)
	}
	_, err = colocation.ParsePlanJSON([]byte(`{"version": []}`))
	var bad *colocation.Error
	if !errors.As(err, &bad) || bad.Status != colocation.BadArgument || len(bad.Diagnostics) != 1 ||
		bad.Diagnostics[0].Code != "wrong-type" {
		t.Errorf("a list for a number: %v", err)
	}
	if text := colocation.Status(99).Error(); text != "status 99 of libcolocation" {
		t.Errorf("a status of the future is %q", text)
	}
}

func TestACancelledContextIsRespected(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := colocation.Plan(ctx, documents(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestValidate(t *testing.T) {
	warnings, err := colocation.Validate(context.Background(), documents(t))
	if err != nil || len(warnings) != 0 {
		t.Errorf("%v, %v", warnings, err)
	}
	_, err = colocation.Validate(context.Background(), changed(t, "[clone]", "[nobody]"))
	if !errors.Is(err, colocation.Refused) {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatBecomesOfAPlan(t *testing.T) {
	plan := plan(t)
	manifests, err := plan.Manifests()
	if err != nil || len(manifests.Pods) != len(plan.Pods) {
		t.Errorf("%v, %v", manifests, err)
	}
	list, err := plan.ManifestsJSON()
	if err != nil || !strings.Contains(string(list), `"kind":"List"`) {
		t.Errorf("%s, %v", list, err)
	}
	text, err := plan.PodJSON(plan.Pods[0].Name)
	var pod struct {
		Kind     string
		Metadata struct{ Name string }
	}
	if err != nil || json.Unmarshal(text, &pod) != nil || pod.Kind != "Pod" || pod.Metadata.Name != plan.Pods[0].Name {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := plan.PodJSON("nowhere"); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("the error is %v", err)
	}
	description, err := plan.Describe()
	if err != nil || !strings.Contains(description, "4 tasks in 3 Pods") {
		t.Errorf("%s, %v", description, err)
	}
	why, err := plan.Explain("build")
	if err != nil || !strings.Contains(why, "build") {
		t.Errorf("%s, %v", why, err)
	}
	if _, err := plan.Explain("nobody"); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("the error is %v", err)
	}
	for drawing, expected := range map[colocation.Drawing]string{
		colocation.DOT: "digraph", colocation.SVG: "<svg", colocation.HTML: "<html",
	} {
		picture, err := plan.Draw(drawing)
		if err != nil || !strings.Contains(string(picture), expected) {
			t.Errorf("%.40s, %v", picture, err)
		}
	}
	if err := plan.Check(); err != nil {
		t.Error(err)
	}
	plan.Tasks[1].WaitFor = []string{"deploy"}
	if err := plan.Check(); !errors.Is(err, colocation.Refused) {
		t.Errorf("a changed plan: %v", err)
	}
}

func TestAPlanIsReadBackWhole(t *testing.T) {
	plan := plan(t)
	binary, err := plan.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := colocation.ParsePlan(binary)
	if err != nil || !proto.Equal(again.ColocationPlan, plan.ColocationPlan) {
		t.Errorf("binary: %v, %v", again, err)
	}
	text, err := plan.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err = colocation.ParsePlanJSON(text)
	if err != nil || !proto.Equal(again.ColocationPlan, plan.ColocationPlan) {
		t.Errorf("JSON: %v, %v", again, err)
	}
	if yaml, err := plan.YAML(); err != nil || !strings.HasPrefix(string(yaml), "version: 2\n") {
		t.Errorf("YAML: %.40s, %v", yaml, err)
	}
}

func TestARunAdvances(t *testing.T) {
	plan := plan(t, colocation.WithPolicy(colocationv1.Policy_POLICY_PIPELINERUN))
	first, err := plan.Advance(&colocationv1.Observation{Now: "2026-01-02T03:04:05Z"})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Actions) != 1 || first.Actions[0].CreatePod.GetMetadata().GetName() != plan.Pods[0].Name || first.Done {
		t.Errorf("what is to be done is %v", first)
	}
	// Cancelled before the Pod was there: nothing to create any more.
	second, err := plan.Advance(&colocationv1.Observation{
		Now: "2026-01-02T03:04:06Z", SpecStatus: "Cancelled", Status: first.Status,
	})
	if err != nil || !second.Done || second.Status.Conditions[0].Status != "False" {
		t.Errorf("what is to be done is %v, %v", second, err)
	}
	if _, err := plan.Advance(&colocationv1.Observation{}); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("without a time: %v", err)
	}
}

func TestARunIsSimulated(t *testing.T) {
	plan := plan(t, colocation.WithPolicy(colocationv1.Policy_POLICY_PIPELINERUN))
	result, err := colocation.Simulate(context.Background(), &colocationv1.SimulationRequest{
		Workloads: []*colocationv1.SimulatedWorkload{{Run: &colocationv1.SimulatedWorkload_Plan{Plan: plan.ColocationPlan}}},
		Cluster: &colocationv1.SimulationCluster{Nodes: []*colocationv1.SimulatedNode{
			{Name: "one", Allocatable: map[string]string{"cpu": "4", "memory": "8Gi"}},
		}},
	})
	if err != nil || len(result.Executions) != 2 ||
		result.Executions[1].Kind != colocationv1.ExecutionKind_COLOCATED {
		t.Errorf("%v, %v", result, err)
	}
	if _, err := colocation.Simulate(context.Background(), &colocationv1.SimulationRequest{}); err == nil {
		t.Error("nothing was simulated")
	}
}

func TestObjectsOfKubernetes(t *testing.T) {
	pod := &colocationv1.Pod{}
	text := `{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"100m"}}}]}}`
	if err := colocation.UnmarshalJSON([]byte(strings.Replace(text, "{", `{"novelty":1,`, 1)), pod); err != nil {
		t.Fatal(err)
	}
	if cpu := pod.Spec.Containers[0].Resources.Requests["cpu"]; cpu != "100m" {
		t.Errorf("cpu is %q", cpu)
	}
	if again, err := colocation.MarshalJSON(pod); err != nil || string(again) != text {
		t.Errorf("%s, %v", again, err)
	}
	if err := colocation.UnmarshalJSON([]byte("["), pod); !errors.Is(err, colocation.BadArgument) {
		t.Errorf("no JSON: %v", err)
	}
}

func TestManyGoroutines(t *testing.T) {
	expected := plan(t)
	read := documents(t)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < 25; i++ {
				plan, err := colocation.Plan(context.Background(), read)
				if err != nil || !proto.Equal(plan.ColocationPlan, expected.ColocationPlan) {
					t.Errorf("%v, %v", plan, err)
				}
				if err := expected.Check(); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
}

// What the library gives is released on every path, errors too: 900 answers would
// leave some 5 MB.
func TestNothingIsLeft(t *testing.T) {
	good, bad := documents(t), changed(t, "[clone]", "[nobody]")
	round := func() {
		for i := 0; i < 300; i++ {
			plan, err := colocation.Plan(context.Background(), good)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := plan.ManifestsJSON(); err != nil {
				t.Fatal(err)
			}
			if _, err := colocation.Plan(context.Background(), bad); err == nil {
				t.Fatal("not refused")
			}
		}
	}
	round()
	before := residentPages(t)
	round()
	if after := residentPages(t); after > before+512 {
		t.Errorf("grew from %d to %d pages", before, after)
	}
}

// residentPages is the process' resident memory, Go's own included.
func residentPages(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestTheVersionIsTheLibrarys(t *testing.T) {
	if expected := os.Getenv("COLOCATION_EXPECTED_VERSION"); expected != "" && colocation.Version() != expected {
		t.Errorf("%s, expected %s", colocation.Version(), expected)
	}
}
