#include "colocation/simulate/text.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;

std::optional<int64_t> Parse(const std::string& duration) {
  return duration.empty() ? std::nullopt : ParseDurationNs(duration);
}

// "1h 3m", "2m 5s", "4.2s": what can be seen at a glance.
std::string Glance(int64_t ns) {
  const int64_t seconds = (ns + kSecond / 2) / kSecond;
  if (ns < 10 * kSecond) {
    const int64_t tenths = (ns + 50 * kMillisecond) / (100 * kMillisecond);
    return tenths % 10 == 0
               ? absl::StrCat(tenths / 10, "s")
               : absl::StrFormat("%d.%ds", tenths / 10, tenths % 10);
  }
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) {
    return seconds % 60 == 0
               ? absl::StrCat(seconds / 60, "m")
               : absl::StrCat(seconds / 60, "m ", seconds % 60, "s");
  }
  const int64_t minutes = (seconds + 30) / 60;
  return minutes % 60 == 0
             ? absl::StrCat(minutes / 60, "h")
             : absl::StrCat(minutes / 60, "h ", minutes % 60, "m");
}

std::string Glance(const std::string& duration) {
  const std::optional<int64_t> ns = Parse(duration);
  return ns ? Glance(*ns) : "-";
}

// A part of `whole`, with one digit after the point where that says something.
std::string Tenths(absl::int128 number, absl::int128 per) {
  const int64_t tenths = static_cast<int64_t>((number * 10 + per / 2) / per);
  return tenths >= 100 || tenths % 10 == 0
             ? absl::StrCat((tenths + 5) / 10)
             : absl::StrFormat("%d.%d", tenths / 10, tenths % 10);
}

// Thousandths of "5400.250".
absl::int128 Thousandths(const std::string& text) {
  absl::int128 value = 0;
  int digits_after = -1;
  for (const char c : text) {
    if (c == '.') {
      digits_after = 0;
    } else if (c >= '0' && c <= '9' && digits_after < 3) {
      value = value * 10 + (c - '0');
      if (digits_after >= 0) ++digits_after;
    }
  }
  for (int i = std::max(digits_after, 0); i < 3; ++i) value *= 10;
  return value;
}

// A resource over time, in a unit that fits: "12 CPU min", "3.4 GiB h".
std::string Usage(const std::string& resource, const std::string& seconds) {
  absl::int128 amount = Thousandths(seconds);
  std::string unit = resource;
  if (resource == "cpu") unit = "CPU";
  if (resource == "memory") {
    amount /= int64_t{1} << 20;
    unit = "MiB";
    if (amount / 1000 >= 3600) {
      amount /= 1024;
      unit = "GiB";
    }
  }
  constexpr int64_t kMinutes = 60'000;
  constexpr int64_t kHours = 3'600'000;
  if (amount >= kHours) {
    return absl::StrCat(Tenths(amount, kHours), " ", unit, "-hours");
  }
  if (amount >= kMinutes) {
    return absl::StrCat(Tenths(amount, kMinutes), " ", unit, "-minutes");
  }
  return absl::StrCat(Tenths(amount, 1000), " ", unit, "-seconds");
}

