#include "cli/podman/pod_control.h"

#include <poll.h>
#include <signal.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

bool Readable(int descriptor) {
  pollfd fd = {descriptor, POLLIN, 0};
  return poll(&fd, 1, 0) == 1;
}

TEST(PodControlTest, TellsThatThereIsSomething) {
  PodControl control;
  EXPECT_FALSE(Readable(control.fd()));
  control.Stop();
  EXPECT_TRUE(Readable(control.fd()));
  control.Acknowledge();
  EXPECT_FALSE(Readable(control.fd()));
  control.Annotate({{"a", "1"}});
  EXPECT_TRUE(Readable(control.fd()));
  control.Acknowledge();
  control.Kill();
  EXPECT_TRUE(Readable(control.fd()));
}

TEST(PodControlTest, OnlyStoppingGivesUpWhatTakesLong) {
  PodControl control;
  control.Annotate({{"gate", "open"}});
  EXPECT_TRUE(Readable(control.fd()));
  EXPECT_FALSE(Readable(control.stop_fd()));
  EXPECT_FALSE(control.stopped());
}

TEST(PodControlTest, AStoppedPodStaysStopped) {
  PodControl control;
  control.Stop();
  control.Acknowledge();
  EXPECT_TRUE(Readable(control.stop_fd()));
  EXPECT_TRUE(control.stopped());
}

TEST(PodControlTest, StoppingTwiceIsNoKill) {
  PodControl control;
  control.Stop();
  control.Stop();
  EXPECT_FALSE(control.killed());
  control.Kill();
  EXPECT_TRUE(control.killed());
}

TEST(PodControlTest, KillingStops) {
  PodControl control;
  control.Kill();
  EXPECT_TRUE(control.stopped());
  EXPECT_TRUE(Readable(control.stop_fd()));
}

TEST(PodControlTest, TheSecondInterruptKills) {
  PodControl control;
  control.Interrupt();
  EXPECT_TRUE(control.stopped());
  EXPECT_FALSE(control.killed());
  control.Interrupt();
  EXPECT_TRUE(control.killed());
}

TEST(PodControlTest, AnnotationsAreTakenOnceTheLastValueCounts) {
  PodControl control;
  control.Annotate({{"a", "1"}, {"b", "1"}});
  control.Annotate({{"a", "2"}});
  EXPECT_THAT(control.TakeAnnotations(),
              ElementsAre(Pair("a", "2"), Pair("b", "1")));
  EXPECT_THAT(control.TakeAnnotations(), IsEmpty());
}

TEST(PodControlTest, CallsFromManyThreadsAllCount) {
  PodControl control;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&control, i] {
      control.Annotate({{absl::StrCat(i), "x"}});
      control.Stop();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(control.stopped());
  EXPECT_FALSE(control.killed());
  EXPECT_EQ(control.TakeAnnotations().size(), 8u);
}

TEST(StopOnSignalsTest, StopsInsteadOfEndingTheProgram) {
  PodControl control;
  {
    const StopOnSignals signals(&control);
    raise(SIGHUP);
    EXPECT_TRUE(control.stopped());
    EXPECT_FALSE(control.killed());
    raise(SIGINT);
    EXPECT_TRUE(control.killed());
  }
  EXPECT_EXIT(raise(SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace colocation::podman
