// What a task asks of its own Pod (downward API): labels and annotations, where
// that Pod is one of several tasks, and the resources of a container.
//
// In Tekton the Pod has those of one TaskRun:
// metadata.labels['tekton.dev/task'] is the step's own Task. A shared Pod can't
// have them for all, so the planner puts in what the task would have found: a
// variable gets the value, the file of a volume an annotation of the Pod that
// holds it. What the whole run has is read from the Pod as it is written. A
// container that is named as Tekton names it ("step-build") gets the name that
// it has here. Kubernetes: pkg/fieldpath/fieldpath.go.
#ifndef COLOCATION_PLAN_OWN_FIELDS_H_
#define COLOCATION_PLAN_OWN_FIELDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/metadata.h"
#include "colocation/plan/names.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

class OwnFields {
 public:
  // Adds annotations to `pod`; `managed_by` as in SetMetadata.
  OwnFields(const ResolvedRun& run, const std::vector<PlacedUnit>& units,
            const std::string& managed_by, v1::PlannedPod* pod,
            DiagnosticList* diagnostics);

  // A variable of a container of `unit`, written at `path` of its Task.
  void Replace(int unit, const std::string& path, v1::EnvVar* env);

  // A volume that these units mount: one of theirs, or a workspace. It is
  // written at `path` of `subject`.
  void Replace(const std::vector<int>& units, const Subject& subject,
               const std::string& path, v1::Volume* volume);

 private:
  // The container that `unit` would find under that name in a Pod of Tekton's;
  // the name itself where there is none.
  std::string Container(int unit, const std::string& name) const;
  // The value that `unit` would find in a Pod of its own; nothing where this
  // Pod has the same.
  std::optional<std::string> Find(int unit, absl::string_view field,
                                  const Subject& subject,
                                  const std::string& path);
  std::optional<std::string> FindKey(int unit, bool labels,
                                     const std::string& key) const;
  // All labels or annotations, as they are written to a file.
  std::string All(int unit, bool labels) const;
  void Replace(
      const std::vector<int>& units, const Subject& subject,
      const std::string& path,
      google::protobuf::RepeatedPtrField<v1::DownwardAPIVolumeFile>* files);
  // The field that holds `value` in this Pod.
  std::string FieldWith(const std::string& value, const std::string& unit);

  const ResolvedRun& run_;
  const std::vector<PlacedUnit>& units_;
  const std::string managed_by_;
  // Of each unit, made when it is asked for.
  std::vector<std::optional<UnitMetadata>> metadata_;
  v1::PlannedPod& pod_;
  DiagnosticList& diagnostics_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_OWN_FIELDS_H_
