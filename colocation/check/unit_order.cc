#include "colocation/check/unit_order.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace colocation {

UnitOrder::UnitOrder(const CheckedPlan& index, WaitOrder* order, Faults* faults)
    : index_(index), order_(*order), units_(index.units.size()) {
  if (index.any_delays) Sort(faults);
}

template <typename Function>
void UnitOrder::ForEachPredecessor(int vertex, Function function) const {
  if (vertex < static_cast<int>(units_)) {
    function(StartOf(index_.units[vertex].task));
    for (const int other : index_.delays[vertex]) function(other);
    return;
  }
  for (const int task : index_.waits[vertex - static_cast<int>(units_)]) {
    if (units_of_[task].empty()) function(StartOf(task));
    for (const int unit : units_of_[task]) function(unit);
  }
}

void UnitOrder::Sort(Faults* faults) {
  units_of_.resize(index_.plan->tasks_size());
  for (size_t u = 0; u < units_; ++u) {
    units_of_[index_.units[u].task].push_back(static_cast<int>(u));
  }
  const size_t vertices = units_ + units_of_.size();
  seen_.assign(vertices, 0);
  position_.assign(vertices, -1);
  std::vector<int> missing(vertices);
  std::vector<std::vector<int>> followers(vertices);
  std::vector<int> ready;
  for (size_t v = 0; v < vertices; ++v) {
    ForEachPredecessor(static_cast<int>(v), [&](int before) {
      followers[before].push_back(static_cast<int>(v));
      ++missing[v];
    });
    if (missing[v] == 0) ready.push_back(static_cast<int>(v));
  }
  int next = 0;
  while (!ready.empty()) {
    const int v = ready.back();
    ready.pop_back();
    position_[v] = next++;
    for (const int follower : followers[v]) {
      if (--missing[follower] == 0) ready.push_back(follower);
    }
  }
  for (size_t u = 0; u < units_ && valid_; ++u) {
    if (position_[u] >= 0) continue;
    valid_ = false;
    faults->Add("cycle",
                absl::StrCat("tasks[", index_.units[u].task, "].units"),
                absl::StrCat("\"", index_.units[u].unit->name(),
                             "\" waits for itself, by way of units that delay "
                             "others"));
  }
}

bool UnitOrder::Reaches(int before, std::vector<int> stack) {
  ++walk_;
  while (!stack.empty()) {
    const int at = stack.back();
    stack.pop_back();
    if (at == before) return true;
    if (position_[at] < position_[before] || seen_[at] == walk_) continue;
    seen_[at] = walk_;
    ForEachPredecessor(at, [&](int v) { stack.push_back(v); });
  }
  return false;
}

bool UnitOrder::IsBefore(int before, int after) {
  const int first = index_.units[before].task, last = index_.units[after].task;
  if (order_.IsBefore(first, last)) return true;
  if (position_.empty() || before == after) return false;
  return Reaches(before, {after});
}

std::vector<int> UnitOrder::EndBeforeOthers(
    const std::vector<int>& units) const {
  std::vector<int> found;
  if (position_.empty()) {
    std::vector<int> tasks;
    for (const int u : units) tasks.push_back(index_.units[u].task);
    const std::vector<bool> before = order_.AllBefore(tasks);
    for (const int u : units) {
      if (before[index_.units[u].task]) found.push_back(u);
    }
    return found;
  }
  std::vector<bool> before(position_.size());
  std::vector<int> stack = units;
  while (!stack.empty()) {
    const int at = stack.back();
    stack.pop_back();
    ForEachPredecessor(at, [&](int v) {
      if (before[v]) return;
      before[v] = true;
      stack.push_back(v);
    });
  }
  for (const int u : units) {
    if (before[u]) found.push_back(u);
  }
  return found;
}

bool UnitOrder::IsImplied(int before, int unit) {
  std::vector<int> stack = {StartOf(index_.units[unit].task)};
  for (const int other : index_.delays[unit]) {
    if (other != before) stack.push_back(other);
  }
  return Reaches(before, std::move(stack));
}

}  // namespace colocation
