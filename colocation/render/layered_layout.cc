#include "colocation/render/layered_layout.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace colocation {
namespace {

constexpr int kSweeps = 12;

// A node, or an edge's place in a column that it passes.
struct Item {
  int node = -1;  // -1: a passing edge
  int edge = -1;
  int column = 0;
  int group = 0;
  int height = 0;
  int center = 0;                  // from the group's top
  std::vector<int> before, after;  // items that lines lead to
};

class Placer {
 public:
  Placer(const std::vector<LayoutNode>& nodes,
         const std::vector<LayoutEdge>& edges, int groups,
         const LayoutSpacing& spacing)
      : nodes_(nodes), edges_(edges), groups_(groups), spacing_(spacing) {}

  Layout Place() {
    MakeItems();
    MakeColumns();
    for (int group = 0; group < groups_; ++group) PlaceGroup(group);
    StackGroups();
    return Result();
  }

 private:
  void MakeItems() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      Item item;
      item.node = static_cast<int>(i);
      item.column = nodes_[i].column;
      item.group = nodes_[i].group;
      item.height = nodes_[i].height;
      items_.push_back(item);
      columns_ = std::max(columns_, item.column + 1);
    }
    path_.resize(edges_.size());
    for (size_t e = 0; e < edges_.size(); ++e) {
      const LayoutEdge& edge = edges_[e];
      int last = edge.from;
      path_[e].push_back(last);
      for (int c = nodes_[edge.from].column + 1; c < nodes_[edge.to].column;
           ++c) {
        Item item;
        item.edge = static_cast<int>(e);
        item.column = c;
        // Lines between groups run along with the one that they come from.
        item.group = nodes_[edge.from].group;
        const int index = static_cast<int>(items_.size());
        items_.push_back(item);
        Join(last, index);
        path_[e].push_back(last = index);
      }
      Join(last, edge.to);
      path_[e].push_back(edge.to);
    }
  }

  void Join(int a, int b) {
    items_[a].after.push_back(b);
    items_[b].before.push_back(a);
  }

  void MakeColumns() {
    in_group_.resize(groups_);
    for (size_t i = 0; i < items_.size(); ++i)
      in_group_[items_[i].group][items_[i].column].push_back(
          static_cast<int>(i));
    column_width_.assign(columns_, 0);
    for (const LayoutNode& node : nodes_)
      column_width_[node.column] =
          std::max(column_width_[node.column], node.width);
  }

  // Least distance of the centers of two neighbours in a column.
  int Distance(const Item& upper, const Item& lower) const {
    const bool line = upper.node < 0 || lower.node < 0;
    return (upper.height + lower.height + 1) / 2 +
           (line ? spacing_.line : spacing_.rows);
  }

  // Mean center of the neighbours in the same group; its own where it has none.
  int Wanted(const Item& item, const std::vector<int>& neighbours) const {
    int64_t sum = 0;
    int64_t count = 0;
    for (const int other : neighbours) {
      if (items_[other].group != item.group) continue;
      sum += items_[other].center;
      ++count;
    }
    return count == 0 ? item.center : static_cast<int>(sum / count);
  }

  // Centers as near as possible to those wanted, in this order and with these
  // distances: least squares, by pooling neighbours that are out of order (Ayer
  // et al. 1955).
  void PutNear(const std::vector<int>& order, const std::vector<int>& wanted) {
    struct Block {
      int64_t sum;
      int64_t count;
      int64_t mean() const {
        return sum >= 0 ? sum / count : -((-sum + count - 1) / count);
      }
    };
    std::vector<Block> blocks;
    std::vector<int> offset(order.size(), 0);
    for (size_t i = 0; i < order.size(); ++i) {
      if (i > 0)
        offset[i] =
            offset[i - 1] + Distance(items_[order[i - 1]], items_[order[i]]);
      blocks.push_back({wanted[i] - offset[i], 1});
      while (blocks.size() > 1 &&
             blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
        blocks[blocks.size() - 2].sum += blocks.back().sum;
        blocks[blocks.size() - 2].count += blocks.back().count;
        blocks.pop_back();
      }
    }
    size_t i = 0;
    for (const Block& block : blocks) {
      for (int64_t n = 0; n < block.count; ++n, ++i)
        items_[order[i]].center = static_cast<int>(block.mean()) + offset[i];
    }
  }

  void SweepColumn(std::vector<int>* order, bool forward, bool reorder) {
    const auto want = [&](int index) {
      const Item& item = items_[index];
      return Wanted(item, forward ? item.before : item.after);
    };
    if (reorder) {
      std::vector<std::pair<int, int>> keyed;
      for (const int index : *order) keyed.push_back({want(index), index});
      std::stable_sort(
          keyed.begin(), keyed.end(),
          [](const auto& a, const auto& b) { return a.first < b.first; });
      for (size_t i = 0; i < keyed.size(); ++i) (*order)[i] = keyed[i].second;
    }
    std::vector<int> wanted;
    for (const int index : *order) wanted.push_back(want(index));
    PutNear(*order, wanted);
  }

  void PlaceGroup(int group) {
    auto& columns = in_group_[group];
    for (auto& [column, order] : columns) {
      std::vector<int> wanted(order.size(), 0);
      PutNear(order, wanted);
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      // The last ones only straighten lines.
      const bool reorder = sweep < kSweeps - 4;
      if (sweep % 2 == 0) {
        for (auto& [column, order] : columns)
          SweepColumn(&order, true, reorder);
      } else {
        for (auto it = columns.rbegin(); it != columns.rend(); ++it)
          SweepColumn(&it->second, false, reorder);
      }
    }
  }

  // Each group goes as far up as the columns that it takes allow.
  void StackGroups() {
    group_box_.resize(groups_);
    std::vector<int> bottom(columns_, 0);
    for (int group = 0; group < groups_; ++group) {
      const auto& columns = in_group_[group];
      if (columns.empty()) continue;
      int top = INT32_MAX, low = INT32_MIN;
      int first = INT32_MAX, last = -1;
      int node_top = INT32_MAX, node_low = INT32_MIN;
      for (const auto& [column, order] : columns) {
        for (const int index : order) {
          const Item& item = items_[index];
          const int above = item.center - item.height / 2;
          top = std::min(top, above);
          low = std::max(low, above + item.height);
          if (item.node < 0) continue;
          first = std::min(first, column);
          last = std::max(last, column);
        }
      }
      // The box goes around its nodes and the lines between them.
      for (const auto& [column, order] : columns) {
        if (column < first || column > last) continue;
        for (const int index : order) {
          const Item& item = items_[index];
          const int above = item.center - item.height / 2;
          node_top = std::min(node_top, above);
          node_low = std::max(node_low, above + item.height);
        }
      }
      const int left = columns.begin()->first;
      const int right = columns.rbegin()->first;
      int y = 0;
      for (int c = left; c <= right; ++c) y = std::max(y, bottom[c]);
      const int shift = y + spacing_.header + spacing_.margin - top;
      for (const auto& [column, order] : columns) {
        for (const int index : order) items_[index].center += shift;
      }
      for (int c = left; c <= right; ++c)
        bottom[c] = low + shift + spacing_.margin + spacing_.groups;
      group_box_[group] = {first, node_top + shift, last, node_low + shift};
      height_ = std::max(height_, low + shift + spacing_.margin);
    }
  }

  Layout Result() {
    Layout layout;
    int x = 2 * spacing_.margin;
    for (int c = 0; c < columns_; ++c) {
      layout.column_left.push_back(x);
      x += column_width_[c] + spacing_.columns;
    }
    layout.width = x - spacing_.columns + 2 * spacing_.margin;
    layout.height = height_;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const Item& item = items_[i];
      layout.nodes.push_back({layout.column_left[item.column],
                              item.center - item.height / 2,
                              column_width_[item.column], item.height});
    }
    for (const GroupBox& box : group_box_) {
      if (box.last < box.first) {
        layout.groups.push_back({});
        continue;
      }
      const int left = layout.column_left[box.first] - spacing_.margin;
      layout.groups.push_back(
          {left, box.top - spacing_.margin - spacing_.header,
           layout.column_left[box.last] + column_width_[box.last] +
               spacing_.margin - left,
           box.bottom - box.top + 2 * spacing_.margin + spacing_.header});
    }
    for (const std::vector<int>& path : path_) {
      std::vector<Point> points;
      const Rectangle& from = layout.nodes[path.front()];
      points.push_back({from.left + from.width, items_[path.front()].center});
      for (size_t i = 1; i + 1 < path.size(); ++i) {
        const Item& item = items_[path[i]];
        const int left = layout.column_left[item.column];
        points.push_back({left, item.center});
        points.push_back({left + column_width_[item.column], item.center});
      }
      points.push_back(
          {layout.nodes[path.back()].left, items_[path.back()].center});
      layout.edges.push_back(std::move(points));
    }
    return layout;
  }

  struct GroupBox {
    int first = 0;
    int top = 0;
    int last = -1;
    int bottom = 0;
  };

  const std::vector<LayoutNode>& nodes_;
  const std::vector<LayoutEdge>& edges_;
  const int groups_;
  const LayoutSpacing& spacing_;
  int columns_ = 0;
  int height_ = 0;
  std::vector<Item> items_;
  std::vector<std::vector<int>> path_;
  // Of each group, the items of each column from top to bottom.
  std::vector<std::map<int, std::vector<int>>> in_group_;
  std::vector<int> column_width_;
  std::vector<GroupBox> group_box_;
};

}  // namespace

Layout PlaceInColumns(const std::vector<LayoutNode>& nodes,
                      const std::vector<LayoutEdge>& edges, int groups,
                      const LayoutSpacing& spacing) {
  return Placer(nodes, edges, groups, spacing).Place();
}

}  // namespace colocation
