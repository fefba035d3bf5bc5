// What all views of a plan have in common, and what only large or strange plans
// show; ordinary ones are in tests/golden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "colocation/render/dot.h"
#include "colocation/render/explain.h"
#include "colocation/render/html.h"
#include "colocation/render/svg.h"
#include "colocation/render/text.h"

namespace colocation {
namespace {

using testing::HasSubstr;
using testing::Not;

// `name`, its Pod, and a second task that waits for it.
v1::ColocationPlan PlanNaming(const std::string& name) {
  v1::ColocationPlan plan;
  plan.mutable_run()->set_name(name);
  plan.mutable_run()->set_pipeline(name);
  v1::PlannedPod& pod = *plan.add_pods();
  pod.set_name(name);
  for (const std::string& task_name : {name, std::string("after")}) {
    pod.add_tasks(task_name);
    v1::PlannedTask& task = *plan.add_tasks();
    task.set_name(task_name);
    task.set_placement(v1::PLACEMENT_POD);
    task.set_pod(name);
    task.set_path(name);
  }
  plan.mutable_tasks(1)->add_wait_for(name);
  v1::Dependency& dependency = *plan.add_dependencies();
  dependency.set_from(name);
  dependency.set_to("after");
  dependency.set_kind(v1::Dependency::ORDERING);
  dependency.set_means(v1::Dependency::WAIT);
  dependency.add_paths(name);
  v1::Decision& decision = *plan.add_decisions();
  decision.set_code(name);
  decision.set_message(name);
  decision.set_hint(name);
  decision.add_tasks(name);
  return plan;
}

// A page up to its own program, which is its last element.
std::string WithoutProgram(const std::string& page) {
  return page.substr(0, page.rfind("<script>"));
}

TEST(Views, NamesAreNoMarkup) {
  const v1::ColocationPlan plan =
      PlanNaming("</title></svg><script>alert(1)</script>\" onload='x'&");
  // What the program is given is in page_data_test.cc.
  const std::string html = ToHtml(plan);
  for (const std::string& page :
       {ToSvg(plan), html.substr(0, html.find("<script type="))}) {
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("onload='x'")));
    EXPECT_THAT(page, Not(HasSubstr("\" onload")));
  }
}

TEST(Views, NamesEndNoDotString) {
  const std::string dot = ToDot(PlanNaming("a\"]; evil [label=\"\\"));
  EXPECT_THAT(dot, HasSubstr("\"a\\\"]; evil [label=\\\"\\\\\" -> \"after\""));
  EXPECT_THAT(dot, Not(HasSubstr("\"a\"]")));
}

TEST(Views, NamesDontReachTheTerminalAsControls) {
  const v1::ColocationPlan plan = PlanNaming("a\x1b[2J\nb\u009b1m");
  for (const std::string& text :
       {PlanText(plan), ExplainText(plan), ExplainText(plan, "after"),
        ExplainText(plan, "\x1b[2J")}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\u009b")));
    EXPECT_THAT(text, HasSubstr("\\x1b[2J"));
  }
}

TEST(Views, ColorIsAskedFor) {
  const v1::ColocationPlan plan = PlanNaming("a");
  EXPECT_THAT(PlanText(plan, {.color = true}), HasSubstr("\x1b[1m"));
  EXPECT_THAT(ExplainText(plan, "a", {.color = true}), HasSubstr("\x1b[1m"));
}

TEST(ToHtml, LetsNoOtherProgramRun) {
  const std::string page = ToHtml(PlanNaming("a"));
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; script-src "
                              "'sha256-"));
  EXPECT_THAT(WithoutProgram(page),
              HasSubstr("<script type=\"application/json\" id=\"plan\">{"));
}

TEST(ToHtml, HasTheSimulationWhereThereIsOne) {
  v1::SimulationResult simulation;
  simulation.add_notes("a note");
  EXPECT_THAT(ToHtml(PlanNaming("a"), simulation),
              HasSubstr("id=\"simulation\">{\"notes\":[\"a note\"]}<"));
  EXPECT_THAT(WithoutProgram(ToHtml(PlanNaming("a"))),
              Not(HasSubstr("simulation")));
}

TEST(Views, EmptyPlanHasViews) {
  const v1::ColocationPlan plan;
  EXPECT_THAT(ToSvg(plan), HasSubstr("</svg>"));
  EXPECT_THAT(ToHtml(plan), HasSubstr("</html>"));
  EXPECT_THAT(ToDot(plan), HasSubstr("}\n"));
  EXPECT_THAT(PlanText(plan), HasSubstr("0 tasks in 0 Pods"));
}

