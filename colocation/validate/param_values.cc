#include "colocation/validate/param_values.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

constexpr int kFew = 16;

void ReportDuplicate(const ValidationContext& context,
                     const ParamValues& params, int first, int again,
                     const FieldPath& path) {
  const bool same = params[first].name() == params[again].name();
  const FieldPath at = path.Index(again);
  v1::Diagnostic& error = context.Error(
      "duplicate-name", at.Field("name"),
      absl::StrCat(
          "the parameter \"", params[again].name(), "\" is given twice",
          same ? ""
               : absl::StrCat(", first as \"", params[first].name(), "\"")));
  error.set_hint(same ? "remove one of the two"
                      : "remove one of the two; here case doesn't count");
  context.Related(error, path.Index(first), "the first");
}

}  // namespace

void ValidateParamValues(const ValidationContext& context,
                         const ParamValues& params, const FieldPath& path) {
  if (params.size() <= kFew) {
    for (int i = 1; i < params.size(); ++i) {
      for (int j = 0; j < i; ++j) {
        if (!absl::EqualsIgnoreCase(params[i].name(), params[j].name())) {
          continue;
        }
        ReportDuplicate(context, params, j, i, path);
        break;
      }
    }
    return;
  }
  absl::flat_hash_map<std::string, int> first;
  for (int i = 0; i < params.size(); ++i) {
    const auto [known, added] =
        first.emplace(absl::AsciiStrToLower(params[i].name()), i);
    if (!added) ReportDuplicate(context, params, known->second, i, path);
  }
}

}  // namespace colocation
