// What the references in a text stand for.
//
// A value that is known only at run time is itself a reference, to a result: a
// parameter bound to $(tasks.a.results.b) is replaced by that text, and
// $(params.p[1]) of one bound to $(tasks.a.results.b[*]) by
// $(tasks.a.results.b[1]).
//
// Scopes are chained: what is not found in one is looked for in its outer one,
// so that the tasks of a pipeline share the pipeline's without copies.
#ifndef COLOCATION_RESOLVE_REPLACEMENTS_H_
#define COLOCATION_RESOLVE_REPLACEMENTS_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/reference.h"
#include "colocation/syntax/byte_budget.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

class Replacements {
 public:
  // `outer` outlives this.
  explicit Replacements(const Replacements* outer = nullptr)
      : outer_(outer), budget_(outer == nullptr ? nullptr : outer->budget_) {}

  using Function =
      std::function<std::optional<std::string>(absl::string_view inside)>;

  // What `function` knows counts as known here. It outlives this.
  Replacements(const Replacements* outer, const Function* function)
      : outer_(outer),
        function_(function),
        budget_(outer == nullptr ? nullptr : outer->budget_) {}

  // From now on, what is put into texts is taken from `budget`, which outlives
  // this, also by scopes that are made in this one. Where there is not so much
  // left, references stay as they are.
  void TakeFrom(ByteBudget* budget) { budget_ = budget; }

  // `key` is the inside of the reference: "context.pipeline.name".
  void Set(absl::string_view key, absl::string_view value);

  // A parameter, under params.NAME and what can be said of it.
  void SetParam(absl::string_view name, v1::ParamValue value);

  // The parameter's value, here or outside; null where there is none.
  const v1::ParamValue* Param(absl::string_view name) const;

  // What a reference in the middle of a text stands for, if that is known.
  std::optional<std::string> Lookup(absl::string_view inside) const;

  // Replaces in this scope's own parameters what `later` knows. Tekton replaces
  // parameters first and other variables in the texts so made; doing it here,
  // once, comes to the same.
  void ApplyToParams(const Replacements& later);

  // The text with what is known replaced.
  std::string Apply(absl::string_view text) const;

  // The texts, each replaced; one that is a whole reference to an array becomes
  // the array's elements (substitution.go, ApplyArrayReplacements).
  template <typename Strings>
  void ApplyToList(Strings* texts) const {
    bool any = false;
    for (const std::string& text : *texts) any |= MayHoldReference(text);
    if (!any) return;
    std::vector<std::string> replaced;
    for (const std::string& text : *texts) AppendExpanded(text, &replaced);
    texts->Clear();
    for (std::string& text : replaced) *texts->Add() = std::move(text);
  }

  // The value replaced, which may change its type: "$(params.list[*])" becomes
  // a list (param_types.go, ParamValue.ApplyReplacements).
  void ApplyToValue(v1::ParamValue* value) const;

  // The array parameter that the text refers to as a whole; null where it is
  // something else.
  const v1::ParamValue* WholeArray(absl::string_view text) const;

  ByteBudget* budget() const { return budget_; }

  // Whether so much may still be put into texts.
  bool Take(int64_t bytes) const {
    return budget_ == nullptr || budget_->Take(bytes);
  }
  bool TakeCopy(const v1::ParamValue& value) const {
    return budget_ == nullptr || budget_->TakeCopies(value);
  }

 private:
  std::optional<std::string> LookupHere(absl::string_view inside) const;
  void AppendExpanded(const std::string& text,
                      std::vector<std::string>* out) const;

  const Replacements* outer_;
  const Function* function_ = nullptr;
  ByteBudget* budget_ = nullptr;
  absl::flat_hash_map<std::string, std::string> strings_;
  absl::flat_hash_map<std::string, v1::ParamValue> params_;
};

// The result that a value refers to as a whole, "$(tasks.a.results.b[*])", if
// it does: a list or an object of which only the run knows what is in it.
std::optional<ResultReference> WholeResult(const v1::ParamValue& value);

// The same of a text.
std::optional<ResultReference> WholeResult(absl::string_view text);

// Whether the text refers to a result or status of another task.
bool IsLate(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_REPLACEMENTS_H_
