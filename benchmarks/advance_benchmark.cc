// What a controller pays each time that it asks what to do next: AdvanceRun on
// a run that is half done.
//
//   bazel run --config=opt //benchmarks:advance_benchmark
//
// OnePod has all tasks in one Pod, PodPerTask as many Pods as tasks, all of
// which are seen. The argument is the number of tasks.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/pipeline_generator.h"
#include "colocation/colocation.h"
#include "colocation/run/advance.h"
#include "colocation/run/fake_cluster_testing.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/run.pb.h"

namespace colocation {
namespace {

absl::StatusOr<v1::ColocationPlan> PlanOf(int tasks, v1::Policy policy) {
  v1::PlanRequest request;
  v1::Document* document = request.add_documents();
  document->set_name("run.yaml");
  GeneratedPipeline shape;
  shape.tasks = tasks;
  std::string text = GeneratePipeline(shape);
  if (policy == v1::POLICY_ISOLATED) {
    // What Pods of their own can share.
    const std::string shared = "emptyDir: {}";
    text.replace(text.rfind(shared), shared.size(),
                 "persistentVolumeClaim: {claimName: source}");
  }
  document->set_content(std::move(text));
  // The Task's image has an entrypoint.
  v1::ImageConfig* image = request.add_images();
  image->set_image("registry.example/check:1.4");
  image->add_entrypoint("/check");
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  return PlanRun(request);
}

// The run in a cluster where `tasks` tasks have ended.
v1::Observation ObservationOf(const v1::ColocationPlan& plan, int tasks) {
  FakeCluster cluster(plan);
  for (int ended = 0; ended < tasks;) {
    const auto next = AdvanceRun(plan, cluster.Observe());
    if (!next.ok()) break;
    cluster.Do(*next);
    cluster.PassSeconds(1);
    for (const std::string& unit : cluster.Running()) {
      if (ended++ < tasks) cluster.Finish(unit, true);
    }
  }
  return cluster.Observe();
}

void Advance(benchmark::State& state, v1::Policy policy) {
  const auto tasks = static_cast<int>(state.range(0));
  const auto plan = PlanOf(tasks, policy);
  if (!plan.ok()) {
    state.SkipWithError(std::string(plan.status().message()).c_str());
    return;
  }
  const v1::Observation observed = ObservationOf(*plan, tasks / 2);
  int records = 0;
  for (auto _ : state) {
    const auto next = AdvanceRun(*plan, observed);
    if (!next.ok() || next->done()) {
      state.SkipWithError("the run is not half done");
      break;
    }
    records = next->status().task_runs_size();
  }
  state.counters["pods"] = plan->pods_size();
  state.counters["task_runs"] = records;
}

void BM_OnePod(benchmark::State& state) {
  Advance(state, v1::POLICY_PIPELINERUN);
}
BENCHMARK(BM_OnePod)->Arg(10)->Arg(100)->Arg(200)->Unit(
    benchmark::kMicrosecond);

void BM_PodPerTask(benchmark::State& state) {
  Advance(state, v1::POLICY_ISOLATED);
}
BENCHMARK(BM_PodPerTask)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace colocation

BENCHMARK_MAIN();
