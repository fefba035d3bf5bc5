#include "colocation/plan/containers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/encode.h"
#include "colocation/plan/plan_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A Task with one step, of these fields, and these sidecars.
std::string TaskOf(const std::string& step, const std::string& sidecars = "",
                   const std::string& spec = "") {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {",
      spec, "steps: [{name: s, image: i, ", step, "}], sidecars: [", sidecars,
      "]}\n");
}

const v1::LaunchContainer& LaunchOf(const v1::ColocationPlan& plan,
                                    const std::string& step) {
  for (const v1::LaunchContainer& c :
       plan.pods(0).install().launch().containers()) {
    if (c.step() == step) return c;
  }
  ADD_FAILURE() << "no " << step;
  return v1::LaunchContainer::default_instance();
}

struct CommandCase {
  const char* name;
  const char* step;
  // What follows the launcher's own words, then the args.
  const char* command;
  const char* args;
  const char* script;
};

constexpr CommandCase kCommands[] = {
    {"CommandAndArgs", "command: [a, b], args: [c]", "a b", "c", ""},
    {"ArgsStayForKubernetesToExpand", "command: [a], args: [$(VAR), $$x]", "a",
     "$(VAR) $$x", ""},
    {"ScriptGetsADefaultInterpreter", "script: \"echo\\n\", args: [c]", "", "c",
     "#!/bin/sh\nset -e\necho\n"},
    {"ScriptWithItsInterpreter", "script: \"#!/bin/x\\ny\\n\"", "", "",
     "#!/bin/x\ny\n"},
    {"ImageEntrypoint", "args: [c]", "/entry point", "c", ""},
    {"ImageEntrypointAndCmd", "workingDir: /", "/entry point", "cmd", ""},
};

TEST(ContainersTest, CommandLines) {
  for (const CommandCase& c : kCommands) {
    SCOPED_TRACE(c.name);
    v1::PlanRequest request;
    v1::ImageConfig* image = request.add_images();
    image->set_image("i");
    image->add_entrypoint("/entry");
    image->add_entrypoint("point");
    image->add_cmd("cmd");
    const Planned planned = PlanYaml(TaskOf(c.step), request);
    EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    const v1::PlannedPod& pod = planned.plan.pods(0);
    const v1::Container& container = pod.containers(0).container();
    EXPECT_EQ(
        absl::StrJoin(container.command(), " "),
        absl::StrCat("/colocation/program/launcher run ", container.name(),
                     " --", *c.command == 0 ? "" : " ", c.command));
    EXPECT_EQ(absl::StrJoin(container.args(), " "), c.args);
    EXPECT_EQ(pod.install().scripts_size(), *c.script == 0 ? 0 : 1);
    EXPECT_EQ(LaunchOf(planned.plan, "s").script(), *c.script != 0);
    if (*c.script != 0) {
      EXPECT_EQ(pod.install().scripts(0).content(), c.script);
      EXPECT_EQ(pod.install().scripts(0).container(), container.name());
    }
  }
}

// Kubernetes makes "$$" one "$" before the launcher replaces the rest.
TEST(ContainersTest, DollarsBeforeWhatTektonReplacesFirstAreKept) {
  const Planned planned = PlanYaml(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  pipelineSpec:
    tasks:
    - name: a
      taskSpec:
        results: [{name: r}]
        steps: [{name: s, image: i, command: [c]}]
    - name: b
      params: [{name: p, value: $(tasks.a.results.r)}]
      taskSpec:
        params: [{name: p}]
        steps:
        - {name: first, image: i, command: [c]}
        - name: s
          image: i
          command: [c, "$$(params.p)"]
          args: ["$$(tasks.a.results.r)", "$$(steps.first.results.r)", "$$x"]
          env: [{name: E, value: "$$(params.p)"}]
)yaml");
  EXPECT_THAT(planned.errors, IsEmpty());
  v1::Container container;
  for (const v1::PlannedPod& pod : planned.plan.pods()) {
    for (const v1::PlannedContainer& c : pod.containers()) {
      if (c.task() == "b") container = c.container();
    }
  }
  ASSERT_THAT(container.command(), testing::Not(IsEmpty()));
  EXPECT_EQ(*container.command().rbegin(), "$$$(tasks.a.results.r)");
  EXPECT_THAT(container.args(),
              ElementsAre("$$$(tasks.a.results.r)", "$$(steps.first.results.r)",
                          "$$x"));
  EXPECT_EQ(container.env(0).value(), "$$$(tasks.a.results.r)");
}

