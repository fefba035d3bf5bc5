// References to artifacts, and to results of steps, in a text.
//
// internal/artifactref and pkg/internal/resultref in Tekton, as their regular
// expressions find them.
#ifndef COLOCATION_VALIDATE_ARTIFACTS_H_
#define COLOCATION_VALIDATE_ARTIFACTS_H_

#include "absl/strings/string_view.h"

namespace colocation {

// "$(steps.x.outputs.y)", "$(step.artifacts.path)".
bool RefersToStepArtifact(absl::string_view text);

// "$(tasks.x.outputs.y)", "$(artifacts.path)".
bool RefersToTaskArtifact(absl::string_view text);

// "$(steps.x.results.y)".
bool RefersToStepResult(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_ARTIFACTS_H_
