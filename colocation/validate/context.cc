#include "colocation/validate/context.h"

#include "absl/strings/str_cat.h"

namespace colocation {

void ValidationContext::Related(v1::Diagnostic& error, const FieldPath& path,
                                absl::string_view message) const {
  v1::RelatedPlace& place = *error.add_related();
  *place.mutable_origin() = subject.origin();
  place.set_path(path.ToString());
  place.set_message(std::string(message));
}

void RequireApiFields(const ValidationContext& context, v1::ApiFields least,
                      absl::string_view what, const FieldPath& path) {
  if (context.flags.api_fields >= least) return;
  const absl::string_view level =
      least == v1::API_FIELDS_ALPHA ? "alpha" : "beta";
  context
      .Error("feature-not-enabled", path,
             absl::StrCat(what, " is a feature of level ", level))
      .set_hint(
          absl::StrCat("set enable-api-fields to \"", level, "\"",
                       least == v1::API_FIELDS_BETA ? " or \"alpha\"" : "",
                       ", or do without it"));
}

void RequireFlag(const ValidationContext& context, bool enabled,
                 absl::string_view flag, absl::string_view what,
                 const FieldPath& path) {
  if (enabled) return;
  context
      .Error("feature-not-enabled", path,
             absl::StrCat(what, " needs the feature flag ", flag))
      .set_hint(absl::StrCat("set ", flag,
                             " to \"true\" in Tekton's ConfigMap "
                             "feature-flags"));
}

}  // namespace colocation
