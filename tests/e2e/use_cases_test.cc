// TEP-0046's use cases, and what must not happen, with real Pods.
// (community/teps/0046-colocation-of-tasks-and-workspaces.md, "Use Cases")

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "colocation/colocation.h"
#include "colocation/diagnostics/diagnostics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/planned_run_testing.h"

namespace colocation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class UseCasesTest : public PlannedRunTest {};

// The log of a task that has left nothing but the launcher's word.
MATCHER(WasSkipped, "of a skipped task") {
  return testing::ExplainMatchResult(
      AllOf(testing::StartsWith("launcher: task "), HasSubstr("skipped"),
            testing::ResultOf(
                [](const std::string& log) {
                  return std::count(log.begin(), log.end(), '\n');
                },
                1)),
      arg, result_listener);
}

void ExpectNoPersistentVolume(const RunResult& run) {
  EXPECT_THAT(run.plan.claims(), IsEmpty());
  for (const v1::Volume& volume : run.pod.spec().volumes()) {
    EXPECT_FALSE(volume.has_persistent_volume_claim()) << volume.name();
    EXPECT_FALSE(volume.has_ephemeral()) << volume.name();
  }
}

// A step that meets all others of `count` parallel tasks: run one after the
// other they would wait for ever. `name` is the task's.
std::string Meets(absl::string_view name, int count) {
  return absl::StrCat("touch meeting/", name,
                      "; until [ $(ls meeting | wc -l) = ", count,
                      " ]; do sleep 0.01; done");
}

TEST_F(UseCasesTest, BuildAndTestsShareTheClonedSources) {
  constexpr int kParallel = 7;
  std::string tasks;
  for (const char* name : {"lint", "build", "unit-tests", "integration-a",
                           "integration-b", "integration-c", "integration-d"}) {
    absl::StrAppend(&tasks, R"yaml(
    - name: )yaml",
                    name, R"yaml(
      runAfter: [clone]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: work
          image: IMAGE
          workingDir: $(workspaces.source.path)
          script: |
            set -eu
            cat main.c
            )yaml",
                    Meets(name, kParallel), R"yaml(
            echo )yaml",
                    name, R"yaml( >>order
)yaml");
  }
  const RunResult run = RunPlanned(absl::StrCat(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: build}
spec:
  workspaces: [{name: source, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: source}]
    tasks:
    - name: clone
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: fetch
          image: IMAGE
          script: |
            cd $(workspaces.source.path)
            mkdir meeting
            echo "int main() {}" >main.c
            echo clone >>order)yaml",
                                                tasks, R"yaml(
    finally:
    - name: report
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: print
          image: IMAGE
          script: |
            cat $(workspaces.source.path)/order
)yaml"));
  EXPECT_EQ(run.phase(), "Succeeded");
  ExpectNoPersistentVolume(run);
  for (const char* name : {"lint", "build", "unit-tests", "integration-d"}) {
    EXPECT_EQ(run.LogOf(name), "int main() {}\n") << name;
  }
  std::vector<std::string> order =
      absl::StrSplit(run.LogOf("report"), '\n', absl::SkipEmpty());
  ASSERT_THAT(order, SizeIs(kParallel + 1));
  EXPECT_EQ(order[0], "clone");
}

// Five units that depend on nothing, one of which fails; whoever is not alone
// fails, too.
TEST_F(UseCasesTest, TasksThatHaveNoRoomAtOnceRunOneAfterTheOther) {
  std::string tasks;
  for (const char* name : {"lint", "unit", "api"}) {
    absl::StrAppend(&tasks, R"yaml(
    - name: )yaml",
                    name, R"yaml(
      workspaces: [{name: source}]
      onError: continue
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: work
          image: IMAGE
          computeResources: {requests: {cpu: "2"}}
          workingDir: $(workspaces.source.path)
          script: |
            set -eu
            mkdir alone || { echo )yaml",
                    name, R"yaml( is not alone >>order; exit 1; }
            sleep 0.2
            echo )yaml",
                    name, R"yaml( >>order
            rmdir alone
            [ )yaml",
                    name, R"yaml( != lint ]
)yaml");
  }
  v1::PlanRequest request = Request(absl::StrCat(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: checks}
spec:
  workspaces: [{name: source, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: source}]
    tasks:)yaml",
                                                 tasks, R"yaml(
    - name: shard
      workspaces: [{name: source}]
      matrix: {params: [{name: part, value: ["1", "2"]}]}
      taskSpec:
        params: [{name: part}]
        workspaces: [{name: source}]
        steps:
        - name: work
          image: IMAGE
          computeResources: {requests: {cpu: "2"}}
          workingDir: $(workspaces.source.path)
          script: |
            set -eu
            mkdir alone || { echo shard is not alone >>order; exit 1; }
            sleep 0.2
            echo shard >>order
            rmdir alone
    finally:
    - name: tell
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: work
          image: IMAGE
          workingDir: $(workspaces.source.path)
          script: sort order
)yaml"));
  v1::Node* node = request.mutable_cluster()->add_nodes();
  node->mutable_metadata()->set_name("small");
  (*node->mutable_status()->mutable_allocatable())["cpu"] = "2";
  const RunResult run = RunPlanned(request);
  EXPECT_EQ(run.LogOf("tell"), "api\nlint\nshard\nshard\nunit\n");
  EXPECT_EQ(run.phase(), "Succeeded");
}

