#include "colocation/render/mermaid.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::ColocationPlan Parse(const char* text) {
  v1::ColocationPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &plan));
  return plan;
}

TEST(MermaidTest, DrawsPodsTasksAndEachKindOfArrow) {
  EXPECT_EQ(
      ToMermaid(Parse(R"pb(
        tasks { name: "clone" placement: PLACEMENT_POD pod: "one" }
        tasks { name: "end" placement: PLACEMENT_POD pod: "one" }
        tasks { name: "ask" placement: PLACEMENT_EXTERNAL external: "Approval" }
        tasks { name: "old" placement: PLACEMENT_SKIPPED }
        tasks {
          name: "report"
          placement: PLACEMENT_POD
          pod: "two"
          finally: true
        }
        pods { name: "one" tasks: "clone" tasks: "end" }
        pods { name: "two" tasks: "report" }
        dependencies { from: "clone" to: "end" kind: ORDERING means: WAIT }
        dependencies { from: "clone" to: "end" kind: RESOURCE means: WAIT }
        dependencies { from: "end" to: "ask" kind: ORDERING means: WAIT }
        dependencies {
          from: "clone"
          to: "report"
          kind: ORDERING
          means: IMPLIED
        }
        dependencies {
          from: "end"
          to: "report"
          kind: RESOURCE
          means: WAIT
          gate: true
        }
      )pb")),
      R"(flowchart LR
  subgraph p0["Pod one"]
    t0["clone"]
    t1["end"]
  end
  subgraph p1["Pod two"]
    t4(["report"])
  end
  t2{{"ask: Approval"}}
  t3[/"old: never runs"/]
  t0 ==>|"runAfter, result"| t1
  t1 -->|"runAfter"| t2
  t0 -.->|"runAfter"| t4
  t1 -.->|"result, gate"| t4
)");
}

TEST(MermaidTest, NamesAreNoMarkup) {
  const std::string chart = ToMermaid(Parse(R"pb(
    tasks { name: "a\"]; click t0 \"javascript:x\"\n%%<b>#quot;`" }
    pods { name: "p" tasks: "a\"]; click t0 \"javascript:x\"\n%%<b>#quot;`" }
  )pb"));
  EXPECT_THAT(chart,
              HasSubstr("t0[\"a#34;#93;#59; click t0 #34;javascript:x#34;#10;"
                        "#37;#37;#60;b#62;#35;quot#59;#96;\"]\n"));
  EXPECT_THAT(chart, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace colocation
