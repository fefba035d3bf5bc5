#include "colocation/check/check.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/plan/plan_testing.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// One of everything: two Pods with gates both ways, an external task, one that
// never runs, a matrix, sidecars, a script, results, requests, credentials and
// a finally task.
constexpr char kRun[] = R"(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  taskRunTemplate: {serviceAccountName: builder}
  taskRunSpecs: [{pipelineTaskName: sign, serviceAccountName: signer}]
  workspaces: [{name: src, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: src}]
    tasks:
    - name: clone
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        results: [{name: commit}]
        steps:
        - name: get
          image: git
          script: git clone
          computeResources: {requests: {cpu: 500m, memory: 1Gi}}
    - name: docs
      runAfter: [clone]
      when: [{input: "no", operator: in, values: ["yes"]}]
      taskSpec: {steps: [{name: make, image: i, command: [make]}]}
    - name: build
      runAfter: [clone]
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        volumes: [{name: cache, emptyDir: {}}]
        steps:
        - name: compile
          image: i
          command: [make, $(tasks.clone.results.commit)]
          volumeMounts: [{name: cache, mountPath: /cache}]
          computeResources: {requests: {cpu: "2"}, limits: {cpu: "4"}}
        - name: pack
          image: i
          command: [tar]
          computeResources: {requests: {cpu: 100m}}
        sidecars:
        - name: db
          image: db
          command: [db]
          ports: [{containerPort: 5432}]
          computeResources: {requests: {cpu: 250m}}
    - name: test
      runAfter: [build]
      workspaces: [{name: src}]
      matrix: {params: [{name: os, value: [linux, mac]}]}
      taskSpec:
        params: [{name: os}]
        workspaces: [{name: src}]
        steps:
        - name: run
          image: i
          command: [test, $(params.os)]
          computeResources: {requests: {cpu: "1"}}
    - name: sign
      runAfter: [build, docs]
      taskSpec:
        steps:
        - name: s
          image: i
          command: [sign, $(tasks.clone.results.commit)]
          env: [{name: COMMIT, value: $(tasks.clone.results.commit)}]
    - name: approve
      runAfter: [sign]
      taskRef: {apiVersion: example.dev/v1, kind: Approval}
    - name: publish
      runAfter: [clone, test, approve]
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps: [{name: push, image: i, command: [push]}]
        sidecars:
        - {name: db, image: db, command: [db], ports: [{containerPort: 5432}]}
    finally:
    - name: report
      workspaces: [{name: src}]
      taskSpec:
        workspaces: [{name: src}]
        steps: [{name: r, image: i, command: [echo, $(tasks.build.status)]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder}
secrets: [{name: git}, {name: registry}]
---
apiVersion: v1
kind: Secret
metadata: {name: git, annotations: {tekton.dev/git-0: git.example.org}}
type: kubernetes.io/ssh-auth
---
apiVersion: v1
kind: Secret
metadata: {name: registry}
type: kubernetes.io/dockerconfigjson
)";

v1::ColocationPlan GoodPlan() {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  const Planned planned = PlanYaml(kRun, request);
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  return planned.plan;
}

std::string Faults(const v1::Diagnostics& diagnostics) {
  return absl::StrJoin(diagnostics.diagnostics(), "\n",
                       [](std::string* out, const v1::Diagnostic& d) {
                         absl::StrAppend(out, d.path(), ": ", d.message(), " [",
                                         d.code(), "]");
                       });
}

TEST(CheckPlanTest, AcceptsWhatThePlannerMakes) {
  const v1::ColocationPlan plan = GoodPlan();
  EXPECT_EQ(GroupsOf(plan), "{clone build test publish report} {sign}");
  EXPECT_EQ(Faults(CheckPlan(plan)), "");
}

TEST(CheckPlanTest, AcceptsEveryPolicyAndRequestMode) {
  for (const v1::Policy policy :
       {v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN, v1::POLICY_ISOLATED}) {
    for (const v1::RequestMode mode :
         {v1::REQUEST_MODE_PEAK, v1::REQUEST_MODE_SUM}) {
      v1::PlanRequest request;
      request.mutable_options()->set_policy(policy);
      request.mutable_options()->set_requests(mode);
      request.mutable_options()->set_controlled(true);
      // A Pod for each task can't share an emptyDir.
      v1::WorkspaceBinding* src = request.mutable_options()->add_workspaces();
      src->set_name("src");
      src->mutable_persistent_volume_claim()->set_claim_name("claim");
      const Planned planned = PlanYaml(kRun, request);
      EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
      EXPECT_EQ(Faults(CheckPlan(planned.plan)), "") << policy << " " << mode;
    }
  }
}

v1::PlannedTask* Task(v1::ColocationPlan* plan, absl::string_view name) {
  for (v1::PlannedTask& task : *plan->mutable_tasks()) {
    if (task.name() == name) return &task;
  }
  ADD_FAILURE() << "no task " << name;
  return plan->mutable_tasks(0);
}

v1::Dependency* Depends(v1::ColocationPlan* plan, absl::string_view from,
                        absl::string_view to) {
  for (v1::Dependency& d : *plan->mutable_dependencies()) {
    if (d.from() == from && d.to() == to) return &d;
  }
  ADD_FAILURE() << "no dependency " << from << " " << to;
  return plan->mutable_dependencies(0);
}

