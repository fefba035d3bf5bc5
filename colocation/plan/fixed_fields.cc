#include "colocation/plan/fixed_fields.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/plan/late_references.h"
#include "colocation/resolve/texts.h"

namespace colocation {
namespace {

class Finder {
 public:
  Finder(const ResolvedTask& task, const TaskNames& names)
      : task_(task), names_(names) {}

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
