#include "tests/property/tekton_rules.h"

#include <algorithm>
#include <optional>
#include <set>

namespace colocation {

TektonRules::TektonRules(const RandomRun& run) : run_(run) {
  for (const RandomTask& task : run.tasks) {
    // PipelineTaskResultRefs: params first, then `when`.
    std::vector<int> refs = task.params;
    for (const RandomWhen& when : task.when) {
      if (when.task >= 0 && !when.status) refs.push_back(when.task);
    }
    std::set<int> parents;
    if (!task.finally) {
      parents.insert(task.run_after.begin(), task.run_after.end());
      parents.insert(refs.begin(), refs.end());
    }
    parents_.emplace_back(parents.begin(), parents.end());
    refs_.push_back(std::move(refs));
  }
}

// One look at one state. Skips are kept, as facts.SkipCache keeps them.
class TektonRules::Look {
 public:
  Look(const TektonRules& rules, const std::vector<TaskState>& states)
      : rules_(rules), run_(rules.run_), states_(states) {
    skips_.resize(run_.tasks.size());
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      const TaskState::Phase phase = states_[i].phase;
      stopping_ |=
          !run_.tasks[i].finally && !run_.tasks[i].continue_on_error &&
          (phase == TaskState::kFailed || phase == TaskState::kInvalid);
    }
  }

  Verdict Of(int i) {
    if (states_[i].phase != TaskState::kNothing) return {};
    const bool finally = run_.tasks[i].finally;
    if (finally && !AllDone()) return {};
    const v1::SkipReason skip = finally ? FinallySkip(i) : Skip(i);
    if (skip != v1::SKIP_REASON_UNSPECIFIED) return {Verdict::kSkip, skip};
    if (finally) return {Verdict::kStart};
    if (!ParentsDone(i)) return {};
    return {FirstMissing(i) ? Verdict::kInvalid : Verdict::kStart};
  }

 private:
  bool Done(int i) {
    return states_[i].ended() || Skip(i) != v1::SKIP_REASON_UNSPECIFIED;
  }

  bool AllDone() {
    for (size_t i = 0; i < run_.tasks.size(); ++i) {
      if (!run_.tasks[i].finally && !Done(static_cast<int>(i))) return false;
    }
    return true;
  }

  bool ParentsDone(int i) {
    const auto& parents = rules_.parents_[i];
    return std::all_of(parents.begin(), parents.end(),
                       [&](int p) { return Done(p); });
  }

  v1::SkipReason Skip(int i) {
    if (!skips_[i]) skips_[i] = FindSkip(i);
    return *skips_[i];
  }

  v1::SkipReason FindSkip(int i) {
    if (run_.tasks[i].finally || states_[i].phase != TaskState::kNothing) {
      return v1::SKIP_REASON_UNSPECIFIED;
    }
    if (stopping_) return v1::SKIP_REASON_STOPPING;
    const bool parents_done = ParentsDone(i);
    if (parents_done && !WhenHolds(i)) return v1::SKIP_REASON_WHEN;
    for (const int p : rules_.parents_[i]) {
      const v1::SkipReason of = Skip(p);
      if (of != v1::SKIP_REASON_UNSPECIFIED && of != v1::SKIP_REASON_WHEN) {
        return v1::SKIP_REASON_PARENT_SKIPPED;
      }
    }
    if (parents_done) {
      const std::optional<int> missing = FirstMissing(i);
      if (missing && (run_.tasks[i].continue_on_error ||
                      Skip(*missing) == v1::SKIP_REASON_WHEN)) {
        return v1::SKIP_REASON_MISSING_RESULTS;
      }
    }
    return v1::SKIP_REASON_UNSPECIFIED;
  }

  v1::SkipReason FinallySkip(int i) {
    if (FirstMissing(i)) return v1::SKIP_REASON_MISSING_RESULTS;
    if (!WhenHolds(i)) return v1::SKIP_REASON_WHEN;
    return v1::SKIP_REASON_UNSPECIFIED;
  }

  // The task of the first result that can't be had.
  std::optional<int> FirstMissing(int i) const {
    for (const int from : rules_.refs_[i]) {
      const TaskState& state = states_[from];
      const bool ran = state.phase == TaskState::kSucceeded ||
                       state.phase == TaskState::kFailed;
      if (!ran || state.result.empty()) return from;
    }
    return std::nullopt;
  }

  bool WhenHolds(int i) const {
    // ResolvePipelineTask replaces all references or, where one result can't be
    // had, none; the text of the reference is then the input.
    const bool replaced = !FirstMissing(i);
    for (const RandomWhen& when : run_.tasks[i].when) {
      bool is_in = false;
      if (when.status) {
        is_in = states_[when.task].phase == TaskState::kSucceeded;
      } else if (when.task >= 0) {
        is_in = replaced && states_[when.task].result == kYes;
      } else {
        is_in = when.constant_holds != when.negated;
      }
      if (is_in == when.negated) return false;
    }
    return true;
  }

  const TektonRules& rules_;
  const RandomRun& run_;
  const std::vector<TaskState>& states_;
  bool stopping_ = false;
  std::vector<std::optional<v1::SkipReason>> skips_;
};

Verdict TektonRules::Of(const std::vector<TaskState>& states, int task) const {
  return Look(*this, states).Of(task);
}

}  // namespace colocation
