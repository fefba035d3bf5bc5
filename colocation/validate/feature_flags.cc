#include "colocation/validate/feature_flags.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace colocation {
namespace {

// "a, b" as {"a", "b"}.
std::vector<std::string> SplitList(absl::string_view text) {
  std::vector<std::string> items;
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(item);
    if (!trimmed.empty()) items.emplace_back(trimmed);
  }
  return items;
}

// As Go's strconv.ParseBool.
bool ParseBool(absl::string_view value, bool* flag) {
  for (const absl::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (value == yes) return *flag = true;
  }
  for (const absl::string_view no :
       {"0", "f", "F", "false", "FALSE", "False"}) {
    if (value != no) continue;
    *flag = false;
    return true;
  }
  return false;
}

bool SetApiFields(absl::string_view value, v1::ApiFields* api_fields) {
  if (value == "stable") {
    *api_fields = v1::API_FIELDS_STABLE;
  } else if (value == "beta") {
    *api_fields = v1::API_FIELDS_BETA;
  } else if (value == "alpha") {
    *api_fields = v1::API_FIELDS_ALPHA;
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool FeatureFlags::InlineSpecDisabled(absl::string_view where) const {
  return absl::c_linear_search(disable_inline_spec, where);
}

bool SetFeatureFlag(absl::string_view name, absl::string_view value,
                    FeatureFlags* flags) {
  if (name == "enable-api-fields") {
    return SetApiFields(value, &flags->api_fields);
  }
  if (name == "enable-param-enum") {
    return ParseBool(value, &flags->param_enum);
  }
  if (name == "enable-cel-in-whenexpression") {
    return ParseBool(value, &flags->cel_in_when);
  }
  if (name == "enable-concise-resolver-syntax") {
    return ParseBool(value, &flags->concise_resolver_syntax);
  }
  if (name == "enable-artifacts") {
    return ParseBool(value, &flags->artifacts);
  }
  if (name == "enable-kubernetes-sidecar") {
    return ParseBool(value, &flags->kubernetes_sidecar);
  }
  if (name == "disable-inline-spec") {
    flags->disable_inline_spec = SplitList(value);
    return true;
  }
  if (name == "default-max-matrix-combinations-count") {
    return absl::SimpleAtoi(value, &flags->max_matrix_combinations);
  }
  if (name == "default-resolver-type") {
    flags->default_resolver_type = std::string(value);
    return true;
  }
  if (name == "default-timeout-minutes") {
    return absl::SimpleAtoi(value, &flags->default_timeout_minutes);
  }
  if (name == "default-forbidden-env") {
    flags->default_forbidden_env = SplitList(value);
    return true;
  }
  if (name == "default-service-account") {
    flags->default_service_account = std::string(value);
    return true;
  }
  return false;
}

bool IsFeatureFlag(absl::string_view name) {
  static constexpr absl::string_view kNames[] = {
      "enable-api-fields",
      "enable-param-enum",
      "enable-cel-in-whenexpression",
      "enable-concise-resolver-syntax",
      "enable-artifacts",
      "enable-kubernetes-sidecar",
      "disable-inline-spec",
      "default-max-matrix-combinations-count",
      "default-resolver-type",
      "default-timeout-minutes",
      "default-forbidden-env",
      "default-service-account",
  };
  return absl::c_linear_search(kNames, name);
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
