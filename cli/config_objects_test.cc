#include "cli/config_objects.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

// "kind name{key=value ...}" of all.
std::string Objects(const char* text) {
  v1::Document document;
  document.set_name("f.yaml");
  document.set_content(text);
  podman::PodObjects objects;
  const absl::Status status = AddConfigObjects(document, &objects);
  if (!status.ok()) return std::string(status.message());
  std::string all;
  const auto add = [&](const char* kind, const auto& by_name) {
    for (const auto& [name, data] : by_name) {
      absl::StrAppend(&all, kind, " ", name, "{");
      for (const auto& [key, value] : data) {
        absl::StrAppend(&all, key, "=", value, ";");
      }
      absl::StrAppend(&all, "} ");
    }
  };
  add("map", objects.config_maps);
  add("secret", objects.secrets);
  return all;
}

struct Case {
  const char* name;
  const char* text;
  const char* expected;
};

class ConfigObjectsTest : public testing::TestWithParam<Case> {};

TEST_P(ConfigObjectsTest, Gives) {
  EXPECT_EQ(Objects(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ConfigObjectsTest,
    testing::ValuesIn(std::vector<Case>{
        {"ConfigMap",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
         "data: {a: x, n: \"1\"}\nbinaryData: {b: eHk=}\n",
         "map c{a=x;b=xy;n=1;} "},
        {"StringDataWins",
         "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
         "data: {a: eHk=, b: eHk=}\nstringData: {a: plain}\n",
         "secret s{a=plain;b=xy;} "},
        {"SeveralDocumentsAndLists",
         "apiVersion: v1\nkind: List\nitems:\n"
         "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
         "---\n"
         "{apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
         "map a{} secret b{} "},
        {"OtherObjectsAreLeftAlone",
         "{apiVersion: example.dev/v1, kind: ConfigMap, metadata: {name: x}}\n",
         ""},
        {"NotBase64",
         "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: '!'}\n",
         "f.yaml:4:11: data.a: this is not base64"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation::cli
