#include "colocation/graph/partition.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::ElementsAre;

// Vertices with weights, and a part may weigh so much; a pair may be apart.
struct Instance {
  std::vector<int> weight;
  int most = 0;
  std::vector<Edge> apart;
  std::vector<Net> nets;

  bool Fits(absl::Span<const Vertex> part) const {
    int sum = 0;
    for (const Vertex v : part) sum += weight[v];
    for (const auto& [a, b] : apart) {
      if (std::count(part.begin(), part.end(), a) > 0 &&
          std::count(part.begin(), part.end(), b) > 0) {
        return false;
      }
    }
    return sum <= most;
  }

  bool Holds(const std::vector<int32_t>& part_of) const {
    for (int32_t p = 0; p < static_cast<int32_t>(part_of.size()); ++p) {
      std::vector<Vertex> part;
      for (size_t v = 0; v < part_of.size(); ++v) {
        if (part_of[v] == p) part.push_back(static_cast<Vertex>(v));
      }
      if (part.size() > 1 && !Fits(part)) return false;
    }
    return true;
  }
};

Instance RandomInstance(int n, std::mt19937& random) {
  const auto below = [&](int most) {
    return static_cast<int>(random() % most);
  };
  Instance instance;
  for (int v = 0; v < n; ++v) instance.weight.push_back(1 + below(4));
  instance.most = 4 + below(2 * n);
  for (int i = below(3); i > 0; --i) {
    const Vertex a = below(n), b = below(n);
    if (a != b) instance.apart.emplace_back(a, b);
  }
  for (int i = below(2 * n); i > 0; --i) {
    Net net;
    net.kind = below(kNetKinds);
    const int size = net.kind == 2 ? 2 : 2 + below(3);
    for (int v = 0; v < size; ++v) net.vertices.push_back(below(n));
    std::sort(net.vertices.begin(), net.vertices.end());
    net.vertices.erase(std::unique(net.vertices.begin(), net.vertices.end()),
                       net.vertices.end());
    instance.nets.push_back(std::move(net));
  }
  return instance;
}

// The least cost of all partitions, by trying all.
PartitionCost LeastCost(const Instance& instance) {
  const size_t n = instance.weight.size();
  std::vector<int32_t> part_of(n, 0);
  PartitionCost least;
  least.fill(1'000'000);
  for (;;) {
    if (instance.Holds(part_of)) {
      least = std::min(least, CostOfPartition(part_of, instance.nets));
    }
    // The next word in which each number is at most one above those before.
    size_t at = n;
    while (at-- > 0) {
      const int32_t highest =
          at == 0 ? -1
                  : *std::max_element(part_of.begin(), part_of.begin() + at);
      if (part_of[at] > highest) {
        part_of[at] = 0;
        continue;
      }
      ++part_of[at];
      break;
    }
    if (at >= n) return least;
  }
}

TEST(PartitionTest, OnePartWhereAllFits) {
  const Instance instance{{1, 1, 1}, 3, {}, {}};
  EXPECT_THAT(Partition(3, instance.nets,
                        [&](auto part) { return instance.Fits(part); }),
              ElementsAre(0, 0, 0));
}

TEST(PartitionTest, CutsWhereLeastIsShared) {
  // 0 = 1 - 2 = 3, two to a part.
  const Instance instance{
      {1, 1, 1, 1}, 2, {}, {{0, {0, 1}}, {1, {1, 2}}, {0, {2, 3}}}};
  EXPECT_THAT(Partition(4, instance.nets,
                        [&](auto part) { return instance.Fits(part); }),
              ElementsAre(0, 0, 1, 1));
}

TEST(PartitionTest, AnEarlierKindWeighsMoreThanAllLaterOnes) {
  // 1 shares one thing of kind 0 with 2, and three of kind 1 with 0.
  const Instance instance{
      {1, 1, 1}, 2, {}, {{1, {0, 1}}, {1, {0, 1}}, {1, {0, 1}}, {0, {1, 2}}}};
  EXPECT_THAT(Partition(3, instance.nets,
                        [&](auto part) { return instance.Fits(part); }),
              ElementsAre(0, 1, 1));
}

TEST(PartitionTest, OfEqualOnesTheEarlyVerticesAreTogether) {
  const Instance instance{{1, 1, 1, 1}, 3, {}, {}};
  EXPECT_THAT(Partition(4, instance.nets,
                        [&](auto part) { return instance.Fits(part); }),
              ElementsAre(0, 0, 0, 1));
}

TEST(PartitionTest, VertexThatFitsNowhereIsAlone) {
  const Instance instance{{1, 9, 1}, 3, {}, {{0, {0, 1, 2}}}};
  EXPECT_THAT(Partition(3, instance.nets,
                        [&](auto part) { return instance.Fits(part); }),
              ElementsAre(0, 1, 0));
}

TEST(PartitionTest, AsGoodAsTheBestOfAll) {
  constexpr int kSeed = 3;
  std::mt19937 random(kSeed);
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", instance ", i));
    const int n = 1 + i % 8;
    const Instance instance = RandomInstance(n, random);
    const std::vector<int32_t> part_of = Partition(
        n, instance.nets, [&](auto part) { return instance.Fits(part); });
    EXPECT_TRUE(instance.Holds(part_of));
    EXPECT_EQ(CostOfPartition(part_of, instance.nets), LeastCost(instance));
  }
}

TEST(PartitionTest, ApproximationHoldsAndIsSeldomWorse) {
  constexpr int kSeed = 4;
  std::mt19937 random(kSeed);
  int worse = 0;
  constexpr int kInstances = 400;
  for (int i = 0; i < kInstances; ++i) {
    SCOPED_TRACE(absl::StrCat("seed ", kSeed, ", instance ", i));
    const int n = 2 + i % (kExactVertices - 1);
    const Instance instance = RandomInstance(n, random);
    const auto fits = [&](absl::Span<const Vertex> part) {
      return instance.Fits(part);
    };
    const std::vector<int32_t> near =
        ApproximatePartition(n, instance.nets, fits);
    EXPECT_TRUE(instance.Holds(near));
    const PartitionCost best =
        CostOfPartition(Partition(n, instance.nets, fits), instance.nets);
    EXPECT_GE(CostOfPartition(near, instance.nets), best);
    worse += best < CostOfPartition(near, instance.nets);
  }
  RecordProperty("worse_than_the_best", worse);
  EXPECT_LT(worse * 5, kInstances) << worse;
}

TEST(PartitionTest, ManyVerticesInAChainAreCutIntoStretches) {
  constexpr int kVertices = 5000, kMost = 100;
  std::vector<Net> nets;
  for (Vertex v = 1; v < kVertices; ++v) nets.push_back({2, {v - 1, v}});
  const std::vector<int32_t> part_of = Partition(
      kVertices, nets,
      [&](absl::Span<const Vertex> part) { return part.size() <= kMost; });
  EXPECT_THAT(CostOfPartition(part_of, nets),
              ElementsAre(0, 0, kVertices / kMost - 1, kVertices / kMost));
}

}  // namespace
}  // namespace colocation