v1::LaunchTask* Launch(v1::ColocationPlan* plan, absl::string_view name) {
  for (v1::PlannedPod& pod : *plan->mutable_pods()) {
    for (v1::LaunchTask& task :
         *pod.mutable_install()->mutable_launch()->mutable_tasks()) {
      if (task.name() == name && !task.gate()) return &task;
    }
  }
  ADD_FAILURE() << "no launch task " << name;
  return nullptr;
}

// What the Pod at `pod` is told of a task elsewhere.
v1::LaunchTask* Gate(v1::ColocationPlan* plan, int pod,
                     absl::string_view name) {
  for (v1::LaunchTask& task : *plan->mutable_pods(pod)
                                   ->mutable_install()
                                   ->mutable_launch()
                                   ->mutable_tasks()) {
    if (task.name() == name && task.gate()) return &task;
  }
  ADD_FAILURE() << "no gate " << name;
  return nullptr;
}

v1::LaunchContainer* LaunchOf(v1::ColocationPlan* plan,
                              absl::string_view name) {
  for (v1::PlannedPod& pod : *plan->mutable_pods()) {
    for (v1::LaunchContainer& container :
         *pod.mutable_install()->mutable_launch()->mutable_containers()) {
      if (container.name() == name) return &container;
    }
  }
  ADD_FAILURE() << "no container " << name;
  return nullptr;
}

v1::PlannedContainer* Container(v1::ColocationPlan* plan,
                                absl::string_view name) {
  for (v1::PlannedPod& pod : *plan->mutable_pods()) {
    for (v1::PlannedContainer& container : *pod.mutable_containers()) {
      if (container.container().name() == name) return &container;
    }
  }
  ADD_FAILURE() << "no container " << name;
  return nullptr;
}

v1::VolumeMount* Mount(v1::ColocationPlan* plan, absl::string_view container,
                       absl::string_view path) {
  v1::Container* of = Container(plan, container)->mutable_container();
  for (v1::VolumeMount& mount : *of->mutable_volume_mounts()) {
    if (mount.mount_path() == path) return &mount;
  }
  ADD_FAILURE() << "nothing at " << path;
  return nullptr;
}

v1::PlannedVolume* Volume(v1::ColocationPlan* plan,
                          v1::PlannedVolume::Purpose purpose) {
  for (v1::PlannedVolume& volume : *plan->mutable_pods(0)->mutable_volumes()) {
    if (volume.purpose() == purpose) return &volume;
  }
  ADD_FAILURE() << "no volume for " << purpose;
  return nullptr;
}

v1::ResourceUse* Cpu(v1::ColocationPlan* plan) {
  for (v1::ResourceUse& use : *plan->mutable_pods(0)->mutable_resources()) {
    if (use.resource() == "cpu") return &use;
  }
  ADD_FAILURE() << "no cpu";
  return nullptr;
}

template <typename Repeated>
void Remove(Repeated* list, int at = 0) {
  list->DeleteSubrange(at, 1);
}

using Plan = v1::ColocationPlan;

struct Corruption {
  const char* name;
  // The code of the fault.
  const char* code;
  std::function<void(Plan*)> corrupt;
};

