#include "colocation/validate/matrix.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/pipeline_params.h"
#include "colocation/validate/pipeline_texts.h"

namespace colocation {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

// The last of a name, as a Go map built from the list holds it.
const v1::Param* FindLast(const ParamValues& params, absl::string_view name) {
  for (int i = params.size() - 1; i >= 0; --i) {
    if (params[i].name() == name) return &params[i];
  }
  return nullptr;
}

// countGeneratedCombinationsFromParams. v1 counts an empty array as one,
// v1beta1 as none.
int64_t CountOfParams(const v1::Matrix& matrix, bool v1beta1) {
  if (matrix.params().empty()) return 0;
  int64_t count = 1;
  for (const v1::Param& param : matrix.params()) {
    const int64_t length = param.value().array_value().items_size();
    if (length == 0) {
      if (v1beta1) count = 0;
      continue;
    }
    if (count > kMost / length) return kMost;
    count *= length;
  }
  return count;
}

// countNewCombinationsFromInclude: those whose value is none of the matrix's.
int64_t CountOfInclude(const v1::Matrix& matrix) {
  if (matrix.params().empty()) return matrix.include_size();
  int64_t count = 0;
  for (const v1::IncludeParams& include : matrix.include()) {
    for (const v1::Param& param : include.params()) {
      const v1::Param* in_matrix = FindLast(matrix.params(), param.name());
      if (in_matrix == nullptr) continue;
      const auto& values = in_matrix->value().array_value().items();
      if (std::find(values.begin(), values.end(),
                    param.value().string_value()) != values.end()) {
        break;
      }
      ++count;
    }
  }
  return count;
}

// validateCombinationsCount
void ValidateCombinationsCount(const ValidationContext& context,
                               const v1::Matrix& matrix,
                               const FieldPath& path) {
  const int64_t count = CountedCombinations(matrix, context.v1beta1);
  const int64_t most = context.flags.max_matrix_combinations;
  if (count <= most) return;
  context
      .Error("limit-matrix", path,
             count == kMost
                 ? absl::StrCat("far more than ", most, " combinations")
                 : absl::StrCat(count, " combinations, of at most ", most))
      .set_hint(
          "take values out, or raise default-max-matrix-combinations-count");
}

// validateUniqueParams
void ValidateUniqueMatrixParams(const ValidationContext& context,
                                const v1::Matrix& matrix,
                                const FieldPath& path) {
  ValidateUniqueParams(context, matrix.params(), path.Field("params"));
  const FieldPath includes = path.Field("include");
  for (int i = 0; i < matrix.include_size(); ++i) {
    const FieldPath include = includes.Index(i);
    ValidateUniqueParams(context, matrix.include(i).params(),
                         include.Field("params"));
  }
}

// validateParameterInOneOfMatrixOrParams
void ValidateParamInOneOfMatrixOrParams(const ValidationContext& context,
                                        const v1::PipelineTask& task,
                                        const FieldPath& path) {
  // Where the matrix gives a parameter; empty where it doesn't.
  const auto place_in_matrix = [&](const std::string& name) {
    const FieldPath matrix = path.Field("matrix");
    const auto find = [&](const ParamValues& given, const FieldPath& list) {
      const FieldPath params = list.Field("params");
      for (int i = 0; i < given.size(); ++i) {
        const FieldPath param = params.Index(i);
        if (given[i].name() == name) return param.Field("name").ToString();
      }
      return std::string();
    };
    std::string place = find(task.matrix().params(), matrix);
    const FieldPath include = matrix.Field("include");
    for (int i = 0; i < task.matrix().include_size() && place.empty(); ++i) {
      place = find(task.matrix().include(i).params(), include.Index(i));
    }
    return place;
  };
  const FieldPath params = path.Field("params");
  for (int i = 0; i < task.params_size(); ++i) {
    const std::string& name = task.params(i).name();
    const std::string place = place_in_matrix(name);
    if (place.empty()) continue;
    const FieldPath param = params.Index(i);
    v1::Diagnostic& error =
        context.Error("one-of-many", param.Field("name"),
                      absl::StrCat("the parameter \"", name,
                                   "\" is given by params and by the matrix"));
    error.set_hint("take one of the two out");
    context.Related(error, FieldPath(place), "the matrix gives it here");
  }
}

using TasksByName =
    absl::flat_hash_map<absl::string_view, const v1::PipelineTask*>;

const v1::PipelineTask* FindTask(const TasksByName& tasks,
                                 absl::string_view name) {
  const auto found = tasks.find(name);
  return found == tasks.end() ? nullptr : found->second;
}

// The second part: "a" of "tasks.a.results.b.c.d".
absl::string_view TaskOf(absl::string_view expression) {
  expression.remove_prefix(expression.find('.') + 1);
  return expression.substr(0, expression.find('.'));
}

// validateMatrixedPipelineTaskConsumed
bool ValidateConsumedInAggregate(const ValidationContext& context,
                                 const TasksByName& by_name,
                                 absl::string_view text,
                                 const FieldPath& path) {
  bool good = true;
  while (const auto expression = NextExpression(&text)) {
    if (!LooksLikeResult(*expression)) continue;
    const v1::PipelineTask* task = FindTask(by_name, TaskOf(*expression));
    if (task == nullptr || !IsMatrixed(*task) ||
        absl::EndsWith(*expression, "[*]")) {
      continue;
    }
    good = false;
    context
        .Error("matrix-result-use", path,
               absl::StrCat("\"", task->name(),
                            "\" runs once for each combination of its matrix, "
                            "so that $(",
                            *expression, ") is not one result"))
        .set_hint("use all of them: $(tasks.TASK.results.RESULT[*])");
  }
  return good;
}

// The declaration of a matrixed task's result, where it is known: the task's
// own embedded spec or, oddly, that of the pipeline task whose name is that of
// the Task it refers to (validateMatrixEmittingStringResults).
const v1::TaskResult* DeclaredResult(const TasksByName& by_name,
                                     const v1::PipelineTask& task,
                                     absl::string_view result) {
  const v1::PipelineTask* declares =
      task.has_task_ref() ? FindTask(by_name, task.task_ref().name()) : &task;
  if (declares == nullptr || !declares->has_task_spec()) return nullptr;
  for (const v1::TaskResult& each :
       declares->task_spec().task_spec().results()) {
    if (each.name() == result) return &each;
  }
  return nullptr;
}

// TaskResult.SetDefaults
bool IsString(const v1::TaskResult& result) {
  return result.type() == "string" ||
         (result.type().empty() && result.properties().empty());
}

void ValidateStringResults(const ValidationContext& context,
                           const TasksByName& by_name, absl::string_view text,
                           const FieldPath& path) {
  while (const auto expression = NextExpression(&text)) {
    const auto reference = ParseResultExpression(*expression);
    if (!reference) continue;
    const v1::PipelineTask* task = FindTask(by_name, reference->task);
    if (task == nullptr || !IsMatrixed(*task)) continue;
    const v1::TaskResult* result =
        DeclaredResult(by_name, *task, reference->result);
    if (result == nullptr || IsString(*result)) continue;
    context
        .Error("matrix-result-use", path,
               absl::StrCat("\"", task->name(),
                            "\" has a matrix, and its result \"",
                            result->name(), "\" is no string"))
        .set_hint("results of a task with a matrix have to be strings");
  }
}

bool HasResultReference(const v1::ParamValue& value) {
  bool found = false;
  ForEachText(value, FieldPath(""),
              [&](absl::string_view text, const FieldPath&) {
                while (const auto expression = NextExpression(&text)) {
                  found = found || LooksLikeResult(*expression);
                }
              });
  return found;
}

}  // namespace

