// A plan on one screen: what `colocate plan` prints for people.
//
// From the whole to its parts: the run; each Pod with its tasks, what each
// waits for and which steps it has, volumes, account and requests (peak against
// sum); what runs outside of Pods; why it is so; warnings. Many Pods of one
// task each become one table. No list grows beyond a few lines: `explain` has
// the rest.
//
// Cost: linear in the plan.
#ifndef COLOCATION_RENDER_TEXT_H_
#define COLOCATION_RENDER_TEXT_H_

#include <string>

#include "colocation/render/text_layout.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

std::string PlanText(const v1::ColocationPlan& plan,
                     const TextOptions& options = {});

}  // namespace colocation

#endif  // COLOCATION_RENDER_TEXT_H_
