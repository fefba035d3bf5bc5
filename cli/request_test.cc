#include "cli/request.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/decode/encode.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

template <typename Message>
std::string JsonOrError(const absl::StatusOr<Message>& message) {
  return message.ok() ? ToJson(*message)
                      : std::string(message.status().message());
}

struct Case {
  const char* name;
  const char* text;
  const char* type;
  const char* expected;
};

std::string NameOfCase(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

class ParamTest : public testing::TestWithParam<Case> {};

TEST_P(ParamTest, Gives) {
  EXPECT_EQ(JsonOrError(ParseParam(GetParam().text, GetParam().type)),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Params, ParamTest,
    testing::ValuesIn(std::vector<Case>{
        {"String", "a=x", "", R"({"name":"a","value":"x"})"},
        {"ValueMayHoldEquals", "a=x=y", "", R"({"name":"a","value":"x=y"})"},
        {"ValueMayBeEmpty", "a=", "string", R"({"name":"a","value":""})"},
        {"CommasStayInAString", "a=x,y", "string",
         R"({"name":"a","value":"x,y"})"},
        {"CommasSeparateAnArray", "a=x,y", "array",
         R"({"name":"a","value":["x","y"]})"},
        {"ArrayMayBeEmpty", "a=", "array", R"({"name":"a","value":[]})"},
        {"ArrayAsJson", R"(a=["x","y,z"])", "array",
         R"({"name":"a","value":["x","y,z"]})"},
        {"JsonMakesAnArray", R"(a=["x"])", "", R"({"name":"a","value":["x"]})"},
        {"JsonStaysAString", R"(a=["x"])", "string",
         R"({"name":"a","value":"[\"x\"]"})"},
        {"BrokenJsonIsAString", "a=[x", "", R"({"name":"a","value":"[x"})"},
        {"ObjectInTknsForm", "a=k:v, l:w:x", "object",
         R"({"name":"a","value":{"k":"v","l":"w:x"}})"},
        {"ObjectAsJson", R"(a={"k":"v"})", "object",
         R"({"name":"a","value":{"k":"v"}})"},
        {"ObjectWithoutKeys", "a=v", "object",
         "--param a=v: this parameter is an object: "
         "NAME=KEY:VALUE,KEY:VALUE"},
        {"NoEquals", "a", "", "--param a: it has to be NAME=VALUE"},
        {"NoName", "=a", "", "--param =a: it has to be NAME=VALUE"},
    }),
    NameOfCase);

class WorkspaceTest : public testing::TestWithParam<Case> {};

TEST_P(WorkspaceTest, Gives) {
  EXPECT_EQ(JsonOrError(ParseWorkspace(GetParam().text)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Workspaces, WorkspaceTest,
    testing::ValuesIn(std::vector<Case>{
        {"EmptyDir", "w=emptyDir", "", R"({"name":"w","emptyDir":{}})"},
        {"MemoryDir", "w=emptyDir:Memory", "",
         R"({"name":"w","emptyDir":{"medium":"Memory"}})"},
        {"Claim", "w=claim:c", "",
         R"({"name":"w","persistentVolumeClaim":{"claimName":"c"}})"},
        {"ConfigMap", "w=configMap:c", "",
         R"({"name":"w","configMap":{"name":"c"}})"},
        {"Secret", "w=secret:s", "",
         R"({"name":"w","secret":{"secretName":"s"}})"},
        {"TknEmptyDir", "name=w,emptyDir=", "",
         R"({"name":"w","emptyDir":{}})"},
        {"TknClaimWithSubPath", "name=w,claimName=c,subPath=d/e", "",
         R"({"name":"w","subPath":"d/e","persistentVolumeClaim":{"claimName":"c"}})"},
        {"TknConfigWithItem", "name=w,config=c,item=k=p", "",
         R"({"name":"w","configMap":{"name":"c","items":[{"key":"k","path":"p"}]}})"},
        {"TknSecret", "name=w,secret=s", "",
         R"({"name":"w","secret":{"secretName":"s"}})"},
        {"AWorkspaceMayBeCalledName", "name=emptyDir", "",
         R"({"name":"name","emptyDir":{}})"},
        {"TwoSources", "name=w,emptyDir=,secret=s", "",
         "--workspace name=w,emptyDir=,secret=s: a workspace is exactly one of "
         "emptyDir, claim, configMap, secret, claimTemplate"},
        {"ClaimWithoutName", "w=claim", "",
         "--workspace w=claim: which claim? A workspace is emptyDir, "
         "claim:NAME, configMap:NAME, secret:NAME or claimTemplate:FILE"},
        {"TknSecretWithoutName", "name=w,secret=", "",
         "--workspace name=w,secret=: which secret? A workspace is emptyDir, "
         "claim:NAME, configMap:NAME, secret:NAME or claimTemplate:FILE"},
        {"UnknownSource", "w=pvc:c", "",
         "--workspace w=pvc:c: there is no \"pvc\"; a workspace is emptyDir, "
         "claim:NAME, configMap:NAME, secret:NAME or claimTemplate:FILE"},
        {"MissingTemplate", "w=claimTemplate:/no/such", "",
         "--workspace w=claimTemplate:/no/such: cannot read /no/such: No such "
         "file or directory"},
    }),
    NameOfCase);

class ImageConfigTest : public testing::TestWithParam<Case> {};

TEST_P(ImageConfigTest, Gives) {
  EXPECT_EQ(JsonOrError(ParseImageConfig(GetParam().text)),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    ImageConfigs, ImageConfigTest,
    testing::ValuesIn(std::vector<Case>{
        {"OneWord", "i:1=/bin/x", "",
         R"({"image":"i:1","entrypoint":["/bin/x"]})"},
        {"SeveralWords", "i=/bin/x -v", "",
         R"({"image":"i","entrypoint":["/bin/x","-v"]})"},
        {"JsonList", R"(i=["/bin/a b"])", "",
         R"({"image":"i","entrypoint":["/bin/a b"]})"},
        {"NoCommand", "i=", "",
         "--image-config i=: it has to be IMAGE=COMMAND, or a file"},
    }),
    NameOfCase);

TEST(RequestTest, TheDeclarationSaysWhetherCommasSeparate) {
  v1::Document document;
  document.set_name("p.yaml");
  document.set_content(
      "{apiVersion: tekton.dev/v1, kind: Pipeline, metadata: {name: p}, spec: "
      "{params: [{name: list, type: array}, {name: text}], tasks: []}}");
  ParsedArguments arguments;
  arguments.flags = {{"param", "list=a,b"}, {"param", "text=a,b"}};
  const auto request = MakeRequest(arguments, {document});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->options().params(0).value().array_value().items_size(), 2);
  EXPECT_EQ(request->options().params(1).value().string_value(), "a,b");
}

TEST(RequestTest, FeatureFlagsAreThoseOfTektonsConfigMaps) {
  const std::string path =
      absl::StrCat(getenv("TEST_TMPDIR"), "/config_maps.yaml");
  std::ofstream(path) << R"y(
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: feature-flags, namespace: tekton-pipelines}
  data: {enable-api-fields: "alpha", enable-param-enum: "true"}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: config-defaults}
  data: {default-timeout-minutes: "20"}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: config-logging}
  data: {loglevel: debug}
)y";
  ParsedArguments arguments;
  arguments.flags = {{"feature-flags", path}};
  const auto request = MakeRequest(arguments, {});
  ASSERT_TRUE(request.ok()) << request.status();
  const auto& given = request->options().feature_flags();
  const std::map<std::string, std::string> flags(given.begin(), given.end());
  EXPECT_EQ(flags, (std::map<std::string, std::string>{
                       {"default-timeout-minutes", "20"},
                       {"enable-api-fields", "alpha"},
                       {"enable-param-enum", "true"}}));
  EXPECT_EQ(request->options().api_fields(), v1::API_FIELDS_UNSPECIFIED);

  std::ofstream(path) << "apiVersion: v1\nkind: ConfigMap\n";
  EXPECT_EQ(MakeRequest(arguments, {}).status().message(),
            absl::StrCat("--feature-flags ", path,
                         ": there is no ConfigMap feature-flags or "
                         "config-defaults in it"));
}

TEST(RequestTest, LimitsAreSetByTheirNames) {
  ParsedArguments arguments;
  arguments.flags = {{"limit", "pod_containers=20"}, {"limit", "pod_bytes=9"}};
  const auto request = MakeRequest(arguments, {});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(ToJson(request->options().limits()),
            R"({"podBytes":9,"podContainers":20})");
}

TEST(RequestTest, ALimitIsKnownAndANumberAboveZero) {
  for (const char* text :
       {"pods=1", "depth", "depth=0", "depth=x", "depth=3000000000"}) {
    ParsedArguments arguments;
    arguments.flags = {{"limit", text}};
    const auto request = MakeRequest(arguments, {});
    ASSERT_FALSE(request.ok()) << text;
    EXPECT_NE(request.status().message().find("--limit "), std::string::npos);
  }
}

}  // namespace
}  // namespace colocation::cli
