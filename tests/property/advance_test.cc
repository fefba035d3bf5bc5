// advance() drives thousands of small random runs to their end, whatever
// happens to their Pods and however late a controller hears of it.
#include "colocation/run/advance.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/encode.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/run/fake_cluster_testing.h"
#include "gtest/gtest.h"
#include "tests/property/random_run.h"
#include "tests/property/tekton_rules.h"

namespace colocation {
namespace {

constexpr v1::Policy kEveryPolicy[] = {
    v1::POLICY_WORKSPACES, v1::POLICY_PIPELINERUN, v1::POLICY_ISOLATED};

// How each task ended, by its name: "Succeeded", "Failed(reason)",
// "skipped(reason)".
using Ends = std::map<std::string, std::string>;

Ends EndsOf(const v1::RunStatus& status) {
  Ends ends;
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    const v1::Condition& condition = record.status().conditions(0);
    if (condition.status() == "Unknown") continue;
    ends[record.name()] =
        absl::StrCat(condition.status(), " ", condition.reason());
  }
  for (const v1::SkippedTask& skipped : status.skipped_tasks()) {
    ends["skipped " + skipped.name()] = skipped.reason();
  }
  return ends;
}

// One run of a plan, in which things happen at random.
class Walk {
 public:
  // Tasks give one of the results; none where it is empty.
  Walk(const v1::ColocationPlan& plan, uint32_t seed, bool mishaps,
       std::vector<std::string> results = {kYes, kOther, ""})
      : plan_(plan),
        cluster_(plan),
        random_(seed),
        mishaps_(mishaps),
        results_(std::move(results)) {
    // As if making the others had failed.
    cluster_.one_at_a_time = mishaps && Chance(2);
  }

  // The status at the end; fails the test where there is none.
  v1::RunStatus Run() {
    if (mishaps_ && Chance(4)) BreakAnImage();
    for (int step = 0; step < 500; ++step) {
      Control();
      if (testing::Test::HasFailure() || last_.done()) return last_.status();
      Happen();
    }
    ADD_FAILURE() << "it does not end: " << Summary(plan_, last_.status())
                  << "\n"
                  << absl::StrJoin(log_, " ");
    return last_.status();
  }

  const std::vector<std::string>& log() const { return log_; }
  const std::vector<std::string>& done() const { return cluster_.done; }

 private:
  bool Chance(uint32_t one_in) { return random_() % one_in == 0; }

  void Control() {
    v1::Observation observed = cluster_.Observe();
    if (mishaps_ && Chance(5) && !before_.now().empty()) {
      // What is seen is old, but for the clock and what was written down.
      before_.set_now(observed.now());
      *before_.mutable_status() = observed.status();
      observed = before_;
      log_.push_back("(late)");
    } else {
      before_ = observed;
    }
    const absl::StatusOr<v1::Advance> next = AdvanceRun(plan_, observed);
    ASSERT_TRUE(next.ok()) << next.status();
    const absl::StatusOr<v1::Advance> again = AdvanceRun(plan_, observed);
    ASSERT_EQ(ToJson(*next), ToJson(*again));
    const Ends now = EndsOf(next->status());
    // What a plain cancellation kept from starting is not listed at the end.
    const bool cancelled =
        next->done() && observed.spec_status() == "Cancelled";
    for (const auto& [task, end] : EndsOf(observed.status())) {
      if (cancelled && absl::StartsWith(task, "skipped ")) continue;
      const auto found = now.find(task);
      ASSERT_TRUE(found != now.end()) << task << " has un-ended";
      ASSERT_EQ(found->second, end) << task;
    }
    last_ = *next;
    // A controller that dies before it has done anything.
    if (mishaps_ && Chance(10)) {
      log_.push_back("(died)");
      return;
    }
    cluster_.Do(last_);
  }

  void Happen() {
    cluster_.PassSeconds(1);
    if (mishaps_ && Chance(8)) {
      Mishap();
      return;
    }
    const std::vector<std::string> running = cluster_.Running();
    if (running.empty()) {
      cluster_.PassSeconds(10);
      return;
    }
    const std::string& unit = running[random_() % running.size()];
    const bool succeeds = !Chance(5);
    std::string result = results_[random_() % results_.size()];
    if (mishaps_ && Chance(6)) result = kNoSuchImage;
    log_.push_back(absl::StrCat(succeeds ? "ok:" : "fail:", unit));
    cluster_.Finish(unit, succeeds, result);
  }

  void Mishap() {
    const std::vector<std::string> pods = cluster_.Pods();
    const std::vector<std::string> running = cluster_.Running();
    switch (random_() % 5) {
      case 0:
        if (pods.empty()) break;
        log_.push_back("evict:" + pods.front());
        cluster_.Evict(pods.front());
        break;
      case 1:
        if (pods.empty()) break;
        log_.push_back("vanish:" + pods.back());
        cluster_.Vanish(pods.back());
        break;
      case 2:
        if (running.empty()) break;
        log_.push_back("kill:" + running.front());
        cluster_.Kill(running.front());
        break;
      case 3: {
        static const char* const kStatuses[] = {
            "Cancelled", "CancelledRunFinally", "StoppedRunFinally"};
        if (!cluster_.spec_status.empty()) break;
        cluster_.spec_status = kStatuses[random_() % 3];
        log_.push_back(cluster_.spec_status);
        break;
      }
      default:
        log_.push_back("hour");
        cluster_.PassSeconds(600);
    }
  }

