// Plans what cases hold, and says what came of it: {"id", "plans": [{"name",
// "policy", "code", "fault"}]}. `code` is "planned", or that of the first
// error; `fault` is what is wrong with the answer
// (tests/property/answer_fault.h).
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "tests/parity/frames.h"
#include "tests/parity/runs.h"
#include "tests/property/answer_fault.h"

namespace colocation {
namespace {

// How often a request is asked again with what it was said to need.
constexpr int kRounds = 4;

std::string NameOf(const v1::ObjectMeta& metadata) {
  return metadata.has_name() ? metadata.name() : metadata.generate_name();
}

// Values for the parameters and workspaces of what has no run.
template <typename Spec>
void GiveValues(const Spec& spec, v1::PlanOptions* options) {
  for (const v1::ParamSpec& declared : spec.params()) {
    if (declared.has_default_()) continue;
    v1::Param* param = options->add_params();
    param->set_name(declared.name());
    if (declared.type() == "array") {
      param->mutable_value()->mutable_array_value()->add_items("x");
    } else if (declared.type() == "object") {
      auto* entries =
          param->mutable_value()->mutable_object_value()->mutable_entries();
      for (const auto& [key, property] : declared.properties()) {
        (*entries)[key] = "x";
      }
    } else {
      param->mutable_value()->set_string_value("x");
    }
  }
  for (const auto& workspace : spec.workspaces()) {
    v1::WorkspaceBinding* binding = options->add_workspaces();
    binding->set_name(workspace.name());
    binding->mutable_empty_dir();
  }
}

// A request for each run; where there is none, for each Pipeline and Task.
std::vector<v1::PlanRequest> Requests(const v1::ObjectSet& objects,
                                      const v1::PlanRequest& base) {
  std::vector<v1::PlanRequest> requests;
  const auto add = [&](const v1::ObjectMeta& metadata) -> v1::PlanOptions* {
    requests.push_back(base);
    requests.back().mutable_options()->set_run(NameOf(metadata));
    return requests.back().mutable_options();
  };
  for (const auto& run : objects.pipeline_runs()) add(run.metadata());
  for (const auto& run : objects.task_runs()) add(run.metadata());
  if (!requests.empty()) return requests;
  for (const v1::Pipeline& pipeline : objects.pipelines()) {
    GiveValues(pipeline.spec(), add(pipeline.metadata()));
  }
  for (const v1::Task& task : objects.tasks()) {
    GiveValues(task.spec(), add(task.metadata()));
  }
  return requests;
}

// Adds the images that the answer asks for. False where it asks for none.
bool GiveImages(const absl::Status& status, v1::PlanRequest* request) {
  bool any = false;
  const v1::Needs needs = NeedsOf(status);
  for (const v1::Need& need : needs.needs()) {
    if (need.kind() != v1::Need::IMAGE_CONFIG) continue;
    any = true;
    v1::ImageConfig* image = request->add_images();
    image->set_image(need.name());
    image->add_entrypoint("/entrypoint");
    image->add_cmd("x");
  }
  return any;
}

std::string CodeOf(const absl::StatusOr<v1::ColocationPlan>& plan) {
  if (plan.ok()) return "planned";
  const auto diagnostics = DiagnosticsOf(plan.status());
  if (!diagnostics) return "needs";
  for (const v1::Diagnostic& d : diagnostics->diagnostics()) {
    if (d.severity() == v1::SEVERITY_ERROR) return d.code();
  }
  return "needs";
}

void AppendPlan(v1::PlanRequest request, const char* policy, std::string* out) {
  absl::StatusOr<v1::ColocationPlan> plan;
  std::string fault;
  for (int round = 0; round < kRounds; ++round) {
    fault = FaultOf(request, &plan);
    if (!fault.empty() || !GiveImages(plan.status(), &request)) break;
  }
  absl::StrAppend(out, "{\"name\":");
  AppendQuoted(request.options().run(), out);
  absl::StrAppend(out, ",\"policy\":\"", policy, "\",\"code\":\"", CodeOf(plan),
                  "\",\"fault\":");
  AppendQuoted(fault, out);
  absl::StrAppend(out, "}");
}

std::string Answer(absl::string_view id, absl::string_view settings,
                   absl::string_view text) {
  v1::ObjectSet objects;
  DiagnosticList ignored;
  DecodeObjects("case", text, DecodeOptions(), &objects, &ignored);
  v1::PlanRequest base;
  *base.mutable_options() = OptionsOf(settings);
  base.mutable_options()->set_controlled(true);
  v1::Document* document = base.add_documents();
  document->set_name("case");
  document->set_content(std::string(text));
  std::string out = "{\"id\":";
  AppendQuoted(id, &out);
  absl::StrAppend(&out, ",\"plans\":[");
  const char* separator = "";
  for (v1::PlanRequest& request : Requests(objects, base)) {
    absl::StrAppend(&out, separator);
    separator = ",";
    AppendPlan(request, "workspaces", &out);
    absl::StrAppend(&out, separator);
    request.mutable_options()->set_policy(v1::POLICY_PIPELINERUN);
    request.mutable_options()->set_patch_images(true);
    AppendPlan(std::move(request), "pipelinerun", &out);
  }
  absl::StrAppend(&out, "]}");
  return out;
}

}  // namespace
}  // namespace colocation

int main() { return colocation::AnswerFrames(colocation::Answer); }
