// docs/settings.md: what becomes of each key of Tekton's ConfigMaps. It is made
// of the table in colocation/validate/settings.cc. Write it anew with
//
//   bazel run //tests/docs:settings_page_test -- --update
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/validate/settings.h"

namespace colocation {
namespace {

bool update = false;

constexpr absl::string_view kPage = "docs/settings.md";

constexpr absl::string_view kHead = R"(# Settings of the installation

What an administrator of Tekton sets in its ConfigMaps counts here too. Give them with `--feature-flags=FILE` (`kubectl get configmap feature-flags config-defaults -n tekton-pipelines -o yaml`), in `PlanOptions.feature_flags`, or let the controller (`controller/`) read them.

This page is made from the table in `colocation/validate/settings.cc`, which has every key that Tekton v1.15 reads; `bazel run //tests/docs:settings_page_test -- --update` writes it anew.

| | |
| --- | --- |
| honoured | it means here what it means in Tekton |
| refused | a value that asks for what does not exist here is an error (`not-supported`) |
| warned | such a value is a warning (`setting-not-honoured`), and nothing else follows |
| no effect | it says nothing about what is accepted, planned or run here |

A value that Tekton refuses is an error (`bad-feature-flag`). A key that Tekton doesn't know is a warning (`unknown-setting`).
)";

absl::string_view Name(SettingUse use) {
  switch (use) {
    case SettingUse::kHonoured:
      return "honoured";
    case SettingUse::kRefused:
      return "refused";
    case SettingUse::kWarned:
      return "warned";
    case SettingUse::kNoEffect:
      return "no effect";
  }
  return "";
}

std::string Page() {
  std::string page(kHead);
  absl::string_view last;
  for (const Setting& setting : Settings()) {
    if (setting.config_map != last) {
      last = setting.config_map;
      absl::StrAppend(&page, "\n## ", last,
                      "\n| key | values | here | |\n| --- | --- | --- | --- "
                      "|\n");
    }
    absl::StrAppend(&page, "| `", setting.key, "` | ", setting.values, " | ",
                    Name(setting.use), " | ", setting.note, " |\n");
  }
  return page;
}

TEST(SettingsPage, SaysWhatTheTableSays) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string path =
      workspace == nullptr ? std::string(kPage)
                           : absl::StrCat(workspace, "/", kPage);
  if (update) {
    std::ofstream(path) << Page();
    return;
  }
  std::ifstream file(path);
  std::stringstream written;
  written << file.rdbuf();
  EXPECT_EQ(written.str(), Page());
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    colocation::update |= absl::string_view(argv[i]) == "--update";
  }
  return RUN_ALL_TESTS();
}
