// pkg/apis/pipeline/v1/pipeline_validation.go
#include "colocation/validate/pipeline_references.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/expression.h"
#include "colocation/validate/pipeline_texts.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

using ExpressionVisitor = absl::FunctionRef<void(absl::string_view expression,
                                                 const FieldPath& path)>;

void ForEachExpression(absl::string_view text, const FieldPath& path,
                       ExpressionVisitor visit) {
  while (const auto expression = NextExpression(&text)) {
    visit(*expression, path);
  }
}

// The expressions of a parameter's value or of a `when`, which is at `path`.
template <typename Texts>
void ForEachExpression(const Texts& texts, const FieldPath& path,
                       ExpressionVisitor visit) {
  ForEachText(texts, path, [&](absl::string_view text, const FieldPath& at) {
    ForEachExpression(text, at, visit);
  });
}

// Whether any text refers to a result, or nearly so
// (resultref.go, LooksLikeContainsResultRefs).
template <typename Texts>
bool HasResultReference(const Texts& texts) {
  bool found = false;
  ForEachExpression(texts, FieldPath(""),
                    [&](absl::string_view expression, const FieldPath&) {
                      found = found || LooksLikeResult(expression);
                    });
  return found;
}

// Calls `visit` with each value of `params` and each `when` of the task, and
// its path: what these rules look at, matrix and embedded Tasks left out.
template <typename Visitor>
void ForEachParamAndWhen(const v1::PipelineTask& task, const FieldPath& path,
                         Visitor visit) {
  const FieldPath params = path.Field("params");
  for (int i = 0; i < task.params_size(); ++i) {
    const FieldPath param = params.Index(i);
    visit(task.params(i).value(), param.Field("value"));
  }
  const FieldPath when = path.Field("when");
  for (int i = 0; i < task.when_size(); ++i) {
    visit(task.when(i), when.Index(i));
  }
}

// Calls `visit` with each task of both lists.
void ForEachTask(
    const PipelineNames& names, const FieldPath& path,
    absl::FunctionRef<void(const v1::PipelineTask&, const FieldPath&)> visit) {
  const FieldPath tasks = path.Field("tasks");
  for (int i = 0; i < names.pipeline().tasks_size(); ++i) {
    visit(names.pipeline().tasks(i), tasks.Index(i));
  }
  const FieldPath finally = path.Field("finally");
  for (int i = 0; i < names.pipeline().finally_size(); ++i) {
    visit(names.pipeline().finally(i), finally.Index(i));
  }
}

// containsExecutionStatusRef
bool IsStatusVariable(absl::string_view expression) {
  return absl::StartsWith(expression, "tasks.") &&
         (absl::EndsWith(expression, ".status") ||
          absl::EndsWith(expression, ".reason"));
}

constexpr std::array<absl::string_view, 6> kPrefixes = {
    "params", "tasks", "finally", "context", "workspaces", "results"};

void CheckPrefix(const ValidationContext& context, absl::string_view expression,
                 const FieldPath& path) {
  const absl::string_view prefix = expression.substr(0, expression.find('.'));
  if (std::find(kPrefixes.begin(), kPrefixes.end(), prefix) != kPrefixes.end())
    return;
  const std::string near =
      DidYouMean(prefix, {kPrefixes.begin(), kPrefixes.end()});
  context
      .Error("unknown-variable", path,
             absl::StrCat("$(", expression, ") is no reference: there is no \"",
                          prefix, "\""))
      .set_hint(
          near.empty()
              ? absl::StrCat("begin it with ", absl::StrJoin(kPrefixes, ", "),
                             "; a variable of the shell is ${", expression, "}")
              : near);
}

struct ContextVariables {
  absl::string_view prefix;
  std::array<absl::string_view, 3> names;
};

constexpr ContextVariables kContextVariables[] = {
    {"context.pipelineRun", {"name", "namespace", "uid"}},
    {"context.pipeline", {"name"}},
    {"context.pipelineTask", {"retries"}},
};

