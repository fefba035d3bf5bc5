// Why a plan is as it is, in words: what `colocate explain` prints.
//
// For one task: where it runs and why (the decisions about it, with their codes
// and what to change), what it waits for with the fields that say so, what it
// need not wait for since that is implied, what waits for it, its containers
// and what may keep it from running. Without a task: the decisions about the
// plan, then each task's waits in short.
#ifndef COLOCATION_RENDER_EXPLAIN_H_
#define COLOCATION_RENDER_EXPLAIN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "colocation/render/text_layout.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

// A `task` that the plan doesn't have gives one line that says so, with the
// nearest name.
std::string ExplainText(const v1::ColocationPlan& plan,
                        absl::string_view task = {},
                        const TextOptions& options = {});

}  // namespace colocation

#endif  // COLOCATION_RENDER_EXPLAIN_H_
