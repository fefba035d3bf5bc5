// No mistake of an author is a fault of ours: whatever stands in one field of
// the objects, the answer is a plan that can be rendered and run, or a refusal
// that is not INTERNAL.
//
// Every field of the models is found by their descriptors, also those that the
// base objects lack, and set to each value of a dictionary. One in so many of
// these cases is tried, chosen by a fixed seed; --every=1 tries all.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "gtest/gtest.h"
#include "tests/property/answer_fault.h"

namespace colocation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

uint64_t every = 41;
constexpr uint64_t kSeed = 20261130;
// How many messages deep a field is looked for that the base doesn't have.
constexpr int kDeepest = 3;

const std::vector<std::string>& HostileTexts() {
  static const auto& texts =
      *new std::vector<std::string>{"",
                                    "/",
                                    "..",
                                    "../x",
                                    "relative",
                                    "/a/../b",
                                    "/colocation",
                                    "/colocation/post/",
                                    "/tekton",
                                    "/tekton/home",
                                    "/workspace",
                                    std::string(300, 'a'),
                                    "A_B",
                                    "a/b",
                                    "a b",
                                    std::string("\0", 1),
                                    "\u202e",
                                    "\x1b",
                                    "-",
                                    "-1",
                                    "9Ei",
                                    "1e9999",
                                    "1e-9999",
                                    "0",
                                    "0s",
                                    "2500000h",
                                    "-1h",
                                    "$(params.z)",
                                    "$(tasks.a.results.r)",
                                    "$(tasks.a.results.r[*])",
                                    "$(tasks.b.status)",
                                    "$(tasks.a.matrix.length)",
                                    "$(X)",
                                    "$$(X)",
                                    "$(workspaces.w.path)",
                                    "$(workspaces.w.volume)",
                                    "$(context.pipelineRun.name)",
                                    "http://x",
                                    "é",
                                    "{}",
                                    "null",
                                    "true",
                                    "colocation-program",
                                    "ws-w",
                                    "step-s",
                                    "a-step-s",
                                    ".",
                                    "..data",
                                    "_stop",
                                    "#!",
                                    "x\ny",
                                    "tekton-internal-x",
                                    "NaN",
                                    "-9Ei",
                                    "9223372036854775807m",
                                    "9223372036854775808",
                                    "1.5",
                                    ".5",
                                    "+1",
                                    "1k",
                                    "a",
                                    "b",
                                    "w",
                                    "s",
                                    "v",
                                    "Cancelled",
                                    "PipelineRunPending",
                                    "continue",
                                    "stopAndFail",
                                    "array",
                                    "object",
                                    "in",
                                    "TCP",
                                    "Always",
                                    "Memory",
                                    "example.dev/v1"};
  return texts;
}

constexpr int64_t kHostileNumbers[] = {0,
                                       -1,
                                       1,
                                       2,
                                       300,
                                       65535,
                                       65536,
                                       std::numeric_limits<int32_t>::max(),
                                       std::numeric_limits<int32_t>::min(),
                                       int64_t{1} << 31,
                                       std::numeric_limits<int64_t>::max(),
                                       std::numeric_limits<int64_t>::min()};

constexpr absl::string_view kPipelineRun = R"yaml(
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  params: [{name: z, value: x}, {name: l, value: [a, b]}, {name: o, value: {k: v}}]
  workspaces: [{name: w, emptyDir: {}}, {name: c, persistentVolumeClaim: {claimName: c}}]
  timeouts: {pipeline: 1h}
  taskRunTemplate: {serviceAccountName: sa, podTemplate: {env: [{name: P, value: "1"}]}}
  taskRunSpecs:
  - pipelineTaskName: a
    stepSpecs: [{name: s, computeResources: {requests: {cpu: "1"}}}]
    sidecarSpecs: [{name: sc, computeResources: {requests: {cpu: "1"}}}]
  pipelineSpec:
    params: [{name: z}, {name: l, type: array}, {name: o, type: object, properties: {k: {}}}]
    workspaces: [{name: w}, {name: c}]
    results: [{name: out, value: $(tasks.a.results.r)}]
    tasks:
    - name: a
      retries: 1
      workspaces: [{name: w, workspace: w}, {name: c, workspace: c}]
      taskSpec:
        workspaces: [{name: w}, {name: c}]
        results: [{name: r}]
        volumes: [{name: v, emptyDir: {}}]
        stepTemplate: {env: [{name: T, value: "1"}]}
        steps:
        - name: s
          image: b
          command: [x]
          args: ["$(params.l[*])"]
          volumeMounts: [{name: v, mountPath: /v}]
          env: [{name: E, value: "1"}]
          computeResources: {requests: {cpu: "1"}, limits: {cpu: "2"}}
          results: [{name: q}]
        - {name: t, image: b, script: "echo $(steps.s.results.q)"}
        sidecars:
        - name: sc
          image: b
          command: [x]
          ports: [{containerPort: 80}]
          readinessProbe: {httpGet: {port: 80, path: /}}
          volumeMounts: [{name: v, mountPath: /v}]
    - name: m
      matrix: {params: [{name: i, value: ["1", "2"]}], include: [{params: [{name: i, value: "3"}]}]}
      taskSpec: {params: [{name: i}], steps: [{name: s, image: b, command: ["$(params.i)"]}]}
    - name: b
      runAfter: [a]
      when: [{input: $(params.z), operator: in, values: [x]}]
      params: [{name: z, value: $(tasks.a.results.r)}]
      workspaces: [{name: w, workspace: w}]
      taskSpec:
        params: [{name: z}]
        workspaces: [{name: w}]
        steps: [{name: s, image: b, script: $(params.z)}]
    finally:
    - name: f
      params: [{name: s, value: $(tasks.a.status)}]
      taskSpec: {params: [{name: s}], steps: [{name: s, image: b, command: ["$(params.s)"]}]}
)yaml";

