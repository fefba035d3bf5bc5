#include "colocation/resolve/steps.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

// The template's elements, each with what the step's element of the same key
// sets; new ones follow.
template <typename Element, typename Key, typename Merge>
void MergeByKey(
    const google::protobuf::RepeatedPtrField<Element>& from_template, Key key,
    Merge merge, google::protobuf::RepeatedPtrField<Element>* of_step) {
  if (from_template.empty()) return;
  google::protobuf::RepeatedPtrField<Element> merged = from_template;
  for (Element& element : *of_step) {
    Element* same = nullptr;
    for (Element& candidate : merged) {
      if (key(candidate) == key(element)) same = &candidate;
    }
    if (same != nullptr) {
      merge(element, same);
    } else {
      *merged.Add() = std::move(element);
    }
  }
  of_step->Swap(&merged);
}

template <typename Element>
void MergeFields(const Element& from, Element* into) {
  into->MergeFrom(from);
}

// A value and a source exclude each other: then the step's variable stands
// (merge.go, amendConflictingContainerFields).
void MergeEnv(const v1::EnvVar& from, v1::EnvVar* into) {
  into->MergeFrom(from);
  if (into->has_value_from() && !into->value().empty()) *into = from;
}

void MergeQuantities(
    const google::protobuf::Map<std::string, std::string>& from_template,
    google::protobuf::Map<std::string, std::string>* of_step) {
  of_step->insert(from_template.begin(), from_template.end());
}

void MergeTemplate(const v1::StepTemplate& t, v1::Step* step) {
  if (step->image().empty()) step->set_image(t.image());
  if (step->command().empty()) *step->mutable_command() = t.command();
  if (step->args().empty()) *step->mutable_args() = t.args();
  if (step->working_dir().empty()) step->set_working_dir(t.working_dir());
  if (step->env_from().empty()) *step->mutable_env_from() = t.env_from();
  if (step->image_pull_policy().empty()) {
    step->set_image_pull_policy(t.image_pull_policy());
  }
  MergeByKey(
      t.env(), [](const v1::EnvVar& env) { return env.name(); }, MergeEnv,
      step->mutable_env());
  MergeByKey(
      t.volume_mounts(),
      [](const v1::VolumeMount& mount) { return mount.mount_path(); },
      MergeFields<v1::VolumeMount>,
      step->mutable_volume_mounts());
  MergeByKey(
      t.volume_devices(),
      [](const v1::VolumeDevice& device) { return device.device_path(); },
      MergeFields<v1::VolumeDevice>,
      step->mutable_volume_devices());
  if (t.has_compute_resources()) {
    v1::ResourceRequirements* resources = step->mutable_compute_resources();
    MergeQuantities(t.compute_resources().requests(),
                    resources->mutable_requests());
    MergeQuantities(t.compute_resources().limits(),
                    resources->mutable_limits());
    MergeByKey(
        t.compute_resources().claims(),
        [](const v1::ResourceClaim& claim) { return claim.name(); },
        MergeFields<v1::ResourceClaim>,
        resources->mutable_claims());
  }
  if (t.has_security_context()) {
    v1::SecurityContext merged = t.security_context();
    merged.MergeFrom(step->security_context());
    // A list of the step replaces the template's.
    if (step->security_context().has_capabilities()) {
      const v1::Capabilities& capabilities =
          step->security_context().capabilities();
      if (!capabilities.add().empty()) {
        *merged.mutable_capabilities()->mutable_add() = capabilities.add();
      }
      if (!capabilities.drop().empty()) {
        *merged.mutable_capabilities()->mutable_drop() = capabilities.drop();
      }
    }
    *step->mutable_security_context() = std::move(merged);
  }
}

}  // namespace

void TakeInStepTemplate(v1::TaskSpec* spec) {
  if (!spec->has_step_template()) return;
  for (v1::Step& step : *spec->mutable_steps())
    MergeTemplate(spec->step_template(), &step);
  spec->clear_step_template();
}

void NameSteps(v1::TaskSpec* spec) {
  for (int i = 0; i < spec->steps_size(); ++i) {
    if (spec->steps(i).name().empty()) {
      spec->mutable_steps(i)->set_name(absl::StrCat("unnamed-", i));
    }
  }
  for (int i = 0; i < spec->sidecars_size(); ++i) {
    if (spec->sidecars(i).name().empty()) {
      spec->mutable_sidecars(i)->set_name(absl::StrCat("unnamed-", i));
    }
  }
}

}  // namespace colocation
