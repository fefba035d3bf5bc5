#include "colocation/render/page_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace colocation {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PageData, EndsNoElementAndNoLine) {
  v1::ColocationPlan plan;
  plan.add_tasks()->set_name(
      "</script><!--<script>&\"\\\n\xe2\x80\xa8\xe2\x80\xa9");
  const std::string data = PageData(plan);
  EXPECT_THAT(data, HasSubstr("\"\\u003c/script\\u003e\\u003c!--\\u003cscript"
                              "\\u003e\\u0026\\\"\\\\\\n\\u2028\\u2029\""));
  for (const char* raw : {"<", ">", "&", "\n", "\xe2\x80"})
    EXPECT_THAT(data, Not(HasSubstr(raw)));
}

TEST(PageData, HasNothingThatThePageDoesNotShow) {
  v1::ColocationPlan plan;
  (*plan.mutable_run()->mutable_annotations())["a"] = "hidden";
  v1::PlannedPod& pod = *plan.add_pods();
  pod.mutable_install()->add_scripts()->set_content("hidden");
  for (const auto purpose :
       {v1::PlannedVolume::WORKSPACE, v1::PlannedVolume::ACCOUNT_SECRET}) {
    v1::PlannedVolume& volume = *pod.add_volumes();
    volume.set_purpose(purpose);
    volume.mutable_volume()->set_name(
        purpose == v1::PlannedVolume::WORKSPACE ? "source" : "hidden");
  }
  v1::Container& container = *pod.add_containers()->mutable_container();
  container.set_image("shown-image");
  container.add_args("hidden");
  container.add_env()->set_value("hidden");
  for (const char* name : {"source", "hidden"})
    container.add_volume_mounts()->set_name(name);
  const std::string data = PageData(plan);
  EXPECT_THAT(data, HasSubstr("shown-image"));
  EXPECT_THAT(data, HasSubstr("\"volumeMounts\":[{\"name\":\"source\"}]"));
  EXPECT_THAT(data, Not(HasSubstr("hidden")));
}

// One that is told in full is enough to draw.
TEST(PageData, HasTheFirstRunOfEachExecution) {
  v1::SimulationResult simulation;
  v1::ExecutionResult& execution = *simulation.add_executions();
  execution.set_kind(v1::COLOCATED);
  execution.add_detailed()->set_name("first");
  execution.add_detailed()->set_name("second");
  const std::string data = PageData(simulation);
  EXPECT_THAT(data, HasSubstr("COLOCATED"));
  EXPECT_THAT(data, HasSubstr("first"));
  EXPECT_THAT(data, Not(HasSubstr("second")));
}

}  // namespace
}  // namespace colocation
