// What features of Tekton do in a shared Pod, row by row: each case is a run of
// its own in a real Pod (docs/planning.md, "Semantics").

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/podman/local_image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

struct SemanticsCase {
  // The claim.
  const char* name;
  // What stands under pipelineSpec's `tasks`, and maybe `finally`.
  const char* tasks;
  // What the units have written, "UNIT: LINE", in the order of the plan;
  // without what launchers say.
  std::vector<std::string> log;
  const char* phase = "Succeeded";
};

void PrintTo(const SemanticsCase& one, std::ostream* out) { *out << one.name; }

class SemanticsTest : public PlannedRunTest,
                      public testing::WithParamInterface<SemanticsCase> {};

TEST_P(SemanticsTest, Holds) {
  v1::PlanRequest request = Request(absl::StrCat(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: semantics}
spec:
  workspaces:
  - {name: shared, emptyDir: {}}
  pipelineSpec:
    workspaces: [{name: shared}]
    tasks:)yaml",
                                                 GetParam().tasks));
  // Some of what is shown is new in Tekton.
  request.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  const RunResult run = RunPlanned(request);
  EXPECT_EQ(run.phase(), GetParam().phase);
  std::vector<std::string> log;
  for (const v1::PlannedTask& task : run.plan.tasks()) {
    for (const v1::PlannedUnit& unit : task.units()) {
      for (absl::string_view line :
           absl::StrSplit(run.LogOf(unit.name()), '\n', absl::SkipEmpty())) {
        if (absl::StartsWith(line, "launcher: ")) continue;
        log.push_back(absl::StrCat(unit.name(), ": ", line));
      }
    }
  }
  EXPECT_THAT(log, testing::ElementsAreArray(GetParam().log));
}