std::vector<Corruption> Corruptions() {
  return {
      // Names and places.
      {"UnknownVersion", "plan-version", [](Plan* p) { p->set_version(3); }},
      {"UnknownEnumValue", "unknown-enum",
       [](Plan* p) {
         Task(p, "clone")->set_placement(static_cast<v1::Placement>(99));
       }},
      {"UnknownField", "unknown-field",
       [](Plan* p) {
         p->mutable_pods(0)
             ->GetReflection()
             ->MutableUnknownFields(p->mutable_pods(0))
             ->AddVarint(999, 1);
       }},
      {"NoPolicy", "unspecified",
       [](Plan* p) { p->set_policy(v1::POLICY_UNSPECIFIED); }},
      {"PodNameWithUpperCase", "name",
       [](Plan* p) {
         p->mutable_pods(1)->set_name("Sign");
         Task(p, "sign")->set_pod("Sign");
       }},
      {"ContainerNameOf64Characters", "name",
       [](Plan* p) {
         p->mutable_pods(1)
             ->mutable_containers(0)
             ->mutable_container()
             ->set_name(std::string(64, 'a'));
       }},
      {"TwoTasksOfOneName", "duplicate-name",
       [](Plan* p) { Task(p, "docs")->set_name("clone"); }},
      {"TwoContainersOfOneName", "duplicate-name",
       [](Plan* p) {
         Container(p, "build-step-pack")
             ->mutable_container()
             ->set_name("build-step-compile");
       }},
      {"TwoVolumesOfOneName", "duplicate-name",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::TASK)
             ->mutable_volume()
             ->set_name("colocation-events");
       }},
      {"TaskInTwoPods", "placement",
       [](Plan* p) { p->mutable_pods(1)->add_tasks("report"); }},
      {"TaskInNoPod", "placement",
       [](Plan* p) { Remove(p->mutable_pods(1)->mutable_tasks()); }},
      {"ExternalTaskWithUnits", "placement",
       [](Plan* p) {
         *Task(p, "approve")->add_units() = Task(p, "sign")->units(0);
       }},
      {"SkippedTaskWithoutReason", "placement",
       [](Plan* p) { Task(p, "docs")->clear_end(); }},
      {"UnitOfAnotherName", "name",
       [](Plan* p) {
         Task(p, "sign")->mutable_units(0)->set_name("../clone");
       }},
      {"DecisionAboutNobody", "unknown-name",
       [](Plan* p) {
         v1::Decision* d = p->add_decisions();
         d->set_code("c");
         d->set_message("m");
         d->add_tasks("nobody");
       }},
      // Order.
      {"WaitForNobody", "unknown-name",
       [](Plan* p) { Task(p, "build")->set_wait_for(0, "nobody"); }},
      {"WaitForTheSkipped", "wait-set",
       [](Plan* p) { Task(p, "sign")->add_wait_for("docs"); }},
      {"WaitForFinally", "wait-set",
       [](Plan* p) { Task(p, "publish")->add_wait_for("report"); }},
      {"CycleOfWaits", "cycle",
       [](Plan* p) { Task(p, "clone")->add_wait_for("publish"); }},
      {"WaitDropped", "not-implied",
       [](Plan* p) { Remove(Task(p, "build")->mutable_wait_for()); }},
      {"NoPathOfWaits", "not-implied",
       [](Plan* p) {
         // publish waits for test and approve, and these for build.
         Depends(p, "clone", "build")->clear_means();
         Task(p, "build")->clear_wait_for();
       }},
      {"WaitThatIsStatedAsImplied", "dependency-means",
       [](Plan* p) {
         Depends(p, "clone", "build")->set_means(v1::Dependency::IMPLIED);
       }},
      {"PathInAPlanWithoutPaths", "dependency-means",
       [](Plan* p) { Depends(p, "clone", "publish")->add_via("clone"); }},
      {"WaitsThroughASkippedTaskDropped", "not-implied",
       [](Plan* p) {
         // sign waits for build, and that for clone; docs would have waited
         // for clone.
         Task(p, "sign")->clear_wait_for();
       }},
      {"WaitWithoutReason", "needless-wait",
       [](Plan* p) { Task(p, "sign")->add_wait_for("test"); }},
      {"WaitSetNotMinimal", "wait-not-minimal",
       [](Plan* p) { Task(p, "publish")->add_wait_for("clone"); }},
      {"GateNotStated", "gate",
       [](Plan* p) { Depends(p, "build", "sign")->set_gate(false); }},
      {"GateInsideAPod", "gate",
       [](Plan* p) { Depends(p, "clone", "build")->set_gate(true); }},
      {"MeansNotStated", "unspecified",
       [](Plan* p) { Depends(p, "clone", "build")->clear_means(); }},
      {"DependenciesOutOfOrder", "dependency-order",
       [](Plan* p) { p->mutable_dependencies()->SwapElements(0, 2); }},
      {"FinallyTooEarly", "finally-early",
       [](Plan* p) { Task(p, "report")->set_wait_for(0, "test"); }},
      {"PodNeverCreated", "start-condition",
       [](Plan* p) { p->mutable_pods(1)->clear_start_when(); }},
      {"PodWaitsForItsOwnTask", "start-condition",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_start_when(0)->add_tasks("sign");
       }},
      {"PodsWaitForEachOther", "deadlock",
       [](Plan* p) {
         p->mutable_pods(0)->mutable_start_when(0)->add_tasks("sign");
       }},
      {"PodCreatedTooEarly", "start-condition",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_start_when(0)->clear_tasks();
       }},
      {"PodCreatedTooLate", "start-condition",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_start_when(0)->add_tasks("test");
       }},
      {"PodCreatedAfterAnotherTask", "start-condition",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_start_when(0)->set_tasks(0, "clone");
       }},
      // What tasks look at.
      {"ExternalTaskWithoutAParent", "launch-parents",
       [](Plan* p) {
         Remove(Task(p, "approve")->mutable_launch()->mutable_parents());
       }},
      {"ExternalTaskWithAResultItDoesNotDependOn", "result-refs",
       [](Plan* p) {
         // It depends on sign, but on no result.
         Task(p, "approve")
             ->mutable_launch()
             ->add_result_refs()
             ->set_task("sign");
       }},
      {"GateOfATaskWhoseFailureWouldNotCount", "launch-task",
       [](Plan* p) { Gate(p, 1, "build")->set_continue_on_error(true); }},
      {"GateWithoutItsResults", "launch-task",
       [](Plan* p) { Gate(p, 1, "clone")->clear_results(); }},
      {"ResultThatIsNotDeclared", "declared-result",
       [](Plan* p) { Launch(p, "clone")->clear_results(); }},
      {"ResultThatStaysInThePod", "declared-result",
       [](Plan* p) {
         Launch(p, "clone")->mutable_results(0)->set_local(true);
       }},
      {"ReferenceThatIsNotReplaced", "late",
       [](Plan* p) { LaunchOf(p, "build-step-compile")->set_late(false); }},
      {"VariableThatIsNotReplaced", "late",
       [](Plan* p) { LaunchOf(p, "sign-step-s")->clear_env(); }},
      {"ControllerOfOnePodOnly", "controlled",
       [](Plan* p) {
         p->mutable_pods(1)
             ->mutable_install()
             ->mutable_launch()
             ->set_controlled(false);
       }},
      {"NobodyOpensTheGates", "controlled",
       [](Plan* p) {
         for (v1::PlannedPod& pod : *p->mutable_pods()) {
           pod.mutable_install()->mutable_launch()->set_controlled(false);
         }
       }},
      {"EmptyDirOfTwoPods", "workspace-not-shared",
       [](Plan* p) {
         Task(p, "sign")->add_workspaces("src");
         *p->mutable_pods(1)->add_volumes() =
             *Volume(p, v1::PlannedVolume::WORKSPACE);
       }},
      {"EmptyDirOfATaskOutside", "workspace-not-shared",
       [](Plan* p) { Task(p, "approve")->add_workspaces("src"); }},
      {"ClaimOfOnePodForTwo", "workspace-not-shared",
       [](Plan* p) {
         Task(p, "sign")->add_workspaces("src");
         v1::PlannedVolume* volume = Volume(p, v1::PlannedVolume::WORKSPACE);
         volume->mutable_volume()->clear_empty_dir();
         volume->mutable_volume()->mutable_ephemeral();
         *p->mutable_pods(1)->add_volumes() = *volume;
       }},
      {"TwoClaimsOfOneWorkspace", "workspace-not-shared",
       [](Plan* p) {
         Task(p, "sign")->add_workspaces("src");
         v1::Volume* volume =
             Volume(p, v1::PlannedVolume::WORKSPACE)->mutable_volume();
         volume->clear_empty_dir();
         volume->mutable_persistent_volume_claim()->set_claim_name("a");
         v1::PlannedVolume* other = p->mutable_pods(1)->add_volumes();
         *other = *Volume(p, v1::PlannedVolume::WORKSPACE);
         other->mutable_volume()
             ->mutable_persistent_volume_claim()
             ->set_claim_name("b");
       }},
      {"WorkspaceThatItsTaskDoesNotSee", "workspace-not-mounted",
       [](Plan* p) {
         for (const char* name : {"publish-step-push", "publish-sidecar-db"}) {
           auto* mounts =
               Container(p, name)->mutable_container()->mutable_volume_mounts();
           for (int m = mounts->size() - 1; m >= 0; --m) {
             if (mounts->Get(m).mount_path() == "/workspace/src") {
               mounts->DeleteSubrange(m, 1);
             }
           }
         }
       }},
      // Launch specs and containers.
      {"UnknownLaunchVersion", "launch-version",
       [](Plan* p) {
         p->mutable_pods(0)->mutable_install()->mutable_launch()->set_version(
             7);
       }},
      {"NoServiceAccount", "service-account",
       [](Plan* p) {
         p->mutable_pods(0)->mutable_spec()->clear_service_account_name();
       }},
      {"InitContainerThatWouldBeRefusedAsRoot", "launcher-security",
       [](Plan* p) {
         p->mutable_pods(0)
             ->mutable_spec()
             ->mutable_security_context()
             ->set_run_as_non_root(true);
       }},
      {"RestartedContainers", "pod-spec",
       [](Plan* p) {
         p->mutable_pods(0)->mutable_spec()->set_restart_policy("OnFailure");
       }},
      {"NoLauncherImage", "launcher-image",
       [](Plan* p) { p->mutable_pods(0)->clear_launcher_image(); }},
      {"DeadlinesOfAnotherRun", "launch-timeouts",
       [](Plan* p) { p->mutable_timeouts()->set_tasks_ns(1); }},
      {"StepWithoutContainer", "no-container",
       [](Plan* p) {
         Task(p, "sign")->mutable_units(0)->add_steps("sign-step-t");
       }},
      {"ContainerOfNoUnit", "container-of-no-unit",
       [](Plan* p) {
         Remove(Task(p, "build")->mutable_units(0)->mutable_steps(), 1);
       }},
      {"ContainerOfAnotherUnit", "container-identity",
       [](Plan* p) { Container(p, "test-0-step-run")->set_unit("test-1"); }},
      {"BarrierDropped", "barriers",
       [](Plan* p) {
         Remove(Container(p, "build-step-pack")->mutable_barriers());
       }},
      {"BarrierWithoutItsGate", "barriers",
       [](Plan* p) {
         Container(p, "sign-step-s")->mutable_barriers(0)->set_gate(false);
       }},
      {"ManifestOutOfOrder", "container-order",
       [](Plan* p) {
         v1::PlannedPod* pod = p->mutable_pods(0);
         pod->mutable_containers()->SwapElements(0, pod->containers_size() - 1);
         pod->mutable_install()
             ->mutable_launch()
             ->mutable_containers()
             ->SwapElements(0, pod->containers_size() - 1);
       }},
      {"LaunchContainerMissing", "launch-containers",
       [](Plan* p) {
         Remove(p->mutable_pods(0)
                    ->mutable_install()
                    ->mutable_launch()
                    ->mutable_containers());
       }},
      {"CommandNotWrapped", "not-wrapped",
       [](Plan* p) {
         Container(p, "build-step-pack")
             ->mutable_container()
             ->set_command(2, "build-step-compile");
       }},
      {"NothingToRun", "no-command",
       [](Plan* p) {
         Container(p, "build-step-pack")
             ->mutable_container()
             ->mutable_command()
             ->RemoveLast();
       }},
      {"NoImage", "no-image",
       [](Plan* p) {
         Container(p, "build-step-pack")->mutable_container()->clear_image();
       }},
      {"ProbeByKubelet", "probe",
       [](Plan* p) {
         Container(p, "build-sidecar-db")
             ->mutable_container()
             ->mutable_readiness_probe();
       }},
      {"TwoStepsInOneDirectory", "step-directory",
       [](Plan* p) {
         for (v1::LaunchContainer& c : *p->mutable_pods(0)
                                            ->mutable_install()
                                            ->mutable_launch()
                                            ->mutable_containers()) {
           if (c.step() == "pack") c.set_step_directory("step-compile");
         }
       }},
      {"LaunchTaskMissing", "launch-task",
       [](Plan* p) {
         Remove(p->mutable_pods(1)
                    ->mutable_install()
                    ->mutable_launch()
                    ->mutable_tasks());
       }},
      {"LaunchWaitsForLess", "launch-waits",
       [](Plan* p) { Launch(p, "publish")->clear_wait_for(); }},
      {"LaunchUnitsDiffer", "launch-units",
       [](Plan* p) { Remove(Launch(p, "test")->mutable_units()); }},
      {"SkipRelevantParentDropped", "launch-parents",
       [](Plan* p) { Remove(Launch(p, "publish")->mutable_parents()); }},
      {"ParentOfTheWrongKind", "launch-parents",
       [](Plan* p) {
         Launch(p, "build")->mutable_parents(0)->set_resource(false);
       }},
      {"ResultWithoutDependency", "result-refs",
       [](Plan* p) {
         Launch(p, "publish")->add_result_refs()->set_task("clone");
       }},
      {"DependencyOnNoResult", "result-refs",
       [](Plan* p) { Launch(p, "build")->clear_result_refs(); }},
      {"GateNotListed", "gates",
       [](Plan* p) { Remove(p->mutable_pods(0)->mutable_gates()); }},
      {"ScriptMissing", "script",
       [](Plan* p) { p->mutable_pods(0)->mutable_install()->clear_scripts(); }},
      // Volumes.
      {"MountOfNoVolume", "unknown-volume",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")->set_name("cache");
       }},
      {"RelativeMountPath", "mount-path",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")->set_mount_path("cache");
       }},
      {"MountPathThatClimbs", "mount-path",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")->set_mount_path("/c/../tmp");
       }},
      {"TwoMountsAtOnePath", "mount-conflict",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")
             ->set_mount_path("/workspace/src/");
       }},
      {"SubPathThatClimbs", "sub-path",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/workspace/src")
             ->set_sub_path("a/../..");
       }},
      {"PrivateDirectoryOfAnotherUnit", "private-mount",
       [](Plan* p) {
         Mount(p, "test-0-step-run", "/tekton")->set_sub_path("test-1/tekton");
       }},
      {"PrivateDirectoryMissing", "private-mount",
       [](Plan* p) {
         Mount(p, "test-0-step-run", "/workspace")->set_mount_path("/w");
       }},
      {"PrivateDirectoryNotMade", "directory",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_install()->clear_directories();
       }},
      {"DirectoryOutside", "directory",
       [](Plan* p) {
         p->mutable_pods(1)->mutable_install()->add_directories("sign/../..");
       }},
      {"WorkspaceOfOthers", "workspace-mount",
       [](Plan* p) { Task(p, "publish")->clear_workspaces(); }},
      {"VolumeOfAnotherUnit", "foreign-volume",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::TASK)->set_unit("publish");
       }},
      {"VolumeOfNoUnit", "volume-owner",
       [](Plan* p) { Volume(p, v1::PlannedVolume::TASK)->clear_unit(); }},
      {"VolumeWithTwoSources", "volume-source",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::WORKSPACE)
             ->mutable_volume()
             ->mutable_secret();
       }},
      {"WorkspaceThatNobodyUses", "volume-unused",
       [](Plan* p) {
         v1::PlannedVolume* v = p->mutable_pods(1)->add_volumes();
         v->set_purpose(v1::PlannedVolume::WORKSPACE);
         v->set_workspace("src");
         v->mutable_volume()->set_name("ws-src");
       }},
      {"SecretOfNoCredential", "credential",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::ACCOUNT_SECRET)
             ->mutable_volume()
             ->mutable_secret()
             ->set_secret_name("other");
       }},
      {"CredentialWithoutItsSecret", "credential",
       [](Plan* p) {
         p->mutable_pods(0)
             ->mutable_install()
             ->mutable_launch()
             ->mutable_credentials(0)
             ->set_secret("other");
       }},
      {"CredentialOfNoKind", "credential",
       [](Plan* p) {
         p->mutable_pods(0)
             ->mutable_install()
             ->mutable_launch()
             ->mutable_credentials(0)
             ->clear_kind();
       }},
      {"CredentialsOnDisk", "launcher-volume",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::CREDENTIALS)
             ->mutable_volume()
             ->mutable_empty_dir()
             ->clear_medium();
       }},
      {"CredentialsOfAnotherStep", "launcher-mount",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/tekton/creds")
             ->set_sub_path("build-step-pack");
       }},
      {"SecretSomewhereElse", "credential",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/tekton/creds-secrets/git")
             ->set_mount_path("/git");
       }},
      {"SecretInASidecar", "credential",
       [](Plan* p) {
         const v1::VolumeMount secret =
             *Mount(p, "build-step-compile", "/tekton/creds-secrets/git");
         *Container(p, "build-sidecar-db")
              ->mutable_container()
              ->add_volume_mounts() = secret;
       }},
      {"NoEvents", "launcher-volume",
       [](Plan* p) {
         Volume(p, v1::PlannedVolume::EVENTS)
             ->set_purpose(v1::PlannedVolume::PROGRAM);
       }},
      {"EventsOfAnotherContainer", "launcher-mount",
       [](Plan* p) {
         Mount(p, "test-0-step-run", "/colocation/post")
             ->set_sub_path("test-1-step-run");
       }},
      {"WritableProgram", "launcher-mount",
       [](Plan* p) {
         Mount(p, "test-0-step-run", "/colocation/program")
             ->set_read_only(false);
       }},
      {"AuthorMountsOverTheLauncher", "launcher-mount",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")
             ->set_mount_path("/colocation");
       }},
      {"SharedWorkspaceIsEmptiedBetweenAttempts", "own-directory",
       [](Plan* p) {
         LaunchOf(p, "build-step-compile")
             ->add_own_directories("/workspace/src");
       }},
      {"DirectoryThatIsNoMountIsEmptiedBetweenAttempts", "own-directory",
       [](Plan* p) {
         LaunchOf(p, "build-step-compile")->add_own_directories("/cache/..");
       }},
      {"LaunchersDirectoryIsEmptiedBetweenAttempts", "own-directory",
       [](Plan* p) {
         LaunchOf(p, "build-step-compile")
             ->add_own_directories("/colocation/post");
       }},
      {"ClaimIsEmptiedBetweenAttempts", "own-directory",
       [](Plan* p) {
         LaunchOf(p, "build-step-compile")->add_own_directories("/cache");
         Volume(p, v1::PlannedVolume::TASK)
             ->mutable_volume()
             ->mutable_persistent_volume_claim()
             ->set_claim_name("c");
         Volume(p, v1::PlannedVolume::TASK)
             ->mutable_volume()
             ->clear_empty_dir();
       }},
      {"AttemptTakesAMountFromAnotherStep", "own-directory",
       [](Plan* p) {
         Mount(p, "build-step-compile", "/cache")
             ->set_mount_path("/workspace/cache");
         LaunchOf(p, "build-step-pack")->add_own_directories("/workspace");
       }},
      {"GateWithoutFile", "gate-file",
       [](Plan* p) {
         Remove(Volume(p, v1::PlannedVolume::GATES)
                    ->mutable_volume()
                    ->mutable_downward_api()
                    ->mutable_items(),
                1);
       }},
      {"ExternalTaskWithAnotherWaitSet", "external-launch",
       [](Plan* p) { Task(p, "approve")->mutable_launch()->clear_wait_for(); }},
      {"ExternalTaskOfNothing", "external-launch",
       [](Plan* p) { Task(p, "approve")->clear_spec(); }},
      {"ClaimThatNobodyMounts", "claim-unused",
       [](Plan* p) {
         p->add_claims()->mutable_metadata()->set_name("claim");
         // What an external task mounts isn't known.
         Task(p, "approve")->set_placement(v1::PLACEMENT_SKIPPED);
         Task(p, "approve")->clear_external();
         Task(p, "approve")->clear_launch();
         Task(p, "approve")->clear_spec();
         Task(p, "approve")->clear_wait_for();
         Task(p, "approve")->mutable_end()->set_outcome(v1::OUTCOME_SKIPPED);
         Task(p, "approve")
             ->mutable_end()
             ->set_skip_reason(v1::SKIP_REASON_WHEN);
         Task(p, "publish")->set_wait_for(1, "sign");
       }},
      // Resources.
      {"NoQuantity", "quantity", [](Plan* p) { Cpu(p)->set_peak("much"); }},
      {"SumTooLarge", "sum", [](Plan* p) { Cpu(p)->set_sum("100"); }},
      {"PeakAboveSum", "peak", [](Plan* p) { Cpu(p)->set_peak("100"); }},
      {"NeedTooSmall", "unit-need",
       [](Plan* p) {
         (*Task(p, "build")->mutable_units(0)->mutable_need())["cpu"] = "1";
       }},
      {"WitnessTooLight", "witness",
       [](Plan* p) { Remove(Cpu(p)->mutable_witness()); }},
      {"WitnessThatNeverRunsAtOnce", "witness",
       [](Plan* p) {
         v1::UnitNeed* need = Cpu(p)->add_witness();
         need->set_unit("clone");
         need->set_quantity("500m");
         Cpu(p)->set_peak("2750m");
       }},
      {"ChainOutOfOrder", "cover",
       [](Plan* p) {
         for (v1::Chain& chain : *Cpu(p)->mutable_cover()) {
           if (chain.units_size() > 1)
             chain.mutable_units()->SwapElements(0, 1);
         }
       }},
      {"CoverTooLight", "cover",
       [](Plan* p) { Remove(Cpu(p)->mutable_cover()); }},
      {"RequestsAboveThePeak", "requests",
       [](Plan* p) {
         (*Container(p, "clone-step-get")
               ->mutable_container()
               ->mutable_resources()
               ->mutable_requests())["cpu"] = "3";
       }},
      {"RequestsNeitherPeakNorSum", "requests",
       [](Plan* p) {
         (*Container(p, "clone-step-get")
               ->mutable_container()
               ->mutable_resources()
               ->mutable_requests())["cpu"] = "0";
         Cpu(p)->set_requested("1");
       }},
      {"RequestAboveItsLimit", "request-over-limit",
       [](Plan* p) {
         (*Container(p, "build-step-compile")
               ->mutable_container()
               ->mutable_resources()
               ->mutable_limits())["cpu"] = "1m";
       }},
      {"LimitThatBecomesARequest", "limit-without-request",
       [](Plan* p) {
         (*Container(p, "build-step-compile")
               ->mutable_container()
               ->mutable_resources()
               ->mutable_limits())["memory"] = "1Gi";
       }},
      {"ResourceNotAccountedFor", "resource-missing",
       [](Plan* p) { Remove(p->mutable_pods(0)->mutable_resources()); }},
      {"LimitsThatDoNotAddUp", "limit",
       [](Plan* p) { Cpu(p)->set_limit("100"); }},
      {"LimitsThatAreNotStated", "limit",
       [](Plan* p) { Cpu(p)->clear_limit(); }},
      {"LimitsAboveTheNamespaces", "pod-bound",
       [](Plan* p) {
         (*p->mutable_caps()->mutable_pod_limits())["cpu"] = "1";
       }},
      {"RequestsAboveTheNamespaces", "pod-bound",
       [](Plan* p) {
         (*p->mutable_caps()->mutable_pod_requests())["cpu"] = "1";
       }},
      {"OnePortTwiceAtOnce", "port-conflict",
       [](Plan* p) {
         // Both units of the matrix.
         for (const char* unit : {"test-0", "test-1"}) {
           const std::string name = absl::StrCat(unit, "-step-run");
           v1::PlannedContainer* container = Container(p, name);
           container->set_role(v1::CONTAINER_ROLE_SIDECAR);
           container->mutable_container()->add_ports()->set_container_port(80);
         }
       }},
  };
}

