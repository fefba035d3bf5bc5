#include "tests/property/plan_explorer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/syntax/quantity.h"
#include "tests/property/tekton_rules.h"

namespace colocation {
namespace {

// One task in a state of the plan's run.
struct PlanTask {
  enum Phase : char {
    kWaiting,
    kRunning,
    kSucceeded,
    kFailed,
    kInvalid,
    kSkipped
  };
  Phase phase = kWaiting;
  char reason = 0;  // of kSkipped
  char result = 0;  // 'y', 'o' or 0
  char units = 0;   // that still run
  char failed = 0;  // whether one of its units has

  bool ended() const { return phase >= kSucceeded; }
};

enum UnitPhase : char { kNotBegun, kRuns, kOver };

struct State {
  std::vector<PlanTask> tasks;
  // The phases of all units; only in plans in which some are delayed.
  std::vector<char> units;
  // For each Pod: the tasks elsewhere whose end it was told, as bits.
  std::vector<char> news;

  std::string Key() const {
    std::string key(news.begin(), news.end());
    key.append(units.begin(), units.end());
    for (const PlanTask& t : tasks) {
      key += {t.phase, t.reason, t.result, t.units, t.failed};
    }
    return key;
  }
};

class Explorer {
 public:
  Explorer(const v1::ColocationPlan& plan, const RandomRun& run, bool late_news,
           int64_t most)
      : plan_(plan),
        run_(run),
        rules_(run),
        late_news_(late_news),
        most_(most) {
    for (int i = 0; i < plan.tasks_size(); ++i) {
      index_[plan.tasks(i).name()] = i;
    }
    pod_of_.assign(plan.tasks_size(), -1);
    launch_.resize(plan.tasks_size());
    for (int p = 0; p < plan.pods_size(); ++p) {
      for (const std::string& name : plan.pods(p).tasks()) {
        pod_of_[index_.at(name)] = p;
      }
      for (const v1::LaunchTask& task :
           plan.pods(p).install().launch().tasks()) {
        if (!task.gate() && !task.has_end())
          launch_[index_.at(task.name())] = &task;
      }
    }
    ReadUnits();
    used_.resize(run.tasks.size());
    asked_.resize(run.tasks.size());
    for (const RandomTask& task : run.tasks) {
      for (const int from : task.params) used_[from] = true;
      for (const RandomWhen& when : task.when) {
        if (when.task < 0 || when.status) continue;
        used_[when.task] = asked_[when.task] = true;
      }
    }
  }

  Exploration Run() {
    State start;
    start.tasks.resize(plan_.tasks_size());
    if (any_delays_) start.units.resize(delays_.size());
    start.news.resize(plan_.pods_size());
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      const v1::PlannedTask& task = plan_.tasks(i);
      if (task.placement() != v1::PLACEMENT_SKIPPED) continue;
      start.tasks[i].phase = PlanTask::kSkipped;
      start.tasks[i].reason = static_cast<char>(task.end().skip_reason());
    }
    Visit(std::move(start), "");
    while (!pending_.empty() && found_.fault.empty()) {
      auto [state, way] = std::move(pending_.back());
      pending_.pop_back();
      Expand(state, way);
    }
    return std::move(found_);
  }

 private:
  void ReadUnits() {
    std::map<std::string, int, std::less<>> unit_index;
    for (const v1::PlannedTask& task : plan_.tasks()) {
      first_unit_.push_back(static_cast<int>(unit_index.size()));
      for (const v1::PlannedUnit& unit : task.units()) {
        unit_index.emplace(unit.name(), static_cast<int>(unit_index.size()));
      }
    }
    delays_.resize(unit_index.size());
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      for (int u = 0; u < plan_.tasks(t).units_size(); ++u) {
        for (const std::string& name : plan_.tasks(t).units(u).delayed_by()) {
          delays_[first_unit_[t] + u].push_back(unit_index.at(name));
          any_delays_ = true;
        }
      }
    }
  }

