// Resolving beside decoding: the first should take far less than the second.
//
//   bazel run --config=opt //benchmarks:resolve_benchmark
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "benchmarks/pipeline_generator.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/resolve.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {
namespace {

v1::ObjectSet DecodeGenerated(const std::string& text) {
  v1::ObjectSet objects;
  DiagnosticList diagnostics;
  DecodeObjects("generated.yaml", text, {}, &objects, &diagnostics);
  return objects;
}

void BM_Decode(benchmark::State& state) {
  const std::string text =
      GeneratePipeline({.tasks = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    v1::ObjectSet objects = DecodeGenerated(text);
    benchmark::DoNotOptimize(objects);
  }
  state.SetBytesProcessed(state.iterations() * text.size());
}
BENCHMARK(BM_Decode)->Arg(10)->Arg(1000)->Arg(20000)->Unit(
    benchmark::kMillisecond);

void BM_Resolve(benchmark::State& state) {
  const v1::ObjectSet objects = DecodeGenerated(
      GeneratePipeline({.tasks = static_cast<int>(state.range(0))}));
  for (auto _ : state) {
    DiagnosticList diagnostics;
    std::vector<v1::Need> needs;
    ResolvedRun run = Resolve(objects, v1::PlanRequest(), &diagnostics, &needs);
    if (diagnostics.has_errors() ||
        run.tasks.size() != static_cast<size_t>(state.range(0))) {
      state.SkipWithError("the generated run doesn't resolve");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Resolve)
    ->Arg(10)
    ->Arg(1000)
    ->Arg(20000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace colocation

BENCHMARK_MAIN();
