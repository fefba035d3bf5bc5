// What the run and the installation say of a task: its timeout, its resources,
// its labels. A part of TaskResolver.

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/resolve/own_pod.h"
#include "colocation/resolve/resolve_task.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

void MergeResources(const v1::ResourceRequirements& from,
                    v1::ResourceRequirements* into) {
  for (const auto& [name, quantity] : from.requests()) {
    (*into->mutable_requests())[name] = quantity;
  }
  for (const auto& [name, quantity] : from.limits()) {
    (*into->mutable_limits())[name] = quantity;
  }
  for (const v1::ResourceClaim& claim : from.claims()) {
    v1::ResourceClaim* same = nullptr;
    for (v1::ResourceClaim& own : *into->mutable_claims()) {
      if (own.name() == claim.name()) same = &own;
    }
    *(same != nullptr ? same : into->add_claims()) = claim;
  }
}

// Takes the resources that the settings give to steps or sidecars by name.
template <typename Containers, typename Settings>
void TakeInResources(const Settings& settings, Containers* containers) {
  for (const v1::TaskRunStepSpec& setting : settings) {
    for (auto& container : *containers) {
      if (container.name() != setting.name()) continue;
      MergeResources(setting.compute_resources(),
                     container.mutable_compute_resources());
    }
  }
}

bool AsksForNothing(const v1::ResourceRequirements& resources) {
  return resources.requests().empty() && resources.limits().empty() &&
         resources.claims().empty();
}

// What `defaults` says of a container of that name; null for nothing. Of
// several beginnings that fit, the longest counts, as Tekton's choice is random
// (pkg/internal/defaultresourcerequirements/transformer.go).
const v1::ResourceRequirements* FindDefault(
    const std::map<std::string, v1::ResourceRequirements>& defaults,
    absl::string_view container) {
  const v1::ResourceRequirements* best = nullptr;
  size_t length = 0;
  for (const auto& [name, resources] : defaults) {
    if (AsksForNothing(resources)) continue;
    absl::string_view beginning = name;
    if (name == container) return &resources;
    if (!absl::ConsumePrefix(&beginning, "prefix-") ||
        !absl::StartsWith(container, absl::StrCat(beginning, "-")) ||
        (best != nullptr && beginning.size() <= length)) {
      continue;
    }
    best = &resources;
    length = beginning.size();
  }
  if (best != nullptr) return best;
  const auto found = defaults.find("default");
  return found == defaults.end() ? nullptr : &found->second;
}

}  // namespace

// What a Task or an embedded Task is labelled with yields to the run's
// (pkg/reconciler/pipelinerun/pipelinerun.go, combineTaskRunAndTaskSpecLabels;
// pkg/reconciler/taskrun/taskrun.go, storeTaskSpecAndMergeMeta). One of ours
// that says nothing on a run hides no other.
void TaskResolver::AddMetadata(const StringMap& labels,
                               const StringMap& annotations,
                               ResolvedTask* task) const {
  const v1::RunIdentity& run = scope_.run.identity;
  for (const auto& [key, value] : labels) {
    if (!run.labels().contains(key)) task->labels.insert({key, value});
  }
  for (const auto& [key, value] : annotations) {
    if (!run.annotations().contains(key) ||
        (key == kOwnPod && !scope_.one_task)) {
      task->annotations.insert({key, value});
    }
  }
}

void TaskResolver::SetSettings(const v1::PipelineTask& pipeline_task,
                               const TaskSettings& settings,
                               ResolvedTask* task) {
  const auto& given = settings.spec == nullptr
                          ? v1::PipelineTaskRunSpec::default_instance()
                          : *settings.spec;
  task->retries = std::max(0, pipeline_task.retries());
  const std::string& timeout =
      given.has_timeout() ? given.timeout() : pipeline_task.timeout();
  if (!timeout.empty()) {
    task->timeout_ns = ParseDurationNs(timeout).value_or(0);
  }
  task->continue_on_error = pipeline_task.on_error() == "continue";
  task->service_account_name = settings.service_account_name;
  task->pod_template = settings.pod_template;
  if (given.has_compute_resources()) {
    task->compute_resources = given.compute_resources();
  }
  const v1::PipelineTaskMetadata& of_spec =
      pipeline_task.task_spec().metadata();
  AddMetadata(of_spec.labels(), of_spec.annotations(), task);
  for (const auto& [key, value] : given.metadata().labels()) {
    task->labels[key] = value;
  }
  for (const auto& [key, value] : given.metadata().annotations()) {
    task->annotations[key] = value;
  }
}

// Containers that still ask for nothing get what the installation says; steps
// only where nothing is asked for the task as a whole, as Tekton divides that
// among them before.
void TaskResolver::SetResources(const TaskSettings& settings,
                                const ResolvedTask& task,
                                v1::TaskSpec* spec) const {
  if (settings.spec != nullptr) {
    TakeInResources(settings.spec->step_specs(), spec->mutable_steps());
    TakeInResources(settings.spec->sidecar_specs(), spec->mutable_sidecars());
  }
  const auto& defaults = scope_.flags.default_container_resources;
  if (defaults.empty()) return;
  const auto take = [&](absl::string_view prefix, auto* containers) {
    for (auto& container : *containers) {
      if (!AsksForNothing(container.compute_resources())) continue;
      if (const v1::ResourceRequirements* found =
              FindDefault(defaults, absl::StrCat(prefix, container.name()))) {
        *container.mutable_compute_resources() = *found;
      }
    }
  };
  if (!task.compute_resources || AsksForNothing(*task.compute_resources)) {
    take("step-", spec->mutable_steps());
  }
  take("sidecar-", spec->mutable_sidecars());
}

}  // namespace colocation
