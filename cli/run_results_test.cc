#include "cli/run_results.h"

#include <string>

#include "colocation/decode/decode.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

// Two tasks have ended: "build" with one of each kind of result, and "test",
// a matrix of two.
std::string Results(const std::string& value, bool json = false) {
  v1::ColocationPlan plan;
  v1::PlannedTask* build = plan.add_tasks();
  build->set_name("build");
  build->add_units()->set_name("build");
  v1::PlannedTask* test = plan.add_tasks();
  test->set_name("test");
  for (const char* name : {"test-0", "test-1"}) {
    v1::PlannedUnit* unit = test->add_units();
    unit->set_name(name);
    unit->add_matrix_params()->set_name("os");
  }
  v1::PlannedTask* broken = plan.add_tasks();
  broken->set_name("broken");
  broken->add_units()->set_name("broken");
  v1::PipelineResult* result = plan.add_results();
  result->set_name("r");
  DiagnosticList diagnostics;
  DecodeMessage("value", value, {}, result->mutable_value(), &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());

  UnitEnds ends;
  const auto add = [&](const char* unit, const char* name, v1::ValueType type,
                       const char* text) {
    v1::TaskEnd& end = ends[unit];
    end.set_outcome(v1::OUTCOME_SUCCEEDED);
    v1::ResultValue* given = end.add_results();
    given->set_name(name);
    given->set_type(type);
    given->set_value(text);
  };
  add("build", "digest", v1::VALUE_TYPE_STRING, "sha256:1");
  add("build", "tags", v1::VALUE_TYPE_ARRAY, R"(["a","b"])");
  add("build", "image", v1::VALUE_TYPE_OBJECT, R"({"url":"u"})");
  add("test-0", "log", v1::VALUE_TYPE_STRING, "l0");
  add("test-1", "log", v1::VALUE_TYPE_STRING, "l1");
  add("broken", "digest", v1::VALUE_TYPE_STRING, "x");
  ends["broken"].set_outcome(v1::OUTCOME_FAILED);
  return ResultsText(PipelineResults(plan, ends), json);
}

struct Case {
  const char* name;
  const char* value;
  const char* expected;
};

class ResultsTest : public testing::TestWithParam<Case> {};

TEST_P(ResultsTest, Gives) {
  EXPECT_EQ(Results(GetParam().value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Values, ResultsTest,
    testing::ValuesIn(std::vector<Case>{
        {"String", "$(tasks.build.results.digest)", "r: sha256:1\n"},
        {"InsideText", "x@$(tasks.build.results.digest)", "r: x@sha256:1\n"},
        {"Element", "$(tasks.build.results.tags[1])", "r: b\n"},
        {"ElementBeyondTheEnd", "$(tasks.build.results.tags[2])", ""},
        {"Array", "$(tasks.build.results.tags[*])", "r: [\"a\",\"b\"]\n"},
        {"Key", "$(tasks.build.results.image.url)", "r: u\n"},
        {"Object", "$(tasks.build.results.image[*])", "r: {\"url\":\"u\"}\n"},
        {"ArrayOfStrings", "[a, $(tasks.build.results.digest)]",
         "r: [\"a\",\"sha256:1\"]\n"},
        {"ObjectOfStrings", "{k: $(tasks.build.results.digest)}",
         "r: {\"k\":\"sha256:1\"}\n"},
        {"MatrixIsAnArray", "$(tasks.test.results.log[*])",
         "r: [\"l0\",\"l1\"]\n"},
        {"MissingResult", "$(tasks.build.results.none)", ""},
        {"MissingTask", "$(tasks.none.results.x)", ""},
        {"FailedTaskMayHaveGivenSome", "$(tasks.broken.results.digest)",
         "r: x\n"},
        {"FinallyTask", "$(finally.build.results.digest)", "r: sha256:1\n"},
        {"OtherTextStays", "$(HOME)", "r: $(HOME)\n"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ResultsTest, Json) {
  EXPECT_EQ(Results("$(tasks.build.results.digest)", true),
            "{\"r\":\"sha256:1\"}\n");
  EXPECT_EQ(Results("$(tasks.none.results.x)", true), "{}\n");
}

}  // namespace
}  // namespace colocation::cli
