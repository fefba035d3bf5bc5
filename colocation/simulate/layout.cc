#include "colocation/simulate/layout.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/simulate/pod_shape.h"

namespace colocation::simulate {
namespace {

// Of the affinity assistant (affinityAssistantStatefulSet in pkg/reconciler/
// pipelinerun/affinity_assistant.go).
constexpr int64_t kAssistantCpu = 50;
constexpr int64_t kAssistantMemory = int64_t{100} << 20;

constexpr char kEntrypointImage[] = "tekton.dev/entrypoint";

// What both layouts are made from.
class LayoutMaker {
 public:
  LayoutMaker(const v1::ColocationPlan& plan, const WorkloadModel& workload,
              ClusterModel* cluster, Scheduler* scheduler)
      : plan_(plan),
        workload_(workload),
        cluster_(*cluster),
        scheduler_(*scheduler) {
    for (const v1::PersistentVolumeClaim& claim : plan.claims()) {
      own_claims_[claim.metadata().name()] = &claim;
    }
    layout_.pod_of.assign(workload.units.size(), -1);
    layout_.place_in_pod.assign(workload.units.size(), -1);
    layout_.refused.resize(workload.tasks.size());
  }

  Layout PodPerTask();
  Layout Colocated();

 private:
  // -1 for a name that the plan hasn't.
  int TaskIndex(const std::string& name) const {
    const auto found = workload_.task_index.find(name);
    return found == workload_.task_index.end() ? -1 : found->second;
  }
  int Image(const std::string& name) { return cluster_.images.Index(name); }
  // The volume behind a source; -1 where it is none that needs attaching.
  // `scope` tells ephemeral volumes of different Pods apart.
  int VolumeOf(const v1::Volume& volume, const std::string& scope);
  int OwnVolume(const std::string& name,
                const v1::PersistentVolumeClaimSpec& spec);
  int AddVolume(const std::string& key, VolumeModel volume);
  void AddAssistants();
  void AddTaskPod(const v1::PlannedPod& pod, int unit,
                  const std::map<std::string, int>& workspaces);
  // By workspace: the volume that Tekton's Pods have for it.
  std::map<std::string, int> WorkspaceVolumes();

