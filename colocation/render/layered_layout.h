// Places boxes and the lines between them in columns; knows nothing of plans.
//
// Every node has a group (a Pod) that stays together: a rectangle that no node
// of another group is in, nor a line that only passes by. svg.h says how it is
// done, and what it costs.
#ifndef COLOCATION_RENDER_LAYERED_LAYOUT_H_
#define COLOCATION_RENDER_LAYERED_LAYOUT_H_

#include <vector>

namespace colocation {

struct LayoutNode {
  // At least; all nodes of a column get the width of the widest.
  int width = 0;
  int height = 0;
  int group = 0;
  // Column, from 0; greater than those of all nodes with an edge to this one.
  int column = 0;
};

struct LayoutEdge {
  int from = 0;
  int to = 0;
};

struct LayoutSpacing {
  int columns = 64;  // between columns: room for lines to change their height
  int rows = 16;     // between the nodes of a column
  int line = 10;     // between a passing line and what is above and below
  int margin = 14;   // from a group's border to its nodes
  int header = 24;   // more of it above, for the group's name
  int groups = 18;   // between groups
};

struct Point {
  int x = 0;
  int y = 0;
};

struct Rectangle {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

struct Layout {
  std::vector<Rectangle> nodes;
  // Around the nodes of each group; empty for a group without nodes.
  std::vector<Rectangle> groups;
  // For each edge the ends of its level parts: right side of `from`, where it
  // enters and leaves each column that it passes, left side of `to`.
  std::vector<std::vector<Point>> edges;
  std::vector<int> column_left;
  int width = 0;
  int height = 0;
};

// Groups are 0 to `groups` - 1. Edges go from lower to higher columns.
Layout PlaceInColumns(const std::vector<LayoutNode>& nodes,
                      const std::vector<LayoutEdge>& edges, int groups,
                      const LayoutSpacing& spacing = {});

}  // namespace colocation

#endif  // COLOCATION_RENDER_LAYERED_LAYOUT_H_
