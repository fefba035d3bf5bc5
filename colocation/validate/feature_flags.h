// The settings of a Tekton installation that decide what it accepts, and how a
// plan has to be made.
//
// Names and defaults are those of Tekton's ConfigMaps `feature-flags` and
// `config-defaults` (pkg/apis/config/{feature_flags,default}.go). settings.h
// has every key of them, and says of those that are not here why.
#ifndef COLOCATION_VALIDATE_FEATURE_FLAGS_H_
#define COLOCATION_VALIDATE_FEATURE_FLAGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/v1/kubernetes.pb.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

struct FeatureFlags {
  v1::ApiFields api_fields = v1::API_FIELDS_BETA;  // enable-api-fields
  bool param_enum = false;                         // enable-param-enum
  bool cel_in_when = false;              // enable-cel-in-whenexpression
  bool concise_resolver_syntax = false;  // enable-concise-resolver-syntax
  bool artifacts = false;                // enable-artifacts
  bool kubernetes_sidecar = false;       // enable-kubernetes-sidecar
  bool await_sidecar_readiness = true;   // await-sidecar-readiness
  bool disable_creds_init = false;       // disable-creds-init
  // require-git-ssh-secret-known-hosts
  bool require_known_hosts = false;
  bool set_security_context = false;  // set-security-context
  // set-security-context-read-only-root-filesystem
  bool read_only_root_filesystem = false;
  // trusted-resources-verification-no-match-policy: fail
  bool refuse_unverified = false;
  // disable-inline-spec: of "pipeline", "pipelinerun", "taskrun".
  std::vector<std::string> disable_inline_spec;

  // default-max-matrix-combinations-count
  int32_t max_matrix_combinations = 256;
  std::string default_resolver_type;                // default-resolver-type
  int32_t default_timeout_minutes = 60;             // default-timeout-minutes
  std::vector<std::string> default_forbidden_env;   // default-forbidden-env
  std::string default_service_account = "default";  // default-service-account
  std::string managed_by;  // default-managed-by-label-value
  // default-pod-template; null where there is none.
  std::shared_ptr<const v1::PodTemplate> default_pod_template;
  // default-task-run-workspace-binding, with one source; null where there is
  // none.
  std::shared_ptr<const v1::WorkspaceBinding> default_workspace_binding;
  // default-container-resource-requirements
  std::map<std::string, v1::ResourceRequirements> default_container_resources;
  int64_t image_pull_back_off_ns = 0;  // default-imagepullbackoff-timeout
  // default-create-container-error-timeout
  int64_t create_container_error_ns = 0;

  bool InlineSpecDisabled(absl::string_view where) const;
};

// Sets the flag that Tekton calls `name`. False where there is no such flag, or
// `value` is none of its values.
bool SetFeatureFlag(absl::string_view name, absl::string_view value,
                    FeatureFlags* flags);

// The flags of a request: what `options` says by itself, else what its
// feature_flags say, else Tekton's defaults. A value that is none of its flag's
// counts as not given.
FeatureFlags FlagsOf(const v1::PlanOptions& options);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_FEATURE_FLAGS_H_
