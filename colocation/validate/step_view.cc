#include "colocation/validate/step_view.h"

#include "colocation/validate/step_template.h"
#include "colocation/validate/variables.h"

namespace colocation {
namespace {

template <typename Items, typename Same>
int IndexOf(const Items& items, Same same) {
  for (int i = items.size() - 1; i >= 0; --i) {
    if (same(items[i])) return i;
  }
  return -1;
}

}  // namespace

const FieldPath& StepView::Of(absl::string_view field) const {
  if (given_ == nullptr) return path_;
  const bool lacking =
      (field == "image" && written_->image().empty()) ||
      (field == "command" && written_->command().empty()) ||
      (field == "args" && written_->args().empty()) ||
      (field == "workingDir" && written_->working_dir().empty()) ||
      (field == "envFrom" && written_->env_from().empty()) ||
      (field == "imagePullPolicy" && written_->image_pull_policy().empty());
  return lacking ? template_path_ : path_;
}

const FieldPath& StepView::OfEnv(int i, int* index) const {
  *index = i;
  if (given_ == nullptr) return path_;
  const auto same = [&](const v1::EnvVar& env) {
    return env.name() == step_->env(i).name();
  };
  *index = IndexOf(written_->env(), same);
  if (*index >= 0) return path_;
  *index = IndexOf(given_->env(), same);
  return template_path_;
}

const FieldPath& StepView::OfVolumeMount(int i, int* index) const {
  *index = i;
  if (given_ == nullptr) return path_;
  const auto same = [&](const v1::VolumeMount& mount) {
    return mount.mount_path() == step_->volume_mounts(i).mount_path();
  };
  *index = IndexOf(written_->volume_mounts(), same);
  if (*index >= 0) return path_;
  *index = IndexOf(given_->volume_mounts(), same);
  return template_path_;
}

void ForEachStep(const v1::TaskSpec& spec, const FieldPath& path, bool v1beta1,
                 absl::FunctionRef<void(const StepView&)> visit) {
  const FieldPath steps = path.Field("steps");
  const FieldPath template_path = path.Field("stepTemplate");
  for (int i = 0; i < spec.steps_size(); ++i) {
    const FieldPath at = steps.Index(i);
    const v1::Step& written = spec.steps(i);
    if (!spec.has_step_template() || written.has_ref()) {
      visit(StepView(written, written, nullptr, i, at, template_path));
      continue;
    }
    v1::Step merged = written;
    MergeWithTemplate(spec.step_template(), &merged);
    if (v1beta1) {
      merged.clear_results();
      merged.clear_results_empty();
      merged.clear_params();
      merged.clear_workspaces();
    }
    visit(
        StepView(merged, written, &spec.step_template(), i, at, template_path));
  }
}

void ForEachStepText(const StepView& view, StepTextVisitor visit) {
  const v1::Step& step = view.step();
  const auto text = [&](absl::string_view value, absl::string_view field) {
    if (!HasReference(value)) return;
    visit(value, StepField::kText, view.Of(field).Field(field));
  };
  const auto list = [&](const auto& values, absl::string_view field) {
    for (int i = 0; i < values.size(); ++i) {
      if (!HasReference(values[i])) continue;
      const FieldPath at = view.Of(field).Field(field);
      visit(values[i], StepField::kElement, at.Index(i));
    }
  };
  text(step.name(), "name");
  text(step.image(), "image");
  text(step.working_dir(), "workingDir");
  text(step.script(), "script");
  list(step.command(), "command");
  list(step.args(), "args");
  for (int i = 0; i < step.env_size(); ++i) {
    if (!HasReference(step.env(i).value())) continue;
    int index = i;
    const FieldPath env = view.OfEnv(i, &index).Field("env");
    const FieldPath at = env.Index(index);
    visit(step.env(i).value(), StepField::kText, at.Field("value"));
  }
  for (int i = 0; i < step.volume_mounts_size(); ++i) {
    const v1::VolumeMount& mount = step.volume_mounts(i);
    if (!HasReference(mount.name()) && !HasReference(mount.mount_path()) &&
        !HasReference(mount.sub_path())) {
      continue;
    }
    int index = i;
    const FieldPath mounts =
        view.OfVolumeMount(i, &index).Field("volumeMounts");
    const FieldPath at = mounts.Index(index);
    visit(mount.name(), StepField::kText, at.Field("name"));
    visit(mount.mount_path(), StepField::kText, at.Field("mountPath"));
    visit(mount.sub_path(), StepField::kText, at.Field("subPath"));
  }
  if (HasReference(step.on_error())) {
    visit(step.on_error(), StepField::kOnError, view.path().Field("onError"));
  }
}

}  // namespace colocation