  void BreakAnImage() {
    std::vector<std::string> units;
    for (const v1::PlannedTask& task : plan_.tasks()) {
      for (const v1::PlannedUnit& unit : task.units()) {
        units.push_back(unit.name());
      }
    }
    if (units.empty()) return;
    const std::string& unit = units[random_() % units.size()];
    log_.push_back("break:" + unit);
    cluster_.BreakImage(unit);
  }

  const v1::ColocationPlan& plan_;
  FakeCluster cluster_;
  std::mt19937 random_;
  const bool mishaps_;
  const std::vector<std::string> results_;
  v1::Observation before_;
  v1::Advance last_;
  std::vector<std::string> log_;
};

// Some of the images are the result that is the task's first param.
std::string WithLateImages(absl::string_view yaml, std::mt19937* random) {
  constexpr absl::string_view kStep = "image: i, command: [c, \"$(params.p0)";
  std::string late;
  for (;;) {
    const size_t at = yaml.find(kStep);
    absl::StrAppend(&late, yaml.substr(0, at));
    if (at == yaml.npos) return late;
    const bool image = (*random)() % 2 == 0;
    absl::StrAppend(&late, "image: ", image ? "\"$(params.p0)\"" : "i",
                    kStep.substr(kStep.find(',')));
    yaml.remove_prefix(at + kStep.size());
  }
}

template <typename Test>
void ForEachWalk(uint32_t runs, bool mishaps, Test test) {
  for (uint32_t seed = 1; seed <= runs; ++seed) {
    std::mt19937 random(seed);
    const RandomRun run =
        MakeRandomRun(&random, 2 + static_cast<int>(seed % 5));
    std::string yaml = ToYaml(run);
    if (seed % 2 == 0) yaml = WithLateImages(yaml, &random);
    v1::PlanRequest request;
    request.mutable_options()->set_patch_images(true);
    request.mutable_options()->set_policy(kEveryPolicy[seed % 3]);
    request.mutable_options()->set_controlled(true);
    const Planned planned = PlanYaml(yaml, request);
    if (!planned.errors.empty()) continue;
    for (uint32_t walk = 0; walk < 3; ++walk) {
      Walk one(planned.plan, seed * 3 + walk, mishaps);
      const v1::RunStatus status = one.Run();
      test(run, planned.plan, status, one);
      if (testing::Test::HasFailure()) {
        FAIL() << "seed " << seed << " walk " << walk << ": "
               << Summary(planned.plan, status) << "\n"
               << absl::StrJoin(one.log(), " ") << "\n"
               << absl::StrJoin(one.done(), " ") << "\n"
               << yaml;
      }
    }
  }
}

// How far Tekton would see each task at the end.
std::vector<TaskState> StatesOf(const RandomRun& run,
                                const v1::RunStatus& status) {
  std::map<std::string, TaskState> by_name;
  for (const v1::TaskRunRecord& record : status.task_runs()) {
    TaskState& state = by_name[record.pipeline_task_name()];
    const v1::Condition& condition = record.status().conditions(0);
    const bool succeeded = condition.status() == "True";
    if (record.status().attempts() == 0) {
      state.phase = TaskState::kInvalid;
    } else if (state.phase != TaskState::kFailed) {
      state.phase = succeeded ? TaskState::kSucceeded : TaskState::kFailed;
    }
    for (const v1::TaskRunResult& result : record.status().results()) {
      state.result = result.value().string_value();
    }
  }
  std::vector<TaskState> states;
  for (const RandomTask& task : run.tasks) states.push_back(by_name[task.name]);
  return states;
}

TEST(AdvancePropertyTest, EveryRunEndsAsTektonsRulesHaveIt) {
  int runs = 0, images = 0;
  ForEachWalk(
      1500, /*mishaps=*/false,
      [&](const RandomRun& run, const v1::ColocationPlan&,
          const v1::RunStatus& status, const Walk& walk) {
        ++runs;
        // A matrix is joined elsewhere; its results are lists.
        if (std::any_of(run.tasks.begin(), run.tasks.end(),
                        [](const RandomTask& t) { return t.units > 1; })) {
          return;
        }
        const TektonRules rules(run);
        const std::vector<TaskState> states = StatesOf(run, status);
        std::map<std::string, std::string> skipped;
        for (const v1::SkippedTask& task : status.skipped_tasks()) {
          skipped[task.name()] = task.reason();
        }
        bool failed = false;
        for (size_t t = 0; t < run.tasks.size(); ++t) {
          failed |= (states[t].phase == TaskState::kFailed &&
                     !run.tasks[t].continue_on_error) ||
                    states[t].phase == TaskState::kInvalid;
          if (states[t].phase != TaskState::kNothing) continue;
          const Verdict verdict = rules.Of(states, static_cast<int>(t));
          EXPECT_EQ(verdict.kind, Verdict::kSkip) << run.tasks[t].name;
          EXPECT_TRUE(skipped.contains(run.tasks[t].name)) << run.tasks[t].name;
        }
        const std::string& reason = status.conditions(0).reason();
        EXPECT_EQ(status.conditions(0).status(), failed ? "False" : "True")
            << reason;
        images += std::any_of(walk.done().begin(), walk.done().end(),
                              [](const std::string& action) {
                                return absl::StartsWith(action, "images:");
                              });
        // Each Pod is created once at most, each external task started once.
        std::map<std::string, int> done;
        for (const std::string& action : walk.done()) {
          if (!absl::StartsWith(action, "gate:") &&
              !absl::StartsWith(action, "images:")) {
            ++done[action];
          }
        }
        for (const auto& [action, times] : done) EXPECT_EQ(times, 1) << action;
      });
  EXPECT_GT(runs, 300);
  EXPECT_GT(images, 50);
}

TEST(AdvancePropertyTest, EveryRunEndsWhateverHappens) {
  int runs = 0, failed = 0;
  ForEachWalk(300, /*mishaps=*/true,
              [&](const RandomRun& run, const v1::ColocationPlan&,
                  const v1::RunStatus& status, const Walk&) {
                ++runs;
                failed += status.conditions(0).status() == "False";
                EXPECT_NE(status.conditions(0).status(), "Unknown");
                EXPECT_NE(status.completion_time(), "");
                if (status.conditions(0).reason() == "Cancelled") return;
                EXPECT_GE(status.task_runs_size() + status.skipped_tasks_size(),
                          static_cast<int>(run.tasks.size()));
              });
  EXPECT_GT(runs, 600);
  // It is not that everything goes well.
  EXPECT_GT(failed, runs / 4);
}

// A task that gives a list, a matrix over it, one that takes what that gives,
// and one of `finally`.
constexpr char kMatrixOverResults[] = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run}
spec:
  timeouts: {pipeline: 2h}
  pipelineSpec:
    tasks:
    - name: list
      taskSpec:
        results: [{name: r, type: array}]
        steps: [{name: s, image: i, command: [c]}]
    - name: other
      taskSpec:
        steps: [{name: s, image: i, command: [c]}]
    - name: each
      matrix:
        params: [{name: x, value: "$(tasks.list.results.r[*])"}]
        include: [{params: [{name: x, value: "1"}, {name: more, value: m}]}]
      taskSpec:
        params: [{name: x}, {name: more, default: d}]
        results: [{name: r}]
        steps: [{name: s, image: i, command: [c]}]
    - name: use
      params: [{name: all, value: "$(tasks.each.results.r[*])"}]
      taskSpec:
        params: [{name: all, type: array}]
        steps: [{name: s, image: i, command: [c]}]
    finally:
    - name: last
      taskSpec:
        steps: [{name: s, image: i, command: [c]}]
)yaml";

