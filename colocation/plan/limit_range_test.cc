#include "colocation/plan/limit_range.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// A LimitRange of cpu alone.
struct Range {
  const char* name_space;
  const char* type;
  const char* request;
  const char* limit;
  const char* minimum;
  const char* maximum;
};

struct LimitRangeCase {
  const char* name;
  std::vector<Range> ranges;
  // "request limit minimum" of cpu, "-" where there is none.
  const char* cpu;
};

std::string Text(const std::map<std::string, Quantity>& quantities) {
  const auto cpu = quantities.find("cpu");
  return cpu == quantities.end() ? "-" : cpu->second.ToString();
}

class LimitRangeTest : public ::testing::TestWithParam<LimitRangeCase> {};

TEST_P(LimitRangeTest, Gives) {
  v1::Cluster cluster;
  for (const Range& range : GetParam().ranges) {
    v1::LimitRange* made = cluster.add_limit_ranges();
    made->mutable_metadata()->set_namespace_(range.name_space);
    v1::LimitRangeItem* item = made->mutable_spec()->add_limits();
    item->set_type(range.type);
    const auto set = [](const char* value, auto* quantities) {
      if (*value != 0) (*quantities)["cpu"] = value;
    };
    set(range.request, item->mutable_default_request());
    set(range.limit, item->mutable_default_());
    set(range.minimum, item->mutable_min());
    set(range.maximum, item->mutable_max());
  }
  const LimitRangeDefaults found = FindLimitRange(cluster, "ci");
  EXPECT_EQ(absl::StrJoin({Text(found.default_request),
                           Text(found.default_limit), Text(found.minimum)},
                          " "),
            GetParam().cpu);
}

INSTANTIATE_TEST_SUITE_P(
    , LimitRangeTest,
    ::testing::ValuesIn(std::vector<LimitRangeCase>{
        {"None", {}, "- - -"},
        {"AsWritten", {{"ci", "Container", "1", "2", "500m", "4"}}, "1 2 500m"},
        {"OfNoNamespaceIsOfTheRun",
         {{"", "Container", "1", "", "", ""}},
         "1 - -"},
        {"OfAnotherNamespaceIsNone",
         {{"other", "Container", "1", "", "", ""}},
         "- - -"},
        {"OfPodsIsNone", {{"ci", "Pod", "1", "2", "3", "4"}}, "- - -"},
        {"TheMaximumIsTheDefaultLimitAndRequest",
         {{"ci", "Container", "", "", "", "4"}},
         "4 4 -"},
        {"TheDefaultLimitIsTheDefaultRequest",
         {{"ci", "Container", "", "2", "", "4"}},
         "2 2 -"},
        {"TheMinimumIsTheDefaultRequest",
         {{"ci", "Container", "", "", "500m", ""}},
         "500m - 500m"},
        {"EachFollowsFromItsOwnBounds",
         {{"ci", "Container", "", "", "100m", "2"},
          {"ci", "Container", "", "", "200m", ""}},
         "200m 2 200m"},
        {"OfSeveralTheStrictest",
         {{"ci", "Container", "1", "3", "100m", "9"},
          {"ci", "Container", "2", "2", "200m", "8"}},
         "1 2 200m"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation
