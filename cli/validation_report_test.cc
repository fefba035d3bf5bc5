#include "cli/validation_report.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

using ::testing::HasSubstr;

v1::Diagnostics OneOfEach() {
  v1::Diagnostics all;
  v1::Diagnostic* error = all.add_diagnostics();
  error->set_severity(v1::SEVERITY_ERROR);
  error->set_code("unknown-task");
  error->set_path("spec.tasks[0]");
  error->set_message("no task \"a: b\"");
  error->set_hint("100% wrong");
  v1::Position* at = error->mutable_position();
  at->set_file("my tasks/a,b.yaml");
  at->set_line(3);
  at->set_column(5);
  at->set_end_line(3);
  at->set_end_column(9);
  v1::RelatedPlace* related = error->add_related();
  *related->mutable_position() = *at;
  related->set_message("here");
  v1::Diagnostic* warning = all.add_diagnostics();
  warning->set_severity(v1::SEVERITY_WARNING);
  warning->set_code("w");
  warning->set_message("look");
  return all;
}

TEST(ValidationSummaryTest, SaysHowMuchWasChecked) {
  EXPECT_EQ(ValidationSummary({.objects = 12, .files = 5}, {}),
            "12 objects in 5 files: no faults\n");
  EXPECT_EQ(ValidationSummary({.objects = 1, .files = 1}, OneOfEach()),
            "1 object in 1 file: 1 error, 1 warning\n");
}

TEST(ValidationSummaryTest, SaysWhatWasNotChecked) {
  EXPECT_EQ(ValidationSummary(
                {.objects = 1, .files = 2, .others = 1, .passed_over = 3}, {}),
            "1 object in 2 files: no faults\n"
            "not checked: 1 object of other kinds\n"
            "passed over: 3 files without apiVersion and kind\n");
}

TEST(CountInputTest, CountsTektonsObjectsAndOthers) {
  Inputs inputs;
  for (const char* text :
       {"apiVersion: tekton.dev/v1\nkind: Task\n---\napiVersion: v1\nkind: "
        "Secret\n",
        "apiVersion: tekton.dev/v1\nkind: PipelineList\nitems:\n"
        "- {apiVersion: tekton.dev/v1, kind: Pipeline}\n"
        "- {apiVersion: tekton.dev/v1, kind: Pipeline}\n"}) {
    inputs.documents.emplace_back().set_content(text);
  }
  inputs.passed_over = 4;
  const ValidatedInput counted = CountInput(inputs);
  EXPECT_EQ(counted.objects, 3);
  EXPECT_EQ(counted.others, 1);
  EXPECT_EQ(counted.files, 2);
  EXPECT_EQ(counted.passed_over, 4);
}

TEST(SarifTest, HasPlaceRuleAndRelatedPlaces) {
  const std::string sarif = ToSarif(OneOfEach());
  EXPECT_THAT(sarif, HasSubstr("\"version\":\"2.1.0\""));
  EXPECT_THAT(
      sarif, HasSubstr("\"rules\":[{\"id\":\"unknown-task\"},{\"id\":\"w\"}]"));
  EXPECT_THAT(
      sarif,
      HasSubstr(
          "{\"ruleId\":\"unknown-task\",\"level\":\"error\",\"message\":{"
          "\"text\":\"spec.tasks[0]: no task \\\"a: b\\\"\\n100% wrong\"},"
          "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{"
          "\"uri\":\"my%20tasks/a%2Cb.yaml\"},\"region\":{\"startLine\":3,"
          "\"startColumn\":5,\"endLine\":3,\"endColumn\":9}}}],"
          "\"relatedLocations\":[{"));
  EXPECT_THAT(sarif,
              HasSubstr("{\"ruleId\":\"w\",\"level\":\"warning\",\"message\":{"
                        "\"text\":\"look\"},\"locations\":[]}"));
}

TEST(SarifTest, WithoutFaultsHasNoResults) {
  EXPECT_THAT(ToSarif({}), HasSubstr("\"results\":[\n\n]"));
}

TEST(GitHubTest, IsAnAnnotationALine) {
  EXPECT_EQ(ToGitHub(OneOfEach()),
            "::error file=my tasks/a%2Cb.yaml,line=3,endLine=3,col=5,"
            "endColumn=9,title=unknown-task::spec.tasks[0]: no task \"a: "
            "b\"%0A100%25 wrong\n"
            "::warning title=w::look\n");
}

}  // namespace
}  // namespace colocation::cli
