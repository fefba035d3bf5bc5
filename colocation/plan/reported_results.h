// Results that leave their Pod.
//
// Within a Pod results travel in files and are as long as they like. What a
// controller hears of goes through the termination message of a container, and
// all of those together have 12 KiB: in a Pod of many containers there is
// little room. So only what somebody needs has to have room there.
#ifndef COLOCATION_PLAN_REPORTED_RESULTS_H_
#define COLOCATION_PLAN_REPORTED_RESULTS_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "colocation/resolve/run.h"

namespace colocation {

class ReportedResults {
 public:
  // `controlled`: a controller reads what Pods say, else nobody does. Linear in
  // the references to results.
  ReportedResults(const ResolvedRun& run, bool controlled);

  // Whether a controller has to know it: another task or a result of the
  // pipeline refers to it, or it is a TaskRun's. Also where that task is in the
  // same Pod, as the controller judges what would become of it.
  bool Needed(const ResolvedTask& task, absl::string_view result) const {
    return needed_.contains({task.name, std::string(result)});
  }

 private:
  // Task and result.
  absl::flat_hash_set<std::pair<std::string, std::string>> needed_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_REPORTED_RESULTS_H_
