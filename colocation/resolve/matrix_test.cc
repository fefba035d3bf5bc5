#include "colocation/resolve/matrix.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// "x=1,2 y=a | x=3 z=4" is a matrix over x and y with one include.
v1::Matrix Parse(absl::string_view text) {
  v1::Matrix matrix;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '|');
  for (size_t i = 0; i < parts.size(); ++i) {
    v1::IncludeParams* include = i == 0 ? nullptr : matrix.add_include();
    for (absl::string_view word :
         absl::StrSplit(parts[i], ' ', absl::SkipEmpty())) {
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(word, absl::MaxSplits('=', 1));
      v1::Param* param =
          include == nullptr ? matrix.add_params() : include->add_params();
      param->set_name(pair.first);
      if (include != nullptr) {
        param->mutable_value()->set_string_value(pair.second);
        continue;
      }
      for (absl::string_view item : absl::StrSplit(pair.second, ',')) {
        param->mutable_value()->mutable_array_value()->add_items(
            std::string(item));
      }
    }
  }
  return matrix;
}

std::string Text(const std::vector<std::vector<v1::Param>>& combinations) {
  return absl::StrJoin(
      combinations, "; ", [](std::string* out, const auto& combination) {
        absl::StrAppend(
            out, absl::StrJoin(combination, " ",
                               [](std::string* text, const v1::Param& param) {
                                 absl::StrAppend(text, param.name(), "=",
                                                 param.value().string_value());
                               }));
      });
}

struct MatrixCase {
  absl::string_view name;
  absl::string_view matrix;
  absl::string_view combinations;
};

class FanOutTest : public testing::TestWithParam<MatrixCase> {};

TEST_P(FanOutTest, GivesTheCombinations) {
  EXPECT_EQ(Text(FanOut(Parse(GetParam().matrix))), GetParam().combinations);
}

INSTANTIATE_TEST_SUITE_P(
    All, FanOutTest,
    testing::Values(MatrixCase{"One", "x=1", "x=1"},
                    MatrixCase{"FirstChangesFastest", "x=1,2 y=a,b",
                               "x=1 y=a; x=2 y=a; x=1 y=b; x=2 y=b"},
                    MatrixCase{"OnlyIncludes", "| x=1 y=2 | x=3",
                               "x=1 y=2; x=3"},
                    MatrixCase{"IncludeAddsToWhatItAgreesWith",
                               "x=1,2 | x=1 z=9", "x=1 z=9; x=2"},
                    MatrixCase{"IncludeWithoutCommonNamesAddsToAll",
                               "x=1,2 | z=9", "x=1 z=9; x=2 z=9"},
                    MatrixCase{"IncludeOfAnotherValueIsNew", "x=1,2 | x=3 z=9",
                               "x=1; x=2; x=3 z=9"},
                    MatrixCase{"PartlyKnownIncludeIsDropped",
                               "x=1 y=a | x=1 y=b", "x=1 y=a"},
                    MatrixCase{"IncludeOfATakenNameIsNew", "x=1 | z=8 | z=9",
                               "x=1 z=8; z=9"},
                    MatrixCase{"EmptyIncludeIsNothing", "x=1 |", "x=1"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CountCombinations, WithoutMakingThem) {
  EXPECT_EQ(CountCombinations(Parse("x=1,2 y=a,b,c")), 6);
  EXPECT_EQ(CountCombinations(Parse("x=1,2 y=a,b,c | x=3")), 7);
  EXPECT_EQ(CountCombinations(Parse("| x=3")), 1);
}

TEST(CountCombinations, SaturatesInsteadOfOverflowing) {
  v1::Matrix matrix;
  for (int i = 0; i < 70; ++i) {
    v1::Param* param = matrix.add_params();
    param->set_name(absl::StrCat("p", i));
    param->mutable_value()->mutable_array_value()->add_items("a");
    param->mutable_value()->mutable_array_value()->add_items("b");
  }
  EXPECT_EQ(CountCombinations(matrix), std::numeric_limits<int64_t>::max());
  matrix.add_include();
  EXPECT_EQ(CountCombinations(matrix), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace colocation
