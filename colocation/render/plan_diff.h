// What a change to a pipeline does to its plan, as a text for people.
//
// Compared is what decides where, when and with what tasks run: Pods, when they
// are created and what they ask for; volumes and mounts; what tasks wait for,
// and what they come after and why. Not compared is what the containers do:
// images, commands, environment. A Pod is the same Pod as the one with which it
// shares most tasks, as its name follows from the run's.
//
// Deterministic. Cost: the Pods of one plan times those of the other, plus the
// size of both.
#ifndef COLOCATION_RENDER_PLAN_DIFF_H_
#define COLOCATION_RENDER_PLAN_DIFF_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

// Empty where the plans don't differ. What is new has a "+" before it, what is
// gone a "-"; of what changed "~", and below that what.
std::string PlanDiff(const v1::ColocationPlan& before,
                     const v1::ColocationPlan& after);

}  // namespace colocation

#endif  // COLOCATION_RENDER_PLAN_DIFF_H_
