#include "colocation/render/install_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "colocation/decode/decode.h"

namespace colocation {
namespace {

v1::InstallSpec SpecWithScript(const std::string& content) {
  v1::InstallSpec spec;
  spec.mutable_launch()->set_version(1);
  spec.mutable_launch()->set_pipeline_timeout_ns(3'600'000'000'000);
  v1::Script& script = *spec.add_scripts();
  script.set_container("build-step-compile");
  script.set_content(content);
  return spec;
}

v1::InstallSpec Read(const std::vector<std::string>& pieces) {
  v1::InstallSpec spec;
  DiagnosticList diagnostics;
  DecodeMessage("args", absl::StrJoin(pieces, ""), {}, &spec, &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  return spec;
}

TEST(InstallArguments, SmallSpecIsOnePieceWithNumbersAsNumbers) {
  EXPECT_THAT(
      InstallArguments(SpecWithScript("#!/bin/sh\necho \"hi\"\n")),
      testing::ElementsAre(
          R"({"launch":{"version":1,"pipelineTimeoutNs":3600000000000},)"
          R"("scripts":[{"container":"build-step-compile",)"
          R"("content":"#!/bin/sh\necho \"hi\"\n"}]})"));
}

TEST(InstallArguments, NoDollarSignIsLeftForKubernetesToExpand) {
  const v1::InstallSpec spec =
      SpecWithScript("echo $(HOME) $$(HOME) \\$x $(tasks.a.results.b)\n");
  const std::vector<std::string> pieces = InstallArguments(spec);
  for (const std::string& piece : pieces)
    EXPECT_FALSE(absl::StrContains(piece, "$")) << piece;
  EXPECT_EQ(Read(pieces).SerializeAsString(), spec.SerializeAsString());
}

TEST(InstallArguments, PiecesEndBetweenCharactersAndJoinToTheWhole) {
  // One, two, three and four bytes.
  std::string content;
  for (int i = 0; i < 50; ++i) content += "aä€𝄞";
  const v1::InstallSpec spec = SpecWithScript(content);
  for (size_t limit = 4; limit < 40; ++limit) {
    const std::vector<std::string> pieces = InstallArguments(spec, limit);
    ASSERT_GT(pieces.size(), 1u);
    for (const std::string& piece : pieces) {
      EXPECT_LE(piece.size(), limit);
      ASSERT_FALSE(piece.empty());
      EXPECT_NE(static_cast<unsigned char>(piece[0]) & 0xc0, 0x80);
      // Shorter only where a character would be cut.
      if (&piece != &pieces.back()) {
        EXPECT_GE(piece.size() + 4, limit + 1);
      }
    }
    EXPECT_EQ(Read(pieces).SerializeAsString(), spec.SerializeAsString());
  }
}

TEST(InstallArguments, LargeScriptStaysBelowLinuxLimitOfOneArgument) {
  const std::vector<std::string> pieces =
      InstallArguments(SpecWithScript(std::string(450'000, 'x')));
  EXPECT_EQ(pieces.size(), 5u);
  for (const std::string& piece : pieces) EXPECT_LE(piece.size(), 100'000u);
}

// A message can hold bytes that are no UTF-8 if it was built in C++.
TEST(InstallArguments, BytesThatAreNoCharactersStillEnd) {
  const std::vector<std::string> pieces =
      InstallArguments(SpecWithScript(std::string(1000, '\x80')), 10);
  for (const std::string& piece : pieces) EXPECT_LE(piece.size(), 10u);
}

}  // namespace
}  // namespace colocation
