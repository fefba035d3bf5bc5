#include "colocation/plan/volumes.h"

#include <algorithm>
#include <deque>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/validate/mount_path.h"

namespace colocation {
namespace {

constexpr char kProgram[] = "colocation-program";
constexpr char kEvents[] = "colocation-events";
constexpr char kPrivate[] = "colocation-private";
constexpr char kGates[] = "colocation-gates";
constexpr char kCredentials[] = "colocation-credentials";

// Whether CleanPath would change nothing, as with nearly all that are written.
bool IsCleanPath(absl::string_view path) {
  if (path.size() < 2 || path[0] != '/') return path == "/";
  for (absl::string_view part : absl::StrSplit(path.substr(1), '/')) {
    if (part.empty() || part == ".") return false;
  }
  return true;
}

bool LeavesVolume(absl::string_view sub_path) {
  if (absl::StartsWith(sub_path, "/")) return true;
  for (absl::string_view part : absl::StrSplit(sub_path, '/')) {
    if (part == "..") return true;
  }
  return false;
}

using Mounts = PodVolumes::Mounts;

// Where a mount that an author wrote is in the container. A result is put in
// later.
std::string InContainer(const std::string& mount_path) {
  const bool as_written = absl::StartsWith(mount_path, "$(tasks.") ||
                          (absl::StartsWith(mount_path, "/") &&
                           !LeavesVolume(mount_path.substr(1)));
  return as_written ? mount_path : PathInContainer(mount_path);
}

void AddMount(absl::string_view volume, absl::string_view path,
              absl::string_view sub_path, bool read_only, Mounts* mounts) {
  v1::VolumeMount& mount = *mounts->Add();
  mount.set_name(volume.data(), volume.size());
  mount.set_mount_path(path.data(), path.size());
  if (!sub_path.empty()) mount.set_sub_path(sub_path.data(), sub_path.size());
  if (read_only) mount.set_read_only(true);
}

bool MountsAt(const Mounts& mounts, absl::string_view path) {
  return std::any_of(mounts.begin(), mounts.end(),
                     [&](const v1::VolumeMount& mount) {
                       return mount.mount_path() == path ||
                              (!IsCleanPath(mount.mount_path()) &&
                               CleanPath(mount.mount_path()) == path);
                     });
}

// Whether a task names the claim: $(workspaces.x.claim).
bool Names(const ResolvedRun& run, const std::string& claim) {
  for (const ResolvedTask& task : run.tasks) {
    for (const ResolvedUnit& unit : task.units) {
      if (absl::StrContains(unit.spec.SerializeAsString(), claim)) return true;
    }
  }
  return false;
}

// The volume that a binding stands for.
void SetSource(const v1::WorkspaceBinding& binding, const std::string& claim,
               v1::Volume* volume) {
  if (binding.has_empty_dir()) {
    *volume->mutable_empty_dir() = binding.empty_dir();
  } else if (binding.has_persistent_volume_claim()) {
    *volume->mutable_persistent_volume_claim() =
        binding.persistent_volume_claim();
  } else if (binding.has_config_map()) {
    *volume->mutable_config_map() = binding.config_map();
  } else if (binding.has_secret()) {
    *volume->mutable_secret() = binding.secret();
  } else if (binding.has_projected()) {
    *volume->mutable_projected() = binding.projected();
  } else if (binding.has_csi()) {
    *volume->mutable_csi() = binding.csi();
  } else if (!claim.empty()) {
    volume->mutable_persistent_volume_claim()->set_claim_name(claim);
  } else if (binding.has_volume_claim_template()) {
    // One Pod uses it: Kubernetes makes the claim, and removes it with the Pod.
    v1::PersistentVolumeClaimTemplate* t =
        volume->mutable_ephemeral()->mutable_volume_claim_template();
    const v1::PersistentVolumeClaim& from = binding.volume_claim_template();
    if (from.metadata().labels_size() > 0) {
      *t->mutable_metadata()->mutable_labels() = from.metadata().labels();
    }
    if (from.metadata().annotations_size() > 0) {
      *t->mutable_metadata()->mutable_annotations() =
          from.metadata().annotations();
    }
    *t->mutable_spec() = from.spec();
  }
}

}  // namespace

ClaimNames NameClaims(const ResolvedRun& run, const Grouping& grouping) {
  ClaimNames names;
  names.of_workspace.resize(run.workspaces.size());
  const WorkspaceUsers users = FindWorkspaceUsers(run);
  // Whether several Pods mount it; what runs a task outside does so in a Pod of
  // its own.
  const auto several = [&](size_t w) {
    const std::vector<TaskIndex>& in_pods = users.in_pods[w];
    return !users.outside[w].empty() ||
           std::any_of(in_pods.begin(), in_pods.end(), [&](TaskIndex task) {
             return grouping.group_of[task] !=
                    grouping.group_of[in_pods.front()];
           });
  };
  for (size_t w = 0; w < run.workspaces.size(); ++w) {
    const v1::WorkspaceBinding& binding = run.workspaces[w].binding;
    if (!binding.has_volume_claim_template() ||
        (users.in_pods[w].empty() && users.outside[w].empty())) {
      continue;
    }
    if (!several(w) && !Names(run, run.workspaces[w].claim)) continue;
    v1::PersistentVolumeClaim claim = binding.volume_claim_template();
    claim.set_api_version("v1");
    claim.set_kind("PersistentVolumeClaim");
    claim.clear_status();
    claim.mutable_metadata()->set_name(run.workspaces[w].claim);
    claim.mutable_metadata()->set_namespace_(run.identity.namespace_());
    names.of_workspace[w] = claim.metadata().name();
    names.claims.push_back(std::move(claim));
  }
  return names;
}

PodVolumes::PodVolumes(
    const ResolvedRun& run, const ClaimNames& claims,
    const std::vector<PlacedUnit>& units, bool controlled,
    const std::vector<std::string>& gates,
    const std::vector<std::string>& secrets, OwnFields* own_fields,
    google::protobuf::RepeatedPtrField<v1::PlannedVolume>* volumes,
    DiagnosticList* diagnostics)
    : run_(run),
      units_(units),
      controlled_(controlled),
      diagnostics_(*diagnostics),
      volumes_(*volumes),
      workspace_volume_(run.workspaces.size()) {
  AddOurs(controlled, gates);
  AddCredentials(secrets);
  AddWorkspaces(claims, own_fields);
  AddTaskVolumes(own_fields);
}

v1::PlannedVolume& PodVolumes::Add(v1::PlannedVolume::Purpose purpose,
                                   const std::string& name) {
  v1::PlannedVolume& volume = *volumes_.Add();
  volume.set_purpose(purpose);
  volume.mutable_volume()->set_name(labels_.Add(name));
  return volume;
}

void PodVolumes::AddOurs(bool controlled,
                         const std::vector<std::string>& gates) {
  Add(v1::PlannedVolume::PROGRAM, kProgram)
      .mutable_volume()
      ->mutable_empty_dir();
  // In memory: on a busy disk the renaming of an event into its place was
  // measured to take 9 ms, in memory 0.35 ms with all that follows.
  Add(v1::PlannedVolume::EVENTS, kEvents)
      .mutable_volume()
      ->mutable_empty_dir()
      ->set_medium("Memory");
  Add(v1::PlannedVolume::PRIVATE, kPrivate)
      .mutable_volume()
      ->mutable_empty_dir();
  if (!controlled) return;
  v1::DownwardAPIVolumeSource* source = Add(v1::PlannedVolume::GATES, kGates)
                                            .mutable_volume()
                                            ->mutable_downward_api();
  const auto add_file = [&](const std::string& path,
                            const std::string& annotation) {
    v1::DownwardAPIVolumeFile* file = source->add_items();
    file->set_path(path);
    file->mutable_field_ref()->set_field_path(
        absl::StrCat("metadata.annotations['", annotation, "']"));
  };
  // What the controller asks for, such as cancelling. No task has that name.
  add_file("_stop", "colocation.dev/stop");
  // Ends that it declares, of tasks whose containers can't start.
  add_file("_ended", "colocation.dev/ended");
  for (const std::string& gate : gates) {
    add_file(gate, absl::StrCat("gate.colocation.dev/", gate));
  }
}

void PodVolumes::AddCredentials(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return;
  // In memory, as in Tekton (getCredsInitVolume in pkg/pod/creds_init.go).
  Add(v1::PlannedVolume::CREDENTIALS, kCredentials)
      .mutable_volume()
      ->mutable_empty_dir()
      ->set_medium("Memory");
  for (const std::string& secret : secrets) {
    v1::Volume& volume = *Add(v1::PlannedVolume::ACCOUNT_SECRET,
                              absl::StrCat("colocation-secret-", secret))
                              .mutable_volume();
    volume.mutable_secret()->set_secret_name(secret);
    secret_volumes_.emplace_back(secret, volume.name());
  }
}

void PodVolumes::AddWorkspaces(const ClaimNames& claims,
                               OwnFields* own_fields) {
  std::vector<std::vector<int>> users(run_.workspaces.size());
  for (size_t u = 0; u < units_.size(); ++u) {
    for (const TaskWorkspace& workspace :
         run_.tasks[units_[u].task].workspaces) {
      if (workspace.run_workspace < 0) continue;
      std::vector<int>& of = users[workspace.run_workspace];
      const int unit = static_cast<int>(u);
      if (of.empty() || of.back() != unit) of.push_back(unit);
    }
  }
  // A claim that stands for two workspaces is one volume, as in Tekton.
  absl::flat_hash_map<std::string, std::string> volume_of_claim;
  for (size_t w = 0; w < run_.workspaces.size(); ++w) {
    if (users[w].empty()) continue;
    const RunWorkspace& workspace = run_.workspaces[w];
    const std::string& claim =
        workspace.binding.persistent_volume_claim().claim_name();
    if (!claim.empty()) {
      const auto found = volume_of_claim.find(claim);
      if (found != volume_of_claim.end()) {
        workspace_volume_[w] = found->second;
        continue;
      }
    }
    v1::PlannedVolume& volume =
        Add(v1::PlannedVolume::WORKSPACE, workspace.volume);
    volume.set_workspace(workspace.name);
    SetSource(workspace.binding, claims.of_workspace[w],
              volume.mutable_volume());
    own_fields->Replace(users[w], run_.subject, "spec.workspaces",
                        volume.mutable_volume());
    workspace_volume_[w] = volume.volume().name();
    if (!claim.empty()) volume_of_claim[claim] = workspace_volume_[w];
  }
}

void PodVolumes::AddTaskVolumes(OwnFields* own_fields) {
  for (size_t u = 0; u < units_.size(); ++u) {
    const PlacedUnit& unit = units_[u];
    const ResolvedTask& task = run_.tasks[unit.task];
    const auto add = [&](const v1::Volume& written, const Subject& subject,
                         const std::string& path,
                         v1::PlannedVolume::Purpose purpose) {
      v1::PlannedVolume& volume =
          Add(purpose, absl::StrCat(unit.name, "-", written.name()));
      const std::string name = volume.volume().name();
      *volume.mutable_volume() = written;
      volume.mutable_volume()->set_name(name);
      volume.set_unit(unit.name);
      task_volume_[{static_cast<int>(u), written.name()}] = name;
      own_fields->Replace({static_cast<int>(u)}, subject, path,
                          volume.mutable_volume());
    };
    for (int i = 0; i < unit.unit->spec.volumes_size(); ++i) {
      add(unit.unit->spec.volumes(i), task.task_subject,
          absl::StrCat(task.task_path, ".volumes[", i, "]"),
          v1::PlannedVolume::TASK);
    }
    for (const v1::Volume& volume : PodTemplateOf(task, *unit.unit).volumes()) {
      add(volume, run_.subject, "spec.taskRunTemplate.podTemplate.volumes",
          v1::PlannedVolume::POD_TEMPLATE);
    }
  }
}

std::string PodVolumes::NameInPod(int unit, const std::string& name,
                                  const std::string& path) const {
  const auto found = task_volume_.find({unit, name});
  if (found != task_volume_.end()) return found->second;
  // $(workspaces.x.volume)
  const ResolvedTask& task = run_.tasks[units_[unit].task];
  for (const TaskWorkspace& workspace : task.workspaces) {
    if (workspace.run_workspace < 0) continue;
    if (run_.workspaces[workspace.run_workspace].volume == name) {
      return workspace_volume_[workspace.run_workspace];
    }
  }
  diagnostics_
      .Error("unknown-volume", task.task_subject, path,
             absl::StrCat("no volume named \"", name, "\""))
      .set_hint("declare it in the Task's volumes or in the Pod template");
  return "";
}

void PodVolumes::MountWorkspace(int unit, const TaskWorkspace& workspace,
                                absl::string_view mount_path,
                                Mounts* mounts) const {
  const PlacedUnit& placed = units_[unit];
  std::string sub_path = workspace.sub_path;
  if (workspace.per_unit && run_.tasks[placed.task].units.size() > 1) {
    sub_path = absl::StrCat(placed.name, sub_path.empty() ? "" : "/", sub_path);
  }
  AddMount(workspace_volume_[workspace.run_workspace], mount_path, sub_path,
           workspace.read_only, mounts);
}

template <typename Container>
void PodVolumes::AddUserMounts(int unit, const Container& container,
                               const std::string& path, Mounts* mounts) const {
  const ResolvedTask& task = run_.tasks[units_[unit].task];
  Mounts own;
  absl::flat_hash_set<std::string> own_paths;
  for (int i = 0; i < container.volume_mounts_size(); ++i) {
    v1::VolumeMount mount = container.volume_mounts(i);
    mount.set_mount_path(InContainer(mount.mount_path()));
    mount.set_name(NameInPod(
        unit, mount.name(), absl::StrCat(path, ".volumeMounts[", i, "].name")));
    own_paths.insert(CleanPath(mount.mount_path()));
    *own.Add() = std::move(mount);
  }
  absl::flat_hash_map<absl::string_view, const v1::WorkspaceUsage*> usages;
  for (const v1::WorkspaceUsage& usage : container.workspaces()) {
    usages.emplace(usage.name(), &usage);
  }
  for (const TaskWorkspace& workspace : task.workspaces) {
    if (workspace.run_workspace < 0) continue;
    if (!workspace.isolated) {
      // The author's own mount at that place wins.
      const std::string mount_path = InContainer(workspace.mount_path);
      if (own_paths.contains(CleanPath(mount_path))) continue;
      MountWorkspace(unit, workspace, mount_path, mounts);
      continue;
    }
    const auto usage = usages.find(workspace.name);
    if (usage == usages.end()) continue;
    MountWorkspace(unit, workspace,
                   InContainer(usage->second->mount_path().empty()
                                   ? workspace.mount_path
                                   : usage->second->mount_path()),
                   mounts);
  }
  mounts->MergeFrom(own);
}

void PodVolumes::CheckMounts(const ResolvedTask& task, const std::string& path,
                             const Mounts& mounts) const {
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(mounts.size());
  // Of those that are not clean as written; references into it stay valid.
  std::deque<std::string> cleaned;
  for (const v1::VolumeMount& mount : mounts) {
    if (LeavesVolume(mount.sub_path())) {
      diagnostics_
          .Error("sub-path-leaves-volume", task.task_subject, path,
                 absl::StrCat("the subPath \"", mount.sub_path(),
                              "\" of what is mounted at ", mount.mount_path(),
                              " leads out of its volume"))
          .set_hint("a subPath is relative and has no \"..\"");
    }
    absl::string_view clean = mount.mount_path();
    if (!IsCleanPath(clean)) {
      cleaned.push_back(CleanPath(clean));
      clean = cleaned.back();
    }
    if (!seen.insert(clean).second) {
      diagnostics_
          .Error("mount-path-conflict", task.task_subject, path,
                 absl::StrCat("two volumes are mounted at ", clean))
          .set_hint("give one of them another mountPath");
    }
    if (absl::StartsWith(clean, "/colocation/") && mount.name() != kProgram &&
        mount.name() != kEvents && mount.name() != kGates) {
      diagnostics_
          .Error("mount-path-conflict", task.task_subject, path,
                 absl::StrCat(clean, " is where the launcher keeps its files"))
          .set_hint("mount it elsewhere");
    }
  }
}

namespace {

void AddLauncherMounts(absl::string_view container, bool controlled,
                       Mounts* mounts) {
  AddMount(kProgram, "/colocation/program", "", true, mounts);
  AddMount(kEvents, "/colocation/events", "", true, mounts);
  AddMount(kEvents, "/colocation/post", container, false, mounts);
  if (controlled) AddMount(kGates, "/colocation/gates", "", true, mounts);
}

}  // namespace

// Each step has a directory of its own for what is made of the Secrets: steps
// may run as different users.
void PodVolumes::AddCredentialMounts(absl::string_view container,
                                     Mounts* mounts) const {
  if (secret_volumes_.empty()) return;
  AddMount(kCredentials, "/tekton/creds", container, false, mounts);
  for (const auto& [secret, volume] : secret_volumes_) {
    AddMount(volume, absl::StrCat("/tekton/creds-secrets/", secret), "", true,
             mounts);
  }
}

void PodVolumes::AddStepMounts(int unit, const v1::Step& step,
                               absl::string_view container,
                               const std::string& path, Mounts* mounts) const {
  const PlacedUnit& placed = units_[unit];
  Mounts written;
  AddUserMounts(unit, step, path, &written);
  AddLauncherMounts(container, controlled_, mounts);
  // As Tekton's implicit volumes: not where the author mounts something.
  for (const char* own : {"/tekton", "/workspace"}) {
    if (MountsAt(written, own)) continue;
    AddMount(kPrivate, own, absl::StrCat(placed.name, own), false, mounts);
  }
  AddCredentialMounts(container, mounts);
  mounts->MergeFrom(written);
  CheckMounts(run_.tasks[placed.task], path, *mounts);
}

void PodVolumes::AddSidecarMounts(int unit, const v1::Sidecar& sidecar,
                                  absl::string_view container,
                                  const std::string& path,
                                  Mounts* mounts) const {
  const PlacedUnit& placed = units_[unit];
  Mounts written;
  AddUserMounts(unit, sidecar, path, &written);
  AddLauncherMounts(container, controlled_, mounts);
  // Tekton gives a sidecar no /workspace; /tekton is the launcher's.
  if (!MountsAt(written, "/tekton")) {
    AddMount(kPrivate, "/tekton", absl::StrCat(placed.name, "/tekton"), false,
             mounts);
  }
  mounts->MergeFrom(written);
  CheckMounts(run_.tasks[placed.task], path, *mounts);
}

std::vector<v1::VolumeDevice> PodVolumes::Devices(
    int unit,
    const google::protobuf::RepeatedPtrField<v1::VolumeDevice>& devices,
    const std::string& path) const {
  std::vector<v1::VolumeDevice> named;
  for (int i = 0; i < devices.size(); ++i) {
    v1::VolumeDevice device = devices[i];
    device.set_name(
        NameInPod(unit, device.name(),
                  absl::StrCat(path, ".volumeDevices[", i, "].name")));
    named.push_back(std::move(device));
  }
  return named;
}

}  // namespace colocation
