// What the containers of a Pod see of the file system.
//
// Every unit keeps its own /workspace and /tekton; of the volumes that tasks
// declare each unit has its own, under a name that begins with the unit's, so
// that nothing of two tasks collides. Only the workspaces of the run are
// shared, one volume each. docs/launcher.md has the table of our own volumes.
//
// Tekton: pkg/workspace/apply.go (Apply, CreateVolumes), pkg/pod/pod.go
// (Build).
#ifndef COLOCATION_PLAN_VOLUMES_H_
#define COLOCATION_PLAN_VOLUMES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/plan/names.h"
#include "colocation/plan/own_fields.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// Claims to make for workspaces with a volumeClaimTemplate that several Pods
// use, or that somebody names, by the workspace; "" for the others.
struct ClaimNames {
  std::vector<std::string> of_workspace;
  std::vector<v1::PersistentVolumeClaim> claims;
};
ClaimNames NameClaims(const ResolvedRun& run, const Grouping& grouping);

// The volumes of one Pod.
class PodVolumes {
 public:
  using Mounts = google::protobuf::RepeatedPtrField<v1::VolumeMount>;

  // `gates`: the tasks whose ends the Pod is told through its annotations;
  // without `controlled` there is no volume for them. `secrets`: those that
  // credentials are made of. Fills `volumes`, in the order: ours, the Secrets,
  // workspaces, those of the units; `own_fields` are put in.
  PodVolumes(const ResolvedRun& run, const ClaimNames& claims,
             const std::vector<PlacedUnit>& units, bool controlled,
             const std::vector<std::string>& gates,
             const std::vector<std::string>& secrets, OwnFields* own_fields,
             google::protobuf::RepeatedPtrField<v1::PlannedVolume>* volumes,
             DiagnosticList* diagnostics);

  // The mounts of a step or sidecar of `unit`, ours first. `path` is that of
  // the container, for diagnostics.
  void AddStepMounts(int unit, const v1::Step& step,
                     absl::string_view container, const std::string& path,
                     Mounts* mounts) const;
  void AddSidecarMounts(int unit, const v1::Sidecar& sidecar,
                        absl::string_view container, const std::string& path,
                        Mounts* mounts) const;

  // With the names that the volumes have in the Pod.
  std::vector<v1::VolumeDevice> Devices(
      int unit,
      const google::protobuf::RepeatedPtrField<v1::VolumeDevice>& devices,
      const std::string& path) const;

 private:
  void AddOurs(bool controlled, const std::vector<std::string>& gates);
  void AddCredentials(const std::vector<std::string>& secrets);
  void AddWorkspaces(const ClaimNames& claims, OwnFields* own_fields);
  void AddTaskVolumes(OwnFields* own_fields);
  v1::PlannedVolume& Add(v1::PlannedVolume::Purpose purpose,
                         const std::string& name);

  // What the unit calls `name` in the Pod; nothing, with an error, where there
  // is none.
  std::string NameInPod(int unit, const std::string& name,
                        const std::string& path) const;
  void AddCredentialMounts(absl::string_view container, Mounts* mounts) const;
  void MountWorkspace(int unit, const TaskWorkspace& workspace,
                      absl::string_view mount_path, Mounts* mounts) const;
  template <typename Container>
  void AddUserMounts(int unit, const Container& container,
                     const std::string& path, Mounts* mounts) const;
  void CheckMounts(const ResolvedTask& task, const std::string& path,
                   const Mounts& mounts) const;

  const ResolvedRun& run_;
  const std::vector<PlacedUnit>& units_;
  const bool controlled_;
  DiagnosticList& diagnostics_;
  UniqueLabels labels_;
  google::protobuf::RepeatedPtrField<v1::PlannedVolume>& volumes_;
  // (Secret, its volume) of each that credentials are made of.
  std::vector<std::pair<std::string, std::string>> secret_volumes_;
  // For each workspace of the run its volume; "" where the Pod doesn't use it.
  std::vector<std::string> workspace_volume_;
  // (unit, the author's name) to the name in the Pod.
  absl::flat_hash_map<std::pair<int, std::string>, std::string> task_volume_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_VOLUMES_H_
