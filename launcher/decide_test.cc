// The decision to skip: by hand for each rule, and over every small pipeline
// against a second implementation that is written from Tekton's description of
// the rules and shares nothing with the first.
#include "launcher/decide.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace colocation::launcher {
namespace {

TaskEnd Ended(Outcome outcome, SkipReason reason = SkipReason::kUnspecified) {
  TaskEnd end;
  end.outcome = outcome;
  end.skip_reason = reason;
  end.attempts = outcome == Outcome::kSkipped ? 0 : 1;
  if (outcome == Outcome::kSucceeded) end.reason = kSucceeded;
  if (outcome == Outcome::kFailed) end.reason = kStepFailed;
  return end;
}

std::string Text(const Decision& decision) {
  switch (decision.kind) {
    case Decision::Kind::kRun:
      return "run";
    case Decision::Kind::kFail:
      return "fail";
    case Decision::Kind::kSkip:
      break;
  }
  switch (decision.skip_reason) {
    case SkipReason::kWhen:
      return "when";
    case SkipReason::kParentSkipped:
      return "parent";
    case SkipReason::kStopping:
      return "stopping";
    case SkipReason::kCancelled:
      return "cancelled";
    case SkipReason::kStopped:
      return "stopped";
    case SkipReason::kMissingResults:
      return "missing";
    case SkipReason::kPipelineTimeout:
      return "pipeline-timeout";
    case SkipReason::kTasksTimeout:
      return "tasks-timeout";
    case SkipReason::kFinallyTimeout:
      return "finally-timeout";
    default:
      return "?";
  }
}

// Tasks "a" and "b" of which "b" depends on "a".
struct Two {
  std::vector<LaunchTask> tasks{2};
  Situation situation;

