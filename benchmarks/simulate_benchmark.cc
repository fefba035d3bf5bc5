// Simulating many runs on many nodes: seconds, not minutes, and a time for each
// run that grows only with the nodes.
//
//   bazel run --config=opt //benchmarks:simulate_benchmark
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/colocation.h"
#include "colocation/simulate/simulate.h"
#include "colocation/v1/simulation.pb.h"

namespace colocation {
namespace {

// Eight tasks, three of them at once, as examples/build-pipeline.yaml has them.
constexpr char kTask[] = R"(
        workspaces: [{name: source}]
        taskSpec:
          workspaces: [{name: source}]
          steps:
            - name: step
              image: image
              command: [work]
              computeResources: {requests: {cpu: 500m, memory: 512Mi}}
)";

std::string RunText() {
  std::string text =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: build}\n"
      "spec:\n  workspaces: [{name: source, emptyDir: {}}]\n  pipelineSpec:\n"
      "    workspaces: [{name: source}]\n    tasks:\n";
  const char* tasks[][2] = {{"clone", ""},      {"lint", "clone"},
                            {"build", "clone"}, {"unit", "clone"},
                            {"api", "build"},   {"web", "build"},
                            {"image", "unit"},  {"scan", "image"}};
  for (const auto& [name, after] : tasks) {
    absl::StrAppend(
        &text, "      - name: ", name,
        *after == '\0' ? "" : absl::StrCat("\n        runAfter: [", after, "]"),
        kTask);
  }
  return text;
}

// `interval_ms` decides how crowded it is.
v1::SimulationRequest RequestFor(int runs, int nodes, int interval_ms) {
  v1::PlanRequest plan_request;
  v1::Document* document = plan_request.add_documents();
  document->set_name("run.yaml");
  document->set_content(RunText());
  v1::SimulationRequest request;
  v1::SimulatedWorkload* workload = request.add_workloads();
  *workload->mutable_plan() = *PlanRun(plan_request);
  workload->mutable_durations()->set_spread_percent(30);
  workload->mutable_arrivals()->set_count(runs);
  workload->mutable_arrivals()->set_interval(absl::StrCat(interval_ms, "ms"));
  workload->mutable_arrivals()->set_random(true);
  v1::SimulatedNode* node = request.mutable_cluster()->add_nodes();
  node->set_name("node");
  node->set_count(nodes);
  (*node->mutable_allocatable())["cpu"] = "4";
  (*node->mutable_allocatable())["memory"] = "16Gi";
  return request;
}

void Simulated(benchmark::State& state, int interval_ms, bool room_for_all) {
  const auto runs = static_cast<int>(state.range(0));
  const v1::SimulationRequest request =
      RequestFor(runs, static_cast<int>(state.range(1)), interval_ms);
  int64_t succeeded = 0;
  for (auto _ : state) {
    const auto result = Simulate(request);
    if (!result.ok() || result->executions(1).runs() != runs ||
        (room_for_all && result->executions(1).succeeded() != runs)) {
      state.SkipWithError("not all runs succeeded");
      break;
    }
    succeeded = result->executions(0).succeeded();
  }
  state.SetItemsProcessed(state.iterations() * runs);
  state.counters["per_task_succeeded"] = static_cast<double>(succeeded);
}

// There is room for all.
void BM_Quiet(benchmark::State& state) { Simulated(state, 1000, true); }
BENCHMARK(BM_Quiet)
    ->Args({1000, 300})
    ->Args({5000, 300})
    ->Args({20000, 300})
    ->Unit(benchmark::kMillisecond);

// Runs come faster than the nodes can take them: most Pods wait, some for so
// long that their run's timeout ends.
void BM_Crowded(benchmark::State& state) { Simulated(state, 100, false); }
BENCHMARK(BM_Crowded)
    ->Args({1000, 30})
    ->Args({5000, 30})
    ->Args({5000, 300})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace colocation

BENCHMARK_MAIN();
