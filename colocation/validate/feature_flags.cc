#include "colocation/validate/feature_flags.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "colocation/validate/settings.h"

namespace colocation {

bool FeatureFlags::InlineSpecDisabled(absl::string_view where) const {
  return absl::c_linear_search(disable_inline_spec, where);
}

bool SetFeatureFlag(absl::string_view name, absl::string_view value,
                    FeatureFlags* flags) {
  const Setting* setting = FindSetting(name);
  return setting != nullptr && setting->set(value, flags, nullptr);
}

FeatureFlags FlagsOf(const v1::PlanOptions& options) {
  FeatureFlags flags;
  for (const auto& [name, value] : options.feature_flags()) {
    SetFeatureFlag(name, value, &flags);
  }
  if (options.api_fields() != v1::API_FIELDS_UNSPECIFIED) {
    flags.api_fields = options.api_fields();
  }
  if (options.limits().matrix_combinations() > 0) {
    flags.max_matrix_combinations = options.limits().matrix_combinations();
  }
  if (options.default_timeout_minutes() != 0) {
    flags.default_timeout_minutes =
        std::max(0, options.default_timeout_minutes());
  }
  if (!options.default_service_account().empty()) {
    flags.default_service_account = options.default_service_account();
  }
  return flags;
}

}  // namespace colocation