// What a sidecar writes for its steps appears whole (by `mv`) and is taken away by
// the step that reads it: a workspace outlives an attempt, and so would the file
// that says the sidecar of the next attempt is ready.
const SemanticsCase kCases[] = {
    {"StepsRunOneAfterAnotherInOneWorkspace",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, script: "sleep 0.2; echo a >$(workspaces.shared.path)/f; echo first"}
        - {name: b, image: IMAGE, command: [cat, $(workspaces.shared.path)/f]}
)yaml",
     {"t: first", "t: a"}},

    {"StepTemplateGivesEveryStepItsEnvironment",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        stepTemplate: {image: IMAGE, env: [{name: WHO, value: world}]}
        steps:
        - {name: a, script: echo hello $WHO}
        - {name: b, env: [{name: WHO, value: me}], script: echo hello $WHO}
)yaml",
     {"t: hello world", "t: hello me"}},

    {"FailedStepWithOnErrorContinueLetsTheTaskGoOn",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, onError: continue, script: exit 9}
        - {name: b, image: IMAGE, script: "cat $(steps.step-a.exitCode.path); echo"}
)yaml",
     {"t: 9"}},

    {"FailedTaskWithOnErrorContinueLetsDependentsGoOn",
     R"yaml(
    - name: t
      onError: continue
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: exit 9}]
    - name: u
      runAfter: [t]
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: echo went on}]
)yaml",
     {"u: went on"}},

    {"RetriedTaskSucceedsInTheEndAndTheWorkspaceIsLeftAsItWas",
     R"yaml(
    - name: t
      retries: 3
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        steps:
        - name: a
          image: IMAGE
          script: |
            cd $(workspaces.shared.path)
            ! ls $(results.r.path) 2>/dev/null
            echo try >>tries
            printf $(wc -l <tries) >$(results.r.path)
            test $(wc -l <tries) = 3
        - {name: b, image: IMAGE, script: echo second step}
    - name: u
      params: [{name: p, value: $(tasks.t.results.r)}]
      workspaces: [{name: shared}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: echo try $(params.p)}]
)yaml",
     {"t: second step", "u: try 3"}},

    {"RetriedTaskFindsItsOwnDirectoriesEmpty",
     R"yaml(
    - name: t
      retries: 1
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        volumes: [{name: scratch, emptyDir: {}}, {name: later, emptyDir: {medium: Memory}}]
        steps:
        - name: a
          image: IMAGE
          volumeMounts: [{name: scratch, mountPath: /workspace/scratch}]
          script: |
            cd $(workspaces.shared.path)
            echo $(ls -A /workspace/scratch /tekton/home /tekton/results | grep -vc :) $(ls /workspace)
            mkdir -p /workspace/scratch/tree /tekton/home/.cache /workspace/mine
            touch /workspace/scratch/tree/f /tekton/home/.cache/f kept
        - name: b
          image: IMAGE
          securityContext: {runAsUser: 1001}
          volumeMounts: [{name: later, mountPath: /later}]
          script: |
            ls -A /later | wc -l
            touch /later/f
            ls $(workspaces.shared.path)
            exit $((1 - $(context.task.retry-count)))
)yaml",
     // Each container's lines, of both attempts.
     {"t: 2 scratch shared", "t: 2 scratch shared", "t: 0", "t: kept", "t: 0",
      "t: kept"}},

    {"RetriesAreSpentAtLast",
     R"yaml(
    - name: t
      retries: 2
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: "echo attempt $(context.task.retry-count); exit 1"}]
)yaml",
     {"t: attempt 0", "t: attempt 1", "t: attempt 2"},
     "Failed"},

    {"TimeoutEndsATaskAndFinallySeesIt",
     R"yaml(
    - name: t
      timeout: 1s
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: "echo begins; sleep 600; echo never"}]
    finally:
    - name: f
      workspaces: [{name: shared}]
      params: [{name: s, value: $(tasks.t.status)}, {name: r, value: $(tasks.t.reason)}]
      taskSpec:
        params: [{name: s}, {name: r}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, args: [$(params.s), $(params.r)], command: [echo]}]
)yaml",
     {"t: begins", "f: Failed TaskRunTimeout"},
     "Failed"},

    {"StepTimeoutEndsAStep",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, timeout: 1s, script: "echo begins; sleep 600; echo never"}
        - {name: b, image: IMAGE, script: echo never}
)yaml",
     {"t: begins"},
     "Failed"},

    {"SidecarIsReadyBeforeTheFirstStepAndStoppedAfterTheLast",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        sidecars:
        - name: server
          image: IMAGE
          workspaces: [{name: shared, mountPath: /side}]
          readinessProbe: {exec: {command: [test, -e, /side/up]}, periodSeconds: 1}
          script: |
            #!/bin/sh
            sleep 0.3
            trap 'echo stopped >/side/state; exit 0' TERM
            echo up >/side/state
            touch /side/up
            while true; do sleep 0.05; done
        steps:
        - {name: a, image: IMAGE, script: cat /side/state, workspaces: [{name: shared, mountPath: /side}]}
    - name: u
      runAfter: [t]
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, script: cat $(workspaces.shared.path)/state}]
)yaml",
     {"t: up", "u: stopped"}},

    {"MatrixRunsEveryCombinationAndItsResultsAreAList",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      matrix: {params: [{name: os, value: [linux, mac]}, {name: v, value: ["1", "2"]}]}
      taskSpec:
        params: [{name: os}, {name: v}]
        results: [{name: r}]
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, script: "printf $(params.os)-$(params.v) | tee $(results.r.path)"}
    - name: u
      params: [{name: all, value: ["$(tasks.t.results.r[*])"]}]
      workspaces: [{name: shared}]
      taskSpec:
        params: [{name: all, type: array}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, command: [echo], args: ["$(params.all[*])"]}]
)yaml",
     {"t-0: linux-1", "t-1: mac-1", "t-2: linux-2", "t-3: mac-2",
      "u: linux-1 mac-1 linux-2 mac-2"}},

    {"ListAndObjectResultsAreTakenApart",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results:
        - {name: list, type: array}
        - {name: map, type: object, properties: {key: {type: string}, other: {type: string}}}
        steps:
        - name: a
          image: IMAGE
          script: |
            printf '["x y","z"]' >$(results.list.path)
            printf '{"key":"v","other":"w"}' >$(results.map.path)
    - name: u
      workspaces: [{name: shared}]
      params:
      - {name: second, value: "$(tasks.t.results.list[1])"}
      - {name: key, value: "$(tasks.t.results.map.key)"}
      - {name: all, value: ["$(tasks.t.results.list[*])"]}
      taskSpec:
        params: [{name: second}, {name: key}, {name: all, type: array}]
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, env: [{name: KEY, value: $(params.key)}], script: "echo $KEY $(params.second)"}
        - {name: b, image: IMAGE, command: [printf, "<%s>\n"], args: ["$(params.all[*])"]}
)yaml",
     {"u: v z", "u: <x y>", "u: <z>"}},

    {"StepResultsReachLaterStepsAndTheTask",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: out, value: $(steps.a.results.r)}]
        steps:
        - {name: a, image: IMAGE, results: [{name: r}], script: "printf one >$(step.results.r.path)"}
        - {name: b, image: IMAGE, command: [echo], args: [$(steps.a.results.r)]}
    - name: u
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.out)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, command: [echo], args: [$(params.p)]}]
)yaml",
     {"t: one", "u: one"}},

    {"StepIsSkippedByItsOwnWhen",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, results: [{name: r}], script: "printf no >$(step.results.r.path)"}
        - {name: b, image: IMAGE, script: echo never, when: [{input: $(steps.a.results.r), operator: in, values: ["yes"]}]}
        - {name: c, image: IMAGE, script: echo last}
)yaml",
     {"t: last"}},

    {"StandardOutputIsCopiedToAFile",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, stdoutConfig: {path: $(workspaces.shared.path)/out}, script: echo hello}
        - {name: b, image: IMAGE, script: cat $(workspaces.shared.path)/out}
)yaml",
     {"t: hello", "t: hello"}},

    {"TasksShareNothingButTheWorkspace",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        volumes: [{name: scratch, emptyDir: {}}]
        steps:
        - name: a
          image: IMAGE
          volumeMounts: [{name: scratch, mountPath: /scratch}]
          script: touch /workspace/mine /tekton/home/mine /scratch/mine $(workspaces.shared.path)/ours
    - name: u
      runAfter: [t]
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        volumes: [{name: scratch, emptyDir: {}}]
        steps:
        - name: a
          image: IMAGE
          volumeMounts: [{name: scratch, mountPath: /scratch}]
          script: |
            ! ls /workspace /tekton/home /scratch | grep mine
            ls $(workspaces.shared.path)
)yaml",
     {"u: ours"}},

    {"SubPathsAndReadOnlyMountsOfOneWorkspace",
     R"yaml(
    - name: t
      workspaces: [{name: w, workspace: shared, subPath: left}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: a, image: IMAGE, script: echo left >$(workspaces.w.path)/f}]
    - name: u
      workspaces: [{name: w, workspace: shared, subPath: right}]
      taskSpec:
        workspaces: [{name: w}]
        steps: [{name: a, image: IMAGE, script: echo right >$(workspaces.w.path)/f}]
    - name: v
      runAfter: [t, u]
      workspaces: [{name: w, workspace: shared}]
      taskSpec:
        workspaces: [{name: w, readOnly: true, mountPath: /in}]
        steps: [{name: a, image: IMAGE, script: "cat /in/left/f /in/right/f; touch /in/x 2>/dev/null || echo read-only"}]
)yaml",
     {"v: left", "v: right", "v: read-only"}},

    {"IsolatedWorkspaceIsSeenOnlyByTheStepThatNamesIt",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, workspaces: [{name: shared, mountPath: /only-here}], script: "touch /only-here/f; ls /only-here"}
        - {name: b, image: IMAGE, script: "ls /only-here /workspace/shared 2>/dev/null || echo sees nothing"}
)yaml",
     {"t: f", "t: sees nothing"}},

    {"FinallySeesResultsOfTasksThatGaveThem",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        steps: [{name: a, image: IMAGE, script: printf value >$(results.r.path)}]
    - name: s
      when: [{input: a, operator: in, values: [b]}]
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        steps: [{name: a, image: IMAGE, script: printf never >$(results.r.path)}]
    finally:
    - name: f
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.r)}, {name: s, value: $(tasks.s.status)}, {name: all, value: $(tasks.status)}]
      taskSpec:
        params: [{name: p}, {name: s}, {name: all}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, command: [echo], args: [$(params.p), $(params.s), $(params.all)]}]
    - name: g
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.s.results.r)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, command: [echo], args: [$(params.p)]}]
)yaml",
     {"f: value None Completed"}},

    {"ContainerVariablesInArgumentsAreExpanded",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        steps:
        - {name: a, image: IMAGE, env: [{name: WHO, value: world}], command: [echo], args: [hello $(WHO), "$$(WHO)", "$(NOBODY)"]}
)yaml",
     {"t: hello world $(WHO) $(NOBODY)"}},

    {"VariablesOfVariablesThatNameAResultAreExpanded",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        steps: [{name: a, image: IMAGE, script: printf value >$(results.r.path)}]
    - name: u
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.r)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps:
        - name: a
          image: IMAGE
          env:
          - {name: WHO, value: world}
          - {name: LATE, value: "$(WHO):$(params.p)"}
          - {name: OUTER, value: "<$(LATE)>"}
          command: [sh, -c, 'echo "$LATE $OUTER $1"', "-"]
          args: [$(OUTER)]
)yaml",
     {"u: world:value <world:value> <world:value>"}},

    {"RootFileSystemMayBeReadOnly",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      retries: 1
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        stepTemplate: {image: IMAGE, securityContext: {readOnlyRootFilesystem: true}}
        sidecars: [{name: side, image: IMAGE, securityContext: {readOnlyRootFilesystem: true}, script: "cd $(workspaces.shared.path); touch /x || echo up >new; mv new up; sleep 600", readinessProbe: {exec: {command: [test, -e, /workspace/shared/up]}, periodSeconds: 1}}]
        steps:
        - {name: a, script: "touch /x 2>/dev/null || echo read-only; cd $(workspaces.shared.path); cat up; rm up; exit $((1 - $(context.task.retry-count)))"}
        - {name: b, stdoutConfig: {path: $(results.r.path)}, command: [printf, value]}
    - name: u
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.r)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, securityContext: {readOnlyRootFilesystem: true}, script: echo $(params.p)}]
)yaml",
     {"t: read-only", "t: up", "t: read-only", "t: up", "t: value",
      "u: value"}},

    {"EachContainerMayHaveAUserOfItsOwn",
     R"yaml(
    - name: t
      workspaces: [{name: shared}]
      retries: 1
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        stepTemplate: {image: IMAGE}
        sidecars: [{name: side, image: IMAGE, securityContext: {runAsUser: 3003, runAsGroup: 3}, script: "cd $(workspaces.shared.path); id -u >new; mv new up; sleep 600", readinessProbe: {exec: {command: [test, -e, /workspace/shared/up]}, periodSeconds: 1}}]
        steps:
        - {name: a, securityContext: {runAsUser: 1001, runAsGroup: 1}, script: "id -u; cd $(workspaces.shared.path); cat up; rm up; printf value >$(results.r.path); exit $((1 - $(context.task.retry-count)))"}
        - {name: b, securityContext: {runAsUser: 1000650000, runAsGroup: 0, runAsNonRoot: true}, script: "id -u; cat $(results.r.path); echo"}
        - {name: c, script: "id -u"}
    - name: u
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.r)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: IMAGE, securityContext: {runAsUser: 4004, runAsGroup: 4}, script: "id -u; echo $(params.p)"}]
)yaml",
     {"t: 1001", "t: 3003", "t: 1001", "t: 3003", "t: 1000650000", "t: value",
      "t: 0", "u: 4004", "u: value"}},
};