  const v1::ColocationPlan& plan_;
  const WorkloadModel& workload_;
  ClusterModel& cluster_;
  Scheduler& scheduler_;
  Layout layout_;
  absl::flat_hash_map<std::string, const v1::PersistentVolumeClaim*>
      own_claims_;
  std::map<std::string, int> volumes_;
};

int LayoutMaker::AddVolume(const std::string& key, VolumeModel volume) {
  const auto [entry, added] =
      volumes_.try_emplace(key, static_cast<int>(layout_.volumes.size()));
  if (added) layout_.volumes.push_back(std::move(volume));
  return entry->second;
}

int LayoutMaker::OwnVolume(const std::string& name,
                           const v1::PersistentVolumeClaimSpec& spec) {
  int storage_class = FindStorageClass(cluster_, spec.storage_class_name());
  // A class that nobody described is like the default.
  if (storage_class < 0) storage_class = 0;
  const StorageClassModel& model = cluster_.storage_classes[storage_class];
  const bool one_node =
      spec.access_modes().empty() ||
      absl::c_any_of(spec.access_modes(), [](const std::string& mode) {
        return absl::StartsWith(mode, "ReadWriteOnce");
      });
  return AddVolume("own " + name,
                   {-1, name, model.immediate, model.zonal, one_node});
}

int LayoutMaker::VolumeOf(const v1::Volume& volume, const std::string& scope) {
  if (volume.has_ephemeral()) {
    return OwnVolume(absl::StrCat(scope, "-", volume.name()),
                     volume.ephemeral().volume_claim_template().spec());
  }
  if (!volume.has_persistent_volume_claim()) return -1;
  const std::string& name = volume.persistent_volume_claim().claim_name();
  const auto own = own_claims_.find(name);
  if (own != own_claims_.end()) return OwnVolume(name, own->second->spec());
  // One that is there for all runs.
  auto claim = absl::c_find_if(cluster_.claims, [&](const ClaimModel& known) {
    return known.name == name;
  });
  if (claim == cluster_.claims.end()) {
    cluster_.claims.push_back({name, -1, true});
    claim = cluster_.claims.end() - 1;
  }
  VolumeModel model;
  model.claim = static_cast<int>(claim - cluster_.claims.begin());
  model.name = name;
  model.zonal = claim->zone >= 0;
  model.one_node = claim->one_node;
  return AddVolume("claim " + name, model);
}

// -- Pod per task -------------------------------------------------------------

std::map<std::string, int> LayoutMaker::WorkspaceVolumes() {
  std::map<std::string, int> users;
  for (const v1::PlannedTask& task : plan_.tasks()) {
    if (task.placement() == v1::PLACEMENT_SKIPPED) continue;
    const int runs_at = std::max(1, task.units_size());
    for (const std::string& workspace : task.workspaces()) {
      users[workspace] += runs_at;
    }
  }
  std::map<std::string, int> volumes;
  for (const v1::PlannedPod& pod : plan_.pods()) {
    for (const v1::PlannedVolume& planned : pod.volumes()) {
      if (planned.purpose() != v1::PlannedVolume::WORKSPACE ||
          volumes.contains(planned.workspace())) {
        continue;
      }
      const std::string& workspace = planned.workspace();
      if (planned.volume().has_empty_dir()) {
        if (users[workspace] < 2) continue;
        const StorageClassModel& model =
            cluster_.storage_classes[cluster_.tekton.storage_class];
        volumes[workspace] = AddVolume("workspace " + workspace,
                                       {-1, workspace, model.immediate,
                                        model.zonal, cluster_.tekton.one_node});
        continue;
      }
      const int volume = VolumeOf(planned.volume(), workspace);
      if (volume >= 0) volumes[workspace] = volume;
    }
  }
  return volumes;
}

void LayoutMaker::AddAssistants() {
  const Coschedule mode = cluster_.tekton.coschedule;
  if (mode == Coschedule::kDisabled) return;
  PodShape shape;
  shape.requests = {kAssistantCpu, kAssistantMemory};
  shape.score_cpu = kAssistantCpu;
  shape.score_memory = kAssistantMemory;
  shape.assistant = true;
  shape.alone = mode == Coschedule::kIsolate;
  // It has the node selector and tolerations of the PipelineRun's Pod template;
  // the plan has them in each of its Pods.
  if (!plan_.pods().empty()) {
    v1::PodSpec spec;
    *spec.mutable_node_selector() = plan_.pods(0).spec().node_selector();
    *spec.mutable_tolerations() = plan_.pods(0).spec().tolerations();
    shape.placement = scheduler_.AddPlacement(spec);
  }
  const ShapeId shape_id = scheduler_.AddShape(shape);
  if (mode != Coschedule::kWorkspaces) {
    AssistantModel assistant;
    assistant.name = "affinity-assistant";
    assistant.of = "the run";
    assistant.shape = shape_id;
    for (size_t v = 0; v < layout_.volumes.size(); ++v) {
      assistant.volumes.push_back(static_cast<int>(v));
    }
    layout_.assistants.push_back(std::move(assistant));
    return;
  }
  for (size_t v = 0; v < layout_.volumes.size(); ++v) {
    const std::string& name = layout_.volumes[v].name;
    layout_.assistants.push_back({absl::StrCat("affinity-assistant-", name),
                                  absl::StrCat("workspace \"", name, "\""),
                                  shape_id,
                                  {static_cast<int>(v)}});
  }
}

void LayoutMaker::AddTaskPod(const v1::PlannedPod& pod, int unit,
                             const std::map<std::string, int>& workspaces) {
  const UnitModel& model = workload_.units[unit];
  const v1::PlannedTask& planned_task = plan_.tasks(model.task);
  const v1::PlannedUnit& planned_unit =
      planned_task.units(unit - workload_.tasks[model.task].first_unit);
  PodModel task_pod;
  task_pod.name = absl::StrCat(model.name, "-pod");
  task_pod.tasks = {model.task};
  task_pod.units = {unit};
  task_pod.images.push_back(Image(kEntrypointImage));
  PodShape shape;
  shape.placement = scheduler_.AddPlacement(pod.spec());
  const auto add = [&](const v1::PlannedContainer& container) {
    AddContainer(container.asked(), &cluster_.resources, &shape);
    task_pod.images.push_back(Image(container.container().image()));
  };
  // Tekton's Pods have the steps first (pkg/pod/pod.go).
  for (const std::string& step : planned_unit.steps()) {
    for (const v1::PlannedContainer& container : pod.containers()) {
      if (container.container().name() == step) add(container);
    }
  }
  for (const v1::PlannedContainer& container : pod.containers()) {
    if (container.unit() == model.name &&
        container.role() == v1::CONTAINER_ROLE_SIDECAR) {
      add(container);
    }
  }
  shape.requests.resize(std::max<size_t>(shape.requests.size(), 2));
  // Its steps wait until the Pod's status says that all is ready
  // (pkg/pod/entrypoint.go, UpdateReady).
  const int all = static_cast<int>(task_pod.images.size()) - 1;
  task_pod.first_needs = {all};
  task_pod.step_needs = {std::vector<int>(model.steps.size(), all)};
  std::set<int> volumes;
  for (const std::string& workspace : planned_task.workspaces()) {
    const auto found = workspaces.find(workspace);
    if (found == workspaces.end()) continue;
    volumes.insert(found->second);
    // The last one that has a claim counts (getTaskrunWorkspaces in pkg/
    // reconciler/pipelinerun/pipelinerun.go).
    if (cluster_.tekton.coschedule == Coschedule::kWorkspaces) {
      task_pod.assistant = found->second;
    }
  }
  if (cluster_.tekton.coschedule == Coschedule::kPipelineRuns ||
      cluster_.tekton.coschedule == Coschedule::kIsolate) {
    task_pod.assistant = 0;
  }
  if (cluster_.tekton.coschedule == Coschedule::kWorkspaces &&
      volumes.size() > 1) {
    // ValidateOnlyOnePVCIsUsed in pkg/workspace/validate.go, called by
    // pkg/reconciler/taskrun/taskrun.go in this mode alone.
    layout_.refused[model.task] =
        "Tekton refuses the TaskRun: more than one PersistentVolumeClaim is "
        "bound (coschedule: workspaces)";
  }
  for (const v1::PlannedVolume& volume : pod.volumes()) {
    if (volume.unit() != model.name) continue;
    const int index = VolumeOf(volume.volume(), task_pod.name);
    if (index >= 0) volumes.insert(index);
  }
  task_pod.volumes.assign(volumes.begin(), volumes.end());
  task_pod.shape = scheduler_.AddShape(shape);
  layout_.pod_of[unit] = static_cast<int>(layout_.pods.size());
  layout_.place_in_pod[unit] = 0;
  task_pod.has_finally = workload_.tasks[model.task].finally;
  layout_.pods.push_back(std::move(task_pod));
}

Layout LayoutMaker::PodPerTask() {
  layout_.kind = v1::POD_PER_TASK;
  static constexpr const char* kModes[] = {"workspaces", "pipelineruns",
                                           "isolate-pipelinerun", "disabled"};
  layout_.description = absl::StrCat(
      "coschedule: ", kModes[static_cast<int>(cluster_.tekton.coschedule)]);
  const std::map<std::string, int> workspaces = WorkspaceVolumes();
  // Before the volumes that single tasks have of their own.
  AddAssistants();
  std::map<std::string, const v1::PlannedPod*> pods;
  for (const v1::PlannedPod& pod : plan_.pods()) pods[pod.name()] = &pod;
  for (size_t unit = 0; unit < workload_.units.size(); ++unit) {
    const auto pod = pods.find(plan_.tasks(workload_.units[unit].task).pod());
    if (pod == pods.end()) continue;
    AddTaskPod(*pod->second, static_cast<int>(unit), workspaces);
  }
  return std::move(layout_);
}

// -- Colocated ----------------------------------------------------------------

Layout LayoutMaker::Colocated() {
  layout_.kind = v1::COLOCATED;
  switch (plan_.policy()) {
    case v1::POLICY_PIPELINERUN:
      layout_.description = "policy: pipelinerun";
      break;
    case v1::POLICY_ISOLATED:
      layout_.description = "policy: isolated";
      break;
    default:
      layout_.description = "policy: workspaces";
  }
  for (const v1::PlannedPod& planned : plan_.pods()) {
    PodModel pod;
    pod.name = planned.name();
    PodShape shape;
    shape.placement = scheduler_.AddPlacement(planned.spec());
    google::protobuf::Map<std::string, std::string> requested;
    for (const v1::ResourceUse& use : planned.resources()) {
      requested[use.resource()] = use.requested();
    }
    shape.requests = AmountsOf(requested, &cluster_.resources);
    shape.requests.resize(std::max<size_t>(shape.requests.size(), 2));
    pod.images.push_back(Image(planned.launcher_image()));
    std::map<std::string, int> container_index;
    std::map<std::string, int> sidecars_of;
    for (const v1::PlannedContainer& container : planned.containers()) {
      const int index = static_cast<int>(pod.images.size());
      container_index[container.container().name()] = index;
      pod.images.push_back(Image(container.container().image()));
      if (container.role() == v1::CONTAINER_ROLE_SIDECAR) {
        sidecars_of[container.unit()] = index;
      }
      AddToScore(container.container().resources().requests(), &shape);
    }
    if (planned.spec().has_resources()) {
      shape.score_cpu = shape.requests[kCpu];
      shape.score_memory = shape.requests[kMemory];
    }
    for (const std::string& name : planned.tasks()) {
      const int index = TaskIndex(name);
      if (index < 0) continue;
      const TaskModel& task = workload_.tasks[index];
      pod.tasks.push_back(index);
      pod.has_finally |= task.finally;
      for (int u = 0; u < task.units; ++u) {
        const int unit = task.first_unit + u;
        layout_.pod_of[unit] = static_cast<int>(layout_.pods.size());
        layout_.place_in_pod[unit] = static_cast<int>(pod.units.size());
        pod.units.push_back(unit);
        std::vector<int> needs;
        for (const std::string& step : plan_.tasks(index).units(u).steps()) {
          const auto found = container_index.find(step);
          needs.push_back(found == container_index.end() ? 0 : found->second);
        }
        const auto sidecar = sidecars_of.find(workload_.units[unit].name);
        pod.first_needs.push_back(
            std::max(needs.empty() ? 0 : needs.front(),
                     sidecar == sidecars_of.end() ? 0 : sidecar->second));
        pod.step_needs.push_back(std::move(needs));
      }
    }
    std::set<int> volumes;
    for (const v1::PlannedVolume& volume : planned.volumes()) {
      const int index = VolumeOf(volume.volume(), planned.name());
      if (index >= 0) volumes.insert(index);
    }
    pod.volumes.assign(volumes.begin(), volumes.end());
    for (const v1::StartCondition& when : planned.start_when()) {
      std::vector<int>& tasks = pod.start_when.emplace_back();
      for (const std::string& name : when.tasks()) {
        if (TaskIndex(name) >= 0) tasks.push_back(TaskIndex(name));
      }
    }
    if (pod.start_when.empty()) pod.start_when.emplace_back();
    pod.shape = scheduler_.AddShape(shape);
    layout_.pods.push_back(std::move(pod));
  }
  return std::move(layout_);
}

}  // namespace

Layout PodPerTaskLayout(const v1::ColocationPlan& plan,
                        const WorkloadModel& workload, ClusterModel* cluster,
                        Scheduler* scheduler) {
  return LayoutMaker(plan, workload, cluster, scheduler).PodPerTask();
}

Layout ColocatedLayout(const v1::ColocationPlan& plan,
                       const WorkloadModel& workload, ClusterModel* cluster,
                       Scheduler* scheduler) {
  return LayoutMaker(plan, workload, cluster, scheduler).Colocated();
}

}  // namespace colocation::simulate
