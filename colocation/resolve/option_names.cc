#include "colocation/resolve/option_names.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_';
}

// Whether `text` has `reference`, and no longer name there.
bool Refers(absl::string_view text, absl::string_view reference) {
  for (size_t at = 0; (at = text.find(reference, at)) != text.npos; ++at) {
    const size_t end = at + reference.size();
    if (end == text.size() || !IsNameCharacter(text[end])) return true;
  }
  return false;
}

template <typename Given>
void Check(const Given& given, absl::string_view code, absl::string_view what,
           absl::string_view variable,
           const std::vector<absl::string_view>& names,
           absl::string_view embedded, DiagnosticList* diagnostics) {
  for (const auto& element : given) {
    const std::string& name = element.name();
    if (absl::c_linear_search(names, name)) continue;
    if (Refers(embedded, absl::StrCat(variable, ".", name)) ||
        Refers(embedded, absl::StrCat(variable, "[\"", name, "\"")) ||
        Refers(embedded, absl::StrCat(variable, "['", name, "'"))) {
      continue;
    }
    std::string hint = DidYouMean(name, names);
    if (hint.empty() && !names.empty()) {
      hint = absl::StrCat("there is: ", absl::StrJoin(names, ", "));
    }
    diagnostics
        ->Error(code, {}, "",
                absl::StrCat("a value is given for the ", what, " \"", name,
                             "\", which nothing has"))
        .set_hint(std::move(hint));
  }
}

void Unite(std::vector<absl::string_view>* names, absl::string_view name) {
  if (!name.empty() && !absl::c_linear_search(*names, name)) {
    names->push_back(name);
  }
}

template <typename Spec>
void AddDeclared(const Spec& spec, UsableNames* names) {
  for (const auto& param : spec.params()) Unite(&names->params, param.name());
  for (const auto& workspace : spec.workspaces()) {
    Unite(&names->workspaces, workspace.name());
  }
}

void AddTasks(const v1::PipelineSpec& spec, UsableNames* names) {
  for (const auto* tasks : {&spec.tasks(), &spec.finally()}) {
    for (const v1::PipelineTask& task : *tasks) {
      for (const auto& workspace : task.workspaces()) {
        Unite(&names->workspaces, workspace.workspace().empty()
                                      ? workspace.name()
                                      : workspace.workspace());
      }
      AddDeclared(task.task_spec().task_spec(), names);
    }
  }
}

}  // namespace

void AddUsableNames(const v1::TaskSpec& spec, UsableNames* names) {
  AddDeclared(spec, names);
  absl::StrAppend(&names->embedded, spec.SerializeAsString());
}

void AddUsableNames(const v1::PipelineSpec& spec, UsableNames* names) {
  AddDeclared(spec, names);
  AddTasks(spec, names);
  absl::StrAppend(&names->embedded, spec.SerializeAsString());
}

void CheckOptionNames(const v1::PlanOptions& options, const UsableNames& names,
                      DiagnosticList* diagnostics) {
  Check(options.params(), "unknown-param", "parameter", "params", names.params,
        names.embedded, diagnostics);
  Check(options.workspaces(), "unknown-workspace", "workspace", "workspaces",
        names.workspaces, names.embedded, diagnostics);
}

}  // namespace colocation
