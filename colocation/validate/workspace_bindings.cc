#include "colocation/validate/workspace_bindings.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

std::vector<absl::string_view> Sources(const v1::WorkspaceBinding& binding) {
  std::vector<absl::string_view> sources;
  if (binding.has_persistent_volume_claim()) {
    sources.push_back("persistentVolumeClaim");
  }
  if (binding.has_volume_claim_template()) {
    sources.push_back("volumeClaimTemplate");
  }
  if (binding.has_empty_dir()) sources.push_back("emptyDir");
  if (binding.has_config_map()) sources.push_back("configMap");
  if (binding.has_secret()) sources.push_back("secret");
  if (binding.has_projected()) sources.push_back("projected");
  if (binding.has_csi()) sources.push_back("csi");
  return sources;
}

void RequireField(const ValidationContext& context, bool missing,
                  absl::string_view field, const FieldPath& source) {
  if (!missing) return;
  context
      .Error("missing-field", source,
             absl::StrCat("this source does not say its ", field))
      .set_hint(absl::StrCat("give it a ", field));
}

// pkg/apis/pipeline/v1/workspace_validation.go, WorkspaceBinding.Validate
void ValidateBinding(const ValidationContext& context,
                     const v1::WorkspaceBinding& binding,
                     const FieldPath& path) {
  const std::vector<absl::string_view> sources = Sources(binding);
  if (sources.empty()) {
    const bool empty = binding.name().empty() && binding.sub_path().empty();
    context
        .Error(empty ? "missing-field" : "one-of-none", path,
               empty ? std::string("this binding is empty")
                     : absl::StrCat("the workspace \"", binding.name(),
                                    "\" is bound to nothing"))
        .set_hint(
            "bind it to an emptyDir, persistentVolumeClaim, "
            "volumeClaimTemplate, configMap, secret, projected or csi");
    return;
  }
  if (sources.size() > 1) {
    context
        .Error("one-of-many", path.Field(sources[1]),
               absl::StrCat("the workspace \"", binding.name(),
                            "\" is bound to ", absl::StrJoin(sources, " and ")))
        .set_hint("take all but one of them away");
    return;
  }
  RequireField(context,
               binding.has_persistent_volume_claim() &&
                   binding.persistent_volume_claim().claim_name().empty(),
               "claimName", path.Field("persistentVolumeClaim"));
  RequireField(context,
               binding.has_config_map() && binding.config_map().name().empty(),
               "name", path.Field("configMap"));
  RequireField(context,
               binding.has_secret() && binding.secret().secret_name().empty(),
               "secretName", path.Field("secret"));
  RequireField(context,
               binding.has_projected() && binding.projected().sources().empty(),
               "sources", path.Field("projected"));
  RequireField(context, binding.has_csi() && binding.csi().driver().empty(),
               "driver", path.Field("csi"));
}

}  // namespace

void ValidateWorkspaceBindings(const ValidationContext& context,
                               const WorkspaceBindings& bindings,
                               const FieldPath& path) {
  for (int i = 0; i < bindings.size(); ++i) {
    ValidateBinding(context, bindings[i], path.Index(i));
  }
}

}  // namespace colocation
