// Decoding beside libyaml's bare scan of the same text: it should take at most
// twice as long. Freeing the objects counts.
//
//   bazel run --config=opt //benchmarks:decode_benchmark
#include <benchmark/benchmark.h>
#include <yaml.h>

#include <string>

#include "benchmarks/pipeline_generator.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {
namespace {

void BM_LibyamlEvents(benchmark::State& state) {
  const std::string text =
      GeneratePipeline({.tasks = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(
        &parser, reinterpret_cast<const unsigned char*>(text.data()),
        text.size());
    bool more = true;
    while (more) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser, &event)) {
        state.SkipWithError("the generated text can't be read");
        break;
      }
      more = event.type != YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
  }
  state.SetBytesProcessed(state.iterations() * text.size());
}
BENCHMARK(BM_LibyamlEvents)
    ->Arg(1000)
    ->Arg(20000)
    ->Unit(benchmark::kMillisecond);

void BM_Decode(benchmark::State& state) {
  const std::string text =
      GeneratePipeline({.tasks = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    v1::ObjectSet objects;
    DiagnosticList diagnostics;
    DecodeObjects("generated.yaml", text, {}, &objects, &diagnostics);
    if (diagnostics.has_errors()) {
      state.SkipWithError("the generated text has errors");
      break;
    }
    benchmark::DoNotOptimize(objects);
  }
  state.SetBytesProcessed(state.iterations() * text.size());
}
BENCHMARK(BM_Decode)->Arg(1000)->Arg(20000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace colocation

BENCHMARK_MAIN();
