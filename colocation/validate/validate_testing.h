// What validation finds in a text, as lines that a table can hold.
#ifndef COLOCATION_VALIDATE_VALIDATE_TESTING_H_
#define COLOCATION_VALIDATE_VALIDATE_TESTING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

// The faults of the objects in `yaml`, sorted: "spec.steps[0]: missing-field" a
// line, without newline at the end. Faults of reading come first.
std::string FaultsOf(absl::string_view yaml, const FeatureFlags& flags = {});

// Their hints instead of their codes: "spec.steps[0]: give it an image ...".
std::string HintsOf(absl::string_view yaml, const FeatureFlags& flags = {});

// A Task named "t" with this spec, in flow style or indented by two.
std::string TaskOf(absl::string_view spec);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_VALIDATE_TESTING_H_
