#include "colocation/plan/plan.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/container_order.h"
#include "colocation/plan/containers.h"
#include "colocation/plan/credentials.h"
#include "colocation/plan/decisions.h"
#include "colocation/plan/dependencies.h"
#include "colocation/plan/fit.h"
#include "colocation/plan/fit_options.h"
#include "colocation/plan/fixed_fields.h"
#include "colocation/plan/grouping.h"
#include "colocation/plan/hermetic.h"
#include "colocation/plan/images.h"
#include "colocation/plan/late_references.h"
#include "colocation/plan/launch_spec.h"
#include "colocation/plan/launcher_security.h"
#include "colocation/plan/limit_range.h"
#include "colocation/plan/metadata.h"
#include "colocation/plan/names.h"
#include "colocation/plan/own_directories.h"
#include "colocation/plan/pod_caps.h"
#include "colocation/plan/pod_order.h"
#include "colocation/plan/pod_settings.h"
#include "colocation/plan/pod_sharing.h"
#include "colocation/plan/pods.h"
#include "colocation/plan/qos.h"
#include "colocation/plan/refuse_artifacts.h"
#include "colocation/plan/reported_results.h"
#include "colocation/plan/resources.h"
#include "colocation/plan/unit_needs.h"
#include "colocation/plan/volumes.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/resolve.h"
#include "colocation/syntax/quantity.h"
#include "colocation/validate/feature_flags.h"
#include "colocation/version.h"

namespace colocation {
namespace {

// The launcher of this version.
constexpr char kLauncherImage[] = "ghcr.io/colocation/launcher";

v1::Policy PolicyOf(const v1::PlanOptions& options) {
  return options.policy() == v1::POLICY_UNSPECIFIED ? v1::POLICY_WORKSPACES
                                                    : options.policy();
}

v1::RequestMode RequestsOf(const v1::PlanOptions& options) {
  return options.requests() == v1::REQUEST_MODE_UNSPECIFIED
             ? v1::REQUEST_MODE_PEAK
             : options.requests();
}

bool FitsQuantity(absl::int128 nanos) {
  return Quantity::FromNanos(nanos, {}).nanos() == nanos;
}

// What the controller makes to have it run.
const char* KindOfExternal(ResolvedTask::Runs runs) {
  switch (runs) {
    case ResolvedTask::Runs::kCustomRun:
      return "CustomRun";
    case ResolvedTask::Runs::kPipeline:
      return "PipelineRun";
    default:
      return "TaskRun";
  }
}

class Planner {
 public:
  Planner(const ResolvedRun& run, const v1::PlanRequest& request,
          DiagnosticList* diagnostics, std::vector<v1::Need>* needs)
      : run_(run),
        request_(request),
        options_(request.options()),
        flags_(FlagsOf(request.options())),
        diagnostics_(*diagnostics),
        waits_(run),
        reported_(run, request.options().controlled()),
        decisions_(run),
        images_(request, diagnostics, needs),
        credentials_(run, request, flags_, diagnostics, needs) {
    for (size_t i = 0; i < run.tasks.size(); ++i) {
      names_.emplace(run.tasks[i].name, static_cast<TaskIndex>(i));
    }
  }

  v1::ColocationPlan Run() {
    plan_.set_version(2);
    *plan_.mutable_run() = run_.identity;
    plan_.set_policy(PolicyOf(options_));
    plan_.set_requests(RequestsOf(options_));
    *plan_.mutable_timeouts() = run_.timeouts;
    SetStartTolerance();
    for (const v1::PipelineResult& result : run_.results) {
      *plan_.add_results() = result;
    }
    for (const ResolvedTask& task : run_.tasks) {
      RefuseArtifacts(task, &diagnostics_);
    }
    RefuseHermeticVariables(run_, &diagnostics_);
    limit_range_ =
        FindLimitRange(request_.cluster(), run_.identity.namespace_());
    const FitOptions fit = ReadFitOptions(run_, options_.fit(), &diagnostics_);
    const PodCaps caps(run_, request_, plan_.requests(), limit_range_, waits_,
                       reported_, fit);
    *plan_.mutable_caps() = caps.ToProto();
    grouping_ = GroupTasks(run_, options_, plan_.policy(), caps, &waits_,
                           &decisions_, &diagnostics_);
    pod_names_ = PodNames(run_, grouping_);
    unit_names_ = UnitNames(run_);
    if (!diagnostics_.has_errors()) {
      fitted_ = FitPods(run_, grouping_, unit_names_, caps, fit, waits_,
                        &decisions_, &diagnostics_);
    }
    claims_ = NameClaims(run_, grouping_);
    for (const v1::PersistentVolumeClaim& claim : claims_.claims) {
      *plan_.add_claims() = claim;
    }
    if (run_.pipeline_spec != nullptr) {
      *plan_.mutable_pipeline_spec() = *run_.pipeline_spec;
    }
    AddTasks();
    AddDependencies(run_, grouping_, waits_, &plan_);
    for (size_t g = 0; g < grouping_.groups.size(); ++g) {
      AddPod(static_cast<int32_t>(g));
    }
    for (v1::PlannedPod& pod : *plan_.mutable_pods()) {
      pod.set_node(caps.NodeFor(pod));
      if (pod.fit_size() > 0) RefuseWhatStillExceeds(pod, caps);
    }
    ExplainPlacement();
    ExplainPods();
    credentials_.Explain(&decisions_);
    for (v1::Decision& decision : decisions_.Take()) {
      *plan_.add_decisions() = std::move(decision);
    }
    return std::move(plan_);
  }

