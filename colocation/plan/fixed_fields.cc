#include "colocation/plan/fixed_fields.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/plan/late_references.h"
#include "colocation/resolve/texts.h"

namespace colocation {
namespace {

class Finder {
 public:
  Finder(const ResolvedRun& run, const ResolvedTask& task,
         const TaskNames& names)
      : run_(run), task_(task), names_(names) {}

  void Unit(const v1::TaskSpec& spec) {
    constexpr TextFields kFixed =
        kPullPolicyText | kEnvSourceText | kEnvFromText | kMountText;
    const auto look = [&](const std::string& text, const FieldPath& path) {
      if (HasLateReference(text)) {
        Add(&task_.task_subject, path.ToString(), text);
      }
    };
    const FieldPath at(task_.task_path);
    const auto look_at_image = [&](const std::string& text,
                                   const FieldPath& path) {
      if (!HasLateReference(text)) return;
      const size_t known = found_.size();
      Add(&task_.task_subject, path.ToString(), text);
      if (found_.size() > known) found_.back().image = true;
    };
    ForEachStepText(spec, kImageText, at, look_at_image);
    ForEachSidecarText(spec, kImageText, at, look_at_image);
    ForEachStepText(spec, kFixed, at, look);
    ForEachSidecarText(spec, kFixed, at, look);
    ForEachVolumeText(spec, at, look);
    // Whoever creates the Pod replaces references everywhere in a volume, also
    // where parameters are not replaced.
    const FieldPath volumes = at.Field("volumes");
    for (int i = 0; i < spec.volumes_size(); ++i) {
      const std::string whole = spec.volumes(i).SerializeAsString();
      const std::string path = volumes.Index(i).ToString();
      if (!HasLateReference(whole) || FoundBelow(path)) continue;
      Add(&task_.task_subject, path, whole);
    }
  }

  void Workspaces() {
    for (const TaskWorkspace& workspace : task_.workspaces) {
      if (HasLateReference(workspace.sub_path)) {
        Add(&task_.subject, absl::StrCat(task_.path, ".workspaces"),
            workspace.sub_path);
      }
      if (workspace.run_workspace < 0) continue;
      v1::WorkspaceBinding binding =
          run_.workspaces[workspace.run_workspace].binding;
      binding.clear_sub_path();  // has been joined to the task's
      const std::string whole = binding.SerializeAsString();
      if (!HasLateReference(whole)) continue;
      Add(&run_.subject, "spec.workspaces", whole);
    }
  }

  std::vector<LateField> Take() { return std::move(found_); }

 private:
  bool FoundBelow(const std::string& path) const {
    return std::any_of(found_.begin(), found_.end(), [&](const auto& field) {
      return absl::StartsWith(field.path, absl::StrCat(path, "."));
    });
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
      const auto named = reference && !reference->owner.empty()
                             ? names_.find(reference->owner)
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

  const ResolvedRun& run_;
  const ResolvedTask& task_;
  const TaskNames& names_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<LateField> found_;
};

}  // namespace

std::vector<LateField> FindLateFields(const ResolvedRun& run,
                                      const ResolvedTask& task,
                                      const TaskNames& names) {
  Finder finder(run, task, names);
  for (const ResolvedUnit& unit : task.units) finder.Unit(unit.spec);
  finder.Workspaces();
  return finder.Take();
}

}  // namespace colocation
