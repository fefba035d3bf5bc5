#include "colocation/decode/decode.h"

#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "colocation/decode/encode.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

using google::protobuf::util::MessageDifferencer;

struct Decoded {
  v1::ObjectSet objects;
  // "line:column path code", one each.
  std::vector<std::string> errors;
};

Decoded Decode(absl::string_view text, DecodeOptions options = {}) {
  Decoded decoded;
  DiagnosticList diagnostics;
  DecodeObjects("f.yaml", text, options, &decoded.objects, &diagnostics);
  const v1::Diagnostics sorted = diagnostics.Sorted();
  for (const v1::Diagnostic& d : sorted.diagnostics()) {
    decoded.errors.push_back(absl::StrCat(d.position().line(), ":",
                                          d.position().column(), " ", d.path(),
                                          " ", d.code()));
  }
  return decoded;
}

std::string Errors(absl::string_view text, DecodeOptions options = {}) {
  return absl::StrJoin(Decode(text, options).errors, "\n");
}

// A Task whose step has the fields of `step`, each on a line of its own with
// six blanks before it.
std::string TaskWithStep(absl::string_view step) {
  return absl::StrCat(
      "# Task\napiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: "
      "t}\nspec:\n"
      "  steps:\n    - name: s\n      ",
      absl::StrReplaceAll(step, {{"\n", "\n      "}}), "\n");
}

struct StepCase {
  absl::string_view name;
  absl::string_view step;
  // What is wrong ("line:column path code"), or, where nothing is, the step as
  // JSON without its name.
  absl::string_view outcome;
};