 private:
  void SetStartTolerance() {
    if (flags_.image_pull_back_off_ns == 0 &&
        flags_.create_container_error_ns == 0) {
      return;
    }
    v1::StartTolerance& tolerance = *plan_.mutable_start_tolerance();
    tolerance.set_image_pull_back_off_ns(flags_.image_pull_back_off_ns);
    tolerance.set_create_container_error_ns(flags_.create_container_error_ns);
  }

  void AddTasks() {
    std::vector<std::vector<std::string>> workspaces(run_.tasks.size());
    const WorkspaceUsers users = FindWorkspaceUsers(run_);
    for (size_t w = 0; w < run_.workspaces.size(); ++w) {
      for (const auto* of : {&users.in_pods[w], &users.outside[w]}) {
        for (const TaskIndex task : *of) {
          workspaces[task].push_back(run_.workspaces[w].name);
        }
      }
    }
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      const ResolvedTask& task = run_.tasks[i];
      v1::PlannedTask* planned = plan_.add_tasks();
      planned->set_name(task.name);
      planned->set_finally(task.finally);
      for (const TaskIndex before : waits_.Of(static_cast<TaskIndex>(i))) {
        planned->add_wait_for(run_.tasks[before].name);
      }
      *planned->mutable_origin() = task.subject.origin();
      planned->set_path(task.path);
      planned->set_task_ref(task.task_ref);
      planned->set_display_name(task.display_name);
      *planned->mutable_when() = {task.whens_as_written.begin(),
                                  task.whens_as_written.end()};
      if (task.task_run != nullptr) {
        *planned->mutable_task_run() = *task.task_run;
      }
      std::sort(workspaces[i].begin(), workspaces[i].end());
      for (std::string& name : workspaces[i]) {
        planned->add_workspaces(std::move(name));
      }
      if (task.runs == ResolvedTask::Runs::kNever) {
        planned->set_placement(v1::PLACEMENT_SKIPPED);
        *planned->mutable_end() = EndOf(task);
      } else if (task.runs == ResolvedTask::Runs::kUnits) {
        planned->set_placement(v1::PLACEMENT_POD);
        planned->set_pod(pod_names_[grouping_.group_of[i]]);
      } else {
        planned->set_placement(v1::PLACEMENT_EXTERNAL);
        planned->set_external(task.external);
        *planned->mutable_launch() = ExternalLaunchTask(
            run_, static_cast<TaskIndex>(i), waits_, &diagnostics_);
        v1::ExternalSpec* spec = planned->mutable_spec();
        spec->set_kind(KindOfExternal(task.runs));
        *spec->mutable_pipeline_task() = *task.pipeline_task;
        spec->set_service_account_name(task.service_account_name);
      }
    }
  }

  // A LimitRange may have the Pod ask for more than its units need at once.
  void RefuseWhatStillExceeds(const v1::PlannedPod& pod, const PodCaps& caps) {
    const std::string exceeded = caps.ExceededBy(pod);
    if (exceeded.empty()) return;
    const ResolvedTask& first = run_.tasks[names_.at(pod.tasks(0))];
    diagnostics_
        .Error(pod.node().empty() ? "node-too-small" : "resource-quota",
               first.subject, absl::StrCat(first.path, ".name"),
               absl::StrCat("the Pod of ", absl::StrJoin(pod.tasks(), ", "),
                            " is too large, even if no more of it runs at once "
                            "than there is room for: ",
                            exceeded))
        .set_hint(
            "lower what the LimitRanges of the namespace have each container "
            "ask for, or have fewer containers");
  }

