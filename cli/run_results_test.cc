#include "cli/run_results.h"

#include <string>

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

TEST(ResultsTextTest, IsYamlOrJson) {
  v1::RunStatus status;
  v1::PipelineRunResult* digest = status.add_results();
  digest->set_name("digest");
  digest->mutable_value()->set_string_value("19e10");
  v1::PipelineRunResult* tags = status.add_results();
  tags->set_name("tags");
  tags->mutable_value()->mutable_array_value()->add_items("a");
  tags->mutable_value()->mutable_array_value()->add_items("b");
  EXPECT_EQ(ResultsText(status, false),
            "digest: \"19e10\"\ntags: [\"a\",\"b\"]\n");
  EXPECT_EQ(ResultsText(status, true),
            "{\"digest\":\"19e10\",\"tags\":[\"a\",\"b\"]}\n");
  EXPECT_EQ(ResultsText({}, false), "");
  EXPECT_EQ(ResultsText({}, true), "{}\n");
}

}  // namespace
}  // namespace colocation::cli
