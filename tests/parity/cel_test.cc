// Conditions in CEL, held against what cel-go made of them
// (tests/parity/cel_oracle): never another verdict. An expression may be
// outside of our subset; how many are is limited, too.
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "colocation/cel/evaluate.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using cel::Verdict;

constexpr std::string_view kGolden = "tests/parity/golden/cel.tsv";

// Of a JSON string as Go writes it.
std::string Unquoted(std::string_view json) {
  std::string text;
  for (size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] != '\\') {
      text.push_back(json[i]);
      continue;
    }
    const char c = json[++i];
    if (c == 'u') {
      // Control characters, and the two ends of lines beyond ASCII.
      const int code =
          std::stoi(std::string(json.substr(i + 1, 4)), nullptr, 16);
      if (code < 0x80) {
        text.push_back(static_cast<char>(code));
      } else {
        text += code == 0x2028   ? "\u2028"
                : code == 0x2029 ? "\u2029"
                                 : "\uFFFD";
      }
      i += 4;
      continue;
    }
    constexpr std::string_view kNames = "nrtbf";
    constexpr std::string_view kMeant = "\n\r\t\b\f";
    const size_t at = kNames.find(c);
    text.push_back(at == kNames.npos ? c : kMeant[at]);
  }
  return text;
}

std::string_view Name(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::kTrue:
      return "true";
    case Verdict::Kind::kFalse:
      return "false";
    case Verdict::Kind::kFails:
      return "fails";
    case Verdict::Kind::kNotSupported:
      break;
  }
  return "not supported";
}

TEST(CelParityTest, NoVerdictDiffersFromThatOfCelGo) {
  std::ifstream golden{std::string(kGolden)};
  ASSERT_TRUE(golden.is_open());
  std::string line;
  int count = 0, values = 0, not_supported = 0, values_not_supported = 0;
  while (std::getline(golden, line)) {
    const size_t tab = line.find('\t');
    ASSERT_NE(tab, line.npos) << line;
    const std::string expected = line.substr(0, tab);
    const std::string expression =
        Unquoted(std::string_view(line).substr(tab + 1));
    const Verdict verdict = cel::Evaluate(expression);
    ++count;
    values += expected != "fails";
    if (verdict.kind == Verdict::Kind::kNotSupported) {
      ++not_supported;
      values_not_supported += expected != "fails";
      continue;
    }
    EXPECT_EQ(Name(verdict.kind), expected)
        << expression << ": " << verdict.message;
    if (cel::FindNotSupported(expression).has_value()) {
      // Then what is not supported is where it isn't looked at, or Tekton would
      // refuse the expression anyway; the planner refuses it.
      ++not_supported;
    }
  }
  EXPECT_GT(count, 5000);
  EXPECT_GT(values, 2500);
  // Those that matter: which have a value for Tekton.
  EXPECT_LT(values_not_supported * 20, values) << not_supported;
}

}  // namespace
}  // namespace colocation