  void AddPod(int32_t g) {
    const Group& group = grouping_.groups[g];
    v1::PlannedPod* pod = plan_.add_pods();
    pod->set_name(pod_names_[g]);
    for (const TaskIndex task : group.tasks) {
      pod->add_tasks(run_.tasks[task].name);
    }
    for (const std::vector<TaskIndex>& set :
         StartConditions(grouping_, g, &waits_)) {
      v1::StartCondition* condition = pod->add_start_when();
      for (const TaskIndex task : set) {
        condition->add_tasks(run_.tasks[task].name);
      }
    }
    const std::vector<TaskIndex> looked_at =
        TasksLookedAt(run_, grouping_, g, waits_, names_);
    for (const TaskIndex task : looked_at) {
      if (run_.tasks[task].runs == ResolvedTask::Runs::kNever) continue;
      pod->add_gates(run_.tasks[task].name);
    }
    *pod->mutable_spec() = MergePodSettings(run_, group.tasks);
    pod->set_launcher_image(!options_.launcher_image().empty()
                                ? options_.launcher_image()
                                : absl::StrCat(kLauncherImage, ":", kVersion));

    const std::vector<PlacedUnit> units = PlaceUnits(run_, group, unit_names_);
    SetMetadata(run_, group, units, flags_.managed_by, pod, &decisions_);
    v1::InstallSpec* install = pod->mutable_install();
    MakeLaunchSpec(run_, group, units, looked_at, waits_, reported_,
                   options_.controlled(), install->mutable_launch(),
                   &diagnostics_);
    install->mutable_launch()->set_sidecars_not_awaited(
        !flags_.await_sidecar_readiness);
    AddPrivateDirectories(units, install);
    AddDelays(units, install->mutable_launch());
    for (const v1::FitLimit& limit : fitted_.LimitsOf(g)) {
      *pod->add_fit() = limit;
    }
    AddContainers(g, units, pod);
    *pod->mutable_launcher_security_context() =
        LauncherSecurityContext(*pod, flags_);
  }

  // Which units wait for which so that the Pod fits, as indices.
  std::vector<std::pair<int, int>> DelaysAmong(
      const std::vector<PlacedUnit>& units) const {
    std::vector<std::pair<int, int>> delays;
    if (!fitted_.any()) return delays;
    std::map<std::pair<TaskIndex, int32_t>, int> index_of;
    for (size_t u = 0; u < units.size(); ++u) {
      index_of[{units[u].task, units[u].number}] = static_cast<int>(u);
    }
    for (size_t u = 0; u < units.size(); ++u) {
      for (const UnitRef& other :
           fitted_.DelaysOf(units[u].task, units[u].number)) {
        delays.emplace_back(index_of.at({other.task, other.unit}),
                            static_cast<int>(u));
      }
    }
    return delays;
  }

  // The same in the launch spec.
  void AddDelays(const std::vector<PlacedUnit>& units, v1::LaunchSpec* spec) {
    if (!fitted_.any()) return;
    size_t next = 0;
    for (v1::LaunchTask& task : *spec->mutable_tasks()) {
      for (int u = 0; u < task.units_size(); ++u, ++next) {
        for (const UnitRef& other : fitted_.DelaysOf(units[next].task, u)) {
          task.mutable_units(u)->add_delayed_by(
              unit_names_[other.task][other.unit]);
        }
      }
    }
  }

