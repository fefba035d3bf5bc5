// Collecting why the plan is as it is; docs/planning.md lists the codes.
#ifndef COLOCATION_PLAN_DECISIONS_H_
#define COLOCATION_PLAN_DECISIONS_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"

namespace colocation {

class Decisions {
 public:
  explicit Decisions(const ResolvedRun& run) : run_(run) {}

  // Adds one about `tasks`; they are put into the pipeline's order. The result
  // is for adding a hint and is valid until the next call.
  v1::Decision& Add(absl::string_view code, std::vector<TaskIndex> tasks,
                    absl::string_view subject, std::string message) {
    std::sort(tasks.begin(), tasks.end());
    v1::Decision& decision = decisions_.emplace_back();
    decision.set_code(std::string(code));
    for (const TaskIndex task : tasks) {
      decision.add_tasks(run_.tasks[task].name);
    }
    decision.set_subject(std::string(subject));
    decision.set_message(std::move(message));
    return decision;
  }

  std::vector<v1::Decision> Take() { return std::move(decisions_); }

 private:
  const ResolvedRun& run_;
  std::vector<v1::Decision> decisions_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_DECISIONS_H_
