#include "cli/object_files.h"

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

struct TextCase {
  absl::string_view name;
  absl::string_view text;
  bool holds;
};

class HoldsObjectsTest : public testing::TestWithParam<TextCase> {};

TEST_P(HoldsObjectsTest, LooksAtTheRootsOfDocuments) {
  EXPECT_EQ(HoldsObjects(GetParam().text), GetParam().holds);
}

constexpr TextCase kCases[] = {
    {"Object", "apiVersion: v1\nkind: Secret\n", true},
    {"Json", "{\"kind\": \"List\", \"apiVersion\": \"v1\"}", true},
    {"AfterOthers", "a: 1\n---\napiVersion: v1\nkind: Secret\n", true},
    {"AfterNestedValues", "metadata: {a: [b, c]}\nkind: K\napiVersion: v\n",
     true},
    {"AfterAnAlias", "a: &x {b: c}\nd: *x\nkind: K\napiVersion: v\n", true},
    {"TektonWithoutVersion", "kind: Task\n", true},
    {"TektonWithoutKind", "apiVersion: tekton.dev/v1\n", true},
    {"NotYaml", "a: [", true},
    {"NotYamlAfterADocument", "a: b\n---\n}", true},
    {"Package", "{\"name\": \"app\"}", false},
    {"Workflow", "on: push\njobs: {a: {kind: x, apiVersion: y}}\n", false},
    {"KindOfOthers", "kind: pipeline\ntype: docker\n", false},
    {"KeysOfAnItem", "- apiVersion: v1\n  kind: Secret\n", false},
    {"EmptyKind", "apiVersion: v1\nkind: ''\n", false},
    {"Scalar", "text", false},
    {"Empty", "", false},
    {"Comment", "# nothing\n", false},
};

INSTANTIATE_TEST_SUITE_P(Cases, HoldsObjectsTest, testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace colocation::cli