  void AddContainers(int32_t g, const std::vector<PlacedUnit>& units,
                     v1::PlannedPod* pod) {
    const std::vector<TaskIndex>& tasks = grouping_.groups[g].tasks;
    OwnFields own_fields(run_, units, flags_.managed_by, pod, &diagnostics_);
    PodVolumes volumes(run_, claims_, units, options_.controlled(),
                       {pod->gates().begin(), pod->gates().end()},
                       AddCredentials(tasks, pod), &own_fields,
                       pod->mutable_volumes(), &diagnostics_);

    std::vector<int> task_of_unit;
    std::vector<UnitNeed> needs;
    std::vector<std::string> names;
    for (const PlacedUnit& unit : units) {
      task_of_unit.push_back(static_cast<int>(
          std::lower_bound(tasks.begin(), tasks.end(), unit.task) -
          tasks.begin()));
      needs.push_back(NeedOf(run_.tasks[unit.task], *unit.unit, limit_range_));
      names.push_back(unit.name);
      AddUnit(unit, needs.back());
    }
    CheckSums(units, needs);
    const Graph order = OrderInPod(tasks, waits_);
    PodResources resources = PlanResources(
        needs, names,
        fitted_.any() ? fitted_.OrderOf(tasks) : UnitOrder(task_of_unit, order),
        plan_.requests(), limit_range_);
    SetPodResources(resources, pod);
    if (resources.raised_to_minimum) {
      decisions_.Add("limit-range-minimum", tasks, "",
                     "The Pod asks for more than its tasks need at once, as a "
                     "LimitRange has a minimum for every container or Pod");
    }
    if (resources.raised_for_ratio) {
      decisions_
          .Add("limit-range-ratio", tasks, "",
               "The Pod asks for more than its tasks need at once, as a "
               "LimitRange says how many times its requests its limits may be")
          .set_hint("lower the limits to have it ask for less");
    }
    if (LosesGuarantee(needs, resources.uses, limit_range_)) {
      decisions_
          .Add("qos-burstable", tasks, "",
               "The Pod's quality of service is Burstable, although the limits "
               "of every container are its requests as written, because it "
               "asks for its peak only")
          .set_hint(
              "plan with the requests `sum` (--requests=sum) to have it "
              "Guaranteed");
    }

    const Wrapping wrapping{
        run_,     units,         volumes, flags_.kubernetes_sidecar,
        &images_, &diagnostics_, pod,     &own_fields};
    v1::InstallSpec* install = pod->mutable_install();
    for (const ContainerPlace& place :
         OrderContainers(units, task_of_unit, order, DelaysAmong(units))) {
      const UnitNeed& need = needs[place.unit];
      WrappedContainer wrapped =
          place.sidecar ? WrapSidecar(wrapping, place.unit, place.index)
                        : WrapStep(wrapping, place.unit, place.index);
      SetResources(
          place.sidecar ? need.sidecars[place.index] : need.steps[place.index],
          place.sidecar ? resources.sidecars[place.unit][place.index]
                        : resources.steps[place.unit][place.index],
          &wrapped.planned);
      AddBarriers(g, units[place.unit], place, &wrapped.planned);
      if (PatchesImages(options_)) PatchImage(&wrapped, pod);
      if (!wrapped.script.empty()) {
        v1::Script* script = install->add_scripts();
        script->set_container(wrapped.launch.name());
        script->set_content(std::move(wrapped.script));
      }
    }
    AddOwnDirectories(pod);
  }

  // Reports the container with which the Pod's requests for a resource become
  // more than a quantity can be.
  void CheckSums(const std::vector<PlacedUnit>& units,
                 const std::vector<UnitNeed>& needs) {
    std::map<std::string, absl::int128> sums;
    for (size_t u = 0; u < units.size(); ++u) {
      const ResolvedTask& task = run_.tasks[units[u].task];
      const auto add = [&](const std::vector<ContainerNeed>& containers,
                           absl::string_view list) {
        for (size_t i = 0; i < containers.size(); ++i) {
          for (const auto& [resource, asked] : containers[i].asked) {
            absl::int128& sum = sums[resource];
            const bool fits = FitsQuantity(sum);
            sum += asked.nanos();
            if (!fits || FitsQuantity(sum)) continue;
            diagnostics_
                .Error("requests-too-large", task.task_subject,
                       absl::StrCat(task.task_path, ".", list, "[", i,
                                    "].computeResources.requests.", resource),
                       absl::StrCat("with this request the Pod asks for more ",
                                    resource, " than can be written"))
                .set_hint("the requests of a Pod add up to less than 2^63");
          }
        }
      };
      add(needs[u].steps, "steps");
      add(needs[u].sidecars, "sidecars");
    }
  }

  // All tasks of a Pod have one account. The names of the Secrets to mount.
  std::vector<std::string> AddCredentials(const std::vector<TaskIndex>& tasks,
                                          v1::PlannedPod* pod) {
    std::vector<std::string> secrets;
    v1::LaunchSpec* launch = pod->mutable_install()->mutable_launch();
    for (const TaskIndex task : tasks) {
      const AccountCredentials& account = credentials_.Of(task);
      if (account.credentials.empty() || !launch->credentials().empty()) {
        continue;
      }
      *launch->mutable_credentials() = {account.credentials.begin(),
                                        account.credentials.end()};
      launch->set_require_known_hosts(flags_.require_known_hosts);
      secrets = account.secrets;
    }
    return secrets;
  }

