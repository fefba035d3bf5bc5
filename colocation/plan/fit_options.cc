#include "colocation/plan/fit_options.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/plan/annotations.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

// By key, as a protobuf map has no order.
std::vector<std::pair<std::string, std::string>> Sorted(
    const google::protobuf::Map<std::string, std::string>& map) {
  std::vector<std::pair<std::string, std::string>> sorted(map.begin(),
                                                          map.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

FitOptions ReadFitOptions(const ResolvedRun& run, const v1::Fit& fit,
                          DiagnosticList* diagnostics) {
  FitOptions options;
  options.off = fit.off();
  if (options.off) return options;
  const auto error = [&](const std::string& path, std::string message,
                         const char* hint) {
    diagnostics
        ->Error("fit-value", Subject({}, "PlanOptions", ""),
                absl::StrCat("fit.", path), std::move(message))
        .set_hint(hint);
  };
  for (const auto& [resource, text] : Sorted(fit.limits())) {
    const std::optional<Quantity> limit = Quantity::Parse(text);
    if (limit && limit->nanos() > 0) {
      options.limits[resource] = *limit;
      continue;
    }
    error(absl::StrCat("limits.", resource),
          absl::StrCat("\"", text, "\" is no positive quantity"),
          "write it as in a Pod: \"4\", \"500m\", \"8Gi\"");
  }
  if (fit.tasks() < 0) {
    error("tasks", absl::StrCat(fit.tasks(), " tasks can't run at once"),
          "give a positive number, or leave it out for any number");
  } else if (fit.tasks() > 0) {
    options.tasks = fit.tasks();
  } else {
    options.tasks = MaxParallel(run);
    options.annotation = options.tasks > 0;
  }
  for (const auto& [task, text] : Sorted(fit.durations())) {
    const std::optional<int64_t> duration = ParseDurationNs(text);
    if (duration && *duration >= 0) {
      options.durations[task] = *duration;
      continue;
    }
    error(absl::StrCat("durations.", task),
          absl::StrCat("\"", text, "\" is no duration, or is negative"),
          "write it as in Tekton: \"90s\", \"1h30m\"");
  }
  return options;
}

}  // namespace colocation
