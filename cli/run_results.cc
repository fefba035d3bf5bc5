#include "cli/run_results.h"

#include "absl/strings/str_cat.h"
#include "colocation/decode/encode.h"

namespace colocation::cli {

std::string ResultsText(const v1::RunStatus& status, bool json) {
  std::string text = json ? "{" : "";
  for (const v1::PipelineRunResult& result : status.results()) {
    const v1::ParamValue& value = result.value();
    if (json) {
      v1::ParamValue name;
      name.set_string_value(result.name());
      absl::StrAppend(&text, text.size() > 1 ? "," : "", ToJson(name), ":",
                      ToJson(value));
    } else {
      absl::StrAppend(&text, YamlScalar(result.name()), ": ",
                      value.has_string_value()
                          ? YamlScalar(value.string_value())
                          : ToJson(value),
                      "\n");
    }
  }
  if (json) absl::StrAppend(&text, "}\n");
  return text;
}

}  // namespace colocation::cli
