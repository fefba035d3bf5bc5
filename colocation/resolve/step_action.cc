#include "colocation/resolve/step_action.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/resolve/apply.h"
#include "colocation/resolve/params.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

class ActionParams {
 public:
  ActionParams(const v1::StepActionSpec& action, const v1::Step& step,
               const Subject& subject, const std::string& path,
               const Replacements& of_task, DiagnosticList* diagnostics)
      : action_(action),
        of_task_(of_task),
        step_(step),
        subject_(subject),
        path_(path),
        diagnostics_(*diagnostics) {
    for (int i = 0; i < action.params_size(); ++i) {
      declared_[action.params(i).name()] = &action.params(i);
    }
    for (int i = 0; i < step.params_size(); ++i) {
      given_[step.params(i).name()] = i;
    }
  }

  // False, with an error, where there is no value for each.
  bool Resolve(Replacements* values) {
    CheckNames();
    AddTaskParamDefaults(action_.params(), values);
    for (const v1::ParamSpec& spec : action_.params()) Take(spec);
    if (!good_) return false;
    for (auto& [name, value] : values_) {
      const v1::ParamValue* known = values->Param(name);
      if (known != nullptr && known->has_object_value() &&
          value.has_object_value()) {
        value.mutable_object_value()->mutable_entries()->insert(
            known->object_value().entries().begin(),
            known->object_value().entries().end());
      } else if (known != nullptr && known->has_object_value() &&
                 !WholeResult(value)) {
        // The default's keys stay, whatever else is given.
        for (const auto& [key, text] : known->object_value().entries()) {
          values->Set(absl::StrCat("params.", name, ".", key), text);
        }
      }
      values->SetParam(name, std::move(value));
    }
    return true;
  }

 private:
  v1::Diagnostic& Error(absl::string_view code, std::string path,
                        std::string message) {
    good_ = false;
    return diagnostics_.Error(code, subject_, std::move(path),
                              std::move(message));
  }

  std::string PathOf(int given) const {
    return absl::StrCat(path_, ".params[", given, "]");
  }

  void CheckNames() {
    std::vector<absl::string_view> names;
    for (const v1::ParamSpec& spec : action_.params()) {
      names.push_back(spec.name());
    }
    for (const auto& [name, index] : given_) {
      if (declared_.contains(name)) continue;
      Error("unknown-param", absl::StrCat(PathOf(index), ".name"),
            absl::StrCat("the StepAction \"", step_.ref().name(),
                         "\" has no parameter \"", name, "\""))
          .set_hint(DidYouMean(name, names));
    }
    std::vector<std::string> missing;
    for (const v1::ParamSpec& spec : action_.params()) {
      if (!spec.has_default_() && !given_.contains(spec.name())) {
        missing.push_back(absl::StrCat("\"", spec.name(), "\""));
      }
    }
    if (missing.empty()) return;
    Error("missing-param", absl::StrCat(path_, ".params"),
          absl::StrCat("no value for ", absl::StrJoin(missing, ", "),
                       " of the StepAction \"", step_.ref().name(), "\""))
        .set_hint("give it in the step's params");
  }

  void Take(const v1::ParamSpec& spec) {
    const auto given = given_.find(spec.name());
    if (given == given_.end()) {
      std::vector<std::string> way;
      TakeDefault(spec, &way);
      return;
    }
    v1::ParamValue value = step_.params(given->second).value();
    const bool list = value.has_array_value();
    const bool is_string = !list && !value.has_object_value();
    // Tekton compares the value's type with the default's, not the declared
    // one (checkForDuplicateKeys).
    const v1::ParamValue& fallback = spec.default_();
    const bool fallback_is_string = spec.has_default_() &&
                                    !fallback.has_array_value() &&
                                    !fallback.has_object_value();
    if ((list && fallback_is_string) ||
        (is_string && fallback.has_array_value())) {
      Error("param-type", absl::StrCat(PathOf(given->second), ".value"),
            absl::StrCat("the parameter \"", spec.name(), "\" is ",
                         list ? "a string" : "an array", " by default, not ",
                         list ? "an array" : "a string"));
      return;
    }
    const std::string& text = value.string_value();
    if (is_string && absl::StartsWith(text, "$(steps.")) {
      absl::string_view inside = text;
      absl::ConsumePrefix(&inside, "$(");
      absl::ConsumeSuffix(&inside, ")");
      auto result = ParseResultReference(inside);
      if (!result) {
        Error("not-a-result", absl::StrCat(PathOf(given->second), ".value"),
              absl::StrCat("\"", text, "\" is no result of a step"))
            .set_hint("write $(steps.STEP.results.RESULT)");
        return;
      }
      // A list or object: what is in it only the step knows.
      if (TypeOf(spec) != "string") {
        result->suffix = "[*]";
        value.set_string_value(absl::StrCat("$(", result->ToString(), ")"));
      }
    }
    values_[spec.name()] = std::move(value);
  }