// All that there is in it is one static program.
TEST_F(PlannedRunTest, ImageNeedsNoShellNorAnythingElse) {
  podman::RunOptions options = Options();
  podman::LocalImage alone;
  alone.name = "localhost/colocation-test/alone:latest";
  for (const podman::ImageFile& file : options.images[0].files) {
    if (file.path == "bin/busybox") alone.files = {file};
  }
  ASSERT_EQ(alone.files.size(), 1);
  alone.files[0].path = "busybox";
  options.images.push_back(alone);
  v1::PlanRequest request = Request(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  workspaces: [{name: shared, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: shared}]
    tasks:
    - name: t
      retries: 1
      workspaces: [{name: shared}]
      taskSpec:
        workspaces: [{name: shared}]
        results: [{name: r}]
        stepTemplate: {image: "localhost/colocation-test/alone:latest"}
        sidecars:
        - name: side
          image: localhost/colocation-test/alone:latest
          command: [/busybox, sleep, "600"]
          readinessProbe: {exec: {command: [/busybox, "true"]}, periodSeconds: 1}
        steps:
        - {name: a, command: [/busybox, mkdir], args: [$(workspaces.shared.path)/$(context.task.retry-count)]}
        - {name: b, command: [/busybox, test, -e, $(workspaces.shared.path)/1]}
        - {name: c, stdoutConfig: {path: $(results.r.path)}, command: [/busybox, echo, -n, value]}
    - name: u
      workspaces: [{name: shared}]
      params: [{name: p, value: $(tasks.t.results.r)}]
      taskSpec:
        params: [{name: p}]
        workspaces: [{name: shared}]
        steps: [{name: a, image: "localhost/colocation-test/alone:latest", command: [/busybox, echo, $(params.p)]}]
)yaml");
  request.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  const RunResult run = RunPlanned(request, options);
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("u"), "value\n");
}

INSTANTIATE_TEST_SUITE_P(, SemanticsTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<SemanticsCase>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace colocation