  // The unit in its PlannedTask.
  void AddUnit(const PlacedUnit& unit, const UnitNeed& need) {
    v1::PlannedTask* planned_task = plan_.mutable_tasks(unit.task);
    v1::PlannedUnit* planned = planned_task->add_units();
    planned->set_name(unit.name);
    for (const std::string& name : unit.steps) planned->add_steps(name);
    for (const std::string& name : unit.sidecars) planned->add_sidecars(name);
    for (const v1::Param& param : unit.unit->matrix_params) {
      *planned->add_matrix_params() = param;
    }
    for (const auto& [resource, quantity] : need.need) {
      (*planned->mutable_need())[resource] = quantity.ToString();
    }
    for (const UnitRef& other :
         fitted_.DelaysOf(unit.task, planned_task->units_size() - 1)) {
      planned->add_delayed_by(unit_names_[other.task][other.unit]);
    }
    if (options_.keep_specs()) {
      *planned->mutable_task_spec() = unit.unit->spec;
    }
  }

  void SetPodResources(const PodResources& resources, v1::PlannedPod* pod) {
    for (const v1::ResourceUse& use : resources.uses) {
      *pod->add_resources() = use;
      // Kubernetes has them for these only.
      const bool pod_level =
          use.resource() == "cpu" || use.resource() == "memory";
      if (!request_.cluster().pod_level_resources() || !pod_level) continue;
      (*pod->mutable_spec()
            ->mutable_resources()
            ->mutable_requests())[use.resource()] = use.requested();
    }
  }

  static void SetResources(const ContainerNeed& need,
                           const Quantities& requests,
                           v1::PlannedContainer* planned) {
    for (const auto& [resource, quantity] : need.asked) {
      (*planned->mutable_asked())[resource] = quantity.ToString();
    }
    if (requests.empty() && need.written.limits().empty() &&
        need.written.claims().empty()) {
      return;
    }
    v1::ResourceRequirements* resources =
        planned->mutable_container()->mutable_resources();
    *resources->mutable_limits() = need.written.limits();
    *resources->mutable_claims() = need.written.claims();
    for (const auto& [resource, quantity] : requests) {
      (*resources->mutable_requests())[resource] = quantity.ToString();
    }
  }

  // A container whose image a result names begins with the launcher's.
  void PatchImage(WrappedContainer* wrapped, v1::PlannedPod* pod) {
    v1::Container* container = wrapped->planned.mutable_container();
    if (!HasLateReference(container->image())) return;
    v1::ImagePatch* patch = pod->add_image_patches();
    patch->set_container(container->name());
    patch->set_image(container->image());
    patch->set_annotation(
        absl::StrCat("image.colocation.dev/", container->name()));
    std::vector<TaskIndex> tasks;
    ForEachTaskReference(container->image(),
                         [&](const ResultReference& reference) {
                           const auto found = names_.find(reference.owner);
                           if (found != names_.end())
                             tasks.push_back(found->second);
                         });
    std::sort(tasks.begin(), tasks.end());
    tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
    for (const TaskIndex task : tasks) patch->add_tasks(run_.tasks[task].name);
    container->set_image(pod->launcher_image());
    const std::string file = absl::StrCat("_image.", container->name());
    wrapped->launch.set_image_gate(file);
    for (v1::PlannedVolume& volume : *pod->mutable_volumes()) {
      if (volume.purpose() != v1::PlannedVolume::GATES) continue;
      v1::DownwardAPIVolumeFile* gate =
          volume.mutable_volume()->mutable_downward_api()->add_items();
      gate->set_path(file);
      gate->mutable_field_ref()->set_field_path(
          absl::StrCat("metadata.annotations['", patch->annotation(), "']"));
    }
  }

  void AddBarriers(int32_t g, const PlacedUnit& unit,
                   const ContainerPlace& place, v1::PlannedContainer* planned) {
    const auto add = [&](v1::Barrier::Event event, const std::string& name) {
      v1::Barrier* barrier = planned->add_barriers();
      barrier->set_event(event);
      barrier->set_container(name);
    };
    if (place.sidecar) {
      add(v1::Barrier::UNIT_STARTED, unit.steps.front());
      return;
    }
    if (place.index > 0) {
      add(v1::Barrier::STEP_ENDED, unit.steps[place.index - 1]);
      return;
    }
    for (const TaskIndex before : waits_.Of(unit.task)) {
      v1::Barrier* barrier = planned->add_barriers();
      barrier->set_event(v1::Barrier::TASK_ENDED);
      barrier->set_task(run_.tasks[before].name);
      barrier->set_gate(grouping_.group_of[before] != g);
    }
    for (const UnitRef& other : fitted_.DelaysOf(unit.task, unit.number)) {
      v1::Barrier* barrier = planned->add_barriers();
      barrier->set_event(v1::Barrier::UNIT_ENDED);
      barrier->set_unit(unit_names_[other.task][other.unit]);
    }
    if (!flags_.await_sidecar_readiness) return;
    for (const std::string& sidecar : unit.sidecars) {
      add(v1::Barrier::SIDECAR_READY, sidecar);
    }
  }

