#include "colocation/resolve/apply.h"

namespace colocation {
namespace {

// A string field, replaced where it is set.
#define COLOCATION_APPLY(object, field) \
  if (!(object)->field().empty())       \
  (object)->set_##field(r.Apply((object)->field()))

// The fields that steps, step templates and sidecars have in common
// (pkg/container/container_replacements.go, applyContainerReplacements).
template <typename Container>
void ApplyToContainer(const Replacements& r, Container* c) {
  COLOCATION_APPLY(c, image);
  COLOCATION_APPLY(c, image_pull_policy);
  COLOCATION_APPLY(c, working_dir);
  r.ApplyToList(c->mutable_args());
  r.ApplyToList(c->mutable_command());
  for (v1::EnvVar& env : *c->mutable_env()) {
    COLOCATION_APPLY(&env, value);
    if (!env.has_value_from()) continue;
    if (env.value_from().has_secret_key_ref()) {
      auto* ref = env.mutable_value_from()->mutable_secret_key_ref();
      COLOCATION_APPLY(ref, name);
      COLOCATION_APPLY(ref, key);
    }
    if (env.value_from().has_config_map_key_ref()) {
      auto* ref = env.mutable_value_from()->mutable_config_map_key_ref();
      COLOCATION_APPLY(ref, name);
      COLOCATION_APPLY(ref, key);
    }
  }
  for (v1::EnvFromSource& from : *c->mutable_env_from()) {
    COLOCATION_APPLY(&from, prefix);
    if (from.has_config_map_ref()) {
      COLOCATION_APPLY(from.mutable_config_map_ref(), name);
    }
    if (from.has_secret_ref())
      COLOCATION_APPLY(from.mutable_secret_ref(), name);
  }
  for (v1::VolumeMount& mount : *c->mutable_volume_mounts()) {
    COLOCATION_APPLY(&mount, name);
    COLOCATION_APPLY(&mount, mount_path);
    COLOCATION_APPLY(&mount, sub_path);
  }
}

void ApplyToVolume(const Replacements& r, v1::Volume* volume) {
  COLOCATION_APPLY(volume, name);
  if (volume->has_config_map()) {
    COLOCATION_APPLY(volume->mutable_config_map(), name);
    for (v1::KeyToPath& item : *volume->mutable_config_map()->mutable_items()) {
      COLOCATION_APPLY(&item, key);
      COLOCATION_APPLY(&item, path);
    }
  }
  if (volume->has_secret()) {
    COLOCATION_APPLY(volume->mutable_secret(), secret_name);
    for (v1::KeyToPath& item : *volume->mutable_secret()->mutable_items()) {
      COLOCATION_APPLY(&item, key);
      COLOCATION_APPLY(&item, path);
    }
  }
  if (volume->has_persistent_volume_claim()) {
    COLOCATION_APPLY(volume->mutable_persistent_volume_claim(), claim_name);
  }
  if (volume->has_projected()) {
    for (v1::VolumeProjection& source :
         *volume->mutable_projected()->mutable_sources()) {
      if (source.has_config_map())
        COLOCATION_APPLY(source.mutable_config_map(), name);
      if (source.has_secret()) COLOCATION_APPLY(source.mutable_secret(), name);
      if (source.has_service_account_token()) {
        COLOCATION_APPLY(source.mutable_service_account_token(), audience);
      }
    }
  }
  if (volume->has_csi()) {
    if (volume->csi().has_node_publish_secret_ref()) {
      COLOCATION_APPLY(volume->mutable_csi()->mutable_node_publish_secret_ref(),
                       name);
    }
    for (auto& [key, value] :
         *volume->mutable_csi()->mutable_volume_attributes()) {
      value = r.Apply(value);
    }
  }
}

void ApplyToParams(const Replacements& r,
                   google::protobuf::RepeatedPtrField<v1::Param>* params) {
  for (v1::Param& param : *params) r.ApplyToValue(param.mutable_value());
}

template <typename Container>
void ForEachContainerText(const Container& c,
                          absl::FunctionRef<void(const std::string&)> found) {
  found(c.image());
  found(c.working_dir());
  for (const std::string& arg : c.args()) found(arg);
  for (const std::string& word : c.command()) found(word);
  for (const v1::EnvVar& env : c.env()) found(env.value());
  for (const v1::VolumeMount& mount : c.volume_mounts()) {
    found(mount.name());
    found(mount.mount_path());
    found(mount.sub_path());
  }
}

}  // namespace

void ApplyToWhen(const Replacements& r, v1::WhenExpression* when) {
  COLOCATION_APPLY(when, input);
  COLOCATION_APPLY(when, cel);
  r.ApplyToList(when->mutable_values());
}

void ApplyToStep(const Replacements& r, v1::Step* step) {
  COLOCATION_APPLY(step, name);
  COLOCATION_APPLY(step, script);
  COLOCATION_APPLY(step, on_error);
  if (step->has_stdout_config())
    COLOCATION_APPLY(step->mutable_stdout_config(), path);
  if (step->has_stderr_config())
    COLOCATION_APPLY(step->mutable_stderr_config(), path);
  for (v1::WhenExpression& when : *step->mutable_when()) ApplyToWhen(r, &when);
  ApplyToContainer(r, step);
}

void ApplyToSidecar(const Replacements& r, v1::Sidecar* sidecar) {
  COLOCATION_APPLY(sidecar, name);
  COLOCATION_APPLY(sidecar, script);
  ApplyToContainer(r, sidecar);
}

void ApplyToStepTemplate(const Replacements& r, v1::StepTemplate* step) {
  ApplyToContainer(r, step);
}

void ApplyToTaskSpec(const Replacements& r, v1::TaskSpec* spec) {
  for (v1::Step& step : *spec->mutable_steps()) {
    ApplyToParams(r, step.mutable_params());
    ApplyToStep(r, &step);
  }
  if (spec->has_step_template())
    ApplyToStepTemplate(r, spec->mutable_step_template());
  for (v1::Volume& volume : *spec->mutable_volumes()) ApplyToVolume(r, &volume);
  for (v1::WorkspaceDeclaration& workspace : *spec->mutable_workspaces()) {
    COLOCATION_APPLY(&workspace, mount_path);
  }
  for (v1::Sidecar& sidecar : *spec->mutable_sidecars())
    ApplyToSidecar(r, &sidecar);
}

void ApplyToPipelineTask(const Replacements& r, v1::PipelineTask* task) {
  ApplyToParams(r, task->mutable_params());
  if (task->has_matrix()) {
    ApplyToParams(r, task->mutable_matrix()->mutable_params());
    for (v1::IncludeParams& include :
         *task->mutable_matrix()->mutable_include()) {
      ApplyToParams(r, include.mutable_params());
    }
  }
  COLOCATION_APPLY(task, display_name);
  for (auto& workspace : *task->mutable_workspaces()) {
    COLOCATION_APPLY(&workspace, sub_path);
  }
  for (v1::WhenExpression& when : *task->mutable_when()) ApplyToWhen(r, &when);
  if (task->has_task_ref()) {
    ApplyToParams(r, task->mutable_task_ref()->mutable_params());
    COLOCATION_APPLY(task->mutable_task_ref(), name);
  }
  COLOCATION_APPLY(task, on_error);
}

void ApplyToPodTemplate(const Replacements& r, v1::PodTemplate* pod) {
  for (auto& [key, value] : *pod->mutable_node_selector())
    value = r.Apply(value);
  for (v1::EnvVar& env : *pod->mutable_env()) COLOCATION_APPLY(&env, value);
  for (v1::Toleration& toleration : *pod->mutable_tolerations()) {
    COLOCATION_APPLY(&toleration, key);
    COLOCATION_APPLY(&toleration, value);
  }
  for (v1::Volume& volume : *pod->mutable_volumes()) ApplyToVolume(r, &volume);
  COLOCATION_APPLY(pod, runtime_class_name);
  COLOCATION_APPLY(pod, priority_class_name);
  COLOCATION_APPLY(pod, scheduler_name);
  for (auto& secret : *pod->mutable_image_pull_secrets()) {
    COLOCATION_APPLY(&secret, name);
  }
}

void ApplyToBinding(const Replacements& r, v1::WorkspaceBinding* binding) {
  COLOCATION_APPLY(binding, sub_path);
  if (binding->has_persistent_volume_claim()) {
    COLOCATION_APPLY(binding->mutable_persistent_volume_claim(), claim_name);
  }
  if (binding->has_config_map())
    COLOCATION_APPLY(binding->mutable_config_map(), name);
  if (binding->has_secret())
    COLOCATION_APPLY(binding->mutable_secret(), secret_name);
  if (binding->has_projected()) {
    for (auto& source : *binding->mutable_projected()->mutable_sources()) {
      if (source.has_config_map())
        COLOCATION_APPLY(source.mutable_config_map(), name);
      if (source.has_secret()) COLOCATION_APPLY(source.mutable_secret(), name);
    }
  }
  if (binding->has_csi()) {
    COLOCATION_APPLY(binding->mutable_csi(), driver);
    if (binding->csi().has_node_publish_secret_ref()) {
      COLOCATION_APPLY(
          binding->mutable_csi()->mutable_node_publish_secret_ref(), name);
    }
  }
}

void ForEachText(const v1::TaskSpec& spec,
                 absl::FunctionRef<void(const std::string&)> found) {
  for (const v1::Step& step : spec.steps()) {
    ForEachContainerText(step, found);
    found(step.script());
    found(step.stdout_config().path());
    found(step.stderr_config().path());
    for (const v1::WhenExpression& when : step.when()) {
      found(when.input());
      found(when.cel());
      for (const std::string& value : when.values()) found(value);
    }
    for (const v1::Param& param : step.params()) {
      found(param.value().string_value());
      for (const std::string& item : param.value().array_value().items())
        found(item);
      for (const auto& entry : param.value().object_value().entries()) {
        found(entry.second);
      }
    }
  }
  for (const v1::Sidecar& sidecar : spec.sidecars()) {
    ForEachContainerText(sidecar, found);
    found(sidecar.script());
  }
  ForEachContainerText(spec.step_template(), found);
}

#undef COLOCATION_APPLY

}  // namespace colocation
