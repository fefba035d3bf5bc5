#include "colocation/validate/validate_testing.h"

#include "absl/strings/str_cat.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/validate/validate.h"

namespace colocation {
namespace {

v1::Diagnostics Faults(absl::string_view yaml, const FeatureFlags& flags) {
  v1::ObjectSet objects;
  DiagnosticList list;
  DecodeObjects("test.yaml", yaml, DecodeOptions(), &objects, &list);
  Validate(objects, flags, &list);
  return list.Sorted();
}

}  // namespace

std::string FaultsOf(absl::string_view yaml, const FeatureFlags& flags) {
  const v1::Diagnostics faults = Faults(yaml, flags);
  std::string lines;
  for (const v1::Diagnostic& fault : faults.diagnostics()) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", fault.path(), ": ",
                    fault.code());
  }
  return lines;
}

std::string HintsOf(absl::string_view yaml, const FeatureFlags& flags) {
  const v1::Diagnostics faults = Faults(yaml, flags);
  std::string lines;
  for (const v1::Diagnostic& fault : faults.diagnostics()) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", fault.path(), ": ",
                    fault.hint());
  }
  return lines;
}

std::string TaskOf(absl::string_view spec) {
  return absl::StrCat(
      "{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: t}, spec: {",
      spec, "}}");
}

}  // namespace colocation