TEST(ContainersTest, UnknownEntrypointIsAskedForOnce) {
  const Planned planned = PlanYaml(TaskOf("args: [c]}, {name: u, image: i"));
  EXPECT_EQ(planned.errors.size(), 2);
  ASSERT_EQ(planned.needs.size(), 1);
  EXPECT_EQ(planned.needs[0].kind(), v1::Need::IMAGE_CONFIG);
  EXPECT_EQ(planned.needs[0].name(), "i");
  EXPECT_EQ(planned.needs[0].path(), "spec.steps[0].image");
}

TEST(ContainersTest, ImageThatSaysNothingCannotRun) {
  v1::PlanRequest request;
  request.add_images()->set_image("i");
  const Planned planned = PlanYaml(TaskOf("workingDir: /"), request);
  EXPECT_THAT(planned.needs, IsEmpty());
  ASSERT_EQ(planned.errors.size(), 1);
  EXPECT_THAT(planned.errors[0],
              HasSubstr("no-command at spec.steps[0].image"));
}

struct LaunchCase {
  const char* name;
  const char* step;
  // The LaunchContainer, without what every step has.
  const char* launch;
};

constexpr LaunchCase kLaunches[] = {
    {"Nothing", "command: [c]", "{}"},
    {"WorkingDir", "command: [c], workingDir: /w", R"({"workingDir":"/w"})"},
    {"OnError", "command: [c], onError: continue",
     R"({"continueOnError":true})"},
    {"Timeout", "command: [c], timeout: 2s", R"({"timeoutNs":2000000000})"},
    {"Streams",
     "command: [c], stdoutConfig: {path: /o}, stderrConfig: {path: /e}",
     R"({"stdoutPath":"/o","stderrPath":"/e"})"},
    {"Results", "command: [c], results: [{name: r, type: array}]",
     R"({"results":[{"name":"r","type":"VALUE_TYPE_ARRAY"}]})"},
    {"When", "command: [c], when: [{input: u, operator: in, values: [u]}]",
     R"({"when":[{"input":"u","operator":"in","values":["u"]}]})"},
    {"ResultOfAStepBefore", "command: [c], args: [$(steps.b.results.r)]",
     R"({"late":true})"},
    {"LateVariable",
     "command: [c], env: [{name: A, value: u}, {name: B, value: "
     "$(steps.b.results.r)}]",
     R"x({"late":true,"env":[{"name":"B","value":"$(steps.b.results.r)"}]})x"},
};

TEST(ContainersTest, LaunchContainers) {
  for (const LaunchCase& c : kLaunches) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(absl::StrCat(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: "
        "{steps: [{name: b, image: i, command: [c], results: [{name: r}]}, "
        "{name: s, image: i, ",
        c.step, "}]}\n"));
    EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    v1::LaunchContainer launch = LaunchOf(planned.plan, "s");
    EXPECT_EQ(launch.step_directory(), "step-s");
    EXPECT_EQ(launch.role(), v1::CONTAINER_ROLE_STEP);
    launch.clear_name();
    launch.clear_role();
    launch.clear_task();
    launch.clear_unit();
    launch.clear_step();
    launch.clear_step_directory();
    EXPECT_EQ(ToJson(launch), c.launch);
  }
}

