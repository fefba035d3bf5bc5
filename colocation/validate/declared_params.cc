#include "colocation/validate/declared_params.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

// Up to so many are searched one by one.
constexpr int kShortList = 8;
// Names that a hint lists: more help nobody. Where there are more than
// kComparedNames, none is listed: to sort them for each error would take the
// square of their number.
constexpr size_t kFewNames = 8;

std::string FirstNames(std::vector<absl::string_view> names) {
  const bool few = names.size() <= kFewNames;
  if (!few) names.resize(kFewNames);
  return absl::StrCat(absl::StrJoin(names, ", "), few ? "" : ", …");
}

}  // namespace

DeclaredParams::DeclaredParams(const ParamSpecs& specs,
                               const DeclaredParams* outer)
    : specs_(specs), outer_(outer) {
  if (specs.size() <= kShortList) return;
  by_name_.reserve(specs.size());
  for (int i = 0; i < specs.size(); ++i) {
    repeats_ |= !by_name_.insert_or_assign(specs[i].name(), i).second;
  }
}

int DeclaredParams::LastBefore(absl::string_view name, int index) const {
  if (!by_name_.empty() && index == specs_.size()) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? -1 : found->second;
  }
  if (!by_name_.empty() && !repeats_) return -1;
  int i = index - 1;
  while (i >= 0 && specs_[i].name() != name) --i;
  return i;
}

const v1::ParamSpec* DeclaredParams::Find(absl::string_view name) const {
  for (const DeclaredParams* scope = this; scope != nullptr;
       scope = scope->outer_) {
    const int i = scope->LastBefore(name, scope->specs_.size());
    if (i >= 0) return &scope->specs_[i];
  }
  return nullptr;
}

bool DeclaredParams::Contains(absl::string_view name) const {
  return Find(name) != nullptr;
}

void DeclaredParams::ForEach(
    absl::string_view name,
    absl::FunctionRef<void(const v1::ParamSpec&)> found) const {
  for (const DeclaredParams* scope = this; scope != nullptr;
       scope = scope->outer_) {
    for (int i = scope->LastBefore(name, scope->specs_.size()); i >= 0;
         i = scope->LastBefore(name, i)) {
      found(scope->specs_[i]);
    }
  }
}

std::vector<absl::string_view> DeclaredParams::Names() const {
  std::vector<absl::string_view> names;
  for (const DeclaredParams* scope = this; scope != nullptr;
       scope = scope->outer_) {
    for (const v1::ParamSpec& spec : scope->specs_) {
      // Empty where the name could not be read.
      if (!spec.name().empty()) names.push_back(spec.name());
    }
  }
  return names;
}

std::string UnknownParamHint(absl::string_view name,
                             const DeclaredParams& scope) {
  std::vector<absl::string_view> names = scope.Names();
  std::string hint = DidYouMean(name, names);
  if (!hint.empty()) return hint;
  if (names.empty() || names.size() > kComparedNames) {
    return "declare it under params";
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return absl::StrCat("declared here: ", FirstNames(std::move(names)));
}

std::string UnknownKeyHint(absl::string_view key, const v1::ParamSpec& spec) {
  const std::string otherwise = absl::StrCat(
      "declare the key under properties of \"", spec.name(), "\"");
  if (spec.properties().empty() || spec.properties().size() > kComparedNames) {
    return otherwise;
  }
  std::vector<absl::string_view> keys;
  for (const auto& [name, property] : spec.properties()) keys.push_back(name);
  std::sort(keys.begin(), keys.end());
  const std::string near = DidYouMean(key, keys);
  if (!near.empty()) return near;
  return absl::StrCat("its keys: ", FirstNames(std::move(keys)));
}

}  // namespace colocation