bool IsMatrixed(const v1::PipelineTask& task) {
  return !task.matrix().params().empty() || !task.matrix().include().empty();
}

int64_t CountedCombinations(const v1::Matrix& matrix, bool v1beta1) {
  const int64_t of_params = CountOfParams(matrix, v1beta1);
  const int64_t of_include = CountOfInclude(matrix);
  return of_params > kMost - of_include ? kMost : of_params + of_include;
}

void ValidateMatrix(const ValidationContext& context,
                    const v1::PipelineTask& task, const FieldPath& path) {
  if (!IsMatrixed(task)) return;
  const FieldPath matrix = path.Field("matrix");
  RequireApiFields(context, v1::API_FIELDS_BETA, "matrix", matrix);
  ValidateCombinationsCount(context, task.matrix(), matrix);
  ValidateUniqueMatrixParams(context, task.matrix(), matrix);
  ValidateParamInOneOfMatrixOrParams(context, task, path);
}

void ValidateMatrixResults(const ValidationContext& context,
                           const PipelineTasks& tasks, const FieldPath& path) {
  if (std::none_of(tasks.begin(), tasks.end(), IsMatrixed)) return;
  TasksByName by_name;
  by_name.reserve(tasks.size());
  for (const v1::PipelineTask& task : tasks) by_name[task.name()] = &task;

  bool good = true;
  // Tekton looks at the types of the results that the last parameter with any
  // refers to, and at no others (findAndValidateResultRefsForMatrix).
  int last_task = -1, last_param = -1;
  for (int i = 0; i < tasks.size(); ++i) {
    const FieldPath task = path.Index(i);
    const FieldPath params = task.Field("params");
    for (int j = 0; j < tasks[i].params_size(); ++j) {
      const v1::ParamValue& value = tasks[i].params(j).value();
      if (!HasResultReference(value)) continue;
      last_task = i;
      last_param = j;
      const FieldPath param = params.Index(j);
      ForEachText(value, param.Field("value"),
                  [&](absl::string_view text, const FieldPath& at) {
                    good &=
                        ValidateConsumedInAggregate(context, by_name, text, at);
                  });
    }
  }
  if (!good || last_task < 0) return;
  const FieldPath task = path.Index(last_task);
  const FieldPath params = task.Field("params");
  const FieldPath param = params.Index(last_param);
  ForEachText(tasks[last_task].params(last_param).value(), param.Field("value"),
              [&](absl::string_view text, const FieldPath& at) {
                ValidateStringResults(context, by_name, text, at);
              });
}

}  // namespace colocation
