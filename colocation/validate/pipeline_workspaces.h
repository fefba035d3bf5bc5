// The rules for workspaces of pipelines, and for those that their tasks use.
#ifndef COLOCATION_VALIDATE_PIPELINE_WORKSPACES_H_
#define COLOCATION_VALIDATE_PIPELINE_WORKSPACES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"
#include "colocation/validate/pipeline_names.h"

namespace colocation {

// Declarations have names, each its own. `path` is that of the pipeline's spec.
void ValidateWorkspaceDeclarations(const ValidationContext& context,
                                   const v1::PipelineSpec& pipeline,
                                   const FieldPath& path);

using WorkspaceNames = absl::flat_hash_set<absl::string_view>;

// A task uses workspaces of `declared` only, and gives each of its own once.
// `path` is that of the task.
void ValidateTaskWorkspaces(const ValidationContext& context,
                            const v1::PipelineTask& task,
                            const WorkspaceNames& declared,
                            const FieldPath& path);

// For a Pipeline of its own: all its tasks use what it declares.
void ValidateWorkspaceUsage(const ValidationContext& context,
                            const v1::PipelineSpec& pipeline,
                            const FieldPath& path);

// For a pipeline in a PipelineRun of v1beta1, whose workspaces reach into it;
// v1 does not look. `path` is that of the pipeline's spec.
void ValidatePropagatedWorkspaces(const ValidationContext& context,
                                  const v1::PipelineRunSpec& run,
                                  const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_WORKSPACES_H_
