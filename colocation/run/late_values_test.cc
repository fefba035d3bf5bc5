#include "colocation/run/late_values.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation {
namespace {

// Three tasks have ended: "build" with one of each kind of result, "test", a
// matrix, and "broken", which has failed.
struct World {
  World() {
    for (const char* name : {"build", "test", "broken"}) {
      index.task.emplace(name, static_cast<int>(ends.size()));
      ends.emplace_back().emplace();
    }
    using launcher::ValueType;
    ends[0]->results = {{"digest", ValueType::kString, "sha256:1"},
                        {"tags", ValueType::kArray, R"(["a","b"])"},
                        {"none-of-it", ValueType::kArray, "[]"},
                        {"image", ValueType::kObject, R"({"url":"u"})"}};
    ends[1]->results = {{"log", ValueType::kArray, R"(["l0","l1"])"}};
    ends[2]->outcome = launcher::Outcome::kFailed;
    ends[2]->results = {{"digest", ValueType::kString, "x"}};
  }
  RunIndex index;
  TaskEnds ends;
};

// The value, which is YAML, with all replaced: a text, or JSON; "-" where that
// can't be.
std::string Replaced(const std::string& text) {
  const World world;
  v1::ParamValue value;
  DiagnosticList diagnostics;
  DecodeMessage("value", text, {}, &value, &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  const std::optional<v1::ParamValue> replaced =
      LateValues(world.index, world.ends).Replace(value);
  if (!replaced) return "-";
  return replaced->has_string_value() ? replaced->string_value()
                                      : ToJson(*replaced);
}

struct Case {
  const char* name;
  const char* value;
  const char* expected;
};

class LateValuesTest : public ::testing::TestWithParam<Case> {};

TEST_P(LateValuesTest, Replaces) {
  EXPECT_EQ(Replaced(GetParam().value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    , LateValuesTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"String", "$(tasks.build.results.digest)", "sha256:1"},
        {"InsideText", "x@$(tasks.build.results.digest)", "x@sha256:1"},
        {"Element", "$(tasks.build.results.tags[1])", "b"},
        {"ElementBeyondTheEnd", "$(tasks.build.results.tags[2])", "-"},
        {"Array", "$(tasks.build.results.tags[*])", "[\"a\",\"b\"]"},
        {"Key", "$(tasks.build.results.image.url)", "u"},
        {"Object", "$(tasks.build.results.image[*])", "{\"url\":\"u\"}"},
        {"ArrayOfStrings", "[a, $(tasks.build.results.digest)]",
         "[\"a\",\"sha256:1\"]"},
        {"ObjectOfStrings", "{k: $(tasks.build.results.digest)}",
         "{\"k\":\"sha256:1\"}"},
        {"MatrixIsAnArray", "$(tasks.test.results.log[*])", "[\"l0\",\"l1\"]"},
        {"MissingResult", "$(tasks.build.results.none)", "-"},
        {"MissingTask", "$(tasks.none.results.x)", "-"},
        {"FailedTaskMayHaveGivenSome", "$(tasks.broken.results.digest)", "x"},
        {"FinallyTask", "$(finally.build.results.digest)", "sha256:1"},
        {"OtherTextStays", "$(HOME)", "$(HOME)"},
        {"EmptyArray", "$(tasks.build.results.none-of-it[*])", "[]"},
        {"ArrayInAnArray", "[x, \"$(tasks.build.results.tags[*])\"]",
         "[\"x\",\"a\",\"b\"]"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(LateValuesInMessagesTest, SaysWhoseResultIsMissing) {
  const World world;
  const LateValues values(world.index, world.ends);
  std::string missing;
  EXPECT_EQ(values.Replace("x $(tasks.build.results.y)", &missing),
            std::nullopt);
  EXPECT_EQ(missing, "build");
}

TEST(LateValuesInMessagesTest, ReplacesInAllFieldsOfAMessage) {
  const World world;
  const LateValues values(world.index, world.ends);
  v1::PipelineTask task;
  task.set_name("x");
  task.set_timeout("$(tasks.build.results.digest)");
  task.add_run_after("$(tasks.test.results.log[1])");
  task.add_params()->mutable_value()->set_string_value(
      "$(tasks.build.results.tags[*])");
  EXPECT_TRUE(values.ReplaceIn(&task));
  EXPECT_EQ(ToJson(task),
            R"({"name":"x","runAfter":["l1"],"params":[{"value":["a","b"]}],)"
            R"("timeout":"sha256:1"})");
  task.set_description("$(tasks.none.results.x)");
  EXPECT_FALSE(values.ReplaceIn(&task));
  EXPECT_EQ(task.description(), "$(tasks.none.results.x)");
}

TEST(ParamValueTest, ResultsRoundTrip) {
  const World world;
  for (const launcher::ResultValue& result : world.ends[0]->results) {
    const launcher::ResultValue back =
        ToResultValue(result.name, ToParamValue(result));
    EXPECT_EQ(back.name, result.name);
    EXPECT_EQ(back.type, result.type);
    EXPECT_EQ(back.value, result.value);
  }
}

}  // namespace
}  // namespace colocation
