#include "colocation/diagnostics/diagnostics.h"

#include <limits>
#include <string>
#include <tuple>

#include "gtest/gtest.h"

namespace colocation {
namespace {

Subject BuildPipeline() {
  v1::Origin origin;
  origin.set_file("build.yaml");
  return {origin, "Pipeline", "build"};
}

v1::Diagnostic UnknownTask() {
  DiagnosticList list;
  v1::Diagnostic& d =
      list.Error("unknown-task", BuildPipeline(), "spec.tasks[3].runAfter[0]",
                 "no pipeline task named \"uint-test\"");
  d.set_hint("did you mean \"unit-test\" (build.yaml:33:7)?");
  d.mutable_position()->set_file("build.yaml");
  d.mutable_position()->set_line(41);
  d.mutable_position()->set_column(18);
  d.mutable_position()->set_end_line(41);
  d.mutable_position()->set_end_column(27);
  d.set_source_line("      runAfter: [uint-test]");
  return d;
}

TEST(DiagnosticsTest, DisplayShowsPlaceReasonLineAndHint) {
  EXPECT_EQ(
      ToDisplayString(UnknownTask()),
      "build.yaml:41:18: error: spec.tasks[3].runAfter[0]: no pipeline task "
      "named \"uint-test\" [unknown-task]\n"
      "        runAfter: [uint-test]\n"
      "                   ^~~~~~~~~\n"
      "  hint: did you mean \"unit-test\" (build.yaml:33:7)?\n");
}

TEST(DiagnosticsTest, UnderlineCountsCodePointsAndKeepsTabs) {
  v1::Diagnostic d = UnknownTask();
  d.set_source_line("\t\xc3\xa4: x");
  d.mutable_position()->set_column(5);
  d.mutable_position()->set_end_column(6);
  EXPECT_NE(ToDisplayString(d).find("  \t   ^\n"), std::string::npos)
      << ToDisplayString(d);
}

TEST(DiagnosticsTest, UnderlineEndsWhereTheLineDoes) {
  constexpr int kMost = std::numeric_limits<int>::max();
  constexpr int kLeast = std::numeric_limits<int>::min();
  v1::Diagnostic d = UnknownTask();
  d.set_source_line("a: b");
  for (const auto& [column, end_column, underline] :
       {std::tuple(4, kMost, "  a: b\n     ^\n"),
        std::tuple(1, kMost, "  a: b\n  ^~~~\n"),
        std::tuple(kLeast, kMost, "  a: b\n  ^~~~\n"),
        std::tuple(kMost, kLeast, "  a: b\n      ^\n")}) {
    d.mutable_position()->set_column(column);
    d.mutable_position()->set_end_column(end_column);
    EXPECT_NE(ToDisplayString(d).find(underline), std::string::npos)
        << ToDisplayString(d);
  }
}

TEST(DiagnosticsTest, DisplayGivesTheTerminalNoOrders) {
  v1::Diagnostic d = UnknownTask();
  d.set_source_line("\trunAfter: [\x1b[2J\xc2\x9b\x7f\u00e9]");
  d.set_path("spec.\x1b]0;x\x07");
  d.set_message("no task \"\x1b[31m\"");
  d.set_hint("\r");
  d.add_related()->set_message("\x08");
  const std::string text = ToDisplayString(d);
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || c == '\t' || (c & 0xe0) != 0) << text;
  }
  EXPECT_NE(text.find("[\uFFFD[2J\uFFFD\uFFFD\u00e9]\n"), std::string::npos)
      << text;
}

TEST(DiagnosticsTest, SortedOnceEach) {
  DiagnosticList list;
  Subject subject = BuildPipeline();
  list.Error("b", subject, "spec.b", "second");
  list.Error("a", subject, "spec.a", "first");
  list.Error("a", subject, "spec.a", "first");
  const v1::Diagnostics sorted = list.Sorted();
  ASSERT_EQ(sorted.diagnostics_size(), 2);
  EXPECT_EQ(sorted.diagnostics(0).code(), "a");
}

TEST(DiagnosticsTest, WarningsAreNoErrors) {
  DiagnosticList list;
  list.Warning("w", BuildPipeline(), "", "look at this");
  EXPECT_FALSE(list.has_errors());
  EXPECT_FALSE(list.empty());
}

TEST(DiagnosticsTest, StatusCarriesThemAll) {
  v1::Diagnostics all;
  *all.add_diagnostics() = UnknownTask();
  *all.add_diagnostics() = UnknownTask();
  const absl::Status status = ToStatus(absl::StatusCode::kInvalidArgument, all);
  EXPECT_EQ(
      status.message(),
      "build.yaml:41:18: error: spec.tasks[3].runAfter[0]: no pipeline task "
      "named \"uint-test\" [unknown-task]");
  EXPECT_EQ(DiagnosticsOf(status)->diagnostics_size(), 2);
  EXPECT_FALSE(DiagnosticsOf(absl::InternalError("x")).has_value());
}

}  // namespace
}  // namespace colocation
