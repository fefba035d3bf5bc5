// What the references in a text stand for.
//
// A value that is known only at run time is itself a reference, to a result: a
// parameter bound to $(tasks.a.results.b) is replaced by that text, and
// $(params.p[1]) of one bound to $(tasks.a.results.b[*]) by
// $(tasks.a.results.b[1]).
#ifndef COLOCATION_RESOLVE_REPLACEMENTS_H_
#define COLOCATION_RESOLVE_REPLACEMENTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

class Replacements {
 public:
  // `key` is the inside of the reference: "context.pipeline.name".
  void Set(absl::string_view key, absl::string_view value);

  // A parameter, under params.NAME and what can be said of it.
  void SetParam(const std::string& name, const v1::ParamValue& value);

  // Adds those of `other` that are not here yet.
  void AddMissing(const Replacements& other);

  bool HasParam(absl::string_view name) const;
  // What a parameter is; null where there is none.
  const v1::ParamValue* Param(absl::string_view name) const;

  // The text with what is known replaced.
  std::string Apply(absl::string_view text) const;

  // The texts, each replaced; one that is a whole reference to an array becomes
  // the array's elements (substitution.go, ApplyArrayReplacements).
  template <typename Strings>
  void ApplyToList(Strings* texts) const {
    std::vector<std::string> replaced;
    for (const std::string& text : *texts) AppendExpanded(text, &replaced);
    texts->Clear();
    for (std::string& text : replaced) *texts->Add() = std::move(text);
  }

  // The value replaced, which may change its type: "$(params.list[*])" becomes
  // a list (param_types.go, ParamValue.ApplyReplacements).
  void ApplyToValue(v1::ParamValue* value) const;

  bool empty() const { return strings_.empty() && params_.empty(); }

 private:
  std::optional<std::string> Find(absl::string_view inside) const;
  void AppendExpanded(const std::string& text,
                      std::vector<std::string>* out) const;

  absl::flat_hash_map<std::string, std::string> strings_;
  absl::flat_hash_map<std::string, v1::ParamValue> params_;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_REPLACEMENTS_H_
