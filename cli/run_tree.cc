#include "cli/run_tree.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/run_words.h"

namespace colocation::cli {
namespace {

// The first `width` code points of `text`.
std::string Cut(const std::string& text, int width) {
  size_t end = 0;
  for (int points = 0; end < text.size(); ++end) {
    const bool first = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (first && ++points > width) break;
  }
  return text.substr(0, end);
}

}  // namespace

RunTree::RunTree(const v1::ColocationPlan& plan, absl::Time start)
    : plan_(plan), start_(start) {
  for (int t = 0; t < plan.tasks_size(); ++t) {
    const v1::PlannedTask& task = plan.tasks(t);
    tasks_[task.name()] = &task;
    for (const v1::PlannedUnit& unit : task.units()) {
      units_[unit.name()].task = t;
    }
    // What never runs has ended.
    if (task.has_end()) ended_.insert(task.name());
  }
}

void RunTree::OnStart(absl::string_view unit, int attempt, absl::Time now) {
  const auto found = units_.find(unit);
  if (found == units_.end() || found->second.ended) return;
  found->second.running = true;
  found->second.attempt = attempt;
  found->second.start = now;
}

void RunTree::OnLine(absl::string_view unit, absl::string_view line) {
  const auto found = units_.find(unit);
  if (found != units_.end()) found->second.last_line = Printable(line);
}

void RunTree::OnEnd(absl::string_view unit) {
  const auto found = units_.find(unit);
  if (found == units_.end()) {
    ended_.insert(std::string(unit));
    return;
  }
  found->second.running = false;
  found->second.ended = true;
}

bool RunTree::Ended(const v1::PlannedTask& task) const {
  if (ended_.contains(task.name())) return true;
  return task.units_size() > 0 &&
         std::all_of(task.units().begin(), task.units().end(),
                     [&](const v1::PlannedUnit& unit) {
                       return units_.find(unit.name())->second.ended;
                     });
}

std::vector<std::string> RunTree::WaitsFor(const v1::PlannedTask& task) const {
  std::vector<std::string> names;
  for (const std::string& name : task.wait_for()) {
    const auto found = tasks_.find(name);
    if (found != tasks_.end() && !Ended(*found->second)) names.push_back(name);
  }
  // Units that it waits for only to have room.
  for (const v1::PlannedUnit& unit : task.units()) {
    for (const std::string& name : unit.delayed_by()) {
      const auto found = units_.find(name);
      if (found == units_.end() || found->second.ended) continue;
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::vector<std::string> RunTree::Lines(absl::Time now, int height,
                                        const TextOptions& options) const {
  const auto duration = [&](absl::Time since) {
    return DurationText(absl::ToInt64Nanoseconds(now - since));
  };
  int done = 0;
  for (const v1::PlannedTask& task : plan_.tasks()) done += Ended(task);
  std::vector<std::string> lines = {
      absl::StrCat(plan_.run().name(), "  ", duration(start_), "  ", done,
                   " of ", plan_.tasks_size(), " tasks done")};
  std::vector<std::string> waiting;
  for (const v1::PlannedPod& pod : plan_.pods()) {
    bool named = false;
    for (const std::string& name : pod.tasks()) {
      const auto task = tasks_.find(name);
      if (task == tasks_.end()) continue;
      for (const v1::PlannedUnit& planned : task->second->units()) {
        const Unit& unit = units_.find(planned.name())->second;
        if (!unit.running) continue;
        if (!named) lines.push_back(absl::StrCat("Pod ", pod.name()));
        named = true;
        lines.push_back(absl::StrCat(
            "  > ", planned.name(), "  ", duration(unit.start),
            unit.attempt > 1 ? absl::StrCat("  attempt ", unit.attempt) : "",
            unit.last_line.empty() ? "" : "  ", unit.last_line));
      }
    }
  }
  for (const v1::PlannedTask& task : plan_.tasks()) {
    const bool started =
        std::any_of(task.units().begin(), task.units().end(),
                    [&](const v1::PlannedUnit& unit) {
                      return units_.find(unit.name())->second.attempt > 0;
                    });
    if (started || Ended(task)) continue;
    const std::vector<std::string> names = WaitsFor(task);
    waiting.push_back(
        absl::StrCat("  . ", task.name(), "  ",
                     names.empty() ? "is about to start" : "waits for ",
                     absl::StrJoin(names, ", ")));
  }
  // A line is kept for those that have none.
  for (size_t i = 0; i < waiting.size(); ++i) {
    const int left = height - static_cast<int>(lines.size());
    if (left <= 1 && waiting.size() - i > 1) {
      lines.push_back(absl::StrCat("  and ", waiting.size() - i, " more wait"));
      break;
    }
    lines.push_back(waiting[i]);
  }
  if (static_cast<int>(lines.size()) > height) lines.resize(height);
  std::vector<std::string> styled;
  for (const std::string& line : lines) {
    styled.push_back(Styled(Cut(line, options.width - 1),
                            styled.empty() ? TextStyle::kBold
                            : line[2] == '.' || line[2] == 'a'
                                ? TextStyle::kDim
                                : TextStyle::kPlain,
                            options));
  }
  return styled;
}

}  // namespace colocation::cli
