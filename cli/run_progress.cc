#include "cli/run_progress.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "cli/run_words.h"
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

constexpr size_t kLastLines = 10;
constexpr size_t kLastLineBytes = 500;

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

RunProgress::RunProgress(const v1::ColocationPlan& plan,
                         ProgressOptions options, std::ostream* out)
    : options_(std::move(options)), out_(*out) {
  for (const v1::PlannedTask& task : plan.tasks()) {
    for (const v1::PlannedUnit& unit : task.units()) {
      units_[task.name()].push_back(unit.name());
    }
  }
  if (options_.live) {
    block_.emplace(out);
    tree_.emplace(plan, absl::Now());
  }
  std::map<std::string, int> numbers;
  for (const v1::PlannedPod& pod : plan.pods()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      const int next = static_cast<int>(numbers.size());
      const int number = numbers.emplace(container.unit(), next).first->second;
      const std::string& name = container.container().name();
      Where& where = containers_[name];
      where.unit = container.unit();
      where.step = container.step();
      where.sidecar = container.role() == v1::CONTAINER_ROLE_SIDECAR;
      where.number = number;
      of_pod_[pod.name()].push_back(name);
      if (!where.sidecar) of_unit_[where.unit].push_back(name);
    }
  }
}

bool RunProgress::IsShown(const Where& where) const {
  if (options_.logs.empty()) return true;
  return std::any_of(options_.logs.begin(), options_.logs.end(),
                     [&](const std::string& wanted) {
                       return wanted == where.unit ||
                              wanted ==
                                  absl::StrCat(where.unit, "/", where.step);
                     });
}

void RunProgress::Print(std::string text) {
  if (block_) {
    block_->Print(text);
    return;
  }
  out_ << text << "\n";
  out_.flush();
}

void RunProgress::Tick() {
  if (!block_) return;
  const LiveSize size = options_.live();
  block_->Show(tree_->Lines(absl::Now(), size.height,
                            {.width = size.width, .color = options_.color}));
}

void RunProgress::EndLive() {
  block_.reset();
  tree_.reset();
}

void RunProgress::OnLog(absl::string_view container, absl::string_view line) {
  const auto found = containers_.find(container);
  const std::string time = options_.timestamp ? options_.timestamp() : "";
  if (found == containers_.end()) {
    Print(absl::StrCat(time, options_.color ? kQuiet : "", "[", container, "]",
                       options_.color ? kOff : "", " ", line));
    return;
  }
  Where& where = found->second;
  where.last_lines.emplace_back(line.substr(0, kLastLineBytes));
  if (where.last_lines.size() > kLastLines) where.last_lines.pop_front();
  if (tree_) tree_->OnLine(where.unit, line);
  if (!IsShown(where)) return;
  const absl::string_view tint =
      options_.color ? kColors[where.number % kColors.size()] : "";
  std::string text =
      absl::StrCat(time, tint, "[", where.unit, " : ", where.step, "]",
                   options_.color ? kOff : "", " ", line);
  // What starts the unit is to be told first.
  const bool later = std::any_of(
      held_.begin(), held_.end(),
      [&](const Held& held) { return !held.waits && held.unit == where.unit; });
  if (later) {
    held_.push_back({where.unit, std::move(text), /*waits=*/false});
  } else {
    Print(std::move(text));
  }
}

void RunProgress::Tell(absl::string_view unit, absl::string_view what,
                       absl::string_view tint, bool waits) {
  std::string text = options_.timestamp ? options_.timestamp() : "";
  if (options_.color) {
    absl::StrAppend(&text, kBold, "==> ", unit, kOff, " ", tint, what, kOff);
  } else {
    absl::StrAppend(&text, "==> ", unit, " ", what);
  }
  held_.push_back({std::string(unit), std::move(text), waits});
  Release();
  Tick();
}

bool RunProgress::HasEnded(absl::string_view unit) const {
  const auto names = of_unit_.find(unit);
  return names == of_unit_.end() ||
         std::all_of(names->second.begin(), names->second.end(),
                     [&](const std::string& name) {
                       return containers_.find(name)->second.ended;
                     });
}

void RunProgress::Release() {
  while (!held_.empty() &&
         (!held_.front().waits || HasEnded(held_.front().unit))) {
    Print(std::move(held_.front().text));
    held_.pop_front();
  }
}

void RunProgress::OnContainer(const v1::ContainerStatus& status) {
  if (!status.state().has_terminated()) return;
  const auto found = containers_.find(status.name());
  if (found == containers_.end()) return;
  found->second.ended = true;
  Release();
}

void RunProgress::OnPodOver(absl::string_view pod) {
  const auto names = of_pod_.find(pod);
  if (names == of_pod_.end()) return;
  for (const std::string& name : names->second) {
    containers_.find(name)->second.ended = true;
  }
  Release();
}

std::pair<int64_t, int64_t> RunProgress::TimesOf(absl::string_view unit) const {
  const auto found = times_.find(unit);
  return found == times_.end() ? std::pair<int64_t, int64_t>() : found->second;
}

std::string RunProgress::MessageOf(absl::string_view unit) const {
  const auto found = messages_.find(unit);
  return found == messages_.end() ? "" : found->second;
}

std::vector<std::string> RunProgress::LastLines(
    absl::string_view container) const {
  const auto found = containers_.find(container);
  if (found == containers_.end()) return {};
  return {found->second.last_lines.begin(), found->second.last_lines.end()};
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
    if (tree_) tree_->OnEnd(skipped.name());
    Tell(skipped.name(),
         absl::StrCat("skipped: ", SkippedText(skipped.reason())), kQuiet);
  }
}

void RunProgress::OnNote(absl::string_view note) {
  const std::string time = options_.timestamp ? options_.timestamp() : "";
  Print(absl::StrCat(time, options_.color ? kQuiet : "", "colocate: ", note,
                     options_.color ? kOff : ""));
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
    if (tree_) tree_->OnStart(where.unit, start.attempt(), absl::Now());
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
  times_[where.unit] = {end.start_unix_ns(), end.end_unix_ns()};
  messages_[where.unit] = end.message();
  if (tree_) tree_->OnEnd(where.unit);
  const std::string took =
      DurationText(end.end_unix_ns() - end.start_unix_ns());
  switch (end.outcome()) {
    case v1::OUTCOME_SUCCEEDED:
      Tell(where.unit, absl::StrCat("succeeded in ", took), kGood,
           /*waits=*/true);
      break;
    case v1::OUTCOME_SKIPPED:
      Tell(where.unit, absl::StrCat("skipped: ", SkipText(end.skip_reason())),
           kQuiet, /*waits=*/true);
      break;
    default:
      Tell(where.unit,
           absl::StrCat(FailureText(end.reason()), " after ", took,
                        end.message().empty() ? "" : ": ", end.message()),
           kBad, /*waits=*/true);
  }
}

}  // namespace colocation::cli
