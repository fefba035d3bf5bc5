// In which order units run: that of their tasks, and of the units that delay
// them (PlannedUnit.delayed_by).
#ifndef COLOCATION_CHECK_UNIT_ORDER_H_
#define COLOCATION_CHECK_UNIT_ORDER_H_

#include <vector>

#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"

namespace colocation {

class UnitOrder {
 public:
  // Reports a cycle of waits and delays, and is not `valid` then.
  UnitOrder(const CheckedPlan& index, WaitOrder* order, Faults* faults);

  bool valid() const { return valid_; }

  // Whether `after` starts only when `before` has ended; both are indices of
  // CheckedPlan.units. As WaitOrder::IsBefore where no unit is delayed and
  // where tasks say it; else a walk over what lies between the two.
  bool IsBefore(int before, int after);

  // Those of `units` that end before another of them starts. Linear in the
  // plan.
  std::vector<int> EndBeforeOthers(const std::vector<int>& units) const;

  // Whether `unit` would start only when `before` has ended even if it were not
  // delayed by that one itself.
  bool IsImplied(int before, int unit);

 private:
  // The vertices are the units, then the start of each task.
  int StartOf(int task) const { return static_cast<int>(units_) + task; }
  template <typename Function>
  void ForEachPredecessor(int vertex, Function function) const;
  void Sort(Faults* faults);
  bool Reaches(int before, std::vector<int> stack);

  const CheckedPlan& index_;
  WaitOrder& order_;
  const size_t units_;
  bool valid_ = true;
  std::vector<std::vector<int>> units_of_;
  // Places in a topological order. Empty where no unit is delayed.
  std::vector<int> position_;
  std::vector<int> seen_;
  int walk_ = 0;
};

}  // namespace colocation

#endif  // COLOCATION_CHECK_UNIT_ORDER_H_
