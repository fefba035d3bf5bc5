#include "colocation/validate/feature_flags.h"

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
    return absl::SimpleAtob(value, &flags->param_enum);
  }
  if (name == "enable-cel-in-whenexpression") {
    return absl::SimpleAtob(value, &flags->cel_in_when);
  }
  if (name == "enable-concise-resolver-syntax") {
    return absl::SimpleAtob(value, &flags->concise_resolver_syntax);
  }
  if (name == "enable-artifacts") {
    return absl::SimpleAtob(value, &flags->artifacts);
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
  return false;
}

}  // namespace colocation