  void ExplainPlacement() {
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      const ResolvedTask& task = run_.tasks[i];
      const TaskIndex index = static_cast<TaskIndex>(i);
      if (task.runs == ResolvedTask::Runs::kNever) {
        decisions_.Add("never-runs", {index}, "",
                       absl::StrCat("\"", task.name,
                                    "\" never runs, whatever the others do"));
      } else if (task.runs != ResolvedTask::Runs::kUnits) {
        decisions_.Add("external", {index}, task.external,
                       absl::StrCat("\"", task.name,
                                    "\" runs in no Pod of "
                                    "this plan, as it is ",
                                    task.external));
      }
    }
  }

  void ExplainPods() {
    // Without a controller all has to be in one Pod that waits for nothing.
    if (options_.controlled()) return;
    std::vector<std::string> waiting;
    for (const v1::PlannedPod& pod : plan_.pods()) {
      const bool at_once =
          pod.start_when_size() == 1 && pod.start_when(0).tasks().empty();
      if (!at_once || pod.gates_size() > 0) waiting.push_back(pod.name());
    }
    const bool external =
        std::any_of(run_.tasks.begin(), run_.tasks.end(), [](const auto& t) {
          return t.runs != ResolvedTask::Runs::kUnits &&
                 t.runs != ResolvedTask::Runs::kNever;
        });
    if (waiting.empty() && !external && plan_.pods_size() <= 1) return;
    v1::Decision& decision = decisions_.Add(
        "needs-controller", {}, "",
        !waiting.empty()
            ? "Something has to create the Pods in order and open their gates"
        : external ? "Something has to run the tasks that no Pod runs"
                   : "Nothing waits for another Pod, but something has to stop "
                     "the others when a task of one fails");
    for (std::string& pod : waiting) decision.add_pods(std::move(pod));
    decision.set_hint(
        "bind what the tasks share to an emptyDir, or plan with the policy "
        "`pipelinerun`, to have one Pod that runs by itself");
  }

  const ResolvedRun& run_;
  const v1::PlanRequest& request_;
  const v1::PlanOptions& options_;
  const FeatureFlags flags_;
  DiagnosticList& diagnostics_;
  WaitSets waits_;
  const ReportedResults reported_;
  Decisions decisions_;
  Images images_;
  Credentials credentials_;
  TaskNames names_;
  Grouping grouping_;
  std::vector<std::string> pod_names_;
  std::vector<std::vector<std::string>> unit_names_;
  ClaimNames claims_;
  LimitRangeDefaults limit_range_;
  Fitted fitted_;
  v1::ColocationPlan plan_;
};

// What a wait is counted as: its names in the plan and in the launch specs.
constexpr int64_t kBytesOfWait = 128;

// Waits are the one thing that can be more than the run is large: every finally
// task waits for all that nothing else waits for.
bool HasRoomForWaits(const ResolvedRun& run, const v1::PlanRequest& request,
                     DiagnosticList* diagnostics) {
  const int64_t limit = ExpandedBytes(request);
  const int64_t waits = MostWaits(run);
  if (waits <= limit / kBytesOfWait) return true;
  const ResolvedTask& last = run.tasks.back();
  diagnostics
      ->Error("limit-expanded-bytes", last.subject, last.path,
              absl::StrCat("with this task, tasks wait for others ", waits,
                           " times, which takes more than ", limit, " bytes"))
      .set_hint(
          "let fewer finally tasks wait for fewer tasks, or raise the limit "
          "`expanded_bytes` if this is meant");
  return false;
}

}  // namespace

v1::ColocationPlan Plan(const ResolvedRun& run, const v1::PlanRequest& request,
                        DiagnosticList* diagnostics,
                        std::vector<v1::Need>* needs) {
  if (!HasRoomForWaits(run, request, diagnostics)) return {};
  return Planner(run, request, diagnostics, needs).Run();
}

}  // namespace colocation