constexpr absl::string_view kTaskRun = R"yaml(
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec:
  taskRef: {name: t}
  params: [{name: z, value: x}]
  workspaces: [{name: w, emptyDir: {}}]
  computeResources: {requests: {cpu: "1"}, limits: {cpu: "2"}}
  podTemplate: {volumes: [{name: pv, emptyDir: {}}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params: [{name: z, default: y}]
  workspaces: [{name: w, mountPath: /src}]
  results: [{name: r, value: $(steps.s.results.q)}]
  steps:
  - {name: s, ref: {name: act}, params: [{name: p, value: $(params.z)}]}
  sidecars: [{name: sc, image: b, script: sleep 1, workspaces: [{name: w, mountPath: /x}]}]
---
apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: {name: act}
spec:
  params: [{name: p, default: d}]
  image: b
  command: [x]
  env: [{name: E, value: $(params.p)}]
  results: [{name: q}]
---
apiVersion: v1
kind: LimitRange
metadata: {name: l}
spec:
  limits:
  - type: Container
    default: {cpu: "2"}
    defaultRequest: {cpu: "1"}
    min: {cpu: 100m}
    max: {cpu: "3"}
---
apiVersion: v1
kind: Node
metadata: {name: node}
status: {allocatable: {cpu: "8", memory: 8Gi}}
)yaml";

v1::ObjectSet Decoded(absl::string_view text) {
  v1::ObjectSet objects;
  DiagnosticList diagnostics;
  DecodeObjects("base", text, {}, &objects, &diagnostics);
  const v1::Diagnostics faults = diagnostics.Sorted();
  for (const v1::Diagnostic& d : faults.diagnostics()) {
    ADD_FAILURE() << ToLogLine(d);
  }
  return objects;
}

// What the objects look like as a stream of documents.
std::string Written(const v1::ObjectSet& objects) {
  std::string text;
  const auto add = [&](const auto& list) {
    for (auto object : list) {
      object.clear_origin();
      absl::StrAppend(&text, "---\n", ToJson(object), "\n");
    }
  };
  add(objects.pipeline_runs());
  add(objects.task_runs());
  add(objects.tasks());
  add(objects.step_actions());
  add(objects.limit_ranges());
  add(objects.nodes());
  return text;
}

class Sweep {
 public:
  explicit Sweep(absl::string_view text) : objects_(Decoded(text)) {
    request_.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
    request_.mutable_options()->set_controlled(true);
    EXPECT_EQ(Ask(), "") << "the base itself";
  }

  void Run() { Fields(&objects_, "", 0); }

  int cases() const { return cases_; }
  int tried() const { return tried_; }

 private:
  // Both ways into the planner, one after the other.
  std::string Ask() {
    v1::PlanRequest request = request_;
    if (as_text_) {
      request.add_documents()->set_content(Written(objects_));
    } else {
      *request.mutable_objects() = objects_;
    }
    as_text_ = !as_text_;
    return FaultOf(request);
  }

  void Case(const std::string& what) {
    // SplitMix64 of the case's number.
    uint64_t x = kSeed + ++cases_ * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    if ((x ^ (x >> 31)) % every != 0) return;
    ++tried_;
    const std::string fault = Ask();
    if (!fault.empty()) {
      ADD_FAILURE() << what << ": " << fault.substr(0, 400);
    }
  }

  // Tries all values that `set` can give.
  void Values(const FieldDescriptor& field, const std::string& path,
              const std::function<void(const std::string&)>& set_text,
              const std::function<void(int64_t)>& set_number) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        for (const std::string& text : HostileTexts()) {
          set_text(text);
          Case(absl::StrCat(path, " = \"", text, "\""));
        }
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return;
      default:
        for (const int64_t number : kHostileNumbers) {
          set_number(number);
          Case(absl::StrCat(path, " = ", number));
        }
    }
  }

  static void SetNumber(Message* message, const FieldDescriptor* field,
                        int64_t number, int index) {
    const Reflection& r = *message->GetReflection();
    const bool list = index >= 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        list ? r.SetRepeatedInt32(message, field, index,
                                  static_cast<int32_t>(number))
             : r.SetInt32(message, field, static_cast<int32_t>(number));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        list ? r.SetRepeatedInt64(message, field, index, number)
             : r.SetInt64(message, field, number);
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        list ? r.SetRepeatedBool(message, field, index, number != 0)
             : r.SetBool(message, field, number != 0);
        return;
      default:
        return;
    }
  }

  void Fields(Message* message, const std::string& path, int beyond) {
    const google::protobuf::Descriptor& type = *message->GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (field->name() == "origin") continue;
      const std::string at =
          absl::StrCat(path, path.empty() ? "" : ".", field->json_name());
      std::unique_ptr<Message> before(message->New());
      before->CopyFrom(*message);
      if (field->is_map()) {
        Map(message, field, at);
      } else if (field->is_repeated()) {
        List(message, field, at, beyond);
      } else {
        One(message, field, at, beyond);
      }
      message->CopyFrom(*before);
    }
  }

  void One(Message* message, const FieldDescriptor* field,
           const std::string& at, int beyond) {
    const Reflection& r = *message->GetReflection();
    const bool has = r.HasField(*message, field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!has && beyond >= kDeepest) return;
      Message* inner = r.MutableMessage(message, field);
      if (!has) Case(absl::StrCat(at, " = {}"));
      Fields(inner, at, has ? beyond : beyond + 1);
    } else {
      Values(
          *field, at,
          [&](const std::string& text) { r.SetString(message, field, text); },
          [&](int64_t number) { SetNumber(message, field, number, -1); });
    }
    if (!has) return;
    r.ClearField(message, field);
    Case(absl::StrCat(at, " is absent"));
  }

  void List(Message* message, const FieldDescriptor* field,
            const std::string& at, int beyond) {
    const Reflection& r = *message->GetReflection();
    const int size = r.FieldSize(*message, field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < size; ++i) {
        Fields(r.MutableRepeatedMessage(message, field, i),
               absl::StrCat(at, "[", i, "]"), beyond);
      }
      if (size == 0 && beyond >= kDeepest) return;
      Message* added = r.AddMessage(message, field);
      Case(absl::StrCat(at, " has an empty element"));
      if (size == 0) {
        Fields(added, absl::StrCat(at, "[0]"), beyond + 1);
        return;
      }
      added->CopyFrom(r.GetRepeatedMessage(*message, field, 0));
      Case(absl::StrCat(at, " has its first element twice"));
    } else {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        r.AddString(message, field, "");
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
        r.AddInt64(message, field, 0);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
        r.AddInt32(message, field, 0);
      } else {
        return;
      }
      for (const int index : {0, size}) {
        Values(
            *field, absl::StrCat(at, "[", index, "]"),
            [&](const std::string& text) {
              r.SetRepeatedString(message, field, index, text);
            },
            [&](int64_t number) { SetNumber(message, field, number, index); });
        if (size == 0) break;
      }
    }
    r.ClearField(message, field);
    Case(absl::StrCat(at, " is empty"));
  }

  // Maps of texts: hostile values for a usual key, usual ones for hostile keys.
  void Map(Message* message, const FieldDescriptor* field,
           const std::string& at) {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    if (key->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return;
    const Reflection& r = *message->GetReflection();
    const auto set = [&](const std::string& k, const std::string& v) {
      r.ClearField(message, field);
      Message* entry = r.AddMessage(message, field);
      entry->GetReflection()->SetString(entry, key, k);
      if (value->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        entry->GetReflection()->SetString(entry, value, v);
      } else if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        entry->GetReflection()->MutableMessage(entry, value);
      }
    };
    for (const std::string& text : HostileTexts()) {
      for (const char* usual : {"cpu", "memory", "example.com/gpu"}) {
        set(usual, text);
        Case(absl::StrCat(at, ".", usual, " = \"", text, "\""));
      }
      set(text, "1");
      Case(absl::StrCat(at, " has the key \"", text, "\""));
    }
  }

  v1::PlanRequest request_;
  v1::ObjectSet objects_;
  bool as_text_ = true;
  uint64_t cases_ = 0;
  int tried_ = 0;
};

TEST(HostileFields, OfAPipelineRun) {
  Sweep sweep(kPipelineRun);
  sweep.Run();
  EXPECT_GT(sweep.tried(), 1000);
  std::cout << sweep.tried() << " of " << sweep.cases() << " cases\n";
}

TEST(HostileFields, OfATaskRunAndWhatItRefersTo) {
  Sweep sweep(kTaskRun);
  sweep.Run();
  EXPECT_GT(sweep.tried(), 1000);
  std::cout << sweep.tried() << " of " << sweep.cases() << " cases\n";
}

}  // namespace

void TryEvery(uint64_t n) { every = n; }

}  // namespace colocation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    uint64_t n = 0;
    if (absl::ConsumePrefix(&argument, "--every=") &&
        absl::SimpleAtoi(argument, &n) && n > 0) {
      colocation::TryEvery(n);
    }
  }
  return RUN_ALL_TESTS();
}
