#include "colocation/plan/fixed_fields.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/plan/late_references.h"

namespace colocation {
namespace {

class Finder {
 public:
  Finder(const ResolvedTask& task, const TaskNames& names)
      : task_(task), names_(names) {}

  void Unit(const v1::TaskSpec& spec) {
    for (int i = 0; i < spec.steps_size(); ++i) {
      Container(spec.steps(i), ".steps[", i);
    }
    for (int i = 0; i < spec.sidecars_size(); ++i) {
      Container(spec.sidecars(i), ".sidecars[", i);
    }
    for (int i = 0; i < spec.volumes_size(); ++i) {
      // Any text of a volume source; none is there in all but a few.
      const v1::Volume& volume = spec.volumes(i);
      const std::string bytes = volume.SerializeAsString();
      Text(bytes, [&] { return absl::StrCat(".volumes[", i, "]"); });
    }
    for (int i = 0; i < spec.workspaces_size(); ++i) {
      Text(spec.workspaces(i).mount_path(),
           [&] { return absl::StrCat(".workspaces[", i, "].mountPath"); });
    }
  }

  void Workspaces() {
    for (const TaskWorkspace& workspace : task_.workspaces) {
      if (!HasLateReference(workspace.sub_path)) continue;
      Add(&task_.subject, absl::StrCat(task_.path, ".workspaces"),
          workspace.sub_path);
    }
  }

  std::vector<LateField> Take() { return std::move(found_); }

 private:
  template <typename C>
  void Container(const C& c, absl::string_view list, int index) {
    const auto at = [&](absl::string_view field) {
      return [this, list, index, field] {
        return absl::StrCat(list, index, "].", field);
      };
    };
    Text(c.image(), at("image"));
    Text(c.image_pull_policy(), at("imagePullPolicy"));
    for (const v1::VolumeMount& mount : c.volume_mounts()) {
      Text(mount.name(), at("volumeMounts"));
      Text(mount.mount_path(), at("volumeMounts"));
      Text(mount.sub_path(), at("volumeMounts"));
    }
    for (const v1::VolumeDevice& device : c.volume_devices()) {
      Text(device.name(), at("volumeDevices"));
      Text(device.device_path(), at("volumeDevices"));
    }
    for (const v1::EnvVar& env : c.env()) {
      if (!env.has_value_from()) continue;
      Text(env.value_from().SerializeAsString(), at("env"));
    }
    for (const v1::EnvFromSource& from : c.env_from()) {
      Text(from.SerializeAsString(), at("envFrom"));
    }
  }

  template <typename Path>
  void Text(absl::string_view text, Path path) {
    if (!absl::StrContains(text, "$(") || !HasLateReference(text)) return;
    Add(&task_.task_subject, absl::StrCat(task_.task_path, path()), text);
  }

  void Add(const Subject* subject, std::string path, absl::string_view text) {
    // Matrix combinations have the same fields.
    if (!seen_.insert(path).second) return;
    LateField field;
    field.subject = subject;
    field.path = std::move(path);
    bool other = false;
    ForEachReference(text, [&](absl::string_view inside) {
      const absl::string_view whole(inside.data() - 2, inside.size() + 3);
      if (!HasLateReference(whole)) return;
      if (field.text.empty()) field.text = std::string(whole);
      const auto reference = ParseTaskReference(inside);
      const auto named = reference && !reference->task.empty()
                             ? names_.find(reference->task)
                             : names_.end();
      if (named == names_.end()) {
        other = true;
      } else {
        field.needs.push_back(named->second);
      }
    });
    if (other) field.needs.clear();
    std::sort(field.needs.begin(), field.needs.end());
    field.needs.erase(std::unique(field.needs.begin(), field.needs.end()),
                      field.needs.end());
    found_.push_back(std::move(field));
  }

  const ResolvedTask& task_;
  const TaskNames& names_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<LateField> found_;
};

}  // namespace

std::vector<LateField> FindLateFields(const ResolvedTask& task,
                                      const TaskNames& names) {
  Finder finder(task, names);
  for (const ResolvedUnit& unit : task.units) finder.Unit(unit.spec);
  finder.Workspaces();
  return finder.Take();
}

}  // namespace colocation