  // False, with an error, where the default has no value. `way` are the
  // parameters whose defaults led here.
  bool TakeDefault(const v1::ParamSpec& spec, std::vector<std::string>* way) {
    if (values_.contains(spec.name())) return true;
    if (!spec.has_default_()) return false;
    v1::ParamValue value = spec.default_();
    const std::string text = value.string_value();
    if (!absl::StrContains(text, "$(params.")) {
      values_[spec.name()] = std::move(value);
      return true;
    }
    const auto on_way = std::find(way->begin(), way->end(), spec.name());
    if (on_way != way->end() || way->size() > 100) {
      Error("param-cycle", absl::StrCat(path_, ".ref"),
            absl::StrCat("the defaults of the StepAction's parameters refer to "
                         "each other: ",
                         absl::StrJoin(on_way, way->end(), " -> "), " -> ",
                         spec.name()));
      return false;
    }
    way->push_back(spec.name());
    bool known = true;
    std::vector<std::pair<std::string, std::string>> replaced;
    ForEachReference(text, [&](absl::string_view inside) {
      absl::string_view name = inside;
      if (!known || !absl::ConsumePrefix(&name, "params.")) return;
      const auto other = declared_.find(name);
      if (other == declared_.end()) {
        known = false;
        std::vector<absl::string_view> names;
        for (const auto& declared : declared_) names.push_back(declared.first);
        Error("unknown-param", absl::StrCat(path_, ".ref"),
              absl::StrCat("the default of the StepAction's parameter \"",
                           spec.name(), "\" refers to \"", name,
                           "\", which it does not have"))
            .set_hint(DidYouMean(name, names));
        return;
      }
      if (given_.contains(name)) {
        Take(*other->second);
        known = values_.contains(std::string(name));
      } else {
        known = TakeDefault(*other->second, way);
      }
      if (!known) return;
      const std::string& put_in = values_[std::string(name)].string_value();
      known = of_task_.Take(static_cast<int64_t>(put_in.size()));
      if (!known) return;
      replaced.emplace_back(absl::StrCat("$(", inside, ")"),
                            values_[std::string(name)].string_value());
    });
    way->pop_back();
    if (!known) {
      good_ = false;
      return false;
    }
    value.set_string_value(absl::StrReplaceAll(text, replaced));
    values_[spec.name()] = std::move(value);
    return true;
  }

  const v1::StepActionSpec& action_;
  // For its budget.
  const Replacements& of_task_;
  const v1::Step& step_;
  const Subject& subject_;
  const std::string& path_;
  DiagnosticList& diagnostics_;
  std::map<std::string, const v1::ParamSpec*, std::less<>> declared_;
  // Indices into the step's params.
  std::map<std::string, int, std::less<>> given_;
  std::map<std::string, v1::ParamValue> values_;
  bool good_ = true;
};

}  // namespace

void TakeInStepAction(const v1::StepActionSpec& action,
                      const Replacements& of_task, const Subject& subject,
                      const std::string& path, v1::Step* step,
                      DiagnosticList* diagnostics) {
  ApplyToParams(of_task, step->mutable_params());
  // What it says itself: nothing of the Task's is seen from there.
  Replacements values;
  values.TakeFrom(of_task.budget());
  ActionParams(action, *step, subject, path, of_task, diagnostics)
      .Resolve(&values);

  v1::Step done;
  done.set_image(action.image());
  *done.mutable_command() = action.command();
  *done.mutable_args() = action.args();
  *done.mutable_env() = action.env();
  *done.mutable_volume_mounts() = action.volume_mounts();
  done.set_script(action.script());
  done.set_working_dir(action.working_dir());
  ApplyToStep(values, &done);

  step->set_image(done.image());
  step->set_working_dir(done.working_dir());
  step->clear_security_context();
  if (action.has_security_context()) {
    *step->mutable_security_context() = action.security_context();
  }
  if (done.command_size() > 0)
    step->mutable_command()->Swap(done.mutable_command());
  if (done.args_size() > 0) step->mutable_args()->Swap(done.mutable_args());
  if (!done.script().empty()) step->set_script(done.script());
  if (done.env_size() > 0) step->mutable_env()->Swap(done.mutable_env());
  if (done.volume_mounts_size() > 0) {
    step->mutable_volume_mounts()->Swap(done.mutable_volume_mounts());
  }
  if (action.results_size() > 0) *step->mutable_results() = action.results();
  step->clear_ref();
  step->clear_params();
}

}  // namespace colocation