void CheckContextVariables(const ValidationContext& context,
                           absl::string_view text, const FieldPath& path) {
  if (!absl::StrContains(text, "$(context.")) return;
  for (const ContextVariables& known : kContextVariables) {
    ForEachVariable(text, known.prefix, [&](const VariableReference& use) {
      const std::string name = WithoutIndex(use.WithoutKey());
      const auto& all = known.names;
      if (!use.TooManyDots() && !name.empty() &&
          std::find(all.begin(), all.end(), name) != all.end()) {
        return;
      }
      std::vector<absl::string_view> names;
      for (const absl::string_view each : all) {
        if (!each.empty()) names.push_back(each);
      }
      const std::string near = DidYouMean(name, names);
      context
          .Error("unknown-variable", path,
                 absl::StrCat("there is no variable ", use.text))
          .set_hint(near.empty()
                        ? absl::StrCat(known.prefix,
                                       " has: ", absl::StrJoin(names, ", "))
                        : near);
    });
  }
}

}  // namespace

// validateVarSubstitutionExpressions
void ValidateExpressionPrefixes(const ValidationContext& context,
                                const PipelineNames& names,
                                const FieldPath& path) {
  const auto check = [&](absl::string_view expression, const FieldPath& at) {
    CheckPrefix(context, expression, at);
  };
  ForEachTask(names, path,
              [&](const v1::PipelineTask& task, const FieldPath& at) {
                ForEachParamText(
                    task, at, [&](absl::string_view text, const FieldPath& p) {
                      ForEachExpression(text, p, check);
                    });
                const FieldPath when = at.Field("when");
                for (int i = 0; i < task.when_size(); ++i) {
                  ForEachExpression(task.when(i), when.Index(i), check);
                }
              });
}

// validatePipelineContextVariables
void ValidateContextVariables(const ValidationContext& context,
                              const PipelineNames& names,
                              const FieldPath& path) {
  const auto check_last = [&](const PipelineTasks& tasks,
                              const FieldPath& list) {
    if (tasks.empty()) return;
    ForEachParamText(tasks[tasks.size() - 1], list.Index(tasks.size() - 1),
                     [&](absl::string_view text, const FieldPath& at) {
                       CheckContextVariables(context, text, at);
                     });
  };
  check_last(names.pipeline().tasks(), path.Field("tasks"));
  check_last(names.pipeline().finally(), path.Field("finally"));
}

// validateExecutionStatusVariables. An expression beside a reference to a
// result is not looked at: Tekton takes all of the text for results then.
void ValidateStatusVariables(const ValidationContext& context,
                             const PipelineNames& names,
                             const FieldPath& path) {
  const auto in_task = [&](const auto& texts, const FieldPath& place) {
    if (HasResultReference(texts)) return;
    ForEachExpression(
        texts, place, [&](absl::string_view expression, const FieldPath& at) {
          if (!IsStatusVariable(expression)) return;
          context
              .Error("status-outside-finally", at,
                     absl::StrCat("$(", expression,
                                  ") is known only when all tasks have ended"))
              .set_hint("use it in a finally task");
        });
  };
  const auto in_finally = [&](const auto& texts, const FieldPath& place) {
    if (HasResultReference(texts)) return;
    ForEachExpression(
        texts, place, [&](absl::string_view expression, const FieldPath& at) {
          if (!IsStatusVariable(expression) || expression == "tasks.status")
            return;
          absl::string_view name = absl::StripPrefix(expression, "tasks.");
          if (!absl::ConsumeSuffix(&name, ".status"))
            name = absl::StripSuffix(name, ".reason");
          if (names.Task(name) < 0)
            ReportUnknownTask(context, names, name, path, at);
        });
  };
  const FieldPath tasks = path.Field("tasks");
  for (int i = 0; i < names.pipeline().tasks_size(); ++i) {
    ForEachParamAndWhen(names.pipeline().tasks(i), tasks.Index(i), in_task);
  }
  const FieldPath finally = path.Field("finally");
  for (int i = 0; i < names.pipeline().finally_size(); ++i) {
    ForEachParamAndWhen(names.pipeline().finally(i), finally.Index(i),
                        in_finally);
  }
}

