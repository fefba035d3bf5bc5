#include "cli/podman/podman.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/podman/container_run.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_images.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kNoProcess[] =
    "500 {\"message\":\"read /proc/7/cgroup: no such process\"}";

class PodmanTest : public testing::Test {
 protected:
  PodmanTest() {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    asked_ = absl::StrCat(directory_, "/asked");
  }

  // A podman that gives `answers`.
  absl::StatusOr<Podman> Start(const std::vector<std::string>& answers,
                               int cancel_fd = -1) {
    const std::string path = absl::StrCat(directory_, "/answers");
    std::ofstream(path) << absl::StrJoin(answers, "\n") << "\n";
    PodmanOptions options;
    options.command = {"cli/podman/fake_podman_testing", path, asked_};
    options.directory = directory_;
    options.cancel_fd = cancel_fd;
    return Podman::Start(options);
  }

  std::vector<std::string> Asked() const {
    std::ifstream in(asked_);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  // Short, as a socket's path is.
  std::string directory_ = "/tmp/podman-test-XXXXXX";
  std::string asked_;
};

TEST_F(PodmanTest, AContainerThatEndsWhileItIsLookedAtIsLookedAtAgain) {
  auto podman = Start({kNoProcess, kNoProcess,
                       "200 {\"Id\":\"c\",\"State\":{\"ExitCode\":3}}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  const auto inspected = podman->InspectEnded("c");
  ASSERT_TRUE(inspected.ok()) << inspected.status();
  EXPECT_EQ(inspected->state().exit_code(), 3);
  EXPECT_THAT(Asked(), SizeIs(3));
}

TEST_F(PodmanTest, AnImageThatOthersAreMakingIsLookedAtAgain) {
  auto podman =
      Start({"500 {\"message\":\"runtime error: invalid memory "
             "address or nil pointer dereference\"}",
             "200 {\"Id\":\"i\"}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  const auto image = podman->InspectImage("i");
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->id(), "i");
}

TEST_F(PodmanTest, AnotherErrorIsToldWithTheCallThatFailed) {
  auto podman = Start({"500 {\"message\":\"disk is full\"}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_EQ(podman->Inspect("c").status().message(),
            "podman fails at GET /v4.0.0/libpod/containers/c/json: disk is "
            "full");
  EXPECT_THAT(Asked(), SizeIs(1));
}

TEST_F(PodmanTest, AContainerThatEndedBeforeItCouldBeWatchedHasNoDescriptor) {
  // No process has this id: Linux' largest is 2^22.
  auto podman = Start({"201 {\"Id\":\"c\"}", "204",
                       "200 {\"State\":{\"Running\":true,\"Pid\":2000000000,"
                       "\"StartedAt\":\"2024-01-01T00:00:00Z\"}}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  const auto started = StartContainer(*podman, {});
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_LT(started->pidfd.get(), 0);
  EXPECT_EQ(started->start_error, "");
}

TEST_F(PodmanTest, AContainerThatHasJustEndedNeedsNoSignal) {
  auto podman =
      Start({"500 {\"message\":\"container state improper: stopped\"}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_TRUE(podman->Signal("c", "SIGTERM").ok());
  EXPECT_THAT(Asked(), SizeIs(1));
}

TEST_F(PodmanTest, APodWhoseContainersEndWhileItIsRemovedIsRemoved) {
  auto podman =
      Start({"409 {\"message\":\"container state improper\"}", "200 {}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_TRUE(podman->RemovePod("p").ok());
  EXPECT_THAT(Asked(),
              ElementsAre("DELETE /v4.0.0/libpod/pods/p?force=true&timeout=0",
                          "DELETE /v4.0.0/libpod/pods/p?force=true&timeout=0"));
}

TEST_F(PodmanTest, WhatIsGoneIsRemoved) {
  auto podman = Start({"404 {\"message\":\"no such pod\"}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_TRUE(podman->RemovePod("p").ok());
}

TEST_F(PodmanTest, AnnotatingGivesNothingUp) {
  PodControl control;
  control.Annotate({{"gate", "open"}});
  auto podman = Start({"200 {\"id\":\"i\"}"}, control.stop_fd());
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_TRUE(podman->PullImage("i").ok());
}

TEST_F(PodmanTest, StoppingGivesAPullUp) {
  PodControl control;
  auto podman = Start({"never"}, control.stop_fd());
  ASSERT_TRUE(podman.ok()) << podman.status();
  std::thread stop([&] {
    while (Asked().empty()) std::this_thread::yield();
    control.Stop();
  });
  const absl::Status status = podman->PullImage("i");
  stop.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
}

TEST_F(PodmanTest, AStoppedPodStartsNoPodman) {
  PodControl control;
  control.Stop();
  EXPECT_TRUE(absl::IsCancelled(Start({"200"}, control.stop_fd()).status()));
}

TEST_F(PodmanTest, AFailedPullSaysWhyInWords) {
  auto podman =
      Start({"200 {\"error\":\"initializing source docker://none:1: no route "
             "to \\\"host\\\"\"}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  EXPECT_EQ(podman->PullImage("none:1").message(),
            "initializing source docker://none:1: no route to \"host\"");
}

TEST_F(PodmanTest, AnImageThatAnotherPodHasPulledIsNotPulledAgain) {
  auto podman = Start({"404 {\"message\":\"no such image\"}",
                       "200 {\"Id\":\"i\",\"Config\":{}}"});
  ASSERT_TRUE(podman.ok()) << podman.status();
  v1::Pod pod;
  pod.mutable_spec()->add_containers()->set_image("i");
  std::vector<std::string> notes;
  const absl::Status status =
      PrepareImages(*podman, pod, {},
                    [&](absl::string_view note) { notes.emplace_back(note); });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(notes, SizeIs(0));
  EXPECT_THAT(Asked(), ElementsAre("GET /v4.0.0/libpod/images/i/json",
                                   "GET /v4.0.0/libpod/images/i/json"));
}

}  // namespace
}  // namespace colocation::podman
