// Which run of the given objects is meant, and the objects by their names.
#ifndef COLOCATION_RESOLVE_SELECT_RUN_H_
#define COLOCATION_RESOLVE_SELECT_RUN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// A run to plan: a PipelineRun as given, or one made for what else was given.
struct SelectedRun {
  v1::PipelineRun run;
  // The object that it was made from; the PipelineRun itself where it was
  // given.
  Subject subject;
  // The run has no PipelineRun of its own, so that workspaces nobody has bound
  // become emptyDirs.
  bool bare = false;
  // For a TaskRun or a Task: paths in `run` that begin with the first are the
  // second in the object ("spec.pipelineSpec.tasks[0]" is "spec").
  bool one_task = false;
};

// Nothing, with an error, where there is none or several fit.
std::optional<SelectedRun> SelectRun(const v1::ObjectSet& objects,
                                     absl::string_view wanted,
                                     DiagnosticList* diagnostics);

// The object's metadata.name, or its generateName.
std::string NameOf(const v1::ObjectMeta& metadata);

// An object as the subject of diagnostics.
template <typename Object>
Subject SubjectOf(const Object& object) {
  return {object.origin(), object.kind(), NameOf(object.metadata())};
}

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_SELECT_RUN_H_
