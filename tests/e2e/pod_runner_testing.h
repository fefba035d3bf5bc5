// The fixture of the tests of cli/podman's runner.
#ifndef COLOCATION_TESTS_E2E_POD_RUNNER_TESTING_H_
#define COLOCATION_TESTS_E2E_POD_RUNNER_TESTING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cli/podman/pod_runner.h"
#include "gtest/gtest.h"
#include "tests/e2e/pod_testing.h"

namespace colocation {

// What a test fails with that would otherwise wait for ever.
inline constexpr char kDeadline[] =
    "activeDeadlineSeconds: 60\n  terminationGracePeriodSeconds: 0";

class PodRunnerTest : public PodTest {
 protected:
  // The log of the container "main" of a Pod that has to succeed.
  std::string Log(absl::string_view yaml) { return Log(yaml, Options()); }
  std::string Log(absl::string_view yaml, const podman::RunOptions& options) {
    const PodResult result = Run(yaml, options);
    EXPECT_TRUE(result.status.ok()) << result.status.status();
    if (!result.status.ok()) return "";
    EXPECT_EQ(result.status->phase(), "Succeeded")
        << result.status->DebugString();
    return result.LogOf("main");
  }
};

}  // namespace colocation

#endif  // COLOCATION_TESTS_E2E_POD_RUNNER_TESTING_H_
