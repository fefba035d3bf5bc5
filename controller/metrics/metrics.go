// Package metrics counts what the controller does, for Prometheus.
package metrics

import (
	"time"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Metrics are those of one controller. They may be used by several goroutines
// at once.
type Metrics struct {
	runs        *prometheus.CounterVec
	refusals    *prometheus.CounterVec
	podsCreated prometheus.Counter
	podsDeleted prometheus.Counter

	plan      prometheus.Histogram
	reconcile *prometheus.HistogramVec

	tasks, pods prometheus.Counter
	cpu, memory *prometheus.CounterVec
}

func counter(name, help string) prometheus.CounterOpts {
	return prometheus.CounterOpts{Namespace: "colocation", Name: name, Help: help}
}

func histogram(name, help string) prometheus.HistogramOpts {
	// From a millisecond to half a minute.
	return prometheus.HistogramOpts{Namespace: "colocation", Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(0.001, 2, 16)}
}

// New makes metrics that nobody sees until they are registered.
func New() *Metrics {
	return &Metrics{
		runs:        prometheus.NewCounterVec(counter("runs_ended_total", "Runs that have ended, by the reason of their condition."), []string{"reason"}),
		refusals:    prometheus.NewCounterVec(counter("refusals_total", "Runs that were ended because they can't be run, by reason, and by each code of docs/diagnostics.md (empty where there is none)."), []string{"reason", "code"}),
		podsCreated: prometheus.NewCounter(counter("pods_created_total", "Pods that were created.")),
		podsDeleted: prometheus.NewCounter(counter("pods_deleted_total", "Pods that were deleted before their run was.")),
		plan:        prometheus.NewHistogram(histogram("plan_duration_seconds", "From the first look at a run to its plan, with what was asked of the API server and of registries.")),
		reconcile:   prometheus.NewHistogramVec(histogram("reconcile_duration_seconds", "One look at one run, by what came of it: success or error."), []string{"result"}),
		tasks:       prometheus.NewCounter(counter("planned_tasks_total", "Tasks in the plans that were made.")),
		pods:        prometheus.NewCounter(counter("planned_pods_total", "Pods in the plans that were made.")),
		cpu:         prometheus.NewCounterVec(counter("planned_cpu_cores_total", "What the Pods in the plans need: the sum of their containers as written, the peak at one time, and what they ask for."), []string{"kind"}),
		memory:      prometheus.NewCounterVec(counter("planned_memory_bytes_total", "As planned_cpu_cores_total, for memory."), []string{"kind"}),
	}
}

// Register makes them visible in a registry. Fails where it has such metrics
// already.
func (m *Metrics) Register(registry prometheus.Registerer) error {
	for _, one := range []prometheus.Collector{m.runs, m.refusals, m.podsCreated, m.podsDeleted, m.plan, m.reconcile, m.tasks, m.pods, m.cpu, m.memory} {
		if err := registry.Register(one); err != nil {
			return err
		}
	}
	return nil
}

// Ended counts a run that has ended; reason is that of its condition.
func (m *Metrics) Ended(reason string) { m.runs.WithLabelValues(reason).Inc() }

// Refused counts a run that can't be run, under each of the codes.
func (m *Metrics) Refused(reason string, codes []string) {
	if len(codes) == 0 {
		codes = []string{""}
	}
	for _, code := range codes {
		m.refusals.WithLabelValues(reason, code).Inc()
	}
}

// PodCreated counts a Pod that was created.
func (m *Metrics) PodCreated() { m.podsCreated.Inc() }

// PodDeleted counts a Pod that was deleted.
func (m *Metrics) PodDeleted() { m.podsDeleted.Inc() }

// Reconciled says how long one look at a run took, and whether it failed.
func (m *Metrics) Reconciled(took time.Duration, err error) {
	result := "success"
	if err != nil {
		result = "error"
	}
	m.reconcile.WithLabelValues(result).Observe(took.Seconds())
}

// Planned counts a plan, and says how long it took.
func (m *Metrics) Planned(took time.Duration, plan *colocationv1.ColocationPlan) {
	m.plan.Observe(took.Seconds())
	m.tasks.Add(float64(len(plan.GetTasks())))
	m.pods.Add(float64(len(plan.GetPods())))
	for _, pod := range plan.GetPods() {
		for _, use := range pod.GetResources() {
			into := map[string]*prometheus.CounterVec{"cpu": m.cpu, "memory": m.memory}[use.GetResource()]
			if into == nil {
				continue
			}
			for kind, quantity := range map[string]string{"sum": use.GetSum(), "peak": use.GetPeak(), "requested": use.GetRequested()} {
				// The planner writes quantities that can be read.
				if value, err := resource.ParseQuantity(quantity); err == nil {
					into.WithLabelValues(kind).Add(value.AsApproximateFloat64())
				}
			}
		}
	}
}
