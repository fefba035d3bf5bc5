// How long we take for what tekton_oracle --bench measures of Tekton; speed.py
// holds the two against each other.
//
//   speed --write=FILE [TASKS]   writes a generated pipeline
//   speed FILE                   nanoseconds, the best of three rounds
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "benchmarks/pipeline_generator.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/feature_flags.h"
#include "colocation/validate/pipeline_graph.h"
#include "colocation/validate/validate.h"

namespace colocation {
namespace {

using Clock = std::chrono::steady_clock;

int64_t NsSince(Clock::time_point start) {
  return std::chrono::nanoseconds(Clock::now() - start).count();
}

struct Took {
  int64_t decode = INT64_MAX;
  // Defaults too: rules take what is absent for its default.
  int64_t validate = INT64_MAX;
  int64_t graph = INT64_MAX;
};

bool Round(const std::string& text, Took* best) {
  Clock::time_point start = Clock::now();
  v1::ObjectSet objects;
  DiagnosticList diagnostics;
  DecodeObjects("f", text, {}, &objects, &diagnostics);
  best->decode = std::min(best->decode, NsSince(start));

  start = Clock::now();
  Validate(objects, FeatureFlags(), &diagnostics);
  best->validate = std::min(best->validate, NsSince(start));

  start = Clock::now();
  size_t edges = 0;
  for (const v1::Pipeline& pipeline : objects.pipelines()) {
    edges += DependencyNames(pipeline.spec()).size();
  }
  best->graph = std::min(best->graph, NsSince(start));
  return !diagnostics.has_errors() && edges > 0;
}

int Main(int argc, char** argv) {
  constexpr absl::string_view kWrite = "--write=";
  const absl::string_view argument = argc > 1 ? argv[1] : "";
  if (absl::StartsWith(argument, kWrite)) {
    std::ofstream file(std::string(argument.substr(kWrite.size())));
    GeneratedPipeline shape;
    shape.tasks = argc > 2 ? std::atoi(argv[2]) : 20000;
    file << GeneratePipeline(shape);
    return file.flush() ? 0 : 1;
  }
  std::ifstream file{std::string(argument)};
  const std::string text(std::istreambuf_iterator<char>(file), {});
  Took best;
  for (int round = 0; round < 3; ++round) {
    if (!Round(text, &best)) {
      std::cerr << "no pipeline that is right\n";
      return 1;
    }
  }
  std::cout << "decode " << best.decode << "\nvalidate " << best.validate
            << "\ngraph " << best.graph << "\n";
  return 0;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) { return colocation::Main(argc, argv); }