// The kubelet's side makes it as root; in a volume the launcher makes it as the
// step's user, when its turn has come.
TEST(ContainersTest, OnlyAWorkingDirOutsideOfVolumesIsTheKubelets) {
  for (const auto& [dir, in_pod] :
       std::vector<std::pair<const char*, const char*>>{
           {"/opt/app", "/opt/app"},
           {"/", "/"},
           {"/workspaces", "/workspaces"},
           {"/workspace", ""},
           {"/workspace/src", ""},
           {"//workspace/./src", ""},
           {"/tekton/home", ""},
           {"/cache/deep", ""},
           {"/opt/../workspace/src", ""},
           {"src", ""},
           {"/opt/$(steps.b.results.r)", ""}}) {
    SCOPED_TRACE(dir);
    const Planned planned = PlanYaml(absl::StrCat(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: "
        "{volumes: [{name: v, emptyDir: {}}], steps: [{name: b, image: i, "
        "command: [c], results: [{name: r}]}, {name: s, image: i, command: "
        "[c], volumeMounts: [{name: v, mountPath: /cache/}], workingDir: \"",
        dir, "\"}]}\n"));
    ASSERT_EQ(absl::StrJoin(planned.errors, "\n"), "");
    EXPECT_EQ(LaunchOf(planned.plan, "s").working_dir(), dir);
    EXPECT_EQ(planned.plan.pods(0).containers(1).container().working_dir(),
              in_pod);
  }
}

TEST(ContainersTest, VariablesOfThePodTemplateComeLastInSteps) {
  const Planned planned = PlanYaml(
      "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: t}\nspec: "
      "{podTemplate: {env: [{name: A, value: two}]}, taskSpec: {steps: [{name: "
      "s, image: i, command: [c], env: [{name: A, value: one}]}], sidecars: "
      "[{name: d, image: d, command: [d]}]}}\n");
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  std::vector<std::string> values;
  for (const v1::PlannedContainer& c : planned.plan.pods(0).containers()) {
    for (const v1::EnvVar& env : c.container().env()) {
      values.push_back(absl::StrCat(c.step(), ":", env.value()));
    }
  }
  EXPECT_THAT(values, ElementsAre("s:one", "s:two"));
}

TEST(ContainersTest, ProbesAndHooksOfSidecarsAreTheLaunchers) {
  const Planned planned = PlanYaml(TaskOf(
      "command: [c]",
      "{name: d, image: d, command: [d], restartPolicy: Always, ports: [{name: "
      "web, containerPort: 80}], startupProbe: {tcpSocket: {port: web}, "
      "terminationGracePeriodSeconds: 3}, readinessProbe: {httpGet: {path: "
      "/up, port: "
      "web}, initialDelaySeconds: 2, failureThreshold: 5}, livenessProbe: "
      "{exec: {command: [alive]}}, lifecycle: {postStart: {exec: {command: "
      "[begin]}}, preStop: {sleep: {seconds: 2}}}}"));
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  const v1::LaunchContainer& launch = LaunchOf(planned.plan, "d");
  EXPECT_EQ(ToJson(launch.ready()),
            R"({"http":{"port":80,"path":"/up"},"initialDelayNs":2000000000,)"
            R"("failureThreshold":5})");
  EXPECT_EQ(ToJson(launch.live()), R"({"exec":{"command":["alive"]}})");
  EXPECT_EQ(ToJson(launch.startup()),
            R"({"tcp":{"port":80},"terminationGraceNs":3000000000})");
  EXPECT_EQ(ToJson(launch.post_start()), R"({"exec":{"command":["begin"]}})");
  EXPECT_EQ(ToJson(launch.pre_stop()), R"({"sleepNs":2000000000})");
  EXPECT_TRUE(launch.restart());
  for (const v1::PlannedContainer& c : planned.plan.pods(0).containers()) {
    EXPECT_FALSE(c.container().has_readiness_probe());
    EXPECT_FALSE(c.container().has_liveness_probe());
    EXPECT_FALSE(c.container().has_restart_policy());
    EXPECT_FALSE(c.container().has_lifecycle());
  }
}

TEST(ContainersTest, SidecarsAreStartedAgainWhereTheInstallationSaysSo) {
  const std::string task =
      TaskOf("command: [c]", "{name: d, image: d, command: [d]}");
  EXPECT_FALSE(LaunchOf(PlanYaml(task).plan, "d").restart());
  v1::PlanRequest request;
  (*request.mutable_options()
        ->mutable_feature_flags())["enable-kubernetes-sidecar"] = "true";
  const Planned planned = PlanYaml(task, request);
  EXPECT_TRUE(LaunchOf(planned.plan, "d").restart());
  EXPECT_FALSE(LaunchOf(planned.plan, "s").restart());
}

