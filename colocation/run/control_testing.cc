#include "colocation/run/control_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/run/advance.h"

namespace colocation {

void Control::Play(const std::string& script) {
  Work();
  for (const absl::string_view event :
       absl::StrSplit(script, ' ', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> word =
        absl::StrSplit(event, absl::MaxSplits(':', 1));
    Happen(word.first, word.second);
    Work();
  }
}

std::string Control::Summary() const {
  return colocation::Summary(plan_, last_.status());
}

std::string Control::Done() const {
  std::vector<std::string> words;
  for (const std::string& action : cluster_.done) {
    const std::pair<std::string, std::string> word =
        absl::StrSplit(action, absl::MaxSplits(':', 1));
    std::string what = word.second;
    for (const v1::PlannedPod& pod : plan_.pods()) {
      if (pod.name() == what) {
        what = absl::StrCat("{", absl::StrJoin(pod.tasks(), ","), "}");
      }
    }
    words.push_back(absl::StrCat(word.first, ":", what));
  }
  return absl::StrJoin(words, " ");
}

void Control::Work() {
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<v1::Advance> next =
        AdvanceRun(plan_, cluster_.Observe());
    ASSERT_TRUE(next.ok()) << next.status();
    last_ = *next;
    cluster_.Do(last_);
    if (last_.actions().empty()) return;
  }
  FAIL() << "it never rests: " << last_.ShortDebugString();
}

void Control::Happen(const std::string& what, const std::string& to) {
  const std::vector<std::string> running = cluster_.Running();
  std::string unit = to;
  std::string result = "yes";
  if (const size_t equals = to.find('='); equals != to.npos) {
    unit = to.substr(0, equals);
    result = absl::StrReplaceAll(to.substr(equals + 1), {{"\\n", "\n"}});
  }
  const bool runs =
      std::find(running.begin(), running.end(), unit) != running.end();
  if (what == "ok" || what == "fail" || what == "none" || what == "kill" ||
      what == "oom") {
    ASSERT_TRUE(runs) << to << " does not run";
  }
  int64_t seconds = 0;
  if (what == "ok") cluster_.Finish(unit, true, result);
  if (what == "none") cluster_.Finish(to, true, "");
  if (what == "fail") cluster_.Finish(to, false);
  if (what == "kill") cluster_.Kill(to);
  if (what == "oom") cluster_.Oom(to);
  if (what == "evict") cluster_.Evict(PodOf(to));
  if (what == "vanish") cluster_.Vanish(PodOf(to));
  if (what == "break") cluster_.BreakImage(to);
  if (what == "lose") cluster_.DeleteExternal(to);
  if (what == "stop") cluster_.spec_status = to;
  if (what == "pass" && absl::SimpleAtoi(to, &seconds)) {
    cluster_.PassSeconds(seconds);
  }
}

std::string Control::PodOf(const std::string& task) const {
  for (const v1::PlannedTask& planned : plan_.tasks()) {
    if (planned.name() == task) return planned.pod();
  }
  ADD_FAILURE() << "no task " << task;
  return "";
}

v1::ColocationPlan PlanOf(const std::string& yaml, v1::Policy policy) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(policy);
  request.mutable_options()->set_controlled(true);
  Planned planned = PlanYaml(yaml, request);
  EXPECT_THAT(planned.errors, ::testing::IsEmpty()) << yaml;
  return planned.plan;
}

std::string RunOf(const std::vector<std::string>& tasks,
                  const std::string& more) {
  std::string yaml =
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\n"
      "metadata: {name: run}\nspec:\n" +
      more + "  pipelineSpec:\n    tasks:\n";
  for (const std::string& task : tasks) {
    if (task == "finally:") {
      yaml += "    finally:\n";
      continue;
    }
    yaml += absl::StrCat("    - {", task);
    if (!absl::StrContains(task, "taskRef") &&
        !absl::StrContains(task, "taskSpec")) {
      yaml +=
          ", taskSpec: {results: [{name: r}], steps: [{name: s, image: i, "
          "command: [c]}]}";
    }
    yaml += "}\n";
  }
  return yaml;
}

}  // namespace colocation
