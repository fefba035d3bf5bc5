#include "cli/report.h"

#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

v1::Diagnostics TwoErrorsAndAWarning() {
  v1::Diagnostics all;
  for (const char* code : {"one", "two", "three"}) {
    v1::Diagnostic* d = all.add_diagnostics();
    d->set_code(code);
    d->set_message("bad");
    d->set_severity(v1::SEVERITY_ERROR);
  }
  all.mutable_diagnostics(2)->set_severity(v1::SEVERITY_WARNING);
  return all;
}

TEST(ReportTest, ShowsEachAndCountsThem) {
  EXPECT_EQ(DiagnosticsText(TwoErrorsAndAWarning(), false),
            "error: bad [one]\n"
            "error: bad [two]\n"
            "warning: bad [three]\n");
  EXPECT_EQ(CountsText(TwoErrorsAndAWarning()), "2 errors, 1 warning");
  EXPECT_EQ(DiagnosticsText({}, false), "");
  EXPECT_EQ(CountsText({}), "");
}

TEST(ReportTest, ColoursWhereAsked) {
  EXPECT_NE(DiagnosticsText(TwoErrorsAndAWarning(), true).find("\033["),
            std::string::npos);
}

TEST(ReportTest, SaysHowToGiveWhatIsNeeded) {
  v1::Needs needs;
  v1::Need* task = needs.add_needs();
  task->set_kind(v1::Need::TASK);
  task->set_name("clone");
  task->set_path("spec.tasks[0].taskRef");
  v1::Need* image = needs.add_needs();
  image->set_kind(v1::Need::IMAGE_CONFIG);
  image->set_name("go:1");
  v1::Need* remote = needs.add_needs();
  remote->set_kind(v1::Need::PIPELINE);
  remote->set_resolver("git");
  v1::Param* url = remote->add_params();
  url->set_name("url");
  url->mutable_value()->set_string_value("x");
  EXPECT_EQ(NeedsText(needs),
            "\nNeeded before there can be a plan:\n"
            "- the Task \"clone\"  (for spec.tasks[0].taskRef)\n"
            "    name the file or directory that has it, too\n"
            "- the ENTRYPOINT of the image go:1\n"
            "    give it:  --image-config 'go:1=COMMAND'\n"
            "    look it up:  podman image inspect --format "
            "'{{json .Config.Entrypoint}}' 'go:1'\n"
            "- the Pipeline that the resolver \"git\" finds\n"
            "    put it into a FILE, and give it with  --resolved MAP.yaml,  "
            "which says\n"
            "      resolved:\n"
            "        - resolver: git\n"
            "          params:\n"
            "            - name: url\n"
            "              value: x\n"
            "          document:\n"
            "            name: FILE\n");
}

TEST(ReportTest, JsonIsOneObject) {
  v1::Needs needs;
  needs.add_needs()->set_name("x");
  v1::Diagnostics diagnostics;
  diagnostics.add_diagnostics()->set_code("c");
  EXPECT_EQ(ReportJson(diagnostics, needs),
            "{\"diagnostics\":[{\"code\":\"c\"}],\"needs\":[{\"name\":\"x\"}]}"
            "\n");
  EXPECT_EQ(ReportJson({}, {}), "{}\n");
}

}  // namespace
}  // namespace colocation::cli
