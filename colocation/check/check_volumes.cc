#include "colocation/check/check_volumes.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"

namespace colocation {
namespace {

using Purpose = v1::PlannedVolume::Purpose;

// As a mount point is compared: without empty and "." parts.
std::string Clean(absl::string_view path) {
  std::vector<absl::string_view> parts;
  for (absl::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part != ".") parts.push_back(part);
  }
  return absl::StrCat("/", absl::StrJoin(parts, "/"));
}

// Whether `found` holds for one of the parts between the slashes.
template <typename Predicate>
bool AnyPart(absl::string_view path, Predicate found) {
  size_t start = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') continue;
    if (found(path.substr(start, i - start))) return true;
    start = i + 1;
  }
  return false;
}

bool Climbs(absl::string_view path) {
  return AnyPart(path, [](absl::string_view part) { return part == ".."; });
}

// Whether Clean would give the same, as with nearly all that are written.
bool IsClean(absl::string_view path) {
  return absl::StartsWith(path, "/") &&
         !AnyPart(path.substr(1), [](absl::string_view part) {
           return part.empty() || part == ".";
         });
}

// Whoever creates the Pod puts the result in.
bool IsResult(absl::string_view path) {
  return absl::StartsWith(path, "$(tasks.");
}

// Without empty, "." and ".." parts.
bool IsRelativeAndClean(absl::string_view path) {
  return !AnyPart(path, [](absl::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

// The fields set in `volume` beside its name.
int Sources(const v1::Volume& volume) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  volume.GetReflection()->ListFields(volume, &set);
  return static_cast<int>(set.size()) - (volume.has_name() ? 1 : 0);
}

class VolumeChecker {
 public:
  VolumeChecker(const CheckedPlan& index, int p, Faults* faults)
      : index_(index), p_(p), pod_(index.plan->pods(p)), faults_(*faults) {}

  void Run() {
    for (const std::string& name : pod_.tasks()) {
      const int task = index_.TaskOf(name);
      for (const std::string& workspace : index_.task(task).workspaces()) {
        uses_.insert({task, workspace});
        used_.insert(workspace);
      }
    }
    mounted_.resize(pod_.volumes_size());
    for (int v = 0; v < pod_.volumes_size(); ++v) Volume(v);
    Ours(Purpose::PlannedVolume_Purpose_PROGRAM, "colocation-program", true);
    Ours(Purpose::PlannedVolume_Purpose_EVENTS, "colocation-events", true);
    Ours(Purpose::PlannedVolume_Purpose_PRIVATE, "colocation-private", true);
    const bool controlled = pod_.install().launch().controlled();
    Ours(Purpose::PlannedVolume_Purpose_GATES, "colocation-gates", controlled);
    Ours(Purpose::PlannedVolume_Purpose_CREDENTIALS, "colocation-credentials",
         pod_.install().launch().credentials_size() > 0);
    Credentials();
    Directories();
    for (int c = 0; c < pod_.containers_size(); ++c) Container(c);
    for (int v = 0; v < pod_.volumes_size(); ++v) {
      if (mounted_[v]) continue;
      const Purpose purpose = pod_.volumes(v).purpose();
      // What an author declares and does not mount is theirs to keep.
      if (purpose == v1::PlannedVolume::TASK ||
          purpose == v1::PlannedVolume::POD_TEMPLATE ||
          purpose == v1::PlannedVolume::WORKSPACE) {
        continue;
      }
      Fault("volume-unused", AtVolume(v), "no container mounts it");
    }
  }

 private:
  void Volume(int v) {
    const v1::PlannedVolume& planned = pod_.volumes(v);
    const v1::Volume& volume = planned.volume();
    by_name_.emplace(volume.name(), v);
    // Kubernetes takes none for an emptyDir.
    if (Sources(volume) > 1) {
      Fault("volume-source", AtVolume(v), "it has several sources");
    }
    const bool of_workspace = planned.purpose() == v1::PlannedVolume::WORKSPACE;
    const bool of_unit = planned.purpose() == v1::PlannedVolume::TASK ||
                         planned.purpose() == v1::PlannedVolume::POD_TEMPLATE;
    if (planned.purpose() == v1::PlannedVolume::PURPOSE_UNSPECIFIED) {
      Fault("unspecified", AtVolume(v), "the purpose is not stated");
    }
    if (of_workspace != !planned.workspace().empty() ||
        of_unit != !planned.unit().empty()) {
      Fault("volume-owner", AtVolume(v),
            "what it belongs to and its purpose don't agree");
    }
    if (of_unit) {
      const int unit = index_.UnitOf(planned.unit());
      if (unit < 0 || index_.units[unit].pod != p_) {
        Fault("volume-owner", AtVolume(v),
              absl::StrCat("no unit \"", planned.unit(), "\" in this Pod"));
      }
    }
    if (of_workspace) {
      if (!workspaces_.insert(planned.workspace()).second) {
        Fault("volume-owner", AtVolume(v),
              absl::StrCat("another volume is the workspace \"",
                           planned.workspace(), "\""));
      }
      if (!used_.contains(planned.workspace())) {
        Fault("volume-unused", AtVolume(v),
              absl::StrCat("no task of the Pod uses the workspace \"",
                           planned.workspace(), "\""));
      }
    }
  }

  bool Uses(int task, absl::string_view workspace) const {
    return uses_.contains({task, workspace});
  }

  // A volume of the launchers, there once or not at all.
  void Ours(Purpose purpose, absl::string_view name, bool wanted) {
    int found = 0;
    for (int v = 0; v < pod_.volumes_size(); ++v) {
      const v1::PlannedVolume& planned = pod_.volumes(v);
      if (planned.purpose() != purpose) continue;
      ++found;
      if (planned.volume().name() != name) {
        Fault("launcher-volume", AtVolume(v),
              absl::StrCat("it is not named ", name));
      }
      if (purpose != v1::PlannedVolume::GATES) {
        if (!planned.volume().has_empty_dir()) {
          Fault("launcher-volume", AtVolume(v), "it is no emptyDir");
        }
        if (purpose == v1::PlannedVolume::CREDENTIALS &&
            planned.volume().empty_dir().medium() != "Memory") {
          Fault("launcher-volume", AtVolume(v), "it is not in memory");
        }
        continue;
      }
      std::set<absl::string_view> files;
      for (const v1::DownwardAPIVolumeFile& file :
           planned.volume().downward_api().items()) {
        if (absl::StartsWith(file.field_ref().field_path(),
                             "metadata.annotations['")) {
          files.insert(file.path());
        }
      }
      for (const std::string& gate : pod_.gates()) {
        if (files.contains(gate)) continue;
        Fault("gate-file", AtVolume(v),
              absl::StrCat("there is no file for the gate \"", gate, "\""));
      }
      for (const char* file : {"_stop", "_ended"}) {
        if (files.contains(file)) continue;
        Fault("gate-file", AtVolume(v),
              absl::StrCat("there is no file \"", file, "\""));
      }
    }
    if (found != (wanted ? 1 : 0)) {
      Fault("launcher-volume", "volumes",
            absl::StrCat(name, wanted ? " must be there once"
                                      : " is there, and nobody needs it"));
    }
  }

  // Fills `secret_volumes_`: each Secret that a credential is made of has one
  // volume, and no other Secret of the account has.
  void Credentials() {
    const auto& credentials = pod_.install().launch().credentials();
    for (int v = 0; v < pod_.volumes_size(); ++v) {
      const v1::PlannedVolume& planned = pod_.volumes(v);
      if (planned.purpose() != v1::PlannedVolume::ACCOUNT_SECRET) continue;
      const std::string& secret = planned.volume().secret().secret_name();
      if (secret.empty() ||
          std::none_of(credentials.begin(), credentials.end(),
                       [&](const auto& c) { return c.secret() == secret; })) {
        Fault("credential", AtVolume(v),
              "it is no Secret that a credential is made of");
      }
      if (!secret_volumes_.emplace(secret, planned.volume().name()).second) {
        Fault("credential", AtVolume(v),
              absl::StrCat("another volume is the Secret \"", secret, "\""));
      }
    }
    for (int c = 0; c < credentials.size(); ++c) {
      const v1::LaunchCredential& credential = credentials[c];
      if (credential.kind() != v1::CREDENTIAL_KIND_UNSPECIFIED &&
          secret_volumes_.contains(credential.secret())) {
        continue;
      }
      Fault("credential", absl::StrCat("install.launch.credentials[", c, "]"),
            "there is no volume for its Secret, or its kind is not stated");
    }
  }

  void Directories() {
    absl::string_view last_name;
    int last_unit = -1;
    for (int d = 0; d < pod_.install().directories_size(); ++d) {
      const std::string& directory = pod_.install().directories(d);
      const auto fault = [&](absl::string_view message) {
        Fault("directory", absl::StrCat("install.directories[", d, "]"),
              std::string(message));
      };
      if (!IsRelativeAndClean(directory)) {
        fault("it is not relative and clean");
      }
      const absl::string_view unit_name =
          absl::string_view(directory).substr(0, directory.find('/'));
      // They come unit by unit.
      if (unit_name != last_name) {
        last_name = unit_name;
        last_unit = index_.UnitOf(unit_name);
      }
      if (last_unit < 0 || index_.units[last_unit].pod != p_) {
        fault("it is no directory of a unit of this Pod");
      }
      const absl::string_view below =
          absl::string_view(directory).substr(unit_name.size());
      // Those above a directory are made with it.
      const absl::string_view top = below.substr(0, below.find('/', 1));
      if (top == "/tekton" || top == "/workspace") {
        mountable_.insert(absl::string_view(directory).substr(
            0, unit_name.size() + top.size()));
      }
    }
  }

  void Container(int c) {
    const v1::PlannedContainer& planned = pod_.containers(c);
    const v1::Container& container = planned.container();
    const int task = index_.TaskOf(planned.task());
    at_path_.clear();
    // Of those that aren't clean as written; references into it stay valid.
    std::deque<std::string> cleaned;
    for (int m = 0; m < container.volume_mounts_size(); ++m) {
      const v1::VolumeMount& mount = container.volume_mounts(m);
      const auto fault = [&](absl::string_view code, std::string message) {
        Fault(
            code,
            absl::StrCat("containers[", c, "].container.volumeMounts[", m, "]"),
            std::move(message));
      };
      const auto found = by_name_.find(mount.name());
      if (found == by_name_.end()) {
        fault("unknown-volume",
              absl::StrCat("no volume \"", mount.name(), "\" in the Pod"));
        continue;
      }
      mounted_[found->second] = true;
      absl::string_view clean = mount.mount_path();
      if (!IsClean(clean)) clean = cleaned.emplace_back(Clean(clean));
      if ((!absl::StartsWith(mount.mount_path(), "/") &&
           !IsResult(mount.mount_path())) ||
          Climbs(mount.mount_path())) {
        fault("mount-path", absl::StrCat("\"", mount.mount_path(),
                                         "\" is not absolute and clean"));
      }
      if (!at_path_.emplace(clean, &mount).second) {
        fault("mount-conflict", absl::StrCat("another volume is at ", clean));
      }
      if (absl::StartsWith(mount.sub_path(), "/") || Climbs(mount.sub_path())) {
        fault("sub-path", absl::StrCat("\"", mount.sub_path(),
                                       "\" leads out of the volume"));
      }
      Mount(planned, task, pod_.volumes(found->second), mount, clean, fault);
    }
    for (const v1::VolumeDevice& device : container.volume_devices()) {
      const auto found = by_name_.find(device.name());
      if (found != by_name_.end()) {
        mounted_[found->second] = true;
        continue;
      }
      Fault("unknown-volume",
            absl::StrCat("containers[", c, "].container.volumeDevices"),
            absl::StrCat("no volume \"", device.name(), "\" in the Pod"));
    }
    Required(c, planned);
    OwnDirectories(c, planned);
  }

  // What a launcher empties before another attempt nobody else may use, nor may
  // it outlive the Pod; and no other container may have something mounted in it
  // that this one has not, as it would lose that.
  void OwnDirectories(int c, const v1::PlannedContainer& planned) {
    const auto& launch = pod_.install().launch().containers();
    // Otherwise check_launch has its say.
    if (c >= launch.size()) return;
    for (const std::string& directory : launch[c].own_directories()) {
      const auto fault = [&](absl::string_view message) {
        Fault(
            "own-directory",
            absl::StrCat("install.launch.containers[", c, "].own_directories"),
            absl::StrCat(directory, message));
      };
      auto found = at_path_.find(directory);
      if (found == at_path_.end() && directory == "/tekton/home") {
        found = at_path_.find("/tekton");
      }
      if (found == at_path_.end() ||
          !IsOwn(planned, directory, *found->second)) {
        fault(" is not the unit's alone");
      } else if (TakesMounts(planned, directory, *found->second)) {
        fault(" has a mount in it that only another container has");
      }
    }
  }

  bool IsOwn(const v1::PlannedContainer& planned, absl::string_view directory,
             const v1::VolumeMount& mount) const {
    const auto found = by_name_.find(mount.name());
    if (found == by_name_.end() || mount.read_only()) return false;
    const v1::PlannedVolume& volume = pod_.volumes(found->second);
    if (volume.purpose() == v1::PlannedVolume::PRIVATE) {
      return directory == "/workspace" || directory == "/tekton/home";
    }
    return volume.unit() == planned.unit() &&
           (volume.volume().has_empty_dir() || volume.volume().has_ephemeral());
  }

  bool TakesMounts(const v1::PlannedContainer& planned,
                   absl::string_view directory,
                   const v1::VolumeMount& mount) const {
    const std::string place = Clean(mount.mount_path());
    for (const v1::PlannedContainer& other : pod_.containers()) {
      if (&other == &planned || other.unit() != planned.unit()) continue;
      for (const v1::VolumeMount& there : other.container().volume_mounts()) {
        if (there.name() != mount.name()) continue;
        const std::string elsewhere = Clean(there.mount_path());
        const bool same = elsewhere == place;
        // /tekton and /workspace are different parts of one volume.
        if (!same && pod_.volumes(by_name_.at(mount.name())).purpose() ==
                         v1::PlannedVolume::PRIVATE) {
          continue;
        }
        const std::string below =
            absl::StrCat(same ? directory : elsewhere, "/");
        for (const v1::VolumeMount& in : other.container().volume_mounts()) {
          const std::string path = Clean(in.mount_path());
          if (absl::StartsWith(path, below) &&
              !(same && at_path_.contains(path))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  // What may be mounted where.
  template <typename Fault>
  void Mount(const v1::PlannedContainer& planned, int task,
             const v1::PlannedVolume& volume, const v1::VolumeMount& mount,
             absl::string_view clean, Fault fault) {
    const bool reserved =
        clean == "/colocation" || absl::StartsWith(clean, "/colocation/");
    switch (volume.purpose()) {
      case v1::PlannedVolume::PROGRAM:
      case v1::PlannedVolume::EVENTS:
      case v1::PlannedVolume::GATES:
        // Required() knows where and how; nothing else may see them.
        if (!reserved) {
          fault("launcher-mount", "it belongs below /colocation");
        }
        return;
      case v1::PlannedVolume::PRIVATE: {
        absl::string_view below = mount.sub_path();
        const bool own = (clean == "/tekton" || clean == "/workspace") &&
                         absl::ConsumePrefix(&below, planned.unit()) &&
                         below == clean && !mount.read_only();
        if (!own) {
          fault("private-mount",
                absl::StrCat("it is not the unit's own ", clean));
        } else if (!mountable_.contains(mount.sub_path())) {
          fault("directory",
                absl::StrCat("nobody makes the directory ", mount.sub_path()));
        }
        return;
      }
      case v1::PlannedVolume::CREDENTIALS:
      case v1::PlannedVolume::ACCOUNT_SECRET:
        // Required() knows where and how; only steps may see them.
        if (planned.role() != v1::CONTAINER_ROLE_STEP ||
            !(clean == "/tekton/creds" ||
              absl::StartsWith(clean, "/tekton/creds-secrets/"))) {
          fault("credential", "only steps may see credentials");
        }
        return;
      case v1::PlannedVolume::WORKSPACE:
        // A claim may be bound to several workspaces, and is one volume then.
        if (task >= 0 && !Uses(task, volume.workspace()) &&
            !(volume.volume().has_persistent_volume_claim() &&
              index_.task(task).workspaces_size() > 0)) {
          fault("workspace-mount",
                absl::StrCat("\"", planned.task(),
                             "\" does not use the workspace \"",
                             volume.workspace(), "\""));
        }
        break;
      default:
        if (volume.unit() != planned.unit()) {
          fault("foreign-volume",
                absl::StrCat("it is a volume of \"", volume.unit(), "\""));
        }
        break;
    }
    if (reserved) {
      fault("launcher-mount", "/colocation is the launcher's");
    }
  }

  // What every container has.
  void Required(int c, const v1::PlannedContainer& planned) {
    const auto need = [&](absl::string_view path, absl::string_view volume,
                          absl::string_view sub_path, bool read_only) {
      const auto found = at_path_.find(path);
      if (found != at_path_.end() && found->second->name() == volume &&
          found->second->sub_path() == sub_path &&
          found->second->sub_path_expr().empty() &&
          found->second->read_only() == read_only) {
        return;
      }
      Fault("launcher-mount",
            absl::StrCat("containers[", c, "].container.volumeMounts"),
            absl::StrCat(volume, " is not at ", path, " as it has to be"));
    };
    need("/colocation/program", "colocation-program", "", true);
    need("/colocation/events", "colocation-events", "", true);
    need("/colocation/post", "colocation-events", planned.container().name(),
         false);
    if (pod_.install().launch().controlled()) {
      need("/colocation/gates", "colocation-gates", "", true);
    }
    const bool step = planned.role() == v1::CONTAINER_ROLE_STEP;
    if (step && !secret_volumes_.empty()) {
      need("/tekton/creds", "colocation-credentials",
           planned.container().name(), false);
      for (const auto& [secret, volume] : secret_volumes_) {
        need(absl::StrCat("/tekton/creds-secrets/", secret), volume, "", true);
      }
    }
    // Left out only where the author mounts something else; a sidecar has no
    // /workspace of its own (pkg/pod/pod.go in Tekton).
    if (!at_path_.contains("/tekton") ||
        (step && !at_path_.contains("/workspace"))) {
      Fault("private-mount",
            absl::StrCat("containers[", c, "].container.volumeMounts"),
            "the unit's own /tekton or /workspace is missing");
    }
  }

  static std::string AtVolume(int v) {
    return absl::StrCat("volumes[", v, "]");
  }

  void Fault(absl::string_view code, absl::string_view field,
             std::string message) {
    faults_.Add(code, absl::StrCat("pods[", p_, "].", field),
                std::move(message));
  }

  const CheckedPlan& index_;
  const int p_;
  const v1::PlannedPod& pod_;
  Faults& faults_;
  // Index of the Pod's volume.
  absl::flat_hash_map<absl::string_view, int> by_name_;
  // For each volume.
  std::vector<bool> mounted_;
  // Of each Secret that credentials are made of, its volume's name.
  std::map<absl::string_view, absl::string_view> secret_volumes_;
  // What the container at hand mounts where.
  absl::flat_hash_map<absl::string_view, const v1::VolumeMount*> at_path_;
  absl::flat_hash_set<absl::string_view> workspaces_;
  // What the Pod's tasks use: each, and all together.
  absl::flat_hash_set<std::pair<int, absl::string_view>> uses_;
  absl::flat_hash_set<absl::string_view> used_;
  // Those of the directories that a PRIVATE volume may be mounted from.
  absl::flat_hash_set<absl::string_view> mountable_;
};

}  // namespace

void CheckVolumes(const CheckedPlan& index, Faults* faults) {
  for (int p = 0; p < index.plan->pods_size(); ++p) {
    VolumeChecker(index, p, faults).Run();
  }
  absl::flat_hash_set<absl::string_view> claimed;
  for (const v1::PlannedPod& pod : index.plan->pods()) {
    for (const v1::PlannedVolume& volume : pod.volumes()) {
      claimed.insert(volume.volume().persistent_volume_claim().claim_name());
    }
  }
  const bool external = std::any_of(
      index.plan->tasks().begin(), index.plan->tasks().end(),
      [](const auto& t) { return t.placement() == v1::PLACEMENT_EXTERNAL; });
  for (int c = 0; c < index.plan->claims_size(); ++c) {
    const v1::PersistentVolumeClaim& claim = index.plan->claims(c);
    // An external task may be the only one that mounts it.
    if (external || claimed.contains(claim.metadata().name())) continue;
    faults->Add("claim-unused", absl::StrCat("claims[", c, "]"),
                "no Pod mounts it");
  }
}

}  // namespace colocation
