// Fields that Kubernetes fixes when it creates the Pod.
//
// Image, volumes, mounts, names of secrets: once the Pod exists nobody can
// change them. Where one depends on a result, the Pod has to be created after
// the task that gives it, so that neither this task nor anything before it can
// be in the Pod.
#ifndef COLOCATION_PLAN_FIXED_FIELDS_H_
#define COLOCATION_PLAN_FIXED_FIELDS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

// A field whose value needs the end of other tasks.
struct LateField {
  // Where it is written.
  const Subject* subject = nullptr;
  std::string path;
  std::string text;
  // The tasks whose results it takes, ascending; empty where it needs something
  // that no Pod can have before it exists, such as a result of its own steps.
  std::vector<TaskIndex> needs;
  // The image of a step or sidecar, which can be changed in a running Pod.
  bool image = false;
};

// Whether the run's images are put into running Pods.
inline bool PatchesImages(const v1::PlanOptions& options) {
  return options.patch_images() && options.controlled();
}

// Tasks by their names.
using TaskNames = absl::flat_hash_map<absl::string_view, TaskIndex>;

// Those of `task`, a task of `run`, each once, in the order of its fields; the
// bindings of its workspaces count as its own. Linear in the text.
std::vector<LateField> FindLateFields(const ResolvedRun& run,
                                      const ResolvedTask& task,
                                      const TaskNames& names);

}  // namespace colocation

#endif  // COLOCATION_PLAN_FIXED_FIELDS_H_
