#include "colocation/render/layered_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace colocation {
namespace {

struct Drawing {
  std::vector<LayoutNode> nodes;
  std::vector<LayoutEdge> edges;
  int groups = 0;
};

Drawing RandomDrawing(uint32_t seed) {
  std::mt19937 random(seed);
  Drawing drawing;
  drawing.groups = 1 + random() % 4;
  const int size = 1 + random() % 40;
  for (int i = 0; i < size; ++i) {
    LayoutNode node;
    node.width = 40 + random() % 100;
    node.height = 20 + random() % 40;
    node.group = random() % drawing.groups;
    for (int tries = random() % 4; i > 0 && tries > 0; --tries) {
      const int from = random() % i;
      drawing.edges.push_back({from, i});
      node.column = std::max(node.column, drawing.nodes[from].column + 1);
    }
    drawing.nodes.push_back(node);
  }
  return drawing;
}

bool Overlap(const Rectangle& a, const Rectangle& b) {
  return a.left < b.left + b.width && b.left < a.left + a.width &&
         a.top < b.top + b.height && b.top < a.top + a.height;
}

bool Within(const Rectangle& a, const Rectangle& b) {
  return a.left >= b.left && a.top >= b.top &&
         a.left + a.width <= b.left + b.width &&
         a.top + a.height <= b.top + b.height;
}

TEST(PlaceInColumns, NothingOverlapsAndNoLineCrossesANode) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Drawing drawing = RandomDrawing(seed);
    const Layout layout =
        PlaceInColumns(drawing.nodes, drawing.edges, drawing.groups);
    const Rectangle all = {0, 0, layout.width, layout.height};
    for (size_t i = 0; i < layout.nodes.size(); ++i) {
      const Rectangle& node = layout.nodes[i];
      EXPECT_GE(node.width, drawing.nodes[i].width);
      EXPECT_TRUE(Within(node, all));
      for (int group = 0; group < drawing.groups; ++group) {
        if (group == drawing.nodes[i].group) {
          EXPECT_TRUE(Within(node, layout.groups[group]));
        } else {
          EXPECT_FALSE(Overlap(node, layout.groups[group]));
        }
      }
      for (size_t j = 0; j < i; ++j)
        EXPECT_FALSE(Overlap(node, layout.nodes[j]));
    }
    for (size_t a = 0; a < layout.groups.size(); ++a) {
      for (size_t b = 0; b < a; ++b)
        EXPECT_FALSE(Overlap(layout.groups[a], layout.groups[b]));
    }
    ASSERT_EQ(layout.edges.size(), drawing.edges.size());
    for (size_t e = 0; e < layout.edges.size(); ++e) {
      const std::vector<Point>& points = layout.edges[e];
      // Odd parts are level and pass a column.
      for (size_t i = 2; i + 1 < points.size(); i += 2) {
        ASSERT_EQ(points[i - 1].y, points[i].y);
        const Rectangle line = {points[i - 1].x, points[i].y,
                                points[i].x - points[i - 1].x, 1};
        for (const Rectangle& node : layout.nodes)
          EXPECT_FALSE(Overlap(line, node));
      }
      // The others lie between two columns.
      for (size_t i = 1; i < points.size(); i += 2)
        EXPECT_LT(points[i - 1].x, points[i].x);
    }
  }
}

TEST(PlaceInColumns, ChainIsOneStraightLine) {
  const std::vector<LayoutNode> nodes = {
      {60, 30, 0, 0}, {60, 30, 0, 1}, {60, 30, 0, 2}};
  const Layout layout = PlaceInColumns(nodes, {{0, 1}, {1, 2}}, 1);
  EXPECT_EQ(layout.nodes[0].top, layout.nodes[1].top);
  EXPECT_EQ(layout.nodes[1].top, layout.nodes[2].top);
}

TEST(PlaceInColumns, ForkIsSymmetric) {
  const std::vector<LayoutNode> nodes = {
      {60, 30, 0, 0}, {60, 30, 0, 1}, {60, 30, 0, 1}};
  const Layout layout = PlaceInColumns(nodes, {{0, 1}, {0, 2}}, 1);
  EXPECT_NEAR(2 * layout.nodes[0].top,
              layout.nodes[1].top + layout.nodes[2].top, 2);
}

TEST(PlaceInColumns, NeighboursDontCrossWhereThatCanBe) {
  // 0 and 1 lead to 3 and 2: the second column is turned around.
  const std::vector<LayoutNode> nodes = {
      {60, 30, 0, 0}, {60, 30, 0, 0}, {60, 30, 0, 1}, {60, 30, 0, 1}};
  const Layout layout = PlaceInColumns(nodes, {{0, 3}, {1, 2}}, 1);
  EXPECT_LT(layout.nodes[0].top, layout.nodes[1].top);
  EXPECT_LT(layout.nodes[3].top, layout.nodes[2].top);
}

TEST(PlaceInColumns, NothingIsNothing) {
  EXPECT_TRUE(PlaceInColumns({}, {}, 2).nodes.empty());
}

}  // namespace
}  // namespace colocation
