#include "launcher/results.h"

#include <utility>

#include "launcher/decide.h"
#include "launcher/users_files.h"
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

// The file of a task's result, relative to /tekton; empty when `value` can't be
// understood (ExtractStepResultName in
// pkg/apis/pipeline/v1/result_validation.go).
std::string TaskResultPath(const DeclaredResult& result) {
  if (result.value.empty()) return "results/" + result.name;
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
  return StepResultPath(value.substr(step, middle - step),
                        value.substr(name, end - name));
}

// Reads results one by one, as long as all together are small enough.
class Reader {
 public:
  Reader(const std::string& tekton, std::vector<ResultValue>* results,
         std::string* error)
      : tekton_(tekton), results_(*results), error_(*error) {}

  // The result, if it is there and can be read; `reason_` if it can't.
  void Read(const DeclaredResult& declared, const std::string& path) {
    UsersFile file =
        ReadUsersFile(tekton_, path, kMostResultBytes - read_bytes_);
    switch (file.state) {
      case UsersFile::State::kMissing:
        return;
      case UsersFile::State::kRead:
        read_bytes_ += file.content.size();
        results_.push_back({declared.name, TypeOrString(declared.type),
                            std::move(file.content)});
        return;
      case UsersFile::State::kTooLarge:
        Fail(kResultTooLarge, declared,
             ": the results have more than " +
                 std::to_string(kMostResultBytes) + " bytes");
        return;
      case UsersFile::State::kRefused:
        Fail(kTaskRunValidationFailed, declared, ": " + file.error);
        return;
    }
  }

  void Fail(std::string_view reason, const DeclaredResult& declared,
            const std::string& what) {
    if (!reason_.empty()) return;
    reason_ = reason;
    error_ = "result \"" + declared.name + "\"" + what;
  }

  std::string_view reason() const { return reason_; }

 private:
  const std::string& tekton_;
  std::vector<ResultValue>& results_;
  std::string& error_;
  size_t read_bytes_ = 0;
  std::string_view reason_;
};

}  // namespace

std::string StepResultPath(std::string_view step, std::string_view result) {
  return "steps/step-" + std::string(step) + "/results/" + std::string(result);
}

std::string_view ReadStepResults(const std::vector<DeclaredResult>& declared,
                                 const std::string& tekton,
                                 const std::string& directory,
                                 std::vector<ResultValue>* results,
                                 std::string* error) {
  Reader reader(tekton, results, error);
  for (const DeclaredResult& result : declared) {
    reader.Read(result, directory + "/results/" + result.name);
  }
  return reader.reason();
}

std::string_view ReadTaskResults(const std::vector<DeclaredResult>& declared,
                                 const std::string& tekton,
                                 std::vector<ResultValue>* results,
                                 std::string* error) {
  Reader reader(tekton, results, error);
  for (const DeclaredResult& result : declared) {
    const std::string path = TaskResultPath(result);
    if (path.empty()) {
      reader.Fail(
          kTaskRunValidationFailed, result,
          ": \"" + result.value + "\" is no reference to a step's result");
      continue;
    }
    const size_t before = results->size();
    reader.Read(result, path);
    if (results->size() == before) continue;
    const ValueType found = ParseValue(results->back().value, result.type).type;
    if (found == TypeOrString(result.type)) continue;
    reader.Fail(kTaskRunValidationFailed, result,
                " is declared as " + std::string(TypeName(result.type)) +
                    ", but its file holds " +
                    (found == ValueType::kString ? "a " : "an ") +
                    std::string(TypeName(found)));
    results->pop_back();
  }
  return reader.reason();
}

}  // namespace colocation::launcher