std::string Get(const google::protobuf::Map<std::string, std::string>& map,
                const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

// How often the second fits into the first: "3.1", or nothing.
std::string Ratio(absl::int128 first, absl::int128 second) {
  if (first <= 0 || second <= 0) return "";
  const int64_t hundredths =
      static_cast<int64_t>((first * 100 + second / 2) / second);
  return absl::StrFormat("%d.%02d", hundredths / 100, hundredths % 100);
}

class SimulationPrinter {
 public:
  SimulationPrinter(const v1::SimulationResult& result,
                    const TextOptions& options)
      : result_(result), options_(options) {}

  std::string Print();

 private:
  const v1::ExecutionResult* Of(v1::ExecutionKind kind) const;
  void Comparison();
  void Row(std::string what, std::string first, std::string second,
           std::string ratio);
  void DurationRow(const std::string& what, const std::string& first,
                   const std::string& second);
  void CountRow(const std::string& what, int64_t first, int64_t second);
  void UsageRow(const std::string& resource, const std::string& what);
  void Details(const v1::ExecutionResult& execution);
  void Run(const v1::ExecutionResult& execution, const v1::SimulatedRun& run);
  std::string Bar(const v1::SimulatedRun& run, const v1::SimulatedPod& pod,
                  int width) const;
  void Wrap(absl::string_view text, int indent);

  const v1::SimulationResult& result_;
  const TextOptions& options_;
  std::string text_;
  TextTable table_{0};
  bool comparable_ = true;
  // From the start of a run, for the bars; over all runs that are told.
  int64_t longest_ = 1;
};

const v1::ExecutionResult* SimulationPrinter::Of(v1::ExecutionKind kind) const {
  for (const v1::ExecutionResult& execution : result_.executions()) {
    if (execution.kind() == kind) return &execution;
  }
  return nullptr;
}

void SimulationPrinter::Row(std::string what, std::string first,
                            std::string second, std::string ratio) {
  // What only one of them did to the end can't be compared.
  if (!comparable_) ratio.clear();
  table_.Row(
      {std::move(what), std::move(first), std::move(second), std::move(ratio)});
}

void SimulationPrinter::DurationRow(const std::string& what,
                                    const std::string& first,
                                    const std::string& second) {
  if (first.empty() && second.empty()) return;
  Row(what, Glance(first), Glance(second),
      Ratio(Parse(first).value_or(0), Parse(second).value_or(0)));
}

void SimulationPrinter::CountRow(const std::string& what, int64_t first,
                                 int64_t second) {
  if (first == 0 && second == 0) return;
  Row(what, absl::StrCat(first), absl::StrCat(second), Ratio(first, second));
}

void SimulationPrinter::UsageRow(const std::string& resource,
                                 const std::string& what) {
  const std::string first =
      Get(Of(v1::POD_PER_TASK)->requested_seconds(), resource);
  const std::string second =
      Get(Of(v1::COLOCATED)->requested_seconds(), resource);
  if (first.empty() && second.empty()) return;
  Row(what, first.empty() ? "-" : Usage(resource, first),
      second.empty() ? "-" : Usage(resource, second),
      Ratio(Thousandths(first), Thousandths(second)));
}

void SimulationPrinter::Comparison() {
  const v1::ExecutionResult& first = *Of(v1::POD_PER_TASK);
  const v1::ExecutionResult& second = *Of(v1::COLOCATED);
  const auto all_ended = [](const v1::ExecutionResult& execution) {
    return execution.deadlocked() + execution.timed_out() == 0;
  };
  comparable_ = first.runs() > 1 || (all_ended(first) && all_ended(second) &&
                                     first.failed() == second.failed());
  table_.Head({"", "Pod per task", "colocated", comparable_ ? "ratio" : ""});
  Row("", first.description(), second.description(), "");
  if (first.runs() > 1) CountRow("runs", first.runs(), second.runs());
  const auto outcome = [&](const char* what, int64_t a, int64_t b) {
    if (a != 0 || b != 0) Row(what, absl::StrCat(a), absl::StrCat(b), "");
  };
  if (first.runs() > 1) {
    outcome("  succeeded", first.succeeded(), second.succeeded());
    outcome("  failed", first.failed(), second.failed());
    outcome("  timed out", first.timed_out(), second.timed_out());
    outcome("  deadlocked", first.deadlocked(), second.deadlocked());
    DurationRow("makespan, median", first.makespan().p50(),
                second.makespan().p50());
    DurationRow("  90th percentile", first.makespan().p90(),
                second.makespan().p90());
    DurationRow("  99th percentile", first.makespan().p99(),
                second.makespan().p99());
    DurationRow("first step after", first.first_step().p50(),
                second.first_step().p50());
    DurationRow("Pod without a node, median", first.pending().p50(),
                second.pending().p50());
    DurationRow("  99th percentile", first.pending().p99(),
                second.pending().p99());
  } else {
    const auto end_of = [](const v1::ExecutionResult& execution) {
      if (execution.deadlocked() > 0) return std::string("never: deadlock");
      if (execution.timed_out() > 0) return std::string("never: timed out");
      return absl::StrCat(Glance(execution.makespan().p50()),
                          execution.failed() > 0 ? ", failed" : "");
    };
    Row("makespan", end_of(first), end_of(second),
        Ratio(Parse(first.makespan().p50()).value_or(0),
              Parse(second.makespan().p50()).value_or(0)));
    DurationRow("first step after", first.first_step().p50(),
                second.first_step().p50());
    DurationRow("longest without a node", first.pending().max(),
                second.pending().max());
  }
  CountRow("Pods", first.pods() - first.placeholders(),
           second.pods() - second.placeholders());
  CountRow("placeholder Pods", first.placeholders(), second.placeholders());
  CountRow("volumes made", first.volumes(), second.volumes());
  CountRow("volumes attached", first.attachments(), second.attachments());
  CountRow("images pulled", first.image_pulls(), second.image_pulls());
  UsageRow("cpu", "CPU asked for");
  UsageRow("memory", "memory asked for");
  std::vector<std::string> others;
  for (const auto& [resource, seconds] : first.requested_seconds()) {
    if (resource != "cpu" && resource != "memory") others.push_back(resource);
  }
  absl::c_sort(others);
  for (const std::string& resource : others) {
    UsageRow(resource, absl::StrCat(resource, " asked for"));
  }
  if (first.runs() > 1) {
    const auto share = [](const v1::ExecutionResult& execution) {
      const absl::int128 used =
          Thousandths(Get(execution.requested_seconds(), "cpu"));
      const absl::int128 all =
          Thousandths(Get(execution.allocatable_seconds(), "cpu"));
      if (all == 0) return std::string("-");
      return absl::StrCat(Tenths(used * 100, all), "%");
    };
    Row("  part of the nodes' CPU", share(first), share(second), "");
  }
  CountRow("nodes added", first.nodes_added(), second.nodes_added());
  text_ += table_.Print(0, options_);
}

void SimulationPrinter::Wrap(absl::string_view text, int indent) {
  for (const std::string& line : Wrapped(text, options_.width - indent)) {
    absl::StrAppend(&text_, std::string(indent, ' '),
                    Styled(line, TextStyle::kPlain, options_), "\n");
  }
}

// "." without a node, "-" until all containers are started, "=" from then on.
std::string SimulationPrinter::Bar(const v1::SimulatedRun& run,
                                   const v1::SimulatedPod& pod,
                                   int width) const {
  const int64_t zero = Parse(run.arrival()).value_or(0);
  const auto column = [&](const std::string& moment) -> int {
    const std::optional<int64_t> at = Parse(moment);
    if (!at) return width;
    return static_cast<int>(std::min<absl::int128>(
        absl::int128(*at - zero) * width / longest_, width));
  };
  const int created = column(pod.created());
  int scheduled = column(pod.scheduled());
  int started = column(pod.started());
  int ended = column(pod.ended());
  scheduled = std::min(scheduled, ended);
  started = std::clamp(started, scheduled, ended);
  std::string bar(width, ' ');
  for (int i = created; i < width && i < std::max(ended, created + 1); ++i) {
    bar[i] = i < scheduled ? '.' : i < started ? '-' : '=';
  }
  return bar;
}

void SimulationPrinter::Run(const v1::ExecutionResult& execution,
                            const v1::SimulatedRun& run) {
  const std::string title =
      execution.kind() == v1::COLOCATED ? "Colocated" : "Pod per task";
  std::string end;
  switch (run.outcome()) {
    case v1::RUN_SUCCEEDED:
      end = absl::StrCat("succeeded after ", Glance(run.makespan()));
      break;
    case v1::RUN_FAILED:
      end = absl::StrCat("failed after ", Glance(run.makespan()));
      break;
    case v1::RUN_TIMED_OUT:
      end = absl::StrCat("timed out after ", Glance(run.makespan()));
      break;
    default:
      end = run.end().empty()
                ? std::string("deadlocked")
                : absl::StrCat("deadlocked, ended by its timeout after ",
                               Glance(run.makespan()));
  }
  absl::StrAppend(
      &text_, "\n",
      Styled(absl::StrCat(title, ": ",
                          execution.runs() > 1
                              ? absl::StrCat("run ", run.index() + 1, ", ")
                              : "",
                          Printable(run.name()), " ", end),
             run.outcome() == v1::RUN_SUCCEEDED ? TextStyle::kBold
                                                : TextStyle::kWarning,
             options_),
      "\n");
  if (!run.reason().empty()) {
    const std::optional<int64_t> since = Parse(run.stuck_since());
    Wrap(absl::StrCat(
             since ? absl::StrCat(
                         "Since ",
                         Glance(*since - Parse(run.arrival()).value_or(0)),
                         " nothing can go on: ")
                   : "",
             run.reason()),
         2);
  }
  size_t name_width = 0;
  size_t node_width = 0;
  for (const v1::SimulatedPod& pod : run.pods()) {
    name_width = std::max(name_width, TextWidth(pod.name()));
    node_width = std::max(node_width, TextWidth(pod.node()));
  }
  name_width = std::min<size_t>(name_width, 28);
  node_width = std::min<size_t>(std::max<size_t>(node_width, 1), 16);
  const auto fitted = [](absl::string_view text, size_t width) {
    std::string printable = Printable(text);
    if (TextWidth(printable) > width && printable.size() > width) {
      printable = absl::StrCat(printable.substr(0, width - 1), "~");
    }
    printable.append(width - std::min(width, TextWidth(printable)), ' ');
    return printable;
  };
  const int width = std::max(
      20, options_.width - static_cast<int>(name_width + node_width) - 8);
  for (const v1::SimulatedPod& pod : run.pods()) {
    absl::StrAppend(&text_, "  ", fitted(pod.name(), name_width), "  ",
                    fitted(pod.node().empty() ? "-" : pod.node(), node_width),
                    "  |", Bar(run, pod, width), "|\n");
  }
  absl::StrAppend(
      &text_, "  ", std::string(name_width + node_width + 4, ' '), "0s",
      std::string(
          std::max(1, width - static_cast<int>(Glance(longest_).size())), ' '),
      Glance(longest_), "\n");
  for (const v1::SimulatedPod& pod : run.pods()) {
    if (pod.stuck().empty() || pod.stuck() == run.reason()) continue;
    Wrap(absl::StrCat(pod.stuck()), 2);
  }
  // Units with the same fate together, by the first of them.
  std::vector<std::pair<std::string, std::vector<std::string>>> fates;
  for (const v1::SimulatedUnit& unit : run.units()) {
    if (unit.outcome() == v1::UNIT_SUCCEEDED || unit.reason().empty()) continue;
    static constexpr const char* kOutcomes[] = {
        "", "succeeded", "failed", "skipped", "never started", "cancelled"};
    std::string fate =
        absl::StrCat(kOutcomes[std::clamp<int>(unit.outcome(), 0, 5)], " (",
                     unit.reason(), ")");
    auto known = absl::c_find_if(
        fates, [&](const auto& entry) { return entry.first == fate; });
    if (known == fates.end()) {
      fates.emplace_back(std::move(fate), std::vector<std::string>());
      known = fates.end() - 1;
    }
    known->second.push_back(unit.name());
  }
  for (const auto& [fate, units] : fates) {
    Wrap(absl::StrCat(fate, ": ",
                      Listed(units,
                             std::max(20, options_.width - 2 -
                                              static_cast<int>(fate.size())),
                             2)),
         2);
  }
}

void SimulationPrinter::Details(const v1::ExecutionResult& execution) {
  for (const v1::SimulatedRun& run : execution.detailed()) {
    Run(execution, run);
  }
}

std::string SimulationPrinter::Print() {
  if (Of(v1::POD_PER_TASK) == nullptr || Of(v1::COLOCATED) == nullptr) {
    return "no result\n";
  }
  Comparison();
  for (const v1::ExecutionResult& execution : result_.executions()) {
    for (const v1::SimulatedRun& run : execution.detailed()) {
      const int64_t zero = Parse(run.arrival()).value_or(0);
      // A deadlock is not drawn until its timeout.
      const auto last = [&](const std::string& moment) {
        const std::optional<int64_t> at = Parse(moment);
        if (at) longest_ = std::max(longest_, *at - zero);
      };
      if (run.outcome() == v1::RUN_SUCCEEDED ||
          run.outcome() == v1::RUN_FAILED) {
        last(run.end());
      }
      if (const auto since = Parse(run.stuck_since())) {
        longest_ = std::max(longest_, (*since - zero) / 4 * 5);
      }
      for (const v1::SimulatedPod& pod : run.pods()) {
        last(pod.started());
        if (run.stuck_since().empty()) last(pod.ended());
      }
    }
  }
  for (const v1::ExecutionResult& execution : result_.executions()) {
    Details(execution);
  }
  const bool told = absl::c_any_of(
      result_.executions(),
      [](const auto& execution) { return execution.detailed_size() > 0; });
  if (told) {
    text_ +=
        "\n. no node yet   - volumes, images, start   = all containers "
        "started\n";
  }
  for (const std::string& note : result_.notes()) {
    Wrap(absl::StrCat("note: ", note), 0);
  }
  return text_;
}

}  // namespace

std::string SimulationText(const v1::SimulationResult& result,
                           const TextOptions& options) {
  return SimulationPrinter(result, options).Print();
}

}  // namespace colocation