// In all of them Kubernetes puts A's reference in.
TEST(ContainersTest, VariablesThatNameALateOneAreLateToo) {
  const Planned planned = PlanYaml(
      TaskOf("command: [c], env: [{name: Z, value: $(A)}, {name: A, value: "
             "$(steps.b.results.r)}, {name: B, value: x$(A)}, {name: C, value: "
             "$(B)y}, {name: D, value: $(Z)}]"));
  EXPECT_EQ(absl::StrJoin(planned.errors, "\n"), "");
  std::vector<std::string> late;
  for (const v1::LaunchEnvVar& env : LaunchOf(planned.plan, "s").env()) {
    late.push_back(env.name());
  }
  EXPECT_THAT(late, ElementsAre("A", "B", "C"));
}

struct RefusalCase {
  const char* name;
  const char* step;
  const char* sidecar;
  const char* error;
};

constexpr RefusalCase kRefusals[] = {
    {"WindowsScript", "script: \"#!win\\nx\"", "",
     "not-supported at spec.steps[0].script"},
    {"TlsProbe", "command: [c]",
     "{name: d, image: d, command: [d], livenessProbe: {httpGet: {port: 1, "
     "scheme: HTTPS}}}",
     "not-supported at spec.sidecars[0].livenessProbe"},
    {"HookByTcp", "command: [c]",
     "{name: d, image: d, command: [d], lifecycle: {preStop: {tcpSocket: "
     "{port: 1}}}}",
     "not-supported at spec.sidecars[0].lifecycle.preStop"},
    {"HookByTls", "command: [c]",
     "{name: d, image: d, command: [d], lifecycle: {postStart: {httpGet: "
     "{port: 1, scheme: HTTPS}}}}",
     "not-supported at spec.sidecars[0].lifecycle.postStart"},
    {"OtherSignal", "command: [c]",
     "{name: d, image: d, command: [d], lifecycle: {stopSignal: SIGINT}}",
     "not-supported at spec.sidecars[0].lifecycle.stopSignal"},
    {"RestartAfterFailuresOnly", "command: [c]",
     "{name: d, image: d, command: [d], restartPolicy: OnFailure}",
     "not-supported at spec.sidecars[0].restartPolicy"},
    {"ArtifactOfAStep", "command: [c], args: [a, $(steps.b.outputs.x)]", "",
     "not-supported at spec.steps[0].args[1]"},
    {"ArtifactOfATask",
     "command: [c], env: [{name: A, value: $(tasks.b.inputs.x)}]", "",
     "not-supported at spec.steps[0].env[0].value"},
    {"ArtifactAsAnImage", "command: [c]",
     "{name: d, command: [d], image: $(tasks.b.outputs.x)}",
     "not-supported at spec.sidecars[0].image"},
    {"ArtifactAsADirectory", "command: [c], workingDir: $(tasks.b.outputs)", "",
     "not-supported at spec.steps[0].workingDir"},
    {"ArtifactInAScript", "script: \"cat $(steps.b.inputs.x)\"", "",
     "not-supported at spec.steps[0].script"},
    {"PortWithoutANumber", "command: [c]",
     "{name: d, image: d, command: [d], readinessProbe: {tcpSocket: {port: "
     "web}}}",
     "unknown-port at spec.sidecars[0].readinessProbe"},
    {"ImageOfAStepsResult",
     "command: [c]}, {name: u, command: [c], image: "
     "$(steps.s.results.r)",
     "", "late-field at spec.steps[1].image"},
};

TEST(ContainersTest, WhatCantBeHonouredIsRefused) {
  for (const RefusalCase& c : kRefusals) {
    SCOPED_TRACE(c.name);
    const Planned planned = PlanYaml(TaskOf(c.step, c.sidecar));
    ASSERT_EQ(planned.errors.size(), 1);
    EXPECT_THAT(planned.errors[0], HasSubstr(c.error));
  }
}

TEST(ContainersTest, EachUnitHasItsDirectories) {
  const Planned planned = PlanYaml(TaskOf("command: [c]"));
  EXPECT_THAT(planned.plan.pods(0).install().directories(),
              ElementsAre("t/tekton/results", "t/tekton/home",
                          "t/tekton/artifacts", "t/tekton/creds",
                          "t/tekton/run", "t/tekton/steps/step-s/results",
                          "t/tekton/steps/step-s/artifacts", "t/workspace"));
}

}  // namespace
}  // namespace colocation
