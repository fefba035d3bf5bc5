// The main job on any text: read, validated, resolved, planned, checked,
// rendered. A plan that does not hold is a fault of ours.
#include "absl/status/statusor.h"
#include "colocation/colocation.h"
#include "colocation/render/explain.h"
#include "colocation/render/manifests.h"
#include "colocation/v1/request.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = YamlTexts();
  seeds.emplace_back(RunText());
  return seeds;
}

std::vector<std::string> Words() {
  return {"\n",
          ": ",
          "- ",
          "  ",
          "[]",
          "{}",
          "\"\"",
          "null",
          "name: a\n",
          "a",
          "$(params.a)",
          "$(params.a[*])",
          "$(params.a.b)",
          "$(tasks.a.results.b)",
          "$(tasks.a.results.b[*])",
          "$(tasks.status)",
          "$(tasks.a.status)",
          "$(context.pipelineRun.name)",
          "$(workspaces.a.path)",
          "$(steps.a.results.b)",
          "runAfter: [a]\n",
          "when: [{cel: \"true\"}]\n",
          "matrix: {params: [{name: a, value: [b, c]}]}\n",
          "workspaces: [{name: a}]\n",
          "params: [{name: a}]\n",
          "type: array\n",
          "default: a\n",
          "timeout: 1m\n",
          "retries: 1\n",
          "onError: continue\n",
          "finally:\n",
          "taskRef: {name: a}\n",
          "emptyDir: {}\n",
          "subPath: a\n",
          "optional: true\n",
          "results: [{name: b}]\n"};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  using fuzz::Require;
  v1::PlanRequest request;
  request.add_documents()->set_content(std::string(fuzz::ToText(data, size)));
  // Every task that a run may have, the whole of the code, and no more time.
  request.mutable_options()->mutable_limits()->set_alias_events(10'000);
  const absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  if (plan.ok()) {
    ManifestsYaml(RenderManifests(*plan));
    ExplainText(*plan);
    return 0;
  }
  Require(plan.status().code() != absl::StatusCode::kInternal,
          plan.status().ToString());
  if (const auto diagnostics = DiagnosticsOf(plan.status())) {
    for (const v1::Diagnostic& diagnostic : diagnostics->diagnostics()) {
      ToDisplayString(diagnostic);
    }
  }
  ValidateRequest(request).status().IgnoreError();
  return 0;
}
