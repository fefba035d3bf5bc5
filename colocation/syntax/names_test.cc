#include "colocation/syntax/names.h"

#include "gtest/gtest.h"

namespace colocation {
namespace {

TEST(NamesTest, Dns1123Label) {
  EXPECT_TRUE(IsDns1123Label("a"));
  EXPECT_TRUE(IsDns1123Label("0-a"));
  EXPECT_TRUE(IsDns1123Label(std::string(63, 'a')));
  EXPECT_FALSE(IsDns1123Label(std::string(64, 'a')));
  for (absl::string_view bad :
       {"", "-a", "a-", "A", "a_b", "a.b", "a b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsDns1123Label(bad)) << bad;
  }
}

TEST(NamesTest, Dns1123Subdomain) {
  EXPECT_TRUE(IsDns1123Subdomain("a.b-c.d"));
  EXPECT_TRUE(IsDns1123Subdomain(std::string(100, 'a')));
  for (absl::string_view bad : {"", ".", "a..b", "a.", "a.-b"}) {
    EXPECT_FALSE(IsDns1123Subdomain(bad)) << bad;
  }
}

TEST(NamesTest, MakesLabels) {
  EXPECT_EQ(MakeDns1123Label("build"), "build");
  for (absl::string_view text :
       {"Build", "a.b", "", "\xc3\xa4", "-", "a-", "a_b"}) {
    const std::string label = MakeDns1123Label(text);
    EXPECT_TRUE(IsDns1123Label(label)) << label;
    EXPECT_NE(label, text);
  }
  const std::string first = MakeDns1123Label(std::string(80, 'a') + "1");
  const std::string second = MakeDns1123Label(std::string(80, 'a') + "2");
  EXPECT_TRUE(IsDns1123Label(first)) << first;
  EXPECT_NE(first, second);
  EXPECT_LE(MakeDns1123Label(std::string(80, 'a'), 20).size(), 20u);
}

TEST(NamesTest, HashIsTheSameEverywhere) {
  EXPECT_EQ(ShortHash(""), "4fd0bfc1");
  EXPECT_NE(ShortHash("a"), ShortHash("b"));
}

}  // namespace
}  // namespace colocation
