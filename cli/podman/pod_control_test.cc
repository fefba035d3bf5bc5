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

bool Readable(const PodControl& control) {
  pollfd fd = {control.fd(), POLLIN, 0};
  return poll(&fd, 1, 0) == 1;
}

TEST(PodControlTest, TellsThatThereIsSomething) {
  PodControl control;
  EXPECT_FALSE(Readable(control));
  control.Stop();
  EXPECT_TRUE(Readable(control));
  control.Acknowledge();
  EXPECT_FALSE(Readable(control));
  EXPECT_EQ(control.stops(), 1);
  control.Annotate({{"a", "1"}});
  EXPECT_TRUE(Readable(control));
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
  EXPECT_EQ(control.stops(), 8);
  EXPECT_EQ(control.TakeAnnotations().size(), 8u);
}

TEST(StopOnSignalsTest, StopsInsteadOfEndingTheProgram) {
  PodControl control;
  {
    const StopOnSignals signals(&control);
    raise(SIGINT);
    raise(SIGTERM);
    raise(SIGHUP);
  }
  EXPECT_EQ(control.stops(), 3);
  EXPECT_EXIT(raise(SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace colocation::podman
