// What a program pays for a plan through the C interface: a build pipeline of
// ten tasks over one workspace.
//
//   bazel run --config=opt //benchmarks:capi_benchmark
//
// PlanText is the whole call on YAML: decode, validate, resolve, plan, check,
// and write the plan. PlanObjects is the same on a message whose objects are
// decoded already; Decode is what that leaves out.
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "capi/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"

namespace colocation {
namespace {

std::string Pipeline() {
  // A task, and what it comes after.
  constexpr const char* kTasks[][2] = {
      {"clone", ""},          {"deps", "clone"},
      {"lint", "clone"},      {"compile", "deps"},
      {"unit", "compile"},    {"api", "compile"},
      {"browser", "compile"}, {"package", "compile"},
      {"scan", "package"},    {"publish", "unit, scan"},
  };
  std::string text = R"(apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: build}
spec:
  params: [{name: revision, default: main}]
  workspaces: [{name: source}]
  tasks:
)";
  for (const auto& [name, after] : kTasks) {
    absl::StrAppend(&text, "  - name: ", name, "\n    runAfter: [", after, R"(]
    params: [{name: revision, value: $(params.revision)}]
    workspaces: [{name: source}]
    taskSpec:
      params: [{name: revision}]
      workspaces: [{name: source}]
      steps:
      - name: run
        image: registry.example/tools:1.4
        workingDir: $(workspaces.source.path)
        command: [make, )",
                    name, R"(, REVISION=$(params.revision)]
        computeResources: {requests: {cpu: 500m, memory: 256Mi}}
)");
  }
  return text;
}

colo_view ViewOf(const std::string& text) { return {text.data(), text.size()}; }

void Expect(benchmark::State& state, colo_status status) {
  if (status != COLO_OK) state.SkipWithError(colo_status_name(status));
}

void BM_PlanText(benchmark::State& state) {
  colo_planner* planner = nullptr;
  colo_request* request = nullptr;
  Expect(state, colo_planner_new(nullptr, &planner));
  Expect(state, colo_request_new(&request));
  Expect(state, colo_request_add_document(request, colo_text("build.yaml"),
                                          ViewOf(Pipeline())));
  for (auto _ : state) {
    colo_bytes plan;
    Expect(state, colo_request_plan(planner, request, &plan));
    colo_bytes_free(&plan);
  }
  colo_request_free(request);
  colo_planner_free(planner);
}
BENCHMARK(BM_PlanText)->Unit(benchmark::kMicrosecond);

void BM_PlanObjects(benchmark::State& state) {
  colo_planner* planner = nullptr;
  Expect(state, colo_planner_new(nullptr, &planner));
  v1::PlanRequest request;
  DiagnosticList diagnostics;
  DecodeObjects("build.yaml", Pipeline(), {}, request.mutable_objects(),
                &diagnostics);
  const std::string bytes = request.SerializeAsString();
  for (auto _ : state) {
    colo_bytes plan;
    Expect(state, colo_plan(planner, ViewOf(bytes), &plan));
    colo_bytes_free(&plan);
  }
  colo_planner_free(planner);
}
BENCHMARK(BM_PlanObjects)->Unit(benchmark::kMicrosecond);

void BM_Decode(benchmark::State& state) {
  const std::string text = Pipeline();
  for (auto _ : state) {
    v1::ObjectSet objects;
    DiagnosticList diagnostics;
    DecodeObjects("build.yaml", text, {}, &objects, &diagnostics);
    benchmark::DoNotOptimize(objects);
  }
}
BENCHMARK(BM_Decode)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace colocation

BENCHMARK_MAIN();
