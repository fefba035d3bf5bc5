#include "launcher/termination_message.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "launcher/json.h"
#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

constexpr size_t kContainerLimit = 4096;
constexpr size_t kPodLimit = 12 * 1024;

// Tekton's ResultType.
enum class Kind { kTaskResult = 1, kInternal = 3, kStepResult = 4 };

void AppendEntry(std::string_view key, std::string_view value, Kind kind,
                 std::string* json) {
  json->append(json->empty() ? "[" : ",");
  json->append("{\"key\":");
  AppendJsonString(key, json, /*html=*/true);
  json->append(",\"value\":");
  AppendJsonString(value, json, /*html=*/true);
  json->append(",\"type\":");
  json->append(std::to_string(static_cast<int>(kind)));
  json->append("}");
}

void AppendResults(const std::vector<ResultValue>& results, Kind kind,
                   std::string* json) {
  for (const ResultValue& result : results) {
    AppendEntry(result.name, result.value, kind, json);
  }
}

std::string Format(const TerminationMessage& message) {
  std::string json;
  AppendResults(message.step_results, Kind::kStepResult, &json);
  AppendResults(message.task_results, Kind::kTaskResult, &json);
  if (message.started_unix_ns > 0) {
    AppendEntry("StartedAt", FormatTime(message.started_unix_ns),
                Kind::kInternal, &json);
  }
  if (!message.exit_code.empty()) {
    AppendEntry("ExitCode", message.exit_code, Kind::kInternal, &json);
  }
  if (!message.reason.empty()) {
    AppendEntry("Reason", message.reason, Kind::kInternal, &json);
  }
  if (!message.end.empty()) {
    AppendEntry("End", message.end, Kind::kInternal, &json);
  }
  return json.empty() ? json : json + "]";
}

// Takes the longest of the local results out, and gives its name.
std::optional<std::string> LeaveOutALocal(TerminationMessage* message) {
  std::vector<ResultValue>& results = message->task_results;
  const std::vector<std::string>& local = message->local_results;
  auto longest = results.end();
  for (auto it = results.begin(); it != results.end(); ++it) {
    if (std::find(local.begin(), local.end(), it->name) == local.end()) {
      continue;
    }
    if (longest == results.end() || it->value.size() > longest->value.size()) {
      longest = it;
    }
  }
  if (longest == results.end()) return std::nullopt;
  std::string name = std::move(longest->name);
  results.erase(longest);
  return name;
}

}  // namespace

size_t MessageLimit(size_t containers) {
  return std::min(kContainerLimit, kPodLimit / std::max<size_t>(1, containers));
}

bool FormatMessage(const TerminationMessage& message, size_t limit,
                   std::string* text, std::vector<std::string>* left_out) {
  TerminationMessage shorter = message;
  const auto fits = [&] {
    *text = Format(shorter);
    return text->size() <= limit;
  };
  if (fits()) return true;
  shorter.started_unix_ns = 0;
  if (fits()) return true;
  shorter.step_results.clear();
  if (fits()) return true;
  while (const std::optional<std::string> name = LeaveOutALocal(&shorter)) {
    if (left_out != nullptr) left_out->push_back(*name);
    if (fits()) return true;
  }
  shorter.reason.clear();
  shorter.exit_code.clear();
  if (fits()) return true;
  const bool lost = !shorter.task_results.empty();
  shorter = message;
  shorter.task_results.clear();
  shorter.step_results.clear();
  if (fits()) return !lost;
  shorter.started_unix_ns = 0;
  if (fits()) return !lost;
  shorter.reason.clear();
  shorter.exit_code.clear();
  if (fits()) return !lost;
  shorter.end = shorter.end.substr(0, shorter.end.find('/'));
  if (fits()) return !lost;
  text->clear();
  return !lost;
}

std::string EndText(const TaskEnd& end) {
  if (end.outcome == Outcome::kSkipped) {
    constexpr std::string_view kPrefix = "SKIP_REASON_";
    return "skipped/" +
           std::string(Name(end.skip_reason).substr(kPrefix.size()));
  }
  const std::string attempts = std::to_string(end.attempts);
  if (end.outcome == Outcome::kSucceeded) return "succeeded/" + attempts;
  return "failed/" + attempts + "/" + end.reason;
}

std::string FormatTime(int64_t unix_ns) {
  const time_t seconds = unix_ns / 1'000'000'000;
  const int milliseconds =
      static_cast<int>(unix_ns % 1'000'000'000 / 1'000'000);
  tm parts;
  gmtime_r(&seconds, &parts);
  char text[64];
  const size_t length =
      strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", milliseconds);
  return text;
}

}  // namespace colocation::launcher
