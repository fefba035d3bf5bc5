#include "colocation/validate/step_template.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace colocation {
namespace {

// The step's elements in their order, and before each those of the template
// alone that stand before it there; in no other way are the two orders held
// against each other. Order counts: a variable may refer to those before it
// (normalizeElementOrder and mergeSortedSlice in apimachinery's
// pkg/util/strategicpatch/patch.go).
template <typename Element, typename Key>
google::protobuf::RepeatedPtrField<Element> InOrder(
    google::protobuf::RepeatedPtrField<Element> merged,
    const google::protobuf::RepeatedPtrField<Element>& from_template, Key key,
    const std::vector<std::string>& of_step) {
  absl::flat_hash_map<std::string, int> place, place_in_step;
  for (int i = 0; i < from_template.size(); ++i) {
    place.emplace(key(from_template[i]), i);
  }
  for (size_t i = 0; i < of_step.size(); ++i) {
    place_in_step.emplace(of_step[i], static_cast<int>(i));
  }
  std::vector<Element*> left, right;
  for (Element& element : merged) {
    (place_in_step.contains(key(element)) ? right : left).push_back(&element);
  }
  std::stable_sort(right.begin(), right.end(), [&](Element* a, Element* b) {
    return place_in_step[key(*a)] < place_in_step[key(*b)];
  });
  google::protobuf::RepeatedPtrField<Element> ordered;
  size_t next = 0;
  for (Element* element : right) {
    const auto found = place.find(key(*element));
    while (next < left.size() && found != place.end() &&
           place[key(*left[next])] < found->second) {
      *ordered.Add() = std::move(*left[next++]);
    }
    *ordered.Add() = std::move(*element);
  }
  while (next < left.size()) *ordered.Add() = std::move(*left[next++]);
  return ordered;
}

// The template's elements, each with what the step's element of the same key
// sets, and the step's new ones.
template <typename Element, typename Key, typename Merge>
void MergeByKey(
    const google::protobuf::RepeatedPtrField<Element>& from_template, Key key,
    Merge merge, google::protobuf::RepeatedPtrField<Element>* of_step) {
  if (from_template.empty()) return;
  google::protobuf::RepeatedPtrField<Element> merged = from_template;
  std::vector<std::string> keys;
  for (Element& element : *of_step) {
    keys.push_back(key(element));
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
  *of_step = InOrder(std::move(merged), from_template, key, keys);
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

// The patch has what differs from the template, by the place in the step at
// which each key stands first; and that has to be the step's own order.
template <typename Element, typename Key>
bool OrderFits(const google::protobuf::RepeatedPtrField<Element>& from_template,
               Key key,
               const google::protobuf::RepeatedPtrField<Element>& of_step) {
  if (from_template.empty() || of_step.size() < 2) return true;
  absl::flat_hash_map<absl::string_view, int> first;
  std::vector<int> patch;  // the first places of its elements' keys
  bool twice = false;
  for (int i = 0; i < of_step.size(); ++i) {
    const auto [known, added] = first.emplace(key(of_step[i]), i);
    twice |= !added;
    const bool same =
        added && std::any_of(from_template.begin(), from_template.end(),
                             [&](const Element& element) {
                               return element.SerializeAsString() ==
                                      of_step[i].SerializeAsString();
                             });
    if (!same) patch.push_back(known->second);
  }
  if (!twice) return true;
  std::stable_sort(patch.begin(), patch.end());
  size_t next = 0;
  for (const Element& element : of_step) {
    if (next < patch.size() && key(of_step[patch[next]]) == key(element)) {
      ++next;
    }
  }
  return next == patch.size();
}

}  // namespace

bool CanMergeWithTemplate(const v1::StepTemplate& given, const v1::Step& step) {
  using View = absl::string_view;
  return OrderFits(
             given.env(),
             [](const v1::EnvVar& env) -> View { return env.name(); },
             step.env()) &&
         OrderFits(
             given.volume_mounts(),
             [](const v1::VolumeMount& mount) -> View {
               return mount.mount_path();
             },
             step.volume_mounts()) &&
         OrderFits(
             given.volume_devices(),
             [](const v1::VolumeDevice& device) -> View {
               return device.device_path();
             },
             step.volume_devices());
}

void MergeWithTemplate(const v1::StepTemplate& t, v1::Step* step) {
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
      MergeFields<v1::VolumeMount>, step->mutable_volume_mounts());
  MergeByKey(
      t.volume_devices(),
      [](const v1::VolumeDevice& device) { return device.device_path(); },
      MergeFields<v1::VolumeDevice>, step->mutable_volume_devices());
  if (t.has_compute_resources()) {
    v1::ResourceRequirements* resources = step->mutable_compute_resources();
    MergeQuantities(t.compute_resources().requests(),
                    resources->mutable_requests());
    MergeQuantities(t.compute_resources().limits(),
                    resources->mutable_limits());
    MergeByKey(
        t.compute_resources().claims(),
        [](const v1::ResourceClaim& claim) { return claim.name(); },
        MergeFields<v1::ResourceClaim>, resources->mutable_claims());
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

}  // namespace colocation