TEST_F(UseCasesTest, TwoConcurrentStartsFeedOneBuild) {
  const RunResult run = RunPlanned(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: build}
spec:
  workspaces:
  - {name: source, emptyDir: {}}
  - {name: cache, emptyDir: {}}
  pipelineSpec:
    workspaces: [{name: source}, {name: cache}]
    tasks:
    - name: build
      runAfter: [clone, fetch-cache]
      workspaces: [{name: source}, {name: cache}]
      taskSpec:
        workspaces: [{name: source}, {name: cache}]
        steps:
        - name: compile
          image: IMAGE
          script: cat $(workspaces.source.path)/file $(workspaces.cache.path)/file
    - name: clone
      workspaces: [{name: source}, {name: cache}]
      taskSpec:
        workspaces: [{name: source}, {name: cache}]
        steps:
        - name: clone
          image: IMAGE
          script: |
            echo sources >$(workspaces.source.path)/file
            mkfifo $(workspaces.cache.path)/there
            cat $(workspaces.cache.path)/there
    - name: fetch-cache
      workspaces: [{name: cache}]
      taskSpec:
        workspaces: [{name: cache}]
        steps:
        - name: fetch
          image: IMAGE
          script: |
            cd $(workspaces.cache.path)
            echo objects >file
            until [ -p there ]; do sleep 0.01; done
            echo hello from the cache >there
)yaml");
  EXPECT_EQ(run.phase(), "Succeeded");
  ExpectNoPersistentVolume(run);
  EXPECT_EQ(run.LogOf("build"), "sources\nobjects\n");
  EXPECT_EQ(run.LogOf("clone"), "hello from the cache\n");
}

