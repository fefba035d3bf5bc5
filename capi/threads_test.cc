// One planner and one request, used by many threads at once.
//
// The text has no labels, annotations or other mappings of free keys: under the
// thread sanitizer, reflection on those crashes in Debian's protobuf, which is
// built without it (CONTRIBUTING).
#include <string>
#include <thread>
#include <vector>

#include "capi/colocation.h"
#include "gtest/gtest.h"

namespace {

constexpr char kPipeline[] =
    "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\n"
    "metadata: {name: p}\n"
    "spec:\n"
    "  workspaces: [{name: w}]\n"
    "  tasks:\n"
    "  - name: a\n"
    "    workspaces: [{name: w}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: w}]\n"
    "      steps: [{name: s, image: i, script: ls}]\n"
    "  - name: b\n"
    "    runAfter: [a]\n"
    "    workspaces: [{name: w}]\n"
    "    taskSpec:\n"
    "      workspaces: [{name: w}]\n"
    "      steps: [{name: s, image: i, script: ls}]\n";

std::string Plan(const colo_planner* planner, const colo_request* request) {
  colo_bytes plan;
  const colo_status status = colo_request_plan(planner, request, &plan);
  std::string text(plan.data, plan.size);
  colo_bytes_free(&plan);
  return status == COLO_OK ? text : colo_status_name(status);
}

TEST(ThreadsTest, ConstHandlesAreShared) {
  colo_planner* planner = nullptr;
  colo_request* request = nullptr;
  ASSERT_EQ(colo_planner_new(nullptr, &planner), COLO_OK);
  ASSERT_EQ(colo_request_new(&request), COLO_OK);
  ASSERT_EQ(colo_request_add_document(request, colo_text("p.yaml"),
                                      colo_text(kPipeline)),
            COLO_OK);
  // The first use of everything is in the threads.
  std::vector<std::vector<std::string>> plans(8);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& own : plans) {
    threads.emplace_back([&own, planner, request] {
      for (int i = 0; i < 20; ++i) own.push_back(Plan(planner, request));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string expected = Plan(planner, request);
  EXPECT_GT(expected.size(), 100u);
  for (const std::vector<std::string>& own : plans) {
    for (const std::string& plan : own) EXPECT_EQ(plan, expected);
  }
  colo_request_free(request);
  colo_planner_free(planner);
}

}  // namespace
