#include "colocation/syntax/child_name.h"

#include <gtest/gtest.h>

#include <string>

namespace colocation {
namespace {

// RFC 1321's examples, and lengths around a block's end.
TEST(Md5HexTest, IsMd5) {
  EXPECT_EQ(Md5Hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Md5Hex(std::string(55, 'x')), "04364420e25c512fd958a70738aa8f72");
  EXPECT_EQ(Md5Hex(std::string(56, 'x')), "668a72d5ba17f08e62dabcafad6db14b");
  EXPECT_EQ(Md5Hex(std::string(64, 'x')), "c1bb4f81d892b2d57947682aeb252456");
}

// What Tekton's getNewRunNames gives.
struct NameCase {
  std::string run;
  std::string task;
  size_t unit;
  size_t units;
  const char* name;
};

TEST(TaskRunNameTest, IsTektons) {
  const std::string a60(60, 'a');
  const NameCase kCases[] = {
      {"run", "task", 0, 1, "run-task"},
      {"run", "task", 1, 2, "run-task-1"},
      {a60, "task", 0, 1,
       "aaaaaaaaaaaaaaaaaaaaaaaaaacc7ed669cf88f201c3297c6a91e1d18d-task"},
      {a60, "task", 1, 2,
       "aaaaaaaaaaaaaaaaaaaaaaaacc7ed669cf88f201c3297c6a91e1d18d-task-1"},
      {"run", std::string(58, 't') + ".x", 0, 1,
       "run6fc7e7826393b7aabed1b6b38885e7cc-ttttttttttttttttttttttttttt"},
      {a60, std::string(40, 't'), 0, 1,
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa715d46f386c51e6457ad7772eccb7854"},
      {a60, std::string(40, 't'), 11, 12,
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa715d46f386c51e6457ad7772eccb7-11"},
      {"r-" + std::string(40, 'u'), std::string(29, 't') + "-b", 0, 1,
       "r-uuuuuuuuuuuuuuuuuuuuuuuuuuuuue17fda5e4c5459332f1b0ad65a2c6162"},
  };
  for (const NameCase& c : kCases) {
    EXPECT_EQ(TaskRunName(c.run, c.task, c.unit, c.units), c.name);
  }
}

}  // namespace
}  // namespace colocation