class CorruptionTest : public testing::TestWithParam<Corruption> {};

TEST_P(CorruptionTest, IsFoundByItsCode) {
  v1::ColocationPlan plan = GoodPlan();
  GetParam().corrupt(&plan);
  const v1::Diagnostics faults = CheckPlan(plan);
  std::set<std::string> codes;
  for (const v1::Diagnostic& fault : faults.diagnostics()) {
    codes.insert(fault.code());
    EXPECT_FALSE(fault.path().empty());
    EXPECT_EQ(fault.severity(), v1::SEVERITY_ERROR);
  }
  EXPECT_TRUE(codes.contains(GetParam().code)) << "found: " << Faults(faults);
}

INSTANTIATE_TEST_SUITE_P(All, CorruptionTest, testing::ValuesIn(Corruptions()),
                         [](const testing::TestParamInfo<Corruption>& info) {
                           return std::string(info.param.name);
                         });

TEST(CheckPlanTest, ReadsPlansOfVersion1WithTheirPaths) {
  v1::ColocationPlan plan = GoodPlan();
  plan.set_version(1);
  for (const char* task : {"clone", "build", "test", "publish"}) {
    Depends(&plan, "clone", "publish")->add_via(task);
  }
  EXPECT_EQ(Faults(CheckPlan(plan)), "");
}

