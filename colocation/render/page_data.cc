#include "colocation/render/page_data.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/encode.h"

namespace colocation {
namespace {

// Outside of strings JSON has none of these characters.
std::string Inert(const std::string& json) {
  return absl::StrReplaceAll(json, {{"<", "\\u003c"},
                                    {">", "\\u003e"},
                                    {"&", "\\u0026"},
                                    {"\xe2\x80\xa8", "\\u2028"},
                                    {"\xe2\x80\xa9", "\\u2029"}});
}

bool IsShown(const v1::PlannedVolume& volume) {
  switch (volume.purpose()) {
    case v1::PlannedVolume::WORKSPACE:
    case v1::PlannedVolume::TASK:
    case v1::PlannedVolume::POD_TEMPLATE:
      return true;
    default:
      return false;
  }
}

void ShowTask(const v1::PlannedTask& task, v1::PlannedTask* shown) {
  shown->set_name(task.name());
  shown->set_display_name(task.display_name());
  shown->set_finally(task.finally());
  shown->set_placement(task.placement());
  shown->set_pod(task.pod());
  for (const v1::PlannedUnit& unit : task.units()) {
    v1::PlannedUnit* shown_unit = shown->add_units();
    shown_unit->set_name(unit.name());
    *shown_unit->mutable_steps() = unit.steps();
    *shown_unit->mutable_sidecars() = unit.sidecars();
    *shown_unit->mutable_matrix_params() = unit.matrix_params();
    *shown_unit->mutable_need() = unit.need();
  }
  *shown->mutable_wait_for() = task.wait_for();
  if (task.has_end())
    shown->mutable_end()->set_skip_reason(task.end().skip_reason());
  shown->set_external(task.external());
  if (task.has_origin()) *shown->mutable_origin() = task.origin();
  shown->set_path(task.path());
  *shown->mutable_workspaces() = task.workspaces();
  shown->set_task_ref(task.task_ref());
  *shown->mutable_when() = task.when();
}

void ShowContainer(const v1::PlannedContainer& planned,
                   const absl::flat_hash_set<absl::string_view>& volumes,
                   v1::PlannedContainer* shown) {
  shown->set_role(planned.role());
  shown->set_task(planned.task());
  shown->set_unit(planned.unit());
  shown->set_step(planned.step());
  *shown->mutable_asked() = planned.asked();
  const v1::Container& from = planned.container();
  v1::Container* to = shown->mutable_container();
  to->set_name(from.name());
  to->set_image(from.image());
  *to->mutable_resources()->mutable_requests() = from.resources().requests();
  for (const v1::VolumeMount& mount : from.volume_mounts()) {
    if (volumes.contains(mount.name())) *to->add_volume_mounts() = mount;
  }
}

void ShowPod(const v1::PlannedPod& pod, v1::PlannedPod* shown) {
  shown->set_name(pod.name());
  *shown->mutable_tasks() = pod.tasks();
  *shown->mutable_start_when() = pod.start_when();
  shown->mutable_spec()->set_service_account_name(
      pod.spec().service_account_name());
  absl::flat_hash_set<absl::string_view> volumes;
  for (const v1::PlannedVolume& volume : pod.volumes()) {
    if (!IsShown(volume)) continue;
    *shown->add_volumes() = volume;
    volumes.insert(volume.volume().name());
  }
  for (const v1::PlannedContainer& container : pod.containers())
    ShowContainer(container, volumes, shown->add_containers());
  for (const v1::ResourceUse& use : pod.resources()) {
    v1::ResourceUse* shown_use = shown->add_resources();
    *shown_use = use;
    shown_use->clear_cover();
  }
  shown->set_node(pod.node());
}

}  // namespace

std::string PageData(const v1::ColocationPlan& plan) {
  v1::ColocationPlan shown;
  shown.set_version(plan.version());
  shown.mutable_run()->set_name(plan.run().name());
  shown.mutable_run()->set_namespace_(plan.run().namespace_());
  shown.mutable_run()->set_pipeline(plan.run().pipeline());
  for (const v1::PlannedTask& task : plan.tasks())
    ShowTask(task, shown.add_tasks());
  *shown.mutable_dependencies() = plan.dependencies();
  for (const v1::PlannedPod& pod : plan.pods()) ShowPod(pod, shown.add_pods());
  *shown.mutable_decisions() = plan.decisions();
  return Inert(ToJson(shown));
}

std::string PageData(const v1::SimulationResult& simulation) {
  v1::SimulationResult shown;
  for (const v1::ExecutionResult& execution : simulation.executions()) {
    v1::ExecutionResult* shown_execution = shown.add_executions();
    shown_execution->set_kind(execution.kind());
    shown_execution->set_description(execution.description());
    shown_execution->set_pods(execution.pods());
    shown_execution->set_placeholders(execution.placeholders());
    shown_execution->set_volumes(execution.volumes());
    if (execution.detailed_size() > 0)
      *shown_execution->add_detailed() = execution.detailed(0);
  }
  *shown.mutable_notes() = simulation.notes();
  return Inert(ToJson(shown));
}

}  // namespace colocation