// validateTaskResultReferenceInFinallyTasks
void ValidateResultsInFinally(const ValidationContext& context,
                              const PipelineNames& names,
                              const FieldPath& path) {
  const auto check = [&](absl::string_view expression, const FieldPath& at) {
    const auto reference = ParseResultExpression(expression);
    if (!reference || (names.Finally(reference->task) < 0 &&
                       names.Task(reference->task) >= 0)) {
      return;
    }
    if (names.Finally(reference->task) < 0) {
      ReportUnknownTask(context, names, reference->task, path, at);
      return;
    }
    context
        .Error("finally-reference", at,
               absl::StrCat("\"", reference->task,
                            "\" is a finally task; its results can't be used "
                            "by other tasks"))
        .set_hint("finally tasks can use results of tasks only");
  };
  const FieldPath finally = path.Field("finally");
  for (int i = 0; i < names.pipeline().finally_size(); ++i) {
    ForEachParamAndWhen(names.pipeline().finally(i), finally.Index(i),
                        [&](const auto& texts, const FieldPath& at) {
                          ForEachExpression(texts, at, check);
                        });
  }
}

// validatePipelineRefResultReferencesDisallowed
void ValidateNoResultsOfChildPipelines(const ValidationContext& context,
                                       const PipelineNames& names,
                                       const FieldPath& path) {
  const PipelineTasks& tasks = names.pipeline().tasks();
  const auto is_pipeline = [](const v1::PipelineTask& task) {
    return task.has_pipeline_ref() || task.has_pipeline_spec();
  };
  if (std::none_of(tasks.begin(), tasks.end(), is_pipeline)) return;
  const auto check = [&](absl::string_view expression, const FieldPath& at) {
    const auto reference = ParseResultExpression(expression);
    if (!reference) return;
    const int task = names.Task(reference->task);
    if (task < 0 || !is_pipeline(tasks[task])) return;
    context
        .Error("unsupported-reference", at,
               absl::StrCat("\"", reference->task,
                            "\" is a pipeline, and Tekton passes no results "
                            "out of a pipeline in a pipeline"))
        .set_hint("pass the value through a workspace");
  };
  const auto check_text = [&](absl::string_view text, const FieldPath& at) {
    ForEachExpression(text, at, check);
  };
  ForEachTask(names, path,
              [&](const v1::PipelineTask& task, const FieldPath& at) {
                ForEachParamText(task, at, check_text);
                const FieldPath when = at.Field("when");
                for (int i = 0; i < task.when_size(); ++i) {
                  ForEachExpression(task.when(i), when.Index(i), check);
                }
                if (task.has_task_spec() && !context.v1beta1) {
                  ForEachEmbeddedText(task.task_spec().task_spec(),
                                      /*merged=*/true, at.Field("taskSpec"),
                                      check_text);
                }
              });
}

namespace {

// "$(tasks.NAME.outputs.NAME)" or inputs (internal/artifactref,
// TaskArtifactRegex).
bool HasTaskArtifact(absl::string_view text) {
  for (size_t at = text.find("$(tasks."); at != absl::string_view::npos;
       at = text.find("$(tasks.", at + 1)) {
    absl::string_view rest = text.substr(at + 8);
    const size_t name = rest.find('.');
    if (name == 0 || name == absl::string_view::npos) continue;
    rest.remove_prefix(name + 1);
    if (!absl::ConsumePrefix(&rest, "inputs.") &&
        !absl::ConsumePrefix(&rest, "outputs.")) {
      continue;
    }
    const size_t end = rest.find_first_of(".)");
    if (end != 0 && end != absl::string_view::npos && rest[end] == ')')
      return true;
  }
  return false;
}

}  // namespace

// validateArtifactReference
void ValidateArtifactReferences(const ValidationContext& context,
                                const PipelineNames& names,
                                const FieldPath& path) {
  if (context.flags.artifacts) return;
  const auto check = [&](absl::string_view text, const FieldPath& at) {
    if (HasTaskArtifact(text)) {
      RequireFlag(context, false, "enable-artifacts", "an artifact", at);
    }
  };
  ForEachTask(
      names, path, [&](const v1::PipelineTask& task, const FieldPath& at) {
        const FieldPath params = at.Field("params");
        for (int i = 0; i < task.params_size(); ++i) {
          const FieldPath param = params.Index(i);
          ForEachText(task.params(i).value(), param.Field("value"), check);
        }
      });
}

}  // namespace colocation