TEST(PlanText, SaysOnceWhatNeverRuns) {
  v1::ColocationPlan plan = PlanNaming("a");
  plan.mutable_tasks(0)->set_placement(v1::PLACEMENT_SKIPPED);
  v1::Decision* decision = plan.add_decisions();
  decision->set_code("never-runs");
  decision->set_message("\"a\" never runs, whatever the others do");
  EXPECT_THAT(PlanText(plan), HasSubstr("Never run\n"));
  EXPECT_THAT(PlanText(plan), Not(HasSubstr("whatever the others do")));
  EXPECT_THAT(ExplainText(plan), HasSubstr("whatever the others do"));
}

TEST(PlanText, SaysHowTasksComeToShareAPod) {
  v1::ColocationPlan plan = PlanNaming("a");
  v1::Decision* decision = plan.add_decisions();
  decision->set_code("workspace-not-pod-internal");
  decision->set_message("it is no emptyDir");
  decision->set_hint("bind it to an emptyDir");
  EXPECT_THAT(PlanText(plan),
              HasSubstr("to change it: bind it to an\n    emptyDir\n"));
}

TEST(PlanText, ShowsTheNodesOfAPod) {
  v1::ColocationPlan plan = PlanNaming("a");
  auto& selector =
      *plan.mutable_pods(0)->mutable_spec()->mutable_node_selector();
  selector["zone"] = "b";
  selector["disk"] = "ssd";
  EXPECT_THAT(PlanText(plan), HasSubstr("node  disk=ssd\n        zone=b"));
}

// Plans may come from files that others wrote.
TEST(Views, PlanWithACycleAndNamesOfNothingHasViews) {
  v1::ColocationPlan plan = PlanNaming("a");
  plan.mutable_tasks(0)->add_wait_for("after");
  plan.mutable_tasks(0)->add_wait_for("nobody");
  plan.mutable_tasks(0)->set_pod("nowhere");
  plan.mutable_pods(0)->add_tasks("nobody");
  EXPECT_THAT(ToSvg(plan), HasSubstr("</svg>"));
  EXPECT_THAT(ToDot(plan), HasSubstr("}\n"));
  EXPECT_THAT(PlanText(plan), HasSubstr("2 tasks"));
  EXPECT_THAT(ExplainText(plan, "a"), HasSubstr("nobody"));
}

// `size` tasks before the last one, which waits for all.
v1::ColocationPlan Wide(int size, bool one_pod) {
  v1::ColocationPlan plan;
  plan.mutable_run()->set_name("wide");
  for (int i = 0; i <= size; ++i) {
    v1::PlannedTask& task = *plan.add_tasks();
    task.set_name(i < size ? absl::StrCat("integration-test-", i) : "publish");
    task.set_placement(v1::PLACEMENT_POD);
    task.set_pod(one_pod ? "pod" : absl::StrCat("pod-", i));
    if (i == 0 || !one_pod) plan.add_pods()->set_name(task.pod());
    plan.mutable_pods(plan.pods_size() - 1)->add_tasks(task.name());
    if (i < size) continue;
    for (int j = 0; j < size; ++j)
      task.add_wait_for(absl::StrCat("integration-test-", j));
  }
  return plan;
}

TEST(PlanText, LinesOfALargePlanFitTheTerminal) {
  for (const bool one_pod : {true, false}) {
    const std::string text = PlanText(Wide(100, one_pod));
    int lines = 0;
    for (const auto line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(line.size(), 80u) << line;
      ++lines;
    }
    EXPECT_LT(lines, 115);
    EXPECT_THAT(text, HasSubstr(" more"));
  }
}

TEST(PlanText, ManyPodsOfOneTaskAreOneTable) {
  EXPECT_THAT(PlanText(Wide(10, false)), HasSubstr("Pods of one task each"));
  EXPECT_THAT(PlanText(Wide(2, false)), Not(HasSubstr("of one task each")));
}

TEST(ExplainText, UnknownTaskGetsTheNearestName) {
  EXPECT_EQ(ExplainText(Wide(1, true), "publihs"),
            "no pipeline task named \"publihs\"; did you mean \"publish\"?\n");
}

TEST(ToSvg, SizeIsLinearInTheTasks) {
  const size_t small = ToSvg(Wide(100, true)).size();
  const size_t large = ToSvg(Wide(1000, true)).size();
  EXPECT_LT(large, 11 * small);
}

}  // namespace
}  // namespace colocation
