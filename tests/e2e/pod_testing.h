// Tests with real Pods: podman, on this machine.
//
// Every test of PodTest gets a podman storage that is the test program's own,
// with an image "localhost/colocation-test/busybox" (busybox, everything in
// /bin), and fails if it leaves a container, a Pod, a volume or a directory
// behind. Where podman can't run at all, every test is skipped, with the
// reason.
#ifndef COLOCATION_TESTS_E2E_POD_TESTING_H_
#define COLOCATION_TESTS_E2E_POD_TESTING_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_runner.h"
#include "colocation/v1/kubernetes.pb.h"
#include "gtest/gtest.h"

namespace colocation {

// What a Pod did.
struct PodResult {
  absl::StatusOr<v1::PodStatus> status;
  // Container and line, in the order in which they came.
  std::vector<std::pair<std::string, std::string>> log;
  std::vector<std::string> notes;

  // All lines of a container, each with its newline.
  std::string LogOf(absl::string_view container) const;
  // Its final state; a default one where there is none.
  v1::ContainerStateTerminated EndOf(absl::string_view container) const;
};

class PodTest : public testing::Test {
 public:
  static constexpr char kBusybox[] = "localhost/colocation-test/busybox:latest";

  static void SetUpTestSuite();
  static void TearDownTestSuite();

 protected:
  void SetUp() override;
  void TearDown() override;

  // Options that every Pod of a test must be run with (storage, directories).
  podman::RunOptions Options() const;

  // Runs the Pod that `yaml` describes. What it leaves out is filled in:
  // apiVersion, kind, metadata.name, restartPolicy and each container's image.
  PodResult Run(absl::string_view yaml) { return Run(yaml, Options()); }
  PodResult Run(absl::string_view yaml, const podman::RunOptions& options) {
    return RunPod(Parse(yaml), options);
  }
  PodResult RunPod(const v1::Pod& pod, const podman::RunOptions& options);
  static v1::Pod Parse(absl::string_view yaml);

  // Called for each line of the log while the Pod runs.
  std::function<void(absl::string_view container, absl::string_view line)>
      on_log_;
  podman::PodControl control_;

  // podman's output for `arguments`, on the test's storage.
  static std::string PodmanOutput(std::vector<std::string> arguments);

  // Removes what a Pod that was run with `keep` has left.
  static void RemoveKept();
};

}  // namespace colocation

#endif  // COLOCATION_TESTS_E2E_POD_TESTING_H_
