#include "colocation/run/late_matrix.h"

#include "absl/strings/str_cat.h"
#include "colocation/resolve/matrix.h"
#include "launcher/value.h"

namespace colocation {
namespace {

// Results of custom tasks are texts; one that is a list in JSON counts as that
// list, unless it is empty (paramValueFromCustomRunResult in
// pkg/reconciler/pipelinerun/resources/resultrefresolution.go).
void TakeForList(v1::ParamValue* value) {
  const launcher::Value parsed =
      launcher::ParseValue(value->string_value(), launcher::ValueType::kArray);
  if (parsed.type != launcher::ValueType::kArray || parsed.list.empty()) return;
  value->mutable_array_value();
  for (const std::string& item : parsed.list) {
    value->mutable_array_value()->add_items(item);
  }
}

// ValidateParameterTypesInMatrix in
// pkg/reconciler/pipelinerun/resources/validate_params.go.
std::string WrongType(absl::string_view allowed, const v1::Param& param,
                      absl::string_view task) {
  return absl::StrCat("parameters of type ", allowed,
                      " only are allowed, but param \"", param.name(),
                      "\" has type \"", TypeNameOf(param.value()),
                      "\" in pipelineTask \"", task, "\"");
}

std::string ProblemOf(const v1::PipelineTask& task) {
  for (const v1::IncludeParams& include : task.matrix().include()) {
    for (const v1::Param& param : include.params()) {
      if (!param.value().has_string_value()) {
        return WrongType("string", param, task.name());
      }
    }
  }
  for (const v1::Param& param : task.matrix().params()) {
    if (!param.value().has_array_value()) {
      return WrongType("array", param, task.name());
    }
  }
  const int64_t count = CountCombinations(task.matrix());
  if (count > kMostLateCombinations) {
    return absl::StrCat("the matrix of pipelineTask \"", task.name(), "\" has ",
                        count, " combinations, more than ",
                        kMostLateCombinations);
  }
  return "";
}

}  // namespace

bool IsLateMatrix(const v1::PlannedTask& task) {
  return task.placement() == v1::PLACEMENT_EXTERNAL &&
         task.spec().kind() == "TaskRun";
}

LateMatrix FanOutLate(const v1::PlannedTask& task, const LateValues& values) {
  LateMatrix made;
  made.pipeline_task = task.spec().pipeline_task();
  values.ReplaceIn(&made.pipeline_task);
  v1::Matrix& matrix = *made.pipeline_task.mutable_matrix();
  for (v1::Param& param : *matrix.mutable_params()) {
    if (param.value().has_string_value()) TakeForList(param.mutable_value());
    made.empty |= param.value().has_array_value() &&
                  param.value().array_value().items().empty();
  }
  if (made.empty) return made;
  made.problem = ProblemOf(made.pipeline_task);
  if (made.problem.empty()) made.combinations = FanOut(matrix);
  return made;
}

std::string LateUnitName(const v1::PlannedTask& task, size_t unit) {
  return absl::StrCat(task.name(), "-", unit);
}

}  // namespace colocation