constexpr StepCase kStepCases[] = {
    {"PlainString", "image: busybox", R"({"image":"busybox"})"},
    {"BooleanIsNoString", "image: yes", "8:14 spec.steps[0].image wrong-type"},
    {"NumberIsNoString", "args: [1]", "8:14 spec.steps[0].args[0] wrong-type"},
    {"QuotedNumberIsAString", "args: ['1', \"on\"]", R"({"args":["1","on"]})"},
    {"TaggedNumberIsAString", "args: [!!str 1]", R"({"args":["1"]})"},
    {"DateIsAString", "args: [2026-11-24]", R"({"args":["2026-11-24"]})"},
    {"NullIsAbsent", "image: ~\nargs:\ncommand: null", "{}"},
    {"NullInAListIsEmpty", "args: [a, ~]", R"({"args":["a",""]})"},
    {"ScalarIsNoList", "args: a", "8:13 spec.steps[0].args wrong-type"},
    {"ListIsNoString", "image: [a]", "8:14 spec.steps[0].image wrong-type"},
    {"MappingIsNoList", "args: {a: b}", "8:13 spec.steps[0].args wrong-type"},
    {"ScalarIsNoMapping", "securityContext: x",
     "8:24 spec.steps[0].securityContext wrong-type"},
    {"UnknownField", "imagee: x", "8:7 spec.steps[0].imagee unknown-field"},
    {"DuplicateKey", "image: a\nimage: b",
     "9:7 spec.steps[0].image duplicate-key"},
    {"WrongCaseIsUnknown", "Image: a", "8:7 spec.steps[0].Image unknown-field"},
    {"V1beta1NameIsUnknown", "resources: {}",
     "8:7 spec.steps[0].resources unknown-field"},
    {"QuantityFromNumber",
     "computeResources: {requests: {cpu: 1, memory: 1e3}}",
     R"({"computeResources":{"requests":{"cpu":"1","memory":"1000"}}})"},
    {"BadQuantity", "computeResources: {requests: {cpu: 1x}}",
     "8:42 spec.steps[0].computeResources.requests.cpu bad-quantity"},
    {"Duration", "timeout: 1h30m", R"({"timeout":"1h30m"})"},
    {"BadDuration", "timeout: 5 minutes",
     "8:16 spec.steps[0].timeout bad-duration"},
    {"Integers", "securityContext: {runAsUser: 0x10, runAsNonRoot: on}",
     R"({"securityContext":{"runAsUser":16,"runAsNonRoot":true}})"},
    {"WholeFloatIsAnInteger", "securityContext: {runAsUser: 1e3}",
     R"({"securityContext":{"runAsUser":1000}})"},
    {"FractionIsNoInteger", "securityContext: {runAsUser: 1.5}",
     "8:36 spec.steps[0].securityContext.runAsUser wrong-type"},
    {"QuotedBooleanIsNone", "securityContext: {runAsNonRoot: 'true'}",
     "8:39 spec.steps[0].securityContext.runAsNonRoot wrong-type"},
    {"LargeIntegerIsOutOfRange",
     "envFrom: []\nvolumeMounts: []\nparams: []\n"
     "computeResources: {}\nsecurityContext: {runAsUser: 99999999999999999999}",
     "12:36 spec.steps[0].securityContext.runAsUser wrong-type"},
    {"ParamString", "params: [{name: p, value: x}]",
     R"({"params":[{"name":"p","value":"x"}]})"},
    {"ParamNumberIsItsText", "params: [{name: p, value: 1.0}]",
     R"({"params":[{"name":"p","value":"1"}]})"},
    {"ParamBooleanIsItsText", "params: [{name: p, value: yes}]",
     R"({"params":[{"name":"p","value":"true"}]})"},
    {"ParamNullIsEmpty", "params: [{name: p, value: ~}]",
     R"({"params":[{"name":"p","value":""}]})"},
    {"ParamArray", "params: [{name: p, value: [a, '1']}]",
     R"({"params":[{"name":"p","value":["a","1"]}]})"},
    {"ParamObject", "params: [{name: p, value: {b: x, a: z}}]",
     R"({"params":[{"name":"p","value":{"a":"z","b":"x"}}]})"},
    {"ParamArrayOfNumbersIsItsJson", "params: [{name: p, value: [1, a]}]",
     R"({"params":[{"name":"p","value":"[1,\"a\"]"}]})"},
    {"ParamNestedIsItsJson", "params: [{name: p, value: {b: [x], a: {c: ~}}}]",
     R"({"params":[{"name":"p","value":"{\"a\":{\"c\":null},\"b\":[\"x\"]}"}]})"},
    {"BooleanKeyIsText", "computeResources: {requests: {on: 1}}",
     R"({"computeResources":{"requests":{"true":"1"}}})"},
    {"NullQuantityIsZero", "computeResources: {requests: {cpu: ~}}",
     R"({"computeResources":{"requests":{"cpu":"0"}}})"},
    {"DuplicateMapKey", "computeResources: {requests: {a: 1, a: 2}}",
     "8:43 spec.steps[0].computeResources.requests.a duplicate-key"},
    {"BlockScalar", "script: |\n  a\n  b", R"({"script":"a\nb\n"})"},
    {"AliasRepeatsItsNode", "args: &a [x]\ncommand: *a",
     R"({"command":["x"],"args":["x"]})"},
    {"MergeGivesWhatIsMissing",
     "volumeMounts:\n  - &m {name: v, mountPath: /a}\n  - <<: *m\n    "
     "mountPath: /b",
     R"({"volumeMounts":[{"name":"v","mountPath":"/a"},{"name":"v","mountPath":"/b"}]})"},
    {"MergeOfSeveralTakesTheFirst",
     "volumeMounts:\n  - &m {name: v}\n  - &n {name: w, mountPath: /n}\n"
     "  - <<: [*m, *n]",
     R"({"volumeMounts":[{"name":"v"},{"name":"w","mountPath":"/n"},)"
     R"({"name":"v","mountPath":"/n"}]})"},
    {"MergeInAMap",
     "computeResources:\n  limits: &l {cpu: 1, memory: 2}\n"
     "  requests:\n    <<: *l\n    cpu: 3",
     R"({"computeResources":{"limits":{"cpu":"1","memory":"2"},)"
     R"("requests":{"cpu":"3","memory":"2"}}})"},
    {"UnknownAlias", "args: *nothing", "8:13  yaml-syntax"},
    {"AliasInsideItsAnchor", "args: &a [*a]", "8:17  yaml-syntax"},
    {"SeveralErrors", "imagee: x\nimage: yes\ntimeout: x",
     "8:7 spec.steps[0].imagee unknown-field\n"
     "9:14 spec.steps[0].image wrong-type\n"
     "10:16 spec.steps[0].timeout bad-duration"},
};

