#include "cli/plan_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation::cli {
namespace {

constexpr int kPlanVersion = 1;

// Field 1, a varint: what every plan in binary form begins with.
constexpr char kVersionTag = 0x08;

bool IsBinary(absl::string_view content) {
  return !content.empty() && content[0] == kVersionTag;
}

absl::Status Refused(absl::StatusCode code, std::string diagnostic_code,
                     const v1::Document& document, std::string message,
                     std::string hint) {
  DiagnosticList list;
  Subject subject;
  subject.origin.set_file(document.name());
  list.Error(diagnostic_code, subject, "", std::move(message))
      .set_hint(std::move(hint));
  return ToStatus(code, list.Sorted());
}

}  // namespace

bool IsPlanFile(absl::string_view content) {
  if (IsBinary(content)) return true;
  content = absl::StripLeadingAsciiWhitespace(content);
  if (absl::ConsumePrefix(&content, "{")) {
    content = absl::StripLeadingAsciiWhitespace(content);
    return absl::StartsWith(content, "\"version\"");
  }
  return absl::StartsWith(content, "version:");
}

absl::StatusOr<v1::ColocationPlan> ReadPlan(const v1::Document& document) {
  v1::ColocationPlan plan;
  if (IsBinary(document.content())) {
    if (!plan.ParseFromString(document.content())) {
      return Refused(absl::StatusCode::kInvalidArgument, "not-a-plan", document,
                     "this is no plan, or its end is missing",
                     "make one with: colocate plan -o binpb");
    }
  } else {
    DiagnosticList diagnostics;
    DecodeMessage(document.name(), document.content(), {}, &plan, &diagnostics);
    if (diagnostics.has_errors()) {
      return ToStatus(absl::StatusCode::kInvalidArgument, diagnostics.Sorted());
    }
  }
  if (plan.version() != kPlanVersion) {
    return Refused(absl::StatusCode::kInvalidArgument, "plan-version", document,
                   absl::StrCat("this plan is of version ", plan.version(),
                                "; only ", kPlanVersion, " is known here"),
                   "make it again with this colocate");
  }
  return plan;
}

std::string PlanBytes(const v1::ColocationPlan& plan) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out(&bytes);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    plan.SerializeToCodedStream(&coded);
  }
  return bytes;
}

absl::Status CheckRunsAlone(const v1::ColocationPlan& plan) {
  std::vector<std::string> waiting;
  for (const v1::PlannedPod& pod : plan.pods()) {
    const bool at_once =
        pod.start_when().empty() ||
        absl::c_any_of(pod.start_when(), [](const v1::StartCondition& when) {
          return when.tasks().empty();
        });
    if (!at_once || !pod.gates().empty()) waiting.push_back(pod.name());
  }
  for (const v1::PlannedTask& task : plan.tasks()) {
    if (task.placement() == v1::PLACEMENT_EXTERNAL) {
      waiting.push_back(
          absl::StrCat(task.external(), " of the task ", task.name()));
    }
  }
  if (waiting.empty()) return absl::OkStatus();
  return Refused(
      absl::StatusCode::kFailedPrecondition, "needs-controller", {},
      absl::StrCat("the plan has ", plan.pods_size(),
                   plan.pods_size() == 1 ? " Pod" : " Pods",
                   " and needs a controller that creates each in its time and "
                   "opens its gates; these wait for others: ",
                   absl::StrJoin(waiting, ", ")),
      "put the tasks into one Pod with --policy=pipelinerun, or, where you "
      "have such a controller, say --controlled");
}

}  // namespace colocation::cli
