// The scenarios of examples/simulate: what users reported against Tekton has to
// happen to the Pod-per-task execution, and the page has to be up to date.
//
// To write expected.txt anew after a change that is meant:
//
//   bazel build //tests/simulate:all
//   cd bazel-bin/tests/simulate/scenarios_test.runfiles/colocation
//   UPDATE_GOLDEN=$OLDPWD tests/simulate/scenarios_test
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/simulate.h"
#include "colocation/simulate/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

template <typename Message>
void Read(const std::string& path, Message* message) {
  DiagnosticList diagnostics;
  DecodeMessage(path, ReadFile(path), {}, message, &diagnostics);
  ASSERT_FALSE(diagnostics.has_errors()) << path;
}

struct ScenarioCase {
  const char* folder;
  v1::RunOutcome per_task;
  v1::RunOutcome colocated;
  // What the reason of the first one says.
  const char* reason;
};

constexpr ScenarioCase kScenarios[] = {
    {"2586-parallel-tasks-one-volume", v1::RUN_SUCCEEDED, v1::RUN_SUCCEEDED,
     ""},
    {"3049-node-too-small", v1::RUN_DEADLOCKED, v1::RUN_SUCCEEDED,
     "build-pod may only run on node small"},
    {"3563-volumes-in-different-zones", v1::RUN_DEADLOCKED, v1::RUN_SUCCEEDED,
     "needs volumes of different zones"},
    {"3731-not-all-pods-fit-one-node", v1::RUN_SUCCEEDED, v1::RUN_SUCCEEDED,
     ""},
    {"4699-autoscaler-and-full-nodes", v1::RUN_DEADLOCKED, v1::RUN_SUCCEEDED,
     "has its 17 Pods already; a new node would not help"},
    {"6586-node-cordoned", v1::RUN_DEADLOCKED, v1::RUN_SUCCEEDED,
     "that is cordoned"},
    {"8015-later-task-too-large", v1::RUN_DEADLOCKED, v1::RUN_SUCCEEDED,
     "it asks for 12Gi memory"},
};

class ScenarioTest : public testing::TestWithParam<ScenarioCase> {
 protected:
  std::string Path(const char* file) const {
    return absl::StrCat("examples/simulate/", GetParam().folder, "/", file);
  }

  v1::SimulationRequest Request() const {
    v1::SimulationRequest request;
    v1::SimulatedWorkload* workload = request.add_workloads();
    v1::Document* document = workload->mutable_request()->add_documents();
    document->set_name("run.yaml");
    document->set_content(ReadFile(Path("run.yaml")));
    workload->mutable_request()->mutable_options()->set_controlled(true);
    Read(Path("durations.yaml"), workload->mutable_durations());
    Read(Path("cluster.yaml"), request.mutable_cluster());
    return request;
  }
};

TEST_P(ScenarioTest, HappensAsReported) {
  const auto result = Simulate(Request());
  ASSERT_TRUE(result.ok()) << result.status();
  const v1::SimulatedRun& per_task = result->executions(0).detailed(0);
  const v1::SimulatedRun& colocated = result->executions(1).detailed(0);
  EXPECT_EQ(per_task.outcome(), GetParam().per_task);
  EXPECT_EQ(colocated.outcome(), GetParam().colocated);
  EXPECT_THAT(per_task.reason(), HasSubstr(GetParam().reason));
  // No claim is made for a colocated run.
  EXPECT_EQ(result->executions(1).volumes(), 0);
  EXPECT_GE(result->executions(0).volumes(), 1);
}

TEST_P(ScenarioTest, PageIsUpToDate) {
  const auto result = Simulate(Request());
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string text = SimulationText(*result);
  if (const char* root = getenv("UPDATE_GOLDEN")) {
    std::ofstream(absl::StrCat(root, "/", Path("expected.txt"))) << text;
  }
  EXPECT_EQ(text, ReadFile(Path("expected.txt")));
}

TEST_P(ScenarioTest, SameRequestGivesTheSameBytes) {
  EXPECT_EQ(ToYaml(*Simulate(Request())), ToYaml(*Simulate(Request())));
}

INSTANTIATE_TEST_SUITE_P(
    All, ScenarioTest, testing::ValuesIn(kScenarios), [](const auto& info) {
      return absl::StrCat("Issue", std::string(info.param.folder).substr(0, 4));
    });

}  // namespace
}  // namespace colocation
