#include "cli/run_progress.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/decode/decode.h"

namespace colocation::cli {
namespace {

constexpr std::array<absl::string_view, 6> kColors = {
    "\033[36m", "\033[33m", "\033[35m", "\033[32m", "\033[34m", "\033[96m"};
constexpr absl::string_view kGood = "\033[1;32m";
constexpr absl::string_view kBad = "\033[1;31m";
constexpr absl::string_view kQuiet = "\033[2m";
constexpr absl::string_view kBold = "\033[1m";
constexpr absl::string_view kOff = "\033[0m";

absl::string_view SkipText(v1::SkipReason reason) {
  switch (reason) {
    case v1::SKIP_REASON_WHEN:
      return "its when expressions do not hold";
    case v1::SKIP_REASON_PARENT_SKIPPED:
      return "a task that it depends on was skipped";
    case v1::SKIP_REASON_STOPPING:
      return "the run is stopping, as a task has failed";
    case v1::SKIP_REASON_CANCELLED:
      return "the run was cancelled";
    case v1::SKIP_REASON_STOPPED:
      return "the run was stopped";
    case v1::SKIP_REASON_MISSING_RESULTS:
      return "a result that it needs is missing";
    case v1::SKIP_REASON_PIPELINE_TIMEOUT:
    case v1::SKIP_REASON_TASKS_TIMEOUT:
    case v1::SKIP_REASON_FINALLY_TIMEOUT:
      return "the time is over";
    case v1::SKIP_REASON_EMPTY_MATRIX:
      return "its matrix is empty";
    default:
      return "no reason given";
  }
}

template <typename Event>
Event Parse(absl::string_view content) {
  Event event;
  DiagnosticList ignored;
  // A newer launcher may say more.
  DecodeOptions options;
  options.allow_unknown_fields = true;
  DecodeMessage("event", content, options, &event, &ignored);
  return event;
}

}  // namespace

std::string DurationText(int64_t ns) {
  const int64_t tenths = std::max<int64_t>(0, ns) / 100'000'000;
  if (tenths < 600) return absl::StrCat(tenths / 10, ".", tenths % 10, "s");
  return absl::StrCat(tenths / 600, "m ", tenths / 10 % 60, "s");
}

RunProgress::RunProgress(const v1::ColocationPlan& plan, bool color,
                         std::ostream* out)
    : color_(color), out_(*out) {
  for (const v1::PlannedTask& task : plan.tasks()) {
    for (const v1::PlannedUnit& unit : task.units()) {
      units_[task.name()].push_back(unit.name());
    }
  }
  std::map<std::string, int> numbers;
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      const int next = static_cast<int>(numbers.size());
      const int number = numbers.emplace(container.unit(), next).first->second;
      containers_[container.container().name()] = {
          container.unit(), container.step(),
          container.role() == v1::CONTAINER_ROLE_SIDECAR, number};
    }
  }
}

void RunProgress::OnLog(absl::string_view container, absl::string_view line) {
  const auto found = containers_.find(container);
  const std::string prefix = found == containers_.end()
                                 ? absl::StrCat("[", container, "]")
                                 : absl::StrCat("[", found->second.unit, " : ",
                                                found->second.step, "]");
  if (color_) {
    const absl::string_view tint =
        found == containers_.end()
            ? kQuiet
            : kColors[found->second.number % kColors.size()];
    out_ << tint << prefix << kOff << " " << line << "\n";
  } else {
    out_ << prefix << " " << line << "\n";
  }
  out_.flush();
}

void RunProgress::Tell(absl::string_view unit, absl::string_view what,
                       absl::string_view tint) {
  if (color_) {
    out_ << kBold << "==> " << unit << kOff << " " << tint << what << kOff
         << "\n";
  } else {
    out_ << "==> " << unit << " " << what << "\n";
  }
  out_.flush();
}

void RunProgress::OnStatus(const v1::RunStatus& status) {
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    const auto units = units_.find(skipped.name());
    // What a Pod decides its launchers tell.
    const bool in_pod =
        units != units_.end() &&
        std::any_of(units->second.begin(), units->second.end(),
                    [&](const auto& unit) { return told_.contains(unit); });
    if (in_pod || !told_.insert(skipped.name()).second) continue;
    Tell(skipped.name(), absl::StrCat("skipped: ", skipped.reason()), kQuiet);
  }
}

void RunProgress::OnNote(absl::string_view note) {
  out_ << (color_ ? kQuiet : "") << "colocate: " << note << (color_ ? kOff : "")
       << "\n";
  out_.flush();
}

void RunProgress::OnEvent(absl::string_view path, absl::string_view content) {
  const std::pair<absl::string_view, absl::string_view> names =
      absl::StrSplit(path, absl::MaxSplits('/', 1));
  const auto found = containers_.find(names.first);
  if (found == containers_.end() || found->second.sidecar) return;
  const Where& where = found->second;
  absl::string_view event = names.second;
  if (absl::ConsumePrefix(&event, "start-")) {
    const auto start = Parse<v1::UnitStart>(content);
    Tell(where.unit,
         start.attempt() > 1
             ? absl::StrCat("started again (attempt ", start.attempt(), ")")
             : "started",
         "");
    return;
  }
  if (absl::StartsWith(event, "again-")) {
    const auto end = Parse<v1::TaskEnd>(content);
    Tell(where.unit,
         absl::StrCat("failed and is tried again",
                      end.message().empty() ? "" : ": ", end.message()),
         kBad);
    return;
  }
  if (event != "end") return;
  const auto end = Parse<v1::TaskEnd>(content);
  told_.insert(where.unit);
  const std::string took =
      DurationText(end.end_unix_ns() - end.start_unix_ns());
  switch (end.outcome()) {
    case v1::OUTCOME_SUCCEEDED:
      Tell(where.unit, absl::StrCat("succeeded in ", took), kGood);
      break;
    case v1::OUTCOME_SKIPPED:
      Tell(where.unit, absl::StrCat("skipped: ", SkipText(end.skip_reason())),
           kQuiet);
      break;
    default:
      Tell(where.unit,
           absl::StrCat("failed after ", took, end.reason().empty() ? "" : " (",
                        end.reason(), end.reason().empty() ? "" : ")",
                        end.message().empty() ? "" : ": ", end.message()),
           kBad);
  }
}

}  // namespace colocation::cli