TEST(AdvancePropertyTest, AMatrixOverResultsEndsWhateverHappens) {
  // TaskRuns that were made, by how many there were in a run.
  std::map<size_t, int> runs;
  for (uint32_t seed = 1; seed <= 600; ++seed) {
    const bool mishaps = seed % 2 == 0;
    v1::PlanRequest request;
    request.mutable_options()->set_policy(kEveryPolicy[seed % 3]);
    request.mutable_options()->set_controlled(true);
    const Planned planned = PlanYaml(kMatrixOverResults, request);
    ASSERT_TRUE(planned.errors.empty());
    Walk walk(planned.plan, seed, mishaps,
              {R"(["1","2","3"])", R"(["2"])", "[]", ""});
    const v1::RunStatus status = walk.Run();
    std::map<std::string, int> made;
    for (const std::string& action : walk.done()) {
      if (absl::StartsWith(action, "start:")) ++made[action];
    }
    EXPECT_NE(status.conditions(0).status(), "Unknown");
    // Without mishaps all that are to be are made, once, and seen in the
    // status.
    size_t recorded = 0;
    for (const v1::TaskRunRecord& record : status.task_runs()) {
      recorded += record.pipeline_task_name() == "each" &&
                  record.status().attempts() > 0;
    }
    if (!mishaps) {
      EXPECT_EQ(recorded, made.size());
      for (const auto& [action, times] : made) EXPECT_EQ(times, 1) << action;
    }
    EXPECT_LE(made.size(), size_t{4});
    ++runs[made.size()];
    ASSERT_FALSE(HasFailure())
        << "seed " << seed << ": " << Summary(planned.plan, status) << "\n"
        << absl::StrJoin(walk.log(), " ") << "\n"
        << absl::StrJoin(walk.done(), " ");
  }
  EXPECT_GT(runs[0], 50);
  EXPECT_GT(runs[2], 50);
  EXPECT_GT(runs[3], 50);
}

}  // namespace
}  // namespace colocation