  bool IsDelayed(const State& state, int unit) const {
    return any_delays_ &&
           std::any_of(delays_[unit].begin(), delays_[unit].end(),
                       [&](int other) { return state.units[other] != kOver; });
  }

  // Lets units of tasks that run begin where nothing delays them, and sees
  // whether there is room for all that runs.
  void BeginUnits(State* state, const std::string& way) {
    if (!any_delays_) return;
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (!state->tasks[t].ended()) continue;
      std::fill_n(state->units.begin() + first_unit_[t],
                  plan_.tasks(t).units_size(), kOver);
    }
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (state->tasks[t].phase != PlanTask::kRunning) continue;
      for (int u = 0; u < plan_.tasks(t).units_size(); ++u) {
        char& unit = state->units[first_unit_[t] + u];
        if (unit == kNotBegun && !IsDelayed(*state, first_unit_[t] + u)) {
          unit = kRuns;
        }
      }
    }
    for (int p = 0; p < plan_.pods_size(); ++p) {
      for (const v1::FitLimit& limit : plan_.pods(p).fit()) {
        if (InUse(*state, p, limit.resource()) <=
            Quantity::Parse(limit.capacity())->nanos()) {
          continue;
        }
        found_.fault = absl::StrCat("more ", limit.resource(), " in use than ",
                                    limit.capacity(), " after", way);
      }
    }
  }

  absl::int128 InUse(const State& state, int pod,
                     const std::string& resource) const {
    absl::int128 sum = 0;
    for (int t = 0; t < plan_.tasks_size(); ++t) {
      if (pod_of_[t] != pod) continue;
      for (int u = 0; u < plan_.tasks(t).units_size(); ++u) {
        if (state.units[first_unit_[t] + u] != kRuns) continue;
        const auto& need = plan_.tasks(t).units(u).need();
        const auto found = need.find(resource);
        if (resource == "tasks") {
          sum += Quantity::Parse("1")->nanos();
        } else if (found != need.end()) {
          sum += Quantity::Parse(found->second)->nanos();
        }
      }
    }
    return sum;
  }

  void Visit(State state, std::string way) {
    if (!late_news_) {
      for (size_t p = 0; p < state.news.size(); ++p) {
        state.news[p] = Elsewhere(state, static_cast<int>(p));
      }
    }
    BeginUnits(&state, way);
    if (!seen_.insert(state.Key()).second) return;
    if (++found_.states > most_) {
      found_.cut = true;
      return;
    }
    pending_.emplace_back(std::move(state), std::move(way));
  }

  // All that has ended elsewhere.
  char Elsewhere(const State& state, int pod) const {
    int bits = 0;
    for (size_t i = 0; i < state.tasks.size(); ++i) {
      if (pod_of_[i] != pod && state.tasks[i].ended()) bits |= 1 << i;
    }
    return static_cast<char>(bits);
  }

  void Expand(const State& state, const std::string& way) {
    bool moved = false;
    for (size_t i = 0; i < state.tasks.size(); ++i) {
      const int task = static_cast<int>(i);
      if (state.tasks[i].phase == PlanTask::kRunning) {
        moved |= EndUnits(state, task, way);
      } else if (state.tasks[i].phase == PlanTask::kWaiting) {
        moved |= Decide(state, task, way);
      }
      if (!found_.fault.empty()) return;
    }
    for (size_t p = 0; p < state.news.size() && late_news_; ++p) {
      const char all = Elsewhere(state, static_cast<int>(p));
      if (all == state.news[p] || !Created(state, static_cast<int>(p)))
        continue;
      moved = true;
      State next = state;
      next.news[p] = all;
      Visit(std::move(next), absl::StrCat(way, " news:", p));
    }
    if (!moved) AtEnd(state, way);
  }

  // Whether one of them could end.
  bool EndUnits(const State& state, int task, const std::string& way) {
    const int units = plan_.tasks(task).units_size();
    bool any = !any_delays_ || units == 0;
    if (any) EndUnit(state, task, -1, way);
    for (int u = 0; u < units && any_delays_; ++u) {
      const int unit = first_unit_[task] + u;
      if (state.units[unit] != kRuns) continue;
      any = true;
      EndUnit(state, task, unit, way);
    }
    return any;
  }

  // Which one of the task it is only matters where units are delayed.
  void EndUnit(const State& state, int task, int unit, const std::string& way) {
    const auto end = [&](bool failed, char result) {
      State next = state;
      if (unit >= 0) next.units[unit] = kOver;
      PlanTask& t = next.tasks[task];
      --t.units;
      t.failed |= failed;
      if (t.units == 0) {
        t.phase = t.failed ? PlanTask::kFailed : PlanTask::kSucceeded;
        t.result = result;
      }
      Visit(std::move(next), absl::StrCat(way, " ", run_.tasks[task].name,
                                          failed ? ":failed" : ":ok",
                                          result == 'y' ? "(yes)" : "",
                                          result == 'o' ? "(other)" : ""));
    };
    end(false, 0);
    end(true, 0);
    if (!used_[task]) return;
    end(false, 'y');
    end(true, 'y');
    if (!asked_[task]) return;
    end(false, 'o');
    end(true, 'o');
  }

  // The state as the place of a task sees it: what has not been told is still
  // running, or not yet begun.
  std::vector<TaskState> ViewOf(const State& state, int pod) const {
    std::vector<TaskState> view(state.tasks.size());
    for (size_t i = 0; i < view.size(); ++i) {
      const PlanTask& t = state.tasks[i];
      const bool known =
          pod < 0 || pod_of_[i] == pod || (state.news[pod] >> i & 1);
      switch (t.phase) {
        case PlanTask::kWaiting:
        case PlanTask::kSkipped:
          break;
        case PlanTask::kRunning:
          view[i].phase = TaskState::kRunning;
          break;
        case PlanTask::kInvalid:
          if (known) view[i].phase = TaskState::kInvalid;
          break;
        default:
          view[i].phase = !known ? TaskState::kRunning
                          : t.phase == PlanTask::kFailed
                              ? TaskState::kFailed
                              : TaskState::kSucceeded;
          if (known && t.result != 0) {
            view[i].result = t.result == 'y' ? kYes : kOther;
          }
          break;
      }
    }
    return view;
  }

  bool Created(const State& state, int pod) const {
    for (const v1::StartCondition& condition : plan_.pods(pod).start_when()) {
      bool holds = true;
      for (const std::string& name : condition.tasks()) {
        holds &= state.tasks[index_.at(name)].ended();
      }
      if (holds) return true;
    }
    return false;
  }

  bool Decide(const State& state, int task, const std::string& way) {
    const int pod = pod_of_[task];
    if (pod >= 0 && !Created(state, pod)) return false;
    for (const std::string& name : plan_.tasks(task).wait_for()) {
      const int before = index_.at(name);
      const bool known =
          pod < 0 || pod_of_[before] == pod || (state.news[pod] >> before & 1);
      if (!known || !state.tasks[before].ended()) return false;
    }
    // The first unit decides for all.
    if (plan_.tasks(task).units_size() > 0 &&
        IsDelayed(state, first_unit_[task])) {
      return false;
    }
    const std::vector<TaskState> view = ViewOf(state, pod);
    const Verdict tekton = rules_.Of(view, task);
    const Verdict ours = pod < 0 ? tekton : Launcher(state, pod, task);
    const std::string next_way =
        absl::StrCat(way, " ", run_.tasks[task].name, ":", TextOf(ours));
    if (!(ours == tekton)) {
      found_.fault =
          absl::StrCat("Tekton has ", TextOf(tekton), " here:", next_way);
      return false;
    }
    if (ours.kind == Verdict::kWait) return false;
    State next = state;
    PlanTask& t = next.tasks[task];
    switch (ours.kind) {
      case Verdict::kStart:
        t.phase = PlanTask::kRunning;
        t.units =
            static_cast<char>(std::max(1, plan_.tasks(task).units_size()));
        break;
      case Verdict::kSkip:
        t.phase = PlanTask::kSkipped;
        t.reason = static_cast<char>(ours.reason);
        break;
      default:
        t.phase = PlanTask::kInvalid;
        break;
    }
    Visit(std::move(next), next_way);
    return true;
  }

  // docs/launcher.md, "The decision".
  Verdict Launcher(const State& state, int pod, int task) const {
    const v1::LaunchTask& launch = *launch_[task];
    const v1::LaunchSpec& spec = plan_.pods(pod).install().launch();
    const auto skip = [](v1::SkipReason reason) {
      return Verdict{Verdict::kSkip, reason};
    };
    const std::optional<std::string> missing =
        FirstMissing(state, spec, launch);
    if (launch.finally()) {
      if (missing) return skip(v1::SKIP_REASON_MISSING_RESULTS);
      if (!WhenHolds(state, spec, launch, !missing)) {
        return skip(v1::SKIP_REASON_WHEN);
      }
      return {Verdict::kStart};
    }
    if (Stopping(state, pod, spec)) return skip(v1::SKIP_REASON_STOPPING);
    if (!WhenHolds(state, spec, launch, !missing)) {
      return skip(v1::SKIP_REASON_WHEN);
    }
    for (const v1::Parent& parent : launch.parents()) {
      const PlanTask& of = End(state, spec, parent.task());
      if (of.phase == PlanTask::kSkipped && of.reason != v1::SKIP_REASON_WHEN) {
        return skip(v1::SKIP_REASON_PARENT_SKIPPED);
      }
    }
    if (missing) {
      const PlanTask& of = End(state, spec, *missing);
      if (launch.continue_on_error() || (of.phase == PlanTask::kSkipped &&
                                         of.reason == v1::SKIP_REASON_WHEN)) {
        return skip(v1::SKIP_REASON_MISSING_RESULTS);
      }
      return {Verdict::kInvalid};
    }
    return {Verdict::kStart};
  }

  // The end of a task of the launch spec; a name that it does not hold has no
  // end that a launcher could see.
  const PlanTask& End(const State& state, const v1::LaunchSpec& spec,
                      const std::string& name) const {
    static const PlanTask kUnknown;
    for (const v1::LaunchTask& task : spec.tasks()) {
      if (task.name() == name) return state.tasks[index_.at(name)];
    }
    return kUnknown;
  }

  // A failure of a task here, or the controller's "_stop" for one elsewhere.
  bool Stopping(const State& state, int pod, const v1::LaunchSpec& spec) const {
    for (size_t i = 0; i < state.tasks.size(); ++i) {
      const PlanTask& t = state.tasks[i];
      if (t.phase != PlanTask::kFailed && t.phase != PlanTask::kInvalid)
        continue;
      if (plan_.tasks(static_cast<int>(i)).finally()) continue;
      bool ignored = run_.tasks[i].continue_on_error;
      if (pod_of_[i] == pod) {
        // Here it is the launch spec that says so.
        for (const v1::LaunchTask& task : spec.tasks()) {
          if (task.name() == run_.tasks[i].name) {
            ignored = task.continue_on_error();
          }
        }
      } else if (!(state.news[pod] >> i & 1)) {
        continue;
      }
      if (!ignored) return true;
    }
    return false;
  }

  std::optional<std::string> FirstMissing(const State& state,
                                          const v1::LaunchSpec& spec,
                                          const v1::LaunchTask& launch) const {
    for (const v1::ResultRef& ref : launch.result_refs()) {
      if (End(state, spec, ref.task()).result == 0) return ref.task();
    }
    return std::nullopt;
  }

  bool WhenHolds(const State& state, const v1::LaunchSpec& spec,
                 const v1::LaunchTask& launch, bool replaced) const {
    for (const v1::When& when : launch.when()) {
      std::string input = when.input();
      absl::string_view name = input;
      if (absl::ConsumePrefix(&name, "$(tasks.")) {
        if (absl::ConsumeSuffix(&name, ".status)")) {
          const PlanTask& t = End(state, spec, std::string(name));
          input = t.phase == PlanTask::kSucceeded ? "Succeeded"
                  : t.phase == PlanTask::kFailed  ? "Failed"
                                                  : "None";
        } else if (absl::ConsumeSuffix(&name, ".results.r)") && replaced) {
          input =
              End(state, spec, std::string(name)).result == 'y' ? kYes : kOther;
        }
      }
      const bool is_in = std::find(when.values().begin(), when.values().end(),
                                   input) != when.values().end();
      if (is_in != (when.operator_() == "in")) return false;
    }
    return true;
  }

  void AtEnd(const State& state, const std::string& way) {
    ++found_.ends;
    const std::vector<TaskState> view = ViewOf(state, -1);
    bool stopped = false;
    for (size_t i = 0; i < state.tasks.size(); ++i) {
      const PlanTask& t = state.tasks[i];
      if (!t.ended()) {
        found_.fault = absl::StrCat("deadlock: ", run_.tasks[i].name,
                                    " never ends after", way);
        return;
      }
      stopped |=
          (t.phase == PlanTask::kFailed || t.phase == PlanTask::kInvalid) &&
          !run_.tasks[i].finally && !run_.tasks[i].continue_on_error;
    }
    // What the plan says never runs, Tekton has not run. Its reason may be
    // another one: a failure, or in finally tasks, whose results Tekton looks
    // at before their `when`, a result that is missing, too.
    for (int i = 0; i < plan_.tasks_size(); ++i) {
      if (plan_.tasks(i).placement() != v1::PLACEMENT_SKIPPED) continue;
      const Verdict tekton = rules_.Of(view, i);
      const v1::SkipReason reason = stopped && !run_.tasks[i].finally
                                        ? v1::SKIP_REASON_STOPPING
                                        : plan_.tasks(i).end().skip_reason();
      if (tekton == Verdict{Verdict::kSkip, reason}) continue;
      if (run_.tasks[i].finally && reason == v1::SKIP_REASON_WHEN &&
          tekton == Verdict{Verdict::kSkip, v1::SKIP_REASON_MISSING_RESULTS}) {
        continue;
      }
      found_.fault =
          absl::StrCat(run_.tasks[i].name, " never runs, says the plan (",
                       v1::SkipReason_Name(plan_.tasks(i).end().skip_reason()),
                       "); Tekton has ", TextOf(tekton), " after", way);
      return;
    }
  }

  static std::string TextOf(const Verdict& verdict) {
    switch (verdict.kind) {
      case Verdict::kWait:
        return "wait";
      case Verdict::kStart:
        return "start";
      case Verdict::kInvalid:
        return "invalid";
      default:
        return std::string(absl::StripPrefix(
            v1::SkipReason_Name(verdict.reason), "SKIP_REASON_"));
    }
  }

  const v1::ColocationPlan& plan_;
  const RandomRun& run_;
  const TektonRules rules_;
  const bool late_news_;
  const int64_t most_;
  std::map<std::string, int, std::less<>> index_;
  std::vector<int> pod_of_;
  std::vector<const v1::LaunchTask*> launch_;
  // Of each task its first unit; of each unit those that delay it.
  std::vector<int> first_unit_;
  std::vector<std::vector<int>> delays_;
  bool any_delays_ = false;
  // Whose result somebody uses; that a `when` looks at.
  std::vector<bool> used_, asked_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<std::pair<State, std::string>> pending_;
  Exploration found_;
};

}  // namespace

Exploration ExplorePlan(const v1::ColocationPlan& plan, const RandomRun& run,
                        bool late_news, int64_t most_states) {
  return Explorer(plan, run, late_news, most_states).Run();
}

}  // namespace colocation
