#include "cli/run_results.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/resolve/reference.h"

namespace colocation::cli {
namespace {

// What a task gave, as a value.
v1::ParamValue ValueOf(const v1::ResultValue& result) {
  v1::ParamValue value;
  if (result.type() == v1::VALUE_TYPE_ARRAY ||
      result.type() == v1::VALUE_TYPE_OBJECT) {
    DiagnosticList ignored;
    DecodeMessage("result", result.value(), {}, &value, &ignored);
  } else {
    value.set_string_value(result.value());
  }
  return value;
}

// Reads a reference to a result of a task, also of a finally task.
std::optional<ResultReference> ReadReference(absl::string_view inside) {
  std::optional<ResultReference> reference = ParseResultReference(inside);
  if (reference && (reference->field != ResultReference::Field::kResult ||
                    reference->scope == "steps")) {
    reference.reset();
  }
  return reference;
}

class Lookup {
 public:
  Lookup(const v1::ColocationPlan& plan, const UnitEnds& ends)
      : plan_(plan), ends_(ends) {}

  // The value of the whole result; an array over the units under a matrix.
  std::optional<v1::ParamValue> Whole(const ResultReference& reference) const {
    for (const v1::PlannedTask& task : plan_.tasks()) {
      if (task.name() != reference.owner) continue;
      if (task.units_size() == 1 && task.units(0).matrix_params().empty()) {
        return OfUnit(task.units(0).name(), reference.result);
      }
      // In the order of names, as Tekton has it
      // (createResultsCacheMatrixedTaskRuns).
      std::vector<std::string> names;
      for (const v1::PlannedUnit& unit : task.units()) {
        names.push_back(unit.name());
      }
      std::sort(names.begin(), names.end());
      v1::ParamValue all;
      for (const std::string& name : names) {
        const std::optional<v1::ParamValue> one =
            OfUnit(name, reference.result);
        if (!one) return std::nullopt;
        all.mutable_array_value()->add_items(one->string_value());
      }
      if (all.has_array_value()) return all;
    }
    return std::nullopt;
  }

  std::optional<std::string> Text(absl::string_view inside) const {
    const std::optional<ResultReference> reference = ReadReference(inside);
    if (!reference) return std::nullopt;
    const std::optional<v1::ParamValue> value = Whole(*reference);
    if (!value) return std::nullopt;
    absl::string_view suffix = reference->suffix;
    if (suffix.empty() && value->has_string_value()) {
      return value->string_value();
    }
    if (absl::ConsumePrefix(&suffix, ".") && value->has_object_value()) {
      const auto& entries = value->object_value().entries();
      const auto found = entries.find(std::string(suffix));
      if (found != entries.end()) return found->second;
    }
    int index = -1;
    if (absl::ConsumePrefix(&suffix, "[") &&
        absl::ConsumeSuffix(&suffix, "]") && absl::SimpleAtoi(suffix, &index) &&
        index >= 0 && index < value->array_value().items_size()) {
      return value->array_value().items(index);
    }
    return std::nullopt;
  }

 private:
  std::optional<v1::ParamValue> OfUnit(const std::string& unit,
                                       absl::string_view name) const {
    const auto end = ends_.find(unit);
    if (end == ends_.end()) return std::nullopt;
    for (const v1::ResultValue& result : end->second.results()) {
      if (result.name() == name) return ValueOf(result);
    }
    return std::nullopt;
  }

  const v1::ColocationPlan& plan_;
  const UnitEnds& ends_;
};

// `text` with its references replaced; nothing where one can't be.
std::optional<std::string> Substitute(const Lookup& lookup,
                                      absl::string_view text) {
  bool missing = false;
  std::string replaced = ReplaceReferences(
      text, [&](absl::string_view inside) -> std::optional<std::string> {
        if (!ReadReference(inside)) return std::nullopt;
        std::optional<std::string> value = lookup.Text(inside);
        missing |= !value;
        return value;
      });
  if (missing) return std::nullopt;
  return replaced;
}

// Likewise of a whole value.
std::optional<v1::ParamValue> Substitute(const Lookup& lookup,
                                         const v1::ParamValue& value) {
  v1::ParamValue replaced;
  if (value.has_array_value()) {
    for (const std::string& item : value.array_value().items()) {
      const std::optional<std::string> text = Substitute(lookup, item);
      if (!text) return std::nullopt;
      replaced.mutable_array_value()->add_items(*text);
    }
    return replaced;
  }
  if (value.has_object_value()) {
    for (const auto& [key, entry] : value.object_value().entries()) {
      const std::optional<std::string> text = Substitute(lookup, entry);
      if (!text) return std::nullopt;
      (*replaced.mutable_object_value()->mutable_entries())[key] = *text;
    }
    return replaced;
  }
  if (const auto inside = WholeReference(value.string_value())) {
    const std::optional<ResultReference> reference = ReadReference(*inside);
    if (reference && reference->suffix == "[*]") {
      return lookup.Whole(*reference);
    }
  }
  const std::optional<std::string> text =
      Substitute(lookup, value.string_value());
  if (!text) return std::nullopt;
  replaced.set_string_value(*text);
  return replaced;
}

}  // namespace

std::vector<v1::Param> PipelineResults(const v1::ColocationPlan& plan,
                                       const UnitEnds& ends) {
  const Lookup lookup(plan, ends);
  std::vector<v1::Param> results;
  for (const v1::PipelineResult& result : plan.results()) {
    std::optional<v1::ParamValue> value = Substitute(lookup, result.value());
    if (!value) continue;
    v1::Param& param = results.emplace_back();
    param.set_name(result.name());
    *param.mutable_value() = *std::move(value);
  }
  return results;
}

std::string ResultsText(const std::vector<v1::Param>& results, bool json) {
  std::string text = json ? "{" : "";
  for (const v1::Param& result : results) {
    const v1::ParamValue& value = result.value();
    if (json) {
      v1::ParamValue name;
      name.set_string_value(result.name());
      absl::StrAppend(&text, text.size() > 1 ? "," : "", ToJson(name), ":",
                      ToJson(value));
    } else {
      absl::StrAppend(&text, YamlScalar(result.name()), ": ",
                      value.has_string_value()
                          ? YamlScalar(value.string_value())
                          : ToJson(value),
                      "\n");
    }
  }
  if (json) absl::StrAppend(&text, "}\n");
  return text;
}

}  // namespace colocation::cli
