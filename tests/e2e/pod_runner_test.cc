// The runner of cli/podman against what Kubernetes does with a Pod.

#include "cli/podman/pod_runner.h"

#include <signal.h>

#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_testing.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;

using PodRunnerTest = PodTest;

TEST_F(PodRunnerTest, OneContainerSucceeds) {
  const PodResult result = Run(R"(
spec:
  containers:
  - name: hello
    command: [echo]
    args: [hello, world]
)");
  ASSERT_TRUE(result.status.ok()) << result.status.status();
  EXPECT_EQ(result.status->phase(), "Succeeded") << result.status->DebugString();
  EXPECT_EQ(result.LogOf("hello"), "hello world\n");
  EXPECT_EQ(result.EndOf("hello").exit_code(), 0);
  EXPECT_EQ(result.EndOf("hello").reason(), "Completed");
  EXPECT_LE(result.status->start_time(), result.EndOf("hello").started_at());
  EXPECT_LE(result.EndOf("hello").started_at(),
            result.EndOf("hello").finished_at());
}

}  // namespace
}  // namespace colocation
