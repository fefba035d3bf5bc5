// The rules for what a run binds workspaces to.
#ifndef COLOCATION_VALIDATE_WORKSPACE_BINDINGS_H_
#define COLOCATION_VALIDATE_WORKSPACE_BINDINGS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using WorkspaceBindings =
    google::protobuf::RepeatedPtrField<v1::WorkspaceBinding>;

// Each alone: exactly one source, with what it needs. `path` is that of the
// list. Names are compared by the callers, a PipelineRun's and a TaskRun's
// differently.
void ValidateWorkspaceBindings(const ValidationContext& context,
                               const WorkspaceBindings& bindings,
                               const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_WORKSPACE_BINDINGS_H_
