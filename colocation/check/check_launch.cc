#include "colocation/check/check_launch.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

namespace colocation {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::util::MessageDifferencer;

using Names = RepeatedPtrField<std::string>;

bool Same(const Names& a, const Names& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// (from, resource) of the parents of each task, in the order of the pipeline.
using Parents = std::vector<std::vector<std::pair<int, bool>>>;

Parents ParentsFromDependencies(const CheckedPlan& index) {
  Parents parents(index.plan->tasks_size());
  for (int d = 0; d < index.plan->dependencies_size(); ++d) {
    const v1::Dependency::Kind kind = index.plan->dependencies(d).kind();
    const auto [from, to] = index.dependencies[d];
    if (from < 0 || to < 0 || kind == v1::Dependency::FINALLY) continue;
    // In the order of the tasks, as CheckOrder wants them.
    std::vector<std::pair<int, bool>>& of = parents[to];
    if (of.empty() || of.back().first != from) of.emplace_back(from, false);
    of.back().second |= kind == v1::Dependency::RESOURCE;
  }
  return parents;
}

class LaunchChecker {
 public:
  // `last_pod_of` has -1 for each task at first, and is handed on from Pod to
  // Pod.
  LaunchChecker(const CheckedPlan& index, const Parents& parents, int p,
                std::vector<int>* last_pod_of, Faults* faults)
      : index_(index),
        plan_(*index.plan),
        parents_(parents),
        p_(p),
        pod_(plan_.pods(p)),
        spec_(pod_.install().launch()),
        last_pod_of_(*last_pod_of),
        faults_(*faults) {}

  void Run() {
    if (spec_.version() != 1) {
      Fault("launch-version", "install.launch.version",
            absl::StrCat("version ", spec_.version(),
                         " is not known, only version 1 is"));
      return;
    }
    PodSettings();
    Timeouts();
    Units();
    Containers();
    ImagePatches();
    Tasks();
    Gates();
    Scripts();
  }

 private:
  void PodSettings() {
    if (pod_.spec().service_account_name().empty()) {
      Fault("service-account", "spec.serviceAccountName",
            "the Pod has no service account");
    }
    if (pod_.launcher_image().empty()) {
      Fault("launcher-image", "launcherImage",
            "there is no image to take the launcher from");
    }
    if (pod_.spec().containers_size() + pod_.spec().init_containers_size() +
            pod_.spec().volumes_size() >
        0) {
      Fault("pod-spec", "spec",
            "the settings hold containers or volumes, which have their own "
            "places");
    }
    const v1::SecurityContext& own = pod_.launcher_security_context();
    const v1::PodSecurityContext& of_pod = pod_.spec().security_context();
    const bool not_root = own.has_run_as_non_root() ? own.run_as_non_root()
                                                    : of_pod.run_as_non_root();
    const int64_t user =
        own.has_run_as_user() ? own.run_as_user() : of_pod.run_as_user();
    if (not_root && user == 0) {
      Fault("launcher-security", "launcherSecurityContext",
            "the init container must not be root, and its image names no other "
            "user");
    }
    if (pod_.spec().has_restart_policy() &&
        pod_.spec().restart_policy() != "Never") {
      Fault("pod-spec", "spec.restartPolicy",
            "a container that is started again would run its step twice");
    }
  }

  void Timeouts() {
    const v1::RunTimeouts& of_run = plan_.timeouts();
    if (spec_.pipeline_timeout_ns() != of_run.pipeline_ns() ||
        spec_.tasks_timeout_ns() != of_run.tasks_ns() ||
        spec_.finally_timeout_ns() != of_run.finally_ns()) {
      Fault("launch-timeouts", "install.launch",
            "the deadlines are not those of the run");
    }
  }

  // Fills `place_`: where each container is in the manifest.
  void Units() {
    place_.reserve(pod_.containers_size());
    claimed_.assign(pod_.containers_size(), false);
    for (int c = 0; c < pod_.containers_size(); ++c) {
      place_.emplace(pod_.containers(c).container().name(), c);
    }
    for (const std::string& name : pod_.tasks()) {
      const int task = index_.TaskOf(name);
      for (const v1::PlannedUnit& unit : index_.task(task).units()) {
        for (int s = 0; s < unit.steps_size(); ++s) {
          Expect(task, unit, v1::CONTAINER_ROLE_STEP, s, unit.steps(s));
        }
        for (int s = 0; s < unit.sidecars_size(); ++s) {
          Expect(task, unit, v1::CONTAINER_ROLE_SIDECAR, s, unit.sidecars(s));
        }
      }
    }
    for (int c = 0; c < pod_.containers_size(); ++c) {
      if (claimed_[c]) continue;
      Fault("container-of-no-unit", At(c), "no unit of the Pod names it");
    }
  }

  void Expect(int task, const v1::PlannedUnit& unit, v1::ContainerRole role,
              int number, const std::string& name) {
    const auto found = place_.find(name);
    if (found == place_.end()) {
      Fault("no-container", "containers",
            absl::StrCat("the unit \"", unit.name(), "\" names \"", name,
                         "\", which isn't there"));
      return;
    }
    const int c = found->second;
    if (claimed_[c]) {
      Fault("no-container", At(c),
            absl::StrCat("\"", name, "\" is named twice by units"));
    }
    claimed_[c] = true;
    const v1::PlannedContainer& container = pod_.containers(c);
    if (container.role() != role ||
        container.task() != index_.task(task).name() ||
        container.unit() != unit.name()) {
      Fault("container-identity", At(c),
            absl::StrCat("it is not what the unit \"", unit.name(),
                         "\" says it is"));
    }
    Barriers(task, unit, role, number, c);
  }

  // What a container waits for follows from its place in its unit.
  void Barriers(int task, const v1::PlannedUnit& unit, v1::ContainerRole role,
                int number, int c) {
    using Wait = std::tuple<v1::Barrier::Event, absl::string_view, bool>;
    std::vector<Wait> expected;
    if (role == v1::CONTAINER_ROLE_SIDECAR) {
      expected.emplace_back(v1::Barrier::UNIT_STARTED, unit.steps(0), false);
    } else if (number > 0) {
      expected.emplace_back(v1::Barrier::STEP_ENDED, unit.steps(number - 1),
                            false);
      After(c, unit.steps(number - 1));
    } else {
      for (const int before : index_.waits[task]) {
        const bool gate = index_.pod_of[before] != p_;
        expected.emplace_back(v1::Barrier::TASK_ENDED,
                              index_.task(before).name(), gate);
        if (gate) continue;
        for (const v1::PlannedUnit& u : index_.task(before).units()) {
          After(c, u.steps(u.steps_size() - 1));
        }
      }
      for (const std::string& name : unit.delayed_by()) {
        expected.emplace_back(v1::Barrier::UNIT_ENDED, name, false);
        const v1::PlannedUnit& other = *index_.units[index_.UnitOf(name)].unit;
        After(c, other.steps(other.steps_size() - 1));
      }
      for (const std::string& sidecar : unit.sidecars()) {
        if (pod_.install().launch().sidecars_not_awaited()) break;
        expected.emplace_back(v1::Barrier::SIDECAR_READY, sidecar, false);
        After(c, sidecar);
      }
    }
    std::vector<Wait> stated;
    for (const v1::Barrier& b : pod_.containers(c).barriers()) {
      stated.emplace_back(b.event(),
                          b.event() == v1::Barrier::TASK_ENDED ? b.task()
                          : b.event() == v1::Barrier::UNIT_ENDED
                              ? b.unit()
                              : b.container(),
                          b.gate());
    }
    std::sort(expected.begin(), expected.end());
    std::sort(stated.begin(), stated.end());
    if (stated == expected) return;
    Fault("barriers", absl::StrCat(At(c), ".barriers"),
          absl::StrCat("they are not those of \"", unit.name(),
                       "\" at this place"));
  }

  void After(int c, const std::string& before) {
    const auto found = place_.find(before);
    if (found == place_.end() || found->second < c) return;
    Fault("container-order", At(c),
          absl::StrCat("it waits for \"", before,
                       "\", which is started after it"));
  }

  void Containers() {
    if (spec_.containers_size() != pod_.containers_size()) {
      Fault("launch-containers", "install.launch.containers",
            "they are not those of the Pod");
      return;
    }
    absl::flat_hash_set<std::pair<absl::string_view, absl::string_view>>
        directories;
    directories.reserve(pod_.containers_size());
    for (int c = 0; c < pod_.containers_size(); ++c) {
      const v1::PlannedContainer& planned = pod_.containers(c);
      const v1::LaunchContainer& launch = spec_.containers(c);
      const std::string at = absl::StrCat("install.launch.containers[", c, "]");
      if (launch.name() != planned.container().name() ||
          launch.role() != planned.role() || launch.task() != planned.task() ||
          launch.unit() != planned.unit() || launch.step() != planned.step()) {
        Fault("launch-containers", at,
              "it is not the container at this place of the Pod");
      }
      if (launch.role() == v1::CONTAINER_ROLE_STEP &&
          (launch.step_directory().empty() ||
           absl::StrContains(launch.step_directory(), "/") ||
           !directories.insert({launch.unit(), launch.step_directory()})
                .second)) {
        Fault("step-directory", absl::StrCat(at, ".stepDirectory"),
              "every step of a unit has a directory of its own");
      }
      Wrapped(c, planned.container(), launch.script());
    }
  }

  // Every placeholder has its patch, which says what the image waits for.
  void ImagePatches() {
    int next = 0;
    for (int c = 0; c < pod_.containers_size(); ++c) {
      const std::string& name = pod_.containers(c).container().name();
      const std::string gate = c < spec_.containers_size()
                                   ? spec_.containers(c).image_gate()
                                   : std::string();
      const bool patched = next < pod_.image_patches_size() &&
                           pod_.image_patches(next).container() == name;
      if (!patched && gate.empty()) continue;
      const auto fault = [&](absl::string_view message) {
        Fault("image-patch", absl::StrCat("imagePatches[", next, "]"),
              absl::StrCat("\"", name, "\": ", message));
      };
      if (!patched || gate != absl::StrCat("_image.", name)) {
        fault("the launcher and the patches don't agree on its image");
        if (!patched) continue;
      }
      const v1::ImagePatch& patch = pod_.image_patches(next);
      if (pod_.containers(c).container().image() != pod_.launcher_image()) {
        fault("it does not begin with the launcher's image");
      }
      if (patch.image().empty() || patch.tasks().empty()) {
        fault("there is no image, or nothing that it waits for");
      }
      for (const std::string& task : patch.tasks()) {
        if (!absl::StrContains(patch.image(),
                               absl::StrCat("tasks.", task, "."))) {
          fault(absl::StrCat("its image is no result of \"", task, "\""));
        }
        if (!TakesResultOf(pod_.containers(c).task(), task)) {
          fault(absl::StrCat("its task takes no result of \"", task, "\""));
        }
      }
      if (!spec_.controlled() || !HasGateFile(gate, patch.annotation()) ||
          patch.annotation() != absl::StrCat("image.colocation.dev/", name)) {
        fault("no file among the gates shows its annotation");
      }
      ++next;
    }
    if (next < pod_.image_patches_size()) {
      Fault("image-patch", absl::StrCat("imagePatches[", next, "]"),
            "it is of no container, or not in the order of the manifest");
    }
  }

  bool TakesResultOf(absl::string_view task, absl::string_view giver) const {
    for (const v1::LaunchTask& launch : spec_.tasks()) {
      if (launch.name() != task) continue;
      return std::any_of(launch.parents().begin(), launch.parents().end(),
                         [&](const v1::Parent& parent) {
                           return parent.task() == giver && parent.resource();
                         });
    }
    return false;
  }

  bool HasGateFile(absl::string_view file, absl::string_view annotation) const {
    for (const v1::PlannedVolume& volume : pod_.volumes()) {
      if (volume.purpose() != v1::PlannedVolume::GATES) continue;
      for (const auto& item : volume.volume().downward_api().items()) {
        if (item.path() == file &&
            item.field_ref().field_path() ==
                absl::StrCat("metadata.annotations['", annotation, "']")) {
          return true;
        }
      }
    }
    return false;
  }

  void Wrapped(int c, const v1::Container& container, bool script) {
    const std::string at = absl::StrCat(At(c), ".container");
    const Names& command = container.command();
    const bool wrapped = command.size() >= 4 &&
                         command[0] == "/colocation/program/launcher" &&
                         command[1] == "run" &&
                         command[2] == container.name() && command[3] == "--";
    if (!wrapped) {
      Fault("not-wrapped", at + ".command",
            absl::StrCat("the command does not begin with the launcher's, for "
                         "\"",
                         container.name(), "\""));
    } else if (script ? command.size() != 4
                      : command.size() + container.args_size() == 4) {
      Fault("no-command", at + ".command",
            script ? "there is a command beside the script"
                   : "there is neither a command nor a script");
    }
    if (container.image().empty()) {
      Fault("no-image", at + ".image", "there is no image");
    }
    if (container.has_liveness_probe() || container.has_readiness_probe() ||
        container.has_startup_probe() || container.has_lifecycle()) {
      Fault("probe", at,
            "kubelet would probe the launcher; probes are in the launch spec");
    }
    if (container.has_restart_policy()) {
      Fault("pod-spec", at + ".restartPolicy",
            "a container that is started again would run its step twice");
    }
    for (const v1::EnvVar& env : container.env()) {
      if (env.name().empty()) {
        Fault("env-name", at + ".env", "a variable has no name");
      }
    }
  }

  void Tasks() {
    int last = -1;
    for (int t = 0; t < spec_.tasks_size(); ++t) {
      const v1::LaunchTask& launch = spec_.tasks(t);
      const std::string at = absl::StrCat("install.launch.tasks[", t, "]");
      const int task = index_.TaskOf(launch.name());
      if (task < 0) {
        Fault("unknown-name", at + ".name",
              absl::StrCat("no task \"", launch.name(), "\""));
        continue;
      }
      if (task <= last) {
        Fault("task-order", at, "tasks are in the pipeline's order, each once");
      }
      last = std::max(last, task);
      last_pod_of_[task] = p_;
      if (launch.finally() != index_.task(task).finally()) {
        Fault("launch-task", at + ".finally", "the plan says otherwise");
      }
      if (index_.pod_of[task] == p_) {
        Own(task, launch, at);
      } else {
        Other(task, launch, at);
      }
    }
    for (const std::string& name : pod_.tasks()) {
      const int task = index_.TaskOf(name);
      if (last_pod_of_[task] != p_) {
        Fault("launch-task", "install.launch.tasks",
              absl::StrCat("\"", name, "\" is missing"));
      }
      for (const auto& [parent, resource] : parents_[task]) MustKnow(parent);
      for (const int w : index_.waits[task]) MustKnow(w);
    }
  }

  void MustKnow(int task) {
    if (last_pod_of_[task] == p_) return;
    Fault("launch-task", "install.launch.tasks",
          absl::StrCat("\"", index_.task(task).name(),
                       "\" is missing, which a task of the Pod looks at"));
    last_pod_of_[task] = p_;
  }

  void Own(int task, const v1::LaunchTask& launch, const std::string& at) {
    const v1::PlannedTask& planned = index_.task(task);
    if (launch.gate() || launch.has_end()) {
      Fault("launch-task", at, "it runs in this Pod, and is no gate");
    }
    if (!Same(launch.wait_for(), planned.wait_for())) {
      Fault("launch-waits", at + ".waitFor",
            "the wait set is not that of the planned task");
    }
    if (planned.units_size() > 1 && !launch.matrixed()) {
      Fault("launch-task", at + ".matrixed",
            "only a task with a matrix has several units");
    }
    bool same = launch.units_size() == planned.units_size();
    for (int u = 0; same && u < launch.units_size(); ++u) {
      same = launch.units(u).name() == planned.units(u).name() &&
             Same(launch.units(u).steps(), planned.units(u).steps()) &&
             Same(launch.units(u).sidecars(), planned.units(u).sidecars()) &&
             Same(launch.units(u).delayed_by(), planned.units(u).delayed_by());
    }
    if (!same) {
      Fault("launch-units", at + ".units",
            "the units are not those of the planned task");
    }
    ParentsOf(task, launch, at);
  }

  void ParentsOf(int task, const v1::LaunchTask& launch,
                 const std::string& at) {
    const std::vector<std::pair<int, bool>>& expected = parents_[task];
    auto next = expected.begin();
    bool same = launch.parents_size() == static_cast<int>(expected.size());
    for (int i = 0; same && i < launch.parents_size(); ++i, ++next) {
      same = launch.parents(i).task() == index_.task(next->first).name() &&
             launch.parents(i).resource() == next->second;
    }
    if (!same) {
      Fault("launch-parents", at + ".parents",
            "the parents are not those of the task's dependencies, in the "
            "pipeline's order");
    }
    std::set<int> consumed;
    for (const v1::ResultRef& ref : launch.result_refs()) {
      const int from = index_.TaskOf(ref.task());
      if (!std::binary_search(expected.begin(), expected.end(),
                              std::make_pair(from, true))) {
        Fault("result-refs", at + ".resultRefs",
              absl::StrCat("a result of \"", ref.task(),
                           "\" is used without a dependency on it"));
      }
      consumed.insert(from);
    }
    for (const auto& [from, resource] : expected) {
      if (!resource || consumed.contains(from)) continue;
      Fault("result-refs", at + ".resultRefs",
            absl::StrCat("no result of \"", index_.task(from).name(),
                         "\" is used, and there is a dependency on one"));
    }
  }

  void Other(int task, const v1::LaunchTask& launch, const std::string& at) {
    if (launch.units_size() > 0) {
      Fault("launch-task", at + ".units", "it has no units in this Pod");
    }
    const bool never = index_.never_runs(task);
    if (launch.gate() == never || launch.has_end() != never) {
      Fault("launch-task", at,
            "it runs elsewhere or never, and the launch spec says otherwise");
      return;
    }
    if (never &&
        !MessageDifferencer::Equals(launch.end(), index_.task(task).end())) {
      Fault("launch-task", at + ".end", "the plan has another end");
    }
    if (launch.gate()) seen_gates_.push_back(launch.name());
  }

  void Gates() {
    if (!std::equal(pod_.gates().begin(), pod_.gates().end(),
                    seen_gates_.begin(), seen_gates_.end())) {
      Fault("gates", "gates",
            "they are not the launch spec's tasks that run elsewhere, in the "
            "pipeline's order");
    }
  }

  void Scripts() {
    absl::flat_hash_set<absl::string_view> expected, given;
    for (const v1::LaunchContainer& container : spec_.containers()) {
      if (container.script()) expected.insert(container.name());
    }
    for (int s = 0; s < pod_.install().scripts_size(); ++s) {
      const v1::Script& script = pod_.install().scripts(s);
      const std::string at = absl::StrCat("install.scripts[", s, "]");
      if (!given.insert(script.container()).second ||
          !expected.contains(script.container())) {
        Fault("script", at, "no container asks for it, or another has it");
      }
      if (!absl::StartsWith(script.content(), "#!") &&
          !absl::StrContains(script.content(), "#!")) {
        Fault("script", at + ".content", "it names no interpreter");
      }
    }
    for (const v1::LaunchContainer& container : spec_.containers()) {
      if (!container.script() || given.contains(container.name())) continue;
      Fault("script", "install.scripts",
            absl::StrCat("that of \"", container.name(), "\" is missing"));
    }
  }

  static std::string At(int c) { return absl::StrCat("containers[", c, "]"); }

  void Fault(absl::string_view code, absl::string_view field,
             std::string message) {
    faults_.Add(code, absl::StrCat("pods[", p_, "].", field),
                std::move(message));
  }

  const CheckedPlan& index_;
  const v1::ColocationPlan& plan_;
  const Parents& parents_;
  const int p_;
  const v1::PlannedPod& pod_;
  const v1::LaunchSpec& spec_;
  // For each task: the last Pod whose launch spec knows it.
  std::vector<int>& last_pod_of_;
  Faults& faults_;
  absl::flat_hash_map<absl::string_view, int> place_;
  // For each container: a unit names it.
  std::vector<bool> claimed_;
  std::vector<std::string> seen_gates_;
};

}  // namespace

void CheckLaunch(const CheckedPlan& index, Faults* faults) {
  const Parents parents = ParentsFromDependencies(index);
  std::vector<int> last_pod_of(index.plan->tasks_size(), -1);
  for (int p = 0; p < index.plan->pods_size(); ++p) {
    LaunchChecker(index, parents, p, &last_pod_of, faults).Run();
  }
}

}  // namespace colocation
