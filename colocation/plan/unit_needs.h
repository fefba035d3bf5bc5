// What each container, and each unit of work as a whole, asks for.
//
// Steps run one after the other, so that a unit needs what its largest step
// asks for, and its sidecars beside. As in Kubernetes a limit is the request
// where none is written; resources of the whole task stand in place of the
// steps' (pkg/internal/computeresources/tasklevel in Tekton), and a
// LimitRange's default is divided among the steps (limit_range.h).
#ifndef COLOCATION_PLAN_UNIT_NEEDS_H_
#define COLOCATION_PLAN_UNIT_NEEDS_H_

#include <map>
#include <string>
#include <vector>

#include "colocation/plan/limit_range.h"
#include "colocation/resolve/run.h"
#include "colocation/syntax/quantity.h"

namespace colocation {

// By resource: "cpu", "memory", ...
using Quantities = std::map<std::string, Quantity>;

struct ContainerNeed {
  // What its author, or a LimitRange, asks for.
  Quantities asked;
  // The same in all, but spread over the steps where it was asked for the task
  // as a whole.
  Quantities spread;
  // As written.
  v1::ResourceRequirements written;
};

struct UnitNeed {
  std::vector<ContainerNeed> steps;
  std::vector<ContainerNeed> sidecars;
  // The largest step plus the sidecars.
  Quantities need;
};

UnitNeed NeedOf(const ResolvedTask& task, const ResolvedUnit& unit,
                const LimitRangeDefaults& defaults);

// The smallest part of `resource` that Kubernetes counts, in billionths: a
// thousandth of a cpu, a byte.
absl::int128 Granule(const std::string& resource);

// Whether containers that run one after the other can use the same share: true
// for time and space, not for devices that are given to a container for good.
bool CanBePassedOn(const std::string& resource);

}  // namespace colocation

#endif  // COLOCATION_PLAN_UNIT_NEEDS_H_
