// The settings of a Tekton installation that decide what it accepts, and how a
// plan has to be made.
//
// Names and defaults are those of Tekton's ConfigMaps `feature-flags` and
// `config-defaults` (pkg/apis/config/{feature_flags,default}.go). Settings that
// change only how something runs are not here.
#ifndef COLOCATION_VALIDATE_FEATURE_FLAGS_H_
#define COLOCATION_VALIDATE_FEATURE_FLAGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct FeatureFlags {
  v1::ApiFields api_fields = v1::API_FIELDS_BETA;  // enable-api-fields
  bool param_enum = false;                         // enable-param-enum
  bool cel_in_when = false;              // enable-cel-in-whenexpression
  bool concise_resolver_syntax = false;  // enable-concise-resolver-syntax
  bool artifacts = false;                // enable-artifacts
  bool kubernetes_sidecar = false;       // enable-kubernetes-sidecar
  // disable-inline-spec: of "pipeline", "pipelinerun", "taskrun".
  std::vector<std::string> disable_inline_spec;

  // default-max-matrix-combinations-count
  int32_t max_matrix_combinations = 256;
  std::string default_resolver_type;                // default-resolver-type
  int32_t default_timeout_minutes = 60;             // default-timeout-minutes
  std::vector<std::string> default_forbidden_env;   // default-forbidden-env
  std::string default_service_account = "default";  // default-service-account

  bool InlineSpecDisabled(absl::string_view where) const;
};

// Whether `name` is a flag that is heeded here.
bool IsFeatureFlag(absl::string_view name);

// Sets the flag that Tekton calls `name`. False where there is no such flag
// here, or `value` is none of its values; then nothing is changed.
bool SetFeatureFlag(absl::string_view name, absl::string_view value,
                    FeatureFlags* flags);

// The flags of a request: what `options` says by itself, else what its
// feature_flags say, else Tekton's defaults. A value that is none of its flag's
// counts as not given.
FeatureFlags FlagsOf(const v1::PlanOptions& options);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_FEATURE_FLAGS_H_
