#include "launcher/results.h"

#include <cerrno>
#include <optional>
#include <string_view>

#include "launcher/files.h"
#include "launcher/value.h"

namespace colocation::launcher {
namespace {

constexpr std::string_view kTypeNames[] = {"string", "string", "array",
                                           "object"};

std::string_view TypeName(ValueType type) {
  return kTypeNames[static_cast<size_t>(type)];
}

ValueType TypeOrString(ValueType type) {
  return type == ValueType::kUnspecified ? ValueType::kString : type;
}

// The file of a task's result; empty when `value` can't be understood
// (ExtractStepResultName in pkg/apis/pipeline/v1/result_validation.go).
std::string TaskResultPath(const DeclaredResult& result,
                           const std::string& tekton) {
  if (result.value.empty()) return tekton + "/results/" + result.name;
  constexpr std::string_view kSteps = "$(steps.";
  constexpr std::string_view kResults = ".results.";
  const std::string_view value = result.value;
  const size_t start = value.find(kSteps);
  if (start == value.npos) return "";
  const size_t step = start + kSteps.size();
  const size_t middle = value.find(kResults, step);
  if (middle == value.npos) return "";
  const size_t name = middle + kResults.size();
  const size_t end = value.find(')', name);
  if (end == value.npos) return "";
  return StepResultPath(tekton, value.substr(step, middle - step),
                        value.substr(name, end - name));
}

// Reads one result if it is there; false, with an error, if it can't be read.
bool ReadOne(const DeclaredResult& declared, const std::string& path,
             std::vector<ResultValue>* results, std::string* error) {
  std::optional<std::string> text = ReadFile(path);
  if (!text.has_value()) {
    if (errno == ENOENT || errno == ENOTDIR) return true;
    *error = "result \"" + declared.name + "\": " + FileError(path);
    return false;
  }
  results->push_back(
      {declared.name, TypeOrString(declared.type), *std::move(text)});
  return true;
}

}  // namespace

std::string StepResultPath(const std::string& tekton, std::string_view step,
                           std::string_view result) {
  return tekton + "/steps/step-" + std::string(step) + "/results/" +
         std::string(result);
}

bool ReadStepResults(const std::vector<DeclaredResult>& declared,
                     const std::string& step_directory,
                     std::vector<ResultValue>* results, std::string* error) {
  for (const DeclaredResult& result : declared) {
    if (!ReadOne(result, step_directory + "/results/" + result.name, results,
                 error)) {
      return false;
    }
  }
  return true;
}

bool ReadTaskResults(const std::vector<DeclaredResult>& declared,
                     const std::string& tekton,
                     std::vector<ResultValue>* results, std::string* error) {
  bool good = true;
  for (const DeclaredResult& result : declared) {
    const size_t before = results->size();
    const std::string path = TaskResultPath(result, tekton);
    if (path.empty()) {
      *error = "result \"" + result.name + "\": \"" + result.value +
               "\" is no reference to a step's result";
      good = false;
      continue;
    }
    if (!ReadOne(result, path, results, error)) {
      good = false;
      continue;
    }
    if (results->size() == before) continue;
    const ValueType found = ParseValue(results->back().value, result.type).type;
    if (found == TypeOrString(result.type)) continue;
    *error = "result \"" + result.name + "\" is declared as " +
             std::string(TypeName(result.type)) + ", but its file holds " +
             (found == ValueType::kString ? "a " : "an ") +
             std::string(TypeName(found));
    results->pop_back();
    good = false;
  }
  return good;
}

}  // namespace colocation::launcher
