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
  const v1::PipelineRun& run() const { return given ? *given : made; }

  // One of the two: the PipelineRun that was given, which outlives this; else
  // the one that was made.
  const v1::PipelineRun* given = nullptr;
  v1::PipelineRun made;
  // The object that it was made from; the PipelineRun itself where it was
  // given.
  Subject subject;
  // The run has no PipelineRun of its own, so that workspaces nobody has bound
  // become emptyDirs.
  bool bare = false;
  // A TaskRun or a Task: its one pipeline task has all of it, and paths in
  // "spec.pipelineSpec.tasks[0]" are in its "spec".
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
