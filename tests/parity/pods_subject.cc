// Our side of the comparison of Pods: plans each run of a case with a Pod for
// every task, as Tekton makes them, and says what the Pods are. Every image has
// one and the same entrypoint, as in tekton_oracle/pods.go. The formats are
// described in README.md.
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/colocation.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/render/pod.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/validate.h"
#include "tests/parity/frames.h"
#include "tests/parity/runs.h"

namespace colocation {
namespace {

// Which object of a stream: its document, and its item in a List.
using Place = std::pair<int, int>;

Place PlaceOf(const v1::Origin& origin) {
  return {origin.document(), origin.has_item() ? origin.item() : -1};
}

template <typename Objects>
void KeepAccepted(const Objects& given, const std::set<Place>& rejected,
                  Objects* kept) {
  for (const auto& object : given) {
    if (!rejected.contains(PlaceOf(object.origin()))) *kept->Add() = object;
  }
}

// Everything of the stream but its runs and what is rejected by itself.
v1::ObjectSet ClusterOf(const v1::ObjectSet& objects,
                        const std::set<Place>& rejected) {
  v1::ObjectSet cluster;
  KeepAccepted(objects.pipelines(), rejected, cluster.mutable_pipelines());
  KeepAccepted(objects.tasks(), rejected, cluster.mutable_tasks());
  KeepAccepted(objects.step_actions(), rejected,
               cluster.mutable_step_actions());
  *cluster.mutable_limit_ranges() = objects.limit_ranges();
  *cluster.mutable_service_accounts() = objects.service_accounts();
  *cluster.mutable_secrets() = objects.secrets();
  return cluster;
}

absl::StatusOr<v1::ColocationPlan> Plan(v1::PlanRequest request) {
  absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  if (plan.ok()) return plan;
  const v1::Needs needs = NeedsOf(plan.status());
  for (const v1::Need& need : needs.needs()) {
    if (need.kind() != v1::Need::IMAGE_CONFIG) return plan;
    v1::ImageConfig* image = request.add_images();
    image->set_image(need.name());
    image->add_entrypoint("/image-entrypoint");
    image->add_cmd("image-cmd");
  }
  return request.images().empty() ? plan : PlanRun(request);
}

void AppendPlan(const absl::StatusOr<v1::ColocationPlan>& plan,
                std::string* out) {
  const char* separator = "";
  if (!plan.ok()) {
    absl::StrAppend(out, ",\"refused\":[");
    const auto diagnostics = DiagnosticsOf(plan.status());
    // A plan that does not hold has none.
    if (!diagnostics) absl::StrAppend(out, "\"internal\"");
    const v1::Diagnostics given = diagnostics.value_or(v1::Diagnostics());
    for (const v1::Diagnostic& d : given.diagnostics()) {
      if (d.severity() != v1::SEVERITY_ERROR) continue;
      absl::StrAppend(out, separator);
      separator = ",";
      AppendQuoted(d.code(), out);
    }
    absl::StrAppend(out, "]");
    return;
  }
  absl::StrAppend(out, ",\"pods\":[");
  for (const v1::PlannedPod& pod : plan->pods()) {
    absl::StrAppend(out, separator, "{\"pod\":", ToJson(RenderPod(*plan, pod)),
                    ",\"install\":", ToJson(pod.install()), "}");
    separator = ",";
  }
  absl::StrAppend(out, "]");
}

void AppendRun(v1::PlanRequest request, absl::string_view kind,
               const v1::Origin& origin, std::string* out) {
  absl::StrAppend(out, out->back() == '[' ? "" : ",",
                  "{\"doc\":", origin.document(),
                  ",\"item\":", origin.has_item() ? origin.item() : -1,
                  ",\"kind\":\"", kind, "\"");
  AppendPlan(Plan(std::move(request)), out);
  absl::StrAppend(out, "}");
}

std::string Answer(absl::string_view id, absl::string_view settings,
                   absl::string_view text) {
  v1::ObjectSet objects;
  DiagnosticList list;
  DecodeObjects("case", text, DecodeOptions(), &objects, &list);
  v1::PlanRequest request;
  *request.mutable_options() = OptionsOf(settings);
  Validate(objects, FlagsOf(request.options()), &list);
  std::set<Place> rejected;
  const v1::Diagnostics sorted = list.Sorted();
  for (const v1::Diagnostic& diagnostic : sorted.diagnostics()) {
    if (diagnostic.severity() == v1::SEVERITY_ERROR) {
      rejected.insert(PlaceOf(diagnostic.origin()));
    }
  }
  request.mutable_options()->set_policy(v1::POLICY_ISOLATED);
  // What the peak saves is not the question here.
  request.mutable_options()->set_requests(v1::REQUEST_MODE_SUM);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_patch_images(true);
  *request.mutable_objects() = ClusterOf(objects, rejected);

  std::string out = "{\"id\":";
  AppendQuoted(id, &out);
  absl::StrAppend(&out, ",\"runs\":[");
  for (const v1::PipelineRun& run : objects.pipeline_runs()) {
    if (rejected.contains(PlaceOf(run.origin()))) continue;
    v1::PlanRequest of_run = request;
    *of_run.mutable_objects()->add_pipeline_runs() = run;
    AppendRun(std::move(of_run), "PipelineRun", run.origin(), &out);
  }
  for (const v1::TaskRun& run : objects.task_runs()) {
    if (rejected.contains(PlaceOf(run.origin()))) continue;
    v1::PlanRequest of_run = request;
    *of_run.mutable_objects()->add_task_runs() = run;
    AppendRun(std::move(of_run), "TaskRun", run.origin(), &out);
  }
  absl::StrAppend(&out, "]}");
  return out;
}

}  // namespace
}  // namespace colocation

int main() { return colocation::AnswerFrames(colocation::Answer); }