  Two() {
    tasks[0].name = "a";
    tasks[1].name = "b";
    tasks[1].parents = {{"a", true}};
    tasks[1].result_refs = {{"a", "r"}};
    situation.ends.resize(2);
    situation.ends[0] = Ended(Outcome::kSucceeded);
    situation.ends[0]->results = {{"r", ValueType::kString, "v"}};
  }
  std::string Decided() { return Text(Decide(tasks, 1, situation)); }
};

TEST(DecideTest, RunsWhenAllIsWell) { EXPECT_EQ(Two().Decided(), "run"); }

TEST(DecideTest, EarlierRulesComeFirst) {
  Two two;
  two.situation.tasks_timed_out = true;
  EXPECT_EQ(two.Decided(), "tasks-timeout");
  two.situation.pipeline_timed_out = true;
  EXPECT_EQ(two.Decided(), "pipeline-timeout");
  two.situation.ends[0] = Ended(Outcome::kSkipped, SkipReason::kWhen);
  EXPECT_EQ(two.Decided(), "missing");
  two.situation.ends[0] = Ended(Outcome::kSkipped, SkipReason::kParentSkipped);
  EXPECT_EQ(two.Decided(), "parent");
  two.tasks[1].when = {{"x", "in", {"y"}, ""}};
  EXPECT_EQ(two.Decided(), "when");
  two.situation.stop = Stop::kStoppedRunFinally;
  EXPECT_EQ(two.Decided(), "stopped");
  two.situation.stop = Stop::kCancelledRunFinally;
  EXPECT_EQ(two.Decided(), "cancelled");
  two.situation.stop = Stop::kStopping;
  EXPECT_EQ(two.Decided(), "stopping");
}

TEST(DecideTest, MissingResultOfATaskThatRanFailsTheTask) {
  Two two;
  two.situation.ends[0]->results.clear();
  EXPECT_EQ(two.Decided(), "fail");
  two.tasks[1].continue_on_error = true;
  EXPECT_EQ(two.Decided(), "missing");
}

TEST(DecideTest, WhenWithAMissingResultSeesTheReferenceItself) {
  Two two;
  two.situation.ends[0]->results.clear();
  two.tasks[1].when = {{"$(tasks.a.results.r)", "in", {"v"}, ""}};
  EXPECT_EQ(two.Decided(), "when");
  two.tasks[1].when = {{"$(tasks.a.results.r)", "notin", {"v"}, ""}};
  EXPECT_EQ(two.Decided(), "fail");
}

TEST(DecideTest, CelIsEvaluatedWithResultsInIt) {
  Two two;
  two.tasks[1].when = {{"", "", {}, "'$(tasks.a.results.r)' == 'v'"}};
  EXPECT_EQ(two.Decided(), "run");
  two.situation.ends[0]->results[0].value = "w";
  EXPECT_EQ(two.Decided(), "when");
  two.situation.ends[0]->results[0].value = "it's";
  EXPECT_EQ(two.Decided(), "fail");
  EXPECT_EQ(Decide(two.tasks, 1, two.situation).reason, kCelEvaluationFailed);
  two.situation.stop = Stop::kStopping;
  EXPECT_EQ(two.Decided(), "stopping");
}

TEST(DecideTest, NothingRunsOnceACelExpressionHasFailed) {
  Two two;
  two.situation.ends[0] = Ended(Outcome::kFailed);
  two.situation.ends[0]->attempts = 0;
  two.situation.ends[0]->reason = kCelEvaluationFailed;
  two.tasks[0].continue_on_error = true;
  two.tasks[1].result_refs.clear();
  EXPECT_EQ(two.Decided(), "stopping");
  two.tasks[1].finally = true;
  EXPECT_EQ(two.Decided(), "stopping");
  two.situation.ends[0]->reason = kStepFailed;
  EXPECT_EQ(two.Decided(), "run");
}

TEST(DecideTest, FinallyIgnoresFailures) {
  Two two;
  two.tasks[1].finally = true;
  two.situation.ends[0]->outcome = Outcome::kFailed;
  EXPECT_EQ(two.Decided(), "run");
  two.situation.finally_timed_out = true;
  EXPECT_EQ(two.Decided(), "finally-timeout");
  two.situation.pipeline_timed_out = true;
  EXPECT_EQ(two.Decided(), "pipeline-timeout");
  two.tasks[1].when = {{"x", "in", {}, ""}};
  EXPECT_EQ(two.Decided(), "when");
  two.situation.ends[0]->results.clear();
  EXPECT_EQ(two.Decided(), "missing");
  two.situation.stop = Stop::kCancelledRunFinally;
  EXPECT_EQ(two.Decided(), "missing");
  two.situation.stop = Stop::kCancelled;
  EXPECT_EQ(two.Decided(), "cancelled");
}

TEST(AggregateStatusTest, AsTektonComputesIt) {
  struct Case {
    std::vector<std::optional<TaskEnd>> ends;
    const char* status;
  };
  const TaskEnd ok = Ended(Outcome::kSucceeded);
  const TaskEnd failed = Ended(Outcome::kFailed);
  const TaskEnd skipped = Ended(Outcome::kSkipped, SkipReason::kWhen);
  TaskEnd invalid = Ended(Outcome::kFailed);
  invalid.attempts = 0;
  const Case kCases[] = {
      {{ok, ok}, "Succeeded"},       {{ok, skipped}, "Completed"},
      {{skipped, failed}, "Failed"}, {{failed, skipped}, "Failed"},
      {{ok, invalid}, "Succeeded"},  {{ok, std::nullopt}, "None"},
  };
  for (const Case& c : kCases) {
    std::vector<LaunchTask> tasks(3);
    tasks[0].name = "a";
    tasks[1].name = "b";
    tasks[2].name = "f";
    tasks[2].finally = true;
    Situation situation;
    situation.ends = c.ends;
    situation.ends.emplace_back();
    EXPECT_EQ(ReplacementsFor(tasks, 2, situation).aggregate_status, c.status);
  }
}

TEST(JoinUnitsTest, ResultsAreListsInTheOrderOfNames) {
  LaunchTask task;
  task.matrixed = true;
  task.results = {{"r", ValueType::kString, ""},
                  {"none", ValueType::kString, ""}};
  std::vector<TaskEnd> units;
  for (int i = 0; i < 12; ++i) {
    task.units.emplace_back().name = "a-" + std::to_string(i);
    units.push_back(Ended(Outcome::kSucceeded));
    if (i != 3) {
      units.back().results = {
          {"r", ValueType::kString, "v" + std::to_string(i)}};
    }
  }
  units[5] = Ended(Outcome::kFailed);
  const TaskEnd end = JoinUnits(task, units);
  EXPECT_EQ(end.outcome, Outcome::kFailed);
  EXPECT_EQ(end.reason, kStepFailed);
  ASSERT_EQ(end.results.size(), 1u);
  EXPECT_EQ(end.results[0].value,
            R"(["v0","v1","v10","v11","v2","v4","v6","v7","v8","v9"])");
}

// ---------------------------------------------------------------------------
// Every pipeline of three tasks

// What becomes of a task if it is its turn: runs and succeeds with or without
// its result, fails, or has a `when` that does not hold.
enum class Fate { kGood, kNoResult, kFails, kWhenFalse };

struct Small {
  // dependency[i][j]: none, ordering, resource; none unless j < i.
  int dependency[3][3] = {};
  Fate fate[3] = {};
  bool tolerant[3] = {};
};

// Transitive reduction: "c" need not wait for "a" if it waits for "b" and that
// does.
bool Waits(const Small& p, int i, int j) {
  return p.dependency[i][j] != 0 &&
         !(i == 2 && j == 0 && p.dependency[2][1] != 0 &&
           p.dependency[1][0] != 0);
}

bool StartTogether(const Small& p, int i, int j) {
  for (int k = 0; k < 3; ++k) {
    if (Waits(p, i, k) != Waits(p, j, k)) return false;
  }
  return true;
}

// The tasks take their turns in the order of their numbers, as if the container
// of each came up only when the one before had ended. By the words of Tekton's
// documentation and the comments of its code: a task whose parent was skipped
// is skipped, unless the parent was skipped because of its own `when` and only
// its order matters.
std::vector<std::string> Naive(const Small& p) {
  std::vector<std::string> text(3);
  for (int i = 0; i < 3; ++i) {
    bool stopping = false;
    bool hard_skipped_parent = false;
    int first_missing = -1;
    for (int j = 0; j < i; ++j) {
      if ((text[j] == "failed" || text[j] == "fail") && !p.tolerant[j] &&
          !StartTogether(p, i, j)) {
        stopping = true;
      }
      if (p.dependency[i][j] == 0) continue;
      const bool skipped =
          text[j] != "ok" && text[j] != "failed" && text[j] != "fail";
      if (skipped && text[j] != "when") hard_skipped_parent = true;
      const bool has_result = text[j] == "ok" && p.fate[j] == Fate::kGood;
      if (p.dependency[i][j] == 2 && !has_result && first_missing < 0) {
        first_missing = j;
      }
    }
    if (stopping) {
      text[i] = "stopping";
    } else if (p.fate[i] == Fate::kWhenFalse) {
      text[i] = "when";
    } else if (hard_skipped_parent) {
      text[i] = "parent";
    } else if (first_missing >= 0 &&
               (text[first_missing] == "when" || p.tolerant[i])) {
      text[i] = "missing";
    } else if (first_missing >= 0) {
      text[i] = "fail";
    } else {
      text[i] = p.fate[i] == Fate::kFails ? "failed" : "ok";
    }
  }
  return text;
}

std::vector<std::string> Decided(const Small& p) {
  std::vector<LaunchTask> tasks(3);
  Situation situation;
  situation.ends.resize(3);
  for (int i = 0; i < 3; ++i) {
    tasks[i].name = std::string(1, static_cast<char>('a' + i));
    tasks[i].continue_on_error = p.tolerant[i];
    if (p.fate[i] == Fate::kWhenFalse) {
      tasks[i].when = {{"x", "in", {"y"}, ""}};
    }
    for (int j = 0; j < i; ++j) {
      if (p.dependency[i][j] == 0) continue;
      tasks[i].parents.push_back({tasks[j].name, p.dependency[i][j] == 2});
      if (Waits(p, i, j)) tasks[i].wait_for.push_back(tasks[j].name);
      if (p.dependency[i][j] == 2) {
        tasks[i].result_refs.push_back({tasks[j].name, "r"});
      }
    }
  }
  std::vector<std::string> text;
  for (int i = 0; i < 3; ++i) {
    Situation seen = situation;
    const std::vector<bool> matters = MattersFor(tasks, i);
    for (int j = 0; j < 3; ++j) {
      if (!matters[j]) seen.ends[j].reset();
    }
    const Decision decision = Decide(tasks, i, seen);
    std::string what = Text(decision);
    TaskEnd end;
    if (decision.kind == Decision::Kind::kSkip) {
      end = Ended(Outcome::kSkipped, decision.skip_reason);
    } else if (decision.kind == Decision::Kind::kFail) {
      end = Ended(Outcome::kFailed);
      end.attempts = 0;
    } else if (p.fate[i] == Fate::kFails) {
      what = "failed";
      end = Ended(Outcome::kFailed);
    } else {
      what = "ok";
      end = Ended(Outcome::kSucceeded);
      if (p.fate[i] == Fate::kGood) {
        end.results = {{"r", ValueType::kString, "v"}};
      }
    }
    text.push_back(what);
    situation.ends[i] = end;
  }
  return text;
}

TEST(DecideTest, EveryPipelineOfThreeTasksAgreesWithANaiveInterpreter) {
  int pipelines = 0;
  for (int dependencies = 0; dependencies < 27; ++dependencies) {
    for (int fates = 0; fates < 64; ++fates) {
      for (int tolerant = 0; tolerant < 8; ++tolerant) {
        Small p;
        p.dependency[1][0] = dependencies % 3;
        p.dependency[2][0] = dependencies / 3 % 3;
        p.dependency[2][1] = dependencies / 9;
        for (int i = 0; i < 3; ++i) {
          p.fate[i] = static_cast<Fate>((fates >> (2 * i)) & 3);
          p.tolerant[i] = ((tolerant >> i) & 1) != 0;
        }
        ++pipelines;
        ASSERT_EQ(Decided(p), Naive(p))
            << "dependencies " << dependencies << " fates " << fates
            << " tolerant " << tolerant;
      }
    }
  }
  EXPECT_EQ(pipelines, 13824);
}

TEST(MattersForTest, TaskElsewhereThatCouldStartTogetherMatters) {
  // Its end is known by a gate, which may have been open for long.
  std::vector<LaunchTask> tasks(3);
  tasks[0].name = "elsewhere";
  tasks[0].gate = true;
  tasks[1].name = "here";
  tasks[2].name = "self";
  EXPECT_EQ(MattersFor(tasks, 2), (std::vector<bool>{true, false, false}));
}

}  // namespace
}  // namespace colocation::launcher
