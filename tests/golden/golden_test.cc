// Whole plans as people and Kubernetes see them, to be read in review. Two of
// the pictures are in docs/, too.
//
// For each NAME.yaml here: NAME.pods.yaml (the manifests), NAME.plan.txt
// (`colocate plan`), NAME.explain.txt (the whole plan, then each task),
// NAME.dot, NAME.svg and NAME.html. Regenerate with
//
//   bazel run //tests/golden:golden_test -- --update
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/plan/plan_testing.h"
#include "colocation/render/dot.h"
#include "colocation/render/explain.h"
#include "colocation/render/html.h"
#include "colocation/render/manifests.h"
#include "colocation/render/page_bundle.h"
#include "colocation/render/svg.h"
#include "colocation/render/text.h"

namespace colocation {
namespace {

bool update = false;

struct Run {
  const char* name;
  v1::Policy policy;
  bool controlled;
};

constexpr Run kRuns[] = {
    {"build", v1::POLICY_PIPELINERUN, false},
    {"matrix", v1::POLICY_PIPELINERUN, false},
    {"two_pods", v1::POLICY_WORKSPACES, true},
    {"build_image", v1::POLICY_WORKSPACES, true},
    {"fit", v1::POLICY_WORKSPACES, false},
};

std::string Explained(const v1::ColocationPlan& plan) {
  std::string text = ExplainText(plan);
  for (const v1::PlannedTask& task : plan.tasks())
    absl::StrAppend(&text, "\n", std::string(80, '='), "\n",
                    ExplainText(plan, task.name()));
  return text;
}

// Without its program and style sheet, which are the same in every page.
std::string Page(const v1::ColocationPlan& plan) {
  return absl::StrReplaceAll(ToHtml(plan), {{kPageStyle, "(style)\n"},
                                            {kPageScript, "(program)"},
                                            {kPageScriptHash, "(hash)"}});
}

struct View {
  const char* extension;
  std::string (*render)(const v1::ColocationPlan&);
};

const View kViews[] = {
    {"pods.yaml",
     [](const v1::ColocationPlan& plan) {
       return ManifestsYaml(RenderManifests(plan));
     }},
    {"plan.txt", [](const v1::ColocationPlan& plan) { return PlanText(plan); }},
    {"explain.txt", Explained},
    {"dot", ToDot},
    {"svg", ToSvg},
    {"html", Page},
};

// Where a picture of a run is wanted elsewhere.
struct Picture {
  const char* run;
  const char* path;  // from the root of the sources
};

constexpr Picture kPictures[] = {
    {"build", "docs/plan-one-pod.svg"},
    {"two_pods", "docs/plan-two-pods.svg"},
};

std::string PathInSources(absl::string_view path) {
  // In a test the working directory holds the sources that it depends on.
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return absl::StrCat(update && workspace != nullptr ? workspace : ".", "/",
                      path);
}

std::string Path(absl::string_view name) {
  return PathInSources(absl::StrCat("tests/golden/", name));
}

std::string ReadPath(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string ReadFile(absl::string_view name) { return ReadPath(Path(name)); }

using Parameters = std::tuple<Run, View>;

class Golden : public testing::TestWithParam<Parameters> {};

v1::ColocationPlan PlanOfRun(const Run& run) {
  v1::PlanRequest request;
  request.mutable_options()->set_policy(run.policy);
  request.mutable_options()->set_controlled(run.controlled);
  request.mutable_options()->set_patch_images(run.controlled);
  request.mutable_options()->set_launcher_image("example.com/launcher:1");
  const Planned planned =
      PlanYaml(ReadFile(absl::StrCat(run.name, ".yaml")), request);
  EXPECT_TRUE(planned.errors.empty()) << planned.errors[0];
  return planned.plan;
}

void Compare(const std::string& text, const std::string& path) {
  if (update) {
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text, ReadPath(path))
      << "if this is right: bazel run //tests/golden:golden_test -- --update";
}

TEST_P(Golden, IsAsRecorded) {
  const auto& [run, view] = GetParam();
  Compare(view.render(PlanOfRun(run)),
          Path(absl::StrCat(run.name, ".", view.extension)));
}

int ComparePictures() {
  int compared = 0;
  for (const Picture& picture : kPictures) {
    for (const Run& run : kRuns) {
      if (std::string(picture.run) != run.name) continue;
      Compare(ToSvg(PlanOfRun(run)), PathInSources(picture.path));
      ++compared;
    }
  }
  return compared;
}

TEST(GoldenPictures, AreAsRecorded) { EXPECT_EQ(ComparePictures(), 2); }

INSTANTIATE_TEST_SUITE_P(Plans, Golden,
                         testing::Combine(testing::ValuesIn(kRuns),
                                          testing::ValuesIn(kViews)),
                         [](const testing::TestParamInfo<Parameters>& info) {
                           std::string name =
                               absl::StrCat(std::get<0>(info.param).name, "_",
                                            std::get<1>(info.param).extension);
                           for (char& c : name) {
                             if (c == '.') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  colocation::update = argc > 1 && std::string(argv[1]) == "--update";
  return RUN_ALL_TESTS();
}
