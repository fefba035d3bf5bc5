// What every rule needs beside the thing it looks at.
#ifndef COLOCATION_VALIDATE_CONTEXT_H_
#define COLOCATION_VALIDATE_CONTEXT_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/v1/request.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

struct ValidationContext {
  const FeatureFlags& flags;
  // The object that is being looked at.
  const Subject& subject;
  // Whether it was written as tekton.dev/v1beta1: some rules and names differ.
  bool v1beta1 = false;
  DiagnosticList& diagnostics;

  // Valid until the next one, for adding a hint.
  v1::Diagnostic& Error(absl::string_view code, const FieldPath& path,
                        std::string message) const {
    return diagnostics.Error(code, subject, path.ToString(),
                             std::move(message));
  }

  // Adds a place of the same object to an error.
  void Related(v1::Diagnostic& error, const FieldPath& path,
               absl::string_view message) const;
};

// Reports that `path` uses `what`, unless enable-api-fields is at least `least`
// (pkg/apis/config/featureflags_validation.go, ValidateEnabledAPIFields).
void RequireApiFields(const ValidationContext& context, v1::ApiFields least,
                      absl::string_view what, const FieldPath& path);

// Reports that `path` uses `what`, which the feature flag `flag` turns on.
void RequireFlag(const ValidationContext& context, bool enabled,
                 absl::string_view flag, absl::string_view what,
                 const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_CONTEXT_H_
