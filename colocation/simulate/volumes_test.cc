#include "colocation/simulate/volumes.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::simulate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Of one volume; what a call lets go on is in `served` after it.
class VolumesTest : public ::testing::Test {
 protected:
  VolumeWork Want(PodId pod, NodeId node) {
    served.clear();
    return volumes.Want(0, pod, node, &served);
  }
  VolumeWork Leave(PodId pod) {
    served.clear();
    return volumes.Leave(0, pod, &served);
  }
  VolumeWork Attached() {
    served.clear();
    return volumes.Attached(0, &served);
  }
  VolumeWork Detached() {
    served.clear();
    return volumes.Detached(0, &served);
  }

  VolumeStates volumes;
  std::vector<PodId> served;
};

TEST_F(VolumesTest, AVolumeIsMadeThenAttachedThenUsed) {
  volumes.Add(/*one_node=*/true, /*made=*/false);
  EXPECT_EQ(Want(1, 5), VolumeWork::kNone);
  EXPECT_EQ(volumes.Made(0, &served), VolumeWork::kAttach);
  EXPECT_THAT(served, IsEmpty());
  EXPECT_EQ(Attached(), VolumeWork::kNone);
  EXPECT_THAT(served, ElementsAre(1));
  EXPECT_EQ(volumes.node(0), 5);
}

TEST_F(VolumesTest, PodsOfOneNodeShareIt) {
  volumes.Add(/*one_node=*/true, /*made=*/true);
  EXPECT_EQ(Want(1, 5), VolumeWork::kAttach);
  EXPECT_EQ(Want(2, 5), VolumeWork::kNone);
  Attached();
  EXPECT_THAT(served, ElementsAre(1, 2));
  EXPECT_EQ(Want(3, 5), VolumeWork::kNone);
  EXPECT_THAT(served, ElementsAre(3));
}

TEST_F(VolumesTest, APodElsewhereWaitsForTheLastUser) {
  volumes.Add(/*one_node=*/true, /*made=*/true);
  Want(1, 5);
  Want(2, 5);
  Attached();
  EXPECT_EQ(Want(3, 6), VolumeWork::kNone);
  EXPECT_EQ(Leave(1), VolumeWork::kNone);
  EXPECT_EQ(Leave(2), VolumeWork::kDetach);
  EXPECT_EQ(Detached(), VolumeWork::kAttach);
  EXPECT_EQ(volumes.node(0), 6);
  Attached();
  EXPECT_THAT(served, ElementsAre(3));
}

TEST_F(VolumesTest, OneWhoLeavesBeforeItIsThereGetsNothing) {
  volumes.Add(/*one_node=*/true, /*made=*/true);
  EXPECT_EQ(Want(1, 5), VolumeWork::kAttach);
  EXPECT_EQ(Leave(1), VolumeWork::kNone);
  EXPECT_EQ(Attached(), VolumeWork::kDetach);
  EXPECT_THAT(served, IsEmpty());
  EXPECT_EQ(Detached(), VolumeWork::kNone);
  EXPECT_EQ(volumes.node(0), -1);
}

TEST_F(VolumesTest, OneForManyNodesIsThereForAllAtOnce) {
  volumes.Add(/*one_node=*/false, /*made=*/true);
  EXPECT_EQ(Want(1, 5), VolumeWork::kNone);
  EXPECT_THAT(served, ElementsAre(1));
  EXPECT_EQ(Want(2, 6), VolumeWork::kNone);
  EXPECT_THAT(served, ElementsAre(2));
  EXPECT_EQ(Leave(1), VolumeWork::kNone);
}

}  // namespace
}  // namespace colocation::simulate