class StepTest : public testing::TestWithParam<StepCase> {};

TEST_P(StepTest, Decodes) {
  const StepCase& c = GetParam();
  const Decoded decoded = Decode(TaskWithStep(c.step));
  if (!decoded.errors.empty()) {
    EXPECT_EQ(absl::StrJoin(decoded.errors, "\n"), std::string(c.outcome));
    return;
  }
  v1::Step step = decoded.objects.tasks(0).spec().steps(0);
  EXPECT_EQ(step.name(), "s");
  step.clear_name();
  EXPECT_EQ(ToJson(step), std::string(c.outcome));
}

INSTANTIATE_TEST_SUITE_P(DecodeTest, StepTest, testing::ValuesIn(kStepCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

struct StreamCase {
  absl::string_view name;
  absl::string_view text;
  // Kinds and names that were read, then what is wrong.
  absl::string_view outcome;
};

constexpr StreamCase kStreamCases[] = {
    {"Empty", "", ""},
    {"EmptyDocuments", "---\n---\n# nothing\n", ""},
    {"SeveralDocuments",
     "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: a}\n---\n"
     "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: b}\n",
     "Pipeline b; Task a; "},
    {"KindLast",
     "metadata: {name: a}\nspec: {steps: [{name: x}]}\nkind: Task\n"
     "apiVersion: tekton.dev/v1\n",
     "Task a; "},
    {"List",
     "apiVersion: v1\nkind: List\nitems:\n- apiVersion: tekton.dev/v1\n  kind: "
     "Task\n"
     "  metadata: {name: a}\n- apiVersion: tekton.dev/v1\n  kind: Task\n"
     "  metadata: {name: b, x: 1}\n",
     "Task a; Task b; 9:23 metadata.x unknown-field"},
    {"Json",
     "{\"kind\": \"Task\", \"apiVersion\": \"tekton.dev/v1\",\n"
     "\t\"metadata\": {\"name\": \"a\\u0062\"}}",
     "Task ab; "},
    {"OtherKind",
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: 1}\n",
     "ConfigMap c; "},
    {"NoKind", "apiVersion: v1\n", "1:1 kind missing-kind"},
    {"V1FieldIsUnknownInV1beta1",
     "apiVersion: tekton.dev/v1beta1\nkind: PipelineRun\n"
     "spec: {taskRunTemplate: {}}\n",
     "3:8 spec.taskRunTemplate unknown-field"},
    {"BadTime",
     "apiVersion: tekton.dev/v1\nkind: Task\n"
     "metadata: {creationTimestamp: 2024-01-01}\n",
     "Task ; 3:31 metadata.creationTimestamp bad-time"},
    {"EmptyKind", "apiVersion: v1\nkind: ''\n", "1:1 kind missing-kind"},
    {"NullKind", "kind: null\napiVersion: v1\n", "1:1 kind missing-kind"},
    {"ApiVersionThatIsNoText", "apiVersion: []\nkind: Task\n",
     "1:1 apiVersion missing-api-version"},
    {"NeitherKindNorVersion", "a: b\n",
     "1:1 apiVersion missing-api-version; 1:1 kind missing-kind"},
    {"NoObject", "just text\n", "1:1  not-an-object"},
    {"V1alpha1Task", "apiVersion: tekton.dev/v1alpha1\nkind: Task\n",
     "Task ; 1:13 apiVersion unsupported-api-version"},
    {"StepActionV1beta1",
     "apiVersion: tekton.dev/v1beta1\nkind: StepAction\nmetadata: {name: s}\n",
     "StepAction s; "},
    {"Truncated",
     "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: [a\n",
     "Task ; 3:18 metadata.name wrong-type; 4:1  yaml-syntax"},
    {"TabIndent", "apiVersion: v1\n\tkind: x\n", "2:1  yaml-syntax"},
    {"ControlCharacter", "apiVersion: \x01\n", "1:1  yaml-syntax"},
    {"ByteOrderMark",
     "\xef\xbb\xbf"
     "apiVersion: v1\nkind: X\nmetadata: {name: a}\n",
     "X a; "},
    {"ItemsOfAListTwice",
     "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: X}]\n"
     "items: [{apiVersion: v1, kind: Y}]\n",
     "X ; 4:1 items duplicate-key"},
    {"KindThatIsTektonsTheSecondTime",
     "apiVersion: tekton.dev/v1\nkind: X\nkind: Task\nmetadata: {name: a}\n",
     "X a; 3:1 kind duplicate-key"},
    {"CarriageReturns", "apiVersion: v1\r\nkind: X\r\nmetadata: {name: a}\r\n",
     "X a; "},
};

class StreamTest : public testing::TestWithParam<StreamCase> {};

TEST_P(StreamTest, Decodes) {
  const Decoded decoded = Decode(GetParam().text);
  std::string outcome;
  const auto add = [&](absl::string_view kind, absl::string_view name) {
    absl::StrAppend(&outcome, kind, " ", name, "; ");
  };
  for (const auto& x : decoded.objects.pipelines())
    add("Pipeline", x.metadata().name());
  for (const auto& x : decoded.objects.tasks())
    add("Task", x.metadata().name());
  for (const auto& x : decoded.objects.step_actions()) {
    add("StepAction", x.metadata().name());
  }
  for (const auto& x : decoded.objects.others()) add(x.kind(), x.name());
  absl::StrAppend(&outcome, absl::StrJoin(decoded.errors, "; "));
  EXPECT_EQ(outcome, std::string(GetParam().outcome));
}

INSTANTIATE_TEST_SUITE_P(DecodeTest, StreamTest,
                         testing::ValuesIn(kStreamCases), [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(DecodeTest, UnknownFieldsMayBeWarnings) {
  DecodeOptions options;
  options.allow_unknown_fields = true;
  DiagnosticList diagnostics;
  v1::ObjectSet objects;
  DecodeObjects("f", TaskWithStep("imagee: x"), options, &objects,
                &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.Sorted().diagnostics_size(), 1);
}

TEST(DecodeTest, TemplatesThatAreNotFilledInAreNamed) {
  for (const char* step : {
           "image: {{ image }}",
           "image: {{image}}",
           "image: {{ .Values.image }}",
           "image: {{ include \"image\" . }}",
           "securityContext: {{ toYaml . }}",
           "{{ if .Values.image }}\nimage: i",
           "image: {{ image }}:{{ tag }}",
       }) {
    DiagnosticList diagnostics;
    v1::ObjectSet objects;
    DecodeObjects("f", TaskWithStep(step), {}, &objects, &diagnostics);
    ASSERT_TRUE(diagnostics.has_errors()) << step;
    EXPECT_NE(diagnostics.Sorted().diagnostics(0).hint().find("template"),
              std::string::npos)
        << step;
  }
  DiagnosticList diagnostics;
  v1::ObjectSet objects;
  DecodeObjects("f", TaskWithStep("image: {a: b}"), {}, &objects, &diagnostics);
  EXPECT_EQ(diagnostics.Sorted().diagnostics(0).hint(), "");
}

// PowerShell's `>` writes it so.
TEST(DecodeTest, Utf16IsToldToBecomeUtf8) {
  constexpr char kText[] = "\xff\xfek\0:\0 \0T\0\n";
  DiagnosticList diagnostics;
  v1::ObjectSet objects;
  DecodeObjects("f", absl::string_view(kText, sizeof(kText)), {}, &objects,
                &diagnostics);
  ASSERT_EQ(diagnostics.errors(), 1);
  const v1::Diagnostics sorted = diagnostics.Sorted();
  EXPECT_EQ(sorted.diagnostics(0).code(), "yaml-syntax");
  EXPECT_NE(sorted.diagnostics(0).hint().find("UTF-8"), std::string::npos);
  EXPECT_EQ(sorted.diagnostics(0).source_line(), "");
}

TEST(DecodeTest, MisplacedFieldsAreToldWhereTheyBelong) {
  struct Case {
    const char* kind;
    const char* spec;
    const char* hint;
  };
  for (const Case& c : {
           Case{"PipelineRun", "{serviceAccountName: x}",
                "taskRunTemplate.serviceAccountName"},
           Case{"PipelineRun", "{timeout: 1h}", "timeouts.pipeline"},
           Case{"Pipeline", "{params: [{name: p, value: x}]}", "default"},
           Case{"Pipeline", "{tasks: [{name: a, conditions: []}]}", "when"},
           Case{"Pipeline", "{tasks: [{name: a, steps: []}]}", "taskSpec"},
           Case{"Pipeline", "{tasks: [{taskRef: {bundle: x}}]}",
                "resolver: bundles"},
           Case{"Task", "{inputs: {}}", "workspaces"},
       }) {
    DiagnosticList diagnostics;
    v1::ObjectSet objects;
    DecodeObjects("f",
                  absl::StrCat("apiVersion: tekton.dev/v1\nkind: ", c.kind,
                               "\nspec: ", c.spec, "\n"),
                  {}, &objects, &diagnostics);
    ASSERT_TRUE(diagnostics.has_errors()) << c.spec;
    const v1::Diagnostics sorted = diagnostics.Sorted();
    EXPECT_EQ(sorted.diagnostics(0).code(), "unknown-field") << c.spec;
    EXPECT_NE(sorted.diagnostics(0).hint().find(c.hint), std::string::npos)
        << sorted.diagnostics(0).hint();
  }
}

// Where the CRD keeps everything, Tekton's webhook reads names in any case.
struct CaseOfNames {
  absl::string_view name;
  absl::string_view text;
  // "line:column path code", one each.
  absl::string_view errors;
  // What the first step's first mount has; nothing where it has none.
  absl::string_view mount;
};

constexpr CaseOfNames kCasesOfNames[] = {
    {"ATaskSpecInAPipeline",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelineSpec:\n"
     "    tasks:\n    - taskSpec: {steps: [{volumemounts: [{name: v, "
     "MOUNTPATH: /m}]}]}\n",
     "6:27 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts "
     "field-case\n"
     "6:52 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case",
     "/m"},
    {"OfV1beta1AsOfV1",
     "apiVersion: tekton.dev/v1beta1\nkind: PipelineRun\nspec:\n"
     "  pipelineSpec:\n    tasks:\n    - taskSpec: {steps: [{Resources: {}, "
     "volumeMounts: [{mountpath: /m}]}]}\n",
     "6:27 spec.pipelineSpec.tasks[0].taskSpec.steps[0].resources field-case\n"
     "6:58 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case",
     "/m"},
    {"TheExactNameWinsBeforeIt",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelineSpec:\n"
     "    tasks:\n    - taskSpec: {steps: [{volumeMounts: [{mountPath: /m, "
     "mountpath: /x}]}]}\n",
     "6:58 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case",
     "/m"},
    {"TheExactNameWinsAfterIt",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelineSpec:\n"
     "    tasks:\n    - taskSpec: {steps: [{volumeMounts: [{mountpath: /x, "
     "mountPath: /m}]}]}\n",
     "6:43 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case\n"
     "6:58 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case",
     "/m"},
    {"TwoOtherCasesAreOneTooMany",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelineSpec:\n"
     "    tasks:\n    - taskSpec: {steps: [{volumeMounts: [{mountpath: /x, "
     "Mountpath: /m}]}]}\n",
     "6:43 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case\n"
     "6:58 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath duplicate-key\n"
     "6:58 spec.pipelineSpec.tasks[0].taskSpec.steps[0].volumeMounts[0]."
     "mountPath field-case",
     "/m"},
    {"OtherNamesStayUnknown",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelineSpec:\n"
     "    tasks:\n    - taskSpec: {steps: [{mountpaths: /x}]}\n",
     "6:27 spec.pipelineSpec.tasks[0].taskSpec.steps[0].mountpaths "
     "unknown-field",
     ""},
    {"AboveItIsUnknown",
     "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  pipelinespec: "
     "{}\n",
     "4:3 spec.pipelinespec unknown-field", ""},
    {"ATasksStepsAreInTheCrd",
     "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps: "
     "[{workingdir: /}]\n",
     "4:12 spec.steps[0].workingdir unknown-field", ""},
    {"ATasksVolumesAreNot",
     "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  volumes: "
     "[{EmptyDir: {}}]\n  Steps: []\n",
     "4:14 spec.volumes[0].emptyDir field-case\n"
     "5:3 spec.Steps unknown-field",
     ""},
    {"NorIsAClaimTemplate",
     "apiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n  workspaces: "
     "[{volumeClaimTemplate: {Spec: {}}, emptydir: {}}]\n",
     "4:39 spec.workspaces[0].volumeClaimTemplate.spec field-case\n"
     "4:50 spec.workspaces[0].emptydir unknown-field",
     ""},
    {"NorSomeOfAPodTemplate",
     "apiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n  podTemplate: "
     "{securityContext: {RunAsUser: 1}, affinity: {NodeAffinity: {}}, "
     "dnsconfig: {}}\n",
     "4:35 spec.podTemplate.securityContext.runAsUser field-case\n"
     "4:61 spec.podTemplate.affinity.nodeAffinity field-case\n"
     "4:80 spec.podTemplate.dnsconfig unknown-field",
     ""},
    {"KeysOfAMapAreNoNames",
     "apiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n  taskSpec: "
     "{params: [{name: p, default: {Name: x}}], steps: [{volumeMounts: "
     "[{mountPath: /m}]}]}\n",
     "", ""},
};

TEST(DecodeTest, NamesMayBeInAnyCaseWhereTektonTakesThem) {
  for (const CaseOfNames& c : kCasesOfNames) {
    const Decoded decoded = Decode(c.text);
    EXPECT_EQ(absl::StrJoin(decoded.errors, "\n"), std::string(c.errors))
        << c.name;
    std::string mount;
    for (const v1::PipelineRun& run : decoded.objects.pipeline_runs()) {
      for (const auto& task : run.spec().pipeline_spec().tasks()) {
        for (const v1::Step& step : task.task_spec().task_spec().steps()) {
          for (const auto& m : step.volume_mounts()) mount = m.mount_path();
        }
      }
    }
    EXPECT_EQ(mount, std::string(c.mount)) << c.name;
  }
}

TEST(DecodeTest, AFaultBeforeTheFirstDocumentHasItsFile) {
  for (const char* text : {"\xfe\x01", "@", "apiVersion: \x01\n"}) {
    DiagnosticList diagnostics;
    v1::ObjectSet objects;
    DecodeObjects("f.yaml", text, {}, &objects, &diagnostics);
    ASSERT_TRUE(diagnostics.has_errors()) << text;
    const v1::Diagnostic fault = diagnostics.Sorted().diagnostics(0);
    EXPECT_EQ(fault.origin().file(), "f.yaml") << text;
    EXPECT_EQ(fault.position().file(), "f.yaml") << text;
  }
}

TEST(DecodeTest, LimitsBoundWhatAnInputCanDo) {
  DecodeOptions options;
  options.limits.depth = 10;
  const std::string deep = std::string(1000, '[');
  EXPECT_NE(Errors("apiVersion: v1\nkind: X\na: " + deep, options)
                .find("limit-depth"),
            std::string::npos);
  // Nine levels of ten aliases each: a thousand million scalars.
  std::string bomb = "apiVersion: v1\nkind: X\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string alias = absl::StrCat("*a", i - 1);
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [",
                    absl::StrJoin(std::vector<std::string>(10, alias), ","),
                    "]\n");
  }
  options.limits.alias_events = 100'000;
  EXPECT_NE(Errors(bomb, options).find("limit-aliases"), std::string::npos);
}

// However few the events are.
TEST(DecodeTest, MemoryIsLimitedWhileItIsTaken) {
  const std::string text = absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  description: &a ",
      std::string(100, 'x'), "\n  steps: [{args: [*a, *a, *a, *a]}]\n");
  DecodeOptions options;
  ByteBudget memory(2000);
  options.limits.memory = &memory;
  EXPECT_NE(Errors(text, options).find("limit-memory-bytes"),
            std::string::npos);
  ByteBudget enough(100'000);
  options.limits.memory = &enough;
  EXPECT_EQ(Errors(text, options), "");
}

// Nested anchors each keep what is in them.
TEST(DecodeTest, WhatAnchorsKeepIsLimited) {
  std::string text = "apiVersion: tekton.dev/v1\nkind: Task\nx: ";
  for (int i = 0; i < 90; ++i) absl::StrAppend(&text, "&a", i, " [");
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "~,");
  absl::StrAppend(&text, std::string(90, ']'), "\n");
  EXPECT_NE(Errors(text).find("limit-memory-bytes"), std::string::npos);
}

// A message that holds anything else can't be read in other languages.
TEST(DecodeTest, LinesThatAreShownAreUtf8) {
  DiagnosticList diagnostics;
  v1::ObjectSet objects;
  DecodeObjects("f", "kind: \xc3\xa4\xff\xed\xa0\x80\xc3\n", {}, &objects,
                &diagnostics);
  ASSERT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.Sorted().diagnostics(0).source_line(),
            "kind: ä\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(DecodeTest, LiteralBlockAtTheEndHasItsNewline) {
  const Decoded decoded = Decode(
      "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n"
      "  - script: |\n      echo");
  ASSERT_EQ(decoded.objects.tasks_size(), 1);
  EXPECT_EQ(decoded.objects.tasks(0).spec().steps(0).script(), "echo\n");
}

TEST(DecodeTest, JsonSurrogatesAreOneCharacter) {
  const Decoded decoded = Decode(
      R"({"apiVersion":"tekton.dev/v1","kind":"Task","metadata":{"name":"\ud83d\ude00\\ud83d"}})");
  EXPECT_TRUE(decoded.errors.empty());
  EXPECT_EQ(decoded.objects.tasks(0).metadata().name(),
            "\xf0\x9f\x98\x80\\ud83d");
}

TEST(DecodeTest, V1beta1BecomesV1) {
  const Decoded decoded = Decode(R"(
apiVersion: tekton.dev/v1beta1
kind: PipelineRun
metadata: {name: r}
spec:
  serviceAccountName: robot
  timeout: 1h
  podTemplate: {hostNetwork: true}
  taskRunSpecs:
    - pipelineTaskName: a
      taskServiceAccountName: other
      stepOverrides: [{name: s, resources: {requests: {cpu: 1}}}]
  pipelineSpec:
    tasks:
      - name: a
        taskSpec:
          steps: [{image: x, resources: {limits: {cpu: 2}}, tty: true}]
)");
  EXPECT_EQ(absl::StrJoin(decoded.errors, "\n"), "");
  ASSERT_EQ(decoded.objects.pipeline_runs_size(), 1);
  EXPECT_EQ(
      ToJson(decoded.objects.pipeline_runs(0)),
      R"({"apiVersion":"tekton.dev/v1","kind":"PipelineRun","metadata":{"name":"r"},"spec":{)"
      R"("pipelineSpec":{"tasks":[{"name":"a","taskSpec":{"steps":[{"image":"x",)"
      R"("computeResources":{"limits":{"cpu":"2"}}}]}}]},"timeouts":{"pipeline":"1h"},)"
      R"("taskRunTemplate":{"podTemplate":{"hostNetwork":true},"serviceAccountName":"robot"},)"
      R"("taskRunSpecs":[{"pipelineTaskName":"a","serviceAccountName":"other",)"
      R"("stepSpecs":[{"name":"s","computeResources":{"requests":{"cpu":"1"}}}]}]}})");
}

TEST(DecodeTest, MessagesOfOurOwn) {
  v1::ColocationPlan plan;
  DiagnosticList diagnostics;
  DecodeMessage("p", "version: 1\npolicy: POLICY_ISOLATED\nrun: {name: x}\n",
                {}, &plan, &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(plan.policy(), v1::POLICY_ISOLATED);
  DecodeMessage("p", "a: 1\n---\nb: 2\n", {}, &plan, &diagnostics);
  EXPECT_EQ(diagnostics.errors(), 2u);
}

TEST(DecodeTest, BytesThatAreNoBase64AreShownWhereTheyAre) {
  v1::Document document;
  DiagnosticList diagnostics;
  DecodeMessage("d", "content: '*'\nname: x\n", {}, &document, &diagnostics);
  ASSERT_EQ(diagnostics.errors(), 1u);
  EXPECT_EQ(ToLogLine(diagnostics.Sorted().diagnostics(0)),
            "d:1:10: error: content: expected bytes in base64 [wrong-type]");
}

// Strings that a careless writer would spoil.
constexpr absl::string_view kAwkward[] = {
    "",
    "yes",
    "no",
    "~",
    "null",
    "1",
    "1.5",
    "0x1",
    "1e3",
    "1:30",
    "2026-1-1",
    " a",
    "a ",
    "a: b",
    "a #b",
    "#a",
    "- a",
    "-",
    "?",
    "[a",
    "{a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "a:",
    "a\tb",
    "\ta",
    "'a'",
    "\"a\"",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n\n",
    "\na",
    "\n",
    " a\nb",
    "a\n b",
    "a\n \nb",
    "a\r\nb",
    "\x01",
    "\x7f",
    "\xc2\x85",
    "a\\b",
    "<<",
    "=",
    "---",
    "...",
    "a\n--- b\n",
    "\xe2\x80\xa8",
    "\xef\xbb\xbf",
    "\xf0\x9f\x98\x80",
    "true",
    "+1",
    ".5",
    "a,b",
    "a]",
    "|",
    ">",
    "0b1",
    "1_0",
    "-1",
    ".inf",
};

TEST(EncodeTest, WhatIsWrittenReadsBack) {
  for (absl::string_view first : kAwkward) {
    for (absl::string_view second : {absl::string_view("x"), first}) {
      v1::Task task;
      task.set_api_version("tekton.dev/v1");
      task.set_kind("Task");
      task.mutable_metadata()->set_name("t");
      (*task.mutable_metadata()->mutable_annotations())[std::string(second)] =
          std::string(first);
      v1::Step* step = task.mutable_spec()->add_steps();
      step->set_script(std::string(first));
      step->add_args(std::string(first));
      step->add_args(std::string(second));
      step->add_params()->mutable_value()->mutable_array_value()->add_items(
          std::string(first));
      for (const std::string& text :
           {ToYaml(task), ToJson(task), ToJson(task, true)}) {
        Decoded decoded = Decode(text);
        ASSERT_EQ(absl::StrJoin(decoded.errors, "\n"), "")
            << text << "\n"
            << absl::CHexEscape(text);
        ASSERT_EQ(decoded.objects.tasks_size(), 1) << text;
        decoded.objects.mutable_tasks(0)->clear_origin();
        EXPECT_TRUE(MessageDifferencer::Equals(decoded.objects.tasks(0), task))
            << text;
      }
    }
  }
}

TEST(EncodeTest, YamlLooksAsPeopleWriteIt) {
  const Decoded decoded = Decode(TaskWithStep(
      "image: a\nargs: [x, 'on', '- y']\nscript: |\n  #!/bin/sh\n  echo $HOME\n"
      "securityContext: {}\nparams:\n- {name: p, value: [a]}\n- {name: q, "
      "value: {}}\n"
      "env: []"));
  EXPECT_EQ(absl::StrJoin(decoded.errors, "\n"), "");
  EXPECT_EQ(ToYaml(decoded.objects.tasks(0)), R"(apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: t
spec:
  steps:
    - name: s
      image: a
      args:
        - x
        - "on"
        - "- y"
      securityContext: {}
      script: |
        #!/bin/sh
        echo $HOME
      params:
        - name: p
          value:
            - a
        - name: q
          value: {}
)");
}

}  // namespace
}  // namespace colocation
