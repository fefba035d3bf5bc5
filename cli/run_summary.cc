#include "cli/run_summary.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/run_words.h"

namespace colocation::cli {
namespace {

constexpr char kNone[] = "-";

// How one unit of work, or a task without any, ended.
struct Row {
  std::string name;
  std::string outcome;
  std::string attempts = kNone;
  std::string start = kNone;
  std::string duration = kNone;
  std::string detail;
  bool failed = false;
  // Why, in few words.
  std::string why;
  // The step that failed, and its container.
  std::string step;
  std::string container;
};

// The first step that ended badly and whose end counted; null for none.
const v1::StepState* FailedStep(const v1::TaskRunStatus& status) {
  for (const v1::StepState& step : status.steps()) {
    if (step.state().terminated().exit_code() != 0 &&
        step.termination_reason() != "Continued" &&
        step.termination_reason() != "Skipped") {
      return &step;
    }
  }
  return nullptr;
}

std::string WhyStepFailed(const v1::StepState& step) {
  const std::string& reason = step.termination_reason();
  if (reason == "TimeoutExceeded") return "ran out of time";
  if (reason == "OOMKilled") return "out of memory";
  return absl::StrCat("exit code ", step.state().terminated().exit_code());
}

Row RowOf(const v1::TaskRunRecord& record, bool ignored,
          const RunFacts& facts) {
  const v1::TaskRunStatus& status = record.status();
  Row row;
  row.name =
      record.unit().empty() ? record.pipeline_task_name() : record.unit();
  const auto [start, end] = facts.times(row.name);
  if (start > 0) {
    row.start = absl::StrCat("+", DurationText(start - facts.start_ns));
  }
  if (start > 0 && end > 0) row.duration = DurationText(end - start);
  if (status.attempts() > 0) row.attempts = absl::StrCat(status.attempts());
  const v1::Condition& condition = status.conditions_size() > 0
                                       ? status.conditions(0)
                                       : v1::Condition::default_instance();
  if (condition.status() == "True") {
    row.outcome = "succeeded";
    return row;
  }
  if (condition.status() != "False") {
    row.outcome = "not ended";
    row.detail = condition.message();
    return row;
  }
  row.outcome = condition.reason() == "TaskRunCancelled" ? "cancelled"
                : condition.reason() == "TaskRunTimeout" ? "timed out"
                                                         : "failed";
  const v1::StepState* step = FailedStep(status);
  if (step != nullptr) {
    row.step = step->name();
    row.container = step->container();
  }
  if (row.outcome != "failed") {
    row.why = std::string(FailureText(condition.reason()));
  } else if (step != nullptr) {
    row.why = absl::StrCat("step ", step->name(), ": ", WhyStepFailed(*step));
  } else {
    const std::string said = facts.message(row.name);
    row.why = !said.empty()                  ? said
              : !condition.message().empty() ? condition.message()
                                             : condition.reason();
  }
  if (row.outcome == "failed") row.detail = row.why;
  if (ignored) {
    absl::StrAppend(&row.detail, row.detail.empty() ? "" : "; ",
                    "the run goes on (onError: continue)");
  }
  row.failed = !ignored;
  return row;
}

// Tasks whose failure does not stop the run.
std::set<std::string> Ignored(const v1::ColocationPlan& plan) {
  std::set<std::string> names;
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::LaunchTask& task : pod.install().launch().tasks()) {
      if (task.continue_on_error()) names.insert(task.name());
    }
  }
  return names;
}

std::vector<Row> RowsOf(const v1::ColocationPlan& plan,
                        const v1::RunStatus& status, const RunFacts& facts) {
  const std::set<std::string> ignored = Ignored(plan);
  std::multimap<std::string, const v1::TaskRunRecord*> records;
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    records.emplace(record.pipeline_task_name(), &record);
  }
  std::map<std::string, std::string> skipped;
  for (const v1::SkippedTask& task : status.skipped_tasks()) {
    skipped[task.name()] = task.reason();
  }
  std::vector<Row> rows;
  for (const v1::PlannedTask& task : plan.tasks()) {
    const auto [begin, end] = records.equal_range(task.name());
    for (auto record = begin; record != end; ++record) {
      rows.push_back(
          RowOf(*record->second, ignored.contains(task.name()), facts));
    }
    if (begin != end) continue;
    Row row;
    row.name = task.name();
    if (const auto found = skipped.find(task.name()); found != skipped.end()) {
      row.outcome = "skipped";
      row.detail = SkippedText(found->second);
    } else {
      row.outcome = "not started";
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string SummaryText(const v1::ColocationPlan& plan,
                        const v1::RunStatus& status, const RunFacts& facts,
                        const TextOptions& options) {
  const std::vector<Row> rows = RowsOf(plan, status, facts);
  TextTable table(/*wrap=*/5);
  table.Head({"TASK", "OUTCOME", "ATTEMPTS", "START", "DURATION", "WHY"});
  for (const Row& row : rows) {
    table.Row({row.name, row.outcome, row.attempts, row.start, row.duration,
               row.detail});
  }
  std::string text = table.Print(/*indent=*/0, options);
  for (const Row& row : rows) {
    if (row.container.empty()) continue;
    const std::vector<std::string> last = facts.lines(row.container);
    absl::StrAppend(
        &text, "\n",
        Styled(absl::StrCat(row.name, ": last lines of step ", row.step),
               TextStyle::kBold, options),
        "\n");
    for (const std::string& line : last) {
      absl::StrAppend(&text, "  ", Printable(line), "\n");
    }
    if (last.empty()) absl::StrAppend(&text, "  (it wrote nothing)\n");
  }
  return text;
}

std::string FailedText(const v1::ColocationPlan& plan,
                       const v1::RunStatus& status, const RunFacts& facts) {
  std::vector<std::string> failed;
  for (const Row& row : RowsOf(plan, status, facts)) {
    if (!row.failed) continue;
    failed.push_back(absl::StrCat(row.name, " (", row.why, ")"));
  }
  return absl::StrJoin(failed, ", ");
}

}  // namespace colocation::cli
