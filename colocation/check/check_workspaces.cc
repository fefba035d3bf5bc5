#include "colocation/check/check_workspaces.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

namespace colocation {
namespace {

class WorkspaceChecker {
 public:
  WorkspaceChecker(const CheckedPlan& index, Faults* faults)
      : index_(index), plan_(*index.plan), faults_(*faults) {}

  void Run() {
    for (int p = 0; p < plan_.pods_size(); ++p) Volumes(p);
    Shared();
    for (int p = 0; p < plan_.pods_size(); ++p) Mounted(p);
  }

 private:
  void Volumes(int p) {
    for (int v = 0; v < plan_.pods(p).volumes_size(); ++v) {
      const v1::PlannedVolume& volume = plan_.pods(p).volumes(v);
      if (volume.purpose() != v1::PlannedVolume::WORKSPACE) continue;
      of_workspace_[volume.workspace()].emplace_back(p, v);
    }
  }

  static bool SameSource(v1::Volume a, v1::Volume b) {
    a.clear_name();
    b.clear_name();
    return google::protobuf::util::MessageDifferencer::Equals(a, b);
  }

  bool IsNotShared(absl::string_view workspace) const {
    if (plan_.policy() == v1::POLICY_ISOLATED) return true;
    return std::any_of(plan_.decisions().begin(), plan_.decisions().end(),
                       [&](const v1::Decision& decision) {
                         return decision.code() == "not-shared" &&
                                decision.subject() == workspace;
                       });
  }

  void Shared() {
    absl::flat_hash_map<absl::string_view, int> outside;
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (plan_.tasks(t).placement() != v1::PLACEMENT_EXTERNAL) continue;
      for (const std::string& workspace : plan_.tasks(t).workspaces()) {
        outside.emplace(workspace, t);
      }
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      for (int v = 0; v < plan_.pods(p).volumes_size(); ++v) {
        const v1::PlannedVolume& planned = plan_.pods(p).volumes(v);
        if (planned.purpose() != v1::PlannedVolume::WORKSPACE) continue;
        const auto& places = of_workspace_[planned.workspace()];
        const v1::Volume& volume = planned.volume();
        const std::string at = absl::StrCat("pods[", p, "].volumes[", v, "]");
        const bool of_pod = volume.has_empty_dir() || volume.has_ephemeral();
        const auto external = outside.find(planned.workspace());
        if (of_pod && (places.size() > 1 || external != outside.end()) &&
            (volume.has_ephemeral() || !IsNotShared(planned.workspace()))) {
          faults_.Add(
              "workspace-not-shared", at,
              absl::StrCat("tasks outside of this Pod use the workspace "
                           "\"",
                           planned.workspace(),
                           "\", and its volume is the Pod's own"));
        }
        const auto [first_pod, first_volume] = places.front();
        if (first_pod == p) continue;
        const v1::Volume& first =
            plan_.pods(first_pod).volumes(first_volume).volume();
        if (SameSource(first, volume)) continue;
        faults_.Add("workspace-not-shared", at,
                    absl::StrCat("another Pod has another volume for the "
                                 "workspace \"",
                                 planned.workspace(), "\""));
      }
    }
  }

  // Each unit mounts the workspaces of its task somewhere, unless it mounts
  // something of its own in their place.
  void Mounted(int p) {
    const v1::PlannedPod& pod = plan_.pods(p);
    absl::flat_hash_map<absl::string_view, const v1::PlannedVolume*> volumes;
    absl::flat_hash_map<absl::string_view, absl::string_view> of_workspace;
    for (const v1::PlannedVolume& volume : pod.volumes()) {
      volumes.emplace(volume.volume().name(), &volume);
      if (volume.purpose() == v1::PlannedVolume::WORKSPACE) {
        of_workspace.emplace(volume.workspace(), volume.volume().name());
      }
    }
    // By unit, the volumes of workspaces that it mounts; "" for its own.
    absl::flat_hash_set<std::pair<absl::string_view, absl::string_view>>
        mounted;
    for (const v1::PlannedContainer& planned : pod.containers()) {
      for (const v1::VolumeMount& mount : planned.container().volume_mounts()) {
        const auto volume = volumes.find(mount.name());
        if (volume == volumes.end()) continue;
        const auto purpose = volume->second->purpose();
        if (purpose == v1::PlannedVolume::WORKSPACE) {
          mounted.insert({planned.unit(), mount.name()});
        } else if (purpose == v1::PlannedVolume::TASK ||
                   purpose == v1::PlannedVolume::POD_TEMPLATE) {
          mounted.insert({planned.unit(), ""});
        }
      }
    }
    for (const std::string& name : pod.tasks()) {
      const int task = index_.TaskOf(name);
      for (const v1::PlannedUnit& unit : plan_.tasks(task).units()) {
        if (mounted.contains({unit.name(), ""})) continue;
        for (const std::string& workspace : plan_.tasks(task).workspaces()) {
          const auto volume = of_workspace.find(workspace);
          // Two workspaces on one claim are one volume.
          if (volume == of_workspace.end() ||
              mounted.contains({unit.name(), volume->second})) {
            continue;
          }
          faults_.Add(
              "workspace-not-mounted", absl::StrCat("pods[", p, "]"),
              absl::StrCat("no container of \"", unit.name(),
                           "\" mounts the workspace \"", workspace, "\""));
        }
      }
    }
  }

  const CheckedPlan& index_;
  const v1::ColocationPlan& plan_;
  Faults& faults_;
  // (Pod, volume) of each workspace.
  absl::flat_hash_map<absl::string_view, std::vector<std::pair<int, int>>>
      of_workspace_;
};

}  // namespace

void CheckWorkspaces(const CheckedPlan& index, Faults* faults) {
  WorkspaceChecker(index, faults).Run();
}

}  // namespace colocation