// A Pod whose image is a result, and that shares a workspace with a task that
// could start at once.
constexpr char kMadeOfAResult[] = R"(
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  workspaces: [{name: w}]
  tasks:
  - name: before
    taskSpec: {steps: [{name: s, image: i, command: [c]}]}
  - name: builds
    runAfter: [before]
    taskSpec: {results: [{name: r}], steps: [{name: s, image: i, command: [c]}]}
  - name: first
    workspaces: [{name: w}]
    taskSpec:
      workspaces: [{name: w}]
      steps: [{name: s, image: i, command: [c]}]
  - name: runs
    workspaces: [{name: w}]
    params: [{name: image, value: $(tasks.builds.results.r)}]
    taskSpec:
      params: [{name: image}]
      workspaces: [{name: w}]
      steps: [{name: s, image: $(params.image), command: [c]}]
)";

TEST(CheckPlanTest, APodMadeOfAResultWaitsForIt) {
  v1::PlanRequest request;
  request.mutable_options()->set_controlled(true);
  const Planned planned = PlanYaml(kMadeOfAResult, request);
  ASSERT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  ASSERT_EQ(GroupsOf(planned.plan), "{before} {builds} {first runs}");
  EXPECT_EQ(Faults(CheckPlan(planned.plan)), "");
  for (const std::vector<std::string>& tasks :
       {std::vector<std::string>{}, {"before"}, {"before", "builds"}}) {
    v1::ColocationPlan plan = planned.plan;
    v1::PlannedPod* pod = plan.mutable_pods(2);
    pod->clear_start_when();
    v1::StartCondition* condition = pod->add_start_when();
    for (const std::string& task : tasks) condition->add_tasks(task);
    EXPECT_NE(Faults(CheckPlan(plan)).find("[start-condition]"),
              std::string::npos)
        << absl::StrJoin(tasks, " ");
  }
  // The same where a volume, a variable's source or a subPath is the result.
  for (const bool image : {false, true}) {
    v1::ColocationPlan plan = planned.plan;
    v1::PlannedPod* pod = plan.mutable_pods(0);
    v1::Container* container = pod->mutable_containers(0)->mutable_container();
    if (image) {
      container->set_image("$(tasks.builds.results.r)");
    } else {
      container->add_env_from()->mutable_secret_ref()->set_name(
          "$(tasks.builds.results.r)");
    }
    EXPECT_NE(Faults(CheckPlan(plan)).find("[start-condition]"),
              std::string::npos);
  }
}

