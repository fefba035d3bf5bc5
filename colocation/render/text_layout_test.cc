#include "colocation/render/text_layout.h"

#include "gtest/gtest.h"

namespace colocation {
namespace {

TEST(TextTableTest, WhatFollowsAWideCellHasALineOfItsOwn) {
  TextTable table(/*wrap=*/2);
  table.Head({"TASK", "RUN AS", "WAITS FOR"});
  table.Row({"a-name-of-more-than-thirty-six-characters", "Approval", "b, c"});
  table.Row({"short", "Approval", "b"});
  EXPECT_EQ(table.Print(/*indent=*/2, {}),
            "  TASK                                  RUN AS    WAITS FOR\n"
            "  a-name-of-more-than-thirty-six-characters\n"
            "                                        Approval  b, c\n"
            "  short                                 Approval  b\n");
}

TEST(TextTableTest, AWideCellAtTheEndStaysInItsLine) {
  TextTable table(/*wrap=*/0);
  table.Row({"a", "a-name-of-more-than-thirty-six-characters"});
  EXPECT_EQ(table.Print(0, {}), "a  a-name-of-more-than-thirty-six-characters\n");
}

}  // namespace
}  // namespace colocation
