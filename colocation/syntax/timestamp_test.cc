#include "colocation/syntax/timestamp.h"

#include "gtest/gtest.h"

namespace colocation {
namespace {

TEST(Timestamp, Accepted) {
  for (const char* text :
       {"2024-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z",
        "2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00,123456789012Z",
        "2024-12-31T1:00:00+02:00", "2024-12-31T00:00:00-24:60",
        "2000-02-29T00:00:00Z"}) {
    EXPECT_TRUE(IsTimestamp(text)) << text;
  }
}

TEST(Timestamp, Refused) {
  for (const char* text : {"",
                           "2024-01-01",
                           "2024-01-01T00:00:00",
                           "2024-01-01 00:00:00Z",
                           "2024-1-01T00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2024-04-31T00:00:00Z",
                           "2024-01-01T24:00:00Z",
                           "2024-01-01T00:60:00Z",
                           "2024-01-01T00:00:60Z",
                           "2024-01-01T00:00:00z",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00+0200",
                           "2024-01-01T00:00:00+25:00",
                           "2024-01-01T00:00:00Z ",
                           "24-01-01T00:00:00Z",
                           "PipelineRunPending"}) {
    EXPECT_FALSE(IsTimestamp(text)) << text;
  }
}

}  // namespace
}  // namespace colocation
