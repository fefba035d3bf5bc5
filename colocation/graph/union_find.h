// Disjoint sets that grow together (Tarjan 1975).
#ifndef COLOCATION_GRAPH_UNION_FIND_H_
#define COLOCATION_GRAPH_UNION_FIND_H_

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace colocation {

// Elements 0 to n-1. The representative of a set is its smallest element, so
// that the result does not depend on the order of the calls. Near O(1) each.
class UnionFind {
 public:
  explicit UnionFind(int32_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  int32_t Find(int32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }

  void Join(int32_t a, int32_t b) {
    a = Find(a);
    b = Find(b);
    if (a > b) std::swap(a, b);
    parent_[b] = a;
  }

 private:
  std::vector<int32_t> parent_;
};

}  // namespace colocation

#endif  // COLOCATION_GRAPH_UNION_FIND_H_
