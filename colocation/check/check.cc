#include "colocation/check/check.h"

#include "colocation/check/check_caps.h"
#include "colocation/check/check_fit.h"
#include "colocation/check/check_launch.h"
#include "colocation/check/check_order.h"
#include "colocation/check/check_references.h"
#include "colocation/check/check_resources.h"
#include "colocation/check/check_starts.h"
#include "colocation/check/check_volumes.h"
#include "colocation/check/check_workspaces.h"
#include "colocation/check/faults.h"
#include "colocation/check/plan_index.h"
#include "colocation/check/unit_order.h"

namespace colocation {

v1::Diagnostics CheckPlan(const v1::ColocationPlan& plan) {
  Faults faults;
  const CheckedPlan index = IndexPlan(plan, &faults);
  if (!faults.empty()) return faults.Take();
  WaitOrder order(index, &faults);
  if (!order.valid()) return faults.Take();
  CheckOrder(index, &order, &faults);
  CheckStarts(index, &order, &faults);
  CheckLaunch(index, &faults);
  CheckReferences(index, &faults);
  CheckVolumes(index, &faults);
  CheckWorkspaces(index, &faults);
  UnitOrder unit_order(index, &order, &faults);
  if (!unit_order.valid()) return faults.Take();
  CheckResources(index, &order, &unit_order, &faults);
  CheckFit(index, &unit_order, &faults);
  CheckCaps(index, &faults);
  return faults.Take();
}

}  // namespace colocation
