#include "colocation/validate/declared_params.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

// Up to so many are searched one by one.
constexpr int kShortList = 8;
// Names that a hint lists.
constexpr size_t kFewNames = 8;

}  // namespace

DeclaredParams::DeclaredParams(const ParamSpecs& specs,
                               const DeclaredParams* outer)
    : specs_(specs), outer_(outer) {
  if (specs.size() <= kShortList) return;
  by_name_.reserve(specs.size());
  for (int i = 0; i < specs.size(); ++i) by_name_[specs[i].name()] = i;
}

const v1::ParamSpec* DeclaredParams::FindHere(absl::string_view name) const {
  if (!by_name_.empty()) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &specs_[found->second];
  }
  for (int i = specs_.size() - 1; i >= 0; --i) {
    if (specs_[i].name() == name) return &specs_[i];
  }
  return nullptr;
}

const v1::ParamSpec* DeclaredParams::Find(absl::string_view name) const {
  for (const DeclaredParams* scope = this; scope != nullptr;
       scope = scope->outer_) {
    if (const v1::ParamSpec* spec = scope->FindHere(name)) return spec;
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
    if (const v1::ParamSpec* spec = scope->FindHere(name)) found(*spec);
  }
}

std::vector<absl::string_view> DeclaredParams::Names() const {
  std::vector<absl::string_view> names;
  for (const DeclaredParams* scope = this; scope != nullptr;
       scope = scope->outer_) {
    for (const v1::ParamSpec& spec : scope->specs_) {
      names.push_back(spec.name());
    }
  }
  return names;
}

std::string UnknownParamHint(absl::string_view name,
                             const DeclaredParams& scope) {
  std::vector<absl::string_view> names = scope.Names();
  std::string hint = DidYouMean(name, names);
  if (!hint.empty()) return hint;
  if (names.empty()) return "declare it under params";
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const bool few = names.size() <= kFewNames;
  if (!few) names.resize(kFewNames);
  return absl::StrCat("declared here: ", absl::StrJoin(names, ", "),
                      few ? "" : ", …");
}

}  // namespace colocation
