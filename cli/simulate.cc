#include "cli/simulate.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/cluster_forms.h"
#include "cli/inputs.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/locate.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/simulate.h"
#include "colocation/syntax/duration.h"

namespace colocation::cli {
namespace {

absl::Status ReadMessage(const std::string& path,
                         google::protobuf::Message* message) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  DiagnosticList diagnostics;
  DecodeMessage(path, *text, {}, message, &diagnostics);
  if (diagnostics.has_errors()) {
    LocateDiagnostics(path, *text, &diagnostics);
    return ToStatus(absl::StatusCode::kInvalidArgument, diagnostics.Sorted());
  }
  return absl::OkStatus();
}

// A SimulationCluster, or the Nodes that `kubectl get nodes -o yaml` prints.
absl::Status ReadCluster(const std::string& path,
                         v1::SimulationCluster* cluster) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  v1::ObjectSet objects;
  DiagnosticList ignored;
  DecodeOptions lenient;
  lenient.allow_unknown_fields = true;
  DecodeObjects(path, *text, lenient, &objects, &ignored);
  if (objects.nodes_size() == 0 || ignored.has_errors()) {
    return ReadMessage(path, cluster);
  }
  *cluster = ToSimulatedCluster(objects.nodes());
  return absl::OkStatus();
}

absl::Status WrongFlag(absl::string_view flag, absl::string_view value,
                       absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, "=", value, ": ", what));
}

// A whole number from 1, or 0 where nothing is given.
absl::Status ReadCount(absl::string_view flag, const std::string& text,
                       int32_t* count) {
  if (text.empty()) return absl::OkStatus();
  if (!absl::SimpleAtoi(text, count) || *count < 1) {
    return WrongFlag(flag, text, "it has to be a whole number from 1");
  }
  return absl::OkStatus();
}

}  // namespace

SimulationFlags TakeSimulationFlags(ParsedArguments* arguments) {
  SimulationFlags flags;
  const std::pair<absl::string_view, std::string*> known[] = {
      {"cluster", &flags.cluster},   {"durations", &flags.durations},
      {"runs", &flags.runs},         {"interval", &flags.interval},
      {"arrivals", &flags.arrivals}, {"seed", &flags.seed},
      {"details", &flags.details}};
  for (const auto& [name, value] : known) {
    *value = arguments->Get(name, "");
    auto& all = arguments->flags;
    all.erase(std::remove_if(all.begin(), all.end(),
                             [name = name](const auto& flag) {
                               return flag.first == name;
                             }),
              all.end());
  }
  arguments->flags.emplace_back("controlled", "true");
  return flags;
}

SimulationFlags TimelineFlags(const ParsedArguments& arguments) {
  SimulationFlags flags;
  flags.cluster = arguments.Get("cluster", "");
  flags.durations = arguments.Get("durations", "");
  return flags;
}

absl::StatusOr<v1::SimulationRequest> MakeSimulation(
    const SimulationFlags& flags, v1::ColocationPlan plan) {
  if (flags.cluster.empty()) {
    return absl::InvalidArgumentError(
        "which cluster? (--cluster=FILE; docs/simulate.md says what is in it)");
  }
  v1::SimulationRequest request;
  v1::SimulatedWorkload* workload = request.add_workloads();
  *workload->mutable_plan() = std::move(plan);
  absl::Status status = ReadCluster(flags.cluster, request.mutable_cluster());
  if (status.ok() && !flags.durations.empty()) {
    status = ReadMessage(flags.durations, workload->mutable_durations());
  }
  if (!status.ok()) return status;
  v1::Arrivals* arrivals = workload->mutable_arrivals();
  int32_t runs = 0;
  status = ReadCount("runs", flags.runs, &runs);
  arrivals->set_count(runs);
  int32_t details = 0;
  status.Update(ReadCount("details", flags.details, &details));
  request.set_detailed_runs(details);
  if (!flags.interval.empty()) {
    if (!ParseDurationNs(flags.interval).has_value()) {
      status.Update(WrongFlag("interval", flags.interval,
                              "it has to be a duration such as 30s"));
    }
    arrivals->set_interval(flags.interval);
  }
  arrivals->set_random(flags.arrivals == "random");
  uint64_t seed = 0;
  if (!flags.seed.empty() && !absl::SimpleAtoi(flags.seed, &seed)) {
    status.Update(WrongFlag("seed", flags.seed, "it has to be a whole number"));
  }
  request.set_seed(seed);
  if (!status.ok()) return status;
  return request;
}

absl::StatusOr<v1::SimulationResult> SimulateFiles(
    const SimulationFlags& flags, const v1::SimulationRequest& request) {
  absl::StatusOr<v1::SimulationResult> result = Simulate(request);
  if (result.ok()) return result;
  const auto found = DiagnosticsOf(result.status());
  if (!found) return result;
  DiagnosticList diagnostics;
  v1::Diagnostics in_files = *found;
  for (v1::Diagnostic& diagnostic : *in_files.mutable_diagnostics()) {
    if (diagnostic.kind() == "SimulationCluster") {
      diagnostic.mutable_origin()->set_file(flags.cluster);
    } else if (diagnostic.kind() == "Durations") {
      diagnostic.mutable_origin()->set_file(flags.durations);
    }
  }
  diagnostics.Append(in_files);
  for (const std::string& path : {flags.cluster, flags.durations}) {
    if (path.empty()) continue;
    const absl::StatusOr<std::string> text = ReadFile(path);
    if (text.ok()) LocateDiagnostics(path, *text, &diagnostics);
  }
  return ToStatus(result.status().code(), diagnostics.Sorted());
}

}  // namespace colocation::cli
