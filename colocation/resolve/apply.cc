#include "colocation/resolve/apply.h"

#include <string>
#include <vector>

#include "colocation/decode/encode.h"
#include "colocation/resolve/reference.h"

namespace colocation {
namespace {

// A string field, replaced where it holds a reference.
#define COLOCATION_APPLY(object, field)                  \
  do {                                                   \
    if (MayHoldReference((object)->field())) {           \
      (object)->set_##field(r.Apply((object)->field())); \
    }                                                    \
  } while (false)

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

void ApplyToItems(const Replacements& r,
                  google::protobuf::RepeatedPtrField<v1::KeyToPath>* items) {
  for (v1::KeyToPath& item : *items) {
    COLOCATION_APPLY(&item, key);
    COLOCATION_APPLY(&item, path);
  }
}

void ApplyToVolume(const Replacements& r, v1::Volume* volume) {
  COLOCATION_APPLY(volume, name);
  if (volume->has_config_map()) {
    COLOCATION_APPLY(volume->mutable_config_map(), name);
    ApplyToItems(r, volume->mutable_config_map()->mutable_items());
  }
  if (volume->has_secret()) {
    COLOCATION_APPLY(volume->mutable_secret(), secret_name);
    ApplyToItems(r, volume->mutable_secret()->mutable_items());
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
      if (MayHoldReference(value)) value = r.Apply(value);
    }
  }
}

// Every string of the message, map keys included.
void ApplyToEveryString(const Replacements& r,
                        google::protobuf::Message* message) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(*message, &set);
  for (const FieldDescriptor* field : set) {
    const bool is_string = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!is_string && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    }
    if (!field->is_repeated()) {
      if (!is_string) {
        ApplyToEveryString(r, reflection->MutableMessage(message, field));
      } else if (const std::string text =
                     reflection->GetString(*message, field);
                 MayHoldReference(text)) {
        reflection->SetString(message, field, r.Apply(text));
      }
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      if (!is_string) {
        ApplyToEveryString(
            r, reflection->MutableRepeatedMessage(message, field, i));
        continue;
      }
      const std::string text =
          reflection->GetRepeatedString(*message, field, i);
      if (!MayHoldReference(text)) continue;
      reflection->SetRepeatedString(message, field, i, r.Apply(text));
    }
  }
}

}  // namespace

void ApplyToParams(const Replacements& r,
                   google::protobuf::RepeatedPtrField<v1::Param>* params) {
  for (v1::Param& param : *params) r.ApplyToValue(param.mutable_value());
}

void ApplyToWhen(const Replacements& r, v1::WhenExpression* when) {
  // A whole array as input is its JSON text
  // (pkg/apis/pipeline/v1/when_types.go, applyReplacementsAsString).
  if (const v1::ParamValue* array = r.WholeArray(when->input())) {
    when->set_input(ToJson(*array));
  }
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
  ApplyAroundSteps(r, spec);
}

void ApplyAroundSteps(const Replacements& r, v1::TaskSpec* spec) {
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
  ApplyToEveryString(r, pod);
}

void ApplyToBinding(const Replacements& r, v1::WorkspaceBinding* binding) {
  COLOCATION_APPLY(binding, sub_path);
  if (binding->has_persistent_volume_claim()) {
    COLOCATION_APPLY(binding->mutable_persistent_volume_claim(), claim_name);
  }
  if (binding->has_config_map()) {
    COLOCATION_APPLY(binding->mutable_config_map(), name);
    ApplyToItems(r, binding->mutable_config_map()->mutable_items());
  }
  if (binding->has_secret()) {
    COLOCATION_APPLY(binding->mutable_secret(), secret_name);
    ApplyToItems(r, binding->mutable_secret()->mutable_items());
  }
  if (binding->has_projected()) {
    for (auto& source : *binding->mutable_projected()->mutable_sources()) {
      if (source.has_config_map()) {
        COLOCATION_APPLY(source.mutable_config_map(), name);
        ApplyToItems(r, source.mutable_config_map()->mutable_items());
      }
      if (source.has_secret()) {
        COLOCATION_APPLY(source.mutable_secret(), name);
        ApplyToItems(r, source.mutable_secret()->mutable_items());
      }
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

#undef COLOCATION_APPLY

}  // namespace colocation
