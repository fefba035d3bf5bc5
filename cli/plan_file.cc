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

// Version 1 says more than a reader of version 2 needs (plan.proto).
constexpr int kOldestPlanVersion = 1;
constexpr int kPlanVersion = 2;

// Field 1, a varint: what every plan in binary form begins with.
constexpr char kVersionTag = 0x08;

bool IsBinary(absl::string_view content) {
  return !content.empty() && content[0] == kVersionTag;
}

absl::Status Refused(absl::StatusCode code, std::string diagnostic_code,
                     const v1::Document& document, std::string message,
                     std::string hint) {
  DiagnosticList list;
  v1::Origin origin;
  origin.set_file(document.name());
  list.Error(diagnostic_code, {origin, "", ""}, "", std::move(message))
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
  if (plan.version() < kOldestPlanVersion || plan.version() > kPlanVersion) {
    return Refused(absl::StatusCode::kInvalidArgument, "plan-version", document,
                   absl::StrCat("this plan is of version ", plan.version(),
                                "; only ", kOldestPlanVersion, " to ",
                                kPlanVersion, " are known here"),
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

absl::Status CheckStarts(const v1::ColocationPlan& plan) {
  const std::string& status = plan.run().spec_status();
  if (status.empty()) return absl::OkStatus();
  return Refused(
      absl::StatusCode::kFailedPrecondition, "run-not-started", {},
      absl::StrCat("the run \"", plan.run().name(),
                   "\" is not to be started: ", "its spec.status is ", status),
      "take spec.status out to have it started");
}

absl::Status CheckRunsAlone(const v1::ColocationPlan& plan) {
  std::vector<std::string> pods, tasks;
  for (const v1::PlannedPod& pod : plan.pods()) {
    const bool at_once =
        pod.start_when().empty() ||
        absl::c_any_of(pod.start_when(), [](const v1::StartCondition& when) {
          return when.tasks().empty();
        });
    if (!at_once || !pod.gates().empty()) pods.push_back(pod.name());
  }
  for (const v1::PlannedTask& task : plan.tasks()) {
    if (task.placement() == v1::PLACEMENT_EXTERNAL) {
      tasks.push_back(absl::StrCat(task.name(), " (", task.external(), ")"));
    }
  }
  if (pods.empty() && tasks.empty()) return absl::OkStatus();
  std::vector<std::string> why;
  if (!pods.empty()) {
    why.push_back(absl::StrCat(
        "create Pods in their time and open their gates, as these wait for "
        "others: ",
        absl::StrJoin(pods, ", ")));
  }
  if (!tasks.empty()) {
    why.push_back(absl::StrCat("have tasks run that no Pod runs: ",
                               absl::StrJoin(tasks, ", ")));
  }
  const bool could_be_one_pod =
      tasks.empty() && plan.policy() != v1::POLICY_PIPELINERUN;
  return Refused(
      absl::StatusCode::kFailedPrecondition, "needs-controller", {},
      absl::StrCat("this plan needs a controller, to ",
                   absl::StrJoin(why, ", and to ")),
      absl::StrCat(could_be_one_pod ? "put the tasks into one Pod with "
                                      "--policy=pipelinerun; or "
                                    : "",
                   "say --controlled where there is one, such as colocation's "
                   "own; \"colocate run\" is one itself"));
}

}  // namespace colocation::cli
