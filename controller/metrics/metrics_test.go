package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestWhatIsCounted(t *testing.T) {
	m, registry := New(), prometheus.NewPedanticRegistry()
	if err := m.Register(registry); err != nil {
		t.Fatal(err)
	}
	m.Ended("Succeeded")
	m.Ended("Succeeded")
	m.Refused("PipelineValidationFailed", []string{"unknown-task", "cycle"})
	m.Refused("NotSupported", nil)
	m.PodCreated()
	m.PodDeleted()
	m.Reconciled(time.Second, errors.New("conflict"))
	m.Planned(3*time.Millisecond, &colocationv1.ColocationPlan{
		Tasks: []*colocationv1.PlannedTask{{}, {}},
		Pods: []*colocationv1.PlannedPod{{Resources: []*colocationv1.ResourceUse{
			{Resource: "cpu", Sum: "1600m", Peak: "900m", Requested: "900m"},
			{Resource: "memory", Sum: "2Gi", Peak: "1Gi", Requested: "1Gi"},
			{Resource: "nvidia.com/gpu", Sum: "1", Peak: "1", Requested: "1"},
		}}},
	})
	const want = `
# HELP colocation_planned_cpu_cores_total What the Pods in the plans need: the sum of their containers as written, the peak at one time, and what they ask for.
# TYPE colocation_planned_cpu_cores_total counter
colocation_planned_cpu_cores_total{kind="peak"} 0.9
colocation_planned_cpu_cores_total{kind="requested"} 0.9
colocation_planned_cpu_cores_total{kind="sum"} 1.6
# HELP colocation_planned_memory_bytes_total As planned_cpu_cores_total, for memory.
# TYPE colocation_planned_memory_bytes_total counter
colocation_planned_memory_bytes_total{kind="peak"} 1.073741824e+09
colocation_planned_memory_bytes_total{kind="requested"} 1.073741824e+09
colocation_planned_memory_bytes_total{kind="sum"} 2.147483648e+09
# HELP colocation_planned_pods_total Pods in the plans that were made.
# TYPE colocation_planned_pods_total counter
colocation_planned_pods_total 1
# HELP colocation_planned_tasks_total Tasks in the plans that were made.
# TYPE colocation_planned_tasks_total counter
colocation_planned_tasks_total 2
# HELP colocation_pods_created_total Pods that were created.
# TYPE colocation_pods_created_total counter
colocation_pods_created_total 1
# HELP colocation_pods_deleted_total Pods that were deleted before their run was.
# TYPE colocation_pods_deleted_total counter
colocation_pods_deleted_total 1
# HELP colocation_refusals_total Runs that were ended because they can't be run, by reason, and by each code of docs/diagnostics.md (empty where there is none).
# TYPE colocation_refusals_total counter
colocation_refusals_total{code="",reason="NotSupported"} 1
colocation_refusals_total{code="cycle",reason="PipelineValidationFailed"} 1
colocation_refusals_total{code="unknown-task",reason="PipelineValidationFailed"} 1
# HELP colocation_runs_ended_total Runs that have ended, by the reason of their condition.
# TYPE colocation_runs_ended_total counter
colocation_runs_ended_total{reason="Succeeded"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want),
		"colocation_planned_cpu_cores_total", "colocation_planned_memory_bytes_total", "colocation_planned_pods_total",
		"colocation_planned_tasks_total", "colocation_pods_created_total", "colocation_pods_deleted_total",
		"colocation_refusals_total", "colocation_runs_ended_total"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"colocation_plan_duration_seconds", "colocation_reconcile_duration_seconds"} {
		if count, err := testutil.GatherAndCount(registry, name); count != 1 || err != nil {
			t.Errorf("%s: %d, %v", name, count, err)
		}
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	if err := m.Register(registry); err == nil {
		t.Error("they are registered twice")
	}
}