// Two tasks, one after the other, that ask for so much.
v1::ColocationPlan ChainAskingFor(const std::string& first,
                                  const std::string& second) {
  const auto task = [](const char* name, const std::string& requests) {
    return absl::StrCat("  - {name: ", name,
                        *name == 'b' ? ", runAfter: [a]" : "",
                        ", workspaces: [{name: w}], taskSpec: {workspaces: "
                        "[{name: w}], steps: [{name: s, image: i, command: "
                        "[c], computeResources: {requests: {",
                        requests, "}, limits: {", requests, "}}}]}}\n");
  };
  const Planned planned = PlanYaml(absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n"
      "  workspaces: [{name: w}]\n  tasks:\n",
      task("a", first), task("b", second)));
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  EXPECT_EQ(Faults(CheckPlan(planned.plan)), "");
  return planned.plan;
}

void SetRequest(v1::ColocationPlan* plan, const char* container,
                const char* resource, const char* quantity) {
  (*Container(plan, container)
        ->mutable_container()
        ->mutable_resources()
        ->mutable_requests())[resource] = quantity;
}

TEST(CheckPlanTest, NoUnitAsksForMoreThanItNeeds) {
  v1::ColocationPlan plan = ChainAskingFor("cpu: 3", "cpu: 4");
  // Together they still ask for the peak.
  SetRequest(&plan, "a-step-s", "cpu", "3");
  SetRequest(&plan, "b-step-s", "cpu", "1");
  EXPECT_EQ(Faults(CheckPlan(plan)), "");
  plan = ChainAskingFor("cpu: 2", "cpu: 4");
  for (v1::PlannedContainer& c : *plan.mutable_pods(0)->mutable_containers()) {
    (*c.mutable_container()->mutable_resources()->mutable_limits())["cpu"] =
        "4";
  }
  plan.mutable_pods(0)->mutable_resources(0)->set_limit("8");
  SetRequest(&plan, "a-step-s", "cpu", "3");
  SetRequest(&plan, "b-step-s", "cpu", "1");
  EXPECT_NE(Faults(CheckPlan(plan)).find("[requests]"), std::string::npos);
}

