#include "colocation/diagnostics/field_path.h"

#include "gtest/gtest.h"

namespace colocation {
namespace {

TEST(FieldPathTest, WritesTektonPaths) {
  const FieldPath root("");
  const FieldPath spec = root.Field("spec");
  const FieldPath tasks = spec.Field("tasks");
  const FieldPath task = tasks.Index(2);
  const FieldPath run_after = task.Field("runAfter");
  EXPECT_EQ(run_after.Index(0).ToString(), "spec.tasks[2].runAfter[0]");
  EXPECT_EQ(root.ToString(), "");
  EXPECT_EQ(FieldPath("spec").Field("x").ToString(), "spec.x");
}

TEST(FieldPathTest, Joins) {
  EXPECT_EQ(JoinFieldPath("a", "b"), "a.b");
  EXPECT_EQ(JoinFieldPath("a", "[1]"), "a[1]");
  EXPECT_EQ(JoinFieldPath("", "b"), "b");
  EXPECT_EQ(JoinFieldPath("a", ""), "a");
}

}  // namespace
}  // namespace colocation
