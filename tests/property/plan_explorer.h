// Every way in which a plan can go.
//
// The plan is run by its launch specs, gates and start conditions, and by
// nothing else that is known of the pipeline, as docs/launcher.md has it; all
// interleavings of all outcomes are tried. Each decision, to start a task or to
// skip it, is compared with Tekton's rules for the same state (tekton_rules.h).
// So for every run of the plan there is one under Tekton with the same tasks
// started, skipped for the same reasons, and refused.
//
// Units that are delayed so that a Pod has room (PlannedUnit.delayed_by) start
// as soon as they may, and whatever runs at once keeps to PlannedPod.fit. That
// they are delayed decides nothing: a task is started, skipped or refused as
// Tekton would do it in the same state.
//
// What the controller tells a Pod arrives whenever it arrives: a Pod decides by
// what it has been told so far, and Tekton's rules are asked about the same
// view. External tasks are the controller's own, and follow Tekton's rules.
#ifndef COLOCATION_TESTS_PROPERTY_PLAN_EXPLORER_H_
#define COLOCATION_TESTS_PROPERTY_PLAN_EXPLORER_H_

#include <cstdint>
#include <string>

#include "colocation/v1/plan.pb.h"
#include "tests/property/random_run.h"

namespace colocation {

struct Exploration {
  int64_t states = 0;
  // States in which nothing can happen any more: the ends of runs.
  int64_t ends = 0;
  // What went wrong, with the way there; empty where nothing did.
  std::string fault;
  // Stopped at the limit of states.
  bool cut = false;
};

// `late_news`: also explore that Pods learn of other places later than things
// happen there. Else they know at once.
Exploration ExplorePlan(const v1::ColocationPlan& plan, const RandomRun& run,
                        bool late_news, int64_t most_states);

}  // namespace colocation

#endif  // COLOCATION_TESTS_PROPERTY_PLAN_EXPLORER_H_