TEST(CheckPlanTest, DevicesAreAskedForByEachContainer) {
  v1::ColocationPlan plan =
      ChainAskingFor("example.com/gpu: 1", "example.com/gpu: 1");
  SetRequest(&plan, "b-step-s", "example.com/gpu", "0");
  plan.mutable_pods(0)->mutable_resources(0)->set_requested("1");
  EXPECT_NE(Faults(CheckPlan(plan)).find("[requests]"), std::string::npos);
}

TEST(CheckPlanTest, ReadsAnyPlanWithoutTrustingIt) {
  EXPECT_NE(Faults(CheckPlan({})), "");
  // Every message of the plan emptied, one after the other.
  const v1::ColocationPlan good = GoodPlan();
  for (int p = 0; p < good.pods_size(); ++p) {
    v1::ColocationPlan plan = good;
    plan.mutable_pods(p)->Clear();
    EXPECT_NE(Faults(CheckPlan(plan)), "");
    for (int c = 0; c < good.pods(p).containers_size(); ++c) {
      plan = good;
      plan.mutable_pods(p)->mutable_containers(c)->Clear();
      EXPECT_NE(Faults(CheckPlan(plan)), "");
      plan = good;
      plan.mutable_pods(p)->mutable_containers()->DeleteSubrange(c, 1);
      EXPECT_NE(Faults(CheckPlan(plan)), "");
    }
  }
  for (int t = 0; t < good.tasks_size(); ++t) {
    v1::ColocationPlan plan = good;
    plan.mutable_tasks(t)->Clear();
    EXPECT_NE(Faults(CheckPlan(plan)), "");
    plan = good;
    plan.mutable_tasks()->DeleteSubrange(t, 1);
    EXPECT_NE(Faults(CheckPlan(plan)), "");
    plan = good;
    plan.mutable_tasks(t)->clear_units();
    plan.mutable_tasks(t)->clear_wait_for();
    CheckPlan(plan);
  }
}

TEST(CheckPlanTest, StopsAtAHundredFaults) {
  v1::ColocationPlan plan;
  plan.set_version(1);
  for (int i = 0; i < 1000; ++i) plan.add_tasks()->set_name("Bad");
  EXPECT_EQ(CheckPlan(plan).diagnostics_size(), 100);
}

}  // namespace
}  // namespace colocation