// The directory with the pipelines that other people wrote; empty where there
// is none.
std::string CorpusDirectory() {
  if (const char* given = std::getenv("COLOCATION_CORPUS")) return given;
  // Next to the checkout, however deep the test's own directory is below it.
  for (std::filesystem::path at =
           std::filesystem::canonical("tests/e2e/use_cases_test.cc");
       at.has_relative_path(); at = at.parent_path()) {
    const std::filesystem::path corpus = at / "shared" / "corpus";
    if (std::filesystem::exists(corpus)) return corpus;
  }
  return "";
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// An image of busybox with a few more programs, each a shell script.
podman::LocalImage WithPrograms(
    const podman::LocalImage& busybox, absl::string_view name,
    const std::vector<std::pair<std::string, std::string>>& programs) {
  podman::LocalImage image = busybox;
  image.name = absl::StrCat("localhost/colocation-test/", name, ":latest");
  for (const char* directory : {"usr/", "usr/bin/", "ko-app/"}) {
    image.files.push_back({directory, "", 0755, ""});
  }
  image.files.push_back({"usr/bin/env", "", 0777, "/bin/busybox"});
  for (const auto& [path, script] : programs) {
    const auto is_it = [&path = path](const podman::ImageFile& file) {
      return file.path == path;
    };
    image.files.erase(
        std::remove_if(image.files.begin(), image.files.end(), is_it),
        image.files.end());
    image.files.push_back(
        {path, absl::StrCat("#!/bin/sh\n", script, "\n"), 0755, ""});
  }
  return image;
}

TEST_F(UseCasesTest, CatalogTasksCloneTestAndUpload) {
  const std::string corpus = CorpusDirectory();
  if (corpus.empty()) {
    GTEST_SKIP() << "no corpus of real tasks beside the checkout "
                    "(shared/corpus, or $COLOCATION_CORPUS)";
  }
  const std::string catalog = absl::StrCat(corpus, "/catalog/task/");
  v1::PlanRequest request = Request(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: upload}
spec:
  workspaces:
  - {name: source, emptyDir: {}}
  - {name: credentials, emptyDir: {}}
  pipelineSpec:
    workspaces: [{name: source}, {name: credentials}]
    results:
    - {name: commit, value: $(tasks.clone.results.commit)}
    tasks:
    - name: clone
      taskRef: {name: git-clone}
      params:
      - {name: url, value: https://example.com/hello.git}
      - {name: gitInitImage, value: "localhost/colocation-test/git:latest"}
      workspaces: [{name: output, workspace: source}]
    - name: test
      taskRef: {name: golang-test}
      runAfter: [clone]
      params:
      - {name: package, value: example.com/hello}
      - {name: flags, value: -v}
      workspaces: [{name: source}]
    - name: upload
      taskRef: {name: gcs-upload}
      runAfter: [test]
      params:
      - {name: path, value: report-$(tasks.clone.results.commit)}
      - {name: location, value: "gs://bucket/$(tasks.clone.results.commit)"}
      workspaces: [{name: source}, {name: credentials}]
)yaml");
  for (const char* name : {"git-clone", "golang-test", "gcs-upload"}) {
    std::string text = ReadFile(absl::StrCat(catalog, name, ".yaml"));
    // Their images, which are elsewhere, by local ones.
    std::string replaced;
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      const size_t at = line.find("image: ");
      if (at != line.npos && line.find("$(params.git") == line.npos) {
        absl::StrAppend(&replaced, line.substr(0, at),
                        "image: localhost/colocation-test/", name, ":latest\n");
      } else {
        absl::StrAppend(&replaced, line, "\n");
      }
    }
    v1::Document* document = request.add_documents();
    document->set_name(absl::StrCat(name, ".yaml"));
    document->set_content(replaced);
  }

  podman::RunOptions options = Options();
  const podman::LocalImage busybox = options.images[0];
  options.images.push_back(WithPrograms(
      busybox, "git",
      {{"ko-app/git-init",
        "echo git-init \"$@\"\n"
        "for word in \"$@\"; do case $word in -path=*) cd ${word#-path=};; "
        "esac; done\n"
        "echo module example.com/hello >go.mod; echo sources >hello.go"},
       {"bin/git",
        "case $1 in rev-parse) printf c0ffee;; log) echo 1700000000;; esac"}}));
  options.images.push_back(
      WithPrograms(busybox, "golang-test",
                   {{"bin/go",
                     "echo go \"$@\" in $(pwd); cat hello.go; echo passed "
                     ">/workspace/source/report-c0ffee"}}));
  options.images.push_back(WithPrograms(
      busybox, "gcs-upload",
      {{"bin/bash", "exec /bin/sh \"$@\""},
       {"bin/gsutil", "echo gsutil \"$@\"; cat /workspace/source/report-*"}}));

  const RunResult run = RunPlanned(request, options);
  EXPECT_EQ(run.phase(), "Succeeded");
  ExpectNoPersistentVolume(run);
  EXPECT_THAT(run.LogOf("clone"),
              HasSubstr("git-init -url=https://example.com/hello.git "
                        "-revision= -refspec= -path=/workspace/output/ "
                        "-sslVerify=true -submodules=true -depth=1"));
  EXPECT_EQ(run.MessageOf("clone", "clone", "commit"), "c0ffee");
  EXPECT_EQ(run.MessageOf("clone", "clone", "url"),
            "https://example.com/hello.git");
  EXPECT_THAT(run.LogOf("test"),
              AllOf(HasSubstr("go test -v ./... in "), HasSubstr("sources\n")));
  EXPECT_THAT(run.LogOf("upload"),
              AllOf(HasSubstr("gsutil cp /workspace/source/report-c0ffee "
                              "gs://bucket/c0ffee\n"),
                    HasSubstr("passed\n")));
}

// One task of each kind behind a result that says whether to deploy.
constexpr char kConditional[] = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: conditional}
spec:
  workspaces: [{name: source, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: source}]
    tasks:
    - name: decide
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        results: [{name: deploy}]
        steps:
        - name: decide
          image: IMAGE
          script: printf ANSWER >$(results.deploy.path)
    - name: deploy
      when: [{input: $(tasks.decide.results.deploy), operator: in, values: ["yes"]}]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        results: [{name: address}]
        steps:
        - name: deploy
          image: IMAGE
          script: |
            echo deployed
            printf example.com >$(results.address.path)
    - name: clean
      runAfter: [deploy]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - {name: clean, image: IMAGE, script: echo cleaned}
    - name: probe
      params: [{name: address, value: $(tasks.deploy.results.address)}]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        params: [{name: address}]
        steps:
        - {name: probe, image: IMAGE, command: [echo], args: ["at $(params.address)"]}
)yaml";

