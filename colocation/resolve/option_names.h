// The names of parameters and workspaces that options give values to.
#ifndef COLOCATION_RESOLVE_OPTION_NAMES_H_
#define COLOCATION_RESOLVE_OPTION_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// What a run can use by name.
struct UsableNames {
  std::vector<absl::string_view> params;
  std::vector<absl::string_view> workspaces;
  // Embedded specs, serialized: they use what they don't declare, as Tekton
  // propagates it (docs/taskruns.md there, "Propagated Parameters").
  std::string embedded;
};

// What `spec` declares, and the tasks embedded in it.
void AddUsableNames(const v1::PipelineSpec& spec, UsableNames* names);
void AddUsableNames(const v1::TaskSpec& spec, UsableNames* names);

// Errors for the options' parameters and workspaces that nothing uses: somebody
// who types a name means something. Tekton has no such rule, as it has no such
// options.
void CheckOptionNames(const v1::PlanOptions& options, const UsableNames& names,
                      DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_OPTION_NAMES_H_