TEST_F(UseCasesTest, TaskWhoseWhenHoldsRunsAndSoDoAllThatDependOnIt) {
  const RunResult run =
      RunPlanned(absl::StrReplaceAll(kConditional, {{"ANSWER", "yes"}}));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_EQ(run.LogOf("deploy"), "deployed\n");
  EXPECT_EQ(run.LogOf("clean"), "cleaned\n");
  EXPECT_EQ(run.LogOf("probe"), "at example.com\n");
}

TEST_F(UseCasesTest,
       SkippedTaskLetsOrderingDependentRunAndNotResourceDependent) {
  const RunResult run =
      RunPlanned(absl::StrReplaceAll(kConditional, {{"ANSWER", "no"}}));
  EXPECT_EQ(run.phase(), "Succeeded");
  EXPECT_THAT(run.LogOf("deploy"), WasSkipped());
  EXPECT_EQ(run.LogOf("clean"), "cleaned\n");
  EXPECT_THAT(run.LogOf("probe"), WasSkipped());
}

TEST_F(UseCasesTest, AfterAFailureNothingStartsButFinally) {
  const RunResult run = RunPlanned(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: failing}
spec:
  workspaces: [{name: source, emptyDir: {}}]
  pipelineSpec:
    workspaces: [{name: source}]
    tasks:
    - name: breaks
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: first
          image: IMAGE
          script: |
            cd $(workspaces.source.path)
            until [ -e running ]; do sleep 0.01; done
            exit 7
        - {name: second, image: IMAGE, script: echo never}
    - name: runs
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps:
        - name: go-on
          image: IMAGE
          script: |
            cd $(workspaces.source.path)
            touch running
            # Whatever the container of the step that breaks is called: until
            # its launcher has said that the task has ended.
            until ls /colocation/events/*breaks*/end 2>/dev/null; do sleep 0.01; done
            echo ended
    - name: after-breaks
      runAfter: [breaks]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps: [{name: never, image: IMAGE, script: echo never}]
    - name: after-runs
      runAfter: [runs]
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps: [{name: never, image: IMAGE, script: echo never}]
    finally:
    - name: report
      workspaces: [{name: source}]
      params:
      - {name: all, value: $(tasks.status)}
      - {name: breaks, value: $(tasks.breaks.status)}
      - {name: runs, value: $(tasks.runs.status)}
      - {name: after, value: $(tasks.after-breaks.status)}
      taskSpec:
        workspaces: [{name: source}]
        params: [{name: all}, {name: breaks}, {name: runs}, {name: after}]
        steps:
        - name: print
          image: IMAGE
          args: [$(params.all), $(params.breaks), $(params.runs), $(params.after)]
          script: |
            #!/bin/sh
            echo "$@"
)yaml");
  EXPECT_EQ(run.phase(), "Failed");
  EXPECT_EQ(run.ExitCodeOf("breaks", "first"), 7);
  EXPECT_THAT(run.LogOf("breaks"), Not(HasSubstr("never")));
  EXPECT_THAT(run.LogOf("runs"), HasSubstr("ended\n"));
  EXPECT_THAT(run.LogOf("after-breaks"), WasSkipped());
  EXPECT_THAT(run.LogOf("after-runs"), WasSkipped());
  EXPECT_EQ(run.LogOf("report"), "Failed Failed Succeeded None\n");
}

TEST_F(UseCasesTest, TwoServiceAccountsOnOneEmptyDirAreRefused) {
  const v1::PlanRequest request = Request(R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: accounts}
spec:
  workspaces: [{name: source, emptyDir: {}}]
  taskRunSpecs:
  - {pipelineTaskName: clone, serviceAccountName: reader}
  - {pipelineTaskName: push, serviceAccountName: writer}
  pipelineSpec:
    workspaces: [{name: source}]
    tasks:
    - name: clone
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps: [{name: a, image: IMAGE, script: "true"}]
    - name: push
      workspaces: [{name: source}]
      taskSpec:
        workspaces: [{name: source}]
        steps: [{name: a, image: IMAGE, script: "true"}]
)yaml");
  const absl::StatusOr<v1::ColocationPlan> plan = PlanRun(request);
  ASSERT_EQ(plan.status().code(), absl::StatusCode::kFailedPrecondition);
  const auto findings = DiagnosticsOf(plan.status());
  ASSERT_TRUE(findings.has_value());
  ASSERT_THAT(findings->diagnostics(), SizeIs(1));
  const std::string text = ToDisplayString(findings->diagnostics(0));
  for (const char* part : {"clone", "push", "reader", "writer", "source"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_TRUE(findings->diagnostics(0).has_position()) << text;
}

}  // namespace
}  // namespace colocation
